//! Fewer columns, fewer rows, no index: a table seen through a frame, with what pandas is told of it kept true.

use std::ops::Range;
use std::sync::Arc;

use anyhow::{Result, bail};
use serde_json::{Value as Json, json};
use unpickle::arrow::{Columns, CsvCells, CsvLayout};

use arrow_array::ArrayRef;
use arrow_schema::{Schema, SchemaRef};

/// What of a table is wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection<'a> {
    /// Names of columns; all, if `None`. The index stays.
    pub columns: Option<Vec<&'a str>>,
    /// The first rows only.
    pub head: Option<usize>,
    /// Without the index.
    pub no_index: bool,
}

/// A part of a table.
pub(crate) struct Selected<'t> {
    table: &'t dyn Columns,
    schema: SchemaRef,
    kept: Vec<usize>,
    rows: usize,
    csv: CsvLayout,
}

impl<'t> Selected<'t> {
    /// The part of `table` that `selection` says.
    pub(crate) fn new(table: &'t dyn Columns, selection: &Selection<'_>) -> Result<Selected<'t>> {
        let whole = table.schema();
        let layout = table.csv();
        let rows = selection.head.map_or(table.num_rows(), |head| head.min(table.num_rows()));
        let is_index = |column| layout.index.iter().any(|level| level.cells == CsvCells::Column(column));
        let kept = match &selection.columns {
            None => (0..whole.fields().len())
                .filter(|&column| !(selection.no_index && is_index(column)))
                .collect(),
            Some(names) => named(&whole, names, |column| !selection.no_index && is_index(column))?,
        };
        let csv = CsvLayout {
            index: layout
                .index
                .into_iter()
                .filter(|_| !selection.no_index)
                .filter_map(|mut level| {
                    if let CsvCells::Column(column) = &mut level.cells {
                        *column = kept.iter().position(|kept| kept == column)?;
                    }
                    Some(level)
                })
                .collect(),
            columns: layout
                .columns
                .into_iter()
                .filter_map(|mut column| {
                    column.column = kept.iter().position(|&kept| kept == column.column)?;
                    Some(column)
                })
                .collect(),
            level_names: layout.level_names,
        };
        let fields: Vec<_> = kept.iter().filter_map(|&column| whole.fields().get(column).cloned()).collect();
        let mut metadata = whole.metadata().clone();
        let names: Vec<&str> = fields.iter().map(|field| &**field.name()).collect();
        let pandas =
            metadata.get("pandas").and_then(|pandas| retold(pandas, &names, rows, selection.no_index));
        if let Some(pandas) = pandas {
            metadata.insert("pandas", pandas);
        }
        let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
        Ok(Selected { table, schema, kept, rows, csv })
    }
}

impl Columns for Selected<'_> {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn num_rows(&self) -> usize {
        self.rows
    }

    fn column(&self, column: usize, rows: Range<usize>) -> unpickle::Result<ArrayRef> {
        // The writers ask for columns of our schema, which has one field for each column kept.
        let inner = self.kept.get(column).copied().unwrap_or(usize::MAX);
        self.table.column(inner, rows)
    }

    fn csv(&self) -> CsvLayout {
        self.csv.clone()
    }
}

/// The columns of these names in the order asked for, then those that are kept anyway.
fn named(schema: &Schema, names: &[&str], keep: impl Fn(usize) -> bool) -> Result<Vec<usize>> {
    let mut kept = Vec::new();
    for name in names {
        let before = kept.len();
        let of_name = schema.fields().iter().enumerate().filter(|(_, field)| field.name() == name);
        for (column, _) in of_name {
            if !kept.contains(&column) {
                kept.push(column);
            }
        }
        if kept.len() == before && !schema.fields().iter().any(|field| field.name() == name) {
            let known: Vec<&str> = schema.fields().iter().take(20).map(|field| &**field.name()).collect();
            let more = if schema.fields().len() > 20 { ", … (--schema shows all)" } else { "" };
            bail!("no column `{name}`; there are {}{more}", known.join(", "));
        }
    }
    for column in 0..schema.fields().len() {
        if keep(column) && !kept.contains(&column) {
            kept.push(column);
        }
    }
    Ok(kept)
}

/// What pandas is told, for fewer columns and rows: the key `pandas` of the schema.
fn retold(pandas: &str, names: &[&str], rows: usize, no_index: bool) -> Option<String> {
    let mut json: Json = serde_json::from_str(pandas).ok()?;
    let is_kept = |name: Option<&str>| name.is_some_and(|name| names.contains(&name));
    if let Some(columns) = json.get_mut("columns").and_then(Json::as_array_mut) {
        columns.retain(|column| is_kept(column.get("field_name").and_then(Json::as_str)));
    }
    match json.get_mut("index_columns") {
        Some(index) if no_index => *index = json!([]),
        Some(Json::Array(levels)) => {
            levels.retain(|level| level.as_str().is_none() || is_kept(level.as_str()));
            for range in levels.iter_mut().filter(|level| level.is_object()) {
                let number = |key| range.get(key).and_then(Json::as_i64);
                let (start, stop, step) = (number("start")?, number("stop")?, number("step")?);
                let rows = i64::try_from(rows).ok()?;
                let end = start.checked_add(step.checked_mul(rows)?)?;
                // A range that is not cut keeps its own stop, which may lie between two steps.
                if (step > 0 && end < stop) || (step < 0 && end > stop) {
                    *range.get_mut("stop")? = json!(end);
                }
            }
        }
        _ => {}
    }
    serde_json::to_string(&json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PANDAS: &str = r#"{"index_columns": [{"kind": "range", "name": null, "start": 5, "stop": 26, "step": 2}],
        "columns": [{"name": "a", "field_name": "a"}, {"name": "b", "field_name": "b"}], "pandas_version": "3.1.1"}"#;

    fn told(names: &[&str], rows: usize, no_index: bool) -> Json {
        serde_json::from_str(&retold(PANDAS, names, rows, no_index).unwrap()).unwrap()
    }

    #[test]
    fn a_range_index_ends_where_the_rows_end() {
        assert_eq!(told(&["a", "b"], 3, false)["index_columns"][0]["stop"], 11);
        assert_eq!(told(&["a", "b"], 0, false)["index_columns"][0]["stop"], 5);
        assert_eq!(told(&["a", "b"], 11, false)["index_columns"][0]["stop"], 26);
    }

    #[test]
    fn pandas_is_told_of_the_columns_that_are_there() {
        let json = told(&["b"], 11, false);
        assert_eq!(json["columns"], json!([{"name": "b", "field_name": "b"}]));
        assert_eq!(json["pandas_version"], "3.1.1");
        assert_eq!(told(&["b"], 11, true)["index_columns"], json!([]));
    }
}
