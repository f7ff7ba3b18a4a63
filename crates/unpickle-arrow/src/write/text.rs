//! Numbers and times as text, appended to a buffer.

use std::io::Write as _;

use arrow_schema::TimeUnit;

/// Ticks of a unit in a second.
pub(super) fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

/// Anything that can be displayed. Writing to a `Vec` cannot fail.
pub(super) fn display(value: impl std::fmt::Display, out: &mut Vec<u8>) {
    _ = write!(out, "{value}");
}

/// A float as Python's `repr` has it: the shortest digits that read back, with an exponent below 1e-4 and from 1e16.
pub(super) fn float(value: f64, out: &mut Vec<u8>) {
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-4..1e16).contains(&magnitude) {
        _ = write!(out, "{value:?}");
    } else {
        scientific(&format!("{value:e}"), out);
    }
}

/// The same for 32 bits, whose shortest digits are fewer.
pub(crate) fn float32(value: f32, out: &mut Vec<u8>) {
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-4..1e16).contains(&magnitude) {
        _ = write!(out, "{value:?}");
    } else {
        scientific(&format!("{value:e}"), out);
    }
}

/// The same for 16 bits.
pub(super) fn float16(value: half::f16, out: &mut Vec<u8>) {
    let wide = value.to_f32();
    if !wide.is_finite() {
        return float32(wide, out);
    }
    // Five digits always tell halves apart.
    let shortest = (0..5)
        .map(|digits| format!("{wide:.digits$e}"))
        .find(|text| text.parse::<f32>().is_ok_and(|parsed| half::f16::from_f32(parsed) == value));
    match shortest.and_then(|text| text.parse().ok()) {
        Some(short) => float32(short, out),
        None => float32(wide, out),
    }
}

/// `1.5e-7` as Python has it, `1.5e-07`; `inf` and `NaN` stay.
fn scientific(text: &str, out: &mut Vec<u8>) {
    match text.split_once('e') {
        Some((digits, exponent)) => match exponent.strip_prefix('-') {
            Some(exponent) => _ = write!(out, "{digits}e-{exponent:0>2}"),
            None => _ = write!(out, "{digits}e+{exponent:0>2}"),
        },
        None => out.extend_from_slice(if text == "NaN" { b"nan" } else { text.as_bytes() }),
    }
}

/// Half a complex number: like a float, but whole numbers without `.0`.
fn complex_part(value: f64, out: &mut Vec<u8>) {
    float(value, out);
    if out.ends_with(b".0") {
        out.truncate(out.len().saturating_sub(2));
    }
}

/// A complex number as Python's `str` has it: `(1+2j)`, `2j`.
pub(crate) fn complex(real: f64, imag: f64, out: &mut Vec<u8>) {
    if real == 0.0 && real.is_sign_positive() {
        complex_part(imag, out);
        out.push(b'j');
        return;
    }
    out.push(b'(');
    complex_part(real, out);
    if imag.is_nan() || imag.is_sign_positive() {
        out.push(b'+');
    }
    complex_part(imag, out);
    out.extend_from_slice(b"j)");
}

/// Year, month and day of a day since 1970, in the proleptic Gregorian calendar.
pub(super) fn civil(days: i64) -> (i64, i64, i64) {
    // In eras of 400 years, 146,097 days each, that begin with March.
    let days = i128::from(days) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let date = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let narrow = |number: i128| i64::try_from(number).unwrap_or_default();
    (narrow(era * 400 + year + i128::from(month <= 2)), narrow(month), narrow(date))
}

/// `2020-01-31`
pub(super) fn date(days: i64, out: &mut Vec<u8>) {
    let (year, month, day) = civil(days);
    _ = write!(out, "{year:04}-{month:02}-{day:02}");
}

/// `23:59:59`
pub(super) fn clock(second_of_day: i64, out: &mut Vec<u8>) {
    let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
    _ = write!(out, "{hour:02}:{minute:02}:{second:02}");
}

