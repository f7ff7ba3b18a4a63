//! Python's own columns: a `range`, an `array.array`.

use unpickle_core::{Error, Result, Value};
use unpickle_pandas::{Index, Std, stdlib};

use super::numbered;
use crate::budget::Budget;
use crate::column::Column;
use crate::table::Table;

/// Most numbers of a `range` that are written: three numbers in a pickle may stand for any number of rows.
const MAX_RANGE: usize = 1 << 26;

/// One column `0`.
pub(crate) fn table<'p>(value: Value<'p>, budget: &Budget) -> Result<Option<Table<'p>>> {
    if let Some((kind, column, len)) = column(value, budget)? {
        return numbered(kind, vec![("0".to_owned(), column)], len).map(Some);
    }
    match stdlib::recognise(value) {
        Some(Std::Range(..)) => {
            let range = value.repr();
            let what = format!("a range of more than {MAX_RANGE} numbers is not written out: {range}");
            Err(Error::limit(format!("{what} (at byte {})", value.offset())))
        }
        _ => Ok(None),
    }
}

/// A range or an `array.array` as a column, with what it is and its length.
pub(super) fn column<'p>(
    value: Value<'p>,
    budget: &Budget,
) -> Result<Option<(&'static str, Column<'p>, usize)>> {
    if value.as_object().is_none() {
        return Ok(None);
    }
    match stdlib::recognise(value) {
        Some(Std::Range(start, stop, step)) => {
            let bounds = (start.as_i64(), stop.as_i64(), step.as_i64().filter(|step| *step != 0));
            let (Some(start), Some(stop), Some(step)) = bounds else { return Ok(None) };
            let index = Index::Range { start, stop, step, name: None };
            if index.len() > MAX_RANGE {
                return Ok(None);
            }
            Ok(Some(("range", Column::from_index(&index, budget)?, index.len())))
        }
        Some(Std::Array(array)) => Ok(Some(("array", Column::numpy(&array, budget)?, array.len()))),
        _ => Ok(None),
    }
}
