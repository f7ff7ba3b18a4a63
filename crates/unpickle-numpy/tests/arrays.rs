//! Spellings, orders and types of numbers.

use ndarray::{Array3, arr1};
use num_complex::Complex;
use unpickle_core::{Options, Pickle, Value};
use unpickle_numpy::{DtypeKind, DynArray, Element, LongDoubleFormat, NdArray, ToArray, Unit};

use crate::pickles::*;
use crate::{read, root};

fn numbers<T: Element>(value: Option<Value<'_>>) -> Vec<T> {
    value.unwrap().to_array::<T>().unwrap().into_iter().collect()
}

#[test]
fn every_number_of_either_byte_order_is_read_exactly() {
    for pickle in [NUMBERS_LITTLE, NUMBERS_BIG, NUMBERS_BUFFERS] {
        let list = root(pickle);
        assert_eq!(numbers::<i8>(list.get(0)), [0, 1, 100]);
        assert_eq!(numbers::<i16>(list.get(1)), [0, 1, 100]);
        assert_eq!(numbers::<i32>(list.get(2)), [0, 1, 100]);
        assert_eq!(numbers::<i64>(list.get(3)), [0, 1, 100]);
        assert_eq!(numbers::<u8>(list.get(4)), [0, 1, 100]);
        assert_eq!(numbers::<u16>(list.get(5)), [0, 1, 100]);
        assert_eq!(numbers::<u32>(list.get(6)), [0, 1, 100]);
        assert_eq!(numbers::<u64>(list.get(7)), [0, 1, 100]);
        assert_eq!(numbers::<half::f16>(list.get(8)), [0.0, 1.0, 100.0].map(half::f16::from_f64));
        assert_eq!(numbers::<f32>(list.get(9)), [0.0, 1.0, 100.0]);
        assert_eq!(numbers::<f64>(list.get(10)), [0.0, 1.0, 100.0]);
        assert_eq!(numbers::<Complex<f32>>(list.get(11)), [0.0, 1.0, 100.0].map(|re| Complex::new(re, 0.0)));
        assert_eq!(numbers::<Complex<f64>>(list.get(12)), [0.0, 1.0, 100.0].map(|re| Complex::new(re, 0.0)));
    }
    assert_eq!(numbers::<bool>(Some(root(BOOLS))), [true, false, true]);
}

#[test]
fn c_f_and_k_order_mean_the_same_elements() {
    let expected = Array3::from_shape_fn((2, 3, 4), |(i, j, k)| (i * 12 + j * 4 + k) as i16).into_dyn();
    for pickle in [ORDER_C, ORDER_F, ORDER_K, ORDER_F_STATE] {
        let array: NdArray = read(pickle);
        assert_eq!(array.to_array::<i16>().unwrap(), expected);
        let mut flat = Vec::<i16>::new();
        array.copy_native(0..24, &mut flat).unwrap();
        assert_eq!(flat, (0..24).collect::<Vec<_>>());
        assert_eq!(array.as_contiguous().is_some(), pickle == ORDER_C);
        assert!(array.class().is_none());
    }
}

#[test]
fn arrays_of_no_dimensions_and_of_no_elements_are_arrays() {
    let array: NdArray = read(NO_DIMENSIONS);
    assert_eq!((array.ndim(), array.len()), (0, 1));
    assert_eq!(array.to_array::<f64>().unwrap()[[]], 2.5);
    for pickle in [EMPTY, EMPTY_BUFFER] {
        let array: NdArray = read(pickle);
        assert_eq!((array.shape(), array.len()), (&[0, 3][..], 0));
        assert_eq!(array.to_array::<f64>().unwrap().shape(), [0, 3]);
        assert_eq!(array.as_contiguous(), Some(&[][..]));
        assert!(array.row(0).is_err());
    }
    let array: NdArray = read(NO_STATE);
    assert_eq!((array.shape(), array.dtype().to_string().as_str()), (&[0][..], "int8"));
}

#[test]
fn spellings_of_numpy_1_and_python_2_are_the_same_arrays() {
    for pickle in [PYTHON2_F_0, PYTHON2_F_2, NUMPY1, NUMPY1_BUFFER] {
        let array: NdArray = read(pickle);
        assert_eq!(array.shape(), [2, 3]);
        let mut flat = Vec::<i64>::new();
        array.copy_native(0..6, &mut flat).unwrap();
        assert_eq!(flat, [0, 1, 2, 3, 4, 5]);
    }
    let array: NdArray = read(PYTHON2_STRUCT);
    let mut a = Vec::<i32>::new();
    array.field("a").unwrap().copy_native(0..1, &mut a).unwrap();
    assert_eq!(a, [1]);
}

#[test]
fn subclasses_are_arrays_and_keep_their_class() {
    let class = |pickle| {
        let class = read::<NdArray>(pickle).class().unwrap();
        format!("{}.{}", class.module(), class.name())
    };
    assert_eq!(class(CHARARRAY_OLD), "numpy.core.defchararray.chararray");
    assert_eq!(class(CHARARRAY), "numpy.char.chararray");
    assert_eq!(class(MATRIX), "numpy.matrix");
    assert_eq!(class(RECARRAY), "numpy.rec.recarray");
    assert_eq!(class(MEMMAP), "numpy.memmap");
    assert!(read::<NdArray>(RECARRAY).dtype().is_record());
}

#[test]
fn states_of_version_0_and_of_subclasses_hold_the_same_array() {
    for pickle in [VERSION_0, PAIR_STATE, TRIPLE_STATE, SIX_STATE] {
        assert_eq!(root(pickle).to_array::<f64>().unwrap(), arr1(&[1.5, 2.5]).into_dyn());
    }
    assert!(read::<NdArray>(VERSION_0).own_state().is_none());
    assert_eq!(read::<NdArray>(PAIR_STATE).own_state().unwrap().get(0).unwrap().as_str(), Some("own"));
    assert_eq!(read::<NdArray>(SIX_STATE).own_state().unwrap().get("unit").unwrap().as_str(), Some("m"));
}

