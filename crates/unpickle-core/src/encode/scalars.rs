//! Plain values: `None`, numbers, text, bytes.

use std::io::Write;

use super::encoder::{Encoder, Memo};
use super::{Protocol, spell};
use crate::error::{Category, Error, Result};
use crate::int::Int;
use crate::op::Opcode;

impl<W: Write> Encoder<W> {
    /// `None`
    #[inline]
    pub fn none(&mut self) -> Result<()> {
        self.enter()?;
        self.put_none();
        self.leave()
    }

    #[inline]
    pub(crate) fn put_none(&mut self) {
        self.out.op(Opcode::None);
    }

    /// A `bool`
    pub fn bool(&mut self, value: bool) -> Result<()> {
        self.enter()?;
        self.put_bool(value);
        self.leave()
    }

    #[inline]
    pub(crate) fn put_bool(&mut self, value: bool) {
        if self.protocol >= Protocol::V2 {
            self.out.op(if value { Opcode::NewTrue } else { Opcode::NewFalse });
        } else {
            self.out.bytes().extend_from_slice(if value { b"I01\n" } else { b"I00\n" });
        }
    }

    /// An `int`
    #[inline]
    pub fn int(&mut self, value: i64) -> Result<()> {
        self.enter()?;
        self.put_int(value)?;
        self.leave()
    }

    #[inline]
    pub(crate) fn put_int(&mut self, value: i64) -> Result<()> {
        if self.protocol == Protocol::V0 {
            self.decimal(value);
        } else if let Ok(value) = u8::try_from(value) {
            self.out.bytes().extend_from_slice(&[Opcode::BinInt1 as u8, value]);
        } else if let Ok(value) = u16::try_from(value) {
            let [low, high] = value.to_le_bytes();
            self.out.bytes().extend_from_slice(&[Opcode::BinInt2 as u8, low, high]);
        } else if let Ok(value) = i32::try_from(value) {
            let [a, b, c, d] = value.to_le_bytes();
            self.out.bytes().extend_from_slice(&[Opcode::BinInt as u8, a, b, c, d]);
        } else if self.protocol == Protocol::V1 {
            self.decimal(value);
        } else {
            self.long(&value.to_le_bytes())?;
        }
        Ok(())
    }

    /// An `int` of any size: two's complement, little-endian. Nothing is 0.
    ///
    /// ```
    /// use unpickle_core::{Encoder, Pickle, Protocol};
    ///
    /// let mut encoder = Encoder::new(Vec::new(), Protocol::DEFAULT)?;
    /// encoder.big_int(&(1i128 << 100).to_le_bytes())?;
    /// let pickle = Pickle::parse(encoder.finish()?)?;
    /// assert_eq!(pickle.root().as_int().and_then(|int| int.as_i128()), Some(1 << 100));
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    pub fn big_int(&mut self, bytes: &[u8]) -> Result<()> {
        self.enter()?;
        self.put_big_int(bytes)?;
        self.leave()
    }

    pub(crate) fn put_big_int(&mut self, bytes: &[u8]) -> Result<()> {
        let bytes = shortest(bytes);
        if bytes.len() <= 8 {
            let mut wide = [if bytes.last().is_some_and(|last| last & 0x80 != 0) { 0xff } else { 0 }; 8];
            wide.iter_mut().zip(bytes).for_each(|(wide, byte)| *wide = *byte);
            return self.put_int(i64::from_le_bytes(wide));
        }
        // CPython neither reads nor writes more than 4,300 decimal digits.
        if self.protocol < Protocol::V2 && Int::big(bytes).is_decimal() {
            let out = self.out.bytes();
            out.push(Opcode::Long as u8);
            spell::int(Int::big(bytes), out);
            out.extend_from_slice(b"L\n");
        } else {
            self.long(bytes)?;
        }
        Ok(())
    }

    /// INT or LONG, which are text.
    fn decimal(&mut self, value: i64) {
        let small = i32::try_from(value).is_ok();
        let out = self.out.bytes();
        out.push(if small { Opcode::Int } else { Opcode::Long } as u8);
        spell::int(Int::small(value), out);
        out.extend_from_slice(if small { b"\n" } else { b"L\n" });
    }

    /// LONG1 or LONG4.
    fn long(&mut self, bytes: &[u8]) -> Result<()> {
        let bytes = shortest(bytes);
        let out = self.out.bytes();
        match (u8::try_from(bytes.len()), i32::try_from(bytes.len())) {
            (Ok(len), _) => out.extend([Opcode::Long1 as u8, len]),
            (_, Ok(len)) => {
                out.push(Opcode::Long4 as u8);
                out.extend(len.to_le_bytes());
            }
            _ => return Err(Error::limit("an int of more than 2,147,483,647 bytes cannot be pickled")),
        }
        out.extend_from_slice(bytes);
        Ok(())
    }

