//! Plain values: `None`, numbers, text, bytes.

use std::borrow::Cow;

use super::Value;
use crate::Encoding;
use crate::class::folded;
use crate::error::{Error, Result};
use crate::graph::Shape;
use crate::int::Int;
use crate::leaf::{self, Leaf};
use crate::op::Opcode;
use crate::word::Word;

impl<'p> Value<'p> {
    /// Whether it is `None`.
    #[inline]
    pub fn is_none(self) -> bool {
        self.leaf_at().is_some_and(|(bytes, at)| bytes.get(at) == Some(&(Opcode::None as u8)))
    }

    /// A `bool`.
    pub fn as_bool(self) -> Option<bool> {
        match self.leaf()? {
            Leaf::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// An `int` (not a `bool`).
    pub fn as_int(self) -> Option<Int<'p>> {
        match self.leaf()? {
            Leaf::Small(value) => Some(Int::small(value)),
            Leaf::Big(bytes) => Some(Int::big(bytes)),
            _ => None,
        }
    }

    /// An `int` (not a `bool`) that fits.
    #[inline]
    pub fn as_i64(self) -> Option<i64> {
        let (bytes, at) = self.leaf_at()?;
        leaf::small(bytes, at)
    }

    /// An `int` (not a `bool`) that fits.
    pub fn as_u64(self) -> Option<u64> {
        self.as_int()?.as_u64()
    }

    /// An `int` (not a `bool`) that fits, for sizes and indexes.
    pub fn as_usize(self) -> Option<usize> {
        self.as_u64().and_then(|value| usize::try_from(value).ok())
    }

    /// A `float` (not an `int`).
    #[inline]
    pub fn as_f64(self) -> Option<f64> {
        let (bytes, at) = self.leaf_at()?;
        leaf::float(bytes, at)
    }

    /// Text: a `str` without lone surrogates, or a Python 2 `str` that is text under the chosen [`Encoding`] and
    /// whose bytes are UTF-8 (under Latin-1: ASCII). See [`Value::as_text`] for all that can be text.
    #[inline]
    pub fn as_str(self) -> Option<&'p str> {
        match self.leaf()? {
            Leaf::Str(bytes) => std::str::from_utf8(bytes).ok(),
            Leaf::Str2(bytes) => match self.graph.encoding {
                Encoding::Auto | Encoding::Utf8 => std::str::from_utf8(bytes).ok(),
                Encoding::Latin1 => std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()),
                Encoding::Bytes => None,
            },
            _ => None,
        }
    }

    /// Text: a `str` without lone surrogates, or a Python 2 `str` decoded as the chosen [`Encoding`] says:
    /// by default UTF-8 where it is that, else Latin-1. `None` for Python 2 `str` under [`Encoding::Bytes`].
    pub fn as_text(self) -> Option<Cow<'p, str>> {
        if let Some(text) = self.as_str() {
            return Some(Cow::Borrowed(text));
        }
        match (self.leaf()?, self.graph.encoding) {
            (Leaf::Str2(bytes), Encoding::Auto | Encoding::Latin1) => {
                Some(bytes.iter().map(|&byte| char::from(byte)).collect::<String>().into())
            }
            _ => None,
        }
    }

    /// The bytes of a `str` as they are, lone surrogates too, or of a Python 2 `str`.
    pub(crate) fn str_bytes(self) -> Option<&'p [u8]> {
        match self.leaf()? {
            Leaf::Str(bytes) | Leaf::Str2(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The bytes of a `str`: UTF-8, lone surrogates as Python's `surrogatepass` writes them.
    #[inline]
    pub fn as_str_bytes(self) -> Option<&'p [u8]> {
        let (bytes, at) = self.leaf_at()?;
        leaf::str(bytes, at)
    }

    /// A Python 2 `str`, as bytes.
    pub fn as_str2(self) -> Option<&'p [u8]> {
        match self.leaf()? {
            Leaf::Str2(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Bytes in any spelling: `bytes`, `bytearray`, a Python 2 `str`, an out-of-band buffer,
    /// `_codecs.encode(text, 'latin1')`, `bytes()`, `bytearray(x)`. Those of a buffer that are yet to be made are not
    /// made here but by [`load`](Value::load).
    pub fn as_bytes(self) -> Option<&'p [u8]> {
        let Some(record) = self.record() else {
            return match self.leaf()? {
                Leaf::Bytes(bytes) | Leaf::Str2(bytes) => Some(bytes),
                Leaf::ByteArray(bytes) => self.grown().or(Some(bytes)),
                _ => None,
            };
        };
        match record.shape() {
            Shape::Buffer => self.buffer(record).bytes(),
            Shape::Reduce => match self.with(self.folded_leaf()?).leaf()? {
                Leaf::Bytes(bytes) | Leaf::ByteArray(bytes) | Leaf::Str2(bytes) | Leaf::Str(bytes) => {
                    Some(bytes)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Bytes in any spelling, as [`as_bytes`](Value::as_bytes); those of a buffer are made if need be.
    ///
    /// # Errors
    ///
    /// It is nothing that holds bytes; or they cannot be made.
    pub fn load(self) -> Result<&'p [u8]> {
        match self.shaped(Shape::Buffer) {
            Some(record) => self.buffer(record).load(),
            None => self.as_bytes().ok_or_else(|| Error::data(self, "bytes")),
        }
    }

    /// What a persistent id stands for, if whoever put the pickle together knows; see
    /// [`Assembly::set_loaded`](crate::Assembly::set_loaded).
    pub fn loaded(self) -> Option<Value<'p>> {
        self.graph.slot(self.shaped(Shape::Persistent)?, 1).map(|word| self.with(word))
    }

    /// What a bytearray holds that was appended to.
    pub(crate) fn grown(self) -> Option<&'p [u8]> {
        match self.with(*self.graph.grown.get(&self.word)?).leaf()? {
            Leaf::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The leaf with the bytes of a call that spells bytes, or of a bytearray that was appended to.
    pub(crate) fn folded_leaf(self) -> Option<Word> {
        if let Some(&leaf) = self.graph.grown.get(&self.word) {
            return Some(leaf);
        }
        let record = self.record()?;
        let bytes =
            record.shape() == Shape::Reduce && matches!(record.tag(), folded::BYTES | folded::BYTE_ARRAY);
        if bytes { self.graph.states(record).first().copied() } else { None }
    }
}
