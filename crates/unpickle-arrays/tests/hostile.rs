//! Bytes that nobody honest writes.

use std::time::Instant;

use unpickle_arrays::{ArrayFormat, ArrayOptions, arrays, path, search, write};
use unpickle_core::{Options, Pickle};
use unpickle_file::{Input, Shared};

use crate::pickle;

/// A list that holds another twice, that another twice, and so on; an array at the end.
fn doubled(levels: usize) -> Pickle {
    let assembled = Options::new().assemble(vec![7], |assembly| {
        let bytes = assembly.part(0..1)?;
        let code = assembly.str("u1")?;
        let dtype = assembly.call("numpy", "dtype", &[code])?;
        let len = assembly.int(1)?;
        let shape = assembly.tuple(&[len])?;
        let order = assembly.str("C")?;
        let mut value = assembly.call("numpy._core.numeric", "_frombuffer", &[bytes, dtype, shape, order])?;
        for _ in 0..levels {
            value = assembly.list(&[value, value])?;
        }
        Ok(value)
    });
    assembled.unwrap()
}

#[test]
fn sharing_that_doubles_is_a_limit_and_not_a_wait() {
    assert_eq!(arrays(doubled(4).root()).unwrap().len(), 16);
    let start = Instant::now();
    let error = arrays(doubled(60).root()).unwrap_err();
    assert!(error.is_limit(), "{error}");
    assert!(start.elapsed().as_secs() < 20);
}

#[test]
fn sharing_without_arrays_costs_nothing() {
    // [] in [.., ..] in [.., ..], sixty times
    let mut bytes = b"]q\0".to_vec();
    for i in 0..60_u8 {
        bytes.extend_from_slice(&[b'h', i, b'h', i, 0x86, b'q', i + 1]);
    }
    bytes.push(b'.');
    let pickle = Pickle::parse(bytes).unwrap();
    assert!(arrays(pickle.root()).unwrap().is_empty());
}

#[test]
fn deep_nesting_is_walked_without_recursion() {
    let mut bytes = vec![b']'; 200_000];
    bytes.extend(std::iter::repeat_n(b'a', 199_999));
    bytes.push(b'.');
    let pickle = Pickle::parse(bytes).unwrap();
    assert!(arrays(pickle.root()).unwrap().is_empty());
}

#[test]
fn a_changed_byte_is_an_error_or_another_array_and_never_a_panic() {
    for name in ["places", "parts", "objects", "shared", "dtypes-p2"] {
        let good = pickle(name).input().to_vec();
        for at in 0..good.len() {
            let mut bytes = good.clone();
            bytes[at] ^= 1 << (at % 8);
            let Ok(pickle) = Pickle::parse(bytes) else { continue };
            let Ok(found) = search(pickle.root()) else { continue };
            let options = ArrayOptions::new().with_skip(true);
            for format in [ArrayFormat::Npz, ArrayFormat::Safetensors] {
                // Either is well.
                let _ = write(&found.arrays, format, &options, std::io::sink());
            }
            for array in &found.arrays {
                let _ = path::find(pickle.root(), array.name());
            }
        }
    }
}

#[test]
fn a_changed_byte_of_a_checkpoint_is_an_error_or_another_array_and_never_a_panic() {
    // Those without checksums, which would find the change first.
    for name in [
        "sparse-legacy",
        "quantised-legacy",
        "views-legacy",
        "shared-legacy",
        "wrapped-legacy",
        "module-legacy",
    ] {
        let path = format!("{}/../../fixtures/torch/{name}.pt", env!("CARGO_MANIFEST_DIR"));
        let good = std::fs::read(path).unwrap();
        for at in 0..good.len() {
            let mut bytes = good.clone();
            bytes[at] ^= 1 << (at % 8);
            let input = Input::from_reader(&bytes[..], &Default::default()).unwrap();
            let read = unpickle_torch::read(&Shared::new(input), &Default::default());
            let Ok(Some(pickle)) = read else { continue };
            let Ok(found) = search(pickle.root()) else { continue };
            let options = ArrayOptions::new().with_skip(true);
            for format in [ArrayFormat::Npz, ArrayFormat::Safetensors] {
                // Either is well.
                let _ = write(&found.arrays, format, &options, std::io::sink());
            }
        }
    }
}

#[test]
fn a_damaged_array_is_named() {
    let good = pickle("places").input().to_vec();
    // The shape (2,) of the first array as (3,).
    let at = good.windows(3).position(|window| window == b"K\x02\x85").unwrap();
    let mut bytes = good;
    bytes[at + 1] = 3;
    let pickle = Pickle::parse(bytes).unwrap();
    let error = arrays(pickle.root()).unwrap_err().to_string();
    assert!(error.contains("16 bytes for a numpy array of float64 and shape (3,)"), "{error}");
    assert!(error.contains("array `layer.0.weight`"), "{error}");
}