    /// A `float`
    #[inline]
    pub fn float(&mut self, value: f64) -> Result<()> {
        self.enter()?;
        self.put_float(value);
        self.leave()
    }

    #[inline]
    pub(crate) fn put_float(&mut self, value: f64) {
        let out = self.out.bytes();
        if self.protocol == Protocol::V0 {
            out.push(Opcode::Float as u8);
            spell::float(value, out);
            out.push(b'\n');
        } else {
            let mut bytes = [Opcode::BinFloat as u8; 9];
            bytes[1..].copy_from_slice(&value.to_be_bytes());
            out.extend_from_slice(&bytes);
        }
    }

    /// A `str`. Python has one `str` only of each Latin-1 character, and of nothing: those are the same object wherever they
    /// come again.
    #[inline]
    pub fn str(&mut self, value: &str) -> Result<Memo> {
        self.str_bytes(value.as_bytes())
    }

    /// A `str` given by its bytes: UTF-8, lone surrogates as Python's `surrogatepass` has them. What is no such text is
    /// written as it is, and Python will not load it.
    ///
    /// ```
    /// use unpickle_core::{Encoder, Protocol};
    ///
    /// let mut encoder = Encoder::new(Vec::new(), Protocol::V0)?;
    /// encoder.str_bytes(b"\xed\xa0\x80")?;
    /// assert_eq!(encoder.finish()?, b"V\\ud800\np0\n.");
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    #[inline]
    pub fn str_bytes(&mut self, value: &[u8]) -> Result<Memo> {
        self.enter()?;
        let memo = self.put_str(value)?;
        self.leave()?;
        Ok(memo)
    }

    /// A `str` that is in the memo, whatever else is.
    #[cfg(feature = "serde")]
    pub(crate) fn put_kept_str(&mut self, value: &str) -> Result<Memo> {
        let memo = self.put_str(value.as_bytes())?;
        if self.options.memo { Ok(memo) } else { self.write_put() }
    }

    /// A `str` between what the caller does for each value.
    #[inline(always)]
    pub(crate) fn put_str(&mut self, value: &[u8]) -> Result<Memo> {
        if value.len() <= 2 && self.options.memo {
            return self.put_short_str(value);
        }
        self.write_str(value)?;
        self.remember()
    }

    fn put_short_str(&mut self, value: &[u8]) -> Result<Memo> {
        let single = spell::single(value);
        let known = match single {
            Some(byte) => self.shared.singles.get(usize::from(byte)).copied().flatten(),
            None if value.is_empty() => self.shared.empty_str,
            None => None,
        };
        if let Some(memo) = known {
            self.write_get(memo)?;
            return Ok(memo);
        }
        self.write_str(value)?;
        let memo = self.remember()?;
        match single {
            Some(byte) => {
                self.shared.singles.resize(256, None);
                self.shared.singles[usize::from(byte)] = Some(memo);
            }
            None if value.is_empty() => self.shared.empty_str = Some(memo),
            None => {}
        }
        Ok(memo)
    }

    #[inline(always)]
    fn write_str(&mut self, value: &[u8]) -> Result<()> {
        match u8::try_from(value.len()) {
            Ok(len) if self.protocol >= Protocol::V4 => {
                let out = self.out.bytes();
                out.extend_from_slice(&[Opcode::ShortBinUnicode as u8, len]);
                out.extend_from_slice(value);
                Ok(())
            }
            _ => self.write_long_str(value),
        }
    }

    #[inline(never)]
    fn write_long_str(&mut self, value: &[u8]) -> Result<()> {
        if self.protocol == Protocol::V0 {
            let out = self.out.bytes();
            let start = out.len();
            out.push(Opcode::Unicode as u8);
            if spell::unicode(value, out).is_some() {
                out.push(b'\n');
                return Ok(());
            }
            out.truncate(start);
        }
        self.counted(Opcode::BinUnicode, Opcode::BinUnicode8, value, "a str")
    }

    /// A length of four bytes, or of eight from protocol 4 on, and the data.
    fn counted(&mut self, four: Opcode, eight: Opcode, data: &[u8], what: &str) -> Result<()> {
        if let Ok(len) = u32::try_from(data.len()) {
            let mut header = [four as u8; 5];
            header[1..].copy_from_slice(&len.to_le_bytes());
            return self.out.data(&header, data);
        }
        if self.protocol < Protocol::V4 {
            let message = format!("{what} of more than 4 GiB needs protocol 4 or higher");
            return Err(Error::message(Category::Unsupported, message));
        }
        self.eight(eight, data)
    }

