//! Making containers, and adding to them.

use super::objects::is_object;
use super::{Machine, syntax, too_many};
use crate::Value;
use crate::error::{Error, Result};
use crate::graph::{Record, Shape};
use crate::table::Table;
use crate::word::Word;

impl Machine<'_> {
    pub(super) fn index(&self, index: usize) -> Result<u32> {
        u32::try_from(index).map_err(|_| too_many())
    }

    #[inline(always)]
    pub(crate) fn record(&mut self, record: Record) -> Result<Word> {
        let index = self.index(self.graph.records.len())?;
        if index & 0x3ff == 0 {
            self.charge()?;
        }
        self.graph.records.push(record);
        Ok(Word::record(index))
    }

    #[cold]
    pub(super) fn charge(&self) -> Result<()> {
        let graph = &self.graph;
        let words = graph.words.capacity() + self.stack.capacity() + self.marks.capacity();
        let tables: usize = graph.tables.iter().map(Table::memory).sum();
        let memory =
            graph.records.capacity() * 16 + words * 8 + graph.side.capacity() + tables + self.memo.memory();
        if memory > graph.limits.memory {
            let most = graph.limits.memory;
            return Err(Error::limit(format!("decoding needs more than the {most} bytes of memory allowed")));
        }
        Ok(())
    }

    #[inline(always)]
    pub(super) fn empty(&mut self, shape: Shape, at: usize) -> Result<()> {
        let word = self.record(Record::new(shape, at, 0, 0))?;
        self.push(word);
        Ok(())
    }

    #[inline(always)]
    pub(super) fn tuple(&mut self, at: usize, count: usize) -> Result<()> {
        let from = self.above(at, count)?;
        let word = self.sequence(Shape::Tuple, at, from)?;
        self.push(word);
        self.next_item()
    }

    pub(super) fn marked(&mut self, shape: Shape, at: usize) -> Result<()> {
        let from = self.pop_mark(at)?;
        let word = self.sequence(shape, at, from)?;
        self.push(word);
        Ok(())
    }

    /// A container of all on the stack from there on, which is taken.
    pub(super) fn sequence(&mut self, shape: Shape, at: usize, from: usize) -> Result<Word> {
        let mut record = Record::new(shape, at, 0, 0);
        self.fill(&mut record, from)?;
        self.take(from);
        self.record(record)
    }

    /// Adds the stack from there on to the items of `record`.
    #[inline]
    pub(super) fn fill(&mut self, record: &mut Record, from: usize) -> Result<()> {
        let runs = self.runs > 0 && self.stack[from..].iter().any(|word| word.is_run());
        self.index(self.graph.words.len() + self.stack.len() + 1)?;
        self.graph.fill(record, &self.stack[from..], runs);
        Ok(())
    }

    /// Fills a container of this shape that has no items yet, under `from`, with what is above: nearly every time.
    #[inline(always)]
    fn fill_fresh(&mut self, from: usize, shape: Shape) -> bool {
        let Some(target) = from.checked_sub(1).filter(|&target| target >= self.fence && self.runs == 0)
        else {
            return false;
        };
        let (Some(index), Ok(start)) = (
            self.stack.get(target).and_then(|word| word.as_record()),
            u32::try_from(self.graph.words.len() + self.stack.len()),
        ) else {
            return false;
        };
        let len = self.stack.len() - from;
        match self.graph.records.get_mut(index as usize) {
            Some(record) if len > 1 && record.shape() == shape && record.is_unfilled() => {
                record.set_span(start - self.stack.len() as u32, len as u32);
            }
            _ => return false,
        }
        self.graph.words.extend_from_slice(&self.stack[from..]);
        self.stack.truncate(from);
        true
    }

    #[inline]
    pub(super) fn append(&mut self, at: usize, from: usize, shape: Shape) -> Result<()> {
        if self.fill_fresh(from, shape) {
            return Ok(());
        }
        if from == self.stack.len() {
            // Nothing to append; CPython asks only that there is something to append to.
            return if from > self.fence { Ok(()) } else { Err(self.underflow(at)) };
        }
        let target = self.below(at, from)?;
        if shape == Shape::List && self.is_bytearray(target) {
            return self.extend_bytearray(at, target, from);
        }
        let index = self.target(at, target, shape)?;
        self.add(index, from)
    }

    #[inline]
    pub(super) fn set_items(&mut self, at: usize, from: usize) -> Result<()> {
        if (self.stack.len() - from).is_multiple_of(2) && self.fill_fresh(from, Shape::Dict) {
            return Ok(());
        }
        self.spread_from(from);
        if from == self.stack.len() {
            return if from > self.fence { Ok(()) } else { Err(self.underflow(at)) };
        }
        if !(self.stack.len() - from).is_multiple_of(2) {
            return Err(syntax(at, "odd number of items for SETITEMS"));
        }
        let target = self.below(at, from)?;
        let index = self.target(at, target, Shape::Dict)?;
        self.add(index, from)
    }

    /// The word under `from`, which is what a container opcode works on.
    pub(super) fn below(&mut self, at: usize, from: usize) -> Result<Word> {
        let Some(target) = from.checked_sub(1).filter(|&target| target >= self.fence) else {
            return Err(self.underflow(at));
        };
        // Of a run it is the last value.
        let mut last = self.stack[target];
        if last.is_run() {
            crate::seq::spread(self.input, &self.graph.tables, last, |word| last = word);
        }
        Ok(last)
    }

    /// The record that items of this shape go into: the target's own, or that of an object's items or pairs.
    pub(super) fn target(&mut self, at: usize, target: Word, shape: Shape) -> Result<u32> {
        if target.is_node() {
            return Err(self.row_changes());
        }
        let what = match shape {
            Shape::Dict => "a dict or object to set items of",
            Shape::Set => "a set or object to add items to",
            _ => "a list or object to append to",
        };
        let record =
            target.as_record().and_then(|index| self.graph.record(index).map(|record| (index, *record)));
        let Some((index, record)) = record else { return Err(Error::data(self.value(target), what)) };
        if record.shape() == shape {
            return Ok(index);
        }
        if !is_object(record.shape()) {
            return Err(Error::data(self.value(target), what));
        }
        self.unfold(target, what)?;
        let pairs = shape == Shape::Dict;
        let extra = self.extra(target)?;
        if let Some(index) = if pairs { extra.pairs } else { extra.items } {
            return Ok(index);
        }
        let inner = if pairs { Shape::Dict } else { Shape::List };
        let word = self.record(Record::new(inner, at, 0, 0))?;
        let index = word.as_record().unwrap_or_default();
        let extra = self.extra(target)?;
        *(if pairs { &mut extra.pairs } else { &mut extra.items }) = Some(index);
        Ok(index)
    }

    #[inline]
    pub(super) fn add(&mut self, index: u32, from: usize) -> Result<()> {
        if let Some(&record) = self.graph.record(index) {
            let mut record = record;
            self.fill(&mut record, from)?;
            self.graph.records[index as usize] = record;
        }
        self.take(from);
        Ok(())
    }

    pub(crate) fn value(&self, word: Word) -> Value<'_> {
        Value::new(&self.graph, self.input, word)
    }
}
