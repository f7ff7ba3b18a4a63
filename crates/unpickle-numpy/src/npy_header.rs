//! [`NpyHeader`]: what stands in front of the bytes of a `.npy` file, by `numpy/lib/format.py`.
//!
//! ```text
//! \x93NUMPY  version (two bytes)  length (two bytes; four from version 2.0 on)  header (Latin-1; UTF-8 in 3.0)
//! ```
//!
//! The header is the literal of a dict with three keys, padded with blanks.

use unpickle_core::{Category, Error, Result};

use crate::dtype::Dtype;
use crate::layout::MAX_AXES;
use crate::literal::{Literal, Trouble};
use crate::npy_dtype;

const MAGIC: &[u8] = b"\x93NUMPY";

/// Longest header that is read, in bytes: what the dtype of most fields takes. (numpy itself stops at 10,000, unless it
/// is told that the file can be trusted.)
const MAX_HEADER: usize = 4 << 20;

/// What the header of a `.npy` file says.
///
/// ```
/// use unpickle_numpy::NpyHeader;
///
/// let bytes = b"\x93NUMPY\x01\0\x37\0{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}";
/// let header = NpyHeader::read(bytes)?;
/// assert_eq!(header.dtype().to_string(), "float64");
/// assert_eq!(header.shape(), [3]);
/// assert_eq!(header.end(), bytes.len());
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct NpyHeader {
    text: String,
    said: Said,
    end: usize,
}

/// The three things that a header says.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) dtype: Dtype,
    pub(crate) fortran: bool,
    pub(crate) shape: Vec<usize>,
}

impl NpyHeader {
    /// How many bytes the header takes, from the first of the file; all of them are needed to
    /// [read](NpyHeader::read) it. `start` are the first bytes of the file, twelve at least.
    ///
    /// # Errors
    ///
    /// The bytes are not those of a `.npy` file, or of a version that numpy never wrote.
    pub fn length(start: &[u8]) -> Result<usize> {
        preamble(start).map(|(_, begin, length)| begin + length)
    }

    /// Reads the header at the start of the bytes of a file.
    ///
    /// # Errors
    ///
    /// The bytes are not those of a `.npy` file, or the header is cut short, or says no dtype and shape.
    pub fn read(bytes: &[u8]) -> Result<NpyHeader> {
        let (version, begin, length) = preamble(bytes)?;
        let header = bytes.get(begin..begin + length).ok_or_else(|| cut_short(bytes))?;
        let text = match version {
            3 => match std::str::from_utf8(header) {
                Ok(text) => text.to_owned(),
                Err(error) => {
                    let at = (begin + error.valid_up_to()) as u64;
                    return Err(Error::at(Category::Data, at, "a .npy header that is no UTF-8"));
                }
            },
            _ => header.iter().map(|&byte| char::from(byte)).collect(),
        };
        let said = Said::parse(&text)
            .map_err(|trouble| Error::at(Category::Data, (begin + trouble.at) as u64, trouble.what))?;
        let text = text.trim_end().to_owned();
        Ok(NpyHeader { text, said, end: begin + length })
    }

    /// What the elements are.
    pub fn dtype(&self) -> &Dtype {
        &self.said.dtype
    }

    /// How many elements along each axis.
    pub fn shape(&self) -> &[usize] {
        &self.said.shape
    }

    /// Whether the bytes run with the first axis fastest.
    pub fn is_fortran(&self) -> bool {
        self.said.fortran
    }

    /// How many bytes the elements take; for objects, whose pickle may be of any length, and beyond memory, `None`.
    pub fn data_len(&self) -> Option<usize> {
        let Said { dtype, shape, .. } = &self.said;
        let size = shape.iter().try_fold(dtype.itemsize(), |size, &len| size.checked_mul(len))?;
        (!dtype.has_object()).then_some(size)
    }

    pub(crate) fn said(self) -> Said {
        self.said
    }

    /// The header as it is written, without the blanks behind it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first byte behind the header: where those of the elements begin, or the pickle of objects.
    pub fn end(&self) -> usize {
        self.end
    }
}

/// Version, first byte and length of the header.
fn preamble(bytes: &[u8]) -> Result<(u8, usize, usize)> {
    let (version, begin, length) = lengths(bytes)?;
    if length > MAX_HEADER {
        let message = format!("a .npy header of {length} bytes, of at most {MAX_HEADER}");
        return Err(Error::at(Category::Limit, 8, message));
    }
    Ok((version, begin, length))
}

fn lengths(bytes: &[u8]) -> Result<(u8, usize, usize)> {
    let rest = bytes
        .strip_prefix(MAGIC)
        .ok_or_else(|| Error::at(Category::Data, 0, "expected the \\x93NUMPY that begins a .npy file"))?;
    match *rest {
        [1, 0, a, b, ..] => Ok((1, 10, usize::from(u16::from_le_bytes([a, b])))),
        [version @ (2 | 3), 0, a, b, c, d, ..] => {
            let length = u32::from_le_bytes([a, b, c, d]);
            Ok((version, 12, usize::try_from(length).unwrap_or(usize::MAX)))
        }
        [major, minor, _, _, ..] if !matches!((major, minor), (1..=3, 0)) => {
            let message = format!("a .npy file of version {major}.{minor} is not supported");
            Err(Error::at(Category::Unsupported, 6, message))
        }
        _ => Err(cut_short(bytes)),
    }
}

