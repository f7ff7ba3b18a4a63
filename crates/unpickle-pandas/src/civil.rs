//! Python's dates, times and durations: `datetime`.
//!
//! `date (bytes4,)`, `time (bytes6[, tz])`, `datetime (bytes10[, tz])`, `timedelta (days, seconds, microseconds)`.
//! From protocol 4 on, the top bit of the hour (of the month in `datetime`) is `fold`.

use unpickle_core::{Object, Value};

/// A `datetime.date`: a day that exists in the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// 1 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// A `datetime.time`.
#[derive(Clone, Copy, Debug)]
pub struct Time<'p> {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// Below a million.
    pub microsecond: u32,
    /// Whether it is the second of two like times on the day clocks go back.
    pub fold: bool,
    /// The zone, if it has one, for [`TimeZone::from_value`](crate::TimeZone::from_value). It is left as it is because
    /// a column holds few zones in many cells.
    pub zone: Option<Value<'p>>,
}

/// A `datetime.datetime`: what a clock of its zone shows.
#[derive(Clone, Copy, Debug)]
pub struct DateTime<'p> {
    /// The day.
    pub date: Date,
    /// The time of the day, and the zone.
    pub time: Time<'p>,
}

/// A `datetime.timedelta`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeDelta {
    /// May be negative.
    pub days: i64,
    /// 0 to 86,399.
    pub seconds: u32,
    /// Below a million.
    pub microseconds: u32,
}

impl Date {
    /// A day, if the calendar has it.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        ((1..=9999).contains(&year) && (1..=last).contains(&day)).then_some(Date { year, month, day })
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn days(self) -> i32 {
        // Years from March on, so that the leap day is the last.
        let (year, month) = (i32::from(self.year), i32::from(self.month));
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let of_year = (153 * month + 2) / 5 + i32::from(self.day) - 1;
        365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year - 719_468
    }

    /// `year` big-endian, month, day.
    fn from_bytes(bytes: [u8; 4]) -> Option<Date> {
        let [high, low, month, day] = bytes;
        Date::new(u16::from_be_bytes([high, low]), month, day)
    }
}

impl<'p> Time<'p> {
    /// Microseconds since midnight, whatever the zone.
    #[must_use]
    pub fn micros(self) -> i64 {
        let seconds = (i64::from(self.hour) * 60 + i64::from(self.minute)) * 60 + i64::from(self.second);
        seconds * 1_000_000 + i64::from(self.microsecond)
    }

    /// hour, minute, second, microseconds big-endian in three bytes.
    fn from_bytes(bytes: [u8; 6], fold: bool, zone: Option<Value<'p>>) -> Option<Time<'p>> {
        let [hour, minute, second, high, middle, low] = bytes;
        let microsecond = u32::from_be_bytes([0, high, middle, low]);
        let sound = hour < 24 && minute < 60 && second < 60 && microsecond < 1_000_000;
        sound.then_some(Time { hour, minute, second, microsecond, fold, zone })
    }
}

impl DateTime<'_> {
    /// Microseconds since 1970-01-01 00:00 on the clock of its own zone: subtract the zone's offset for UTC.
    #[must_use]
    pub fn micros(self) -> i64 {
        i64::from(self.date.days()) * 86_400_000_000 + self.time.micros()
    }
}

impl TimeDelta {
    /// The duration in microseconds, if an int64 holds it.
    #[must_use]
    pub fn micros(self) -> Option<i64> {
        let seconds = self.days.checked_mul(86_400)?.checked_add(self.seconds.into())?;
        seconds.checked_mul(1_000_000)?.checked_add(self.microseconds.into())
    }
}

pub(crate) fn date(object: Object<'_>) -> Option<Date> {
    Date::from_bytes(object.arg(0)?.as_bytes()?.try_into().ok()?)
}

pub(crate) fn time(object: Object<'_>) -> Option<Time<'_>> {
    let mut bytes: [u8; 6] = object.arg(0)?.as_bytes()?.try_into().ok()?;
    let fold = bytes[0] & 0x80 != 0;
    bytes[0] &= 0x7f;
    Time::from_bytes(bytes, fold, crate::names::some(object.arg(1)))
}

pub(crate) fn datetime(object: Object<'_>) -> Option<DateTime<'_>> {
    let bytes = object.arg(0)?.as_bytes()?;
    let (date, rest) = bytes.split_first_chunk::<4>()?;
    let [high, low, month, day] = *date;
    let date = Date::from_bytes([high, low, month & 0x7f, day])?;
    let zone = crate::names::some(object.arg(1));
    let time = Time::from_bytes(rest.try_into().ok()?, month & 0x80 != 0, zone)?;
    Some(DateTime { date, time })
}

pub(crate) fn timedelta_parts(object: Object<'_>) -> Option<TimeDelta> {
    let part = |i: usize| match object.arg(i) {
        Some(part) => part.as_i64(),
        None => Some(0),
    };
    let (days, seconds, microseconds) = (part(0)?, part(1)?, part(2)?);
    let (seconds, microseconds) = (u32::try_from(seconds).ok()?, u32::try_from(microseconds).ok()?);
    (seconds < 86_400 && microseconds < 1_000_000).then_some(TimeDelta { days, seconds, microseconds })
}

/// A `datetime.timedelta`.
pub(crate) fn timedelta(value: Value<'_>) -> Option<TimeDelta> {
    let object = value.as_object()?;
    if !object.class()?.is("datetime", "timedelta") {
        return None;
    }
    timedelta_parts(object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_1970() {
        let days = |year, month, day| Date::new(year, month, day).map(Date::days);
        assert_eq!(days(1970, 1, 1), Some(0));
        assert_eq!(days(1969, 12, 31), Some(-1));
        assert_eq!(days(2000, 2, 29), Some(11_016));
        assert_eq!(days(2000, 3, 1), Some(11_017));
        assert_eq!(days(1, 1, 1), Some(-719_162));
        assert_eq!(days(9999, 12, 31), Some(2_932_896));
    }

    #[test]
    fn a_day_that_never_was_is_no_date() {
        assert_eq!(Date::new(1900, 2, 29), None);
        assert_eq!(Date::new(2023, 4, 31), None);
        assert_eq!(Date::new(2023, 0, 1), None);
        assert_eq!(Date::new(2023, 13, 1), None);
        assert_eq!(Date::new(0, 1, 1), None);
        assert!(Date::new(2000, 2, 29).is_some());
    }

    #[test]
    fn a_long_duration_does_not_overflow() {
        assert_eq!(TimeDelta { days: 999_999_999, seconds: 0, microseconds: 0 }.micros(), None);
        assert_eq!(TimeDelta { days: -1, seconds: 86_399, microseconds: 999_999 }.micros(), Some(-1));
        assert_eq!(TimeDelta { days: i64::MIN, seconds: 0, microseconds: 0 }.micros(), None);
    }
}
