//! Arrays of text and bytes.

use unpickle_numpy::{Cell, DynArray, NdArray, Text, bytes_cell, str_cell};

use crate::pickles::*;
use crate::read;

#[test]
fn bytes_lose_their_padding_and_nothing_else() {
    let array: NdArray = read(BYTES);
    assert_eq!(array.dtype().to_string(), "|S3");
    let mut cells = Vec::new();
    array.for_each_element(0..3, |cell| cells.push(bytes_cell(cell))).unwrap();
    assert_eq!(cells, [&b"a"[..], b"", b"b\0c"]);
    match read(BYTES) {
        DynArray::Bytes(cells) => assert_eq!(*cells[[2]], *b"b\0c"),
        other => panic!("{other:?}"),
    }
    match read(VOID) {
        DynArray::Void(cells) => assert_eq!(*cells[[0]], *b"abcd"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn text_of_either_byte_order_is_utf8() {
    for pickle in [STR_LITTLE, STR_BIG] {
        let array: NdArray = read(pickle);
        let mut text = Vec::new();
        let big_endian = array.dtype().is_big_endian();
        array
            .for_each_element(0..3, |cell| {
                assert_eq!(str_cell(cell, big_endian, &mut text), Text::Utf8);
                text.push(b'|');
            })
            .unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "a||é😀|");
        match array.to_dyn().unwrap() {
            DynArray::Str(cells) => assert_eq!(cells.iter().collect::<Vec<_>>(), ["a", "", "é😀"]),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(read::<NdArray>(STR_BIG).dtype().to_string(), ">U2");
}

#[test]
fn lone_surrogates_are_kept_as_python_encodes_them() {
    let array: NdArray = read(SURROGATE);
    assert_eq!(array.cell(0), Some(Cell::Str(b"\xed\xa0\x80".to_vec(), Text::Surrogates)));
    assert!(array.to_dyn().is_err());
}
