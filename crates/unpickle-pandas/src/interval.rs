//! `IntervalArray`: two arrays, and which ends belong.
//!
//! `REDUCE pandas._libs.interval:__pyx_unpickle_IntervalMixin (cls, checksum, None)`,
//! `BUILD ({'_left', '_right', '_dtype' or '_closed'},)`.

use unpickle_core::{Error, Result, Value};

use crate::array::{Array, same_len};
use crate::names::{Made, Name, some, text};

/// Which ends belong to an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// (left, right]
    Right,
    /// [left, right)
    Left,
    /// [left, right]
    Both,
    /// (left, right)
    Neither,
}

impl Closed {
    /// pandas' word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Closed::Right => "right",
            Closed::Left => "left",
            Closed::Both => "both",
            Closed::Neither => "neither",
        }
    }

    /// From pandas' word for it.
    pub(crate) fn from_value(value: Value<'_>) -> Result<Closed> {
        match text(value) {
            Some("right") => Ok(Closed::Right),
            Some("left") => Ok(Closed::Left),
            Some("both") => Ok(Closed::Both),
            Some("neither") => Ok(Closed::Neither),
            _ => Err(Error::data(value, "\"right\", \"left\", \"both\" or \"neither\"")),
        }
    }
}

pub(crate) fn read<'p>(value: Value<'p>, made: &Made<'p>, depth: u8) -> Result<Array<'p>> {
    let sides = (made.any_field(&["_left", "left"]), made.any_field(&["_right", "right"]));
    let (Some(left), Some(right)) = sides else {
        return Err(Error::data(value, "an IntervalArray with two sides"));
    };
    let closed = some(made.any_field(&["_closed", "closed"])).or_else(|| {
        let dtype = Made::of(made.any_field(&["_dtype", "dtype"])?)?;
        if dtype.name == Name::IntervalDtype { some(dtype.any_field(&["closed", "_closed"])) } else { None }
    });
    of_sides(value, left, right, closed, depth)
}

/// Intervals between the cells of two arrays or indexes. pandas' own default is closed to the right.
pub(crate) fn of_sides<'p>(
    value: Value<'p>,
    left: Value<'p>,
    right: Value<'p>,
    closed: Option<Value<'p>>,
    depth: u8,
) -> Result<Array<'p>> {
    let closed = closed.map_or(Ok(Closed::Right), Closed::from_value)?;
    let side = |side, name: &str| {
        let array =
            Array::read(side, depth).map_err(|error| error.within(format!("{name} side of intervals")))?;
        match array {
            Array::Numpy(_) | Array::DatetimeTz { .. } | Array::Masked { .. } | Array::Arrow { .. } => {
                Ok(array)
            }
            _ => Err(Error::data(side, "numbers or times as sides of intervals")),
        }
    };
    let (left_array, right_array) = (side(left, "left")?, side(right, "right")?);
    if let (Some(expected), Some(found)) = (left_array.len(), right_array.len()) {
        same_len(value, "right sides of intervals", expected, found)?;
    }
    Ok(Array::Interval { left: Box::new(left_array), right: Box::new(right_array), closed })
}
