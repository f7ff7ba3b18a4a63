//! Times, numbers and identifiers as Python prints them.

use crate::times::Unit;

/// Year, month and day of a day since 1970 in the proleptic Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    // Years from March on, in eras of 400 years (146,097 days).
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day = days.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let date = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, date)
}

/// `2020-01-31`
pub(crate) fn date(days: i64) -> String {
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `23:59:59[.000001]`
pub(crate) fn time(micros: i64) -> String {
    let (seconds, micros) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if micros == 0 { clock } else { format!("{clock}.{micros:06}") }
}

/// `2020-01-31 23:59:59[.000001[001]]`
pub(crate) fn timestamp(value: i64, unit: Unit) -> String {
    let per_second = unit.per_second();
    let (seconds, fraction) = (value.div_euclid(per_second), value.rem_euclid(per_second));
    let clock = time(seconds.rem_euclid(86_400) * 1_000_000);
    let day = date(seconds.div_euclid(86_400));
    let nanos = fraction * (1_000_000_000 / per_second);
    match (nanos % 1000, nanos / 1000) {
        (0, 0) => format!("{day} {clock}"),
        (0, micros) => format!("{day} {clock}.{micros:06}"),
        _ => format!("{day} {clock}.{nanos:09}"),
    }
}

/// `12345678-1234-…`
pub(crate) fn uuid(uuid: u128) -> String {
    let hex = format!("{uuid:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| hex.get(part).unwrap_or_default());
    parts.join("-")
}

/// The shortest digits that read back, with an exponent below 1e-4 and from 1e16: Python's `repr`.
pub(crate) fn float(float: f64) -> String {
    let magnitude = float.abs();
    if magnitude == 0.0 || (1e-4..1e16).contains(&magnitude) {
        return format!("{float:?}");
    }
    let text = format!("{float:e}");
    match text.split_once('e') {
        Some((digits, exponent)) => match exponent.strip_prefix('-') {
            Some(exponent) => format!("{digits}e-{exponent:0>2}"),
            None => format!("{digits}e+{exponent:0>2}"),
        },
        // inf and NaN
        None => text,
    }
}

/// Whether these bytes are text: nearly always ASCII, and short.
#[inline]
pub(crate) fn is_utf8(bytes: &[u8]) -> bool {
    is_short_ascii(bytes) || std::str::from_utf8(bytes).is_ok()
}

#[inline]
fn is_short_ascii(bytes: &[u8]) -> bool {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let wide = |bytes: [u8; 8]| u64::from_le_bytes(bytes) & HIGH;
    let narrow = |bytes: [u8; 4]| u64::from(u32::from_le_bytes(bytes)) & HIGH;
    // Two that may overlap.
    match (bytes.first_chunk(), bytes.last_chunk(), bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last), ..) => bytes.len() <= 16 && wide(*first) | wide(*last) == 0,
        (_, _, Some(first), Some(last)) => narrow(*first) | narrow(*last) == 0,
        _ => bytes.iter().all(u8::is_ascii),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_text_is_text_if_all_of_it_is() {
        for len in 0..40 {
            let mut bytes = vec![b'a'; len];
            assert!(is_utf8(&bytes));
            for i in 0..len {
                let byte = std::mem::replace(&mut bytes[i], 0xff);
                assert!(!is_utf8(&bytes), "{i} of {len}");
                bytes[i] = byte;
            }
        }
        assert!(is_utf8("é".as_bytes()) && !is_utf8(b"\xed\xa0\x80"));
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(18_321), "2020-02-29");
        assert_eq!(date(-1), "1969-12-31");
        assert_eq!(date(-719_162), "0001-01-01");
    }

    #[test]
    fn fractions_are_written_as_far_as_they_go() {
        assert_eq!(timestamp(0, Unit::Second), "1970-01-01 00:00:00");
        assert_eq!(timestamp(-1, Unit::Milli), "1969-12-31 23:59:59.999000");
        assert_eq!(timestamp(1, Unit::Nano), "1970-01-01 00:00:00.000000001");
        assert_eq!(float(1e22), "1e+22");
        assert_eq!(float(0.1), "0.1");
    }
}
