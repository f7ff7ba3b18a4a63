//! What is told, and what is refused.

use unpickle_arrays::{ArrayFormat, ArrayOptions, arrays, write};
use unpickle_core::{Options, Pickle};

use crate::{members, pickle, written};

/// One array under one name.
fn refused(name: &str, format: ArrayFormat) -> String {
    let pickle = pickle(name);
    let found = arrays(pickle.root()).unwrap();
    let mut file = Vec::new();
    let error = write(&found, format, &ArrayOptions::new(), &mut file).unwrap_err();
    assert!(file.is_empty(), "nothing is written of what is refused");
    error.to_string()
}

#[test]
fn what_cannot_be_written_is_named_before_a_byte_is() {
    assert_eq!(
        refused("refused", ArrayFormat::Npz),
        "arrays that .npz cannot hold: `mixed` (objects of several types, int and str), `missing` (objects, of which \
         one is a None), `dicts` (objects, of which one is a dict), `padded` (text that ends in NUL), `large` (integers \
         of more than 64 bits); take the others by their paths"
    );
    assert_eq!(
        refused("objects", ArrayFormat::Safetensors),
        "arrays that .safetensors cannot hold: `text` (<U3), `bytes` (|S2), `strings` (<U2); write .npz, or take the \
         others by their paths"
    );
    assert_eq!(
        refused("objects", ArrayFormat::Npy),
        "an .npy file holds one array, and here are 9; take one by its path, or write .npz"
    );
}

#[test]
fn what_cannot_be_written_is_left_out_if_so_asked() {
    let pickle = pickle("refused");
    let found = arrays(pickle.root()).unwrap();
    let (file, written) = written(&found, ArrayFormat::Npz, &ArrayOptions::new().with_skip(true));
    assert!(members(file).is_empty());
    assert_eq!(written.notes.len(), 5);
    assert_eq!(written.notes[0], "`mixed`: left out: objects of several types, int and str");
}

#[test]
fn what_is_not_kept_as_it_is_is_told() {
    let pickle = pickle("objects");
    let found = arrays(pickle.root()).unwrap();
    let (_, written) = written(&found, ArrayFormat::Npz, &ArrayOptions::new());
    let notes = "`text`: objects, written as <U3|`bytes`: objects, written as |S2|`ints`: objects, written as int64|\
        `unsigned`: objects, written as uint64|`floats`, `nothing`: objects, written as float64|`bools`: objects, written \
        as bool|`scalars`: objects, written as float32|`strings`: objects, written as <U2";
    assert_eq!(written.notes.join("|"), notes);
}

#[test]
fn arrays_are_shared_by_threads() {
    let pickle = pickle("places");
    let found = arrays(pickle.root()).unwrap();
    let bytes =
        |array: &unpickle_arrays::NamedArray<'_>| array.load().unwrap().as_contiguous().map(<[u8]>::to_vec);
    let alone: Vec<_> = found.iter().map(bytes).collect();
    std::thread::scope(|scope| {
        let both = [0, 1].map(|_| scope.spawn(|| found.iter().map(bytes).collect::<Vec<_>>()));
        for thread in both {
            assert_eq!(thread.join().unwrap(), alone);
        }
    });
}

#[test]
fn two_arrays_of_one_name_are_refused() {
    // {'a.b': x, 'a': {'b': x}}
    let pickle = twice();
    let found = arrays(pickle.root()).unwrap();
    for format in [ArrayFormat::Npz, ArrayFormat::Safetensors] {
        let error = write(&found, format, &ArrayOptions::new(), &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("`a.b` (a name that two arrays have)"), "{error}");
    }
}

fn twice() -> Pickle {
    let assembled = Options::new().assemble(vec![1, 2, 3, 4], |assembly| {
        let bytes = assembly.part(0..4)?;
        let code = assembly.str("u1")?;
        let dtype = assembly.call("numpy", "dtype", &[code])?;
        let len = assembly.int(4)?;
        let shape = assembly.tuple(&[len])?;
        let order = assembly.str("C")?;
        let array = assembly.call("numpy._core.numeric", "_frombuffer", &[bytes, dtype, shape, order])?;
        let (ab, a, b) = (assembly.str("a.b")?, assembly.str("a")?, assembly.str("b")?);
        let inner = assembly.dict(&[(b, array)])?;
        assembly.dict(&[(ab, array), (a, inner)])
    });
    assembled.unwrap()
}
