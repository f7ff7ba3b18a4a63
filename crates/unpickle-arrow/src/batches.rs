//! Rows of a table as record batches, made by all threads.

use std::ops::Range;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use unpickle_core::Result;

use crate::columns::{Columns, arrow_error, checked_column};
use crate::parallel;

/// The rows of `table`, in batches of `most` rows (the last has what is left), each column of each batch made by whichever
/// thread is free. No rows give no batch.
///
/// ```
/// // [{"a": 1}, {"a": 2}, {"a": 3}]
/// let bytes = b"](}X\x01\0\0\0aK\x01s}X\x01\0\0\0aK\x02s}X\x01\0\0\0aK\x03se.";
/// let rows = unpickle_core::Pickle::parse(bytes)?;
/// let table = &unpickle_arrow::tables(rows.root())?[0];
/// let batches = unpickle_arrow::batches(table, 0..3, 2)?;
/// assert_eq!(batches.iter().map(|batch| batch.num_rows()).collect::<Vec<_>>(), [2, 1]);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # Errors
///
/// A cell cannot be read; the error names its column.
pub fn batches(table: &dyn Columns, rows: Range<usize>, most: usize) -> Result<Vec<RecordBatch>> {
    let schema = table.schema();
    let columns = schema.fields().len();
    let most = most.min(table.most_rows()).max(1);
    let stretch = |start: usize| start..start.saturating_add(most).min(rows.end);
    let stretches: Vec<Range<usize>> = rows.clone().step_by(most).map(stretch).collect();
    let places: Vec<(&Range<usize>, usize)> =
        stretches.iter().flat_map(|rows| (0..columns).map(move |column| (rows, column))).collect();
    let cells = rows.len().saturating_mul(columns);
    let made = parallel::all(&places, cells, |_, (rows, column)| {
        checked_column(table, &schema, *column, Range::clone(rows))
    })?;
    let mut made = made.into_iter();
    let batch = |rows: &Range<usize>| {
        let arrays: Vec<ArrayRef> = made.by_ref().take(columns).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        RecordBatch::try_new_with_options(schema.clone(), arrays, &options).map_err(arrow_error)
    };
    stretches.iter().map(batch).collect()
}
