//! What is written: each flag of conversion.

use std::fs::{self, File};
use std::path::Path;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;

use super::{folder, writes};
use crate::util::{fixture, run};

fn csv(folder: &Path, args: &[&str]) -> String {
    let done = run(folder, &[args, &["-", "--to", "csv", "-q"]].concat());
    assert_eq!(done.code, Some(0), "{args:?}: {}", done.err);
    done.text().to_owned()
}

/// The rows, the columns' names, and the JSON that pandas reads, of a Parquet file.
fn parquet(path: &Path) -> (usize, Vec<String>, serde_json::Value) {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let schema = builder.schema().clone();
    let reader = builder.build().unwrap();
    let names = schema.fields().iter().map(|field| field.name().clone()).collect();
    let pandas = schema.metadata().get("pandas").expect("the key that pandas reads");
    let pandas = serde_json::from_str(pandas).unwrap();
    (reader.map(|batch| batch.unwrap().num_rows()).sum(), names, pandas)
}

#[test]
fn key_takes_one_table() {
    let folder = folder();
    writes(folder.path(), &["train-test.pkl", "out.parquet", "-k", "test"], "out.parquet");
    assert_eq!(parquet(&folder.path().join("out.parquet")).0, 1);
    assert_eq!(csv(folder.path(), &["records.pkl", "-k", "."]), csv(folder.path(), &["records.pkl"]));
}

#[test]
fn columns_are_chosen_and_ordered() {
    let folder = folder();
    assert_eq!(
        csv(folder.path(), &["records.pkl", "--columns", "score,id"]),
        ",score,id\n0,1.5,1\n1,,2\n2,2.25,3\n"
    );
    assert_eq!(csv(folder.path(), &["records.pkl", "--columns", "id", "--head", "1"]), ",id\n0,1\n");
}

#[test]
fn head_takes_the_first_rows_and_pandas_is_told() {
    let folder = folder();
    let weather = fixture("pandas/weather.pkl");
    let weather = weather.to_str().unwrap();
    let out = folder.path().join("w.parquet");
    let (_, all, told) = {
        writes(folder.path(), &[weather, "w.parquet"], "w.parquet");
        parquet(&out)
    };
    for (head, rows) in [("0", 0), ("5", 5), ("100000", 366)] {
        writes(folder.path(), &[weather, "w.parquet", "--head", head], "w.parquet");
        let (found, names, pandas) = parquet(&out);
        assert_eq!((found, &names), (rows, &all));
        assert_eq!(pandas["columns"], told["columns"]);
    }
}

#[test]
fn no_index_leaves_it_out_of_columns_and_of_what_pandas_is_told() {
    let folder = folder();
    let weather = fixture("pandas/weather.pkl");
    let weather = weather.to_str().unwrap();
    writes(folder.path(), &[weather, "w.parquet", "--no-index"], "w.parquet");
    let (rows, names, pandas) = parquet(&folder.path().join("w.parquet"));
    assert_eq!(rows, 366);
    assert_eq!(pandas["index_columns"], serde_json::json!([]));
    assert_eq!(pandas["columns"].as_array().unwrap().len(), names.len());
    let with = csv(folder.path(), &[weather, "--head", "1"]);
    let without = csv(folder.path(), &[weather, "--head", "1", "--no-index"]);
    assert_eq!(with.lines().next().unwrap().split_once(',').unwrap().1, without.lines().next().unwrap());
}

#[test]
fn each_compression_is_the_one_asked_for() {
    let folder = folder();
    for (codec, expected) in [
        ("snappy", "SNAPPY"),
        ("zstd", "ZSTD"),
        ("zstd:19", "ZSTD"),
        ("gzip", "GZIP"),
        ("lz4", "LZ4_RAW"),
        ("brotli", "BROTLI"),
        ("none", "UNCOMPRESSED"),
    ] {
        writes(folder.path(), &["records.pkl", "a.parquet", "--compression", codec], "a.parquet");
        let file = File::open(folder.path().join("a.parquet")).unwrap();
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let found: Compression = builder.metadata().row_group(0).column(0).compression();
        assert!(found.to_string().starts_with(expected), "{codec}: {found}");
        assert_eq!(parquet(&folder.path().join("a.parquet")).0, 3);
    }
    for codec in ["zstd", "lz4", "none"] {
        writes(folder.path(), &["records.pkl", "a.arrow", "--compression", codec], "a.arrow");
    }
}

