//! [`Encoder`]: writes one pickle, value by value.

use std::collections::HashMap;
use std::io::Write;

use super::containers::Open;
use super::frames::Frames;
use super::{EncodeOptions, Protocol};
use crate::error::{Category, Error, Result};
use crate::op::Opcode;

/// Writes a pickle value by value, to anything that is written to.
///
/// What is written is what CPython's `pickle.dump` would write of the same value, byte by byte: opcodes, memo, batches,
/// frames, and the spellings that low protocols need. Memory does not grow with what is written.
///
/// ```
/// use unpickle_core::{Encoder, Pickle, Protocol};
///
/// let mut encoder = Encoder::new(Vec::new(), Protocol::DEFAULT)?;
/// encoder.begin_dict(2)?;
/// encoder.str("name")?;
/// let name = encoder.str("Ada")?;
/// encoder.str("marks")?;
/// encoder.begin_list(3)?;
/// encoder.int(1)?;
/// encoder.float(0.5)?;
/// encoder.get(name)?; // the same str
/// encoder.end()?;
/// encoder.end()?;
/// let bytes = encoder.finish()?;
///
/// let pickle = Pickle::parse(bytes)?;
/// assert_eq!(pickle.root().to_string(), "{'name': 'Ada', 'marks': [1, 0.5, 'Ada']}");
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// An object is a call, and what is done to it afterwards, between [`begin_object`](Encoder::begin_object) and `end`:
///
/// ```
/// use unpickle_core::{Encoder, Make, Pickle, Protocol};
///
/// let mut encoder = Encoder::new(Vec::new(), Protocol::DEFAULT)?;
/// encoder.begin_object()?;
/// encoder.begin_call(Make::NewObj)?;
/// encoder.global("geometry", "Point")?;
/// encoder.begin_tuple(0)?;
/// encoder.end()?;
/// encoder.end()?; // geometry.Point.__new__(geometry.Point)
/// encoder.begin_dict(1)?;
/// encoder.str("x")?;
/// encoder.int(1)?;
/// encoder.end()?;
/// encoder.build()?; // its state
/// encoder.end()?;
/// let pickle = Pickle::parse(encoder.finish()?)?;
/// assert_eq!(pickle.root().attr("x")?.as_i64(), Some(1));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # Errors
///
/// All methods fail if writing fails, or where the value would make no sense: a container that gets more or fewer values than was
/// said, an `end` of nothing. After an error, the bytes written are no pickle.
pub struct Encoder<W> {
    pub(super) out: Frames<W>,
    pub(super) options: EncodeOptions,
    pub(super) protocol: Protocol,
    /// How many entries the memo has.
    memos: u32,
    pub(super) open: Vec<Open>,
    /// Module and name of each INST that is open.
    pub(super) insts: Vec<(Box<str>, Box<str>)>,
    /// Whether the one value of the pickle is written.
    pub(super) complete: bool,
    pub(super) shared: Shared,
}

/// What CPython has but one object of, and so writes once.
#[derive(Default)]
pub(super) struct Shared {
    /// Texts of one character of Latin-1, by that; empty while there are none.
    pub(super) singles: Vec<Option<Memo>>,
    pub(super) empty_str: Option<Memo>,
    pub(super) empty_bytes: Option<Memo>,
    /// The name of the codec that protocols 0 to 2 spell bytes with.
    pub(super) latin1: Option<Memo>,
    /// Globals, by module and name.
    globals: HashMap<Box<str>, HashMap<Box<str>, Memo>>,
    /// Modules and names of globals.
    pub(super) names: HashMap<Box<str>, Memo>,
}

impl Shared {
    pub(super) fn global(&self, module: &str, name: &str) -> Option<Memo> {
        self.globals.get(module)?.get(name).copied()
    }

    pub(super) fn add_global(&mut self, module: &str, name: &str, memo: Memo) {
        self.globals.entry(module.into()).or_default().insert(name.into(), memo);
    }
}

/// What was put into the memo, for [`Encoder::get`]: an entry of one encoder's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Memo(u32);

impl Memo {
    /// What was not put there: see [`EncodeOptions::with_memo`].
    pub(super) const NONE: Memo = Memo(u32::MAX);
}

