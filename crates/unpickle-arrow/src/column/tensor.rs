//! The rows of an array of several dimensions, each an array itself: Arrow's extension type `fixed_shape_tensor`
//! ("Canonical extension types" of the Arrow format). What it cannot hold is a list of lists.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, FixedSizeListArray};
use arrow_schema::{DataType, Field};
use serde_json::json;
use unpickle_arrays::NamedArray;
use unpickle_core::{Error, Result};
use unpickle_numpy::NdArray;

use super::source::Source;
use super::{Column, extension};
use crate::budget::Budget;
use crate::cells::Cells;
use crate::columns::arrow_error;
use crate::numpy;

/// The name of the extension type.
pub(crate) const NAME: &str = "arrow.fixed_shape_tensor";

impl<'p> Column<'p> {
    /// The column of an array that is read when its cells are asked for; of one of two dimensions, of one of its columns
    /// if that is given.
    pub(crate) fn of_named(array: &Arc<NamedArray<'p>>, column: Option<usize>) -> Result<Column<'p>> {
        let Some(mapped) = numpy::mapped(array.dtype())? else {
            let what = format!("a column of {}", array.dtype());
            return Err(Error::unsupported(array.value(), what));
        };
        let source = Source::Named { array: Arc::clone(array), column };
        if array.shape().len() == 1 || column.is_some() {
            let mut made =
                Column::new(mapped.data_type, array.dtype().to_little_endian().to_string(), source);
            made.metadata = mapped.metadata;
            made.notes.extend(mapped.note);
            return Ok(made);
        }
        match tensor(array.shape(), mapped, source) {
            Some(made) => Ok(made),
            None => Err(Error::unsupported(array.value(), format!("a column of {array:?}"))),
        }
    }

    /// The column of an array of two dimensions or more, a row for each index of the first.
    pub(crate) fn rows_of(array: &NdArray<'p>, budget: &Budget) -> Result<Column<'p>> {
        let made = match numpy::mapped(array.dtype())? {
            Some(mapped) if mapped.data_type.is_primitive() => {
                tensor(array.shape(), mapped, Source::Tensor(array.clone()))
            }
            _ => None,
        };
        match made {
            Some(made) => Ok(made),
            None => {
                let mut column = Column::objects(Cells::Elements(Arc::new(array.clone())), budget)?;
                column.notes.push(format!("an array of shape {}, a list for each row", shown(array.shape())));
                Ok(column)
            }
        }
    }
}

/// The column of tensors; `None` if there is nothing in them, or more than a list may have.
fn tensor<'p>(shape: &[usize], mapped: numpy::Mapped, source: Source<'p>) -> Option<Column<'p>> {
    let inner = shape.get(1..)?;
    let size = inner.iter().try_fold(1_usize, |size, &axis| size.checked_mul(axis))?;
    let size = i32::try_from(size).ok().filter(|&size| size > 0)?;
    let item = Field::new("item", mapped.data_type, true);
    let mut column = Column::new(DataType::FixedSizeList(Arc::new(item), size), "object", source);
    column.metadata = extension(NAME, &json!({ "shape": inner }));
    column.metadata.extend(mapped.metadata);
    column.notes.extend(mapped.note);
    let (shape, inner) = (shown(shape), shown(inner));
    column.notes.push(format!("an array of shape {shape}, a tensor of shape {inner} for each row"));
    Some(column)
}

/// A shape as Python prints it.
fn shown(shape: &[usize]) -> String {
    let axes: Vec<String> = shape.iter().map(usize::to_string).collect();
    if axes.len() == 1 { format!("({},)", axes.join("")) } else { format!("({})", axes.join(", ")) }
}

/// Some rows of an array that is read for them.
pub(super) fn named(
    array: &NamedArray<'_>,
    column: Option<usize>,
    data_type: &DataType,
    rows: Range<usize>,
) -> Result<ArrayRef> {
    let loaded = array.load()?;
    match column {
        Some(column) => numpy::array(&loaded.transposed().row(column)?, rows, true),
        None if loaded.ndim() == 1 => numpy::array(&loaded, rows, true),
        None => self::rows(&loaded, data_type, rows),
    }
}

/// Some rows.
pub(super) fn rows(array: &NdArray<'_>, data_type: &DataType, rows: Range<usize>) -> Result<ArrayRef> {
    let DataType::FixedSizeList(item, size) = data_type else {
        return Err(Error::invalid(array.origin(), "an array without a type of its own"));
    };
    let each = usize::try_from(*size).unwrap_or_default();
    let elements = rows.start.saturating_mul(each)..rows.end.saturating_mul(each);
    let values = numpy::array(array, elements, false)?;
    Ok(Arc::new(FixedSizeListArray::try_new(Arc::clone(item), *size, values, None).map_err(arrow_error)?))
}
