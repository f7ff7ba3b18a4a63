//! Appending to a bytearray. No pickler does it, but CPython extends whatever can be extended.

use super::Machine;
use crate::class::folded;
use crate::error::{Error, Result};
use crate::graph::Shape;
use crate::op::Opcode;
use crate::text;
use crate::word::{Ref, Word};

/// The bytes of a bytearray are held together, so each APPENDS copies them: so many for each byte of the input, and for any
/// input, may be kept.
const COPIES: usize = 8;
const ALWAYS: usize = 1 << 16;

impl Machine<'_> {
    /// Whether it is one that is no object with items of its own.
    pub(super) fn is_bytearray(&self, target: Word) -> bool {
        match target.get() {
            Ref::Leaf(at) => self.input.get(at) == Some(&(Opcode::ByteArray8 as u8)),
            Ref::Record(index) => self
                .graph
                .record(index)
                .is_some_and(|record| record.shape() == Shape::Reduce && record.tag() == folded::BYTE_ARRAY),
            _ => false,
        }
    }

    /// Adds the stack from there on to the bytes of `target`, whose leaf stays as it was for what was made of it.
    pub(super) fn extend_bytearray(&mut self, at: usize, target: Word, from: usize) -> Result<()> {
        self.spread_from(from);
        let mut bytes = self.value(target).as_bytes().unwrap_or_default().to_vec();
        for &word in &self.stack[from..] {
            let value = self.value(word);
            let byte =
                value.as_i64().or(value.as_bool().map(i64::from)).and_then(|byte| byte.try_into().ok());
            bytes.push(byte.ok_or_else(|| Error::data(value, "a byte to append to a bytearray"))?);
        }
        let most = self.input.len().saturating_mul(COPIES).saturating_add(ALWAYS);
        if self.graph.side.len().saturating_add(bytes.len()) > most {
            return Err(Error::limit(
                "bytearrays are appended to more often than there is memory allowed for",
            ));
        }
        let leaf = self.side(at);
        text::write_bytes(&bytes, &mut self.graph.side);
        self.graph.grown.insert(target, leaf);
        self.take(from);
        Ok(())
    }
}