/// How the fraction of a second is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fraction {
    /// Always so many digits: 0, 3, 6 or 9.
    Digits(u8),
    /// As Python: nothing, or 6 digits, or 9.
    AsNeeded,
    /// As few digits as it takes.
    Shortest,
}

/// `.000123`
pub(super) fn fraction(nanos: i64, shown: Fraction, out: &mut Vec<u8>) {
    match shown {
        Fraction::Digits(0) => {}
        Fraction::Digits(3) => _ = write!(out, ".{:03}", nanos / 1_000_000),
        Fraction::Digits(6) => _ = write!(out, ".{:06}", nanos / 1_000),
        Fraction::Digits(_) => _ = write!(out, ".{nanos:09}"),
        _ if nanos == 0 => {}
        Fraction::AsNeeded if nanos % 1_000 == 0 => _ = write!(out, ".{:06}", nanos / 1_000),
        Fraction::AsNeeded => _ = write!(out, ".{nanos:09}"),
        Fraction::Shortest => {
            _ = write!(out, ".{nanos:09}");
            while out.last() == Some(&b'0') {
                out.pop();
            }
        }
    }
}

/// The whole seconds of a time, and the nanoseconds beyond them.
pub(super) fn split(value: i64, unit: TimeUnit) -> (i64, i64) {
    let per_second = per_second(unit);
    (value.div_euclid(per_second), value.rem_euclid(per_second) * (1_000_000_000 / per_second))
}

/// `2020-01-31 23:59:59`, with the separator given, `offset` seconds east of the time.
pub(super) fn timestamp(
    value: i64,
    unit: TimeUnit,
    offset: i64,
    separator: u8,
    shown: Fraction,
    out: &mut Vec<u8>,
) {
    let (seconds, nanos) = split(value, unit);
    let seconds = seconds.saturating_add(offset);
    date(seconds.div_euclid(86_400), out);
    out.push(separator);
    clock(seconds.rem_euclid(86_400), out);
    fraction(nanos, shown, out);
}

/// `+05:30`, and with seconds if the offset has them.
pub(super) fn offset(seconds: i64, out: &mut Vec<u8>) {
    out.push(if seconds < 0 { b'-' } else { b'+' });
    let seconds = seconds.abs();
    _ = write!(out, "{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
    if seconds % 60 != 0 {
        _ = write!(out, ":{:02}", seconds % 60);
    }
}

/// `-1 days +23:59:59`, as pandas shows a Timedelta.
pub(crate) fn timedelta(value: i64, unit: TimeUnit, shown: Fraction, out: &mut Vec<u8>) {
    let (seconds, nanos) = split(value, unit);
    let days = seconds.div_euclid(86_400);
    _ = write!(out, "{days} days ");
    if days < 0 {
        out.push(b'+');
    }
    clock(seconds.rem_euclid(86_400), out);
    fraction(nanos, shown, out);
}

/// `-1 day, 23:59:59`, as Python shows a `datetime.timedelta`.
pub(crate) fn python_timedelta(value: i64, unit: TimeUnit, out: &mut Vec<u8>) {
    let (seconds, nanos) = split(value, unit);
    let days = seconds.div_euclid(86_400);
    if days != 0 {
        _ = write!(out, "{days} day{}, ", if days.abs() == 1 { "" } else { "s" });
    }
    let rest = seconds.rem_euclid(86_400);
    _ = write!(out, "{}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    fraction(nanos, Fraction::AsNeeded, out);
}

/// `P-1DT23H59M59S`, as pandas writes a Timedelta in ISO 8601.
pub(super) fn iso_duration(value: i64, unit: TimeUnit, out: &mut Vec<u8>) {
    let (seconds, nanos) = split(value, unit);
    let rest = seconds.rem_euclid(86_400);
    let days = seconds.div_euclid(86_400);
    _ = write!(out, "P{days}DT{}H{}M{}", rest / 3600, rest / 60 % 60, rest % 60);
    fraction(nanos, Fraction::Shortest, out);
    out.push(b'S');
}

/// Bytes as Python shows them: `b'ab\x00'`.
pub(super) fn python_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
    out.extend_from_slice(&[b'b', quote]);
    for &byte in bytes {
        match byte {
            b'\\' => out.extend_from_slice(br"\\"),
            b'\n' => out.extend_from_slice(br"\n"),
            b'\r' => out.extend_from_slice(br"\r"),
            b'\t' => out.extend_from_slice(br"\t"),
            byte if byte == quote => out.extend_from_slice(&[b'\\', byte]),
            b' '..=b'~' => out.push(byte),
            byte => _ = write!(out, "\\x{byte:02x}"),
        }
    }
    out.push(quote);
}

/// Sixteen bytes as `12345678-1234-…`.
pub(super) fn uuid(bytes: &[u8], out: &mut Vec<u8>) {
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        _ = write!(out, "{byte:02x}");
    }
}