#[test]
fn encoding_says_what_python_2_wrote() {
    let folder = folder();
    // Python 2's [{'name': 'caf\xe9'}]
    let bytes = b"\x80\x02]q\x00}q\x01U\x04nameq\x02U\x04caf\xe9q\x03sa.";
    fs::write(folder.path().join("py2.pkl"), bytes).unwrap();
    assert_eq!(csv(folder.path(), &["py2.pkl", "--encoding", "latin1"]), ",name\n0,caf\u{e9}\n");
}

#[test]
fn several_pickles_in_a_row_are_several_tables() {
    let folder = folder();
    let one = fs::read(folder.path().join("records.pkl")).unwrap();
    fs::write(folder.path().join("two.pkl"), one.repeat(2)).unwrap();
    super::refuses(folder.path(), &["two.pkl", "out.csv"], &["2 tables", "[0], [1]"]);
    writes(folder.path(), &["two.pkl", "out.csv", "-k", "[1]"], "out.csv");
    assert_eq!(
        fs::read_to_string(folder.path().join("out.csv")).unwrap(),
        csv(folder.path(), &["records.pkl"])
    );
}

#[test]
fn what_follows_the_pickle_is_told() {
    let folder = folder();
    let mut bytes = fs::read(folder.path().join("records.pkl")).unwrap();
    bytes.extend([0; 16]);
    fs::write(folder.path().join("more.pkl"), bytes).unwrap();
    let done = writes(folder.path(), &["more.pkl", "out.csv"], "out.csv");
    assert!(done.err.contains("more.pkl: note: the last 16 bytes are no pickle"), "{}", done.err);
}

/// Every long flag of `--help`.
fn long_flags(folder: &Path) -> Vec<String> {
    let help = run(folder, &["--help"]);
    assert_eq!(help.code, Some(0));
    let mut flags: Vec<String> = help
        .text()
        .lines()
        .filter(|line| line.trim_start().starts_with('-') && !line.trim_start().starts_with("- "))
        .filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--")))
        .map(|flag| flag.trim_end_matches(',').to_owned())
        .collect();
    flags.sort();
    flags.dedup();
    flags
}

#[test]
fn readme_knows_every_flag_of_help() {
    let folder = folder();
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let flags = long_flags(folder.path());
    assert!(flags.len() >= 18, "{flags:?}");
    let is_named = |flag: &str| {
        readme.match_indices(flag).any(|(at, _)| {
            !readme[at + flag.len()..].starts_with(|next: char| next == '-' || next.is_ascii_alphanumeric())
        })
    };
    let missing: Vec<_> = flags.iter().filter(|flag| !is_named(flag)).collect();
    assert!(missing.is_empty(), "README.md does not name {missing:?}");
}

#[test]
fn help_is_told_on_standard_output() {
    let folder = folder();
    let short = run(folder.path(), &["-h"]);
    let long = run(folder.path(), &["--help"]);
    assert!(short.code == Some(0) && short.err.is_empty() && long.out.len() > short.out.len());
    assert!(run(folder.path(), &["--version"]).text().starts_with("pkl2parquet 0."));
}

/// A list of dicts, large enough to be worth several threads.
fn rows(count: u32) -> Vec<u8> {
    let mut pickle = b"\x80\x02](".to_vec();
    for i in 0..count {
        pickle.extend(b"}(X\x01\0\0\0aJ");
        pickle.extend(i.to_le_bytes());
        pickle.extend(b"X\x01\0\0\0bX\x03\0\0\0");
        pickle.extend(format!("{:03}", i % 1000).bytes());
        pickle.extend(b"u");
    }
    pickle.extend(b"e.");
    pickle
}

#[test]
fn what_is_written_does_not_depend_on_the_threads() {
    let folder = folder();
    fs::write(folder.path().join("rows.pkl"), rows(200_000)).unwrap();
    for format in ["parquet", "csv", "arrow", "jsonl"] {
        let [one, two, nine] = ["1", "2", "9"].map(|threads| {
            let done = run(folder.path(), &["rows.pkl", "-", "--to", format, "--threads", threads, "-q"]);
            assert_eq!(done.code, Some(0), "{}", done.err);
            done.out
        });
        assert!(!one.is_empty() && one == two && one == nine, "{format}");
    }
    assert_eq!(run(folder.path(), &["rows.pkl", "-", "--threads", "0"]).code, Some(2));
}
