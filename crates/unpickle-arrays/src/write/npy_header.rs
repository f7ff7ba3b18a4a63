//! What stands before the elements in an `.npy` file.
//!
//! Byte for byte as numpy writes it (`numpy/lib/_format_impl.py`): the magic, the version, a Python dict, and spaces up
//! to a multiple of 64. Version 1.0 where it does: 2.0 for longer headers, 3.0 for names that are not Latin-1.

use std::fmt::Write as _;

use unpickle_core::{Category, Error, Result};
use unpickle_numpy::Dtype;

/// Where the elements begin is a multiple of this.
const ALIGN: usize = 64;
/// numpy leaves room for so many digits of the axis that grows.
const GROWTH: usize = 21;

/// The header of an array whose elements follow in column-major order, or else in row-major order.
pub(super) fn header(dtype: &Dtype, fortran: bool, shape: &[usize]) -> Result<Vec<u8>> {
    let no_spelling = || Error::message(Category::Unsupported, format!("numpy has no spelling for {dtype}"));
    let descr = dtype.descr().ok_or_else(no_spelling)?;
    let (bool, axes) = (if fortran { "True" } else { "False" }, shape.iter().map(usize::to_string));
    let mut dict = format!("{{'descr': {descr}, 'fortran_order': {bool}, 'shape': (");
    dict.push_str(&axes.collect::<Vec<_>>().join(", "));
    dict.push_str(if shape.len() == 1 { ",), }" } else { "), }" });
    let grows = if fortran { shape.last() } else { shape.first() };
    if let Some(len) = grows {
        let room = GROWTH.saturating_sub(len.to_string().len());
        // Writing to a String does not fail.
        let _ = write!(dict, "{:room$}", "");
    }
    if let Some(latin1) = latin1(&dict) {
        let wrapped = wrap(&latin1, 1, 2).or_else(|| wrap(&latin1, 2, 4));
        return wrapped.ok_or_else(no_spelling);
    }
    wrap(dict.as_bytes(), 3, 4).ok_or_else(no_spelling)
}

fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(c).ok()).collect()
}

/// Magic, version, length in so many bytes, dict, padding; `None` if the length does not fit.
fn wrap(dict: &[u8], version: u8, length_bytes: usize) -> Option<Vec<u8>> {
    let before = 8 + length_bytes;
    // There is always some padding, as numpy has it.
    let end = before.checked_add(dict.len())?.checked_add(1)?;
    let padding = ALIGN - end % ALIGN;
    let length = (end - before).checked_add(padding)?;
    let digits = u32::try_from(length).ok()?.to_le_bytes();
    let (kept, cut) = digits.split_at_checked(length_bytes)?;
    if cut.iter().any(|&byte| byte != 0) {
        return None;
    }
    let mut header = Vec::with_capacity(end.checked_add(padding)?);
    header.extend_from_slice(b"\x93NUMPY");
    header.extend_from_slice(&[version, 0]);
    header.extend_from_slice(kept);
    header.extend_from_slice(dict);
    header.resize(header.len().checked_add(padding)?, b' ');
    header.push(b'\n');
    Some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(dtype: &str, fortran: bool, shape: &[usize]) -> String {
        let header = header(&Dtype::of_code(dtype).unwrap(), fortran, shape).unwrap();
        assert_eq!(header.len() % ALIGN, 0);
        assert_eq!(header.last(), Some(&b'\n'));
        assert_eq!(header.get(..8), Some(&b"\x93NUMPY\x01\0"[..]));
        String::from_utf8(header.get(10..).unwrap().to_vec()).unwrap().trim_end().to_owned()
    }

    #[test]
    fn the_dict_is_as_python_prints_it() {
        assert_eq!(text("<f8", false, &[3]), "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }");
        assert_eq!(text(">i2", true, &[2, 3]), "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }");
        assert_eq!(text("|b1", false, &[]), "{'descr': '|b1', 'fortran_order': False, 'shape': (), }");
        assert_eq!(
            text("<M8[ns]", false, &[0, 3]),
            "{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (0, 3), }"
        );
    }

    #[test]
    fn the_version_is_the_lowest_that_holds_the_header() {
        assert_eq!(wrap(&[b' '; 100], 1, 2).unwrap().get(6), Some(&1));
        assert_eq!(wrap(&vec![b' '; 1 << 16], 1, 2), None);
        let long = wrap(&vec![b' '; 1 << 16], 2, 4).unwrap();
        assert_eq!((long.get(6), long.len() % ALIGN), (Some(&2), 0));
        assert_eq!(latin1("é€"), None);
        assert_eq!(latin1("é"), Some(vec![0xe9]));
    }
}
