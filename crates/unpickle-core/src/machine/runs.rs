//! Rows of leaves, which lists are mostly made of: one word for a whole row.

use super::{Machine, leaps};
use crate::error::Result;
use crate::graph::{Record, Shape};
use crate::op::{LeafEnd, Opcode, leaf_end};
use crate::ops;
use crate::word::{MAX_RUN, Word};

/// Runs of up to this many leaves are kept as words of their own: most tuples and small lists.
const SHORT_RUN: usize = 16;

/// If fewer leaves than this can be looked at together, as many are looked at one by one before the next attempt; then
/// twice as many, and so on, up to [`MOST_PATIENCE`].
const FEW: usize = 8;
const MOST_PATIENCE: usize = 256;

/// So many leaves are looked at together, at most: what is fetched from the memo has to be looked for among them.
const LEAP: usize = 1024;

impl Machine<'_> {
    /// Whether what follows the MARK just read is going to be appended to a list or set.
    pub(super) fn fills_sequence(&self) -> bool {
        let Some(index) = self.stack.last().and_then(|word| word.as_record()) else { return false };
        matches!(self.graph.record(index).map(Record::shape), Some(Shape::List | Shape::Set))
    }

    /// All leaves up to the next opcode that is none, as runs. If that is an APPENDS or ADDITEMS to a container
    /// without items yet, they are its items, and one word holds them all.
    pub(super) fn leaves(&mut self) -> Result<()> {
        let (mut start, mut at) = (self.at, self.at);
        let mut count = 0;
        let mut flushed = false;
        let mut patience = FEW / 2;
        let mut pause = if self.rows.enabled { 0 } else { MAX_RUN };
        loop {
            if count == pause {
                if count == MAX_RUN {
                    self.push_run(start, count);
                    flushed = true;
                    start = at;
                    count = 0;
                }
                if self.rows.enabled {
                    let (more, end) = self.leap(at, LEAP.min(MAX_RUN - count));
                    count += more;
                    at = end;
                    patience = if more < FEW { MOST_PATIENCE.min(2 * patience) } else { 1 };
                    pause = MAX_RUN.min(count + patience);
                }
                continue;
            }
            match leaf_end(self.input, at) {
                LeafEnd::At(end) => {
                    count += 1;
                    at = self.remember_leaf(at, end);
                }
                LeafEnd::NotLeaf if self.input.get(at) == Some(&(Opcode::Frame as u8)) => {
                    if self.input.len() - at < 9 {
                        return Err(ops::truncated(Opcode::Frame, at));
                    }
                    at += 9;
                    if count == 0 {
                        start = at;
                    }
                }
                LeafEnd::NotLeaf => break,
                LeafEnd::Broken => return Err(self.broken(at)),
            }
        }
        self.at = at;
        let run = if count == 1 { Word::leaf(start) } else { Word::run(start, count) };
        match count {
            0 => {}
            _ if !flushed && self.fills_at_once(at, run) => {}
            1 => self.stack.push(run),
            2..=SHORT_RUN => crate::seq::spread(self.input, &[], run, |leaf| self.stack.push(leaf)),
            _ => self.push_run(start, count),
        }
        Ok(())
    }

    /// How many leaves like the one at `at` follow each other, at most so many, and where they end. There may be more.
    #[inline(never)]
    fn leap(&mut self, at: usize, most: usize) -> (usize, usize) {
        match self.input.get(at).and_then(|&byte| Opcode::from_byte(byte)) {
            Some(opcode @ Opcode::BinFloat) => leaps::numbers::<9>(self.input, at, opcode, most),
            Some(opcode @ Opcode::BinInt) => leaps::numbers::<5>(self.input, at, opcode, most),
            Some(opcode @ Opcode::BinInt2) => leaps::numbers::<3>(self.input, at, opcode, most),
            Some(opcode @ Opcode::BinInt1) => leaps::numbers::<2>(self.input, at, opcode, most),
            Some(Opcode::NewTrue | Opcode::NewFalse) => leaps::single_bytes(self.input, at, most),
            Some(Opcode::ShortBinUnicode | Opcode::None) if self.memo.takes_leaves() => {
                let texts = leaps::texts(self.input, at, most);
                self.memo.push_leaves(at, texts.memos);
                (texts.leaves, texts.end)
            }
            _ => (0, at),
        }
    }

    /// If the next opcode appends the run to a container without items: does so.
    pub(super) fn fills_at_once(&mut self, at: usize, run: Word) -> bool {
        let next = self.input.get(at).copied();
        let shape = match next {
            Some(byte) if byte == Opcode::Appends as u8 => Shape::List,
            Some(byte) if byte == Opcode::AddItems as u8 => Shape::Set,
            _ => return false,
        };
        let Some(index) = self.stack.last().and_then(|word| word.as_record()) else { return false };
        match self.graph.records.get_mut(index as usize) {
            Some(record) if record.shape() == shape && record.is_unfilled() => record.set_one(run),
            _ => return false,
        }
        self.at = at + 1;
        self.marks.pop();
        self.fence = self.marks.last().copied().unwrap_or(0);
        true
    }

    pub(super) fn push_run(&mut self, start: usize, count: usize) {
        self.stack.push(Word::run(start, count));
        self.runs += 1;
    }
}
