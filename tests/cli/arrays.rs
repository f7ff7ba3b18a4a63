//! Arrays by their names: npz, npy, safetensors, a row each in a table.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::{folder, refuses, writes};
use crate::util::{fixture, run};

/// A folder with a model of a scaler and a logistic regression in it, `model.pkl`.
fn models() -> tempfile::TempDir {
    let folder = folder();
    fs::copy(fixture("sklearn/pipeline-1.9.1.pkl"), folder.path().join("model.pkl")).unwrap();
    folder
}

const NAMES: [&str; 7] = [
    "steps[0][1].mean_",
    "steps[0][1].var_",
    "steps[0][1].scale_",
    "steps[1][1].classes_",
    "steps[1][1].n_iter_",
    "steps[1][1].coef_",
    "steps[1][1].intercept_",
];

/// The names of the members of a zip archive, of its directory.
fn members(path: &Path) -> Vec<String> {
    let bytes = fs::read(path).unwrap();
    let entries = bytes.windows(4).enumerate().filter(|(_, window)| *window == b"PK\x01\x02");
    entries
        .map(|(at, _)| {
            let length = usize::from(u16::from_le_bytes([bytes[at + 28], bytes[at + 29]]));
            String::from_utf8_lossy(&bytes[at + 46..at + 46 + length]).into_owned()
        })
        .collect()
}

#[test]
fn the_ending_npz_takes_every_array() {
    let folder = models();
    let done = writes(folder.path(), &["model.pkl", "model.npz"], "model.npz");
    assert!(done.err.starts_with("model.npz: 7 arrays, "), "{}", done.err);
    let expected: Vec<String> = NAMES.iter().map(|name| format!("{name}.npy")).collect();
    assert_eq!(members(&folder.path().join("model.npz")), expected);

    writes(folder.path(), &["model.pkl", "small.npz", "--compression", "gzip"], "small.npz");
    let size = |name: &str| fs::metadata(folder.path().join(name)).unwrap().len();
    assert!(size("small.npz") < size("model.npz"));
}

#[test]
fn the_list_tells_what_wrote_a_model() {
    let folder = models();
    let done = run(folder.path(), &["model.pkl", "--list"]);
    let out = String::from_utf8(done.out).unwrap();
    assert_eq!(
        out.lines().next().unwrap_or_default(),
        "model.pkl: protocol 5, numpy >= 2, scikit-learn 1.9.1"
    );
}

