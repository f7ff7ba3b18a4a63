//! `.safetensors`, as the library itself reads and writes it.

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};
use unpickle_arrays::{ArrayFormat, ArrayOptions, arrays};

use crate::{pickle, written};

#[test]
fn the_file_is_the_one_that_the_library_makes() {
    let pickle = pickle("dtypes-p5");
    let found = arrays(pickle.root()).unwrap();
    let (file, written) = written(&found, ArrayFormat::Safetensors, &ArrayOptions::new().with_skip(true));
    assert_eq!(written.arrays, 13);
    assert!(written.notes.iter().any(|note| note == "`c16`: left out: complex128"), "{:?}", written.notes);
    let tensors = SafeTensors::deserialize(&file).unwrap();
    assert_eq!(tensors.len(), 13);
    let metadata = [("format".to_owned(), "np".to_owned())].into_iter().collect();
    let library = serialize(tensors.tensors(), Some(metadata)).unwrap();
    assert!(library == file, "the library orders or pads otherwise");

    let column = tensors.tensor("column").unwrap();
    let array = found.iter().find(|array| array.name() == "column").unwrap().load().unwrap();
    let mut bytes = Vec::new();
    array.copy_bytes(0..12, &mut bytes).unwrap();
    assert_eq!(column, TensorView::new(Dtype::F32, vec![3, 4], &bytes).unwrap());
}

#[test]
fn elements_are_little_endian() {
    let pickle = pickle("big-endian");
    let found = arrays(pickle.root()).unwrap();
    let numbers: Vec<_> = found.into_iter().filter(|array| array.name() != "text").collect();
    let (file, _) = written(&numbers, ArrayFormat::Safetensors, &ArrayOptions::new());
    let tensors = SafeTensors::deserialize(&file).unwrap();
    assert_eq!(tensors.tensor("i2").unwrap().data(), [1, 0, 0, 1]);
    let parts: Vec<u8> = [1.0_f32, 2.0].iter().flat_map(|part| part.to_le_bytes()).collect();
    assert_eq!(tensors.tensor("c8").unwrap().data(), parts);
}