#[test]
fn buffers_may_lie_outside_of_the_pickle() {
    let bytes: Vec<u8> = [1.5_f64, 2.5, 3.5].iter().flat_map(|x| x.to_le_bytes()).collect();
    let pickle = Options::new().with_buffers(vec![bytes.into()]).parse(OUT_OF_BAND).unwrap();
    assert_eq!(pickle.root().to_array::<f64>().unwrap(), arr1(&[1.5, 2.5, 3.5]).into_dyn());
}

#[test]
fn another_dtype_is_an_error_that_names_both() {
    let error = root(NUMBERS_BIG).get(2).unwrap().to_array::<f32>().unwrap_err();
    let text = "expected a numpy array whose numbers float32 holds, found one of >i4 and shape (3,) (`to_array_lossy` \
                rounds) at byte ";
    assert!(error.to_string().starts_with(text), "{error}");
    let error = root(STRUCT).to_array::<f64>().unwrap_err().to_string();
    assert!(error.contains("found one of structures of 3 fields and shape (2,)"), "{error}");
}

#[test]
fn datetimes_are_ticks_of_their_unit() {
    use Unit::*;
    let units =
        [Year, Month, Week, Day, Hour, Minute, Second, Millisecond, Microsecond, Nanosecond, Picosecond];
    for (value, unit) in root(DATETIMES).iter().zip(units.into_iter().chain([Femtosecond, Attosecond])) {
        let array: NdArray = value.extract().unwrap();
        assert_eq!(array.dtype().time_unit().unwrap(), unpickle_numpy::TimeUnit { unit, count: 1 });
        assert!(matches!(array.dtype().kind(), DtypeKind::Datetime(_)));
        assert_eq!(numbers::<i64>(Some(value)), [7, i64::MIN]);
    }
    let shown: Vec<String> =
        root(TIMEDELTAS).iter().map(|v| v.extract::<NdArray>().unwrap().dtype().to_string()).collect();
    assert_eq!(shown, ["timedelta64[25s]", ">m8[7D]", "timedelta64"]);
    assert_eq!(numbers::<i64>(root(TIMEDELTAS).get(1)), [7, i64::MIN]);
    assert_eq!(read::<NdArray>(DATETIME_PYTHON2).dtype().to_string(), "datetime64[25s]");
}

#[test]
fn long_doubles_are_rounded_and_say_so() {
    for pickle in [LONG_DOUBLE, LONG_DOUBLE_BIG] {
        let array: NdArray = read(pickle);
        assert_eq!(array.long_double_format(), LongDoubleFormat::X87);
        let mut out = Vec::new();
        assert!(array.copy_long_double(0..2, &mut out).unwrap());
        assert!(!array.copy_long_double(2..3, &mut out).unwrap());
        assert!(array.copy_long_double(3..5, &mut out).unwrap());
        assert_eq!(out, [1.0, -2.5, 1.0, f64::INFINITY, 0.0]);
    }
    match read(COMPLEX_LONG_DOUBLE) {
        DynArray::ComplexLongDouble { values, exact } => {
            assert!(exact);
            assert_eq!(values[[0]], Complex::new(1.0, -2.0));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn quadruple_long_doubles_are_told_from_x87_by_their_numbers() {
    let array: NdArray = read(QUAD);
    assert_eq!(array.long_double_format(), LongDoubleFormat::Quad);
    let mut out = Vec::new();
    assert!(!array.copy_long_double(0..3, &mut out).unwrap());
    assert_eq!(out, [1.0, -2.5, 1.0]);
    // A row is read as the whole array is, though its number alone could be either.
    assert_eq!(array.row(0).unwrap().long_double_format(), LongDoubleFormat::Quad);
    let mut out = Vec::new();
    assert!(read::<NdArray>(QUAD_ONES).copy_long_double(0..2, &mut out).unwrap());
    assert_eq!(out, [1.0, 1.0]);
}

#[test]
fn numbers_are_widened_where_that_is_exact() {
    let value = root(NUMBERS_BIG).get(2).unwrap();
    assert_eq!(value.to_array::<i32>().unwrap(), arr1(&[0, 1, 100]).into_dyn());
    assert_eq!(value.to_array1::<i64>().unwrap(), arr1(&[0, 1, 100]));
    assert_eq!(value.to_array1::<f64>().unwrap(), arr1(&[0.0, 1.0, 100.0]));
    assert_eq!(value.to_array_lossy::<u8>().unwrap(), arr1(&[0, 1, 100]).into_dyn());
    assert_eq!(value.to_array_lossy::<bool>().unwrap(), arr1(&[false, true, true]).into_dyn());
    let error = value.to_array2::<f64>().unwrap_err().to_string();
    assert!(
        error.starts_with("expected a numpy array of 2 axes, found one of >i4 and shape (3,)"),
        "{error}"
    );
}

#[test]
fn owned_arrays_outlive_the_pickle() {
    let owned: DynArray<'static> = {
        let pickle = Pickle::parse(NUMBERS_BIG.to_vec()).unwrap();
        pickle.root().get(2).unwrap().extract::<DynArray>().unwrap().into_owned().unwrap()
    };
    assert!(matches!(owned, DynArray::Int32(numbers) if numbers == arr1(&[0, 1, 100]).into_dyn()));
    let text = read::<DynArray>(STRUCT).into_owned().unwrap_err().to_string();
    assert!(text.starts_with("a structured array outlives its pickle field by field"), "{text}");
}
