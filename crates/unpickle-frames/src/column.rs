//! [`Column`]: the cells of a column, from wherever they come, and only the rows that were asked for.

use arrow_array::{Array as _, ArrayRef};
use arrow_schema::{DataType, FieldRef};
use unpickle_core::{Category, Error, Result};

use crate::source::{Chunks, Source};

/// A column of a source, or an array made on the way.
pub(crate) struct Column<'a> {
    pub(crate) field: FieldRef,
    pub(crate) len: usize,
    from: From<'a>,
}

enum From<'a> {
    Source(&'a dyn Source, usize),
    Array(ArrayRef),
}

impl<'a> Column<'a> {
    /// The first `len` cells of a column of a source.
    pub(crate) fn of(source: &'a dyn Source, index: usize, len: usize) -> Result<Column<'a>> {
        let field = source.schema().fields().get(index);
        let field = field.ok_or_else(|| crate::source::no_column(index))?.clone();
        Ok(Column { field, len, from: From::Source(source, index) })
    }

    pub(crate) fn of_array(field: FieldRef, array: ArrayRef) -> Column<'static> {
        Column { field, len: array.len(), from: From::Array(array) }
    }

    pub(crate) fn data_type(&self) -> &DataType {
        self.field.data_type()
    }

    pub(crate) fn name(&self) -> &str {
        self.field.name()
    }

    /// What each chunk holds; in all, as many cells as there are rows.
    pub(crate) fn for_each(&self, mut each: impl FnMut(&ArrayRef) -> Result<()>) -> Result<()> {
        let chunks: Chunks<'_> = match &self.from {
            From::Source(source, index) => source.column(*index)?,
            From::Array(array) => Box::new(std::iter::once(Ok(array.clone()))),
        };
        let mut left = self.len;
        for chunk in chunks {
            let chunk = chunk?;
            if chunk.data_type() != self.data_type() {
                let message = format!("cells of {} in a column of {}", chunk.data_type(), self.data_type());
                return Err(Error::message(Category::Data, message));
            }
            let chunk = if chunk.len() > left { chunk.slice(0, left) } else { chunk };
            left -= chunk.len();
            if !chunk.is_empty() {
                each(&chunk)?;
            }
            if left == 0 {
                break;
            }
        }
        if left > 0 {
            let message = format!("{left} of {} rows are missing", self.len);
            return Err(Error::message(Category::Data, message));
        }
        Ok(())
    }

    /// How many cells are null.
    pub(crate) fn null_count(&self) -> Result<usize> {
        let known = match &self.from {
            // Of the first rows only, nobody knows; that there is none in all of them is enough.
            From::Source(source, index) => {
                source.null_count(*index).filter(|&nulls| nulls == 0 || source.num_rows() == self.len)
            }
            From::Array(array) => Some(array.logical_null_count()),
        };
        if let Some(nulls) = known {
            return Ok(nulls);
        }
        let mut nulls = 0;
        self.for_each(|chunk| {
            nulls += chunk.logical_null_count();
            Ok(())
        })?;
        Ok(nulls)
    }

    /// All cells in one array: for what needs them side by side, such as the levels of an index.
    pub(crate) fn whole(&self) -> Result<ArrayRef> {
        let mut chunks = Vec::new();
        self.for_each(|chunk| {
            chunks.push(chunk.clone());
            Ok(())
        })?;
        match &chunks[..] {
            [] => Ok(arrow_array::new_empty_array(self.data_type())),
            [one] => Ok(one.clone()),
            many => {
                let many: Vec<_> = many.iter().map(|chunk| &**chunk).collect();
                arrow_select::concat::concat(&many).map_err(crate::source::arrow_error)
            }
        }
    }
}
