//! Arrays that lie in `.npy` files: what the graph says of them, and what it must not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use unpickle_core::{Assembly, Id, LazyBytes, Options, Pickle, Result};
use unpickle_numpy::{DtypeCache, NdArray, NpyHeader, ToArray};

fn npy(descr: &str, fortran: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}}}");
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), data].concat()
}

fn open(bytes: &[u8]) -> Result<Pickle<Vec<u8>>> {
    Options::new().assemble(bytes.to_vec(), |assembly| {
        let header = NpyHeader::read(assembly.input())?;
        let buffer = assembly.part(0..assembly.input().len())?;
        header.array(assembly, buffer, None)
    })
}

#[test]
fn either_order_is_read() {
    let c = open(&npy("'|u1'", "False", "(2, 3)", &[1, 2, 3, 4, 5, 6])).unwrap();
    assert_eq!(c.root().to_array2::<u8>().unwrap(), ndarray::arr2(&[[1, 2, 3], [4, 5, 6]]));
    let f = open(&npy("'|u1'", "True", "(2, 3)", &[1, 2, 3, 4, 5, 6])).unwrap();
    assert_eq!(f.root().to_array2::<u8>().unwrap(), ndarray::arr2(&[[1, 3, 5], [2, 4, 6]]));
    // numpy leaves unread what follows.
    let more = open(&npy("'>u2'", "False", "(1,)", &[1, 2, 3, 4])).unwrap();
    assert_eq!(more.root().to_array1::<u16>().unwrap().to_vec(), [0x0102]);
}

#[test]
fn fewer_bytes_than_the_header_says_are_an_error() {
    let error = |shape| {
        open(&npy("'<f8'", "False", shape, &[0; 20]))
            .unwrap()
            .root()
            .extract::<NdArray>()
            .unwrap_err()
            .to_string()
    };
    assert!(
        error("(3,)").starts_with("20 bytes for a numpy array of float64 and shape (3,), which takes 24")
    );
    assert!(error("(9223372036854775807,)").contains("larger than memory"));
    assert!(error("(4294967296, 4294967296, 4294967296)").contains("larger than memory"));
    assert!(error("(0, 9223372036854775807)").contains("larger than memory"));
}

/// Bytes that count how often they are asked for.
struct Counted(Vec<u8>, AtomicUsize);

impl LazyBytes for Counted {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn bytes(&self) -> Result<&[u8]> {
        self.1.fetch_add(1, Ordering::Relaxed);
        Ok(&self.0)
    }
}

#[test]
fn describing_an_array_does_not_read_it() {
    let bytes = npy("'<i2'", "False", "(2,)", &[1, 0, 2, 0]);
    let lazy = Arc::new(Counted(bytes.clone(), AtomicUsize::new(0)));
    let shared = Arc::clone(&lazy);
    let pickle = Options::new().assemble(&b""[..], |assembly| {
        let buffer = assembly.lazy(shared)?;
        NpyHeader::read(&bytes)?.array(assembly, buffer, None)
    });
    let pickle = pickle.unwrap();
    let (dtype, shape) = NdArray::describe(pickle.root(), &mut DtypeCache::new()).unwrap();
    assert_eq!((dtype.to_string(), shape), ("int16".to_owned(), vec![2]));
    assert_eq!(lazy.1.load(Ordering::Relaxed), 0);
    assert_eq!(pickle.root().to_array1::<i64>().unwrap().to_vec(), [1, 2]);
    assert_eq!(lazy.1.load(Ordering::Relaxed), 1);
}

/// `read_array` of these four.
fn call(make: impl Fn(&mut Assembly<'_>) -> Result<[Id; 4]>) -> String {
    let pickle = Options::new().assemble(&b""[..], |assembly| {
        let args = make(assembly)?;
        assembly.call("numpy.lib.format", "read_array", &args)
    });
    pickle.unwrap().root().extract::<NdArray>().unwrap_err().to_string()
}

#[test]
fn calls_that_no_file_makes_are_errors() {
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}";
    let objects = "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}";
    let past = call(|make| Ok([make.bytes(b"x")?, make.str(header)?, make.int(9)?, make.none()?]));
    assert!(past.contains("cut short"), "{past}");
    let negative = call(|make| Ok([make.bytes(b"x")?, make.str(header)?, make.int(-1)?, make.none()?]));
    assert!(negative.contains("read_array with 4 arguments"), "{negative}");
    let no_header = call(|make| Ok([make.bytes(b"x")?, make.str("{")?, make.int(0)?, make.none()?]));
    assert!(no_header.contains("in the header of a .npy file"), "{no_header}");
    let no_bytes = call(|make| Ok([make.none()?, make.str(header)?, make.int(0)?, make.none()?]));
    assert!(no_bytes.contains("expected bytes, found None"), "{no_bytes}");
    let no_pickle = call(|make| Ok([make.bytes(b"x")?, make.str(objects)?, make.int(0)?, make.none()?]));
    assert!(no_pickle.contains("without the pickle of them"), "{no_pickle}");
    // A file in a file in a file would be read by recursion.
    let nested = call(|make| {
        let args = [make.bytes(b"x")?, make.str(objects)?, make.int(0)?, make.none()?];
        let inner = make.call("numpy.lib.format", "read_array", &args)?;
        Ok([make.bytes(b"x")?, make.str(objects)?, make.int(0)?, inner])
    });
    assert!(nested.contains("as numpy pickles it"), "{nested}");
}
