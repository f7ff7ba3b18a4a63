//! Time zones by name: how far their clocks are from UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// A zone as Arrow names it.
#[derive(Clone, Debug)]
pub(crate) enum Zone {
    /// Always so many seconds east.
    Fixed(i64),
    /// As the time zone database says.
    Named(TimeZone),
}

impl Zone {
    /// Reads `UTC`, `+05:30` or `Europe/Berlin`.
    pub(crate) fn parse(name: &str) -> Option<Zone> {
        fixed(name).map(Zone::Fixed).or_else(|| TimeZone::get(name).ok().map(Zone::Named))
    }

    /// The zone as which a time is shown: what is unknown is shown in UTC, as which it is stored.
    pub(crate) fn shown(name: &str) -> Zone {
        Zone::parse(name).unwrap_or(Zone::Fixed(0))
    }

    /// Seconds east of UTC at an instant in seconds since 1970; 0 where the calendar ends (year 9999).
    pub(crate) fn offset(&self, utc: i64) -> i64 {
        match self {
            Zone::Fixed(seconds) => *seconds,
            Zone::Named(zone) => Timestamp::from_second(utc).map_or(0, |time| seconds(zone.to_offset(time))),
        }
    }

    /// Seconds east of UTC at a time that the zone's clocks show, in microseconds since 1970. Where clocks go back,
    /// `fold` says which of the two times it is; where they go forward, it says whether the offset after or before
    /// counts, as in PEP 495.
    pub(crate) fn offset_of_clock(&self, local: i64, fold: bool) -> Option<i64> {
        let zone = match self {
            Zone::Fixed(seconds) => return Some(*seconds),
            Zone::Named(zone) => zone,
        };
        let clock: DateTime = Offset::UTC.to_datetime(Timestamp::from_microsecond(local).ok()?);
        Some(seconds(match zone.to_ambiguous_timestamp(clock).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { before, after } | AmbiguousOffset::Fold { before, after } => {
                if fold {
                    after
                } else {
                    before
                }
            }
        }))
    }
}

fn seconds(offset: Offset) -> i64 {
    offset.seconds().into()
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
        assert_eq!(Zone::shown("UTC").offset(0), 0);
        assert_eq!(Zone::shown("+05:30").offset(0), 19_800);
        assert_eq!(Zone::shown("-0800").offset(0), -28_800);
        assert_eq!(Zone::shown("US/Eastern").offset(1_577_836_800), -18_000);
        assert_eq!(Zone::shown("US/Eastern").offset(1_593_561_600), -14_400);
    }

    #[test]
    fn seasons_go_on_for_ever_and_begin_with_the_local_mean_time() {
        // 2500-07-01, and 1800-01-01 with Berlin's +00:53:28
        assert_eq!(Zone::shown("US/Eastern").offset(16_740_864_000), -14_400);
        assert_eq!(Zone::shown("Europe/Berlin").offset(-5_364_662_400), 3_208);
    }

    #[test]
    fn unknown_zones_and_far_times_are_shown_in_utc() {
        assert!(Zone::parse("Mars/Base").is_none());
        assert_eq!(Zone::shown("Mars/Base").offset(0), 0);
        assert_eq!(Zone::shown("US/Eastern").offset(i64::MAX), 0);
    }

    #[test]
    fn a_clock_that_shows_an_hour_twice_or_never_is_read_as_python_does() {
        let zone = Zone::shown("Europe/Berlin");
        let at = |local: i64, fold| zone.offset_of_clock(local * 1_000_000, fold);
        // 2020-10-25 02:30 twice, 2020-03-29 02:30 never
        assert_eq!((at(1_603_593_000, false), at(1_603_593_000, true)), (Some(7_200), Some(3_600)));
        assert_eq!((at(1_585_449_000, false), at(1_585_449_000, true)), (Some(3_600), Some(7_200)));
        assert_eq!(zone.offset_of_clock(i64::MAX, false), None);
    }
}
