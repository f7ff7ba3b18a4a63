//! The Index of pandas 0.13 and before: a subclass of ndarray.
//!
//! `REDUCE numpy.core.multiarray:_reconstruct (Index, (0,), 'b')`, `BUILD (ndarray state, own state)`, where the own
//! state is `(name,)`, `(name, freq, tz)`, `(name, freq)` or `(levels, codes, sortorder, names)`.

use unpickle_core::{Error, FromPickle, Result, Value};
use unpickle_numpy::NdArray;

use crate::array::{Array, looks_like_numpy, one_dimension};
use crate::index::{Index, IndexKind};
use crate::names::{IndexName, Name, items, some};
use crate::{datetime, freq, multi_index, period};

/// Which Index it is, if it is one of these.
pub(crate) fn name(value: Value<'_>) -> Option<IndexName> {
    if !looks_like_numpy(value) {
        return None;
    }
    match Name::of_class(value.as_object()?.arg(0)?.as_class()?)? {
        Name::Index(name) => Some(name),
        _ => None,
    }
}

pub(crate) fn read(value: Value<'_>, class: IndexName, depth: u8) -> Result<Index<'_>> {
    let values = NdArray::from_pickle(value)?;
    let own = values.own_state().and_then(Value::as_seq);
    let part = |i: usize| own.and_then(|own| own.get(i));
    if class == IndexName::Multi {
        let (Some(levels), Some(codes)) = (part(0).and_then(items), part(1).and_then(items)) else {
            return Err(Error::data(value, "a MultiIndex with levels and codes"));
        };
        return multi_index::of_parts(value, levels, codes, part(3).and_then(items), depth);
    }
    one_dimension(value, &values)?;
    let array = Array::Numpy(values);
    let freq = || some(part(1)).and_then(freq::offset_freq);
    let (array, kind, freq) = match class {
        IndexName::Datetime => (datetime::with_zone(array, some(part(2)))?, IndexKind::Datetime, freq()),
        IndexName::Timedelta => (array, IndexKind::Timedelta, freq()),
        IndexName::Period => (period::with_freq(array, value, some(part(1)))?, IndexKind::Period, None),
        _ => (array, IndexKind::Plain, None),
    };
    Ok(Index::Flat { array, name: some(part(0)), kind, freq })
}
