//! What is written as npz, npy and safetensors, other readers and our own read back, and find the same.

use safetensors::SafeTensors;
use unpickle::arrays::{ArrayFormat, ArrayOptions, NamedArray, search, write};
use unpickle::core::Value;
use unpickle::numpy::NdArray;
use unpickle::{File, Input, Options};

use crate::graph::expands;

/// Larger files are left to the other properties.
const BYTES: u64 = 1 << 16;
const VALUES: usize = 20_000;

/// # Panics
///
/// The property does not hold.
pub fn check(data: &[u8]) {
    let Ok(file) = File::from_input(Input::from_bytes(data.to_vec()), &Options::new()) else { return };
    if expands(file.whole(), VALUES) {
        return;
    }
    let Ok(found) = search(file.whole()) else { return };
    let arrays = found.arrays;
    if arrays.iter().fold(0_u64, |sum, array| sum.saturating_add(array.nbytes())) > BYTES {
        return;
    }
    for (format, options) in [
        (ArrayFormat::Npz, ArrayOptions::new().with_skip(true)),
        (ArrayFormat::Npz, ArrayOptions::new().with_skip(true).with_compression(true)),
        (ArrayFormat::Safetensors, ArrayOptions::new().with_skip(true)),
        (ArrayFormat::Safetensors, ArrayOptions::new().with_skip(true).with_copies(true)),
    ] {
        written(&arrays, format, options);
    }
    for array in arrays.iter().take(8) {
        written(std::slice::from_ref(array), ArrayFormat::Npy, ArrayOptions::new());
    }
}

fn written(arrays: &[NamedArray<'_>], format: ArrayFormat, options: ArrayOptions) {
    let mut bytes = Vec::new();
    let Ok(written) = write(arrays, format, &options, &mut bytes) else { return };
    assert_eq!(written.bytes, bytes.len() as u64, "{format}");
    if format == ArrayFormat::Safetensors {
        let tensors = SafeTensors::deserialize(&bytes).expect("a safetensors file");
        for (name, tensor) in tensors.tensors() {
            let array = called(arrays, &name);
            assert_eq!(tensor.shape(), array.shape(), "{name}");
            same_bytes(array, tensor.data(), tensor.dtype().bitsize() / 8);
        }
        return;
    }
    // Of no arrays there is nothing to read.
    if written.arrays == 0 {
        return;
    }
    let input = Input::from_reader(&bytes[..], &Default::default()).expect("what was written");
    let file = File::from_input(input, &Options::new()).expect("what was written");
    match file.root().as_dict() {
        Some(members) if format == ArrayFormat::Npz => {
            assert_eq!(members.len(), written.arrays, "{format}");
            for (name, value) in members.iter() {
                same(called(arrays, name.as_str().expect("a name")), value);
            }
        }
        _ => same(arrays.first().expect("an array"), file.root()),
    }
}

/// The array that was written under the name.
fn called<'a, 'p>(arrays: &'a [NamedArray<'p>], name: &str) -> &'a NamedArray<'p> {
    let found = arrays.iter().find(|array| array.name() == name);
    let unnamed = || arrays.iter().find(|array| array.name().is_empty() && name == "arr_0");
    found.or_else(unnamed).expect("a name that was written")
}

/// The array read back has the shape, and the bytes where its elements are of the same kind.
fn same(array: &NamedArray<'_>, value: Value<'_>) {
    let read: NdArray<'_> = value.extract().expect("an array of numpy");
    assert_eq!(read.shape(), array.shape(), "{array:?}");
    if let Some(bytes) = read.as_contiguous().filter(|_| read.dtype() == &array.dtype().to_little_endian()) {
        same_bytes(array, bytes, read.dtype().itemsize());
    }
}

/// The bytes are the elements of the array in C order, if those are plain numbers as they lie in the file.
fn same_bytes(array: &NamedArray<'_>, bytes: &[u8], itemsize: usize) {
    let loaded = array.load().expect("what was written");
    if array.is_tensor()
        || loaded.dtype().is_big_endian()
        || loaded.dtype().itemsize() != itemsize
        || itemsize == 0
    {
        return;
    }
    for (index, element) in bytes.chunks_exact(itemsize).enumerate() {
        match loaded.element(index) {
            Some(own) => assert_eq!(own, element, "element {index} of {array:?}"),
            // Objects, which were found to be alike.
            None => return,
        }
    }
    assert!(loaded.element(bytes.len() / itemsize).is_none(), "more elements in {array:?}");
}
