//! The Index of pandas 0.13 and before: a subclass of ndarray.
//!
//! `REDUCE numpy.core.multiarray:_reconstruct (Index, (0,), 'b')`, `BUILD (ndarray state, own state)`, where the own
//! state is `(name,)`, `(name, freq, tz)`, `(name, freq)` or `(levels, codes, sortorder, names)`. The `DateRange` of 0.7 and
//! before wraps that of an Index of `datetime` objects: `((ndarray state, (name,)), freq, tz)`.

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

/// Name, frequency and zone of a `DateRange`.
fn date_range(value: Value<'_>) -> Option<(Option<Value<'_>>, Option<Value<'_>>, Option<Value<'_>>)> {
    let state = value.as_object()?.state()?.as_tuple().filter(|state| state.len() == 3)?;
    let (index, own) = (state.get(0)?.as_tuple()?, state.get(0)?.as_tuple()?.get(1)?.as_tuple()?);
    index.get(0)?.as_tuple()?;
    Some((own.get(0), state.get(1), state.get(2)))
}

/// The index in `value`, which is one of these.
pub(crate) fn read(value: Value<'_>, class: IndexName, depth: u8) -> Result<Index<'_>> {
    let values = NdArray::from_pickle(value)?;
    if let Some((name, freq, zone)) = date_range(value) {
        one_dimension(value, &values)?;
        let array = datetime::with_zone(Array::Numpy(values), some(zone))?;
        let freq = some(freq).and_then(freq::offset_freq);
        return Ok(Index::Flat { array, name: some(name), kind: IndexKind::Datetime, freq });
    }
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
