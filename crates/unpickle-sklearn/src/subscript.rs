//! Items, as Python's `value[key]` finds them.

use unpickle_core::{Error, Result, Value};
use unpickle_numpy::{MaskedArray, NdArray};

use crate::at::Found;
use crate::attribute::of_named;
use crate::class::{described, with_attributes};
use crate::item::Item;
use crate::near::hint;
use crate::number::{integer, text};
use crate::parse::{Key, Step};

/// The item of `item` at `keys`.
pub(crate) fn get<'p>(item: &Item<'p>, keys: &[Key]) -> Result<Found<'p>> {
    match (item, keys) {
        (Item::Value(value), _) => of_value(*value, keys),
        (Item::Array(array), _) => of_array(array, keys).map(Found::Item),
        (Item::Named(named), [Key::Text(name)]) => {
            of_named(named, name).map(|value| Found::Item(Item::Value(value)))
        }
        (Item::Named(named), _) => {
            Err(Error::invalid(named.origin, "named estimators are found by a name in quotes"))
        }
        (Item::Int(int), _) => {
            let message = format!("the number {int} has no items");
            Err(Error::message(unpickle_core::Category::Data, message))
        }
    }
}

fn of_value<'p>(value: Value<'p>, keys: &[Key]) -> Result<Found<'p>> {
    let object = value.as_object();
    if let Some(pairs) = value.as_dict().or_else(|| object?.pairs()) {
        let found = match keys {
            [Key::Text(name)] => pairs.get(name),
            [Key::Int(int)] => pairs.get(*int),
            _ => None,
        };
        // Tuples, and keys that are numpy's: few dicts have them, and those are small.
        let found = found
            .or_else(|| pairs.pairs().filter(|(key, _)| is_key(*key, keys)).last().map(|(_, value)| value));
        return found.map(|found| Found::Item(Item::Value(found))).ok_or_else(|| {
            let wanted = Step::Index(keys.to_vec()).to_string();
            let known = pairs.pairs().filter_map(|(key, _)| Some(key.as_text()?.into_owned()));
            let hint = match keys {
                [Key::Text(name)] => hint(name, known),
                _ => String::new(),
            };
            Error::invalid(value, format!("no key {wanted} in a dict of {}{hint}", pairs.len()))
        });
    }
    if let Some(items) = value.as_list().or_else(|| value.as_tuple()).or_else(|| object?.items()) {
        let [Key::Int(index)] = keys else {
            return Err(Error::invalid(
                value,
                format!("items of a {} are found by one number", value.kind()),
            ));
        };
        let found = position(*index, items.len()).and_then(|index| items.get(index));
        return found.map(|found| Found::Item(Item::Value(found))).ok_or_else(|| {
            Error::invalid(value, format!("no item {index} in a {} of {}", value.kind(), items.len()))
        });
    }
    if let Some(object) = with_attributes(value) {
        // What `Pipeline.__getitem__`, `FeatureUnion.__getitem__` and `BaseEnsemble.__getitem__` look at.
        let has = |name| object.attr(name).is_some();
        let step = Step::Index(keys.to_vec());
        let path = match keys {
            [Key::Int(_)] if has("steps") => Some(format!("steps{step}[1]")),
            [Key::Text(_)] if has("steps") => Some(format!("named_steps{step}")),
            [Key::Text(_)] if has("transformer_list") => Some(format!("named_transformers{step}")),
            [Key::Int(_)] if has("estimators_") => Some(format!("estimators_{step}")),
            _ => None,
        };
        if let Some(path) = path {
            return Ok(Found::Path(path.into()));
        }
    }
    if let Ok(array) = value.extract::<NdArray<'p>>() {
        return of_array(&array, keys).map(Found::Item);
    }
    if value.extract::<MaskedArray<'p>>().is_ok() {
        let message = "a numpy masked array is not indexed; take its `.data` or `.mask` first";
        return Err(Error::invalid(value, message));
    }
    Err(Error::invalid(value, format!("{} has no items", described(value))))
}

/// Whether a dict's key is this one, or the tuple of these.
fn is_key(key: Value<'_>, keys: &[Key]) -> bool {
    let is = |part: Value<'_>, key: &Key| match key {
        Key::Int(int) => integer(part) == Some(*int),
        Key::Text(wanted) => text(part).is_some_and(|text| text == *wanted),
        Key::Slice(..) => false,
    };
    match (key.as_tuple(), keys) {
        (Some(parts), keys) => {
            parts.len() == keys.len() && parts.iter().zip(keys).all(|(part, key)| is(part, key))
        }
        (None, [wanted]) => is(key, wanted),
        _ => false,
    }
}

/// An index as Python counts: from the end if negative.
fn position(index: i64, len: usize) -> Option<usize> {
    let len = i64::try_from(len).ok()?;
    let index = if index < 0 { index.checked_add(len)? } else { index };
    usize::try_from(index).ok().filter(|_| index < len)
}

/// The bound of a slice as Python takes it: cut to what there is.
fn bound(bound: Option<i64>, len: usize, absent: usize) -> usize {
    match bound {
        None => absent,
        Some(bound) if bound < 0 => {
            usize::try_from(bound.unsigned_abs()).map_or(0, |from_end| len.saturating_sub(from_end))
        }
        Some(bound) => usize::try_from(bound).map_or(len, |bound| bound.min(len)),
    }
}

/// numpy's basic indexing: an integer or a slice for each axis, or the name of a field.
fn of_array<'p>(array: &NdArray<'p>, keys: &[Key]) -> Result<Item<'p>> {
    if let [Key::Text(name)] = keys {
        return array.field(name).map(Item::Array);
    }
    if keys.len() > array.ndim() {
        let message = format!("{} indexes for a numpy array of {} dimensions", keys.len(), array.ndim());
        return Err(Error::invalid(array.origin(), message));
    }
    let mut part = array.clone();
    let mut axis = 0;
    for (place, key) in keys.iter().enumerate() {
        // The axis is brought to the front, cut, and brought back.
        let len = part.shape().get(axis).copied().unwrap_or(0);
        let mut front = part.permuted(&moved(axis, 0, part.ndim()))?;
        part = match key {
            Key::Int(index) => {
                let position = position(*index, len).ok_or_else(|| {
                    let message =
                        format!("no index {index} on axis {place} of a numpy array, which has {len}");
                    Error::invalid(array.origin(), message)
                })?;
                front.row(position)?
            }
            Key::Slice(start, stop) => {
                let (start, stop) = (bound(*start, len, 0), bound(*stop, len, len));
                front = front.slice(start.min(stop)..stop)?;
                let part = front.permuted(&moved(0, axis, front.ndim()))?;
                axis += 1;
                part
            }
            Key::Text(name) => {
                let message = format!("'{name}' and other indexes at once; take the field first");
                return Err(Error::invalid(array.origin(), message));
            }
        };
    }
    if part.ndim() == 0
        && let Some(objects) = part.objects()
        && part.dtype().fields().is_empty()
        && let Some(object) = objects.get(0)
    {
        return Ok(Item::Value(object));
    }
    Ok(Item::Array(part))
}

/// The order of axes when one is taken from its place to another.
fn moved(from: usize, to: usize, ndim: usize) -> Vec<usize> {
    let mut axes: Vec<usize> = (0..ndim).filter(|&axis| axis != from).collect();
    axes.insert(to.min(axes.len()), from);
    axes
}
