//! What is inside of a value, for tables: as [`unpickle_arrays::path`] spells it, and the frames of a `SparsePanel`.

use unpickle_arrays::path::{self, Step};
use unpickle_core::Value;
use unpickle_pandas::{Std, sparse_panel, stdlib};

/// Most containers of one thing that may stand in each other.
const MAX_DEPTH: usize = 1_000_000;

/// Most values that are looked at to say what is beside arrays.
const MAX_LOOKED_AT: usize = 1_000_000;

/// Calls `each` with every value that `value` holds and the step to it, until it says `false`.
pub(super) fn inside<'p>(value: Value<'p>, each: &mut dyn FnMut(Step<'p>, Value<'p>) -> bool) {
    match sparse_panel(value) {
        None => path::inside(value, each),
        Some(frames) => {
            for (key, frame) in frames.iter() {
                if !each(Step::Key(key), frame) {
                    return;
                }
            }
        }
    }
}

/// The value at `path`.
pub(crate) fn find<'p>(root: Value<'p>, path: &str) -> Option<Value<'p>> {
    path::find_in(root, path, inside)
}

/// Whether all that the value holds, in itself or in lists and dicts in it, is such.
pub(crate) fn holds_only<'p>(root: Value<'p>, is_such: impl Fn(Value<'p>) -> bool) -> bool {
    let mut todo = vec![root];
    for _ in 0..MAX_LOOKED_AT {
        let Some(value) = todo.pop() else { return true };
        if is_such(value) {
            continue;
        }
        // An OrderedDict and a deque are plain containers; what PyTorch notes on one, of versions, is not looked at.
        let room = MAX_LOOKED_AT.saturating_sub(todo.len());
        let plain = value.as_seq().is_some() || value.as_dict().is_some();
        match if plain { None } else { stdlib::recognise(value) } {
            None if plain => inside(value, &mut |_, item| {
                todo.push(item);
                todo.len() < MAX_LOOKED_AT
            }),
            Some(Std::Mapping(pairs)) => todo.extend(pairs.iter().map(|(_, item)| item).take(room)),
            Some(Std::Sequence(items)) => todo.extend(items.iter().take(room)),
            _ => return false,
        }
    }
    false
}

/// Whether there is more on the way to the first thing inside that is no container of one.
pub(crate) fn holds_more(root: Value<'_>) -> bool {
    let mut at = root;
    for _ in 0..MAX_DEPTH {
        let (mut count, mut next) = (0, None);
        inside(at, &mut |_, item| {
            count += 1;
            next = Some(item);
            count < 2
        });
        match next {
            Some(item) if count == 1 && item.as_object().is_none() => at = item,
            _ => return count > 1,
        }
    }
    false
}
