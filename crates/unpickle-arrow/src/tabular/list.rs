//! A list of plain values, as one column.

use unpickle_core::{Result, Value};

use super::{BUDGET, numbered, sequence};
use crate::cell::{Cell, Reader};
use crate::cells::Cells;
use crate::column::Column;
use crate::table::Table;

/// A list, tuple or set of numbers, texts, times and the like: what is itself no container.
pub(crate) fn one_column(value: Value<'_>) -> Result<Option<Table<'_>>> {
    let Some(list) = value.as_seq().or_else(|| sequence(value)) else { return Ok(None) };
    let mut reader = Reader::default();
    for cell in list.iter() {
        if matches!(reader.read(cell), Cell::List(_) | Cell::Map(_) | Cell::Array(_) | Cell::Other) {
            return Ok(None);
        }
    }
    if list.is_empty() {
        return Ok(None);
    }
    let column = Column::objects(Cells::Seq(list), BUDGET)?;
    numbered("list", vec![("0".to_owned(), column)], list.len()).map(Some)
}
