//! pandas' DataFrame, Series and Index as tables.

use std::collections::{HashMap, HashSet};

use serde_json::{Value as Json, json};
use unpickle_core::{Dict, Result, Value};
use unpickle_pandas::{DataFrame, Index, Series};

use crate::budget::Budget;
use crate::build::Item;
use crate::cell::Reader;
use crate::column::{Column, Tile, object_cells};
use crate::labels::{self, Labels};
use crate::parallel;
use crate::table::Table;
use crate::{json as json_text, metadata};

pub(crate) fn frame<'p>(value: Value<'p>, budget: &Budget) -> Result<Table<'p>> {
    let frame = DataFrame::from_value(value)?;
    let labels =
        labels::labels(frame.labels(), budget).map_err(|error| error.within("the labels of the columns"))?;
    let objects = frame.columns().iter().filter(|column| object_cells(&column.array).is_some()).count();
    let mut columns = parallel::all(frame.columns(), objects.saturating_mul(frame.len()), |i, column| {
        let label = labels.texts.get(i).cloned().flatten();
        Column::from_array(&column.array, frame.len(), budget).map_err(|error| {
            error.within(format!("column `{}`", label.as_deref().unwrap_or("nan"))).within("pandas DataFrame")
        })
    })?;
    Tile::share(&mut columns);
    pandas_table("DataFrame", columns, labels, frame.index(), frame.len(), frame.attrs(), budget)
}

pub(crate) fn series<'p>(value: Value<'p>, budget: &Budget) -> Result<Table<'p>> {
    let series = Series::from_value(value)?;
    let column = Column::from_array(series.array(), series.len(), budget)
        .map_err(|error| error.within("the values of pandas Series"))?;
    let labels = match series.name() {
        Some(name) => labels::of_name(name),
        None => Labels::plain(vec!["0".to_owned()]),
    };
    pandas_table("Series", vec![column], labels, series.index(), series.len(), series.attrs(), budget)
}

pub(crate) fn index<'p>(value: Value<'p>, budget: &Budget) -> Result<Table<'p>> {
    let index: Index<'p> = value.extract()?;
    let names = index.names();
    let name = |i: usize| match names.get(i).copied().flatten().and_then(labels::name_text) {
        Some(name) => name,
        None => i.to_string(),
    };
    let (columns, texts) = match &index {
        Index::Multi { levels, codes, .. } => {
            let mut columns = Vec::new();
            for (level, codes) in levels.iter().zip(codes) {
                columns.push(Column::from_level(level, codes, budget)?);
            }
            let texts = (0..columns.len()).map(name).collect();
            (columns, texts)
        }
        _ => (vec![Column::from_index(&index, budget)?], vec![name(0)]),
    };
    let rows = index.len();
    Ok(indexed_table("Index", columns, Labels::plain(texts), numbers(rows), rows, None))
}

/// A table with the metadata that pandas rebuilds it from.
pub(crate) fn pandas_table<'p>(
    kind: &'static str,
    columns: Vec<Column<'p>>,
    labels: Labels,
    index: &Index<'p>,
    rows: usize,
    attrs: Option<Dict<'p>>,
    budget: &Budget,
) -> Result<Table<'p>> {
    let index = match index {
        Index::Range { start, stop, step, name } => {
            let name = name.and_then(labels::name_text);
            range((*start, *stop, *step), name)
        }
        Index::Flat { name, .. } => {
            let column = Column::from_index(index, budget).map_err(|error| error.within("the index"))?;
            Rows::Levels(vec![(name.and_then(labels::name_text), column)])
        }
        Index::Multi { levels, codes, names } => {
            let levels = levels.iter().zip(codes).zip(names).enumerate();
            let levels = levels.map(|(i, ((part, codes), name))| {
                let column = Column::from_level(part, codes, budget)
                    .map_err(|error| error.within(format!("level {i} of the index")))?;
                Ok((name.and_then(labels::name_text), column))
            });
            Rows::Levels(levels.collect::<Result<_>>()?)
        }
    };
    Ok(indexed_table(kind, columns, labels, index, rows, attrs))
}

/// Rows that are numbered from 0.
pub(crate) fn numbers<'p>(rows: usize) -> Rows<'p> {
    range((0, rows as i64, 1), None)
}

fn range<'p>((start, stop, step): (i64, i64, i64), name: Option<String>) -> Rows<'p> {
    Rows::Range(json!({ "kind": "range", "name": name, "start": start, "stop": stop, "step": step }))
}

