//! Each fixture: its names are those expected, and the `.npz` file made of it is numpy's, member by member.

use serde_json::Value as Json;
use unpickle_arrays::{ArrayFormat, ArrayOptions, search};

use crate::{members, path, pickle, written};

#[track_caller]
fn check(name: &str) {
    let expected: Json =
        serde_json::from_slice(&std::fs::read(path(&format!("{name}.json"))).unwrap()).unwrap();
    let pickle = pickle(name);
    let found = search(pickle.root()).unwrap();
    let rows = |key: &str| expected[key].as_array().unwrap().clone();
    let listed: Vec<(String, String, Json)> = found
        .arrays
        .iter()
        .map(|array| {
            let name = if array.name().is_empty() { "arr_0" } else { array.name() };
            (name.to_owned(), array.kind(), array.shape().into())
        })
        .collect();
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    let names: Vec<(String, String, Json)> = rows("names")
        .iter()
        .map(|row| (text(&row["name"]), text(&row["kind"]), row["shape"].clone()))
        .collect();
    assert_eq!(listed, names, "{name}");
    let pairs = |key: &str| rows(key).iter().map(|row| (text(&row[0]), text(&row[1]))).collect::<Vec<_>>();
    let others = found.others.iter().map(|other| (other.name.clone(), other.class.to_owned()));
    assert_eq!(others.collect::<Vec<_>>(), pairs("others"), "{name}");
    let repeats = found.repeats.iter().map(|repeat| (repeat.name.clone(), repeat.first.clone()));
    assert_eq!(repeats.collect::<Vec<_>>(), pairs("repeats"), "{name}");

    let numpy = members(std::fs::read(path(&format!("{name}.npz"))).unwrap());
    for compress in [false, true] {
        let options = ArrayOptions::new().with_compression(compress);
        let (file, written) = written(&found.arrays, ArrayFormat::Npz, &options);
        assert_eq!(written.arrays, numpy.len());
        assert!(members(file) == numpy, "{name}: the members differ from numpy's");
    }
    for array in &found.arrays {
        let loaded = array.load().unwrap();
        assert_eq!((loaded.dtype(), loaded.shape()), (array.dtype(), array.shape()), "{}", array.name());
        assert_eq!(array.nbytes(), (loaded.len() * loaded.dtype().itemsize()) as u64);
    }
}

#[test]
fn every_dtype_and_order_is_written_as_numpy_writes_it() {
    check("dtypes-p2");
    check("dtypes-p5");
}

#[test]
fn big_endian_arrays_stay_so() {
    check("big-endian");
}

#[test]
fn arrays_are_found_in_every_place() {
    check("places");
}

#[test]
fn shared_values_have_all_their_names_and_what_holds_itself_ends() {
    check("shared");
}

#[test]
fn sparse_and_masked_arrays_are_several() {
    check("parts");
    check("csr");
}

#[test]
fn objects_of_one_plain_type_are_arrays_of_it() {
    check("objects");
}

#[test]
fn an_array_alone_has_numpys_name_for_it() {
    check("root");
}
