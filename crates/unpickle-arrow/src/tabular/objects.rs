//! A list of objects: dataclasses, instances of one class, or of several with the same attributes.

use std::collections::HashSet;

use unpickle_core::{Dict, Result, Value};
use unpickle_pandas::{Recogniser, Std, stdlib};

use super::library::is_library;
use super::rows::by_position;
use super::{MAX_COLUMNS, items, records};
use crate::budget::Budget;
use crate::cells::{Rows, instance_of_dict};
use crate::table::Table;

/// Most names of attributes that are compared, of objects of several classes.
const MAX_NAMES: usize = 50_000_000;

/// A list of objects that are alike; a row may be missing.
pub(crate) fn list<'p>(value: Value<'p>, budget: &Budget) -> Result<Option<Table<'p>>> {
    let Some(list) = items(value) else { return Ok(None) };
    if alike(list.iter().filter(|row| !row.is_none())) {
        return records::table("list of objects", value, Rows::Seq(list), None, budget);
    }
    let Some(width) = list.get(0).and_then(fields) else { return Ok(None) };
    if !one_class(list.iter()) || !list.iter().all(|row| fields(row) == Some(width)) {
        return Ok(None);
    }
    by_position("list of objects", value, list, width, true, budget)
}

/// Whether these are objects of one class, or have all the same attributes; and at least one there is.
pub(super) fn alike<'p>(mut objects: impl Iterator<Item = Value<'p>> + Clone) -> bool {
    let mut recogniser = Recogniser::default();
    if !objects.clone().all(|object| has_attributes(object, &mut recogniser)) {
        return false;
    }
    let Some(first) = objects.next() else { return false };
    let rest = objects.clone();
    if one_class(std::iter::once(first).chain(rest)) {
        return true;
    }
    let attributes = |object: Value<'p>| object.as_object().into_iter().flat_map(|object| object.attrs());
    let own: HashSet<_> = attributes(first).filter_map(|(name, _)| name.as_text()).collect();
    if own.len() > MAX_COLUMNS {
        return false;
    }
    let mut left = MAX_NAMES;
    objects.all(|object| {
        // None is more than the first has, and as many there are.
        let mut count = 0;
        let known = attributes(object).all(|(name, _)| {
            count += 1;
            count <= own.len() && name.as_text().is_some_and(|name| own.contains(&name))
        });
        left = left.saturating_sub(count);
        known && count == own.len() && left > 0
    })
}

pub(super) fn one_class<'p>(mut objects: impl Iterator<Item = Value<'p>>) -> bool {
    let class = |object: Value<'p>| object.as_object()?.class();
    let Some(first) = objects.next().and_then(class) else { return false };
    objects.all(|object| {
        class(object).is_some_and(|other| {
            other.value().is(first.value())
                || other.module() == first.module() && other.name() == first.name()
        })
    })
}

/// An object of a class that is not known, and all that is known of it is its attributes.
fn has_attributes<'p>(value: Value<'p>, recogniser: &mut Recogniser) -> bool {
    let Some(object) = value.as_object() else { return false };
    object.attr_dicts().any(|dict| !dict.is_empty())
        && object.items().is_none()
        && object.pairs().is_none()
        && recogniser.recognise(value).is_none()
        && !is_library(value)
}

/// How many fields an object has whose state is the list of them: a frozen dataclass with slots.
fn fields(value: Value<'_>) -> Option<usize> {
    let object = value.as_object()?;
    object.class()?;
    (object.items().is_none() && object.pairs().is_none()).then_some(())?;
    Some(object.state()?.as_list()?.len())
}

/// The pairs of an instance of a subclass of dict that is a stranger's.
pub(super) fn as_dict(value: Value<'_>) -> Option<Dict<'_>> {
    let pairs = instance_of_dict(value)?;
    (!is_library(value)).then_some(pairs)
}

/// Whether the value is a mapping or a sequence of the standard library.
pub(super) fn is_container(value: Value<'_>) -> bool {
    value.as_seq().is_some()
        || value.as_dict().is_some()
        || matches!(stdlib::recognise(value), Some(Std::Mapping(_) | Std::Sequence(_)))
        || as_dict(value).is_some()
}
