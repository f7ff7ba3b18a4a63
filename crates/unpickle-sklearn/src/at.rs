//! [`at`]: follow a path as Python spells it.

use std::borrow::Cow;

use unpickle_core::{Error, Result, Value};

use crate::item::Item;
use crate::parse::{self, Step};
use crate::{attribute, subscript};

/// What one step leads to.
pub(crate) enum Found<'p> {
    Item(Item<'p>),
    /// A property that only passes on: the steps of this path take its place.
    Path(Cow<'static, str>),
}

/// Most properties that pass on, on one path. A pipeline that is its own last step would never end.
const MAX_DETOURS: usize = 64;

/// What `path` leads to from `root`, spelled as a Python user would write it behind the variable.
///
/// * Attributes: `coef_`, `best_estimator_.coef_`; scikit-learn's properties too, `named_steps.scale.mean_`,
///   `tree_.threshold`, `n_support_`.
/// * Items of lists, tuples and ensembles, from the end if negative: `steps[1][1]`, `estimators_[-1]`, `coefs_[1]`.
/// * Keys of dicts and names of steps: `vocabulary_['word']`, `named_steps['scale']`.
/// * Indexes of arrays, an integer or a slice for each axis: `estimators_[0, 0]`, `coef_[0]`, `coef_[:, 2]`;
///   the fields of structured ones: `nodes['gain']`.
///
/// Nothing is called: a path has no parentheses. Names and keys are looked up, nothing is computed that scikit-learn itself would
/// compute, such as `feature_importances_`.
///
/// ```
/// use unpickle_core::Pickle;
/// use unpickle_sklearn::at;
///
/// // pickle.dumps(sklearn.pipeline.Pipeline([("scale", StandardScaler())]), 2), shortened
/// let pickle = Pickle::parse(
///     b"\x80\x02csklearn.pipeline\nPipeline\n)\x81}X\x05\0\0\0steps](X\x05\0\0\0scalecsklearn.preprocessing._data\n\
///     StandardScaler\n)\x81}X\x09\0\0\0with_mean\x88sb\x86esb.",
/// )?;
/// let scale = at(pickle.root(), "named_steps.scale.with_mean")?;
/// assert_eq!(scale.extract::<bool>()?, true);
/// assert_eq!(at(pickle.root(), "steps[-1][0]")?.extract::<&str>()?, "scale");
/// assert_eq!(
///     at(pickle.root(), "named_steps.scaler").unwrap_err().to_string(),
///     "no `scaler` among the named estimators; did you mean `scale`? at byte 42 (named_steps)",
/// );
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # Errors
///
/// The path is not Python's, or leads nowhere: the message says which step, and what is there instead.
pub fn at<'p>(root: Value<'p>, path: &str) -> Result<Item<'p>> {
    follow(Item::Value(root), parse::steps(path)?)
}

/// Takes one step after the other.
pub(crate) fn follow<'p>(from: Item<'p>, steps: Vec<Step>) -> Result<Item<'p>> {
    let mut item = from;
    let mut todo = steps;
    todo.reverse();
    let mut detours = 0;
    let mut walked = String::new();
    while let Some(step) = todo.pop() {
        let found = match &step {
            Step::Attr(name) => attribute::get(&item, name),
            Step::Index(keys) => subscript::get(&item, keys),
        };
        match found.map_err(|error| if walked.is_empty() { error } else { error.within(shown(&walked)) })? {
            Found::Item(next) => {
                item = next;
                walked.push_str(&step.to_string());
            }
            Found::Path(path) => {
                detours += 1;
                if detours > MAX_DETOURS {
                    let message = format!(
                        "`{}` leads from one property to the next without end",
                        shown(&step.to_string())
                    );
                    return Err(Error::limit(message));
                }
                todo.extend(parse::steps(&path)?.into_iter().rev());
            }
        }
    }
    Ok(item)
}

/// A path without the dot in front of its first name; the end of a long one.
fn shown(walked: &str) -> String {
    let walked = walked.strip_prefix('.').unwrap_or(walked);
    match walked.char_indices().rev().nth(120) {
        Some((from, _)) => format!("…{}", walked.get(from..).unwrap_or_default()),
        None => walked.to_owned(),
    }
}
