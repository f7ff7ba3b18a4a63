//! Numbers and text, whether Python's own or numpy's.

use std::borrow::Cow;

use unpickle_core::{Error, Result, Value};
use unpickle_numpy::{Cell, DtypeKind, NdArray, Scalar};

/// An integer: an `int`, or a numpy integer.
pub(crate) fn integer(value: Value<'_>) -> Option<i64> {
    if let Some(int) = value.as_i64() {
        return Some(int);
    }
    value.call()?;
    match value.extract::<Scalar<'_>>().ok()?.cell()? {
        Cell::Int(int) => Some(int),
        Cell::UInt(int) => int.try_into().ok(),
        _ => None,
    }
}

/// Text: a `str`, or numpy's.
pub(crate) fn text(value: Value<'_>) -> Option<Cow<'_, str>> {
    if let Some(text) = value.as_text() {
        return Some(text);
    }
    value.as_object()?;
    match value.extract::<Scalar<'_>>().ok()?.cell()? {
        Cell::Str(text, _) => String::from_utf8(text).ok().map(Cow::Owned),
        _ => None,
    }
}

/// A number as a float, as Python's `float()`: an array of one element too, which is how some parameters are kept.
pub(crate) fn float(value: Value<'_>) -> Option<f64> {
    if let Ok(float) = value.extract::<f64>() {
        return Some(float);
    }
    value.call()?;
    let scalar = value.extract::<Scalar<'_>>().map(|scalar| scalar.as_array().clone());
    let array = scalar.or_else(|_| value.extract::<NdArray<'_>>()).ok()?;
    (array.len() == 1).then(|| cell_float(&array.cell(0)?)).flatten()
}

/// A cell as a float, exact for all but integers beyond 2^53.
pub(crate) fn cell_float(cell: &Cell<'_>) -> Option<f64> {
    Some(match *cell {
        Cell::Int(int) => int as f64,
        Cell::UInt(int) => int as f64,
        Cell::Float16(float) => float.to_f64(),
        Cell::Float32(float) => float.into(),
        Cell::Float64(float) => float,
        Cell::Object(value) => value.extract::<f64>().ok()?,
        _ => return None,
    })
}

/// All elements of an array of integers of any width, in C order.
pub(crate) fn integers(array: &NdArray<'_>) -> Result<Vec<i64>> {
    fn all<T: unpickle_numpy::Element>(array: &NdArray<'_>) -> Result<Vec<T>> {
        let mut all = Vec::new();
        array.copy_native(0..array.len(), &mut all)?;
        Ok(all)
    }
    Ok(match array.dtype().kind() {
        DtypeKind::Int(8) => all(array)?,
        DtypeKind::Int(4) => all::<i32>(array)?.into_iter().map(i64::from).collect(),
        DtypeKind::Int(2) => all::<i16>(array)?.into_iter().map(i64::from).collect(),
        DtypeKind::Int(1) => all::<i8>(array)?.into_iter().map(i64::from).collect(),
        DtypeKind::UInt(4) => all::<u32>(array)?.into_iter().map(i64::from).collect(),
        DtypeKind::UInt(2) => all::<u16>(array)?.into_iter().map(i64::from).collect(),
        DtypeKind::UInt(1) => all::<u8>(array)?.into_iter().map(i64::from).collect(),
        DtypeKind::UInt(8) => {
            let all = all::<u64>(array)?.into_iter().map(i64::try_from).collect::<Result<_, _>>();
            all.map_err(|_| Error::invalid(array.origin(), "an integer beyond 2^63"))?
        }
        _ => {
            let message = format!("expected an array of integers, found one of {}", array.dtype());
            return Err(Error::invalid(array.origin(), message));
        }
    })
}

/// All elements of an array of sizes or indexes; negative ones are an error that names `what`.
pub(crate) fn indexes(array: &NdArray<'_>, what: &str) -> Result<Vec<usize>> {
    let indexes = integers(array).map_err(|error| error.within(what.to_owned()))?;
    let indexes = indexes.into_iter().map(|index| {
        usize::try_from(index).map_err(|_| {
            Error::invalid(array.origin(), format!("a negative number {index}")).within(what.to_owned())
        })
    });
    indexes.collect()
}