/// Text as a JSON string.
pub(super) fn json_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F)) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((byte, after)) = special.split_first() else { break };
        match byte {
            b'"' => out.extend_from_slice(br#"\""#),
            b'\\' => out.extend_from_slice(br"\\"),
            b'\n' => out.extend_from_slice(br"\n"),
            b'\r' => out.extend_from_slice(br"\r"),
            b'\t' => out.extend_from_slice(br"\t"),
            byte => _ = write!(out, "\\u{byte:04x}"),
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn floats_are_those_of_pythons_repr() {
        let cases = [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (-0.0, "-0.0"),
            (5e-324, "5e-324"),
            (1.797_693_134_862_315_7e308, "1.7976931348623157e+308"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (value, expected) in cases {
            assert_eq!(text(|out| float(value, out)), expected);
        }
        assert_eq!(text(|out| float32(0.1, out)), "0.1");
        assert_eq!(text(|out| float16(half::f16::from_f32(65504.0), out)), "65500.0");
    }

    #[test]
    fn complex_numbers_are_those_of_pythons_str() {
        assert_eq!(text(|out| complex(1.0, 2.0, out)), "(1+2j)");
        assert_eq!(text(|out| complex(1.5, -0.0, out)), "(1.5-0j)");
        assert_eq!(text(|out| complex(0.1, 1e20, out)), "(0.1+1e+20j)");
        assert_eq!(text(|out| complex(0.0, 2.0, out)), "2j");
    }

    #[test]
    fn days_far_away_do_not_overflow() {
        assert_eq!(text(|out| date(-719_162, out)), "0001-01-01");
        text(|out| date(i64::MAX, out));
        text(|out| date(i64::MIN, out));
        text(|out| timestamp(i64::MIN, TimeUnit::Second, -3600, b' ', Fraction::AsNeeded, out));
        text(|out| timedelta(i64::MIN, TimeUnit::Nanosecond, Fraction::AsNeeded, out));
    }

    #[test]
    fn differences_of_time_are_those_of_pandas() {
        let pandas = |value| text(|out| timedelta(value, TimeUnit::Nanosecond, Fraction::AsNeeded, out));
        assert_eq!(pandas(-1), "-1 days +23:59:59.999999999");
        assert_eq!(pandas(86_400_000_000_000), "1 days 00:00:00");
        let python = |value| text(|out| python_timedelta(value, TimeUnit::Microsecond, out));
        assert_eq!(python(1_500_000), "0:00:01.500000");
        assert_eq!(python(-86_395_000_000), "-1 day, 0:00:05");
        assert_eq!(text(|out| iso_duration(-1, TimeUnit::Nanosecond, out)), "P-1DT23H59M59.999999999S");
    }

    #[test]
    fn bytes_are_those_of_pythons_repr() {
        assert_eq!(text(|out| python_bytes(b"it's", out)), r#"b"it's""#);
        assert_eq!(text(|out| python_bytes(b"\x00\xff\"\n", out)), r#"b'\x00\xff"\n'"#);
    }

    #[test]
    fn json_strings_escape_what_they_must() {
        assert_eq!(text(|out| json_string("a\"\\\n\u{1}é", out)), r#""a\"\\\n\u0001é""#);
    }
}
