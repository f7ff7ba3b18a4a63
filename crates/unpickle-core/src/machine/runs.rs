//! Rows of leaves, which lists are mostly made of: one word for a whole row.

use super::Machine;
use crate::error::Result;
use crate::graph::{Record, Shape};
use crate::op::{LeafEnd, Opcode, leaf_end};
use crate::ops;
use crate::word::{MAX_RUN, Word};

/// Runs of up to this many leaves are kept as words of their own: most tuples and small lists.
const SHORT_RUN: usize = 16;

/// The opcode of a float, which nobody memoizes, and how long it is with what follows.
const FLOAT: u8 = Opcode::BinFloat as u8;
const FLOAT_LEN: usize = 9;

/// How many floats there are from `at` on, at most so many, eight at a time: their opcodes are where they must be, so none has to wait
/// for the one before.
fn floats(input: &[u8], at: usize, most: usize) -> usize {
    let mut count = 0;
    for eight in input.get(at..).unwrap_or_default().chunks_exact(8 * FLOAT_LEN).take(most / 8) {
        if !eight.iter().step_by(FLOAT_LEN).all(|&byte| byte == FLOAT) {
            break;
        }
        count += 8;
    }
    count
}

/// The opcode of a short text.
const TEXT: u8 = Opcode::ShortBinUnicode as u8;

/// How many short texts that are memoized there are from `at` on, at most so many, and where they end.
fn texts(input: &[u8], mut at: usize, most: usize) -> (usize, usize) {
    let mut count = 0;
    while count < most {
        let Some(&[TEXT, len]) = input.get(at..).and_then(<[u8]>::first_chunk) else { break };
        let end = at + 2 + usize::from(len);
        if input.get(end) != Some(&(Opcode::Memoize as u8)) {
            break;
        }
        count += 1;
        at = end + 1;
    }
    (count, at)
}

impl Machine<'_> {
    /// Whether what follows the MARK just read is going to be appended to a list or set.
    pub(super) fn fills_sequence(&self) -> bool {
        let Some(index) = self.stack.last().and_then(|word| word.as_record()) else { return false };
        matches!(self.graph.record(index).map(Record::shape), Some(Shape::List | Shape::Set))
    }

    /// All leaves up to the next opcode that is none, as runs. If that is an APPENDS or ADDITEMS to a container
    /// without items yet, they are its items, and one word holds them all.
    pub(super) fn leaves(&mut self) -> Result<()> {
        let mut start = self.at;
        let mut at = start;
        let mut count = 0;
        let mut flushed = false;
        loop {
            match leaf_end(self.input, at) {
                LeafEnd::At(end) => {
                    if count == MAX_RUN {
                        self.push_run(start, count);
                        flushed = true;
                        start = at;
                        count = 0;
                    }
                    count += 1;
                    let next = self.remember_leaf(at, end);
                    // What is like the leaf before may go on like it for long.
                    if next != end {
                        let most = self.memo.room_for_leaves().min(MAX_RUN - count);
                        let (more, end) = texts(self.input, next, most);
                        self.memo.skip_leaves(more);
                        count += more;
                        at = end;
                    } else if end - at == FLOAT_LEN {
                        let more = floats(self.input, next, MAX_RUN - count);
                        count += more;
                        at = next + more * FLOAT_LEN;
                    } else {
                        at = next;
                    }
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
