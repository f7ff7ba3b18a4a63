//! Rust types of your own, from pickles and to pickles, by [`serde`](https://serde.rs).
//!
//! ```
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct Student<'a> {
//!     name: &'a str,
//!     marks: Vec<f64>,
//!     tutor: Option<u32>,
//! }
//!
//! let ada = Student { name: "Ada", marks: vec![1.0, 1.3], tutor: None };
//! let bytes = unpickle_core::serde::to_vec(&ada)?;
//! assert_eq!(unpickle_core::serde::from_slice::<Student>(&bytes)?, ada);
//! # Ok::<(), unpickle_core::Error>(())
//! ```
//!
//! # What becomes what
//!
//! | Rust | Python |
//! |---|---|
//! | `bool`, integers (128 bits too), floats | `bool`, `int`, `float` |
//! | `&str`, `String`, `char` | `str`; from a Python 2 `str`, too |
//! | `()`, unit structs, `None` | `None` |
//! | `serde_bytes` | `bytes`; from `bytearray`, too |
//! | sequences | `list`; from tuples, sets, arguments of a namedtuple, items of a deque, too |
//! | tuples, tuple structs | `tuple` |
//! | maps, structs | `dict`; from attributes of an object, or the pairs of a dict-like one, too |
//! | a unit variant | its name |
//! | any other variant | `{name: value}`; from `(name, value)`, too |
//!
//! Of a pickle nothing is executed: an object is its attributes. What is shared is deserialised wherever it is held; what holds itself is an
//! error, as whatever nests deeper than 128 values.
//!
//! [Coming from `serde-pickle`](https://github.com/unpickle/unpickle/blob/main/docs/serde.md) tells what is different there.

use std::cell::Cell;
use std::fmt::Display;
use std::io::{Read, Write};

use ::serde::de::{Deserialize, DeserializeOwned};
use ::serde::ser::Serialize;

use crate::encode::EncodeOptions;
use crate::error::{Category, Error, Result};
use crate::pickle::Pickle;
use crate::value::Value;

mod access;
mod de;
mod ser;

use de::{De, Source};
use ser::Ser;

/// A value of the first pickle in `bytes`. Text and bytes may be borrowed.
///
/// ```
/// use std::collections::HashMap;
///
/// let map: HashMap<&str, Vec<i64>> = unpickle_core::serde::from_slice(b"\x80\x02}U\x01a](K\x01K\x02es.")?;
/// assert_eq!(map["a"], [1, 2]);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # Errors
///
/// The bytes are no pickle; its value is not of that type; it is too deep, or shares so much that there would be more than 100 million values
/// and one for each byte.
pub fn from_slice<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T> {
    let pickle = Pickle::parse(bytes)?;
    deserialize(pickle.root(), bytes, None)
}

/// A value of the first pickle that `reader` gives, which is read to its end.
///
/// # Errors
///
/// Reading fails; or as [`from_slice`].
pub fn from_reader<T: DeserializeOwned>(mut reader: impl Read) -> Result<T> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    from_slice(&bytes)
}

impl<'p> Value<'p> {
    /// As a Rust type that `serde` knows. Text and bytes may be borrowed.
    ///
    /// ```
    /// let pickle = unpickle_core::Pickle::parse(b"\x80\x02}U\x01a](K\x01K\x02es.")?;
    /// assert_eq!(pickle.root().item("a")?.deserialize::<Vec<u8>>()?, [1, 2]);
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// It is not of that type; it is too deep, or shares too much.
    pub fn deserialize<T: Deserialize<'p>>(self) -> Result<T> {
        deserialize(self, self.input(), Some(&self.graph().side))
    }
}

fn deserialize<'de, T: Deserialize<'de>>(
    value: Value<'_>,
    input: &'de [u8],
    side: Option<&'de [u8]>,
) -> Result<T> {
    let values = crate::Limits::default().expand as u64;
    let left = Cell::new(values.saturating_add(value.input_len() as u64));
    T::deserialize(De::new(value, &Source { input, side, left }))
}

/// A pickle of `value`: [`Protocol::DEFAULT`](crate::Protocol::DEFAULT), the memo only for names of fields.
///
/// # Errors
///
/// `value` refuses; or it says how many items it has, and has others.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    to_vec_with(value, EncodeOptions::new().with_memo(false))
}

/// A pickle of `value`, as `options` say.
///
/// ```
/// use unpickle_core::{EncodeOptions, Protocol};
///
/// let options = EncodeOptions::new().with_protocol(Protocol::V2);
/// let bytes = unpickle_core::serde::to_vec_with(&[Some(1), None], options)?;
/// assert_eq!(bytes, b"\x80\x02K\x01N\x86q\0."); // as CPython
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # Errors
///
/// As [`to_vec`].
pub fn to_vec_with<T: Serialize + ?Sized>(value: &T, options: EncodeOptions) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    to_writer_with(&mut out, value, options)?;
    Ok(out)
}

/// Writes a pickle of `value`, as [`to_vec`] makes it.
///
/// # Errors
///
/// Writing fails; or as [`to_vec`].
pub fn to_writer<T: Serialize + ?Sized>(out: impl Write, value: &T) -> Result<()> {
    to_writer_with(out, value, EncodeOptions::new().with_memo(false))
}

/// Writes a pickle of `value`, as `options` say.
///
/// # Errors
///
/// Writing fails; or as [`to_vec`].
pub fn to_writer_with<T: Serialize + ?Sized>(
    out: impl Write,
    value: &T,
    options: EncodeOptions,
) -> Result<()> {
    let mut ser = Ser::new(options.encoder(out)?);
    value.serialize(&mut ser)?;
    ser.finish()
}

impl ::serde::de::Error for Error {
    #[cold]
    fn custom<T: Display>(message: T) -> Error {
        Error::message(Category::Data, message.to_string())
    }
}

impl ::serde::ser::Error for Error {
    #[cold]
    fn custom<T: Display>(message: T) -> Error {
        Error::message(Category::Data, message.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lists without anything in them.
    #[derive(Debug)]
    struct Lists;

    impl<'de> Deserialize<'de> for Lists {
        fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Lists, D::Error> {
            struct Visitor;
            impl<'de> ::serde::de::Visitor<'de> for Visitor {
                type Value = Lists;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("lists")
                }
                fn visit_seq<A: ::serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Lists, A::Error> {
                    while items.next_element::<Lists>()?.is_some() {}
                    Ok(Lists)
                }
            }
            deserializer.deserialize_seq(Visitor)
        }
    }

    #[test]
    fn what_is_shared_without_end_is_not_deserialised_without_end() {
        // Sixty-four lists, each twice in the next.
        let bytes = [&b"]q\0"[..], &b"](h\0h\0eq\0".repeat(64), b"."].concat();
        let pickle = Pickle::parse(&bytes[..]).unwrap();
        let source = Source { input: &bytes, side: None, left: Cell::new(10_000) };
        assert!(Lists::deserialize(De::new(pickle.root(), &source)).unwrap_err().is_limit());
    }
}
