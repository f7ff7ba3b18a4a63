//! How far times reach, and in which unit.

use crate::times::Unit;

/// The finest unit of some times, and how far they reach: not every unit reaches as far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    unit: Unit,
    /// In nanoseconds.
    first: i128,
    last: i128,
}

impl Span {
    pub(crate) fn of(value: i64, unit: Unit) -> Span {
        // As pyarrow, microseconds unless nanoseconds are really there.
        let finest = if unit == Unit::Nano && value % 1000 == 0 { Unit::Micro } else { unit };
        let at = i128::from(value) * i128::from(1_000_000_000 / unit.per_second());
        Span { unit: finest, first: at, last: at }
    }

    pub(super) fn merge(self, other: Span) -> Span {
        Span {
            unit: self.unit.max(other.unit),
            first: self.first.min(other.first),
            last: self.last.max(other.last),
        }
    }

    /// The unit that holds them all exactly, but no coarser than `least`.
    pub(crate) fn unit(self, least: Unit) -> Unit {
        self.unit.max(least)
    }

    /// Whether 64 bits of that unit reach as far. The least number stands for NaT.
    pub(super) fn fits(self, least: Unit) -> bool {
        let each = i128::from(1_000_000_000 / self.unit(least).per_second());
        let reach = i128::from(i64::MAX) * each;
        self.first >= -reach && self.last <= reach
    }
}
