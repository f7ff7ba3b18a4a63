//! A dict of plain values.

use std::sync::Arc;

use unpickle_core::{Result, Value};

use super::{list, records};
use crate::budget::Budget;
use crate::cells::Cells;
use crate::column::Column;
use crate::labels::Labels;
use crate::table::Table;

/// A dict of numbers, texts, times and the like, as `pandas.Series(dict)`: one column `0`, the keys are the index.
pub(crate) fn keyed<'p>(value: Value<'p>, budget: &Budget) -> Result<Option<Table<'p>>> {
    let Some(dict) = records::map(value) else { return Ok(None) };
    let (mut keys, mut cells) = (Vec::new(), Vec::new());
    dict.each(|key, cell| {
        keys.push(Some(key));
        cells.push(Some(cell));
    });
    if !list::all_plain(cells.iter().flatten().copied()) {
        return Ok(None);
    }
    let column = Column::objects(Cells::Values(Arc::from(cells)), budget)?;
    let labels = Labels::plain(vec!["0".to_owned()]);
    records::keyed_table("dict of values", vec![column], labels, keys, budget).map(Some)
}
