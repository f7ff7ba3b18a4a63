//! The other direction: tables to pickles.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use arrow_array::cast::AsArray as _;
use arrow_array::{Array as _, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{folder, refuses, writes};
use crate::util::{fixture, run};

/// All rows of a Parquet file, in one batch.
fn rows(path: &Path) -> RecordBatch {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let (schema, rows) = (builder.schema().clone(), builder.metadata().file_metadata().num_rows());
    let mut batches = builder.with_batch_size(rows.max(1) as usize).build().unwrap();
    batches.next().map_or_else(|| RecordBatch::new_empty(schema), Result::unwrap)
}

/// The cells of an array of text, or of categories that are text.
fn texts(array: &ArrayRef) -> Option<Vec<Option<String>>> {
    let own = |text: Option<&str>| text.map(str::to_owned);
    match array.data_type() {
        DataType::Utf8 => Some(array.as_string::<i32>().iter().map(own).collect()),
        DataType::LargeUtf8 => Some(array.as_string::<i64>().iter().map(own).collect()),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let values = texts(dictionary.values())?;
            let keys = if values.is_empty() { Vec::new() } else { dictionary.normalized_keys() };
            let cell =
                |i: usize| keys.get(i).filter(|_| array.is_valid(i)).and_then(|&key| values[key].clone());
            Some((0..array.len()).map(cell).collect())
        }
        _ => None,
    }
}

/// What came back other than it was, column by column; nothing if all is the same.
fn differences(before: &RecordBatch, after: &RecordBatch) -> Vec<String> {
    let names = |batch: &RecordBatch| -> Vec<String> {
        batch.schema().fields().iter().map(|field| field.name().clone()).collect()
    };
    if names(before) != names(after) {
        return vec![format!("columns {:?}, not {:?}", names(after), names(before))];
    }
    let mut found = Vec::new();
    for ((field, old), new) in before.schema().fields().iter().zip(before.columns()).zip(after.columns()) {
        if let (Some(old), Some(new)) = (texts(old), texts(new)) {
            // Which of Arrow's types of text it is, pandas does not know.
            if old != new {
                found.push(format!("{}: other text", field.name()));
            }
        } else if old.data_type() != new.data_type() {
            found.push(format!("{}: {} for {}", field.name(), new.data_type(), old.data_type()));
        } else if old != new {
            found.push(format!("{}: other cells of {}", field.name(), old.data_type()));
        }
    }
    found
}

#[test]
fn frames_are_the_same_after_a_round_trip() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let (mut same, mut others) = (0, BTreeMap::new());
    for entry in fs::read_dir(fixture("pandas")).unwrap() {
        let source = entry.unwrap().path();
        let stem = source.file_stem().unwrap().to_string_lossy().into_owned();
        if source.extension().is_none_or(|ending| ending != "pkl") || stem.starts_with("series") {
            continue;
        }
        let source = source.to_str().unwrap();
        // Several tables, or none: nothing to go round with.
        if run(folder.path(), &[source, "a.parquet", "-q"]).code != Some(0) {
            continue;
        }
        for target in ["pandas-2", "pandas-3"] {
            let done = run(folder.path(), &["a.parquet", "b.pkl", "-q", "--for", target]);
            if done.code != Some(0) {
                others.insert(format!("{stem} {target}"), vec![done.err]);
                continue;
            }
            writes(folder.path(), &["b.pkl", "c.parquet", "-q"], "c.parquet");
            match differences(&rows(&path("a.parquet")), &rows(&path("c.parquet"))) {
                found if found.is_empty() => same += 1,
                found => drop(others.insert(format!("{stem} {target}"), found)),
            }
        }
    }
    let others: Vec<String> =
        others.iter().map(|(name, found)| format!("{name}: {}", found.join("; "))).collect();
    assert!(others.len() * 10 < same, "{same} the same, {} not:\n{}", others.len(), others.join("\n"));
}

#[test]
fn the_ending_compresses() {
    let folder = folder();
    writes(folder.path(), &["records.pkl", "a.parquet"], "a.parquet");
    let mut sizes = Vec::new();
    for name in ["a.pkl", "a.pickle.gz", "a.pkl.bz2", "a.pkl.xz", "a.pkl.zst", "a.pkl.zip"] {
        let done = writes(folder.path(), &["a.parquet", name], name);
        assert!(done.err.starts_with(&format!("{name}: 3 rows, ")), "{}", done.err);
        writes(folder.path(), &[name, "b.csv", "-q"], "b.csv");
        sizes.push(fs::read(folder.path().join(name)).unwrap());
    }
    sizes.dedup();
    assert_eq!(sizes.len(), 6);
}

#[test]
fn tables_of_other_formats_are_read() {
    let folder = folder();
    for name in ["a.parquet", "a.arrow", "a.arrows", "a.csv", "a.jsonl"] {
        writes(folder.path(), &["records.pkl", name, "-q", "--no-index"], name);
        writes(folder.path(), &[name, "b.pkl", "-q"], "b.pkl");
        let done = run(folder.path(), &["b.pkl", "-", "--to", "csv", "-q"]);
        let expected = run(folder.path(), &["records.pkl", "-", "--to", "csv", "-q"]);
        assert_eq!(done.text(), expected.text(), "{name}");
    }
}

#[test]
fn columns_and_rows_are_chosen() {
    let folder = folder();
    writes(folder.path(), &["records.pkl", "a.parquet"], "a.parquet");
    writes(folder.path(), &["a.parquet", "b.pkl", "--columns", "score,id", "--head", "2"], "b.pkl");
    let done = run(folder.path(), &["b.pkl", "-", "--to", "csv", "-q"]);
    assert_eq!(done.text(), ",score,id\n0,1.5,1\n1,,2\n");
}

#[test]
fn what_cannot_be_is_refused_and_nothing_written() {
    let folder = folder();
    writes(folder.path(), &["records.pkl", "a.parquet"], "a.parquet");
    refuses(
        folder.path(),
        &["a.parquet", "b.pkl", "--columns", "nope"],
        &["no column `nope`", "there are: id"],
    );
    refuses(folder.path(), &["none.parquet", "b.pkl"], &["none.parquet"]);
    refuses(folder.path(), &["a.parquet", "no/b.pkl"], &["the folder no does not exist"]);
    fs::write(folder.path().join("bad.parquet"), "no Parquet").unwrap();
    refuses(folder.path(), &["bad.parquet", "b.pkl"], &["not a sound Parquet file"]);
}
