//! Time zones, of whichever library, by the name that Arrow takes.

use std::fmt;

use unpickle_core::{Call, Error, Result, Value, View};

use crate::civil;
use crate::names::{field, some, text};

/// A time zone.
///
/// ```
/// use unpickle_core::Pickle;
/// use unpickle_pandas::TimeZone;
///
/// let pickle = Pickle::parse(b"cpytz\nFixedOffset\n(I330\ntR.".to_vec())?;
/// assert_eq!(TimeZone::from_value(pickle.root())?.name, "+05:30");
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeZone {
    /// An IANA key (`"Europe/Paris"`), `"UTC"`, or an offset (`"+05:30"`).
    pub name: String,
    /// The offset from UTC in seconds, if the object is of one offset only: a fixed offset, or one of pytz's objects,
    /// of which each zone has several.
    pub utc_offset: Option<i32>,
    /// Whether the name says less than the object did: a machine's local zone, or an offset with seconds.
    /// Instants are in UTC and stay right; how they are shown may change.
    pub lossy: bool,
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl TimeZone {
    /// UTC.
    #[must_use]
    pub fn utc() -> TimeZone {
        TimeZone { name: "UTC".to_owned(), utc_offset: Some(0), lossy: false }
    }

    /// A fixed offset from UTC.
    #[must_use]
    pub fn fixed(seconds: i32) -> TimeZone {
        if seconds == 0 {
            return TimeZone::utc();
        }
        let sign = if seconds < 0 { '-' } else { '+' };
        let (minutes, rest) = (seconds.unsigned_abs() / 60, seconds.unsigned_abs() % 60);
        let name = format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60);
        TimeZone { name, utc_offset: Some(seconds), lossy: rest != 0 }
    }

    /// A zone by its IANA key; the several names of UTC are one.
    #[must_use]
    pub fn named(name: &str) -> TimeZone {
        match name {
            "UTC" | "utc" | "Etc/UTC" | "UCT" | "Zulu" | "Etc/UCT" | "Etc/Zulu" => {
                // pandas keeps these apart by name alone.
                TimeZone { name: if name == "utc" { "UTC" } else { name }.to_owned(), ..TimeZone::utc() }
            }
            _ => TimeZone { name: name.to_owned(), utc_offset: None, lossy: false },
        }
    }

    /// The zone in `value`: of pytz, zoneinfo, dateutil, `datetime.timezone`, psycopg2, pendulum, or a plain name.
    ///
    /// # Errors
    /// If it is none of them.
    pub fn from_value(value: Value<'_>) -> Result<TimeZone> {
        zone(value).ok_or_else(|| Error::data(value, "a time zone of pytz, zoneinfo, dateutil or datetime"))
    }

    /// The zone of a column, whose instants are in UTC in any case: an object of a library nobody here knows leaves
    /// them there, and that is told.
    pub(crate) fn of_column(value: Value<'_>) -> Result<TimeZone> {
        match TimeZone::from_value(value) {
            Err(_) if matches!(value.view(), View::Object(_)) => Ok(TimeZone::local()),
            // Of pytz's objects, a column has any (mostly of the local mean time of long ago).
            Ok(TimeZone { name, utc_offset, lossy }) => {
                let utc_offset = utc_offset.filter(|offset| TimeZone::fixed(*offset).name == name);
                Ok(TimeZone { name, utc_offset, lossy })
            }
            error => error,
        }
    }

    /// A zone that only the machine knew that wrote it.
    fn local() -> TimeZone {
        TimeZone { lossy: true, utc_offset: None, ..TimeZone::utc() }
    }
}

fn zone(value: Value<'_>) -> Option<TimeZone> {
    if let Some(name) = text(value) {
        return Some(parse(name));
    }
    if let Some(class) = value.as_class() {
        // Singletons that pickle as globals.
        return match (class.module(), class.name()) {
            ("pytz", "UTC" | "utc") | ("datetime", "UTC" | "timezone.utc") => Some(TimeZone::utc()),
            _ => None,
        };
    }
    let call = value.call()?;
    let library = call.module.split('.').next().unwrap_or(call.module);
    match library {
        "pytz" => pytz(call),
        "zoneinfo" | "backports" => Some(TimeZone::named(text(call.args.get(0)?)?)),
        "datetime" => match call.name {
            "timezone" => delta(call.args.get(0)?).map(TimeZone::fixed),
            _ => None,
        },
        "dateutil" => dateutil(call),
        "psycopg2" | "pendulum" => other(call),
        _ => None,
    }
}

/// A name in a place where pandas takes one.
fn parse(name: &str) -> TimeZone {
    let path = name.strip_prefix("dateutil/").unwrap_or(name);
    offset_name(path).map_or_else(|| TimeZone::named(key_of_path(path)), TimeZone::fixed)
}

/// The seconds in `+05:30`.
fn offset_name(name: &str) -> Option<i32> {
    let (sign, rest) = match name.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
    Some(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60))
}

/// `REDUCE pytz:_UTC ()`, `pytz:_p (zone, utcoffset, dst, abbreviation)`, `pytz:FixedOffset (minutes,)`.
fn pytz(call: Call<'_>) -> Option<TimeZone> {
    match call.name.rsplit('.').next()? {
        "_UTC" | "UTC" => Some(TimeZone::utc()),
        "FixedOffset" | "_FixedOffset" => minutes(call.args.get(0)?.as_i64()?),
        // Of one zone there is an object for each offset it ever had; the zone alone counts for columns.
        "_p" | "timezone" => {
            let mut zone = TimeZone::named(text(call.args.get(0)?)?);
            let seconds =
                call.args.get(1).and_then(Value::as_i64).and_then(|seconds| i32::try_from(seconds).ok());
            zone.utc_offset = zone.utc_offset.or(seconds);
            Some(zone)
        }
        _ => None,
    }
}

