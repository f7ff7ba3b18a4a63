//! The stack and its marks. Words may be runs; whoever needs single values spreads them.

use super::{Machine, syntax};
use crate::error::{Category, Error, Result};
use crate::ops;
use crate::word::Word;

impl Machine<'_> {
    pub(super) fn underflow(&self, at: usize) -> Error {
        if self.marks.is_empty() { syntax(at, "stack underflow") } else { syntax(at, "unexpected MARK") }
    }

    #[cold]
    pub(super) fn no_opcode(&self, byte: u8, at: usize) -> Error {
        match self.graph.protocol {
            0..=5 => ops::no_opcode(byte, at),
            protocol => {
                let message = format!("expected a pickle of protocol 0 to 5, found protocol {protocol}");
                Error::at(Category::Unsupported, at as u64, message)
            }
        }
    }

    pub(super) fn broken(&self, at: usize) -> Error {
        match ops::read(self.input, at) {
            Err(error) => error,
            Ok((op, _)) => ops::truncated(op.opcode, at),
        }
    }

    #[inline(always)]
    pub(super) fn pop(&mut self, at: usize) -> Result<Word> {
        if self.stack.len() <= self.fence {
            return Err(self.underflow(at));
        }
        match self.stack.pop() {
            Some(word) if word.is_run() => {
                self.stack.push(word);
                self.spread_from(self.stack.len() - 1);
                self.stack.pop().ok_or_else(|| self.underflow(at))
            }
            Some(word) => Ok(word),
            None => Err(self.underflow(at)),
        }
    }

    #[inline(always)]
    pub(super) fn pop_two(&mut self, at: usize) -> Result<[Word; 2]> {
        let second = self.pop(at)?;
        Ok([self.pop(at)?, second])
    }

    #[inline(always)]
    pub(super) fn top(&mut self, at: usize) -> Result<Word> {
        let word = self.pop(at)?;
        self.stack.push(word);
        Ok(word)
    }

    /// Where the top `count` words begin, none of them runs, none below the fence.
    #[inline(always)]
    pub(super) fn above(&mut self, at: usize, count: usize) -> Result<usize> {
        if self.runs > 0 {
            self.spread_from(self.stack.len().saturating_sub(count).max(self.fence));
        }
        let from = self.stack.len().checked_sub(count).filter(|&from| from >= self.fence);
        from.ok_or_else(|| self.underflow(at))
    }

    #[inline(always)]
    pub(super) fn pop_mark(&mut self, at: usize) -> Result<usize> {
        let Some(from) = self.marks.pop() else { return Err(syntax(at, "expected a MARK on the stack")) };
        self.fence = self.marks.last().copied().unwrap_or(0);
        Ok(from)
    }

    /// Makes each run from there on single words.
    pub(super) fn spread_from(&mut self, from: usize) {
        if self.runs == 0 || !self.stack[from..].iter().any(|word| word.is_run()) {
            return;
        }
        let tail = self.stack.split_off(from);
        for word in tail {
            if word.is_run() {
                self.runs -= 1;
                crate::seq::spread(self.input, &self.graph.tables, word, |word| self.stack.push(word));
            } else {
                self.stack.push(word);
            }
        }
    }

    /// Forgets the stack from there on.
    #[inline(always)]
    pub(super) fn take(&mut self, from: usize) {
        if self.runs > 0 {
            self.runs -= self.stack[from..].iter().filter(|word| word.is_run()).count();
        }
        self.stack.truncate(from);
    }
}
