//! Time zones by name: how far their clocks are from UTC.

use chrono::{DateTime, Offset as _, TimeZone as _};
use chrono_tz::Tz;

/// A zone as Arrow names it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Zone {
    /// Always so many seconds east.
    Fixed(i64),
    /// As the time zone database says.
    Named(Tz),
}

impl Zone {
    /// Reads `UTC`, `+05:30` or `Europe/Berlin`; what is unknown is shown in UTC, as which it is stored.
    pub(super) fn parse(name: &str) -> Zone {
        if let Some(seconds) = fixed(name) {
            return Zone::Fixed(seconds);
        }
        name.parse().map_or(Zone::Fixed(0), Zone::Named)
    }

    /// Seconds east of UTC at a time in seconds since 1970.
    pub(super) fn offset(self, utc: i64) -> i64 {
        match self {
            Zone::Fixed(seconds) => seconds,
            Zone::Named(zone) => DateTime::from_timestamp(utc, 0).map_or(0, |time| {
                zone.offset_from_utc_datetime(&time.naive_utc()).fix().local_minus_utc().into()
            }),
        }
    }
}

/// `+05:30`, `-0800`, `+01`
fn fixed(name: &str) -> Option<i64> {
    let (sign, digits) = match name.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    let part = |range| match digits.get(range) {
        None | Some("") => Some(0),
        Some(text) => text.parse::<u16>().ok().map(i64::from),
    };
    let end = digits.len();
    let seconds = part(0..end.min(2))? * 3600 + part(2.min(end)..end.min(4))? * 60 + part(4.min(end)..end)?;
    Some(sign * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_fixed_or_follow_the_seasons() {
        assert_eq!(Zone::parse("UTC").offset(0), 0);
        assert_eq!(Zone::parse("+05:30").offset(0), 19_800);
        assert_eq!(Zone::parse("-0800").offset(0), -28_800);
        assert_eq!(Zone::parse("US/Eastern").offset(1_577_836_800), -18_000);
        assert_eq!(Zone::parse("US/Eastern").offset(1_593_561_600), -14_400);
    }

    #[test]
    fn unknown_zones_and_far_times_are_shown_in_utc() {
        assert_eq!(Zone::parse("Mars/Base").offset(0), 0);
        assert_eq!(Zone::parse("US/Eastern").offset(i64::MAX), 0);
    }
}
