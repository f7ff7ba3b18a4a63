//! A listing of opcodes, as `pickletools.dis` prints it.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io;

use crate::error::Result;
use crate::int::Int;
use crate::op::Opcode;
use crate::ops::{Argument, Op, Ops};
use crate::repr::{quote_bytearray, quote_bytes, quote_float, quote_str};
use crate::text;

/// Writes one line for each opcode of the pickle at byte `at` of `input`: offset, opcode, name indented by the
/// depth of MARKs, argument, and for an opcode that takes a MARK the byte of that MARK, for MEMOIZE the index. The
/// form is that of `pickletools.dis`.
///
/// Gives the first byte behind STOP.
///
/// ```
/// let mut out = Vec::new();
/// unpickle_core::dis(b"\x80\x02](K\x01K\x02e.", 0, &mut out)?;
/// let lines: Vec<_> = std::str::from_utf8(&out).unwrap().lines().collect();
/// assert_eq!(lines[0], "    0: \\x80 PROTO      2");
/// assert_eq!(lines[4], "    6: K        BININT1    2");
/// assert_eq!(lines[5], "    8: e        APPENDS    (MARK at 3)");
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # Errors
///
/// A byte is no opcode, an argument runs past the end, or `out` cannot be written. What comes before is listed.
pub fn dis(input: &[u8], at: u64, mut out: impl io::Write) -> Result<u64> {
    let mut ops = Ops::starting_at(input, usize::try_from(at).unwrap_or(usize::MAX));
    let mut marks = Marks::default();
    let mut memo = HashSet::new();
    let mut line = String::new();
    for item in &mut ops {
        let (offset, op) = item?;
        // A deep pickle would otherwise be listed in lines as long as it is deep.
        let indent = 4 * marks.open.len().min(64);
        let taken = marks.step(op.opcode, offset);
        line.clear();
        let code = op.opcode.byte();
        let code =
            if code.is_ascii_graphic() { char::from(code).to_string() } else { format!("\\x{code:02x}") };
        _ = write!(line, "{offset:5}: {code:<4} {:indent$}{}", "", op.opcode.name());
        let argument = argument(&op);
        let note = match (op.opcode, op.argument) {
            (Opcode::Memoize, _) => {
                let index = memo.len() as i128;
                memo.insert(index);
                Some(format!("(as {index})"))
            }
            (Opcode::BinPut | Opcode::LongBinPut, Argument::Int(index)) => {
                memo.insert(index);
                None
            }
            _ => taken.map(|mark| format!("(MARK at {mark})")),
        };
        if !argument.is_empty() || note.is_some() {
            let pad = 10usize.saturating_sub(op.opcode.name().len());
            _ = write!(line, "{:pad$}", "");
        }
        if !argument.is_empty() {
            line.push(' ');
            line.push_str(&argument);
        }
        if let Some(note) = note {
            line.push(' ');
            line.push_str(&note);
        }
        line.push('\n');
        out.write_all(line.as_bytes())?;
    }
    Ok(ops.offset())
}

/// Where the MARKs on the stack are, and how many values lie on the last.
#[derive(Default)]
struct Marks {
    /// The byte of each MARK, and how many values lie under it, down to the one before.
    open: Vec<(u64, usize)>,
    values: usize,
}

