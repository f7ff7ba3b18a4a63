//! What is a table, one file a shape.

use unpickle_core::{Error, Result, Seq, Value};
use unpickle_pandas::{Std, stdlib};

use crate::budget::RAISE;
use crate::column::Column;
use crate::frame;
use crate::labels::Labels;
use crate::table::Table;

pub(crate) mod arrays;
pub(crate) mod arrow;
pub(crate) mod columns;
mod keys;
pub(crate) mod library;
pub(crate) mod list;
pub(crate) mod numpy;
pub(crate) mod objects;
pub(crate) mod path;
pub(crate) mod python;
pub(crate) mod records;
pub(crate) mod rows;
pub(crate) mod search;
pub(crate) mod values;

/// What has more columns is no table of columns.
const MAX_COLUMNS: usize = 10_000;

/// So many cells count as one value: they are looked at quickly, and written so.
const CELLS_OF_VALUE: usize = 4;

/// Refuses a table of more cells than the pickle that `value` is in can honestly hold: of rows that hold few of its columns,
/// or that are one and the same row many times.
fn check_cells(value: Value<'_>, rows: usize, columns: usize) -> Result<()> {
    if rows.saturating_mul(columns) / CELLS_OF_VALUE <= value.most_values() {
        return Ok(());
    }
    let message = format!(
        "a table of {rows} rows and {columns} columns is more than a pickle of {} bytes may become (at byte {}); {RAISE}",
        value.input_len(),
        value.offset()
    );
    Err(Error::limit(message))
}

/// Whether frames are in cells of the columns of `value`: they are the tables then, not what holds them.
fn hold_frames<'c, 'p: 'c>(columns: impl IntoIterator<Item = &'c Column<'p>>, value: Value<'p>) -> bool {
    columns.into_iter().any(Column::holds_json) && search::holds_frame(value)
}

/// About as many bytes are held at once of rows that are large.
const STRETCH_BYTES: u64 = 16 << 20;

/// How many rows may be asked for at once where all have so many bytes.
fn most_rows(bytes: u64, rows: usize) -> usize {
    let row = bytes.checked_div(rows as u64).unwrap_or(0).max(1);
    usize::try_from(STRETCH_BYTES / row).unwrap_or(usize::MAX).max(1)
}

/// A table whose rows are numbered from 0, of named columns.
fn numbered<'p>(kind: &'static str, columns: Vec<(String, Column<'p>)>, rows: usize) -> Result<Table<'p>> {
    let (names, columns) = columns.into_iter().unzip();
    labelled(kind, columns, Labels::plain(names), rows)
}

/// A table whose rows are numbered from 0, of labelled columns.
fn labelled<'p>(
    kind: &'static str,
    columns: Vec<Column<'p>>,
    labels: Labels,
    rows: usize,
) -> Result<Table<'p>> {
    Ok(frame::indexed_table(kind, columns, labels, frame::numbers(rows), rows, None))
}

/// The items of a list, a tuple, a deque or a set.
fn items(value: Value<'_>) -> Option<Seq<'_>> {
    value.as_seq().or_else(|| sequence(value))
}

/// The items of a list, a tuple or a deque: what has an order.
fn sequence(value: Value<'_>) -> Option<Seq<'_>> {
    if let Some(items) = value.as_list().or_else(|| value.as_tuple()) {
        return Some(items);
    }
    value.as_object()?;
    match stdlib::recognise(value) {
        Some(Std::Sequence(items)) => Some(items),
        _ => None,
    }
}
