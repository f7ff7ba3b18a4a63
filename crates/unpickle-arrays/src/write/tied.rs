//! Tied tensors: several names for the same view of one storage.
//!
//! A `.safetensors` file has no second names. As `safetensors.torch.save_model` does it (`_remove_duplicate_names` in its
//! `torch.py`), the first name in the order of the alphabet keeps the elements, and the metadata say of each other which
//! that is; `safetensors.torch.load_model` ties them again.

use std::collections::{BTreeMap, HashMap};

use unpickle_torch::Identity;

use super::plan::Plan;

/// The key of the metadata that means something else.
pub(super) const FORMAT: &str = "format";

/// Takes out of the plan what is tied to another. Gives, for each name taken out, the name that is kept.
pub(super) fn untie(plan: &mut Plan<'_, '_>) -> BTreeMap<String, String> {
    let mut first: HashMap<&Identity, &str> = HashMap::new();
    for planned in &plan.arrays {
        if let Some(tie) = planned.array.tie() {
            let name = first.entry(tie).or_insert(planned.name);
            *name = (*name).min(planned.name);
        }
    }
    let mut others = BTreeMap::new();
    plan.arrays.retain(|planned| {
        let kept = planned.array.tie().and_then(|tie| first.get(tie).copied());
        match kept.filter(|&kept| kept != planned.name && planned.name != FORMAT) {
            Some(kept) => {
                others.insert(planned.name.to_owned(), kept.to_owned());
                false
            }
            None => true,
        }
    });
    for name in others.keys() {
        let what = "tied to a tensor of another name, and written once; the metadata say to which";
        plan.notes.add(what, name);
    }
    others
}
