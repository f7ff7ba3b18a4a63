//! Time zones as objects of Python.

use std::io::Write;

use unpickle_core::{Category, Error, Make, Result};

use crate::pen::Pen;
use crate::target::Target;

/// A zone by its name in Arrow: UTC, an offset, or a name of the IANA's.
///
/// UTC and offsets are `datetime.timezone`, which every pandas loads. Others are of pytz for pandas 1.5, and of `zoneinfo` for later
/// ones, of which pandas 3 does without pytz.
pub(crate) fn zone<W: Write>(pen: &mut Pen<W>, name: &str) -> Result<()> {
    if let Some(seconds) = offset(name) {
        pen.begin_call("datetime", "timezone", 1)?;
        pen.begin_call("datetime", "timedelta", 3)?;
        pen.out.int(seconds.div_euclid(86_400))?;
        pen.out.int(seconds.rem_euclid(86_400))?;
        pen.out.int(0)?;
        pen.end_call()?;
        return pen.end_call();
    }
    if name.is_empty() {
        return Err(Error::message(Category::Data, "a time zone without a name"));
    }
    if pen.target == Target::Pandas1_5 {
        pen.begin_call("pytz", "_p", 1)?;
        pen.key(name)?;
        return pen.end_call();
    }
    pen.out.begin_call(Make::Reduce)?;
    pen.begin_call("builtins", "getattr", 2)?;
    pen.global("zoneinfo", "ZoneInfo")?;
    pen.key("_unpickle")?;
    pen.end_call()?;
    pen.out.begin_tuple(2)?;
    pen.key(name)?;
    pen.out.int(1)?;
    pen.end_call()
}

/// The seconds of `UTC`, `+05:30`, `-0800`.
fn offset(name: &str) -> Option<i64> {
    if name == "UTC" || name == "utc" {
        return Some(0);
    }
    let sign = match name.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = name.chars().skip(1).filter(|letter| *letter != ':').collect();
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = if minutes.is_empty() { "0" } else { minutes };
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_told_from_names() {
        assert_eq!(offset("UTC"), Some(0));
        assert_eq!(offset("+05:30"), Some(19_800));
        assert_eq!(offset("-0800"), Some(-28_800));
        assert_eq!(offset("+01"), Some(3600));
        for name in ["Europe/Paris", "", "+", "+99:00", "+ab:cd", "Etc/GMT+3"] {
            assert_eq!(offset(name), None, "{name}");
        }
    }
}
