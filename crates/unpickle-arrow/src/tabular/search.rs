//! Tables inside containers and objects.

use std::collections::HashSet;

use unpickle_core::{Id, Result, Value};
use unpickle_pandas::{DataFrame, Panel, Series};

use super::{arrow, library, numpy, path, records};
use crate::budget::Budget;
use crate::table::Table;

/// Most values that are looked at.
const MAX_VISITED: usize = 1_000_000;

/// How many values are looked at again and again, rather than remembered as seen.
const FEW: usize = 32;

/// Longest path, in bytes.
const MAX_PATH: usize = 1000;

/// What a value is to a search.
pub(crate) enum Seen<'p> {
    /// A table. It is not looked into.
    Table(Table<'p>),
    /// Nothing, and it is not looked into either.
    Closed,
    /// Something that may hold tables.
    Open,
}

/// Tables of pandas and pyarrow, and lists of dicts, inside containers and objects, each once.
pub(crate) fn tables<'p>(root: Value<'p>, budget: &Budget) -> Result<Vec<Table<'p>>> {
    outermost(root, MAX_VISITED, |value| {
        if let Some(table) = library::table(value, budget)? {
            return Ok(Seen::Table(table));
        }
        if numpy::is_any(value) {
            return Ok(Seen::Closed);
        }
        for table in [arrow::table, records::list] {
            if let Some(table) = budget.attempt(|| table(value, budget))? {
                return Ok(Seen::Table(table));
            }
        }
        Ok(Seen::Open)
    })
}

/// What `see` takes for tables inside `root`, each once, none inside another. It is asked for `most` values.
pub(crate) fn outermost<'p>(
    root: Value<'p>,
    most: usize,
    mut see: impl FnMut(Value<'p>) -> Result<Seen<'p>>,
) -> Result<Vec<Table<'p>>> {
    let mut found = Vec::new();
    let mut seen: HashSet<Id> = HashSet::new();
    let mut todo: Vec<(String, Value<'_>)> = vec![(String::new(), root)];
    while let Some((path, value)) = todo.pop() {
        // Each once, by the first of its paths.
        if seen.len() > most || path.len() > MAX_PATH || !holds(value) || !seen.insert(value.id()) {
            continue;
        }
        if seen.len() > 1 {
            match see(value)? {
                Seen::Table(mut table) => {
                    table.path = path;
                    found.push(table);
                    continue;
                }
                Seen::Closed => continue,
                Seen::Open => {}
            }
        }
        if is_state_seen(value, &mut seen) {
            continue;
        }
        let from = todo.len();
        path::inside(value, &mut |step, item| {
            if holds(item) && todo.len() < MAX_VISITED {
                let mut path = path.clone();
                step.push_to(&mut path);
                todo.push((path, item));
            }
            true
        });
        if let Some(new) = todo.get_mut(from..) {
            new.reverse();
        }
    }
    Ok(found)
}

/// Whether a frame, a series or a panel is in `root`, at any depth.
pub(crate) fn holds_frame(root: Value<'_>) -> bool {
    any(root, is_frame)
}

fn is_frame(value: Value<'_>) -> bool {
    DataFrame::is_in(value) || Series::is_in(value) || Panel::is_in(value)
}

/// Whether a frame, a series or an array is in `root`, at any depth.
pub(crate) fn holds_library_table(root: Value<'_>) -> bool {
    any(root, |value| is_frame(value) || numpy::length(value).is_some())
}

/// Whether one of the objects in `root`, at any depth, is such a one. Each is looked at once, however often it is held.
fn any<'p>(root: Value<'p>, mut is_one: impl FnMut(Value<'p>) -> bool) -> bool {
    let mut seen: HashSet<Id> = HashSet::new();
    let mut todo = vec![root];
    while let Some(value) = todo.pop() {
        // A row of numbers and texts is not worth remembering.
        if holds_little(value) || seen.len() > MAX_VISITED || !seen.insert(value.id()) {
            continue;
        }
        let object = value.as_object();
        if object.is_some() && is_one(value) {
            return true;
        }
        if is_state_seen(value, &mut seen) {
            continue;
        }
        let mut push = |item: Value<'p>| {
            if holds(item) && todo.len() < MAX_VISITED {
                todo.push(item);
            }
        };
        value
            .as_seq()
            .or_else(|| object?.items())
            .into_iter()
            .flat_map(|items| items.iter())
            .for_each(&mut push);
        let pairs = value.as_dict().or_else(|| object?.pairs());
        pairs.into_iter().flat_map(|pairs| pairs.iter()).for_each(|(_, item)| push(item));
        object.into_iter().flat_map(|object| object.attrs()).for_each(|(_, item)| push(item));
    }
    false
}

/// Whether what an object is made of was seen already, in another object that has the same for its state.
fn is_state_seen(value: Value<'_>, seen: &mut HashSet<Id>) -> bool {
    let dicts = value.as_object().into_iter().flat_map(|object| object.attr_dicts());
    let mut long = dicts.filter(|dict| dict.pairs().len() > FEW);
    long.any(|dict| !seen.insert(dict.value().id()))
}

/// Whether there are a few values in it and nothing in them.
fn holds_little(value: Value<'_>) -> bool {
    if let Some(items) = value.as_seq() {
        return items.len() <= FEW && !items.iter().any(holds);
    }
    value
        .as_dict()
        .is_some_and(|dict| dict.pairs().len() <= FEW && !dict.pairs().any(|(_, item)| holds(item)))
}

/// Whether there may be something in it.
fn holds(value: Value<'_>) -> bool {
    value.as_seq().is_some() || value.as_dict().is_some() || value.as_object().is_some()
}
