//! What is a table, one file a shape.

use unpickle_core::{Result, Seq, Value};
use unpickle_pandas::{Index, Std, stdlib};

use crate::column::Column;
use crate::frame;
use crate::labels::Labels;
use crate::table::Table;

pub(crate) mod arrow;
pub(crate) mod columns;
pub(crate) mod library;
pub(crate) mod list;
pub(crate) mod objects;
pub(crate) mod path;
pub(crate) mod records;
pub(crate) mod rows;
pub(crate) mod search;
pub(crate) mod values;

/// Most values inside cells that sharing may unfold to, in all of one table.
pub(crate) const BUDGET: usize = 100_000_000;

/// What has more columns is no table of columns.
const MAX_COLUMNS: usize = 10_000;

/// A table whose rows are numbered from 0, of named columns.
fn numbered<'p>(kind: &'static str, columns: Vec<(String, Column<'p>)>, rows: usize) -> Result<Table<'p>> {
    let (names, columns) = columns.into_iter().unzip();
    labelled(kind, columns, frame::plain(names), rows)
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
