//! `RangeIndex`: `{'start', 'stop', 'step', 'name'}`, and no labels at all.

use unpickle_core::{Dict, Error, Result, Value};

use crate::index::Index;
use crate::names::{get, some};

pub(crate) fn read<'p>(value: Value<'p>, fields: Dict<'p>) -> Result<Index<'p>> {
    let bound = |key: &str, default: Option<i64>| match (some(get(fields, key)), default) {
        (Some(bound), _) => bound.as_i64().ok_or_else(|| Error::data(bound, "an int64")),
        (None, Some(default)) => Ok(default),
        (None, None) => Err(Error::data(value, format!("a RangeIndex with {key}"))),
    };
    let (start, stop, step) = (bound("start", Some(0))?, bound("stop", None)?, bound("step", Some(1))?);
    if step == 0 {
        return Err(Error::invalid(value, "expected steps, found steps of 0"));
    }
    if count(start, stop, step).is_none() {
        return Err(Error::invalid(value, "the range is longer than memory"));
    }
    Ok(Index::Range { start, stop, step, name: some(get(fields, "name")) })
}

/// How many numbers there are from `start` to before `stop`.
pub(crate) fn len(start: i64, stop: i64, step: i64) -> usize {
    count(start, stop, step).unwrap_or(0)
}

fn count(start: i64, stop: i64, step: i64) -> Option<usize> {
    let (start, stop, step) = (i128::from(start), i128::from(stop), i128::from(step));
    if step == 0 {
        return None;
    }
    let (way, stride) = if step > 0 { (stop - start, step) } else { (start - stop, -step) };
    if way <= 0 {
        return Some(0);
    }
    usize::try_from((way + stride - 1) / stride).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_as_long_as_in_python() {
        for (start, stop, step, expected) in [
            (0, 3, 1, 3),
            (0, 10, 2, 5),
            (0, 9, 2, 5),
            (5, 0, -1, 5),
            (5, 0, -2, 3),
            (3, 3, 1, 0),
            (3, 0, 1, 0),
        ] {
            assert_eq!(len(start, stop, step), expected, "range({start}, {stop}, {step})");
        }
        assert_eq!(count(i64::MIN, i64::MAX, 1), usize::try_from(u64::MAX).ok());
        assert_eq!(count(i64::MIN, i64::MAX, i64::MIN), Some(0));
        assert_eq!(count(0, 1, 0), None);
    }
}
