//! Shapes as pickles hold them.

use unpickle_core::{Error, Result, Value};

use crate::few::Few;
use crate::layout::MAX_AXES;

/// A shape: a tuple (or list) of lengths, or one length.
pub(crate) fn read_shape(value: Value<'_>) -> Result<Few<usize>> {
    let length = |axis: Value<'_>| match axis.as_i64() {
        Some(len) => usize::try_from(len)
            .map_err(|_| Error::invalid(axis, format!("a numpy array with an axis of length {len}"))),
        None => Err(Error::data(axis, "the length of an axis of a numpy array")),
    };
    let Some(axes) = value.as_tuple().or_else(|| value.as_seq()) else {
        if value.as_int().is_some() {
            return length(value).map(Few::one);
        }
        return Err(Error::data(value, "the shape of a numpy array (a tuple)"));
    };
    if axes.len() > MAX_AXES {
        let message = format!("a numpy array of {} dimensions, of at most {MAX_AXES}", axes.len());
        return Err(Error::invalid(value, message));
    }
    let mut shape = Few::new();
    for axis in axes.iter() {
        shape.push(length(axis)?);
    }
    Ok(shape)
}
