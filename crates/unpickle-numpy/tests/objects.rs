//! Arrays of Python objects.

use unpickle_core::Value;
use unpickle_numpy::{Cell, DynArray, NdArray};

use crate::pickles::*;
use crate::read;

fn ints(array: &NdArray<'_>) -> Vec<i64> {
    array.objects().unwrap().iter().map(|cell| cell.as_i64().unwrap()).collect()
}

#[test]
fn objects_are_in_c_order_whatever_the_flag_says() {
    let array: NdArray = read(OBJECTS_F);
    assert_eq!(array.shape(), [2, 3]);
    assert_eq!(ints(&array), [1, 2, 3, 4, 5, 6]);
    assert_eq!(ints(&array.row(1).unwrap()), [4, 5, 6]);
    assert_eq!(ints(&array.transposed()), [1, 4, 2, 5, 3, 6]);
    assert_eq!(ints(&array.transposed().row(2).unwrap()), [3, 6]);
    let objects = array.transposed().objects().unwrap();
    assert_eq!(objects.get(3).and_then(Value::as_i64), Some(5));
    assert_eq!(objects.range(1..3).map(|cell| cell.as_i64().unwrap()).collect::<Vec<_>>(), [4, 2]);
    assert_eq!(objects.range(5..100).count(), 1);
    assert!(objects.as_range().is_none());
    assert_eq!(array.row(1).unwrap().objects().unwrap().as_range().unwrap().1, 3..6);
}

#[test]
fn objects_are_the_values_themselves() {
    let array: NdArray = read(OBJECTS);
    let kinds: Vec<_> = array.objects().unwrap().iter().map(|cell| cell.kind().to_string()).collect();
    assert_eq!(kinds, ["int", "str", "None", "float"]);
    assert!(array.raw().is_none() && array.as_contiguous().is_none() && array.element(0).is_none());
    assert!(matches!(array.cell(3), Some(Cell::Object(x)) if x.as_f64() == Some(1.5)));
    assert!(array.copy_native::<f64>(0..4, &mut Vec::new()).is_err());
    assert!(array.copy_bytes(0..4, &mut Vec::new()).is_err());
    match array.to_dyn().unwrap() {
        DynArray::Object(cells) => assert_eq!(cells[[1]].as_str(), Some("a")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn fields_beside_objects_are_taken_from_tuples() {
    let array: NdArray = read(STRUCT_OBJECTS);
    let mut a = Vec::<i32>::new();
    array.field("a").unwrap().copy_native(0..2, &mut a).unwrap();
    assert_eq!(a, [1, 2]);
    let mut c = Vec::<f32>::new();
    array.field("c").unwrap().copy_native(0..2, &mut c).unwrap();
    assert_eq!(c, [2.5, -1.5]);
    let b = array.field("b").unwrap().objects().unwrap();
    assert_eq!(b.get(0).unwrap().as_str(), Some("x"));
    assert!(b.get(1).unwrap().is_none());

    let mut complex = Vec::<num_complex::Complex<f64>>::new();
    read::<NdArray>(STRUCT_OBJECTS_COMPLEX).field("a").unwrap().copy_native(0..1, &mut complex).unwrap();
    assert_eq!(complex, [num_complex::Complex::new(1.0, -2.0)]);
}

#[test]
fn long_lists_are_stepped_through_in_any_direction() {
    // 1,000 texts as 250 rows of 4, and transposed: runs of leaves, leaps among them.
    let mut bytes = b"\x80\x04](".to_vec();
    for i in 0..1000 {
        bytes.extend_from_slice(&[b"\x8c\x04", format!("{i:04}").as_bytes()].concat());
    }
    bytes.extend_from_slice(b"e.");
    let pickle = unpickle_core::Pickle::parse(bytes).unwrap();
    let cells = pickle.root().as_seq().unwrap();
    let text = |array: &NdArray<'_>| -> Vec<usize> {
        array.objects().unwrap().iter().map(|cell| cell.as_str().unwrap().parse().unwrap()).collect()
    };
    for shape in [[250, 4], [4, 250], [2, 500]] {
        let array =
            NdArray::from_objects(pickle.root(), unpickle_numpy::Dtype::object(), &shape, cells).unwrap();
        assert_eq!(text(&array), (0..1000).collect::<Vec<_>>());
        let [rows, columns] = shape;
        let transposed: Vec<usize> =
            (0..columns).flat_map(|j| (0..rows).map(move |i| i * columns + j)).collect();
        assert_eq!(text(&array.transposed()), transposed);
        let column: Vec<usize> = (0..rows).map(|i| i * columns + 3).collect();
        assert_eq!(text(&array.transposed().row(3).unwrap()), column);
    }
}
