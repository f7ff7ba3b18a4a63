//! How far times reach, and in which unit.

use crate::times::Unit;

/// The finest unit of some times, and how far they reach: not every unit reaches as far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// The unit that holds them all exactly.
    unit: Unit,
    /// The unit that pyarrow takes: of numpy's scalars their own, of others microseconds. It is kept if it reaches as far.
    own: Unit,
    /// In nanoseconds.
    first: i128,
    last: i128,
}

impl Span {
    pub(crate) fn of(value: i64, unit: Unit) -> Span {
        // Microseconds unless nanoseconds are really there, which pyarrow cuts.
        let finest = if unit == Unit::Nano && value % 1000 == 0 { Unit::Micro } else { unit };
        let at = i128::from(value) * i128::from(1_000_000_000 / unit.per_second());
        Span { unit: finest, own: finest.max(Unit::Micro), first: at, last: at }
    }

    /// Of a scalar of numpy, which says its unit.
    pub(crate) fn of_numpy(value: i64, unit: Unit) -> Span {
        Span { own: unit, ..Span::of(value, unit) }
    }

    pub(super) fn merge(self, other: Span) -> Span {
        Span {
            unit: self.unit.max(other.unit),
            own: self.own.max(other.own),
            first: self.first.min(other.first),
            last: self.last.max(other.last),
        }
    }

    /// A unit that holds them all exactly, but no coarser than `least`: pyarrow's, where that reaches as far.
    pub(crate) fn unit(self, least: Unit) -> Unit {
        let own = self.own.max(least);
        if self.reaches(own) { own } else { self.unit.max(least) }
    }

    /// Whether 64 bits of that unit reach as far. The least number stands for NaT.
    pub(super) fn fits(self, least: Unit) -> bool {
        self.reaches(self.unit(least))
    }

    fn reaches(self, unit: Unit) -> bool {
        let each = i128::from(1_000_000_000 / unit.per_second());
        let reach = i128::from(i64::MAX) * each;
        self.first >= -reach && self.last <= reach
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_python_are_microseconds_where_these_hold_them_and_reach_as_far() {
        assert_eq!(Span::of(5, Unit::Second).unit(Unit::Milli), Unit::Micro);
        assert_eq!(Span::of(5_000, Unit::Nano).unit(Unit::Milli), Unit::Micro);
        assert_eq!(Span::of(5_001, Unit::Nano).unit(Unit::Milli), Unit::Nano);
        // The year 300,000.
        assert_eq!(Span::of(9_400_000_000_000, Unit::Second).unit(Unit::Milli), Unit::Milli);
    }

    #[test]
    fn scalars_of_numpy_keep_their_unit_where_it_reaches_as_far() {
        assert_eq!(Span::of_numpy(5_000, Unit::Nano).unit(Unit::Milli), Unit::Nano);
        assert_eq!(Span::of_numpy(5, Unit::Second).unit(Unit::Second), Unit::Second);
        let far = Span::of_numpy(253_402_300_799, Unit::Second).merge(Span::of_numpy(5_000, Unit::Nano));
        assert_eq!(far.unit(Unit::Milli), Unit::Micro);
    }
}
