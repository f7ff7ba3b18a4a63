//! pandas' scalars in cells of objects: `Timestamp`, `Timedelta`, `Period`, `Interval`, `NaT`, `NA`.
//!
//! `Timestamp (value, freq, tz)` up to 1.2, `_unpickle_timestamp (value, freq, tz[, reso])` since;
//! `Timedelta (value,)`, `_timedelta_unpickle (value, reso)`; `Period (None, offset, ordinal)`;
//! `Interval (left, right, closed)`; `_nat_unpickle (None,)`; `NA` is a bare global.

use unpickle_core::{Object, Value};
use unpickle_numpy::Unit;

use crate::interval::Closed;
use crate::names::{Made, Name, field, some};

/// A scalar of pandas.
#[derive(Clone, Copy, Debug)]
pub enum PandasScalar<'p> {
    /// An instant.
    Timestamp {
        /// How many units since 1970-01-01 00:00 UTC (of the local clock where there is no zone).
        value: i64,
        /// The unit: nanoseconds before pandas 2.
        unit: Unit,
        /// The zone, for [`TimeZone::from_value`](crate::TimeZone::from_value). It is left as it is because a column
        /// holds few zones in many cells.
        zone: Option<Value<'p>>,
    },
    /// A duration.
    Timedelta {
        /// How many units.
        value: i64,
        /// The unit.
        unit: Unit,
    },
    /// A period: `ordinal` counts the frequency since 1970.
    Period {
        /// The count.
        ordinal: i64,
        /// The frequency, an offset object: [`period_freq`](crate::period_freq) gives its name.
        freq: Value<'p>,
    },
    /// An interval.
    Interval {
        /// The left end.
        left: Value<'p>,
        /// The right end.
        right: Value<'p>,
        /// Which ends belong to it.
        closed: Closed,
    },
    /// `NaT`, missing among times.
    NaT,
    /// `NA`, missing among anything.
    NA,
}

/// The scalar of pandas in `value`, if it is one.
///
/// Whoever looks at many cells uses [`Recogniser`](crate::Recogniser), which remembers what each class is.
#[must_use]
pub fn recognise(value: Value<'_>) -> Option<PandasScalar<'_>> {
    if let Some(class) = value.as_class() {
        return missing(Name::of_class(class)?);
    }
    let made = Made::of(value)?;
    of(made.name, made.object)
}

/// A scalar that is a bare global.
pub(crate) fn missing<'p>(name: Name) -> Option<PandasScalar<'p>> {
    match name {
        Name::NA => Some(PandasScalar::NA),
        Name::NaT => Some(PandasScalar::NaT),
        _ => None,
    }
}

/// The scalar that a call of `name` makes.
pub(crate) fn of(name: Name, object: Object<'_>) -> Option<PandasScalar<'_>> {
    match name {
        Name::Timestamp => {
            // (2020, 1, 2) would be a day; pickles hold (value, freq, tz[, unit]).
            if object.arg(1).is_some_and(|freq| freq.as_i64().is_some()) {
                return None;
            }
            let value = object.arg(0)?.as_i64()?;
            let zone = some(object.arg(2));
            Some(PandasScalar::Timestamp { value, unit: unit(object.arg(3))?, zone })
        }
        Name::Timedelta => {
            let value = object.arg(0)?.as_i64()?;
            Some(PandasScalar::Timedelta { value, unit: unit(object.arg(1))? })
        }
        Name::Period => {
            // Before 0.18 the same three come by BUILD, before 0.17 as slots by name.
            let part = |i: usize, name: &str| {
                let state = || object.state();
                let part = object.arg(i).or_else(|| field(state()?, name));
                part.or_else(|| state()?.as_tuple()?.get(i))
            };
            Some(PandasScalar::Period { ordinal: part(2, "ordinal")?.as_i64()?, freq: part(1, "freq")? })
        }
        Name::Interval => {
            let closed =
                object.arg(2).map_or(Some(Closed::Right), |closed| Closed::from_value(closed).ok())?;
            Some(PandasScalar::Interval { left: object.arg(0)?, right: object.arg(1)?, closed })
        }
        Name::NaT | Name::NA => missing(name),
        _ => None,
    }
}

/// The unit of a pandas resolution code; nanoseconds where there is none.
fn unit(code: Option<Value<'_>>) -> Option<Unit> {
    let Some(code) = some(code) else { return Some(Unit::Nanosecond) };
    Some(match code.as_i64()? {
        0 => Unit::Year,
        1 => Unit::Month,
        2 => Unit::Week,
        4 => Unit::Day,
        5 => Unit::Hour,
        6 => Unit::Minute,
        7 => Unit::Second,
        8 => Unit::Millisecond,
        9 => Unit::Microsecond,
        10 => Unit::Nanosecond,
        11 => Unit::Picosecond,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use unpickle_core::Pickle;

    #[test]
    fn a_timestamp_keeps_its_unit() {
        for (bytes, expected) in [
            (&b"cpandas._libs.tslibs.timestamps\n_unpickle_timestamp\n(I5\nNNI7\ntR."[..], Unit::Second),
            (b"cpandas._libs.tslibs.timestamps\n_unpickle_timestamp\n(I5\nNNI9\ntR.", Unit::Microsecond),
            (b"cpandas._libs.tslibs.timestamps\n_unpickle_timestamp\n(I5\nNNtR.", Unit::Nanosecond),
            (b"cpandas.tslib\nTimestamp\n(I5\nNNtR.", Unit::Nanosecond),
        ] {
            let pickle = Pickle::parse(bytes.to_vec()).unwrap();
            match recognise(pickle.root()) {
                Some(PandasScalar::Timestamp { value: 5, unit, zone: None }) => assert_eq!(unit, expected),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn every_spelling_of_missing_is_known() {
        for bytes in [
            &b"cpandas.tslib\n__nat_unpickle\n(NtR."[..],
            b"cpandas._libs.tslibs.nattype\n_nat_unpickle\n(NtR.",
        ] {
            let pickle = Pickle::parse(bytes.to_vec()).unwrap();
            assert!(matches!(recognise(pickle.root()), Some(PandasScalar::NaT)));
        }
        for bytes in [&b"cpandas._libs.missing\nNA\n."[..], b"cpandas\nNA\n."] {
            let pickle = Pickle::parse(bytes.to_vec()).unwrap();
            assert!(matches!(recognise(pickle.root()), Some(PandasScalar::NA)));
        }
    }

    #[test]
    fn a_period_has_its_parts_in_one_of_three_places() {
        for bytes in [
            &b"\x80\x02cpandas._period\nPeriod\n(NX\x01\0\0\0MM\x04\x02tR."[..],
            b"\x80\x02cpandas.tseries.period\nPeriod\n)\x81(NX\x01\0\0\0MM\x04\x02tb.",
            b"\x80\x02cpandas.tseries.period\nPeriod\n)\x81N}(U\x04freqU\x01MU\x07ordinalM\x04\x02u\x86b.",
        ] {
            let pickle = Pickle::parse(bytes.to_vec()).unwrap();
            match recognise(pickle.root()) {
                Some(PandasScalar::Period { ordinal: 516, freq }) => {
                    assert_eq!(crate::period_freq(freq).unwrap(), "M");
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_timestamp_by_components_is_not_mistaken_for_an_epoch() {
        let pickle = Pickle::parse(b"cpandas\nTimestamp\n(I2020\nI1\nI2\ntR.".to_vec()).unwrap();
        assert!(recognise(pickle.root()).is_none());
    }
}
