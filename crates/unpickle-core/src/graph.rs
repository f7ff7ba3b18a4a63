//! The tables of a decoded pickle: one 8-byte word for whatever is held anywhere, one 16-byte record for each
//! container and object.
//!
//! The pickle itself is the arena: an opcode runs once, so the offset of the opcode that made a leaf (a number,
//! a string, `None`) is its identity, its place for error messages and all that is stored of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use crate::buffer::Source;
use crate::dict::DictIndex;
use crate::table::{Part, Table};
use crate::word::{Ref, Word};

/// What a [`Record`] is. An object has two slots in [`Graph::words`], as said here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Shape {
    List,
    Tuple,
    Dict,
    Set,
    FrozenSet,
    /// A global: its slots are the module and the name.
    Class,
    /// Calls: the slots are the callable and the arguments.
    Reduce,
    NewObj,
    NewObjEx,
    Obj,
    Inst,
    /// The first slot is the persistent id, the second what it stands for, where that is known.
    Persistent,
    /// `start` is the extension code.
    Extension,
    /// `start` is the index into [`Graph::buffers`].
    Buffer,
}

const SHAPES: [Shape; 14] = [
    Shape::List,
    Shape::Tuple,
    Shape::Dict,
    Shape::Set,
    Shape::FrozenSet,
    Shape::Class,
    Shape::Reduce,
    Shape::NewObj,
    Shape::NewObjEx,
    Shape::Obj,
    Shape::Inst,
    Shape::Persistent,
    Shape::Extension,
    Shape::Buffer,
];

/// Where the items of a container are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    /// `extra` words from `start`, each one value.
    Inline,
    /// The number of values at `start`, then `extra` words, some of them runs.
    InlineRuns,
    /// [`Graph::bigs`] at `start`.
    Big,
    /// One word, in the record itself: a single value, or a run of them.
    One,
}

/// A container, class or object: 16 bytes.
#[derive(Clone, Copy)]
pub(crate) struct Record {
    /// Offset (44 bits), tag (12 bits), shape (8 bits).
    head: u64,
    /// Two numbers of 32 bits, or for [`Storage::One`] a word.
    body: Word,
}

const _: () = assert!(size_of::<Word>() == 8 && size_of::<Record>() == 16);

/// Set in an object's second number: it is an index into [`Graph::extras`], not of the state's word.
const EXTRA: u32 = 1 << 31;

impl Record {
    #[inline(always)]
    pub(crate) fn new(shape: Shape, at: usize, start: u32, extra: u32) -> Record {
        let mut record = Record { head: (at as u64) << 20 | shape as u64, body: Word::from_bits(0) };
        record.set_span(start, extra);
        record
    }

    /// Index into [`Graph::words`], or what [`Storage`] and [`Shape`] say.
    #[inline(always)]
    pub(crate) fn start(&self) -> u32 {
        self.body.bits() as u32
    }

    /// A container's number of words; where an object's state is.
    #[inline(always)]
    pub(crate) fn extra(&self) -> u32 {
        (self.body.bits() >> 32) as u32
    }

    #[inline(always)]
    pub(crate) fn set_span(&mut self, start: u32, extra: u32) {
        self.body = Word::from_bits(u64::from(start) | u64::from(extra) << 32);
    }

    /// Makes it a container of what one word stands for.
    #[inline(always)]
    pub(crate) fn set_one(&mut self, word: Word) {
        self.body = word;
        self.set_storage(Storage::One);
    }

    /// Whether it is a container that nothing was put in yet.
    #[inline(always)]
    pub(crate) fn is_unfilled(&self) -> bool {
        self.storage() == Storage::Inline && self.extra() == 0
    }

    #[inline(always)]
    pub(crate) fn set_tag(&mut self, tag: u16) {
        self.head = self.head & !0xfff00 | u64::from(tag & 0xfff) << 8;
    }

    #[inline(always)]
    pub(crate) fn tag(&self) -> u16 {
        (self.head >> 8) as u16 & 0xfff
    }

    /// Whether it is a call that only spells a plain value.
    #[inline(always)]
    pub(crate) fn is_folded(&self) -> bool {
        self.shape() == Shape::Reduce && self.tag() != 0
    }

    #[inline(always)]
    pub(crate) fn shape(&self) -> Shape {
        // The byte was written by `new`; a wrong one cannot be, and would be a list without items.
        *SHAPES.get(usize::from(self.head as u8)).unwrap_or(&Shape::List)
    }

    #[inline(always)]
    pub(crate) fn at(&self) -> usize {
        (self.head >> 20) as usize
    }

    #[inline(always)]
    pub(crate) fn storage(&self) -> Storage {
        match self.tag() {
            0 => Storage::Inline,
            1 => Storage::InlineRuns,
            2 => Storage::Big,
            _ => Storage::One,
        }
    }