impl<W: Write> Encoder<W> {
    /// Begins a pickle.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn new(out: W, protocol: Protocol) -> Result<Encoder<W>> {
        Encoder::with_options(out, EncodeOptions::new().with_protocol(protocol))
    }

    pub(super) fn with_options(out: W, options: EncodeOptions) -> Result<Encoder<W>> {
        let protocol = options.protocol;
        let mut out = Frames::new(out);
        if protocol >= Protocol::V2 {
            out.bytes().extend([Opcode::Proto as u8, protocol.number()]);
        }
        if protocol >= Protocol::V4 {
            out.start_framing()?;
        }
        Ok(Encoder {
            out,
            options,
            protocol,
            memos: 0,
            open: Vec::new(),
            insts: Vec::new(),
            complete: false,
            shared: Shared::default(),
        })
    }

    /// The protocol that is written.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Whether everything is put into the memo.
    pub(super) fn remembers(&self) -> bool {
        self.options.memo
    }

    /// Whether globals are called as Python 2 does.
    pub(super) fn is_python2(&self) -> bool {
        self.protocol < Protocol::V3 && self.options.fix_imports
    }

    /// Ends the pickle. Gives back the writer, flushed.
    ///
    /// # Errors
    ///
    /// No value was written, or a container is not ended; or writing fails.
    pub fn finish(mut self) -> Result<W> {
        if !self.open.is_empty() {
            return Err(misuse("the pickle ends before its containers do"));
        }
        if !self.complete {
            return Err(misuse("the pickle ends without a value"));
        }
        self.out.op(Opcode::Stop);
        self.out.finish()
    }

    // ---- the memo

    /// Writes what was written before: the same object once more.
    ///
    /// # Errors
    ///
    /// It was not put into the memo.
    pub fn get(&mut self, memo: Memo) -> Result<()> {
        self.enter()?;
        self.write_get(memo)?;
        self.leave()
    }

    /// Puts what was written last into the memo, or the list, dict or set that was begun last. Of use for what is not put there
    /// by itself: numbers, persistent ids, extensions, buffers; and everything
    /// [without a memo](EncodeOptions::with_memo).
    ///
    /// ```
    /// use unpickle_core::{Encoder, Protocol};
    ///
    /// let mut encoder = Encoder::new(Vec::new(), Protocol::V2)?;
    /// encoder.begin_tuple(2)?;
    /// encoder.float(0.1)?;
    /// let float = encoder.memoize()?;
    /// encoder.get(float)?;
    /// encoder.end()?;
    /// assert_eq!(encoder.finish()?, b"\x80\x02G\x3f\xb9\x99\x99\x99\x99\x99\x9aq\0h\0\x86q\x01.");
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    pub fn memoize(&mut self) -> Result<Memo> {
        if self.open.is_empty() && !self.complete {
            return Err(misuse("there is nothing yet that could be remembered"));
        }
        self.write_put()
    }

    #[inline(always)]
    pub(super) fn write_put(&mut self) -> Result<Memo> {
        let index = self.memos;
        if self.protocol >= Protocol::V4 {
            self.out.op(Opcode::Memoize);
        } else if self.protocol == Protocol::V0 {
            self.line(Opcode::Put, index);
        } else {
            self.indexed(Opcode::BinPut, Opcode::LongBinPut, index);
        }
        self.count_memos(1)?;
        Ok(Memo(index))
    }

    /// Counts entries of the memo that were written by another way.
    #[inline(always)]
    pub(super) fn count_memos(&mut self, count: u32) -> Result<()> {
        match self.memos.checked_add(count) {
            Some(memos) if memos < u32::MAX => self.memos = memos,
            _ => return Err(Error::limit("a pickle can remember no more than 4,294,967,294 values")),
        }
        Ok(())
    }

    /// What CPython's pickler does with whatever it wrote.
    #[inline(always)]
    pub(super) fn remember(&mut self) -> Result<Memo> {
        if self.options.memo { self.write_put() } else { Ok(Memo::NONE) }
    }

    #[inline]
    pub(crate) fn write_get(&mut self, memo: Memo) -> Result<()> {
        let index = memo.0;
        if index >= self.memos {
            return Err(misuse("what is fetched was not put into the memo"));
        }
        if self.protocol == Protocol::V0 {
            self.line(Opcode::Get, index);
        } else {
            self.indexed(Opcode::BinGet, Opcode::LongBinGet, index);
        }
        Ok(())
    }

    fn line(&mut self, opcode: Opcode, index: u32) {
        let bytes = self.out.bytes();
        bytes.push(opcode as u8);
        bytes.extend_from_slice(index.to_string().as_bytes());
        bytes.push(b'\n');
    }

    fn indexed(&mut self, short: Opcode, long: Opcode, index: u32) {
        let bytes = self.out.bytes();
        match u8::try_from(index) {
            Ok(index) => bytes.extend([short as u8, index]),
            Err(_) => {
                bytes.push(long as u8);
                bytes.extend_from_slice(&index.to_le_bytes());
            }
        }
    }

    // ---- before and behind each value

    /// A value of a container that is kept elsewhere begins: what is written by `write_` and `put_` needs no `enter` and `leave` then.
    #[cfg(feature = "serde")]
    #[inline(always)]
    pub(crate) fn next_of(&mut self, open: &mut Open) -> Result<()> {
        if open.room == 0 {
            open.next_batch(self.protocol == Protocol::V0, self.out.bytes())?;
        }
        open.room -= 1;
        open.done += 1;
        self.out.boundary()
    }

    /// The value of the pickle was written so.
    #[cfg(feature = "serde")]
    pub(crate) fn complete(&mut self) {
        self.complete = true;
    }

    /// A value begins.
    #[inline(always)]
    pub(super) fn enter(&mut self) -> Result<()> {
        match self.open.last() {
            Some(open) if open.room > 0 => {}
            Some(_) => self.next_batch()?,
            None if self.complete => return Err(misuse("a pickle holds one value: this is another")),
            None => {}
        }
        self.out.boundary()
    }

    /// A value is written.
    #[inline(always)]
    pub(super) fn leave(&mut self) -> Result<()> {
        match self.open.last_mut() {
            Some(open) => {
                open.done += 1;
                open.room -= 1;
            }
            None => self.complete = true,
        }
        Ok(())
    }
}

#[cold]
pub(super) fn misuse(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::message(Category::Data, message)
}

impl<W> std::fmt::Debug for Encoder<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Encoder(protocol {}, {} containers open)", self.protocol.number(), self.open.len())
    }
}
