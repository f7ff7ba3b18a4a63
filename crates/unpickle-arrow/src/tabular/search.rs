//! Tables inside containers and objects.

use std::collections::HashSet;

use unpickle_core::{Id, Result, Value};

use super::{arrow, library, records};
use crate::table::Table;

/// Most values that are looked at.
const MAX_VISITED: usize = 1_000_000;

/// Longest path, in bytes.
const MAX_PATH: usize = 1000;

/// Tables of pandas, numpy and pyarrow, and lists of dicts, inside containers and objects, each once.
pub(crate) fn tables(root: Value<'_>) -> Result<Vec<Table<'_>>> {
    let mut found = Vec::new();
    let mut seen: HashSet<Id> = HashSet::new();
    let mut todo: Vec<(String, Value<'_>)> = vec![(String::new(), root)];
    let mut visited = 0;
    while let Some((path, value)) = todo.pop() {
        visited += 1;
        let container = value.as_seq().is_some() || value.as_dict().is_some() || value.as_object().is_some();
        if !container || visited > MAX_VISITED || path.len() > MAX_PATH || !seen.insert(value.id()) {
            continue;
        }
        if !path.is_empty()
            && let Some(mut table) = inner_table(value)?
        {
            table.path = path;
            found.push(table);
            continue;
        }
        let mut inside = inside(&path, value);
        inside.reverse();
        todo.append(&mut inside);
    }
    Ok(found)
}

fn inner_table(value: Value<'_>) -> Result<Option<Table<'_>>> {
    for table in [library::table, arrow::table, records::list] {
        if let Some(table) = table(value)? {
            return Ok(Some(table));
        }
    }
    Ok(None)
}

/// What a container or an object holds, each with its path.
fn inside<'p>(path: &str, value: Value<'p>) -> Vec<(String, Value<'p>)> {
    let mut inside: Vec<(String, Value<'p>)> = Vec::new();
    let holds =
        |item: Value<'_>| item.as_seq().is_some() || item.as_dict().is_some() || item.as_object().is_some();
    let dotted = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let items = value.as_seq().or_else(|| value.as_object()?.items());
    if let Some(items) = items {
        let items = items.iter().take(MAX_VISITED).enumerate().filter(|(_, item)| holds(*item));
        inside.extend(items.map(|(i, item)| (format!("{path}[{i}]"), item)));
    }
    let pairs = value.as_dict().or_else(|| value.as_object()?.pairs());
    for (key, item) in pairs.into_iter().flat_map(|pairs| pairs.iter()).take(MAX_VISITED) {
        if holds(item) {
            let step = match key.as_text() {
                Some(name) => dotted(&name),
                None => format!("{path}[{}]", key.repr()),
            };
            inside.push((step, item));
        }
    }
    if let Some(object) = value.as_object() {
        for (key, item) in object.attrs().take(MAX_VISITED) {
            if let Some(name) = key.as_text()
                && holds(item)
            {
                inside.push((dotted(&name), item));
            }
        }
    }
    inside
}
