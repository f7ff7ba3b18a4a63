//! The units of `datetime64` and `timedelta64`.

use std::fmt;

/// What one tick of a `datetime64` or `timedelta64` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unit {
    /// `Y`: calendar years (since 1970 for a `datetime64`, as all the others).
    Year,
    /// `M`: calendar months.
    Month,
    /// `W`: seven days.
    Week,
    /// `D`
    Day,
    /// `h`
    Hour,
    /// `m`
    Minute,
    /// `s`
    Second,
    /// `ms`
    Millisecond,
    /// `us`
    Microsecond,
    /// `ns`
    Nanosecond,
    /// `ps`
    Picosecond,
    /// `fs`
    Femtosecond,
    /// `as`
    Attosecond,
    /// No unit was ever said: a bare number.
    Generic,
}

impl Unit {
    /// As numpy writes it: `"ns"`, `"D"`, `"generic"`.
    pub fn symbol(self) -> &'static str {
        match self {
            Unit::Year => "Y",
            Unit::Month => "M",
            Unit::Week => "W",
            Unit::Day => "D",
            Unit::Hour => "h",
            Unit::Minute => "m",
            Unit::Second => "s",
            Unit::Millisecond => "ms",
            Unit::Microsecond => "us",
            Unit::Nanosecond => "ns",
            Unit::Picosecond => "ps",
            Unit::Femtosecond => "fs",
            Unit::Attosecond => "as",
            Unit::Generic => "generic",
        }
    }

    /// The unit of this symbol, with numpy's older spellings (`μs`, `B` is refused).
    pub fn from_symbol(symbol: &str) -> Option<Unit> {
        Some(match symbol {
            "Y" => Unit::Year,
            "M" => Unit::Month,
            "W" => Unit::Week,
            "D" => Unit::Day,
            "h" => Unit::Hour,
            "m" => Unit::Minute,
            "s" => Unit::Second,
            "ms" => Unit::Millisecond,
            "us" | "\u{3bc}s" | "\u{b5}s" => Unit::Microsecond,
            "ns" => Unit::Nanosecond,
            "ps" => Unit::Picosecond,
            "fs" => Unit::Femtosecond,
            "as" => Unit::Attosecond,
            "generic" => Unit::Generic,
            _ => return None,
        })
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

/// The unit of a `datetime64` or `timedelta64` dtype with its multiplier: `datetime64[25s]` counts in steps of 25
/// seconds.
///
/// ```
/// use unpickle_numpy::{TimeUnit, Unit};
///
/// assert_eq!(TimeUnit { unit: Unit::Nanosecond, count: 1 }.to_string(), "[ns]");
/// assert_eq!(TimeUnit { unit: Unit::Second, count: 25 }.to_string(), "[25s]");
/// assert_eq!(TimeUnit { unit: Unit::Generic, count: 1 }.to_string(), "");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeUnit {
    /// The unit.
    pub unit: Unit,
    /// How many of the unit one tick is; at least 1, and 1 nearly always.
    pub count: i64,
}

impl TimeUnit {
    /// One of `unit` a tick.
    pub fn one(unit: Unit) -> TimeUnit {
        TimeUnit { unit, count: 1 }
    }

    /// Reads `"ns"` or `"25s"`.
    pub(crate) fn parse(text: &str) -> Option<TimeUnit> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, symbol) = text.split_at_checked(digits)?;
        let count = if count.is_empty() { 1 } else { count.parse().ok().filter(|&count| count > 0)? };
        Some(TimeUnit { unit: Unit::from_symbol(symbol)?, count })
    }
}

impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.unit, self.count) {
            (Unit::Generic, _) => Ok(()),
            (unit, 1) => write!(f, "[{unit}]"),
            (unit, count) => write!(f, "[{count}{unit}]"),
        }
    }
}
