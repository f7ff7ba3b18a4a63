//! What joblib writes, and what nobody should: sizes that lie, files elsewhere, arrays that are two.

use std::collections::HashMap;

use unpickle_core::{Options, Pickle, Result};
use unpickle_numpy::{DtypeCache, Joblib, NdArray, ToArray};

const DTYPE: &str = "cnumpy\ndtype\nX\x02\0\0\0f8\u{89}\u{88}\u{87}R(K\x03X\x01\0\0\0<NNNJ\u{ff}\u{ff}\u{ff}\u{ff}J\u{ff}\u{ff}\u{ff}\u{ff}K\0tb";
const OBJECT: &str = "cnumpy\ndtype\nX\x02\0\0\0O8\u{89}\u{88}\u{87}R(K\x03X\x01\0\0\0|NNNJ\u{ff}\u{ff}\u{ff}\u{ff}J\u{ff}\u{ff}\u{ff}\u{ff}K?tb";

/// Text of Latin-1 as bytes.
fn raw(text: &str) -> Vec<u8> {
    text.chars().map(|char| char as u8).collect()
}

/// A text as protocol 2 writes it.
fn text(text: &str) -> String {
    format!("X{}\0\0\0{text}", char::from(text.len() as u8))
}

/// A wrapper of a class of joblib's, with these attributes in its state.
fn wrapper(class: &str, attributes: &[(&str, &str)]) -> String {
    let pairs: String = attributes.iter().map(|(name, value)| text(name) + value).collect();
    format!("cjoblib.numpy_pickle\n{class}\n)\u{81}}}({pairs}ub")
}

fn numpy(dtype: &str, shape: &str, order: &str) -> String {
    wrapper("NumpyArrayWrapper", &[("dtype", dtype), ("shape", shape), ("order", &text(order))])
}

fn parse(bytes: &[u8]) -> Result<Pickle<Vec<u8>>> {
    Options::new().with_inline(&Joblib::new()).parse(bytes.to_vec())
}

fn error(program: &str, data: &[u8]) -> String {
    match parse(&[&raw(&format!("\u{80}\x02{program}")), data].concat()) {
        Err(error) => error.to_string(),
        Ok(pickle) => pickle.root().extract::<NdArray<'_>>().unwrap_err().to_string(),
    }
}

#[test]
fn arrays_lie_between_the_opcodes() {
    let numbers: Vec<u8> = [1.5_f64, 2.5, 3.5, 4.5].iter().flat_map(|number| number.to_le_bytes()).collect();
    let shape = "K\x02K\x02\u{86}";
    let two =
        |order| [raw(&format!("\u{80}\x02{}", numpy(DTYPE, shape, order))), numbers.clone(), b".".to_vec()];
    let pickle = parse(&two("C").concat()).unwrap();
    assert_eq!(pickle.root().to_array2::<f64>().unwrap(), ndarray::arr2(&[[1.5, 2.5], [3.5, 4.5]]));
    let pickle = parse(&two("F").concat()).unwrap();
    let array = pickle.root().to_array2::<f64>().unwrap();
    assert_eq!(array, ndarray::arr2(&[[1.5, 3.5], [2.5, 4.5]]));
    let (dtype, shape) = NdArray::describe(pickle.root(), &mut DtypeCache::new()).unwrap();
    assert_eq!((dtype.to_string(), shape), ("float64".to_owned(), vec![2, 2]));
    assert!(NdArray::is_array(pickle.root()));
}

#[test]
fn sizes_are_checked_against_the_bytes_that_are_there() {
    let cut = error(&numpy(DTYPE, "K\x05\u{85}", "C"), &[0; 30]);
    assert!(
        cut.starts_with("a numpy array of shape (5,) and 8 bytes an element, of which the file has 30 bytes"),
        "{cut}"
    );
    // 2^62 elements, twice.
    let huge = "\u{8a}\x08\0\0\0\0\0\0\0@\u{8a}\x08\0\0\0\0\0\0\0@\u{86}";
    assert!(error(&numpy(DTYPE, huge, "C"), b".").contains("of which the file has 1 bytes"));
    assert!(
        error(&numpy(DTYPE, "J\u{ff}\u{ff}\u{ff}\u{ff}\u{85}", "C"), b".").contains("an axis of length -1")
    );
    assert!(error(&numpy("N", "K\x01\u{85}", "C"), b".").contains("expected a numpy dtype, found None"));
    assert!(error(&numpy(DTYPE, ")", "Q"), &[b'.'; 9]).contains("the order of an array of joblib"));
    assert!(error(&wrapper("NumpyArrayWrapper", &[]), b".").contains("without the attribute 'dtype'"));
    let aligned = [("dtype", DTYPE), ("shape", ")"), ("numpy_array_alignment_bytes", "K\x10")];
    let padded = error(&wrapper("NumpyArrayWrapper", &aligned), b"\xff1234567");
    assert!(padded.contains("of which the file has 0 bytes"), "{padded}");
}

