//! numpy's datetime64 and timedelta64 as Arrow arrays.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::types::{
    Date32Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType, DurationSecondType,
    Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
};
use arrow_array::{ArrayRef, PrimitiveArray};
use arrow_schema::TimeUnit;
use unpickle_core::{Error, Result};
use unpickle_numpy::{NdArray, TimeUnit as Ticks, Unit as Tick};

use super::{nan_nulls, values};

/// What a unit of numpy's times is to Arrow.
pub(crate) enum Instant {
    /// Multiply and divide by these to have the unit.
    Ticks(TimeUnit, i64, i64),
    Days(i64),
    Months(i64),
    Count,
}

pub(crate) fn instant(ticks: Ticks) -> Instant {
    let count = ticks.count;
    let times = |unit, each: i64| match count.checked_mul(each) {
        Some(factor) => Instant::Ticks(unit, factor, 1),
        None => Instant::Count,
    };
    match ticks.unit {
        Tick::Year => count.checked_mul(12).map_or(Instant::Count, Instant::Months),
        Tick::Month => Instant::Months(count),
        Tick::Week => count.checked_mul(7).map_or(Instant::Count, Instant::Days),
        Tick::Day => Instant::Days(count),
        // Parquet has no seconds: milliseconds hold them all.
        Tick::Hour => times(TimeUnit::Millisecond, 3_600_000),
        Tick::Minute => times(TimeUnit::Millisecond, 60_000),
        Tick::Second => times(TimeUnit::Millisecond, 1_000),
        Tick::Millisecond => times(TimeUnit::Millisecond, 1),
        Tick::Microsecond => times(TimeUnit::Microsecond, 1),
        Tick::Nanosecond => times(TimeUnit::Nanosecond, 1),
        Tick::Picosecond => Instant::Count,
        Tick::Femtosecond | Tick::Attosecond | Tick::Generic => Instant::Count,
    }
}

/// Instants, NaT as null. With a zone, they are in UTC.
pub(crate) fn datetime(
    array: &NdArray<'_>,
    rows: Range<usize>,
    ticks: Ticks,
    zone: Option<Arc<str>>,
) -> Result<ArrayRef> {
    let values: Vec<i64> = values(array, rows)?;
    let too_far =
        || Error::invalid(array.origin(), format!("a {} beyond what Arrow can hold", array.dtype()));
    Ok(match instant(ticks) {
        Instant::Ticks(unit, factor, _) => {
            let nulls = nan_nulls(&values, |value| value == i64::MIN);
            let values = if factor == 1 { values } else { scaled(values, factor).ok_or_else(too_far)? };
            match unit {
                TimeUnit::Nanosecond => {
                    let array = PrimitiveArray::<TimestampNanosecondType>::new(values.into(), nulls);
                    Arc::new(array.with_timezone_opt(zone))
                }
                TimeUnit::Microsecond => {
                    let array = PrimitiveArray::<TimestampMicrosecondType>::new(values.into(), nulls);
                    Arc::new(array.with_timezone_opt(zone))
                }
                _ => {
                    let array = PrimitiveArray::<TimestampMillisecondType>::new(values.into(), nulls);
                    Arc::new(array.with_timezone_opt(zone))
                }
            }
        }
        Instant::Days(factor) => dates(&values, |value| value.checked_mul(factor)).ok_or_else(too_far)?,
        Instant::Months(factor) => {
            dates(&values, |value| days_of_month(value.checked_mul(factor)?)).ok_or_else(too_far)?
        }
        Instant::Count => {
            let nulls = nan_nulls(&values, |value| value == i64::MIN);
            Arc::new(PrimitiveArray::<Int64Type>::new(values.into(), nulls))
        }
    })
}

/// Each value times `factor`, NaT as it is; `None` if one does not fit.
fn scaled(mut values: Vec<i64>, factor: i64) -> Option<Vec<i64>> {
    for value in &mut values {
        if *value != i64::MIN {
            *value = value.checked_mul(factor)?;
        }
    }
    Some(values)
}

fn dates(values: &[i64], days: impl Fn(i64) -> Option<i64>) -> Option<ArrayRef> {
    let mut out = Vec::with_capacity(values.len());
    for &value in values {
        out.push(if value == i64::MIN { 0 } else { i32::try_from(days(value)?).ok()? });
    }
    let nulls = nan_nulls(values, |value| value == i64::MIN);
    Some(Arc::new(PrimitiveArray::<Date32Type>::new(out.into(), nulls)))
}

/// The first day of a month, counted from January 1970.
pub(crate) fn days_of_month(months: i64) -> Option<i64> {
    let year = months.div_euclid(12).checked_add(1970)?;
    let month = months.rem_euclid(12) + 1;
    if year.abs() > 10_000_000 {
        return None;
    }
    // Years from March on, so that the odd day is the last.
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let in_era = year.rem_euclid(400);
    let from_march = (month + 9) % 12;
    let day_of_year = (153 * from_march + 2) / 5;
    Some(era * 146_097 + in_era * 365 + in_era / 4 - in_era / 100 + day_of_year - 719_468)
}

pub(super) fn timedelta(array: &NdArray<'_>, rows: Range<usize>, ticks: Ticks) -> Result<ArrayRef> {
    let values: Vec<i64> = values(array, rows)?;
    let nulls = nan_nulls(&values, |value| value == i64::MIN);
    let too_far =
        || Error::invalid(array.origin(), format!("a {} beyond what Arrow can hold", array.dtype()));
    let factor = match instant(ticks) {
        Instant::Ticks(..) if ticks == Ticks::one(Tick::Second) => 1,
        Instant::Ticks(_, factor, _) => factor,
        Instant::Days(factor) => factor.checked_mul(86_400).ok_or_else(too_far)?,
        Instant::Months(_) | Instant::Count => {
            return Ok(Arc::new(PrimitiveArray::<Int64Type>::new(values.into(), nulls)));
        }
    };
    let values = if factor == 1 { values } else { scaled(values, factor).ok_or_else(too_far)? };
    let seconds = matches!(ticks.unit, Tick::Week | Tick::Day) || ticks == Ticks::one(Tick::Second);
    Ok(match ticks.unit {
        _ if seconds => Arc::new(PrimitiveArray::<DurationSecondType>::new(values.into(), nulls)),
        Tick::Nanosecond => Arc::new(PrimitiveArray::<DurationNanosecondType>::new(values.into(), nulls)),
        Tick::Microsecond => Arc::new(PrimitiveArray::<DurationMicrosecondType>::new(values.into(), nulls)),
        _ => Arc::new(PrimitiveArray::<DurationMillisecondType>::new(values.into(), nulls)),
    })
}
