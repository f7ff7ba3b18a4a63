//! Attributes, as Python's `getattr` finds them.

use unpickle_core::{Error, Result, Value};
use unpickle_numpy::{MaskedArray, NdArray};

use crate::at::Found;
use crate::class::described;
use crate::item::{Item, Named};
use crate::near::hint;
use crate::property;

/// The attribute `name` of an item.
pub(crate) fn get<'p>(item: &Item<'p>, name: &str) -> Result<Found<'p>> {
    match item {
        Item::Value(value) => of_value(*value, name),
        Item::Array(array) => of_array(array, name).map(|array| Found::Item(Item::Array(array))),
        Item::Named(named) => of_named(named, name).map(|value| Found::Item(Item::Value(value))),
        Item::Int(int) => Err(Error::message(
            unpickle_core::Category::Data,
            format!("no attribute `{name}` in the number {int}"),
        )),
    }
}

fn of_value<'p>(value: Value<'p>, name: &str) -> Result<Found<'p>> {
    let object = value.as_object();
    let pairs = value.as_dict().or_else(|| object?.pairs());
    // Python looks at properties first; scikit-learn has none that hides an attribute of its own.
    if let Some(found) = object.and_then(|object| object.attr(name)) {
        return Ok(Found::Item(Item::Value(found)));
    }
    if object.is_some()
        && let Some(found) = property::get(value, name)?
    {
        return Ok(found);
    }
    // `Bunch` and the like are dicts whose keys are attributes; of a plain dict, paths as the command spells them ask the same.
    if let Some(found) = pairs.and_then(|pairs| pairs.get(name)) {
        return Ok(Found::Item(Item::Value(found)));
    }
    if let Ok(masked) = value.extract::<MaskedArray<'p>>() {
        return of_masked(value, &masked, name).map(|array| Found::Item(Item::Array(array)));
    }
    if let Ok(array) = value.extract::<NdArray<'p>>() {
        return of_array(&array, name).map(|array| Found::Item(Item::Array(array)));
    }
    let attributes = object.into_iter().flat_map(|object| object.attrs()).map(|(name, _)| name);
    let keys = pairs.into_iter().flat_map(|pairs| pairs.keys());
    let known = attributes.chain(keys).filter_map(|name| Some(name.as_text()?.into_owned()));
    let hint = hint(name, known.chain(property::names(value)));
    Err(Error::invalid(value, format!("no attribute `{name}` in {}{hint}", described(value))))
}

pub(crate) fn of_named<'p>(named: &Named<'p>, name: &str) -> Result<Value<'p>> {
    named.get(name).ok_or_else(|| {
        let hint = hint(name, named.iter().map(|(name, _)| name.to_owned()));
        Error::invalid(named.origin, format!("no `{name}` among the named estimators{hint}"))
    })
}

fn of_array<'p>(array: &NdArray<'p>, name: &str) -> Result<NdArray<'p>> {
    match name {
        "T" => Ok(array.transposed()),
        // `numpy.recarray` shows its fields as attributes.
        _ if array.dtype().field(name).is_some() => array.field(name),
        _ => Err(Error::invalid(
            array.origin(),
            format!("no attribute `{name}` in a numpy array; `T` is read"),
        )),
    }
}

fn of_masked<'p>(value: Value<'p>, masked: &MaskedArray<'p>, name: &str) -> Result<NdArray<'p>> {
    match name {
        "data" => Ok(masked.data().clone()),
        "mask" => Ok(masked.mask().clone()),
        _ => {
            let message =
                format!("no attribute `{name}` in a numpy masked array; `data` and `mask` are read");
            Err(Error::invalid(value, message))
        }
    }
}