impl Marks {
    /// What the opcode does to the stack; the byte of the MARK that it takes.
    fn step(&mut self, opcode: Opcode, offset: u64) -> Option<u64> {
        use Opcode as Op;
        let (takes, gives) = match opcode {
            Op::Mark => {
                self.open.push((offset, std::mem::take(&mut self.values)));
                return None;
            }
            Op::Pop if self.values == 0 => return self.close(),
            Op::List | Op::Tuple | Op::Dict | Op::FrozenSet | Op::Obj | Op::Inst => {
                let mark = self.close();
                self.values += 1;
                return mark;
            }
            Op::Appends | Op::SetItems | Op::AddItems | Op::PopMark => return self.close(),
            Op::Pop | Op::Append | Op::Build | Op::Stop => (1, 0),
            Op::SetItem => (2, 0),
            Op::Tuple1 | Op::BinPersId => (1, 1),
            Op::Tuple2 | Op::Reduce | Op::NewObj | Op::StackGlobal => (2, 1),
            Op::Tuple3 | Op::NewObjEx => (3, 1),
            Op::Put | Op::BinPut | Op::LongBinPut | Op::Memoize => (0, 0),
            Op::Proto | Op::Frame | Op::ReadonlyBuffer => (0, 0),
            _ => (0, 1),
        };
        self.values = self.values.saturating_sub(takes) + gives;
        None
    }

    fn close(&mut self) -> Option<u64> {
        let (mark, values) = self.open.pop()?;
        self.values = values;
        Some(mark)
    }
}

/// The argument as Python's `repr` of what `pickletools.genops` gives.
fn argument(op: &Op<'_>) -> String {
    let mut out = String::new();
    match (op.opcode, op.argument) {
        (_, Argument::None) => {}
        (_, Argument::Int(int)) => _ = write!(out, "{int}"),
        (_, Argument::Float(float)) => quote_float(float, &mut out),
        (Opcode::Long1 | Opcode::Long4, Argument::Data(data)) => integer(data, &mut out),
        (opcode, Argument::Data(data)) => match opcode {
            Opcode::ShortBinUnicode | Opcode::BinUnicode | Opcode::BinUnicode8 => {
                quote_str(data, usize::MAX, &mut out);
            }
            // pickletools takes a Python 2 str for Latin-1 text.
            Opcode::ShortBinString | Opcode::BinString => latin1(data, &mut out),
            Opcode::ByteArray8 => quote_bytearray(data, usize::MAX, &mut out),
            _ => quote_bytes(data, usize::MAX, "b", &mut out),
        },
        (opcode, Argument::Line(line)) => textual(opcode, line, &mut out),
        (_, Argument::Lines(module, name)) => {
            quote_str(&[module, b" ", name].concat(), usize::MAX, &mut out);
        }
    }
    out
}

fn integer(data: &[u8], out: &mut String) {
    let mut bytes = Vec::with_capacity(data.len() + 5);
    bytes.push(Opcode::Long4 as u8);
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend_from_slice(data);
    binary(&bytes, out);
}

fn latin1(data: &[u8], out: &mut String) {
    let text: String = data.iter().map(|&byte| char::from(byte)).collect();
    quote_str(text.as_bytes(), usize::MAX, out);
}

/// A line: the value it stands for, or the line itself where it stands for none.
fn textual(opcode: Opcode, line: &[u8], out: &mut String) {
    let mut bytes = Vec::new();
    let read = match opcode {
        Opcode::Int => text::int(line, &mut bytes),
        Opcode::Long => text::long(line, &mut bytes),
        Opcode::Float => text::float(line, &mut bytes),
        Opcode::String => text::string(line, &mut bytes),
        Opcode::Unicode => text::unicode(line, &mut bytes),
        Opcode::Get | Opcode::Put => text::long(line, &mut bytes),
        _ => Err("is text"),
    };
    match read {
        Ok(()) => binary(&bytes, out),
        Err(_) => latin1(line, out),
    }
}

fn binary(bytes: &[u8], out: &mut String) {
    use crate::leaf::{Leaf, read};
    match read(bytes, 0) {
        Some(Leaf::Bool(value)) => out.push_str(if value { "True" } else { "False" }),
        Some(Leaf::Small(value)) => _ = write!(out, "{value}"),
        Some(Leaf::Big(bytes)) => _ = write!(out, "{}", Int::big(bytes)),
        Some(Leaf::Float(value)) => quote_float(value, out),
        Some(Leaf::Str(text)) => quote_str(text, usize::MAX, out),
        Some(Leaf::Str2(bytes)) => latin1(bytes, out),
        _ => {}
    }
}
