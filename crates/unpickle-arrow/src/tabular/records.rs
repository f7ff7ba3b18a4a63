//! A list of dicts, and a dict of dicts: a row each, a column for each key. Objects are rows in the same way, with
//! their attributes for keys.

use std::sync::Arc;

use unpickle_core::{Result, Value};
use unpickle_pandas::{Std, stdlib};

use super::keys::{self, Keys};
use super::{check_cells, hold_frames, labelled, objects, search, sequence};
use crate::budget::Budget;
use crate::cell::Map;
use crate::cells::{Cells, Key, Rows};
use crate::column::Column;
use crate::labels::Labels;
use crate::table::Table;
use crate::{frame, labels};

/// What a table of dicts is called.
pub(crate) const LIST: &str = "list of dicts";

/// Longer tuples are no levels of an index.
const MAX_LEVELS: usize = 64;

/// A list of dicts; a row may be missing.
pub(crate) fn list<'p>(value: Value<'p>, budget: &Budget) -> Result<Option<Table<'p>>> {
    let Some(list) = sequence(value) else { return Ok(None) };
    // Nearly all other lists tell by their first item.
    if !list.get(0).is_some_and(|row| row.is_none() || map(row).is_some()) {
        return Ok(None);
    }
    let rows = Rows::Seq(list);
    let Some(keys) = keys::of_maps(&rows) else { return Ok(None) };
    table_of(LIST, value, rows, keys, None, budget)
}

/// A dict of dicts, or of objects that are alike: one row a key.
pub(crate) fn keyed<'p>(value: Value<'p>, budget: &Budget) -> Result<Option<Table<'p>>> {
    let Some(dict) = map(value) else { return Ok(None) };
    let (mut labels, mut rows) = (Vec::new(), Vec::new());
    dict.each(|key, row| {
        labels.push(Some(key));
        rows.push(row);
    });
    let kind = if rows.is_empty() {
        return Ok(None);
    } else if rows.iter().all(|row| map(*row).is_some()) {
        "dict of dicts"
    } else if objects::alike(rows.iter().copied()) {
        "dict of objects"
    } else {
        return Ok(None);
    };
    // What holds frames and arrays is searched for them.
    if search::holds_library_table(value) {
        return Ok(None);
    }
    table(kind, value, Rows::Values(rows.into()), Some(labels), budget)
}

/// The pairs of a dict, or of an object that is one.
pub(super) fn map(value: Value<'_>) -> Option<Map<'_>> {
    if let Some(dict) = value.as_dict() {
        return Some(Map::Dict(dict));
    }
    value.as_object()?;
    match stdlib::recognise(value) {
        Some(Std::Mapping(mapping)) => Some(Map::Like(mapping)),
        Some(_) => None,
        // A dict of a class of its own.
        None => objects::as_dict(value).map(Map::Dict),
    }
}

/// One column a key of the rows of `value`; `index` are the names of the rows, if they have any.
pub(super) fn table<'p>(
    kind: &'static str,
    value: Value<'p>,
    rows: Rows<'p>,
    index: Option<Vec<Option<Value<'p>>>>,
    budget: &Budget,
) -> Result<Option<Table<'p>>> {
    match keys::of(&rows) {
        Some(keys) => table_of(kind, value, rows, keys, index, budget),
        None => Ok(None),
    }
}

/// As [`table`], of these keys.
fn table_of<'p>(
    kind: &'static str,
    value: Value<'p>,
    rows: Rows<'p>,
    keys: Keys<'p>,
    index: Option<Vec<Option<Value<'p>>>>,
    budget: &Budget,
) -> Result<Option<Table<'p>>> {
    let Keys { list: keys, even } = keys;
    let Some(labels) = labels::of_keys(&keys.iter().map(|key| key.value).collect::<Vec<_>>()) else {
        return Ok(None);
    };
    let count = rows.len();
    check_cells(value, count, keys.len())?;
    let cells = |key: Key<'p>| {
        let rows = rows.clone();
        if even { Cells::Place { rows, at: key.at } } else { Cells::Field { rows, key } }
    };
    let columns = Column::all_objects(keys.into_iter().map(cells).collect(), budget, |i, error| {
        let name = labels.texts.get(i).cloned().flatten().unwrap_or_default();
        error.within(format!("column `{name}`"))
    })?;
    if hold_frames(&columns, value) {
        return Ok(None);
    }
    match index {
        None => labelled(kind, columns, labels, count).map(Some),
        Some(names) => keyed_table(kind, columns, labels, names, budget).map(Some),
    }
}

/// A table whose rows have names, which come behind the columns; tuples of one length are the levels of a `MultiIndex`.
pub(super) fn keyed_table<'p>(
    kind: &'static str,
    columns: Vec<Column<'p>>,
    labels: Labels,
    names: Vec<Option<Value<'p>>>,
    budget: &Budget,
) -> Result<Table<'p>> {
    let rows = names.len();
    let width = |name: &Option<Value<'_>>| name.and_then(Value::as_tuple).map_or(0, |tuple| tuple.len());
    let depth = names.first().map_or(0, width);
    let levels: Vec<Vec<Option<Value<'p>>>> =
        if (1..=MAX_LEVELS).contains(&depth) && names.iter().all(|name| width(name) == depth) {
            let level = |i| names.iter().map(|name| name.and_then(Value::as_tuple)?.get(i)).collect();
            (0..depth).map(level).collect()
        } else {
            vec![names]
        };
    let mut index = Vec::with_capacity(levels.len());
    for level in levels {
        index.push(Column::objects(Cells::Values(Arc::from(level)), budget)?);
    }
    Ok(frame::keyed_table(kind, columns, labels, index, rows))
}
