//! `Template`: the opcodes that make one item of a list, where the others are made by the same ones.
//!
//! A list of a million dicts of one shape is a million times the same opcodes with other leaves in between. So the
//! opcodes are learned from two items, the others are compared with them, and nothing is kept of an item but where its
//! leaves are: one number of 32 bits, a *cell*, for each.

use crate::graph::Shape;
use crate::memo::{Memo, put_end};
use crate::op::{LeafEnd, Opcode, leaf_end};
use crate::seq::memo_end;
use crate::table::Cells;
use crate::word::{MAX_RUN, Word};

mod learn;
mod tokens;

pub(crate) use learn::Learner;

/// The opcodes that make an item.
pub(crate) struct Template {
    pub(crate) steps: Vec<Step>,
    /// What happens within the literal steps, in order.
    pub(crate) events: Vec<Event>,
    /// The containers and objects.
    pub(crate) nodes: Vec<Node>,
    /// The node that is the item itself.
    pub(crate) root: usize,
    /// What they hold.
    pub(crate) slots: Vec<Slot>,
    /// How many cells an item has: one at least.
    pub(crate) cells: usize,
    /// How many bytes are before the first cell.
    pub(crate) lead: usize,
}

/// A part of an item's opcodes.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    /// These bytes. The [`Event`]s from `event` up to `end` happen there.
    Literal { literal: Literal, event: u32, end: u32 },
    /// A BINPUT (2 bytes) or LONG_BINPUT (5) of the next index, for this node.
    Put { node: u8, width: u8 },
    /// A leaf, or a GET: one cell.
    Leaf,
    /// What follows the opcode of a list or set of leaves and GETs and nothing else: two cells, the first leaf and how
    /// many there are.
    Leaves { adds: u8 },
}

/// Up to eight bytes that are the same in each item. They are compared as one number, which is much faster than to
/// compare slices of so few; so the last bytes of the input are in no row, but a pickle hardly ends with a list anyway.
#[derive(Clone, Copy)]
pub(crate) struct Literal {
    bytes: u64,
    mask: u64,
    pub(crate) len: u8,
    /// How many entries of the memo are made there.
    memos: u8,
}

impl Literal {
    /// Of at most eight bytes.
    fn new(bytes: &[u8], memos: u8) -> Literal {
        let (mut padded, mut mask) = ([0; 8], [0; 8]);
        for ((to, mask), &byte) in padded.iter_mut().zip(&mut mask).zip(bytes) {
            (*to, *mask) = (byte, 0xff);
        }
        let (bytes_le, mask) = (u64::from_le_bytes(padded), u64::from_le_bytes(mask));
        Literal { bytes: bytes_le, mask, len: bytes.len().min(8) as u8, memos }
    }

    /// Where it ends, if it is there.
    #[inline(always)]
    fn end(&self, input: &[u8], at: usize) -> Option<usize> {
        let found = u64::from_le_bytes(*input.get(at..)?.first_chunk()?);
        (found & self.mask == self.bytes).then(|| at + usize::from(self.len))
    }
}

/// What happens within a literal.
#[derive(Clone, Copy)]
pub(crate) struct Event {
    /// So many bytes from its start.
    pub(crate) at: u8,
    pub(crate) node: u8,
    /// Whether the node is memoized there, or made.
    pub(crate) memo: bool,
}

/// A container or object of an item.
pub(crate) struct Node {
    pub(crate) shape: Shape,
    pub(crate) body: Body,
    /// Of a dict: the same number as other dicts that have the same keys.
    pub(crate) layout: u32,
}

/// Where the items of a [`Node`] are; of an object, callable, arguments and state.
#[derive(Clone, Copy)]
pub(crate) enum Body {
    /// `len` of [`Template::slots`] from `start`.
    Slots { start: u32, len: u32 },
    /// The two cells of a [`Step::Leaves`].
    Leaves { cell: u32 },
}

/// What a node holds in one place.
#[derive(Clone, Copy)]
pub(crate) enum Slot {
    /// The same value in each item.
    Same(Word),
    /// A leaf that each item has for itself, though they are alike: so many bytes before a cell's.
    Before { cell: u32, back: u32 },
    /// What a cell says.
    Cell(u32),
    /// Another node of the item.
    Node(u8),
}

/// An item that agrees with a template.
pub(crate) struct Match {
    /// The first byte behind it.
    pub(crate) end: usize,
    /// How many entries it has in the memo.
    pub(crate) memos: usize,
}

impl Template {
    /// Bytes taken.
    pub(crate) fn memory(&self) -> usize {
        size_of_val(self)
            + size_of_val(&self.steps[..])
            + size_of_val(&self.events[..])
            + size_of_val(&self.nodes[..])
            + size_of_val(&self.slots[..])
    }