#[test]
fn a_npy_file_takes_one_array() {
    let folder = models();
    writes(folder.path(), &["model.pkl", "-k", "steps[1][1].coef_", "coef.npy"], "coef.npy");
    let bytes = fs::read(folder.path().join("coef.npy")).unwrap();
    assert!(bytes.starts_with(b"\x93NUMPY\x01\0"), "{bytes:?}");
    assert!(String::from_utf8_lossy(&bytes).contains("'shape': (3, 3)"));
    refuses(folder.path(), &["model.pkl", "all.npy"], &["it holds 7 arrays", "-k PATH", "steps[0][1].mean_"]);

    let done = run(folder.path(), &["model.pkl", "-d", "out", "--to", "npy"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_eq!(fs::read_dir(folder.path().join("out/model")).unwrap().count(), 7);
    assert!(folder.path().join("out/model/steps.1.1.coef_.npy").exists());
}

#[test]
fn safetensors_are_written_and_refused_by_name() {
    let folder = models();
    writes(folder.path(), &["model.pkl", "model.safetensors"], "model.safetensors");
    let bytes = fs::read(folder.path().join("model.safetensors")).unwrap();
    let (length, rest) = bytes.split_first_chunk().unwrap();
    let header: Json = serde_json::from_slice(&rest[..u64::from_le_bytes(*length) as usize]).unwrap();
    assert_eq!(header["steps[1][1].coef_"]["shape"], serde_json::json!([3, 3]));

    fs::copy(fixture("numpy/moments-p5-2.4.6.pkl"), folder.path().join("moments.pkl")).unwrap();
    refuses(folder.path(), &["moments.pkl", "m.safetensors"], &["datetime64", ".npz"]);
}

#[test]
fn what_a_format_cannot_hold_is_left_out_when_that_is_asked_for() {
    let folder = folder();
    fs::copy(fixture("torch/wrapped.pt"), folder.path().join("w.pt")).unwrap();
    refuses(folder.path(), &["w.pt", "w.npz"], &["`meta`", "--skip leaves such arrays out"]);
    let done = writes(folder.path(), &["w.pt", "w.npz", "--skip"], "w.npz");
    assert!(done.err.contains("left out") && done.err.contains("`meta`"), "{}", done.err);
    let names = members(&folder.path().join("w.npz"));
    assert!(
        names.contains(&"parameter.npy".to_owned()) && !names.contains(&"meta.npy".to_owned()),
        "{names:?}"
    );
    refuses(
        folder.path(),
        &["w.pt", "w.npz", "--skip", "-k", "meta"],
        &["no array in it that a .npz file can hold"],
    );
}

#[test]
fn a_table_of_arrays_says_when_there_is_more_beside_them() {
    let folder = folder();
    fs::copy(fixture("torch/checkpoint.pt"), folder.path().join("c.pt")).unwrap();
    let beside = "the arrays in it; what lies beside them is left out";
    let whole = writes(folder.path(), &["c.pt", "c.parquet"], "c.parquet");
    assert!(whole.err.contains(beside), "{}", whole.err);
    let state = writes(folder.path(), &["c.pt", "-k", "model", "c.parquet"], "c.parquet");
    assert!(!state.err.contains(beside), "{}", state.err);
}

#[test]
fn tied_tensors_are_written_once_or_under_each_name() {
    let folder = folder();
    fs::copy(fixture("torch/shared.pt"), folder.path().join("s.pt")).unwrap();
    let header = |args: &[&str]| -> Json {
        writes(folder.path(), args, "s.safetensors");
        let bytes = fs::read(folder.path().join("s.safetensors")).unwrap();
        let (length, rest) = bytes.split_first_chunk().unwrap();
        serde_json::from_slice(&rest[..u64::from_le_bytes(*length) as usize]).unwrap()
    };
    let once = header(&["s.pt", "s.safetensors"]);
    assert_eq!(once["__metadata__"]["model.weight"], "copy.weight");
    assert!(once.get("model.weight").is_none() && once.get("copy.weight").is_some());
    let each = header(&["s.pt", "s.safetensors", "--copies"]);
    assert!(each.get("model.weight").is_some() && each.get("ema.weight").is_some(), "{each}");
}

#[test]
fn a_table_of_arrays_has_a_row_for_each() {
    let folder = models();
    let done = writes(folder.path(), &["model.pkl", "model.jsonl"], "model.jsonl");
    assert!(done.err.contains("all as float64"), "{}", done.err);
    let text = fs::read_to_string(folder.path().join("model.jsonl")).unwrap();
    let rows: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.iter().map(|row| row["name"].as_str().unwrap()).collect::<Vec<_>>(), NAMES);
    assert_eq!(rows[3]["dtype"], "int64");
    assert_eq!(rows[3]["values"], serde_json::json!([0.0, 1.0, 2.0]));
    assert_eq!(rows[5]["shape"], serde_json::json!([3, 3]));
    assert_eq!(rows[5]["values"].as_array().map(Vec::len), Some(9));
}

#[test]
fn a_key_is_a_path_as_python_spells_it() {
    let folder = models();
    for path in ["named_steps.scale.mean_", "steps[0][1].mean_", "steps[-2][1].mean_"] {
        writes(folder.path(), &["model.pkl", "-k", path, "mean.csv"], "mean.csv");
        let text = fs::read_to_string(folder.path().join("mean.csv")).unwrap();
        assert_eq!(text.lines().count(), 4, "{text}");
        writes(folder.path(), &["model.pkl", "-k", path, "mean.npy"], "mean.npy");
    }
    refuses(
        folder.path(),
        &["model.pkl", "-k", "named_steps.scal.mean_", "m.csv"],
        &["named_steps.scal.mean_"],
    );
}

#[test]
fn list_shows_arrays_aligned_with_their_total() {
    let folder = models();
    let done = run(folder.path(), &["model.pkl", "--list"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let lines: Vec<&str> = done.text().lines().collect();
    assert_eq!(lines[1], "  steps[0][1].mean_       ndarray  float64  (3,)    24 B");
    assert_eq!(lines[6], "  steps[1][1].coef_       ndarray  float64  (3, 3)  72 B");
    assert_eq!(lines[8], "  7 arrays, 196 B");
}

#[test]
fn list_is_told_to_programs_as_json() {
    let folder = models();
    let done = run(folder.path(), &["model.pkl", "train-test.pkl", "--list", "--json"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let files: Vec<Json> = done.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(files[0]["file"], "model.pkl");
    assert_eq!(files[0]["arrays"][5]["shape"], serde_json::json!([3, 3]));
    assert_eq!(files[0]["arrays"][5]["bytes"], 72);
    assert_eq!(files[0]["bytes"], 196);
    assert_eq!(files[0]["tables"], serde_json::json!([]));
    assert_eq!(files[1]["tables"][0]["path"], "train");
    refuses(folder.path(), &["model.pkl", "--json"], &["--list"]);
}

#[test]
fn what_holds_no_array_is_refused() {
    let folder = models();
    refuses(folder.path(), &["seven.pkl", "x.npz"], &["no array in it", "the int 7"]);
    refuses(folder.path(), &["model.pkl", "x.npz", "--head", "1"], &["--head is for tables"]);
    refuses(folder.path(), &["model.pkl", "x.npz", "--compression", "zstd"], &["does not fit a .npz file"]);
}
