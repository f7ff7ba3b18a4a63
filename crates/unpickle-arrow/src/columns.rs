//! The seam between tables and writers: columns that can be asked for in any order, a stretch of rows at a time.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::SchemaRef;
use unpickle_core::{Category, Error, Result};

use crate::csv_layout::CsvLayout;

/// A table that yields any stretch of any column, and to several threads at once.
///
/// Writers pull: Parquet takes one column after the other, a thread each; CSV and the rest take batches. So a
/// table never has to exist as a whole in memory.
///
/// ```
/// use std::{ops::Range, sync::Arc};
/// use arrow_array::{ArrayRef, Int64Array};
/// use arrow_schema::{DataType, Field, Schema, SchemaRef};
/// use unpickle_arrow::Columns;
///
/// struct Squares;
///
/// impl Columns for Squares {
///     fn schema(&self) -> SchemaRef {
///         Arc::new(Schema::new(vec![Field::new("square", DataType::Int64, false)]))
///     }
///     fn num_rows(&self) -> usize {
///         100
///     }
///     fn column(&self, _: usize, rows: Range<usize>) -> unpickle_core::Result<ArrayRef> {
///         Ok(Arc::new(Int64Array::from_iter_values(rows.map(|row| (row * row) as i64))))
///     }
/// }
/// assert_eq!(Squares.batch(0..10)?.num_rows(), 10);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
pub trait Columns: Sync {
    /// The physical columns, with the key `pandas` in the metadata if the table came from pandas.
    fn schema(&self) -> SchemaRef;

    /// How many rows there are.
    fn num_rows(&self) -> usize;

    /// Rows of one column, as an array of the type that [`schema`](Columns::schema) gives it.
    ///
    /// Pure: asked again, it gives the same again. Called from several threads at once.
    fn column(&self, column: usize, rows: Range<usize>) -> Result<ArrayRef>;

    /// Most rows that are asked for at once: few, where a row is large. By default any number.
    fn most_rows(&self) -> usize {
        usize::MAX
    }

    /// Most bytes that may be written of it, those of numbers counted for a quarter: what is beyond is an error of
    /// [`write`](crate::write()). By default any number.
    fn most_bytes(&self) -> u64 {
        u64::MAX
    }

    /// What `DataFrame.to_csv` would put where. By default it is read from the key `pandas` of the schema.
    fn csv(&self) -> CsvLayout {
        CsvLayout::from_schema(&self.schema())
    }

    /// A stretch of rows of all columns.
    fn batch(&self, rows: Range<usize>) -> Result<RecordBatch> {
        let schema = self.schema();
        let columns = (0..schema.fields().len())
            .map(|column| checked_column(self, &schema, column, rows.clone()))
            .collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        RecordBatch::try_new_with_options(schema, columns, &options).map_err(arrow_error)
    }
}

impl<C: Columns + ?Sized + Send> Columns for Arc<C> {
    fn schema(&self) -> SchemaRef {
        (**self).schema()
    }

    fn num_rows(&self) -> usize {
        (**self).num_rows()
    }

    fn column(&self, column: usize, rows: Range<usize>) -> Result<ArrayRef> {
        (**self).column(column, rows)
    }

    fn most_rows(&self) -> usize {
        (**self).most_rows()
    }

    fn most_bytes(&self) -> u64 {
        (**self).most_bytes()
    }

    fn csv(&self) -> CsvLayout {
        (**self).csv()
    }
}

/// A column's rows, of the length asked for and of the type promised; errors say which column it was.
///
/// The check costs nothing and turns a slip of one column into an error that names it.
pub(crate) fn checked_column<C: Columns + ?Sized>(
    table: &C,
    schema: &SchemaRef,
    column: usize,
    rows: Range<usize>,
) -> Result<ArrayRef> {
    let field = schema.fields().get(column);
    let inside = |error: Error| match field {
        Some(field) => error.within(format!("column `{}`", field.name())),
        None => error,
    };
    let length = rows.len();
    let array = table.column(column, rows).map_err(inside)?;
    if array.len() != length {
        let message = format!("expected {length} rows, found {}", array.len());
        return Err(inside(Error::message(Category::Data, message)));
    }
    match field {
        Some(field) if field.data_type() != array.data_type() => {
            let message = format!("expected Arrow type {}, found {}", field.data_type(), array.data_type());
            Err(inside(Error::message(Category::Data, message)))
        }
        _ => Ok(array),
    }
}

/// An error of Arrow's crates in our words.
pub(crate) fn arrow_error(error: arrow_schema::ArrowError) -> Error {
    use arrow_schema::ArrowError;
    match error {
        ArrowError::IoError(_, source) => Error::from(source),
        ArrowError::NotYetImplemented(what) => Error::message(Category::Unsupported, what),
        other => Error::message(Category::Data, other.to_string()),
    }
}
