//! Masked arrays.

use unpickle_core::Value;
use unpickle_numpy::{Element, MaskedArray, NdArray};

use crate::pickles::*;
use crate::read;

fn flat<T: Element>(array: &NdArray<'_>) -> Vec<T> {
    let mut out = Vec::new();
    array.copy_native(0..array.len(), &mut out).unwrap();
    out
}

#[test]
fn a_mask_runs_the_way_of_its_data() {
    let array: MaskedArray = read(MASKED_F);
    assert_eq!(flat::<i64>(array.data()), [1, 2, 3, 3, 4, 5]);
    assert_eq!(flat::<bool>(array.mask()), [false, true, false, false, false, true]);
    assert!(array.fill_value().is_none());
    assert_eq!(array.class().unwrap().name(), "MaskedArray");
}

#[test]
fn the_mask_of_objects_follows_the_flag_though_their_list_does_not() {
    let array: MaskedArray = read(MASKED_OBJECTS_F);
    let cells: Vec<_> = array.data().objects().unwrap().iter().map(|cell| cell.as_i64().unwrap()).collect();
    assert_eq!(cells, [1, 2, 3, 4, 5, 6]);
    assert_eq!(flat::<bool>(array.mask()), [false, true, false, false, false, true]);
}

#[test]
fn masked_arrays_of_python_2_are_masked_arrays() {
    let array: MaskedArray = read(MASKED_PYTHON2);
    assert_eq!(flat::<i64>(array.data()), [1, 2, 3, 4]);
    assert_eq!(flat::<bool>(array.mask()), [false, true, false, false]);
    let fill: NdArray = array.fill_value().unwrap().extract().unwrap();
    assert_eq!(flat::<i64>(&fill), [9]);
}

#[test]
fn a_structure_has_a_mask_for_each_field() {
    let array: MaskedArray = read(MASKED_STRUCT);
    assert_eq!(array.mask().dtype().to_string(), "[('a', '?'), ('b', '?')]");
    let b = array.field("b").unwrap();
    assert_eq!((flat::<f64>(b.data()), flat::<bool>(b.mask())), (vec![2.0], vec![true]));
    let a = array.field("a").unwrap();
    assert_eq!((flat::<i32>(a.data()), flat::<bool>(a.mask())), (vec![1], vec![false]));
}

#[test]
fn the_masked_constant_is_a_hidden_number() {
    let array: MaskedArray = read(MASKED_CONSTANT);
    assert_eq!(array.data().ndim(), 0);
    assert_eq!(flat::<bool>(array.mask()), [true]);
    assert!(array.fill_value().map(Value::offset).is_none());
}
