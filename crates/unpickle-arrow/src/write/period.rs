//! Periods as pandas prints them: `2020`, `2020Q1`, `2020-01`, `2019-12-30/2020-01-05`, `2020-01-05 03:00`.

use std::io::Write as _;

use arrow_schema::TimeUnit;

use super::text::{self, Fraction};

/// A frequency, as the extension type `pandas.period` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freq {
    Year,
    Quarter,
    Month,
    /// Ends so many days after Sunday.
    Week(i64),
    Business,
    Day,
    Hour,
    Minute,
    /// Seconds and their parts.
    Time(TimeUnit),
}

impl Freq {
    /// Reads `M`, `Q-MAR`, `2h`, `W-WED`; multiples count the same ordinals.
    pub(crate) fn parse(name: &str) -> Option<Freq> {
        let name = name.trim_start_matches(|c: char| c.is_ascii_digit());
        let (base, anchor) = name.split_once('-').unwrap_or((name, ""));
        Some(match base {
            "Y" | "A" | "YE" => Freq::Year,
            "Q" | "QE" => Freq::Quarter,
            "M" | "ME" => Freq::Month,
            "W" => {
                let days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
                let day = days.iter().position(|day| *day == anchor).unwrap_or_default();
                Freq::Week(i64::try_from(day).ok()?)
            }
            "B" => Freq::Business,
            "D" => Freq::Day,
            "h" | "H" => Freq::Hour,
            "min" | "T" => Freq::Minute,
            "s" | "S" => Freq::Time(TimeUnit::Second),
            "ms" | "L" => Freq::Time(TimeUnit::Millisecond),
            "us" | "U" => Freq::Time(TimeUnit::Microsecond),
            "ns" | "N" => Freq::Time(TimeUnit::Nanosecond),
            _ => return None,
        })
    }

    /// Appends the period of this ordinal.
    pub(crate) fn write(self, ordinal: i64, out: &mut Vec<u8>) {
        let year = |count: i64| i128::from(count) + 1970;
        match self {
            Freq::Year => _ = write!(out, "{:04}", year(ordinal)),
            Freq::Quarter => {
                _ = write!(out, "{:04}Q{}", year(ordinal.div_euclid(4)), ordinal.rem_euclid(4) + 1);
            }
            Freq::Month => {
                _ = write!(out, "{:04}-{:02}", year(ordinal.div_euclid(12)), ordinal.rem_euclid(12) + 1);
            }
            Freq::Week(end) => {
                // Week 0 that ends on a Sunday is the one before 1970 began.
                let last = ordinal.saturating_mul(7).saturating_add(end - 4);
                text::date(last.saturating_sub(6), out);
                out.push(b'/');
                text::date(last, out);
            }
            Freq::Business => {
                let days = ordinal.saturating_add(3);
                let day = days.div_euclid(5).saturating_mul(7).saturating_add(days.rem_euclid(5) - 3);
                text::date(day, out);
            }
            Freq::Day => text::date(ordinal, out),
            Freq::Hour => {
                text::date(ordinal.div_euclid(24), out);
                _ = write!(out, " {:02}:00", ordinal.rem_euclid(24));
            }
            Freq::Minute => {
                text::date(ordinal.div_euclid(1440), out);
                let minute = ordinal.rem_euclid(1440);
                _ = write!(out, " {:02}:{:02}", minute / 60, minute % 60);
            }
            Freq::Time(unit) => {
                let digits = match unit {
                    TimeUnit::Second => 0,
                    TimeUnit::Millisecond => 3,
                    TimeUnit::Microsecond => 6,
                    TimeUnit::Nanosecond => 9,
                };
                text::timestamp(ordinal, unit, 0, b' ', Fraction::Digits(digits), out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(freq: &str, ordinal: i64) -> String {
        let mut out = Vec::new();
        Freq::parse(freq).unwrap().write(ordinal, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn periods_are_printed_as_pandas_prints_them() {
        let cases = [
            ("Y-JUN", 50, "2020"),
            ("Q-MAR", -1, "1969Q4"),
            ("Q-DEC", 203, "2020Q4"),
            ("3M", 50, "1974-03"),
            ("W-SUN", 0, "1969-12-22/1969-12-28"),
            ("W-WED", 2600, "2019-10-24/2019-10-30"),
            ("W-SAT", -3, "1969-12-07/1969-12-13"),
            ("B", -4, "1969-12-26"),
            ("B", 13_000, "2019-10-31"),
            ("D", -1, "1969-12-31"),
            ("2h", -1, "1969-12-31 23:00"),
            ("min", 5_000_000_001, "11476-08-15 05:21"),
            ("s", -1, "1969-12-31 23:59:59"),
            ("ms", -1, "1969-12-31 23:59:59.999"),
            ("ns", 5_000_000_001, "1970-01-01 00:00:05.000000001"),
        ];
        for (freq, ordinal, expected) in cases {
            assert_eq!(show(freq, ordinal), expected, "{freq} {ordinal}");
        }
    }

    #[test]
    fn ordinals_far_away_do_not_overflow() {
        for freq in ["Y", "Q", "M", "W-SAT", "B", "D", "h", "min", "s", "ns"] {
            show(freq, i64::MAX);
            show(freq, i64::MIN);
        }
    }
}
