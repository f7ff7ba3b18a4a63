//! `IntegerArray`, `FloatingArray`, `BooleanArray`: `NEWOBJ`, `BUILD {'_data', '_mask', …}`.

use unpickle_core::{Error, FromPickle, Result, Value};
use unpickle_numpy::{DtypeKind, NdArray};

use crate::array::{Array, one_dimension, same_len};
use crate::names::Made;

pub(crate) fn read<'p>(value: Value<'p>, made: &Made<'p>) -> Result<Array<'p>> {
    let (Some(data), Some(mask)) = (made.field("_data"), made.field("_mask")) else {
        return Err(Error::data(value, "an array with values and a mask"));
    };
    let mut values = NdArray::from_pickle(data)?;
    let mut flags = NdArray::from_pickle(mask)?;
    // pandas keeps these in rows of one column too, in some of its inner works.
    if let ([1, _], [1, _]) = (values.shape(), flags.shape()) {
        values = values.row(0)?;
        flags = flags.row(0)?;
    }
    one_dimension(data, &values)?;
    one_dimension(mask, &flags)?;
    if !matches!(flags.dtype().kind(), DtypeKind::Bool) {
        return Err(Error::data(mask, "a mask of bool"));
    }
    if !matches!(
        values.dtype().kind(),
        DtypeKind::Bool | DtypeKind::Int(_) | DtypeKind::UInt(_) | DtypeKind::Float(_)
    ) {
        return Err(Error::data(data, "an array of numbers or bools"));
    }
    same_len(mask, "cells of the mask", values.len(), flags.len())?;
    Ok(Array::Masked { values, mask: Box::new(flags) })
}
