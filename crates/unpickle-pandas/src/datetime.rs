//! `DatetimeArray`: numpy's instants, in UTC, and the zone to show them in.
//!
//! The dtype is numpy's `datetime64[unit]`, or `DatetimeTZDtype`: `NEWOBJ`, `BUILD {'unit', 'tz'}`.

use unpickle_core::{Error, Result, Value};
use unpickle_numpy::NdArray;

use crate::array::{Array, is_datetime};
use crate::extension::{Meaning, Parts};
use crate::names::{Made, Name, some};
use crate::timezone::TimeZone;

pub(crate) fn meaning<'p>(parts: &Parts<'p>, values: &NdArray<'p>) -> Result<Meaning<'p>> {
    if !is_datetime(values.dtype()) {
        return Err(Error::data(parts.values, "an array of datetime64"));
    }
    match parts.dtype.map(dtype_zone).transpose()?.flatten() {
        Some(zone) => Ok(Meaning::DatetimeTz(zone)),
        None => Ok(Meaning::Plain),
    }
}

/// The zone in a `DatetimeTZDtype`; nothing in any other dtype.
pub(crate) fn dtype_zone(dtype: Value<'_>) -> Result<Option<TimeZone>> {
    let Some(made) = Made::of(dtype).filter(|made| made.name == Name::DatetimeTzDtype) else {
        return Ok(None);
    };
    match some(made.field("tz")).or_else(|| some(made.args.get(1))) {
        Some(zone) => TimeZone::of_column(zone).map(Some),
        None => Err(Error::data(dtype, "a dtype with a time zone")),
    }
}

/// Instants to which something outside the array, a `tz` key, gives a zone.
pub(crate) fn with_zone<'p>(array: Array<'p>, zone: Option<Value<'p>>) -> Result<Array<'p>> {
    match (array, zone) {
        (Array::Numpy(values), Some(zone)) if is_datetime(values.dtype()) => {
            Ok(Array::DatetimeTz { values, zone: TimeZone::of_column(zone)? })
        }
        (array, _) => Ok(array),
    }
}