    fn eight(&mut self, opcode: Opcode, data: &[u8]) -> Result<()> {
        let mut header = [opcode as u8; 9];
        header[1..].copy_from_slice(&(data.len() as u64).to_le_bytes());
        self.out.data(&header, data)
    }

    /// `bytes`: below protocol 3 as `_codecs.encode(text, 'latin1')`, which gives Python 2 a `str` of the same bytes.
    ///
    /// ```
    /// use unpickle_core::{Encoder, Pickle, Protocol};
    ///
    /// let mut encoder = Encoder::new(Vec::new(), Protocol::V1)?;
    /// encoder.bytes(b"\xff\0")?;
    /// assert_eq!(Pickle::parse(encoder.finish()?)?.root().as_bytes(), Some(&b"\xff\0"[..]));
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    pub fn bytes(&mut self, value: &[u8]) -> Result<Memo> {
        self.enter()?;
        let memo = self.put_bytes(value)?;
        self.leave()?;
        Ok(memo)
    }

    pub(crate) fn put_bytes(&mut self, value: &[u8]) -> Result<Memo> {
        if let Some(memo) = self.shared.empty_bytes.filter(|_| value.is_empty()) {
            self.write_get(memo)?;
            return Ok(memo);
        }
        if self.protocol < Protocol::V3 {
            self.write_bytes_call(value)?;
        } else if let Ok(len) = u8::try_from(value.len()) {
            let out = self.out.bytes();
            out.extend([Opcode::ShortBinBytes as u8, len]);
            out.extend_from_slice(value);
        } else {
            self.counted(Opcode::BinBytes, Opcode::BinBytes8, value, "a bytes object")?;
        }
        let memo = self.remember()?;
        if value.is_empty() && self.options.memo {
            self.shared.empty_bytes = Some(memo);
        }
        Ok(memo)
    }

    fn write_bytes_call(&mut self, value: &[u8]) -> Result<()> {
        if value.is_empty() {
            self.put_global("builtins", "bytes")?;
            self.write_empty_tuple();
        } else {
            self.put_global("_codecs", "encode")?;
            self.write_mark_of_args();
            self.put_str(spell::latin1(value).as_bytes())?;
            match self.shared.latin1 {
                Some(memo) => self.write_get(memo)?,
                None => {
                    let memo = self.put_str(b"latin1")?;
                    self.shared.latin1 = Some(memo).filter(|_| self.options.memo);
                }
            }
            self.write_args(Opcode::Tuple2)?;
        }
        self.out.op(Opcode::Reduce);
        Ok(())
    }

    /// A `bytearray`: below protocol 5 as a call of `bytearray`.
    pub fn bytearray(&mut self, value: &[u8]) -> Result<Memo> {
        self.enter()?;
        if self.protocol >= Protocol::V5 {
            self.eight(Opcode::ByteArray8, value)?;
        } else {
            self.put_global("builtins", "bytearray")?;
            self.out.boundary()?;
            if value.is_empty() {
                self.write_empty_tuple();
            } else {
                self.write_mark_of_args();
                self.out.boundary()?;
                self.put_bytes(value)?;
                self.write_args(Opcode::Tuple1)?;
            }
            self.out.op(Opcode::Reduce);
        }
        let memo = self.remember()?;
        self.leave()?;
        Ok(memo)
    }

    /// A `str` of Python 2: bytes that may be meant as text. What Python 3 makes of it depends on `encoding=`; for bytes there is
    /// [`bytes`](Encoder::bytes).
    pub fn str2(&mut self, value: &[u8]) -> Result<Memo> {
        self.enter()?;
        if self.protocol == Protocol::V0 {
            let out = self.out.bytes();
            out.push(Opcode::String as u8);
            spell::str2(value, out);
            out.push(b'\n');
        } else if let Ok(len) = u8::try_from(value.len()) {
            let out = self.out.bytes();
            out.extend([Opcode::ShortBinString as u8, len]);
            out.extend_from_slice(value);
        } else if let Ok(len) = i32::try_from(value.len()) {
            let mut header = [Opcode::BinString as u8; 5];
            header[1..].copy_from_slice(&len.to_le_bytes());
            self.out.data(&header, value)?;
        } else {
            return Err(Error::limit("a Python 2 str of more than 2 GiB cannot be pickled"));
        }
        let memo = self.remember()?;
        self.leave()?;
        Ok(memo)
    }
}

/// Without the bytes that only repeat the sign.
fn shortest(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., last] = bytes {
        let sign = match rest.last() {
            Some(next) if next & 0x80 != 0 => 0xff,
            _ => 0,
        };
        if *last != sign {
            break;
        }
        bytes = rest;
    }
    bytes
}
