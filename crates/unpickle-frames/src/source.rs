//! [`Source`]: where the columns of a table come from, one after another.

use arrow_array::{Array as _, ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use unpickle_core::{Category, Error, Result};

/// The arrays of one column, from the first row to the last.
pub type Chunks<'a> = Box<dyn Iterator<Item = Result<ArrayRef>> + 'a>;

/// A table that is read column by column. A pickle has the cells of a column side by side, so a file that can be read by columns is
/// never held in memory whole.
pub trait Source {
    /// Names and types of the columns, and the `pandas` metadata if there are any.
    fn schema(&self) -> &SchemaRef;

    /// How many rows there are.
    fn num_rows(&self) -> usize;

    /// The cells of a column. May be asked for several times.
    ///
    /// # Errors
    ///
    /// Reading fails, or there is no such column.
    fn column(&self, index: usize) -> Result<Chunks<'_>>;

    /// How many cells of a column are null, if that is known without reading it.
    fn null_count(&self, index: usize) -> Option<usize> {
        let _ = index;
        None
    }
}

/// Record batches in memory.
#[derive(Clone, Debug)]
pub struct Batches {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    rows: usize,
}

impl Batches {
    /// Batches of one table, in their order.
    ///
    /// # Errors
    ///
    /// A batch has columns of other types than the schema.
    pub fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<Batches> {
        let types = |schema: &SchemaRef| -> Vec<_> {
            schema.fields().iter().map(|field| field.data_type().clone()).collect()
        };
        let own = types(&schema);
        if batches.iter().any(|batch| types(&batch.schema()) != own) {
            return Err(Error::message(Category::Data, "a batch whose columns are not those of the schema"));
        }
        let rows = batches.iter().map(RecordBatch::num_rows).sum();
        Ok(Batches { schema, batches, rows })
    }
}

impl Source for Batches {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn num_rows(&self) -> usize {
        self.rows
    }

    fn column(&self, index: usize) -> Result<Chunks<'_>> {
        let one =
            move |batch: &RecordBatch| batch.columns().get(index).cloned().ok_or_else(|| no_column(index));
        Ok(Box::new(self.batches.iter().map(one)))
    }

    fn null_count(&self, index: usize) -> Option<usize> {
        let nulls = |batch: &RecordBatch| Some(batch.columns().get(index)?.logical_null_count());
        self.batches.iter().map(nulls).sum()
    }
}

#[cold]
pub(crate) fn no_column(index: usize) -> Error {
    Error::message(Category::Data, format!("there is no column {index}"))
}

/// An error of Arrow's crates, in ours.
#[cold]
pub(crate) fn arrow_error(error: impl std::fmt::Display) -> Error {
    Error::message(Category::Data, error.to_string())
}
