//! A list that is one column.

use std::collections::HashSet;

use unpickle_core::{Id, Result, Value};

use super::numpy::one_dimensional;
use super::{hold_frames, items, numbered, objects};
use crate::budget::Budget;
use crate::cell::{Cell, Reader};
use crate::cells::Cells;
use crate::column::Column;
use crate::table::Table;

/// What is shorter is looked through again rather than remembered.
const SHORT: usize = 32;

/// A list, tuple or set of numbers, texts, times and the like, or of lists; an empty one is an empty table.
pub(crate) fn one_column<'p>(value: Value<'p>, budget: &Budget) -> Result<Option<Table<'p>>> {
    if is_empty(value) {
        let kind = if value.as_dict().is_some() { "dict" } else { "list" };
        return numbered(kind, Vec::new(), 0).map(Some);
    }
    let Some(list) = items(value) else { return Ok(None) };
    if !all_plain(list.iter()) && !all_lists(value) {
        return Ok(None);
    }
    let column = Column::objects(Cells::Seq(list), budget)?;
    if hold_frames([&column], value) {
        return Ok(None);
    }
    table(column, list.len()).map(Some)
}

/// Whether it is a list or a dict of nothing.
pub(crate) fn is_empty(value: Value<'_>) -> bool {
    items(value).is_some_and(|list| list.is_empty()) || value.as_dict().is_some_and(|dict| dict.is_empty())
}

/// A list of anything, in which nothing else was found: one column of JSON text, where it has any use.
pub(crate) fn of_anything<'p>(value: Value<'p>, budget: &Budget) -> Result<Option<Table<'p>>> {
    let Some(list) = items(value).filter(|_| value.as_tuple().is_none()) else { return Ok(None) };
    let mut reader = Reader::default();
    if list.iter().all(|cell| matches!(reader.read(cell), Cell::Other | Cell::Null)) {
        return Ok(None);
    }
    table(Column::objects(Cells::Seq(list), budget)?, list.len()).map(Some)
}

fn table(column: Column<'_>, rows: usize) -> Result<Table<'_>> {
    numbered("list", vec![("0".to_owned(), column)], rows)
}

/// Whether none of these is a container or an object that has no form in Arrow; and at least one there is.
pub(super) fn all_plain<'p>(cells: impl Iterator<Item = Value<'p>>) -> bool {
    let mut reader = Reader::default();
    let mut any = false;
    for cell in cells {
        any = true;
        // Told at one look, as nearly all are.
        let plain = cell.as_str_bytes().is_some() || cell.as_i64().is_some() || cell.as_f64().is_some();
        if plain || cell.is_none() {
            continue;
        }
        if matches!(reader.read(cell), Cell::List(_) | Cell::Map(_) | Cell::Array(_) | Cell::Other) {
            return false;
        }
    }
    any
}

/// Whether the value is a list of lists or sets or arrays of one dimension, which hold no dicts. A tuple
/// is none: `(x, y)` are two.
fn all_lists(value: Value<'_>) -> bool {
    let Some(list) = items(value).filter(|_| value.as_tuple().is_none()) else { return false };
    let row = |item: Value<'_>| item.as_seq().is_none() && objects::is_container(item);
    let mut any = false;
    // A long list is looked through once, however often it is an item.
    let mut seen: HashSet<Id> = HashSet::new();
    for item in list.iter().filter(|item| !item.is_none()) {
        any = true;
        if item.as_object().is_some() && one_dimensional(item).is_some() {
            continue;
        }
        let Some(items) = items(item) else { return false };
        if items.len() > SHORT && !seen.insert(item.id()) {
            continue;
        }
        if items.iter().any(row) {
            return false;
        }
    }
    any
}
