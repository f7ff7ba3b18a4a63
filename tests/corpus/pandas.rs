//! Frames, series and indexes: converted to Parquet by the command, read back, and compared with what the pandas that
//! wrote them saw: names, types, rows, cells, index.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value as Json, json};

use super::cells::{cell, same, type_name};
use super::{Fixture, fixtures, report};

#[test]
fn frames_become_the_tables_that_pandas_saw() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut faults = Vec::new();
    for fixture in fixtures("pandas") {
        check(&fixture, folder.path(), &mut faults);
    }
    report(&faults);
}

#[test]
fn plain_python_becomes_tables() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut faults = Vec::new();
    for fixture in fixtures("builtins") {
        check(&fixture, folder.path(), &mut faults);
    }
    report(&faults);
}

#[test]
fn the_standard_library_becomes_tables() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut faults = Vec::new();
    for fixture in fixtures("library") {
        check(&fixture, folder.path(), &mut faults);
    }
    report(&faults);
}

/// Every table of one fixture.
fn check(fixture: &Fixture, folder: &Path, faults: &mut Vec<String>) {
    for (number, table) in fixture.note["tables"].as_array().into_iter().flatten().enumerate() {
        let path = folder.join(format!("{}-{number}.parquet", fixture.name));
        let mut command = Command::new(env!("CARGO_BIN_EXE_pkl2parquet"));
        command.arg(&fixture.path).arg(&path).arg("--quiet");
        if let Some(key) = table["path"].as_str().filter(|key| !key.is_empty()) {
            command.args(["-k", key]);
        }
        let out = command.output().expect("the command");
        if !out.status.success() {
            faults.push(format!(
                "{}: {} {}",
                fixture.name,
                out.status,
                String::from_utf8_lossy(&out.stderr).trim()
            ));
            continue;
        }
        let (schema, batches) = read(&path);
        let mut say = |text: String| faults.push(format!("{}: {text}", fixture.name));
        compare(table, &schema, &batches, &mut say);
    }
}

fn read(path: &Path) -> (SchemaRef, Vec<RecordBatch>) {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).expect("the Parquet file"))
        .expect("a Parquet file");
    let schema = builder.schema().clone();
    let batches = builder.build().expect("a reader").map(|batch| batch.expect("a batch")).collect();
    (schema, batches)
}

fn compare(table: &Json, schema: &SchemaRef, batches: &[RecordBatch], say: &mut dyn FnMut(String)) {
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let empty = Vec::new();
    let columns = table["columns"].as_array().unwrap_or(&empty);
    let index = table["index"].as_array().unwrap_or(&empty);
    // A file without a column has no rows to count.
    if table["rows"] != json!(rows) && columns.len() + index.len() > 0 {
        say(format!("{rows} rows, expected {}", table["rows"]));
    }
    let names: Vec<&String> = schema.fields().iter().map(|field| field.name()).collect();
    if names.len() != columns.len() + index.len() {
        return say(format!(
            "columns {names:?}, expected {:?}",
            columns.iter().chain(index).map(|one| &one["name"]).collect::<Vec<_>>()
        ));
    }
    for (number, expected) in columns.iter().chain(index).enumerate() {
        let field = schema.field(number);
        if expected["name"] != json!(field.name()) && !expected["name"].is_null() {
            say(format!("column {number} is named {:?}, expected {}", field.name(), expected["name"]));
        }
        let kind = type_name(field);
        if expected["type"] != kind && !expected["type"].is_null() {
            say(format!("column {:?} is {kind}, expected {}", field.name(), expected["type"]));
        }
        let arrays: Vec<ArrayRef> = batches.iter().map(|batch| batch.column(number).clone()).collect();
        cells(expected, &arrays, &mut |text| say(format!("column {:?}: {text}", field.name())));
    }
    if let Some(range) = table["range_index"]["range"].as_array() {
        let note = schema.metadata().get("pandas").map_or("{}", String::as_str);
        let note: Json = serde_json::from_str(note).expect("the pandas metadata is JSON");
        let found = &note["index_columns"][0];
        let expected = json!({"kind": "range", "name": table["range_index"]["name"], "start": range[0], "stop": range[1], "step": range[2]});
        if *found != expected {
            say(format!("index {found}, expected {expected}"));
        }
    }
}

/// The cells of one column, all of them or the first and the last.
fn cells(expected: &Json, arrays: &[ArrayRef], say: &mut dyn FnMut(String)) {
    let found: Vec<Json> = arrays
        .iter()
        .flat_map(|array| (0..array.len()).map(|row| cell(array.as_ref(), row)).collect::<Vec<_>>())
        .collect();
    let nulls = found.iter().filter(|cell| cell.is_null()).count();
    if expected["nulls"].as_u64().is_some_and(|count| count != nulls as u64) {
        say(format!("{nulls} nulls, expected {}", expected["nulls"]));
    }
    let found = Json::Array(found);
    let (Some(all), empty) = (found.as_array(), Vec::new()) else { return };
    if let Some(cells) = expected["cells"].as_array() {
        if !same(&Json::Array(cells.clone()), &found) {
            say(format!("cells {found}, expected {}", expected["cells"]));
        }
        return;
    }
    let first = expected["first"].as_array().unwrap_or(&empty);
    let last = expected["last"].as_array().unwrap_or(&empty);
    let ends = all.iter().take(first.len()).chain(all.iter().skip(all.len().saturating_sub(last.len())));
    let ends: Json = ends.cloned().collect();
    let wanted: Json = first.iter().chain(last).cloned().collect();
    if !same(&wanted, &ends) {
        say(format!("first and last cells {ends}, expected {wanted}"));
    }
}
