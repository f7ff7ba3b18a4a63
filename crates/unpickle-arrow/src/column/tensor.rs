//! The rows of an array of several dimensions, each an array itself: Arrow's extension type `fixed_shape_tensor`
//! ("Canonical extension types" of the Arrow format). What it cannot hold is a list of lists.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, FixedSizeListArray};
use arrow_schema::{DataType, Field};
use serde_json::json;
use unpickle_core::{Error, Result};
use unpickle_numpy::NdArray;

use super::source::Source;
use super::{Column, extension};
use crate::cells::Cells;
use crate::columns::arrow_error;
use crate::numpy;

/// The name of the extension type.
pub(crate) const NAME: &str = "arrow.fixed_shape_tensor";

impl<'p> Column<'p> {
    /// The column of an array of two dimensions or more, a row for each index of the first.
    pub(crate) fn rows_of(array: &NdArray<'p>, budget: usize) -> Result<Column<'p>> {
        let shape = array.shape().get(1..).unwrap_or_default();
        let shown: Vec<String> = array.shape().iter().map(usize::to_string).collect();
        let shown = shown.join(", ");
        let size = shape.iter().try_fold(1_usize, |size, &axis| size.checked_mul(axis));
        let size = size.and_then(|size| i32::try_from(size).ok()).filter(|&size| size > 0);
        let mapped = numpy::mapped(array.dtype())?;
        let (Some(size), Some(mapped)) = (size, mapped.filter(|mapped| mapped.data_type.is_primitive()))
        else {
            let mut column = Column::objects(Cells::Elements(Arc::new(array.clone())), budget)?;
            column.notes.push(format!("an array of shape ({shown}), a list for each row"));
            return Ok(column);
        };
        let item = Field::new("item", mapped.data_type, true);
        let source = Source::Tensor(array.clone());
        let mut column = Column::new(DataType::FixedSizeList(Arc::new(item), size), "object", source);
        column.metadata = extension(NAME, &json!({ "shape": shape }));
        column.metadata.extend(mapped.metadata);
        column.notes.extend(mapped.note);
        column.notes.push(format!("an array of shape ({shown}), a tensor of shape {shape:?} for each row"));
        Ok(column)
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
