//! What is written is read again: dtype, shape and bytes.

use ndarray::{Array, arr0, array};
use num_complex::Complex;
use unpickle_core::{EncodeOptions, Encoder, Pickle, Protocol, Result};
use unpickle_numpy::{ArrayEncoder, Dtype, DynArray, NdArray, NumpyNames, ToArray};

fn encoded(
    protocol: Protocol,
    memo: bool,
    names: NumpyNames,
    write: impl FnOnce(&mut ArrayEncoder, &mut Encoder<Vec<u8>>) -> Result<()>,
) -> Pickle {
    let mut out = EncodeOptions::new().with_protocol(protocol).with_memo(memo).encoder(Vec::new()).unwrap();
    write(&mut ArrayEncoder::new(names), &mut out).unwrap();
    Pickle::parse(out.finish().unwrap()).unwrap()
}

fn everywhere(
    write: impl Fn(&mut ArrayEncoder, &mut Encoder<Vec<u8>>) -> Result<()>,
    check: impl Fn(&Pickle),
) {
    for protocol in [Protocol::V0, Protocol::V1, Protocol::V2, Protocol::V3, Protocol::V4, Protocol::V5] {
        for memo in [false, true] {
            for names in [NumpyNames::Core, NumpyNames::UnderscoreCore] {
                check(&encoded(protocol, memo, names, &write));
            }
        }
    }
}

#[test]
fn numbers_of_either_byte_order_keep_their_values() {
    let data = Array::from_shape_fn((3, 4), |(i, j)| i as i32 * 1000 - j as i32);
    for code in ["<i4", ">i4"] {
        let dtype = Dtype::of_code(code).unwrap();
        everywhere(
            |arrays, out| arrays.array_as(out, &dtype, &data.view()),
            |pickle| {
                let array: NdArray = pickle.root().extract().unwrap();
                assert_eq!(array.dtype().typestr(), code);
                assert_eq!(array.to_array2::<i32>().unwrap(), data);
            },
        );
    }
    let data = array![Complex::new(1.0_f64, -2.0), Complex::new(0.5, 3.0)];
    let dtype = Dtype::of_code(">c16").unwrap();
    everywhere(
        |arrays, out| arrays.array_as(out, &dtype, &data.view()),
        |pickle| assert_eq!(pickle.root().to_array1::<Complex<f64>>().unwrap(), data),
    );
}

#[test]
fn fortran_order_strides_and_no_dimensions_keep_their_elements() {
    let data = Array::from_shape_fn((3, 4, 2), |(i, j, k)| (i * 100 + j * 10 + k) as f64);
    let views = [data.view(), data.t(), data.slice(ndarray::s![..;2, 1.., ..])];
    for view in views {
        everywhere(
            |arrays, out| arrays.array(out, &view),
            |pickle| assert_eq!(pickle.root().to_array3::<f64>().unwrap(), view),
        );
    }
    let zero = arr0(true);
    everywhere(
        |arrays, out| arrays.array(out, &zero.view()),
        |pickle| {
            let array: NdArray = pickle.root().extract().unwrap();
            assert_eq!((array.ndim(), array.len()), (0, 1));
            assert!(matches!(array.to_dyn().unwrap(), DynArray::Bool(_)));
        },
    );
    let empty = Array::<f32, _>::zeros((0, 3));
    everywhere(
        |arrays, out| arrays.array(out, &empty.view()),
        |pickle| assert_eq!(pickle.root().extract::<NdArray>().unwrap().shape(), [0, 3]),
    );
}

#[test]
fn dtypes_are_written_once() {
    let pickle = encoded(Protocol::V4, false, NumpyNames::Core, |arrays, out| {
        out.begin_list(2)?;
        arrays.array(out, &array![1_u8, 2].view())?;
        arrays.array(out, &array![3_u8].view())?;
        out.end().map(drop)
    });
    let arrays: Vec<NdArray> = pickle.root().extract().unwrap();
    assert_eq!(arrays[1].to_array1::<u8>().unwrap(), array![3]);
    let bytes = pickle.input();
    assert_eq!(bytes.windows(5).filter(|bytes| bytes == b"dtype").count(), 1);
}

