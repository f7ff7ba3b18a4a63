//! Rows, slices, transposes, fields: views of the same bytes.

use unpickle_core::Pickle;
use unpickle_numpy::{Cell, Dtype, DynArray, Element, NdArray, ToArray};

use crate::pickles::*;
use crate::read;

fn flat<T: Element>(array: &NdArray<'_>) -> Vec<T> {
    let mut out = Vec::new();
    array.copy_native(0..array.len(), &mut out).unwrap();
    out
}

#[test]
fn a_row_of_a_block_is_a_column_whatever_the_order() {
    let block: NdArray = read(BLOCK_F);
    for i in 0..3 {
        let row = block.row(i).unwrap();
        let expected: Vec<f64> = (0..4).map(|j| (i * 4 + j) as f64).collect();
        assert_eq!(flat::<f64>(&row), expected);
        assert!(row.as_contiguous().is_none());
        let raw = row.raw().unwrap();
        assert_eq!((raw.offset, raw.strides), (i * 8, &[24_isize][..]));
        // In pieces, and of a slice.
        let mut pieces = Vec::<f64>::new();
        row.copy_native(0..1, &mut pieces).unwrap();
        row.copy_native(1..4, &mut pieces).unwrap();
        assert_eq!(pieces, expected);
        assert_eq!(flat::<f64>(&row.slice(1..3).unwrap()), expected[1..3]);
    }
    let error = block.row(3).unwrap_err().to_string();
    assert!(error.starts_with("no row 3 in a numpy array of shape (3, 4) at byte "), "{error}");
    assert!(block.slice(2..4).is_err());
    assert!(block.copy_native::<f64>(0..13, &mut Vec::new()).is_err());
    assert_eq!(flat::<f64>(&block.transposed()), flat::<f64>(&block.transposed().permuted(&[0, 1]).unwrap()));
    assert_eq!(block.transposed().as_contiguous().unwrap().len(), 96);
}

#[test]
fn bytes_are_copied_without_gaps() {
    let block: NdArray = read(BLOCK_F);
    let mut bytes = Vec::new();
    block.row(1).unwrap().copy_bytes(1..3, &mut bytes).unwrap();
    assert_eq!(bytes, [5.0_f64.to_le_bytes(), 6.0_f64.to_le_bytes()].concat());
    let mut bytes = Vec::new();
    read::<NdArray>(STRUCT).field("c").unwrap().copy_bytes(0..2, &mut bytes).unwrap();
    assert_eq!(bytes, b"x\0\0\0\0\0\0\0\0\0\0\0y\0\0\0z\0\0\0\0\0\0\0");
}

#[test]
fn fields_of_structures_are_strided_views() {
    let array: NdArray = read(STRUCT);
    assert_eq!(flat::<i32>(&array.field("a").unwrap()), [1, 2]);
    assert_eq!(flat::<f64>(&array.field("b").unwrap()), [2.5, -1.0]);
    assert_eq!(
        array.field("c").unwrap().cell(1),
        Some(Cell::Str(b"yz".to_vec(), unpickle_numpy::Text::Utf8))
    );
    assert!(array.field("d").is_err());

    let nested: NdArray = read(STRUCT_NESTED);
    assert_eq!(flat::<i16>(&nested.field("p").unwrap().field("y").unwrap()), [2]);
    assert_eq!(flat::<u8>(&nested.field("n").unwrap()), [3]);
    assert!(matches!(read(STRUCT), DynArray::Struct(_)));
}

#[test]
fn a_field_that_is_a_subarray_adds_its_axes() {
    let array: NdArray = read(STRUCT_ALIGNED);
    let field = array.field("b").unwrap();
    assert_eq!(field.shape(), [2, 2, 3]);
    assert_eq!(flat::<f64>(&field), (1..13).map(f64::from).collect::<Vec<_>>());
    assert_eq!(flat::<f64>(&field.row(1).unwrap().row(1).unwrap()), [10.0, 11.0, 12.0]);
    assert_eq!(
        flat::<f64>(&array.at(1).unwrap().field("b").unwrap()),
        (7..13).map(f64::from).collect::<Vec<_>>()
    );
}

#[test]
fn arrays_are_views_where_memory_allows_and_right_everywhere() {
    // The same pickles at eight places in memory: one of them has its doubles aligned.
    for pickle in [BLOCK_F, NO_DIMENSIONS] {
        let mut memory = vec![0_u64; pickle.len() / 8 + 3];
        let mut views = 0;
        for shift in 0..8 {
            let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut memory);
            bytes[shift..shift + pickle.len()].copy_from_slice(pickle);
            let pickle = Pickle::parse(&bytes[shift..shift + pickle.len()]).unwrap();
            let array: NdArray = pickle.root().extract().unwrap();
            let numbers = array.to_array::<f64>().unwrap();
            assert_eq!(numbers.is_view(), array.view::<f64>().is_some());
            views += usize::from(numbers.is_view());
            assert_eq!(numbers.iter().copied().collect::<Vec<_>>(), flat::<f64>(&array));
            let row = array.row(1).map(|row| row.to_array::<f64>().unwrap().is_view());
            assert!(row.is_err() || row.unwrap() == numbers.is_view());
        }
        assert_eq!(views, 1);
    }
}

#[test]
fn strides_may_be_zero_or_negative_and_must_stay_within_the_bytes() {
    let pickle = Pickle::parse(&b"N."[..]).unwrap();
    let bytes = [0, 1, 2, 3, 4, 5, 6, 7];
    let array = |shape: &[usize], strides: &[isize], offset| {
        NdArray::strided(pickle.root(), Dtype::uint(1), shape, strides, offset, &bytes)
    };
    let elements = |shape: &[usize], strides: &[isize], offset| {
        array(shape, strides, offset).unwrap().to_array::<u8>().unwrap().iter().copied().collect::<Vec<_>>()
    };
    assert_eq!(elements(&[2, 3], &[0, 1], 1), [1, 2, 3, 1, 2, 3]);
    assert_eq!(elements(&[3], &[-2], 7), [7, 5, 3]);
    assert_eq!(elements(&[2, 2], &[1, 4], 0), [0, 4, 1, 5]);
    assert_eq!(elements(&[], &[], 3), [3]);
    assert_eq!(elements(&[0, 9], &[100, 100], 99), []);
    assert_eq!(elements(&[1], &[1000], 7), [7]);
    for (shape, strides, offset) in [
        (&[9][..], &[1][..], 0),
        (&[1], &[1], 8),
        (&[2], &[-1], 0),
        (&[2, 2], &[1], 0),
        (&[2], &[isize::MAX], 0),
        (&[usize::MAX], &[0], 0),
        (&[1 << 40, 1 << 40], &[0, 0], 0),
        (&[1], &[1], usize::MAX),
    ] {
        assert!(array(shape, strides, offset).is_err(), "{shape:?} {strides:?} {offset}");
    }
    let error = array(&[1 << 30], &[0], 0).unwrap_err();
    assert!(error.is_limit(), "{error}");
}
