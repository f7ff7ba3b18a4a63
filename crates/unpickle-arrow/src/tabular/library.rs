//! Tables of pandas and numpy.

use unpickle_core::{FromPickle as _, Result, Value};
use unpickle_numpy::{DtypeKind, MaskedArray, NdArray};
use unpickle_pandas::{Array, DataFrame, Index, Panel, Series};

use super::{BUDGET, MAX_COLUMNS, numbered};
use crate::column::Column;
use crate::table::Table;
use crate::{frame, panel};

/// The table that an object of pandas or numpy is.
pub(crate) fn table(value: Value<'_>) -> Result<Option<Table<'_>>> {
    if value.as_object().is_none() {
        return Ok(None);
    }
    if DataFrame::is_in(value) {
        return frame::frame(value, BUDGET).map(Some);
    }
    if Series::is_in(value) {
        return frame::series(value, BUDGET).map(Some);
    }
    if Panel::is_in(value) {
        return panel::panel(value, BUDGET).map(Some);
    }
    if Index::is_in(value) {
        return frame::index(value, BUDGET).map(Some);
    }
    let Some(call) = value.call() else { return Ok(None) };
    match (call.module, call.name) {
        ("numpy.ma.core", "_mareconstruct") => masked(MaskedArray::from_pickle(value)?).map(Some),
        (module, "_reconstruct" | "_frombuffer") if module.starts_with("numpy.") => {
            array("ndarray", &NdArray::from_pickle(value)?)
        }
        _ => match extension_array(value)? {
            Some((column, len)) => numbered("extension array", vec![("0".to_owned(), column)], len).map(Some),
            None => Ok(None),
        },
    }
}

/// Whether the class of an object is one of these libraries, whose objects are never rows.
pub(super) fn is_library(value: Value<'_>) -> bool {
    let module = value.call().map_or("", |call| call.module);
    let library = module.split('.').next().unwrap_or_default();
    matches!(library, "pandas" | "numpy" | "pyarrow" | "torch")
        || DataFrame::is_in(value)
        || Series::is_in(value)
        || Index::is_in(value)
}

/// The column of an array of pandas, such as `Categorical`.
pub(super) fn extension_array(value: Value<'_>) -> Result<Option<(Column<'_>, usize)>> {
    let pandas = |module: &str| module.starts_with("pandas.") || module == "pandas";
    if !value.call().is_some_and(|call| pandas(call.module)) {
        return Ok(None);
    }
    let Ok(array) = Array::from_pickle(value) else { return Ok(None) };
    let Some(len) = array.len() else { return Ok(None) };
    Ok(Some((Column::from_array(&array, len, BUDGET)?, len)))
}

/// An array of numpy of one dimension.
pub(super) fn one_dimensional(value: Value<'_>) -> Option<NdArray<'_>> {
    let call = value.call()?;
    let numpy = call.module.starts_with("numpy.") && matches!(call.name, "_reconstruct" | "_frombuffer");
    NdArray::from_pickle(value).ok().filter(|array| numpy && array.ndim() == 1)
}

fn array<'p>(kind: &'static str, array: &NdArray<'p>) -> Result<Option<Table<'p>>> {
    let rows = array.shape().first().copied().unwrap_or(0);
    let columns = match (array.ndim(), array.dtype().kind()) {
        (0, _) => return Ok(None),
        (1, DtypeKind::Struct(fields)) => {
            let mut columns = Vec::new();
            for field in fields {
                let part = array.field(&field.name)?;
                let mut column = match part.ndim() {
                    1 => Column::numpy(&part, BUDGET)?,
                    // A field that is itself an array.
                    _ => Column::rows_of(&part, BUDGET)?,
                };
                column.notes.retain(|note| !note.starts_with("an array of shape"));
                columns.push((field.name.clone(), column));
            }
            columns
        }
        (1, _) => vec![("0".to_owned(), Column::numpy(array, BUDGET)?)],
        (2, _) if array.shape().get(1).is_some_and(|&width| width <= MAX_COLUMNS) => {
            let transposed = array.transposed();
            let mut columns = Vec::new();
            for i in 0..array.shape().get(1).copied().unwrap_or(0) {
                columns.push((i.to_string(), Column::numpy(&transposed.row(i)?, BUDGET)?));
            }
            columns
        }
        _ => vec![("0".to_owned(), Column::rows_of(array, BUDGET)?)],
    };
    numbered(kind, columns, rows).map(Some)
}

fn masked<'p>(masked: MaskedArray<'p>) -> Result<Table<'p>> {
    let data = masked.data();
    let rows = data.shape().first().copied().unwrap_or(0);
    let column = |data: &NdArray<'p>, mask: &NdArray<'p>| -> Result<Column<'p>> {
        if data.ndim() != 1 || crate::numpy::plain_type(data.dtype()).is_none() {
            let mut column =
                if data.ndim() == 1 { Column::numpy(data, BUDGET)? } else { Column::rows_of(data, BUDGET)? };
            column.notes.push("the mask is left out".to_owned());
            return Ok(column);
        }
        let array = Array::Masked { values: data.clone(), mask: Box::new(mask.clone()) };
        Column::from_array(&array, data.len(), BUDGET)
    };
    let columns = match (data.ndim(), data.dtype().kind()) {
        (1, DtypeKind::Struct(fields)) => {
            let mut columns = Vec::new();
            for field in fields {
                let part = masked.field(&field.name)?;
                columns.push((field.name.clone(), column(part.data(), part.mask())?));
            }
            columns
        }
        (2, _) if data.shape().get(1).is_some_and(|&width| width <= MAX_COLUMNS) => {
            let (data, mask) = (data.transposed(), masked.mask().transposed());
            let mut columns = Vec::new();
            for i in 0..data.shape().first().copied().unwrap_or(0) {
                columns.push((i.to_string(), column(&data.row(i)?, &mask.row(i)?)?));
            }
            columns
        }
        _ => vec![("0".to_owned(), column(data, masked.mask())?)],
    };
    numbered("masked array", columns, rows)
}