#[test]
fn large_arrays_stand_outside_the_frames() {
    let data = Array::from_iter(0..100_000_i64);
    everywhere(
        |arrays, out| arrays.array(out, &data.view()),
        |pickle| assert_eq!(pickle.root().to_array1::<i64>().unwrap(), data),
    );
}

#[test]
fn elements_of_another_dtype_and_wrong_lengths_are_refused() {
    let mut out = Encoder::new(Vec::new(), Protocol::DEFAULT).unwrap();
    let mut arrays = ArrayEncoder::new(NumpyNames::Core);
    let error = arrays.array_as(&mut out, &Dtype::float(8), &array![1_i64].view()).unwrap_err();
    assert_eq!(error.to_string(), "int64 are no elements of a numpy array of float64");
    for bytes in [&[0; 7][..], &[0; 9]] {
        let mut out = Encoder::new(Vec::new(), Protocol::DEFAULT).unwrap();
        let mut arrays = ArrayEncoder::new(NumpyNames::Core);
        let wrong = arrays.raw(&mut out, &Dtype::float(8), &[1], false, |out| Ok(out.write_all(bytes)?));
        assert!(wrong.is_err());
    }
}

/// Arrays in the values of a dict or list, and the value itself.
fn arrays(pickle: &Pickle) -> Vec<NdArray<'_>> {
    let root = pickle.root();
    let mut values = vec![root];
    values.extend(root.as_seq().into_iter().flat_map(|seq| seq.iter().collect::<Vec<_>>()));
    values.extend(
        root.as_dict().into_iter().flat_map(|dict| dict.iter().map(|(_, value)| value).collect::<Vec<_>>()),
    );
    values.into_iter().filter_map(|value| value.extract().ok()).collect()
}

fn bytes(array: &NdArray<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    array.copy_bytes(0..array.len(), &mut bytes).unwrap();
    bytes
}

#[test]
fn the_arrays_of_the_fixtures_are_the_same_again() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/numpy");
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "pkl") {
            continue;
        }
        let pickle = Pickle::parse(std::fs::read(&path).unwrap()).unwrap();
        for array in arrays(&pickle).into_iter().filter(|array| array.objects().is_none()) {
            everywhere(
                |arrays, out| arrays.nd_array(out, &array),
                |pickle| {
                    let again: NdArray = pickle.root().extract().unwrap();
                    assert_eq!(again.dtype(), array.dtype(), "{}", path.display());
                    assert_eq!(again.dtype().is_aligned(), array.dtype().is_aligned());
                    assert_eq!(again.dtype().is_record(), array.dtype().is_record());
                    assert_eq!((again.shape(), bytes(&again)), (array.shape(), bytes(&array)));
                },
            );
            count += 1;
        }
    }
    assert!(count > 100, "{count}");
}

#[test]
fn flags_of_aligned_structures_fit_a_signed_byte_for_numpy_1() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/numpy/structured-p5-2.4.6.pkl");
    let pickle = Pickle::parse(std::fs::read(folder).unwrap()).unwrap();
    let aligned: Vec<Dtype> =
        arrays(&pickle).iter().map(|array| array.dtype().clone()).filter(Dtype::is_aligned).collect();
    assert!(!aligned.is_empty());
    for dtype in aligned {
        for (names, expected) in [(NumpyNames::Core, -112..0), (NumpyNames::UnderscoreCore, 144..256)] {
            let pickle = encoded(Protocol::V4, true, names, |arrays, out| arrays.dtype(out, &dtype));
            let state = pickle.root().as_object().unwrap().state().unwrap();
            let flags = state.as_tuple().unwrap().get(7).unwrap().as_i64().unwrap();
            assert!(expected.contains(&flags), "{flags}");
        }
    }
}
