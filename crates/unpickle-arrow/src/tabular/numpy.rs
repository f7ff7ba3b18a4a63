//! Arrays: of numpy, and of other libraries that have the like.

use std::sync::Arc;

use unpickle_arrays::{NamedArray, arrays, is_array, is_masked, is_tensor};
use unpickle_core::{FromPickle as _, Result, Value};
use unpickle_numpy::{Dtype, DtypeCache, DtypeKind, MaskedArray, NdArray};
use unpickle_pandas::Array;

use super::{MAX_COLUMNS, most_rows, numbered};
use crate::budget::Budget;
use crate::column::Column;
use crate::table::Table;

/// The table that an array is, but one of no dimensions.
pub(crate) fn table<'p>(value: Value<'p>, budget: &Budget) -> Result<Option<Table<'p>>> {
    if value.as_object().is_none() {
        return Ok(None);
    }
    if is_masked(value) {
        return masked(MaskedArray::from_pickle(value)?, budget).map(Some);
    }
    if is_array(value) {
        let array = NdArray::from_pickle(value)?;
        return if array.ndim() == 0 { Ok(None) } else { ndarray(&array, budget).map(Some) };
    }
    if !is_tensor(value) {
        return Ok(None);
    }
    match <[NamedArray<'_>; 1]>::try_from(arrays(value)?) {
        Ok([array]) => tensor(array),
        // A sparse one is several arrays.
        Err(_) => Ok(None),
    }
}

/// Whether the value is an array of any library.
pub(crate) fn is_any(value: Value<'_>) -> bool {
    value.as_object().is_some() && (is_masked(value) || is_array(value) || is_tensor(value))
}

/// An array of numpy of one dimension. Nothing is read of those of several.
pub(super) fn one_dimensional(value: Value<'_>) -> Option<NdArray<'_>> {
    value.as_object()?;
    let (_, shape) = describe(value).filter(|_| is_array(value))?;
    if shape.len() == 1 { NdArray::from_pickle(value).ok() } else { None }
}

/// The column of an array of one dimension.
pub(super) fn column<'p>(value: Value<'p>, budget: &Budget) -> Result<Option<Column<'p>>> {
    if is_tensor(value) {
        return match <[NamedArray<'_>; 1]>::try_from(arrays(value)?) {
            Ok([array]) => Column::of_named(&Arc::new(array), None).map(Some),
            Err(_) => Ok(None),
        };
    }
    one_dimensional(value).map(|array| Column::numpy(&array, budget)).transpose()
}

/// How many elements an array of one dimension has.
pub(super) fn length(value: Value<'_>) -> Option<usize> {
    value.as_object()?;
    let (_, shape) = describe(value)?;
    if let [length] = *shape { Some(length) } else { None }
}

/// Dtype and shape of an array, of whose elements nothing is read.
pub(crate) fn describe(value: Value<'_>) -> Option<(Dtype, Vec<usize>)> {
    if is_array(value) {
        return NdArray::describe(value, &mut DtypeCache::new()).ok();
    }
    let array = is_tensor(value).then(|| arrays(value).ok())??.into_iter().next()?;
    Some((array.dtype().clone(), array.shape().to_vec()))
}

