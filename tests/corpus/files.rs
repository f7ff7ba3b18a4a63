//! joblib's dumps and numpy's own files: every array in them, as numpy itself printed it.

use std::path::{Path, PathBuf};

use unpickle::numpy::{DtypeCache, NdArray};
use unpickle::{Input, OpenOptions, Options};

use super::numpy::compare;
use super::report;

/// The files of a folder that have an expectation beside them.
fn files(folder: &str) -> Vec<(PathBuf, serde_json::Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
    let entries = std::fs::read_dir(&folder).expect("the folder of fixtures");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let notes = paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let files: Vec<_> = notes
        .map(|note| {
            let text = std::fs::read_to_string(note).expect("an expectation");
            (note.with_extension(""), serde_json::from_str(&text).expect("JSON"))
        })
        .collect();
    assert!(files.len() > 20, "only {} files in {}", files.len(), folder.display());
    files
}

#[test]
fn arrays_in_files_have_the_dtype_shape_and_cells_of_numpy() {
    let mut faults = Vec::new();
    for (path, note) in files("joblib").into_iter().chain(files("npy")) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match unpickle::open(&path) {
            Err(error) => faults.push(format!("{name}: {error}")),
            Ok(file) => {
                if let Some(rest) = file.pickle().rest() {
                    faults.push(format!("{name}: behind it {rest}"));
                }
                compare(&name, file.root(), &note, &mut faults);
            }
        }
    }
    report(&faults);
}

#[test]
fn arrays_are_described_as_they_are() {
    for (path, _) in files("joblib").into_iter().chain(files("npy")) {
        let file = unpickle::open(&path).expect("a file");
        let mut cache = DtypeCache::new();
        for value in file.pickle().objects().filter(|&value| NdArray::is_array(value)) {
            let (dtype, shape) = NdArray::describe(value, &mut cache).expect("a description");
            let array = NdArray::from_pickle_with(value, &mut cache).expect("an array");
            assert_eq!((&dtype, &*shape), (array.dtype(), array.shape()), "{}", path.display());
        }
    }
}

#[test]
fn no_cut_or_flip_of_a_file_panics() {
    for (path, _) in files("joblib").into_iter().chain(files("npy")) {
        let bytes = std::fs::read(&path).expect("a fixture");
        // Every byte of the small ones, some of the others.
        let step = bytes.len().div_ceil(300);
        for at in (0..bytes.len()).step_by(step) {
            read(bytes[..at].to_vec());
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            read(flipped);
        }
    }
}

/// Reads whatever is in the bytes.
fn read(bytes: Vec<u8>) {
    let Ok(input) = Input::from_reader(&bytes[..], &OpenOptions::new()) else { return };
    let Ok(file) = unpickle::File::from_input(input, &Options::new()) else { return };
    for value in file.pickle().objects() {
        if let Ok(array) = value.extract::<NdArray<'_>>() {
            _ = (array.cell(0).is_some(), NdArray::describe(value, &mut DtypeCache::new()).is_ok());
        }
    }
}
