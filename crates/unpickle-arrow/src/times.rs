//! Units of time, and offsets of zones.

use arrow_schema::TimeUnit;
use chrono::{DateTime, LocalResult, Offset, TimeZone as _};
use chrono_tz::Tz;
use unpickle_numpy::{TimeUnit as Ticks, Unit as NumpyUnit};

/// A unit that Arrow has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    Second,
    Milli,
    Micro,
    Nano,
}

impl Unit {
    /// The unit of numpy, if it is one of Arrow's.
    pub(crate) fn of(ticks: Ticks) -> Option<Unit> {
        match ticks {
            Ticks { unit: NumpyUnit::Second, count: 1 } => Some(Unit::Second),
            Ticks { unit: NumpyUnit::Millisecond, count: 1 } => Some(Unit::Milli),
            Ticks { unit: NumpyUnit::Microsecond, count: 1 } => Some(Unit::Micro),
            Ticks { unit: NumpyUnit::Nanosecond, count: 1 } => Some(Unit::Nano),
            _ => None,
        }
    }

    pub(crate) fn arrow(self) -> TimeUnit {
        match self {
            Unit::Second => TimeUnit::Second,
            Unit::Milli => TimeUnit::Millisecond,
            Unit::Micro => TimeUnit::Microsecond,
            Unit::Nano => TimeUnit::Nanosecond,
        }
    }

    /// How many of the unit make a second.
    pub(crate) fn per_second(self) -> i64 {
        match self {
            Unit::Second => 1,
            Unit::Milli => 1_000,
            Unit::Micro => 1_000_000,
            Unit::Nano => 1_000_000_000,
        }
    }

    /// `value` in another unit, if that is exact and fits.
    pub(crate) fn convert(self, value: i64, to: Unit) -> Option<i64> {
        let (from, to) = (self.per_second(), to.per_second());
        if to >= from {
            return value.checked_mul(to / from);
        }
        let step = from / to;
        (value % step == 0).then_some(value / step)
    }
}

/// The zone's offset from UTC in seconds, at a time that its clocks show, in microseconds since 1970. Where clocks
/// go back, `fold` says which of the two times it is; where they go forward, the offset before counts, as in PEP 495.
pub(crate) fn offset_of(zone: Tz, local: i64, fold: bool) -> Option<i64> {
    let clock = DateTime::from_timestamp_micros(local)?.naive_utc();
    let seconds = match zone.offset_from_local_datetime(&clock) {
        LocalResult::Single(offset) => offset.fix().local_minus_utc(),
        LocalResult::Ambiguous(first, second) => {
            let (first, second) = (first.fix().local_minus_utc(), second.fix().local_minus_utc());
            // The first of the two times is on the larger offset.
            if fold { first.min(second) } else { first.max(second) }
        }
        LocalResult::None => {
            let before = DateTime::from_timestamp_micros(local.checked_sub(86_400_000_000)?)?.naive_utc();
            let after = DateTime::from_timestamp_micros(local.checked_add(86_400_000_000)?)?.naive_utc();
            let at = |clock| match zone.offset_from_local_datetime(&clock) {
                LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => {
                    Some(offset.fix().local_minus_utc())
                }
                LocalResult::None => None,
            };
            if fold { at(after)? } else { at(before)? }
        }
    };
    Some(seconds.into())
}

/// The offset from UTC, in seconds, of an IANA zone or a fixed offset (`+05:30`) at an instant.
pub(crate) fn offset_at(zone: &str, seconds: i64) -> Option<i64> {
    if let Ok(rules) = zone.parse::<Tz>() {
        let instant = DateTime::from_timestamp(seconds, 0)?.naive_utc();
        return Some(rules.offset_from_utc_datetime(&instant).fix().local_minus_utc().into());
    }
    let (sign, rest) = match zone.as_bytes().first()? {
        b'+' => (1, zone.get(1..)?),
        b'-' => (-1, zone.get(1..)?),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    Some(sign * (hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60))
}
