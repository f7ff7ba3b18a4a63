//! Values of the standard library as Python's `str` prints them.

use std::fmt;

use unpickle_core::Value;

use crate::civil::{Date, DateTime, Time, TimeDelta};
use crate::stdlib::Std;
use crate::timezone::TimeZone;

impl fmt::Display for Date {
    /// `2020-01-31`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Display for Time<'_> {
    /// `23:59:59.000001`, and behind it the name of the zone in brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}", self.hour, self.minute, self.second)?;
        fraction(self.microsecond, f)?;
        match self.zone.map(|zone| (zone, TimeZone::from_value(zone))) {
            None => Ok(()),
            Some((_, Ok(zone))) => write!(f, "[{zone}]"),
            Some((value, Err(_))) => write!(f, "[{}]", short(value)),
        }
    }
}

impl fmt::Display for DateTime<'_> {
    /// `2020-01-31 23:59:59[Europe/Paris]`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.date, self.time)
    }
}

impl fmt::Display for TimeDelta {
    /// `-1 day, 23:59:59.000001`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.days != 0 {
            let days = if self.days.unsigned_abs() == 1 { "day" } else { "days" };
            write!(f, "{} {days}, ", self.days)?;
        }
        let (minutes, seconds) = (self.seconds / 60, self.seconds % 60);
        write!(f, "{}:{:02}:{seconds:02}", minutes / 60, minutes % 60)?;
        fraction(self.microseconds, f)
    }
}

fn fraction(micros: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if micros == 0 { Ok(()) } else { write!(f, ".{micros:06}") }
}

impl fmt::Display for Std<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Std::Date(date) => date.fmt(f),
            Std::Time(time) => time.fmt(f),
            Std::DateTime(datetime) => datetime.fmt(f),
            Std::TimeDelta(delta) => delta.fmt(f),
            Std::Decimal(text) | Std::FractionText(text) | Std::IpNetwork(text) => f.write_str(text),
            Std::Uuid(uuid) => {
                let hex = format!("{uuid:032x}");
                let parts =
                    [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| hex.get(part).unwrap_or_default());
                f.write_str(&parts.join("-"))
            }
            Std::Complex(real, imag) => write!(f, "({real}{imag:+}j)"),
            Std::Fraction(numerator, denominator) if denominator.as_i64() == Some(1) => {
                write!(f, "{numerator}")
            }
            Std::Fraction(numerator, denominator) => write!(f, "{numerator}/{denominator}"),
            Std::Range(start, stop, step) if step.as_i64() == Some(1) => write!(f, "range({start}, {stop})"),
            Std::Range(start, stop, step) => write!(f, "range({start}, {stop}, {step})"),
            Std::Slice(start, stop, step) => {
                write!(f, "slice({}, {}, {})", short(*start), short(*stop), short(*step))
            }
            Std::Path(path) => f.write_str(path),
            Std::Ip(ip) => write!(f, "{ip}"),
            Std::Enum(value) | Std::UserString(value) | Std::Plain(value) => f.write_str(&short(*value)),
            Std::Mapping(mapping) => write!(f, "{} pairs", mapping.len()),
            Std::Sequence(items) => write!(f, "{} items", items.len()),
            Std::Array(array) => write!(f, "{} elements of {}", array.len(), array.dtype()),
        }
    }
}

fn short(value: Value<'_>) -> String {
    value.repr().with_depth(2).with_items(8).with_text(80).with_max_bytes(160).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_as_python_prints_it() {
        let text = |days, seconds, microseconds| TimeDelta { days, seconds, microseconds }.to_string();
        assert_eq!(text(0, 3661, 0), "1:01:01");
        assert_eq!(text(-1, 86_399, 1), "-1 day, 23:59:59.000001");
        assert_eq!(text(12, 0, 0), "12 days, 0:00:00");
    }

    #[test]
    fn a_uuid_and_a_complex_number_are_as_python_prints_them() {
        assert_eq!(Std::Uuid(7).to_string(), "00000000-0000-0000-0000-000000000007");
        assert_eq!(Std::Complex(1.5, -2.0).to_string(), "(1.5-2j)");
    }
}
