//! A list of dicts, and a dict of dicts: a row each, a column for each key.

use std::collections::HashSet;
use std::sync::Arc;

use unpickle_core::{Id, Result, Value};
use unpickle_pandas::{DataFrame, Mapping, Series, Std, stdlib};

use super::library::one_dimensional;
use super::{BUDGET, MAX_COLUMNS, labelled, sequence};
use crate::cell::Map;
use crate::cells::{Cells, Key, Rows};
use crate::column::Column;
use crate::table::Table;
use crate::{frame, labels, parallel};

/// Keys that are told apart by their identity are forgotten beyond so many: text may be told from.
const MAX_IDS: usize = 1 << 20;

/// A list of dicts; a row may be missing.
pub(crate) fn list(value: Value<'_>) -> Result<Option<Table<'_>>> {
    let Some(list) = sequence(value) else { return Ok(None) };
    let row = |row: Value<'_>| row.is_none() || map(row).is_some();
    if list.is_empty() || !list.iter().all(row) || list.iter().all(Value::is_none) {
        return Ok(None);
    }
    table("list of dicts", Rows::Seq(list), None)
}

/// A dict of dicts: one row a key.
pub(crate) fn keyed(value: Value<'_>) -> Result<Option<Table<'_>>> {
    let Some(dict) = map(value) else { return Ok(None) };
    let (mut labels, mut rows, mut sound) = (Vec::new(), Vec::new(), true);
    each(dict, |key, row| {
        // Dicts of one depth only: what holds tables is searched for them.
        sound &= map(row).is_some_and(|row| {
            let mut flat = true;
            each(row, |_, cell| flat &= !holds_table(cell));
            flat
        });
        labels.push(Some(key));
        rows.push(row);
    });
    if rows.is_empty() || !sound {
        return Ok(None);
    }
    table("dict of dicts", Rows::Values(rows.into()), Some(labels))
}

fn holds_table(cell: Value<'_>) -> bool {
    DataFrame::is_in(cell) || Series::is_in(cell) || one_dimensional(cell).is_some()
}

/// The pairs of a dict, or of an object that is one.
pub(super) fn map(value: Value<'_>) -> Option<Map<'_>> {
    if let Some(dict) = value.as_dict() {
        return Some(Map::Dict(dict));
    }
    value.as_object()?;
    match stdlib::recognise(value) {
        Some(Std::Mapping(mapping)) => Some(Map::Like(mapping)),
        _ => None,
    }
}

pub(super) fn each<'p>(map: Map<'p>, each: impl FnMut(Value<'p>, Value<'p>)) {
    map.each(each);
}

/// The identities of the keys.
fn ids(map: Map<'_>, out: &mut Vec<Id>) {
    match map {
        Map::Dict(dict) | Map::Like(Mapping::Dict(dict)) => {
            out.extend(dict.pairs().map(|(key, _)| key.id()));
        }
        other => other.each(|key, _| out.push(key.id())),
    }
}

/// One column a key; `index` are the names of the rows, if they have any.
fn table<'p>(
    kind: &'static str,
    rows: Rows<'p>,
    index: Option<Vec<Option<Value<'p>>>>,
) -> Result<Option<Table<'p>>> {
    let Some(keys) = keys(&rows) else { return Ok(None) };
    let Some(labels) = labels::of_keys(&keys.iter().map(|key| key.value).collect::<Vec<_>>()) else {
        return Ok(None);
    };
    let count = rows.len();
    let columns = parallel::all(&keys, keys.len().saturating_mul(count), |i, key| {
        let column = Column::objects(Cells::Field { rows: rows.clone(), key: *key }, BUDGET);
        let name = labels.texts.get(i).cloned().flatten().unwrap_or_default();
        column.map_err(|error| error.within(format!("column `{name}`")))
    })?;
    match index {
        None => labelled(kind, columns, labels, count).map(Some),
        Some(names) => {
            let index = Column::objects(Cells::Values(Arc::from(names)), BUDGET)?;
            Ok(Some(frame::keyed_table(kind, columns, labels, index, count)))
        }
    }
}

/// All keys, in the order in which they come first; `None` if they are no labels of columns.
fn keys<'p>(rows: &Rows<'p>) -> Option<Vec<Key<'p>>> {
    let mut keys: Vec<Key<'p>> = Vec::new();
    let mut names: HashSet<String> = HashSet::new();
    let mut known: HashSet<Id> = HashSet::new();
    // Dicts from one piece of code have the same keys: comparing ids tells.
    let (mut last, mut now): (Vec<Id>, Vec<Id>) = (Vec::new(), Vec::new());
    let mut sound = true;
    rows.each(0..rows.len(), |row| {
        let Some(map) = map(row).filter(|_| sound) else { return };
        now.clear();
        ids(map, &mut now);
        if now == last {
            return;
        }
        std::mem::swap(&mut now, &mut last);
        let mut at = 0;
        map.each(|key, _| {
            if sound && known.insert(key.id()) {
                match labels::key_text(key) {
                    Some(name) => {
                        if names.insert(name) {
                            keys.push(Key { value: key, at });
                        }
                    }
                    None => sound = false,
                }
            }
            at += 1;
        });
        sound &= keys.len() <= MAX_COLUMNS;
        if known.len() > MAX_IDS {
            known.clear();
        }
    });
    (sound && !keys.is_empty()).then_some(keys)
}