    #[inline(always)]
    pub(crate) fn set_storage(&mut self, storage: Storage) {
        self.set_tag(match storage {
            Storage::Inline => 0,
            Storage::InlineRuns => 1,
            Storage::Big => 2,
            Storage::One => 3,
        });
    }
}

/// The tag of a buffer that is not to be written to.
pub(crate) const READONLY: u16 = 1;

/// The items of a container that was filled more than once.
#[derive(Default)]
pub(crate) struct Big {
    pub(crate) words: Vec<Word>,
    /// How many values the words stand for.
    pub(crate) len: u64,
    /// Whether some of the words are runs.
    pub(crate) runs: bool,
    /// With runs: how many values are before each [`STRIDE`]th word.
    pub(crate) marks: OnceLock<Vec<u64>>,
}

/// How many words are between two [`Big::marks`].
pub(crate) const STRIDE: usize = 64;

/// What few objects have.
#[derive(Default)]
pub(crate) struct Extra {
    /// The keyword arguments of NEWOBJ_EX.
    pub(crate) kwargs: Option<Word>,
    /// All BUILD states.
    pub(crate) states: Vec<Word>,
    /// A list record of what was appended or added.
    pub(crate) items: Option<u32>,
    /// A dict record of what was set.
    pub(crate) pairs: Option<u32>,
    /// Calls with it and a state that were made for what they do: their results were dropped.
    pub(crate) calls: Vec<Word>,
}

/// The tables.
pub(crate) struct Graph {
    pub(crate) records: Vec<Record>,
    pub(crate) words: Vec<Word>,
    pub(crate) bigs: Vec<Big>,
    pub(crate) extras: Vec<Extra>,
    /// Containers and objects that are made alike, in rows.
    pub(crate) tables: Vec<Table>,
    /// Leaves that the input holds as text, re-written as binary opcodes, each behind the eight bytes of its
    /// original offset: reading a leaf knows binary opcodes only.
    pub(crate) side: Vec<u8>,
    /// The leaves with the bytes of bytearrays that were appended to.
    pub(crate) grown: HashMap<Word, Word>,
    pub(crate) buffers: Vec<Source>,
    pub(crate) root: Word,
    /// The list of all roots, where several pickles stand in a row.
    pub(crate) row: Option<Word>,
    pub(crate) encoding: crate::Encoding,
    pub(crate) limits: crate::Limits,
    pub(crate) protocol: u8,
    /// Hash indexes of the larger dicts that were searched.
    pub(crate) indexes: Mutex<HashMap<Word, Arc<DictIndex>>>,
}

impl Graph {
    pub(crate) fn record(&self, index: u32) -> Option<&Record> {
        self.records.get(index as usize)
    }

