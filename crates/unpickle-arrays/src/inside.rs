//! All that a value holds, also what Python reaches by no attribute.

use std::borrow::Cow;

use unpickle_core::{Object, Value};

use crate::path::{self, Step};
use crate::recognise::{Class, class};

/// What the items of a state are called as attributes: of `BinaryTree` in scikit-learn
/// (`sklearn/neighbors/_binary_tree.pxi.tp`).
const OF_SKLEARN: &[(usize, &str)] = &[
    (0, "data"),
    (1, "idx_array"),
    (2, "node_data"),
    (3, "node_bounds"),
    (11, "dist_metric"),
    (12, "sample_weight"),
];

/// The same of `cKDTree` in scipy (`scipy/spatial/_ckdtree.pyx`).
const OF_SCIPY: &[(usize, &str)] = &[(1, "data"), (5, "maxes"), (6, "mins"), (7, "indices"), (8, "boxsize")];

/// What a value holds, as [`path::inside`] tells; and what is in the state of an object that is no dict of attributes,
/// or in the arguments that are all there is of one, by what Python calls them.
pub(crate) fn inside<'p>(value: Value<'p>, each: &mut dyn FnMut(Step<'p>, Value<'p>) -> bool) {
    let mut more = true;
    path::inside(value, &mut |step, item| {
        more = each(step, item);
        more
    });
    let Some(object) = value.as_object().filter(|_| more && class(value) == Class::Open) else { return };
    match object.state() {
        Some(state) if object.attr_dicts().next().is_none() => {
            let names = names(object);
            let Some(items) = state.as_tuple().filter(|_| !names.is_empty()) else {
                each(Step::Attr(Cow::Borrowed("__getstate__()")), state);
                return;
            };
            for (i, item) in items.iter().enumerate() {
                let name = names.iter().find(|(place, _)| *place == i);
                let name = name
                    .map_or_else(|| format!("__getstate__()[{i}]").into(), |(_, name)| Cow::Borrowed(*name));
                if !each(Step::Attr(name), item) {
                    return;
                }
            }
        }
        Some(_) => {}
        None if object.pairs().is_none() && object.items().is_none() && object.given_pairs().is_none() => {
            each(Step::Attr(Cow::Borrowed("__reduce__()[1]")), object.args());
        }
        None => {}
    }
}

/// What the items of its state are called, where that is known.
fn names(object: Object<'_>) -> &'static [(usize, &'static str)] {
    let Some(call) = object.call() else { return &[] };
    match call.name {
        "newObj" if call.module.ends_with("kd_tree") || call.module.ends_with("ball_tree") => OF_SKLEARN,
        "cKDTree" | "KDTree" if call.module.starts_with("scipy.spatial") => OF_SCIPY,
        _ => &[],
    }
}
