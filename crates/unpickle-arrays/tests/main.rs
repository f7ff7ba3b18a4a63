//! What is found inside of values, and the files made of it, against what numpy and scipy wrote.

mod fixtures;
mod hostile;
mod models;
mod safetensors;
mod tensors;
mod writing;

use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};

use unpickle_arrays::{ArrayFormat, ArrayOptions, NamedArray, Written, write};
use unpickle_core::Pickle;

/// A fixture of `fixtures/named`.
fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/named").join(name)
}

fn pickle(name: &str) -> Pickle {
    Pickle::parse(std::fs::read(path(&format!("{name}.pkl"))).unwrap()).unwrap()
}

/// The bytes of a file, and what is to be said of it.
fn written(arrays: &[NamedArray<'_>], format: ArrayFormat, options: &ArrayOptions) -> (Vec<u8>, Written) {
    let mut file = Vec::new();
    let written = write(arrays, format, options, &mut file).unwrap();
    assert_eq!(written.bytes, file.len() as u64);
    (file, written)
}

/// The members of a zip file, in order.
fn members(file: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let count = zip.len();
    let member = |i| {
        let mut member = zip.by_index(i).unwrap();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        (member.name().unwrap().into_owned(), bytes)
    };
    (0..count).map(member).collect()
}