/// What stands before the rows of a table.
pub(crate) enum Rows<'p> {
    /// A range, as pandas' metadata has it.
    Range(Json),
    /// Levels of an index, each with its name.
    Levels(Vec<(Option<String>, Column<'p>)>),
}

/// A table of columns and an index, with the metadata that pandas rebuilds it from.
pub(crate) fn indexed_table<'p>(
    kind: &'static str,
    columns: Vec<Column<'p>>,
    labels: Labels,
    index: Rows<'p>,
    rows: usize,
    attrs: Option<Dict<'p>>,
) -> Table<'p> {
    let (labels, names, mut notes) = named(labels);
    let mut entries = Vec::new();
    let mut physical = Vec::new();
    for ((column, name), label) in columns.into_iter().zip(&names).zip(&labels.texts) {
        let label = label.as_ref().map(|_| name.as_str());
        entries.push(metadata::column_entry(&column, label, name));
        physical.push((name.clone(), column));
    }
    let mut index_columns = Vec::new();
    let mut taken: HashSet<String> = names.iter().cloned().collect();
    match index {
        Rows::Range(range) => index_columns.push(range),
        Rows::Levels(levels) => {
            for (i, (name, column)) in levels.into_iter().enumerate() {
                let field = match &name {
                    Some(name) if !taken.contains(name) => name.clone(),
                    // A column may have the very name that pandas gives to a level.
                    _ => (i..)
                        .map(|i| format!("__index_level_{i}__"))
                        .find(|name| !taken.contains(name))
                        .unwrap_or_default(),
                };
                taken.insert(field.clone());
                entries.push(metadata::column_entry(&column, name.as_deref(), &field));
                index_columns.push(json!(field));
                physical.push((field, column));
            }
        }
    }
    let attributes = attrs.filter(|attrs| !attrs.is_empty()).and_then(|attrs| attributes(attrs, &mut notes));
    let document = metadata::document(index_columns, labels.levels, entries, attributes.as_ref());
    let mut schema = HashMap::from([("pandas".to_owned(), document.to_string())]);
    if let Some(attributes) = attributes {
        schema.insert("PANDAS_ATTRS".to_owned(), attributes.to_string());
    }
    Table::new(kind, rows, physical, schema, notes)
}

/// A table whose index is of columns without names.
pub(crate) fn keyed_table<'p>(
    kind: &'static str,
    columns: Vec<Column<'p>>,
    labels: Labels,
    index: Vec<Column<'p>>,
    rows: usize,
) -> Table<'p> {
    let levels = index.into_iter().map(|level| (None, level)).collect();
    indexed_table(kind, columns, labels, Rows::Levels(levels), rows, None)
}

/// Labels, a name of its own for each column, and the notes of both.
fn named(mut labels: Labels) -> (Labels, Vec<String>, Vec<String>) {
    let mut notes: Vec<String> = labels.note.take().into_iter().collect();
    let suffix =
        if labels.is_nested() { labels::suffixed } else { |text: &str, count| format!("{text}.{count}") };
    let names = unique(&labels.texts, suffix, &mut notes);
    let renamed =
        names.iter().zip(&labels.texts).any(|(name, text)| text.as_deref().unwrap_or("nan") != name);
    if renamed {
        labels.last_is_text();
    }
    (labels, names, notes)
}

/// A name of its own for each column: `a`, `a.1`, `a.2`.
pub(crate) fn unique(
    texts: &[Option<String>],
    suffixed: impl Fn(&str, usize) -> String,
    notes: &mut Vec<String>,
) -> Vec<String> {
    let mut taken: HashSet<String> = texts.iter().flatten().cloned().collect();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut names = Vec::with_capacity(texts.len());
    for text in texts {
        let text = text.as_deref().unwrap_or("nan");
        let count = seen.entry(text).or_insert(0);
        if *count == 0 {
            names.push(text.to_owned());
            *count = 1;
            continue;
        }
        let mut name = suffixed(text, *count);
        while taken.contains(&name) {
            *count += 1;
            name = suffixed(text, *count);
        }
        *count += 1;
        notes.push(format!("another column `{text}` is written as `{name}`: names must differ"));
        taken.insert(name.clone());
        names.push(name);
    }
    names
}

/// `DataFrame.attrs` as JSON; what is no JSON as its repr, and a note.
fn attributes(attrs: Dict<'_>, notes: &mut Vec<String>) -> Option<Json> {
    let mut text = String::new();
    let mut reader = Reader::default();
    let item = Item::Value(attrs.value());
    let cell = reader.read(attrs.value());
    json_text::write(&mut text, &item, &cell, &mut reader).ok()?;
    let json: Option<Json> = serde_json::from_str(&text).ok();
    if json.is_none() || text.contains("\"$type\"") {
        notes.push("attrs that are not JSON are written as text".to_owned());
    }
    json
}