#[test]
fn a_wrapper_is_one_array_of_few_attributes() {
    let state = format!("}}({}{}{}{}u", text("dtype"), DTYPE, text("shape"), ")");
    let twice = format!("cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\u{81}{state}b12345678{state}b");
    assert!(error(&twice, b"12345678.").contains("said to be two"));
    let many: Vec<String> = (0..20).map(|i| i.to_string()).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (&**name, "N")).collect();
    assert!(error(&wrapper("NumpyArrayWrapper", &many), b".").contains("a small dict"));
}

#[test]
fn objects_are_a_pickle_of_their_own() {
    let numpy_array = format!(
        "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\u{85}{}\u{87}R(K\x01K\x02\u{85}{OBJECT}\u{89}](K\x07Netb.",
        text("b")
    );
    let program = numpy(OBJECT, "K\x02\u{85}", "C");
    let bytes = [raw(&format!("\u{80}\x02{program}\u{80}\x02{numpy_array}")), b".".to_vec()].concat();
    let pickle = parse(&bytes).unwrap();
    let array: NdArray = pickle.root().extract().unwrap();
    assert_eq!(array.objects().unwrap().get(0).and_then(|cell| cell.as_i64()), Some(7));
    assert!(error(&program, b"\x80\x02K").contains("ends inside the argument of BININT1"));
    assert!(error(&program, b"K\x01..").contains("expected bytes"));
}

#[test]
fn files_beside_are_named_and_stay_beside() {
    let sidecar = |name: &str| wrapper("NDArrayWrapper", &[("filename", &text(name))]);
    for name in ["../x.npy", "/etc/passwd", "a\\b", "c:x", "", ".."] {
        assert!(error(&sidecar(name), b".").contains("not beside the pickle"), "{name}");
    }
    assert!(
        error(&sidecar("x_01.npy"), b".")
            .contains("the file 'x_01.npy' beside the pickle, which is not there")
    );

    let joblib = Joblib::new();
    let program = raw(&format!("\u{80}\x02({}{}t.", sidecar("x_01.npy"), sidecar("x_02.npy")));
    Options::new().with_inline(&joblib).parse(&program[..]).unwrap();
    assert_eq!(joblib.missing(), ["x_01.npy", "x_02.npy"]);

    let npy = b"\x93NUMPY\x01\0\x37\0{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}\x01\x02\x03";
    let input = [&program[..], npy].concat();
    let part = program.len()..input.len();
    let files = HashMap::from([("x_01.npy".to_owned(), part.clone()), ("x_02.npy".to_owned(), part)]);
    let joblib = Joblib::with_sidecars(files);
    let pickle = Options::new().with_inline(&joblib).parse(&input[..]).unwrap();
    for array in pickle.root().iter() {
        assert_eq!(array.to_array1::<u8>().unwrap().to_vec(), [1, 2, 3]);
    }
    assert!(joblib.missing().is_empty());
}

#[test]
fn a_file_beside_is_that_of_one_array() {
    let sidecar = wrapper("NDArrayWrapper", &[("filename", &text("x_01.npy"))]);
    let program = raw(&format!("\u{80}\x02({sidecar}{sidecar}t."));
    let npy = b"\x93NUMPY\x01\0\x36\0{'descr': '|O', 'fortran_order': False, 'shape': (3,)}K\x01.";
    let input = [&program[..], npy].concat();
    let files = HashMap::from([("x_01.npy".to_owned(), program.len()..input.len())]);
    let error = Options::new().with_inline(&Joblib::with_sidecars(files)).parse(&input[..]).unwrap_err();
    assert!(error.to_string().contains("two arrays are said to be in the file 'x_01.npy'"), "{error}");
}

#[test]
fn packed_files_beside_have_their_shape_in_the_pickle() {
    let state = format!("(K\x01K\x03\u{85}{}\u{89}t", DTYPE.replace("f8", "u1").replace('<', "|"));
    let attributes = [("filename", &*text("x_01.npy.z")), ("state", &state)];
    let program = raw(&format!("\u{80}\x02{}.", wrapper("ZNDArrayWrapper", &attributes)));
    let input = [&program[..], b"\x01\x02\x03"].concat();
    let files = HashMap::from([("x_01.npy.z".to_owned(), program.len()..input.len())]);
    let pickle = Options::new().with_inline(&Joblib::with_sidecars(files)).parse(&input[..]).unwrap();
    assert_eq!(pickle.root().to_array1::<u8>().unwrap().to_vec(), [1, 2, 3]);
}

#[test]
fn copies_of_joblib_in_other_libraries_are_joblib() {
    let program =
        numpy(DTYPE, ")", "C").replace("joblib.numpy_pickle", "sklearn.externals.joblib.numpy_pickle");
    let bytes =
        [raw(&format!("\u{80}\x02{program}")), 2.5_f64.to_le_bytes().to_vec(), b".".to_vec()].concat();
    assert_eq!(parse(&bytes).unwrap().root().to_array::<f64>().unwrap().sum(), 2.5);
    let other = program.replace("sklearn.externals.joblib", "myjoblib");
    assert!(error(&other, &[0; 8]).contains("opcode"));
}
