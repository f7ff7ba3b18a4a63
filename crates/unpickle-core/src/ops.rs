//! `Ops`: the opcodes of a pickle, one after the other, without a stack.

use crate::error::{Category, Error, Result};
use crate::op::{Form, Opcode, TABLE};

/// An opcode and what follows it in the stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Op<'i> {
    /// Which opcode.
    pub opcode: Opcode,
    /// What follows it.
    pub argument: Argument<'i>,
}

/// What follows an opcode.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Argument<'i> {
    /// Nothing.
    None,
    /// An integer of one to eight bytes.
    Int(i128),
    /// A double.
    Float(f64),
    /// Counted bytes: text in UTF-8 (with surrogates), bytes, or a little-endian two's complement integer.
    Data(&'i [u8]),
    /// A line, without its newline.
    Line(&'i [u8]),
    /// Two lines: a module and a name.
    Lines(&'i [u8], &'i [u8]),
}

/// An iterator over the opcodes of one pickle, up to and with its STOP.
///
/// ```
/// use unpickle_core::{Opcode, Ops};
///
/// let names: Vec<_> = Ops::new(b"\x80\x04]\x94(K\x01K\x02e.")
///     .map(|op| op.map(|(offset, op)| (offset, op.opcode.name())))
///     .collect::<Result<_, _>>()?;
/// assert_eq!(names[0], (0, "PROTO"));
/// assert_eq!(names.last(), Some(&(10, "STOP")));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # Errors
///
/// An item is an error where a byte is no opcode, or an argument runs past the end. Nothing follows an error.
#[derive(Clone, Debug)]
pub struct Ops<'i> {
    input: &'i [u8],
    at: usize,
    done: bool,
}

