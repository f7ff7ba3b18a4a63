//! A list of rows: lists, tuples or namedtuples of one length.

use unpickle_core::{Make, Result, Seq, Value};
use unpickle_pandas::{Std, stdlib};

use super::{BUDGET, MAX_COLUMNS, numbered, sequence};
use crate::cells::{Cells, Rows};
use crate::column::Column;
use crate::table::Table;

/// A list of lists or tuples of one length.
pub(crate) fn sequences(value: Value<'_>) -> Result<Option<Table<'_>>> {
    let Some(list) = sequence(value) else { return Ok(None) };
    let len = |row: Value<'_>| row.as_list().or_else(|| row.as_tuple()).map(|row| row.len());
    let Some(width) = list.get(0).and_then(len) else { return Ok(None) };
    if !list.iter().all(|row| len(row) == Some(width)) {
        return Ok(None);
    }
    table("list of rows", list, width)
}

/// A list of namedtuples of one class. A pickle does not say the names of their fields.
pub(crate) fn namedtuples(value: Value<'_>) -> Result<Option<Table<'_>>> {
    let Some(list) = sequence(value) else { return Ok(None) };
    let Some(first) = list.get(0).and_then(Value::as_object) else { return Ok(None) };
    let Some(class) = first.class() else { return Ok(None) };
    let width = first.args().len();
    let tuple = |row: Value<'_>| {
        row.as_object().is_some_and(|object| {
            object.make() == Make::NewObj
                && object.class().is_some_and(|other| other.value().is(class.value()))
                && object.args().len() == width
                && matches!(stdlib::recognise(row), Some(Std::Sequence(_)))
        })
    };
    if !list.iter().all(tuple) {
        return Ok(None);
    }
    table("list of namedtuples", list, width)
}

fn table<'p>(kind: &'static str, list: Seq<'p>, width: usize) -> Result<Option<Table<'p>>> {
    if width == 0 || width > MAX_COLUMNS {
        return Ok(None);
    }
    let mut columns = Vec::with_capacity(width);
    for at in 0..width {
        let column = Column::objects(Cells::Position { rows: Rows::Seq(list), at }, BUDGET)
            .map_err(|error| error.within(format!("column `{at}`")))?;
        columns.push((at.to_string(), column));
    }
    numbered(kind, columns, list.len()).map(Some)
}
