//! A list of rows: lists, tuples or namedtuples.

use unpickle_core::{Result, Seq, Value};
use unpickle_pandas::{Std, stdlib};

use super::{MAX_COLUMNS, check_cells, hold_frames, items, numbered, objects, records};
use crate::budget::Budget;
use crate::cells::{Cells, Rows};
use crate::column::Column;
use crate::table::Table;

/// A list of lists or tuples of one length. Tuples may be of several lengths: then short ones end in nulls, as
/// `pandas.DataFrame` has it.
pub(crate) fn sequences<'p>(value: Value<'p>, budget: &Budget) -> Result<Option<Table<'p>>> {
    let Some(list) = items(value) else { return Ok(None) };
    let len = |row: Value<'_>| row.as_list().or_else(|| row.as_tuple()).map(|row| row.len());
    let Some(first) = list.get(0).and_then(len) else { return Ok(None) };
    let (mut width, mut even, mut dicts) = (first, true, true);
    for row in list.iter() {
        let Some(len) = len(row) else { return Ok(None) };
        even &= len == first;
        width = width.max(len);
        dicts = dicts && row.as_seq().is_some_and(|row| row.iter().all(|cell| records::map(cell).is_some()));
    }
    // Lists of dicts are tables of their own.
    if dicts || !even && !list.iter().all(|row| row.as_tuple().is_some()) {
        return Ok(None);
    }
    let mut table = by_position("list of rows", value, list, width, false, budget)?;
    if let Some(table) = table.as_mut().filter(|_| !even) {
        table.note("rows of several lengths: the short ones end in nulls");
    }
    Ok(table)
}

/// A list of namedtuples of one class. A pickle does not say the names of their fields.
pub(crate) fn namedtuples<'p>(value: Value<'p>, budget: &Budget) -> Result<Option<Table<'p>>> {
    let Some(list) = items(value) else { return Ok(None) };
    let Some(width) = list.get(0).and_then(fields) else { return Ok(None) };
    if !objects::one_class(list.iter()) || !list.iter().all(|row| fields(row) == Some(width)) {
        return Ok(None);
    }
    by_position("list of namedtuples", value, list, width, true, budget)
}

/// How many fields a namedtuple has.
fn fields(row: Value<'_>) -> Option<usize> {
    row.as_object()?;
    match stdlib::recognise(row) {
        Some(Std::Sequence(items)) => Some(items.len()),
        _ => None,
    }
}

/// One column for each place; `nameless` if the fields have names that the pickle does not hold.
pub(super) fn by_position<'p>(
    kind: &'static str,
    value: Value<'p>,
    list: Seq<'p>,
    width: usize,
    nameless: bool,
    budget: &Budget,
) -> Result<Option<Table<'p>>> {
    if width == 0 || width > MAX_COLUMNS {
        return Ok(None);
    }
    check_cells(value, list.len(), width)?;
    let cells = |at| Cells::Position { rows: Rows::Seq(list), at };
    let columns = Column::all_objects((0..width).map(cells).collect(), budget, |at, error| {
        error.within(format!("column `{at}`"))
    })?;
    if hold_frames(&columns, value) {
        return Ok(None);
    }
    let columns = columns.into_iter().enumerate().map(|(at, column)| (at.to_string(), column)).collect();
    let mut table = numbered(kind, columns, list.len())?;
    if nameless {
        table.note("a pickle does not hold the names of their fields: the columns are numbered");
    }
    Ok(Some(table))
}
