//! What follows an opcode in the stream, and leaves that are text there.

use super::{Machine, syntax};
use crate::error::Result;
use crate::op::Opcode;
use crate::ops::{self, Argument};
use crate::text;
use crate::word::Word;

impl<'i> Machine<'i> {
    #[inline(always)]
    pub(super) fn byte(&mut self, opcode: Opcode, at: usize) -> Result<u8> {
        let byte = *self.input.get(self.at).ok_or_else(|| ops::truncated(opcode, at))?;
        self.at += 1;
        Ok(byte)
    }

    #[inline(always)]
    pub(super) fn bytes<const N: usize>(&mut self, opcode: Opcode, at: usize) -> Result<[u8; N]> {
        let rest = self.input.get(self.at..).unwrap_or_default();
        let bytes = *rest.first_chunk().ok_or_else(|| ops::truncated(opcode, at))?;
        self.at += N;
        Ok(bytes)
    }

    pub(super) fn line(&mut self, at: usize) -> Result<&'i [u8]> {
        let (op, end) = ops::read(self.input, at)?;
        self.at = end;
        match op.argument {
            Argument::Line(line) => Ok(line),
            _ => Err(syntax(at, "expected a line")),
        }
    }

    pub(super) fn lines(&mut self, at: usize) -> Result<(&'i [u8], &'i [u8])> {
        let (op, end) = ops::read(self.input, at)?;
        self.at = end;
        match op.argument {
            Argument::Lines(module, name) => Ok((module, name)),
            _ => Err(syntax(at, "expected two lines")),
        }
    }

    pub(super) fn line_index(&mut self, at: usize) -> Result<u64> {
        let line = self.line(at)?;
        let index = std::str::from_utf8(line).ok().and_then(|text| text.trim().parse().ok());
        index.ok_or_else(|| syntax(at, "expected a memo index, a decimal number that is not negative"))
    }

    pub(super) fn textual(
        &mut self,
        at: usize,
        convert: fn(&[u8], &mut Vec<u8>) -> Result<(), text::Fault>,
    ) -> Result<()> {
        let line = self.line(at)?;
        let word = self.side(at);
        if let Err(fault) = convert(line, &mut self.graph.side) {
            let name = self.input.get(at).and_then(|&byte| Opcode::from_byte(byte)).map_or("", Opcode::name);
            return Err(syntax(at, format!("the argument of {name} {fault}")));
        }
        self.stack.push(word);
        Ok(())
    }

    /// The word of a side leaf that the caller is about to write.
    pub(crate) fn side(&mut self, at: usize) -> Word {
        self.graph.side.extend((at as u64).to_le_bytes());
        Word::side(self.graph.side.len())
    }

    pub(super) fn side_str(&mut self, at: usize, text: &[u8]) -> Word {
        let word = self.side(at);
        text::write_str(text, &mut self.graph.side);
        word
    }
}