#[cold]
fn cut_short(bytes: &[u8]) -> Error {
    Error::at(Category::Eof, bytes.len() as u64, "the header of the .npy file is cut short")
}

impl Said {
    /// Takes the text of a header apart.
    pub(crate) fn parse(text: &str) -> std::result::Result<Said, Trouble> {
        let header = Literal::parse(text).map_err(|trouble| Trouble {
            at: trouble.at,
            what: format!("in the header of a .npy file: {}", trouble.what),
        })?;
        let lacks = |what: &str| Trouble { at: 0, what: format!("a .npy header without {what}") };
        let wrong = |what: String| Trouble { at: 0, what: format!("a .npy header with {what}") };
        let descr = header.get("descr").ok_or_else(|| lacks("a 'descr'"))?;
        let fortran = match header.get("fortran_order") {
            Some(Literal::Bool(fortran)) => *fortran,
            _ => return Err(lacks("a 'fortran_order' of True or False")),
        };
        let shape = header.get("shape").ok_or_else(|| lacks("a 'shape'"))?;
        let shape = match shape {
            Literal::Tuple(_) => npy_dtype::shape_of(shape).map_err(wrong)?,
            _ => return Err(lacks("a 'shape' that is a tuple")),
        };
        if shape.len() > MAX_AXES {
            return Err(wrong(format!("{} dimensions, of at most {MAX_AXES}", shape.len())));
        }
        Ok(Said { dtype: npy_dtype::read(descr).map_err(wrong)?, fortran, shape })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(bytes: &[u8]) -> String {
        NpyHeader::read(bytes).unwrap_err().to_string()
    }

    fn version_1(header: &str) -> Vec<u8> {
        [b"\x93NUMPY\x01\0", &u16::try_from(header.len()).unwrap().to_le_bytes()[..], header.as_bytes()]
            .concat()
    }

    #[test]
    fn every_version_is_read() {
        let text = "{'descr': [('\u{e9}', '<i2')], 'fortran_order': True, 'shape': (2, 3), }   \n";
        let latin1: Vec<u8> = text.chars().map(|char| char as u8).collect();
        let (short, long) = (latin1.len() as u16, text.len() as u32);
        for bytes in [
            [b"\x93NUMPY\x01\0", &short.to_le_bytes()[..], &latin1].concat(),
            [b"\x93NUMPY\x02\0", &u32::from(short).to_le_bytes()[..], &latin1].concat(),
            [b"\x93NUMPY\x03\0", &long.to_le_bytes()[..], text.as_bytes()].concat(),
        ] {
            assert_eq!(NpyHeader::length(&bytes[..12]).unwrap(), bytes.len());
            let header = NpyHeader::read(&bytes).unwrap();
            assert_eq!(header.dtype().to_string(), "[('\u{e9}', '<i2')]");
            assert_eq!((header.shape(), header.is_fortran(), header.end()), (&[2, 3][..], true, bytes.len()));
            assert_eq!(header.text(), text.trim_end());
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_byte() {
        assert_eq!(error(b"PK"), "expected the \\x93NUMPY that begins a .npy file at byte 0");
        assert_eq!(error(b"\x93NUMPY\x04\0\0\0"), "a .npy file of version 4.0 is not supported at byte 6");
        assert_eq!(error(b"\x93NUMPY\x01"), "the header of the .npy file is cut short at byte 7");
        assert_eq!(error(b"\x93NUMPY\x01\0\xff\xff{"), "the header of the .npy file is cut short at byte 11");
        assert_eq!(
            error(b"\x93NUMPY\x02\0\xff\xff\0\0{"),
            "the header of the .npy file is cut short at byte 13"
        );
        assert_eq!(
            error(b"\x93NUMPY\x02\0\xff\xff\xff\xff{"),
            "a .npy header of 4294967295 bytes, of at most 4194304 at byte 8"
        );
        assert_eq!(error(b"\x93NUMPY\x03\0\x02\0\0\0'\xff"), "a .npy header that is no UTF-8 at byte 13");
        assert_eq!(
            error(&version_1("{")),
            "in the header of a .npy file: expected a literal, found its end at byte 11"
        );
        assert_eq!(error(&version_1("{}")), "a .npy header without a 'descr' at byte 10");
        let with_shape = |shape: &str| {
            error(&version_1(&format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}")))
        };
        assert_eq!(with_shape("3"), "a .npy header without a 'shape' that is a tuple at byte 10");
        assert_eq!(with_shape("(-3,)"), "a .npy header with a shape with an axis of length -3 at byte 10");
        assert!(with_shape(&format!("({})", "1,".repeat(65))).contains("65 dimensions, of at most 64"));
    }
}