    /// The keys of a dict, `None` for those that each item has for itself.
    fn same_keys(&self, node: &Node) -> impl Iterator<Item = Option<Word>> + '_ {
        let slots = match node.body {
            Body::Slots { start, len } => self.slots.get(start as usize..(start + len) as usize),
            Body::Leaves { .. } => None,
        };
        slots.unwrap_or_default().iter().step_by(2).map(|slot| match *slot {
            Slot::Same(word) => Some(word),
            _ => None,
        })
    }

    /// Whether an item may start there: it does not say that one does.
    #[inline(always)]
    pub(crate) fn may_start(&self, input: &[u8], at: usize) -> bool {
        match self.steps.first() {
            Some(Step::Literal { literal, .. }) => literal.end(input, at).is_some(),
            _ => input.get(at).is_some_and(|&byte| is_get(byte)) || leaf_end(input, at) != LeafEnd::NotLeaf,
        }
    }

    /// Compares the item at `at`, the next index of the memo being `index`, and adds its cells to `cells`; some of them
    /// may be there also where it does not agree. That may be because an entry of the memo is not at hand: see
    /// [`Memo::wanted`].
    #[inline]
    pub(crate) fn compare(
        &self,
        input: &[u8],
        mut at: usize,
        index: usize,
        memo: &mut Memo,
        cells: &mut Cells,
    ) -> Option<Match> {
        let mut memos = 0;
        for step in &self.steps {
            match *step {
                Step::Literal { ref literal, .. } => {
                    at = literal.end(input, at)?;
                    memos += usize::from(literal.memos);
                }
                Step::Put { width, .. } => {
                    let end = put_end(input, at, index + memos)?;
                    if end != at + usize::from(width) {
                        return None;
                    }
                    at = end;
                    memos += 1;
                }
                Step::Leaf => match leaf_end(input, at) {
                    LeafEnd::At(end) => {
                        cells.push_at(at)?;
                        at = remembered(input, end, index, &mut memos);
                    }
                    LeafEnd::NotLeaf => {
                        let (index, end) = get_index(input, at)?;
                        let word = memo.ready(index)?;
                        cells.push_extra(at)?;
                        cells.extra.push(word);
                        at = end;
                    }
                    LeafEnd::Broken => return None,
                },
                Step::Leaves { adds } => at = leaves(input, at, adds, index, memo, cells, &mut memos)?,
            }
        }
        Some(Match { end: at, memos })
    }
}

/// Where the memo opcode behind a leaf ends, if there is one.
#[inline(always)]
fn remembered(input: &[u8], end: usize, next_index: usize, memos: &mut usize) -> usize {
    match input.get(end) {
        Some(&byte) if byte == Opcode::Memoize as u8 => {
            *memos += 1;
            end + 1
        }
        Some(&byte) if byte == Opcode::BinPut as u8 || byte == Opcode::LongBinPut as u8 => {
            // Of another index it is left alone, and agrees with no step.
            match put_end(input, end, next_index + *memos) {
                Some(end) => {
                    *memos += 1;
                    end
                }
                None => end,
            }
        }
        _ => end,
    }
}

/// The items of a list or set whose opcode was just read, all leaves or GETs. Gives where they end.
fn leaves(
    input: &[u8],
    body: usize,
    adds: u8,
    index: usize,
    memo: &mut Memo,
    cells: &mut Cells,
    memos: &mut usize,
) -> Option<usize> {
    let marked = input.get(body) == Some(&(Opcode::Mark as u8));
    let start = body + usize::from(marked);
    let (mut at, mut count, mut gets, mut remembers) = (start, 0, false, *memos);
    loop {
        match leaf_end(input, at) {
            LeafEnd::At(end) => at = remembered(input, end, index, &mut remembers),
            LeafEnd::NotLeaf => match get_index(input, at) {
                Some((_, end)) => (at, gets) = (end, true),
                None => break,
            },
            LeafEnd::Broken => return None,
        }
        count += 1;
        if !marked {
            break;
        }
    }
    // A set is filled with ADDITEMS only.
    let alone = !marked && adds == Opcode::Appends as u8;
    let closed = if alone { Opcode::Append as u8 } else { adds };
    if count == 0 || !(marked || alone) || count > MAX_RUN || input.get(at) != Some(&closed) {
        // If nothing is marked, it is an empty one, and what follows is not for it.
        cells.push_at(body)?;
        cells.push(0);
        return (!marked).then_some(body);
    }
    if !gets {
        cells.push_at(body)?;
        cells.push(count as u32);
    } else {
        cells.push_extra(body)?;
        cells.push(count as u32);
        let mut next = start;
        for _ in 0..count {
            let (word, end) = match leaf_end(input, next) {
                LeafEnd::At(end) => (Word::leaf(next), memo_end(input, end)),
                _ => {
                    let (index, end) = get_index(input, next)?;
                    (memo.ready(index)?, end)
                }
            };
            cells.extra.push(word);
            next = end;
        }
    }
    *memos = remembers;
    Some(at + 1)
}

#[inline(always)]
pub(crate) fn is_get(byte: u8) -> bool {
    byte == Opcode::BinGet as u8 || byte == Opcode::LongBinGet as u8
}

/// The index of the BINGET or LONG_BINGET at `at`, and where it ends.
#[inline(always)]
pub(crate) fn get_index(input: &[u8], at: usize) -> Option<(u64, usize)> {
    match *input.get(at)? {
        byte if byte == Opcode::BinGet as u8 => Some((u64::from(*input.get(at + 1)?), at + 2)),
        byte if byte == Opcode::LongBinGet as u8 => {
            let index = u32::from_le_bytes(*input.get(at + 1..)?.first_chunk()?);
            Some((index.into(), at + 5))
        }
        _ => None,
    }
}
