//! Units of time.

use arrow_schema::TimeUnit;
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