fn tensor(array: NamedArray<'_>) -> Result<Option<Table<'_>>> {
    let array = Arc::new(array);
    let rows = array.shape().first().copied().unwrap_or(0);
    let columns = match *array.shape() {
        [] => return Ok(None),
        [_] => vec![("0".to_owned(), Column::of_named(&array, None)?)],
        [_, width] if width <= MAX_COLUMNS => {
            let columns = (0..width).map(|i| Ok((i.to_string(), Column::of_named(&array, Some(i))?)));
            columns.collect::<Result<_>>()?
        }
        _ => vec![("0".to_owned(), Column::of_named(&array, None)?)],
    };
    let large = array.shape().len() > columns.len();
    let table = numbered("tensor", columns, rows)?;
    Ok(Some(if large { table.with_most_rows(most_rows(array.nbytes(), rows)) } else { table }))
}

/// The table of an array of one dimension or more.
pub(crate) fn ndarray<'p>(array: &NdArray<'p>, budget: &Budget) -> Result<Table<'p>> {
    let rows = array.shape().first().copied().unwrap_or(0);
    let columns = match (array.ndim(), array.dtype().kind()) {
        (1, DtypeKind::Struct(fields)) => {
            let mut columns = Vec::new();
            for field in fields {
                let part = array.field(&field.name)?;
                let mut column = match part.ndim() {
                    1 => Column::numpy(&part, budget)?,
                    // A field that is itself an array.
                    _ => Column::rows_of(&part, budget)?,
                };
                column.notes.retain(|note| !note.starts_with("an array of shape"));
                columns.push((field.name.clone(), column));
            }
            columns
        }
        (1, _) => vec![("0".to_owned(), Column::numpy(array, budget)?)],
        (2, _) if array.shape().get(1).is_some_and(|&width| width <= MAX_COLUMNS) => {
            let transposed = array.transposed();
            let mut columns = Vec::new();
            for i in 0..array.shape().get(1).copied().unwrap_or(0) {
                columns.push((i.to_string(), Column::numpy(&transposed.row(i)?, budget)?));
            }
            columns
        }
        _ => vec![("0".to_owned(), Column::rows_of(array, budget)?)],
    };
    let bytes = (array.len() as u64).saturating_mul(array.dtype().itemsize() as u64);
    let large = array.ndim() > columns.len();
    let table = numbered("ndarray", columns, rows)?;
    Ok(if large { table.with_most_rows(most_rows(bytes, rows)) } else { table })
}

fn masked<'p>(masked: MaskedArray<'p>, budget: &Budget) -> Result<Table<'p>> {
    let data = masked.data();
    let rows = data.shape().first().copied().unwrap_or(0);
    let columns = match (data.ndim(), data.dtype().kind()) {
        (1, DtypeKind::Struct(fields)) => {
            let mut columns = Vec::new();
            for field in fields {
                let part = masked.field(&field.name)?;
                columns.push((field.name.clone(), hidden(part.data(), part.mask(), budget)?));
            }
            columns
        }
        (2, _) if data.shape().get(1).is_some_and(|&width| width <= MAX_COLUMNS) => {
            let (data, mask) = (data.transposed(), masked.mask().transposed());
            let mut columns = Vec::new();
            for i in 0..data.shape().first().copied().unwrap_or(0) {
                columns.push((i.to_string(), hidden(&data.row(i)?, &mask.row(i)?, budget)?));
            }
            columns
        }
        _ => vec![("0".to_owned(), hidden(data, masked.mask(), budget)?)],
    };
    numbered("masked array", columns, rows)
}

/// The column of a masked array of one dimension, and its length.
pub(super) fn masked_column<'p>(value: Value<'p>, budget: &Budget) -> Result<Option<(Column<'p>, usize)>> {
    if value.as_object().is_none() || !is_masked(value) {
        return Ok(None);
    }
    let masked = MaskedArray::from_pickle(value)?;
    if masked.data().ndim() != 1 || !masked.data().dtype().fields().is_empty() {
        return Ok(None);
    }
    Ok(Some((hidden(masked.data(), masked.mask(), budget)?, masked.data().len())))
}

/// A column whose masked cells are null, where they are of a plain type.
fn hidden<'p>(data: &NdArray<'p>, mask: &NdArray<'p>, budget: &Budget) -> Result<Column<'p>> {
    if data.ndim() != 1 || crate::numpy::plain_type(data.dtype()).is_none() {
        let mut column =
            if data.ndim() == 1 { Column::numpy(data, budget)? } else { Column::rows_of(data, budget)? };
        column.notes.push("the mask is left out".to_owned());
        return Ok(column);
    }
    let array = Array::Masked { values: data.clone(), mask: Box::new(mask.clone()) };
    Column::from_array(&array, data.len(), budget)
}
