//! `PeriodArray`: ordinals, and the frequency they count.
//!
//! `PeriodDtype` is `REDUCE ('period[M]',)` from 2.1 on, `REDUCE (offset,)` from 1.1, and before
//! `NEWOBJ`, `BUILD {'freq': offset}`.

use unpickle_core::{Error, Result, Value};
use unpickle_numpy::{DtypeKind, NdArray};

use crate::array::Array;
use crate::extension::{Meaning, Parts};
use crate::freq::period_freq;
use crate::names::{Made, Name, some};

pub(crate) fn meaning<'p>(
    value: Value<'p>,
    made: &Made<'p>,
    parts: &Parts<'p>,
    ordinals: &NdArray<'p>,
) -> Result<Meaning<'p>> {
    if !matches!(ordinals.dtype().kind(), DtypeKind::Int(8)) {
        return Err(Error::data(parts.values, "an array of int64 ordinals"));
    }
    let dtype = parts.dtype.and_then(Made::of).filter(|dtype| dtype.name == Name::PeriodDtype);
    let freq = dtype
        .and_then(|dtype| some(dtype.field("freq")).or_else(|| some(dtype.args.get(0))))
        .or(parts.freq)
        .or_else(|| some(made.field("freq")));
    match freq {
        Some(freq) => period_freq(freq).map(Meaning::Period),
        None => Err(Error::data(value, "a PeriodArray with a frequency")),
    }
}

/// Ordinals to which something outside the array, a `freq` key, gives the frequency (0.23 and before).
pub(crate) fn with_freq<'p>(
    array: Array<'p>,
    value: Value<'p>,
    freq: Option<Value<'p>>,
) -> Result<Array<'p>> {
    match array {
        Array::Numpy(ordinals) if matches!(ordinals.dtype().kind(), DtypeKind::Int(8)) => match freq {
            Some(freq) => Ok(Array::Period { ordinals, freq: period_freq(freq)? }),
            None => Err(Error::data(value, "a PeriodIndex with a frequency")),
        },
        Array::Period { .. } => Ok(array),
        _ => Err(Error::data(value, "a PeriodIndex of ordinals")),
    }
}