impl<'i> Ops<'i> {
    /// Starts at the first byte of `input`.
    pub fn new(input: &'i [u8]) -> Ops<'i> {
        Ops::starting_at(input, 0)
    }

    /// Starts at byte `at` of `input`; offsets count from the start of `input`.
    pub fn starting_at(input: &'i [u8], at: usize) -> Ops<'i> {
        Ops { input, at, done: false }
    }

    /// Where the next opcode is; after STOP, the first byte behind the pickle.
    pub fn offset(&self) -> u64 {
        self.at as u64
    }
}

impl<'i> Iterator for Ops<'i> {
    type Item = Result<(u64, Op<'i>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let at = self.at;
        match read(self.input, at) {
            Ok((op, end)) => {
                self.done = op.opcode == Opcode::Stop;
                self.at = end;
                Some(Ok((at as u64, op)))
            }
            Err(error) => {
                self.done = true;
                Some(Err(error))
            }
        }
    }
}

/// The opcode at `at`, and where the next one is.
pub(crate) fn read(input: &[u8], at: usize) -> Result<(Op<'_>, usize)> {
    let Some(&byte) = input.get(at) else { return Err(no_stop(at)) };
    let Some(info) = TABLE[usize::from(byte)] else { return Err(no_opcode(byte, at)) };
    let body = at + 1;
    let rest = input.get(body..).unwrap_or_default();
    let short = || truncated(info.opcode, at);
    let (argument, len) = match info.form {
        Form::None => (Argument::None, 0),
        Form::U1 => (Argument::Int((*rest.first().ok_or_else(short)?).into()), 1),
        Form::U2 => (Argument::Int(u16::from_le_bytes(*rest.first_chunk().ok_or_else(short)?).into()), 2),
        Form::I4 => (Argument::Int(i32::from_le_bytes(*rest.first_chunk().ok_or_else(short)?).into()), 4),
        Form::U4 => (Argument::Int(u32::from_le_bytes(*rest.first_chunk().ok_or_else(short)?).into()), 4),
        Form::U8 => (Argument::Int(u64::from_le_bytes(*rest.first_chunk().ok_or_else(short)?).into()), 8),
        Form::F8 => (Argument::Float(f64::from_be_bytes(*rest.first_chunk().ok_or_else(short)?)), 8),
        Form::Data1 | Form::DataI4 | Form::DataU4 | Form::DataU8 => {
            let (width, len) = data_len(info.form, rest).ok_or_else(|| bad_length(info.opcode, rest, at))?;
            let data = rest.get(width..).and_then(|rest| rest.get(..len)).ok_or_else(short)?;
            (Argument::Data(data), width + len)
        }
        Form::Line => {
            let line = line(rest).ok_or_else(short)?;
            (Argument::Line(line), line.len() + 1)
        }
        Form::Line2 => {
            let first = line(rest).ok_or_else(short)?;
            let second = line(&rest[first.len() + 1..]).ok_or_else(short)?;
            (Argument::Lines(first, second), first.len() + second.len() + 2)
        }
    };
    Ok((Op { opcode: info.opcode, argument }, body + len))
}

fn data_len(form: Form, rest: &[u8]) -> Option<(usize, usize)> {
    let (width, len) = match form {
        Form::Data1 => (1, u64::from(*rest.first()?)),
        Form::DataI4 => (4, u64::try_from(i32::from_le_bytes(*rest.first_chunk()?)).ok()?),
        Form::DataU4 => (4, u64::from(u32::from_le_bytes(*rest.first_chunk()?))),
        _ => (8, u64::from_le_bytes(*rest.first_chunk()?)),
    };
    Some((width, usize::try_from(len).ok()?))
}

fn line(rest: &[u8]) -> Option<&[u8]> {
    let end = rest.iter().position(|&byte| byte == b'\n')?;
    Some(&rest[..end])
}

#[cold]
pub(crate) fn no_stop(at: usize) -> Error {
    let message = if at == 0 { "the input is empty" } else { "pickle ends before its STOP opcode" };
    Error::at(Category::Eof, at as u64, message)
}

#[cold]
pub(crate) fn no_opcode(byte: u8, at: usize) -> Error {
    let message = if byte.is_ascii_graphic() {
        format!("expected a pickle opcode, found {:?} (0x{byte:02x})", char::from(byte))
    } else {
        format!("expected a pickle opcode, found 0x{byte:02x}")
    };
    Error::at(Category::Syntax, at as u64, message)
}

#[cold]
pub(crate) fn truncated(opcode: Opcode, at: usize) -> Error {
    let message = format!("pickle ends inside the argument of {}", opcode.name());
    Error::at(Category::Eof, at as u64, message)
}

#[cold]
fn bad_length(opcode: Opcode, rest: &[u8], at: usize) -> Error {
    match opcode {
        Opcode::BinString | Opcode::Long4 if rest.len() >= 4 => {
            Error::at(Category::Syntax, at as u64, format!("{} has a negative length", opcode.name()))
        }
        _ => truncated(opcode, at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_says_the_byte() {
        let last = |input: &[u8]| Ops::new(input).last().unwrap().unwrap_err().to_string();
        assert_eq!(last(b""), "the input is empty at byte 0");
        assert_eq!(last(b"N\x00"), "expected a pickle opcode, found 0x00 at byte 1");
        assert_eq!(last(b"N"), "pickle ends before its STOP opcode at byte 1");
        assert_eq!(last(b"\x8c\x05ab"), "pickle ends inside the argument of SHORT_BINUNICODE at byte 0");
        assert_eq!(last(b"T\xff\xff\xff\xff."), "BINSTRING has a negative length at byte 0");
        assert_eq!(last(b"I12"), "pickle ends inside the argument of INT at byte 0");
    }

    #[test]
    fn nothing_follows_an_error_or_a_stop() {
        let mut ops = Ops::new(b"N.N.");
        assert_eq!(ops.by_ref().count(), 2);
        assert_eq!(ops.offset(), 2);
        assert!(Ops::new(b"\x00\x00").nth(1).is_none());
    }
}
