//! `array.array`, as protocol 3 and later write it.

use unpickle_core::Object;
use unpickle_numpy::{Dtype, NdArray};

/// numpy's codes of the machine formats of `array.array`, from 0 on; UTF-16 has none.
const FORMATS: [&str; 22] = [
    "u1", "i1", "<u2", ">u2", "<i2", ">i2", "<u4", ">u4", "<i4", ">i4", "<u8", ">u8", "<i8", ">i8", "<f4",
    ">f4", "<f8", ">f8", "", "", "<U1", ">U1",
];

/// `_array_reconstructor (cls, typecode, machine format, bytes)`. The format counts: a `long` has 4 bytes on one
/// system and 8 on another.
pub(crate) fn array(object: Object<'_>) -> Option<NdArray<'_>> {
    let code = FORMATS.get(object.arg(2)?.as_usize()?)?;
    let bytes = object.arg(3)?.as_bytes()?;
    let dtype = Dtype::of_code(code)?;
    // numpy would take a character NUL for padding.
    if code.ends_with("U1") && bytes.chunks(4).any(|char| char == [0; 4]) {
        return None;
    }
    let len = bytes.len().checked_div(dtype.itemsize())?;
    NdArray::from_bytes(object.value(), dtype, &[len], bytes).ok()
}

#[cfg(test)]
mod tests {
    use crate::stdlib::Std;
    use crate::stdlib::tests::with;

    #[test]
    fn an_array_is_read_by_its_machine_format() {
        // array.array("l", [-2]) of a big-endian machine with longs of 4 bytes
        let bytes =
            b"\x80\x03carray\n_array_reconstructor\n(carray\narray\nX\x01\0\0\0lK\x09C\x04\xff\xff\xff\xfetR.";
        with(bytes, |found| match found {
            Some(Std::Array(array)) => {
                assert_eq!(array.dtype().to_string(), ">i4");
                assert_eq!(array.cell(0), Some(unpickle_numpy::Cell::Int(-2)));
            }
            other => panic!("{other:?}"),
        });
        // Half an element.
        let bytes =
            b"\x80\x03carray\n_array_reconstructor\n(carray\narray\nX\x01\0\0\0lK\x09C\x03\xff\xff\xfetR.";
        with(bytes, |found| assert!(found.is_none(), "{found:?}"));
    }
}