fn minutes(minutes: i64) -> Option<TimeZone> {
    let seconds = i32::try_from(minutes.checked_mul(60)?).ok()?;
    Some(TimeZone::fixed(seconds))
}

/// dateutil 1 to 3: `tzutc ()`, `tzoffset (name, offset)`, `tzfile (None, path)`, `_unpickle (cls, key, path, tables)`.
fn dateutil(call: Call<'_>) -> Option<TimeZone> {
    let state = call.object.state();
    match call.name.rsplit('.').next()? {
        "tzutc" => Some(TimeZone::utc()),
        "tzoffset" => {
            let offset = call.args.get(1).or_else(|| field(state?, "_offset"))?;
            seconds(offset).map(TimeZone::fixed)
        }
        "tzfile" | "gettz" => {
            let paths = [call.args.get(1), call.args.get(0)];
            let path = paths.into_iter().find_map(|path| text(some(path)?));
            let path = path.or_else(|| text(field(state?, "_filename")?))?;
            // `/etc/localtime`, say.
            let key = key_of_path(path);
            Some(if key.starts_with('/') { TimeZone::local() } else { TimeZone::named(key) })
        }
        "_unpickle" => {
            let names = [call.args.get(1), call.args.get(2)];
            let name = names.into_iter().find_map(|name| text(some(name)?))?;
            Some(TimeZone::named(key_of_path(name)))
        }
        "tzlocal" => {
            let seconds = field(state?, "_std_offset").and_then(seconds)?;
            Some(TimeZone { lossy: true, ..TimeZone::fixed(seconds) })
        }
        _ => None,
    }
}

/// `psycopg2.tz:FixedOffsetTimezone (offset, name)`, `pendulum…:Timezone (name,)`, `FixedTimezone (seconds,)`.
fn other(call: Call<'_>) -> Option<TimeZone> {
    let state = call.object.state();
    match call.name.rsplit('.').next()? {
        "FixedOffsetTimezone" => {
            let offset = some(call.args.get(0)).or_else(|| field(state?, "_offset"))?;
            match delta(offset) {
                Some(seconds) => Some(TimeZone::fixed(seconds)),
                None => minutes(offset.as_i64()?),
            }
        }
        "FixedTimezone" => seconds(call.args.get(0)?).map(TimeZone::fixed),
        "Timezone" | "_unpickle" => Some(TimeZone::named(text(call.args.get(0)?)?)),
        _ => None,
    }
}

/// The key of a zone in a path such as `/usr/share/zoneinfo/Europe/Paris`.
fn key_of_path(path: &str) -> &str {
    match path.rsplit_once("zoneinfo/") {
        Some((_, key)) => key.strip_prefix("posix/").or_else(|| key.strip_prefix("right/")).unwrap_or(key),
        None => path,
    }
}

fn seconds(value: Value<'_>) -> Option<i32> {
    delta(value).or_else(|| i32::try_from(value.as_i64()?).ok())
}

/// The whole seconds of a `datetime.timedelta`.
fn delta(value: Value<'_>) -> Option<i32> {
    let delta = civil::timedelta(value)?;
    let seconds = delta.days.checked_mul(86_400)?.checked_add(delta.seconds.into())?;
    i32::try_from(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use unpickle_core::Pickle;

    fn name(pickle: &[u8]) -> String {
        let pickle = Pickle::parse(pickle.to_vec()).unwrap();
        TimeZone::from_value(pickle.root()).unwrap().name
    }

    #[test]
    fn every_library_of_zones_is_known() {
        assert_eq!(name(b"cpytz\n_UTC\n(tR."), "UTC");
        assert_eq!(name(b"cpytz\n_p\n(VUS/Eastern\nI-17760\nI0\nVLMT\ntR."), "US/Eastern");
        assert_eq!(name(b"cpytz\nFixedOffset\n(I-90\ntR."), "-01:30");
        assert_eq!(name(b"cdatetime\ntimezone\n(cdatetime\ntimedelta\n(I0\nI19800\nI0\ntRtR."), "+05:30");
        assert_eq!(name(b"cdatetime\ntimezone\n(cdatetime\ntimedelta\n(I-1\nI72000\nI0\ntRtR."), "-04:00");
        assert_eq!(
            name(b"c__builtin__\ngetattr\n(czoneinfo\nZoneInfo\nV_unpickle\ntR(VEurope/Paris\nI1\ntR."),
            "Europe/Paris"
        );
        assert_eq!(name(b"cdateutil.tz.tz\ntzutc\n(tR."), "UTC");
        assert_eq!(name(b"cdateutil.tz.tz\ntzoffset\n(NI3600\ntR."), "+01:00");
        assert_eq!(name(b"cdateutil.tz.tz\ntzfile\n(NV/usr/share/zoneinfo/Asia/Tokyo\ntR."), "Asia/Tokyo");
        assert_eq!(
            name(b"cdateutil.tz._tzfile\n_unpickle\n(cdateutil.tz._tzfile\ntzfile\nVAsia/Tokyo\nV/x\n(ttR."),
            "Asia/Tokyo"
        );
        assert_eq!(name(b"V+05:30\n."), "+05:30");
    }

    #[test]
    fn an_offset_with_seconds_is_told_to_be_cut() {
        assert!(TimeZone::fixed(1172).lossy);
        assert_eq!(TimeZone::fixed(1172).name, "+00:19");
        assert!(!TimeZone::fixed(-19_800).lossy);
    }

    #[test]
    fn what_is_no_zone_is_an_error() {
        let pickle = Pickle::parse(b"cpytz\nevil\n(I1\ntR.".to_vec()).unwrap();
        assert!(TimeZone::from_value(pickle.root()).is_err());
    }
}
