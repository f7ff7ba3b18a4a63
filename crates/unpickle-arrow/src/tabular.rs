//! What is a table, one file a shape.

use unpickle_core::{Error, Result, Seq, Value};
use unpickle_pandas::{Index, Std, stdlib};

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

/// Most values inside cells that sharing may unfold to, in one column, beyond some for each byte of the pickle.
pub(crate) const BUDGET: usize = 20_000_000;

/// What has more columns is no table of columns.
const MAX_COLUMNS: usize = 10_000;

/// Most cells of a table of rows that hold few of its columns, or that are one and the same row many times: so many,
/// and so many for each byte of the pickle.
const MAX_CELLS: usize = 20_000_000;
const CELLS_PER_BYTE: usize = 16;

/// Refuses a table of more cells than the pickle that `value` is in can honestly hold.
fn check_cells(value: Value<'_>, rows: usize, columns: usize) -> Result<()> {
    let most = value.input_len().saturating_mul(CELLS_PER_BYTE).saturating_add(MAX_CELLS);
    if rows.saturating_mul(columns) <= most {
        return Ok(());
    }
    let message = format!(
        "a table of {rows} rows and {columns} columns is more than a pickle of {} bytes may become (at byte {})",
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
    let range = Index::Range { start: 0, stop: rows as i64, step: 1, name: None };
    frame::pandas_table(kind, columns, labels, &range, rows, None, BUDGET)
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