    /// The container or object of a row.
    #[inline]
    pub(crate) fn part(&self, word: Word) -> Option<Part<'_>> {
        match word.get() {
            Ref::Node { table, node, row } => Part::new(&self.tables, table, node, row),
            _ => None,
        }
    }

    /// The words of a container, how many values they stand for, and the [`Big`] they are in.
    #[inline]
    pub(crate) fn items<'g>(&'g self, record: &'g Record) -> (&'g [Word], usize, Option<&'g Big>) {
        let start = record.start() as usize;
        let len = record.extra() as usize;
        match record.storage() {
            Storage::Inline => {
                let words = self.words.get(start..start + len).unwrap_or_default();
                (words, words.len(), None)
            }
            Storage::One => (std::slice::from_ref(&record.body), record.body.count(), None),
            Storage::InlineRuns => {
                let words = self.words.get(start + 1..start + 1 + len).unwrap_or_default();
                (words, self.words.get(start).map_or(0, |len| len.bits() as usize), None)
            }
            Storage::Big => match self.bigs.get(start) {
                Some(big) => (&big.words, big.len as usize, Some(big)),
                None => (&[], 0, None),
            },
        }
    }

    /// Adds `words` to the items of `record`, a container. `runs` says whether some of them are runs.
    #[inline]
    pub(crate) fn fill(&mut self, record: &mut Record, words: &[Word], runs: bool) {
        let end = self.words.len();
        match (record.storage(), words) {
            (Storage::Inline, [word]) if record.extra() == 0 => record.set_one(*word),
            (Storage::Inline, _) if record.extra() == 0 && !runs => {
                self.words.extend_from_slice(words);
                record.set_span(end as u32, words.len() as u32);
            }
            // It was the last to grow, so it goes on where it is.
            (Storage::Inline, _) if !runs && (record.start() + record.extra()) as usize == end => {
                self.words.extend_from_slice(words);
                record.set_span(record.start(), record.extra() + words.len() as u32);
            }
            _ => self.fill_slowly(record, words, runs),
        }
    }

    fn fill_slowly(&mut self, record: &mut Record, words: &[Word], runs: bool) {
        let end = self.words.len();
        match record.storage() {
            Storage::One if !runs && !record.body.is_run() => {
                self.words.push(record.body);
                self.words.extend_from_slice(words);
                record.set_storage(Storage::Inline);
                record.set_span(end as u32, words.len() as u32 + 1);
            }
            Storage::Inline if record.extra() == 0 => {
                self.words.push(Word::from_bits(words.iter().map(|word| word.count() as u64).sum()));
                self.words.extend_from_slice(words);
                record.set_storage(Storage::InlineRuns);
                record.set_span(end as u32, words.len() as u32);
            }
            storage => {
                if storage != Storage::Big {
                    self.make_big(record);
                }
                if let Some(big) = self.bigs.get_mut(record.start() as usize) {
                    big.len += words.iter().map(|word| word.count() as u64).sum::<u64>();
                    big.runs |= runs;
                    big.words.extend_from_slice(words);
                }
            }
        }
    }

    fn make_big(&mut self, record: &mut Record) {
        let (items, len, _) = self.items(record);
        let mut words = Vec::with_capacity((items.len() * 2).max(4));
        words.extend_from_slice(items);
        let runs = words.len() != len;
        self.bigs.push(Big { words, len: len as u64, runs, marks: OnceLock::new() });
        record.set_storage(Storage::Big);
        record.set_span(self.bigs.len() as u32 - 1, 0);
    }

    /// Makes the object at `index`, a call that spells a plain value, a call like any other.
    pub(crate) fn unfold(&mut self, index: u32) {
        let Some(record) = self.records.get_mut(index as usize) else { return };
        record.set_tag(0);
        if record.extra() & EXTRA == 0 {
            record.set_span(record.start(), 0);
        } else if let Some(extra) = self.extras.get_mut((record.extra() & !EXTRA) as usize) {
            extra.states.clear();
        }
    }

    /// Slot `i` of an object.
    pub(crate) fn slot(&self, record: &Record, i: usize) -> Option<Word> {
        self.words.get(record.start() as usize + i).copied().filter(|word| !word.is_empty())
    }

    /// What BUILD set on an object, in order.
    pub(crate) fn states(&self, record: &Record) -> &[Word] {
        match record.extra() {
            0 => &[],
            extra if extra & EXTRA != 0 => self.extra(record).map_or(&[], |extra| &extra.states),
            extra => self.words.get(extra as usize..extra as usize + 1).unwrap_or_default(),
        }
    }

    pub(crate) fn extra(&self, record: &Record) -> Option<&Extra> {
        let index = record.extra();
        if index & EXTRA == 0 { None } else { self.extras.get((index & !EXTRA) as usize) }
    }

    /// The [`Extra`] of the object at `index`, made if there is none. `None` only if there are too many.
    pub(crate) fn extra_mut(&mut self, index: u32) -> Option<&mut Extra> {
        let record = self.records.get_mut(index as usize)?;
        if record.extra() & EXTRA == 0 {
            let new = u32::try_from(self.extras.len()).ok().filter(|new| new & EXTRA == 0)?;
            let states = match record.extra() {
                0 => Vec::new(),
                at => self.words.get(at as usize).copied().into_iter().collect(),
            };
            self.extras.push(Extra { states, ..Extra::default() });
            record.set_span(record.start(), new | EXTRA);
        }
        self.extras.get_mut((record.extra() & !EXTRA) as usize)
    }

    /// Adds a state to the object at `index`. `None` only if there are too many.
    pub(crate) fn add_state(&mut self, index: u32, state: Word) -> Option<()> {
        let at = u32::try_from(self.words.len()).ok().filter(|at| at & EXTRA == 0);
        let record = self.records.get_mut(index as usize)?;
        match at {
            Some(at) if record.extra() == 0 => {
                self.words.push(state);
                record.set_span(record.start(), at);
            }
            _ => self.extra_mut(index)?.states.push(state),
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_keeps_offset_tag_and_shape_apart() {
        let mut record = Record::new(Shape::Buffer, (1 << 44) - 1, 1, 2);
        record.set_tag(0xabc);
        assert_eq!((record.shape(), record.at(), record.tag()), (Shape::Buffer, (1 << 44) - 1, 0xabc));
        record.set_storage(Storage::Big);
        assert_eq!(
            (record.shape(), record.at(), record.storage()),
            (Shape::Buffer, (1 << 44) - 1, Storage::Big)
        );
        for (i, shape) in SHAPES.into_iter().enumerate() {
            assert_eq!(shape as usize, i);
        }
    }
}
