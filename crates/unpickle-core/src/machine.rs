//! The pickle machine: a stack, marks and a memo, filling the [`Graph`].
//!
//! It behaves as CPython's `Modules/_pickle.c` does on the opcodes, except that nothing is imported or called:
//! a global is two strings, a call is a record. What CPython would refuse only when it makes a value (an unhashable
//! key, text that is no UTF-8, a call of what cannot be called) is kept as it is written.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::class::{self, Known};
use crate::error::{Category, Error, Result};
use crate::graph::{Extra, Graph, MAX_RUN, Record, Shape, Word};
use crate::memo::Memo;
use crate::op::{LeafEnd, Opcode, leaf_end};
use crate::ops::{self, Argument};
use crate::{Limits, Value, text};

/// Runs of up to this many leaves are kept as words of their own: most tuples and small lists.
const SHORT_RUN: usize = 16;

pub(crate) struct Machine<'i> {
    pub(crate) input: &'i [u8],
    pub(crate) graph: Graph,
    pub(crate) stack: Vec<Word>,
    /// How high the stack was at each MARK.
    marks: Vec<usize>,
    /// The last of `marks`: nothing below it can be popped.
    fence: usize,
    /// How many words on the stack are runs.
    runs: usize,
    memo: Memo,
    /// The bytes of what `_codecs.encode` was called on, by the text's word.
    pub(crate) encoded: HashMap<Word, Word>,
    limits: Limits,
    next_buffer: usize,
    /// Where the next opcode is.
    at: usize,
}

impl<'i> Machine<'i> {
    pub(crate) fn new(input: &'i [u8], at: usize, options: &crate::Options<'_>) -> Machine<'i> {
        Machine {
            input,
            graph: Graph {
                records: Vec::new(),
                words: Vec::new(),
                bigs: Vec::new(),
                extras: Vec::new(),
                side: Vec::new(),
                buffers: options.buffers.clone(),
                root: Word::EMPTY,
                encoding: options.encoding,
                protocol: 0,
                indexes: Mutex::default(),
            },
            stack: Vec::new(),
            marks: Vec::new(),
            fence: 0,
            runs: 0,
            memo: Memo::default(),
            encoded: HashMap::new(),
            limits: options.limits,
            next_buffer: 0,
            at,
        }
    }

    /// Runs up to STOP. Gives the tables and the first byte behind STOP.
    pub(crate) fn run(mut self) -> Result<(Graph, usize)> {
        loop {
            let at = self.at;
            let Some(&byte) = self.input.get(at) else { return Err(ops::no_stop(at)) };
            let Some(opcode) = Opcode::from_byte(byte) else { return Err(self.no_opcode(byte, at)) };
            self.at = at + 1;
            match opcode {
                Opcode::BinGet => {
                    let index = self.byte(opcode, at)?;
                    self.get(at, index.into())?;
                }
                Opcode::LongBinGet => {
                    let index = u32::from_le_bytes(self.bytes(opcode, at)?);
                    self.get(at, index.into())?;
                }
                Opcode::Memoize => {
                    let word = self.top(at)?;
                    self.memo.memoize(self.input, word);
                }
                Opcode::BinPut => {
                    let index = self.byte(opcode, at)?;
                    self.put(at, index.into())?;
                }
                Opcode::LongBinPut => {
                    let index = u32::from_le_bytes(self.bytes(opcode, at)?);
                    self.put(at, index.into())?;
                }
                Opcode::Mark => {
                    self.fence = self.stack.len();
                    self.marks.push(self.fence);
                    if self.fills_sequence() {
                        self.leaves()?;
                    }
                }
                Opcode::Tuple1 => self.tuple(at, 1)?,
                Opcode::Tuple2 => self.tuple(at, 2)?,
                Opcode::Tuple3 => self.tuple(at, 3)?,
                Opcode::EmptyList => self.empty(Shape::List, at)?,
                Opcode::EmptyDict => self.empty(Shape::Dict, at)?,
                Opcode::EmptySet => self.empty(Shape::Set, at)?,
                Opcode::SetItem => {
                    let from = self.above(at, 2)?;
                    self.set_items(at, from)?;
                }
                Opcode::SetItems => {
                    let from = self.pop_mark(at)?;
                    self.set_items(at, from)?;
                }
                Opcode::Append => {
                    let from = self.above(at, 1)?;
                    self.append(at, from, Shape::List)?;
                }
                Opcode::Appends => {
                    let from = self.pop_mark(at)?;
                    self.append(at, from, Shape::List)?;
                }
                Opcode::AddItems => {
                    let from = self.pop_mark(at)?;
                    self.append(at, from, Shape::Set)?;
                }
                Opcode::List => self.marked(Shape::List, at)?,
                Opcode::Tuple => self.marked(Shape::Tuple, at)?,
                Opcode::FrozenSet => self.marked(Shape::FrozenSet, at)?,
                Opcode::Dict => {
                    let from = self.pop_mark(at)?;
                    self.spread_from(from);
                    if !(self.stack.len() - from).is_multiple_of(2) {
                        return Err(syntax(at, "odd number of items for DICT"));
                    }
                    let word = self.sequence(Shape::Dict, at, from)?;
                    self.stack.push(word);
                }
                Opcode::Reduce => {
                    let [callable, args] = self.pop_two(at)?;
                    let word = self.object(Shape::Reduce, at, callable, args)?;
                    class::fold_call(&mut self, word, callable, args)?;
                    self.push(word);
                }
                Opcode::NewObj => {
                    let [callable, args] = self.pop_two(at)?;
                    let word = self.object(Shape::NewObj, at, callable, args)?;
                    self.stack.push(word);
                }
                Opcode::NewObjEx => {
                    let kwargs = self.pop(at)?;
                    let [callable, args] = self.pop_two(at)?;
                    let word = self.object(Shape::NewObjEx, at, callable, args)?;
                    self.extra(word)?.kwargs = Some(kwargs);
                    self.stack.push(word);
                }
                Opcode::Build => {
                    let state = self.pop(at)?;
                    let object = self.top(at)?;
                    self.build(object, state)?;
                }
                Opcode::StackGlobal => {
                    let [module, name] = self.pop_two(at)?;
                    self.global(at, module, name)?;
                }
                Opcode::Global => {
                    let (module, name) = self.lines(at)?;
                    let (module, name) = (self.side_str(at, module), self.side_str(at, name));
                    self.global(at, module, name)?;
                }
                Opcode::Inst => {
                    let (module, name) = self.lines(at)?;
                    let (module, name) = (self.side_str(at, module), self.side_str(at, name));
                    let from = self.pop_mark(at)?;
                    let args = self.sequence(Shape::Tuple, at, from)?;
                    let class = self.class(at, module, name)?;
                    let word = self.object(Shape::Inst, at, class, args)?;
                    self.stack.push(word);
                }
                Opcode::Obj => {
                    let from = self.pop_mark(at)?;
                    self.spread_from(from);
                    let Some(&class) = self.stack.get(from) else { return Err(self.underflow(at)) };
                    let args = self.sequence(Shape::Tuple, at, from + 1)?;
                    self.stack.truncate(from);
                    let word = self.object(Shape::Obj, at, class, args)?;
                    self.stack.push(word);
                }
                Opcode::Get => {
                    let index = self.line_index(at)?;
                    self.get(at, index)?;
                }
                Opcode::Put => {
                    let index = self.line_index(at)?;
                    self.put(at, index)?;
                }
                Opcode::Pop => {
                    if self.marks.last() == Some(&self.stack.len()) {
                        self.pop_mark(at)?;
                    } else {
                        self.pop(at)?;
                    }
                }
                Opcode::PopMark => {
                    let from = self.pop_mark(at)?;
                    self.take(from);
                }
                Opcode::Dup => {
                    let word = self.top(at)?;
                    self.stack.push(word);
                }
                Opcode::Int => self.textual(at, text::int)?,
                Opcode::Long => self.textual(at, text::long)?,
                Opcode::Float => self.textual(at, text::float)?,
                Opcode::String => self.textual(at, text::string)?,
                Opcode::Unicode => self.textual(at, text::unicode)?,
                Opcode::PersId => {
                    let line = self.line(at)?;
                    let id = self.side_str(at, line);
                    let word = self.object(Shape::Persistent, at, id, Word::EMPTY)?;
                    self.stack.push(word);
                }
                Opcode::BinPersId => {
                    let id = self.pop(at)?;
                    let word = self.object(Shape::Persistent, at, id, Word::EMPTY)?;
                    self.stack.push(word);
                }
                Opcode::Ext1 => {
                    let code = self.byte(opcode, at)?;
                    self.extension(at, code.into())?;
                }
                Opcode::Ext2 => {
                    let code = u16::from_le_bytes(self.bytes(opcode, at)?);
                    self.extension(at, code.into())?;
                }
                Opcode::Ext4 => {
                    let code = u32::from_le_bytes(self.bytes(opcode, at)?);
                    self.extension(at, code)?;
                }
                Opcode::NextBuffer => {
                    let index = self.next_buffer;
                    self.next_buffer += 1;
                    let record = Record::new(Shape::Buffer, at, self.index(index)?, 0);
                    let word = self.record(record)?;
                    self.stack.push(word);
                }
                Opcode::ReadonlyBuffer => {
                    self.top(at)?;
                }
                Opcode::Frame => {
                    // Only a hint to read ahead: its length is not believed.
                    self.bytes::<8>(opcode, at)?;
                }
                Opcode::Proto => {
                    let protocol = self.byte(opcode, at)?;
                    self.graph.protocol = protocol;
                }
                Opcode::Stop => {
                    self.graph.root = self.pop(at)?;
                    return Ok((self.graph, self.at));
                }
                Opcode::None
                | Opcode::NewTrue
                | Opcode::NewFalse
                | Opcode::BinInt
                | Opcode::BinInt1
                | Opcode::BinInt2
                | Opcode::Long1
                | Opcode::Long4
                | Opcode::BinFloat
                | Opcode::ShortBinUnicode
                | Opcode::BinUnicode
                | Opcode::BinUnicode8
                | Opcode::ShortBinString
                | Opcode::BinString
                | Opcode::ShortBinBytes
                | Opcode::BinBytes
                | Opcode::BinBytes8
                | Opcode::ByteArray8
                | Opcode::EmptyTuple => {
                    let LeafEnd::At(end) = leaf_end(self.input, at) else { return Err(self.broken(at)) };
                    self.stack.push(Word::leaf(at));
                    self.at = self.remember_leaf(at, end);
                }
            }
        }
    }

    /// A container or object was made: if it is memoized, that too.
    #[inline(always)]
    fn push(&mut self, word: Word) {
        self.stack.push(word);
        if self.input.get(self.at) == Some(&(Opcode::Memoize as u8)) {
            self.at += 1;
            self.memo.memoize(self.input, word);
        }
    }

    /// A leaf was made: if it is put under the next index, that too. Gives the next opcode.
    #[inline(always)]
    fn remember_leaf(&mut self, at: usize, end: usize) -> usize {
        match self.memo.follows(self.input, end) {
            Some(next) => {
                self.memo.push_leaf(at);
                next
            }
            None => end,
        }
    }

    /// Whether what follows the MARK just read is going to be appended to a list or set.
    fn fills_sequence(&self) -> bool {
        let Some(index) = self.stack.last().and_then(|word| word.as_record()) else { return false };
        matches!(self.graph.record(index).map(Record::shape), Some(Shape::List | Shape::Set))
    }

    /// All leaves up to the next opcode that is none, as runs. If that is an APPENDS or ADDITEMS to a container
    /// without items yet, they are its items, and one word holds them all.
    fn leaves(&mut self) -> Result<()> {
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
            2..=SHORT_RUN => crate::seq::leaves(self.input, run, |leaf| self.stack.push(leaf)),
            _ => self.push_run(start, count),
        }
        Ok(())
    }

    /// If the next opcode appends the run to a container without items: does so.
    fn fills_at_once(&mut self, at: usize, run: Word) -> bool {
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

    fn push_run(&mut self, start: usize, count: usize) {
        self.stack.push(Word::run(start, count));
        self.runs += 1;
    }

    // ---- arguments

    #[inline(always)]
    fn byte(&mut self, opcode: Opcode, at: usize) -> Result<u8> {
        let byte = *self.input.get(self.at).ok_or_else(|| ops::truncated(opcode, at))?;
        self.at += 1;
        Ok(byte)
    }

    #[inline(always)]
    fn bytes<const N: usize>(&mut self, opcode: Opcode, at: usize) -> Result<[u8; N]> {
        let rest = self.input.get(self.at..).unwrap_or_default();
        let bytes = *rest.first_chunk().ok_or_else(|| ops::truncated(opcode, at))?;
        self.at += N;
        Ok(bytes)
    }

    fn line(&mut self, at: usize) -> Result<&'i [u8]> {
        let (op, end) = ops::read(self.input, at)?;
        self.at = end;
        match op.argument {
            Argument::Line(line) => Ok(line),
            _ => Err(syntax(at, "expected a line")),
        }
    }

    fn lines(&mut self, at: usize) -> Result<(&'i [u8], &'i [u8])> {
        let (op, end) = ops::read(self.input, at)?;
        self.at = end;
        match op.argument {
            Argument::Lines(module, name) => Ok((module, name)),
            _ => Err(syntax(at, "expected two lines")),
        }
    }

    fn line_index(&mut self, at: usize) -> Result<u64> {
        let line = self.line(at)?;
        let index = std::str::from_utf8(line).ok().and_then(|text| text.trim().parse().ok());
        index.ok_or_else(|| syntax(at, "expected a memo index, a decimal number that is not negative"))
    }

    fn textual(
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

    fn side_str(&mut self, at: usize, text: &[u8]) -> Word {
        let word = self.side(at);
        text::write_str(text, &mut self.graph.side);
        word
    }

    // ---- the stack

    fn underflow(&self, at: usize) -> Error {
        if self.marks.is_empty() { syntax(at, "stack underflow") } else { syntax(at, "unexpected MARK") }
    }

    #[cold]
    fn no_opcode(&self, byte: u8, at: usize) -> Error {
        match self.graph.protocol {
            0..=5 => ops::no_opcode(byte, at),
            protocol => {
                let message = format!("expected a pickle of protocol 0 to 5, found protocol {protocol}");
                Error::at(Category::Unsupported, at as u64, message)
            }
        }
    }

    fn broken(&self, at: usize) -> Error {
        match ops::read(self.input, at) {
            Err(error) => error,
            Ok((op, _)) => ops::truncated(op.opcode, at),
        }
    }

    #[inline(always)]
    fn pop(&mut self, at: usize) -> Result<Word> {
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
    fn pop_two(&mut self, at: usize) -> Result<[Word; 2]> {
        let second = self.pop(at)?;
        Ok([self.pop(at)?, second])
    }

    #[inline(always)]
    fn top(&mut self, at: usize) -> Result<Word> {
        let word = self.pop(at)?;
        self.stack.push(word);
        Ok(word)
    }

    /// Where the top `count` words begin, none of them runs, none below the fence.
    #[inline(always)]
    fn above(&mut self, at: usize, count: usize) -> Result<usize> {
        if self.runs > 0 {
            self.spread_from(self.stack.len().saturating_sub(count).max(self.fence));
        }
        let from = self.stack.len().checked_sub(count).filter(|&from| from >= self.fence);
        from.ok_or_else(|| self.underflow(at))
    }

    #[inline(always)]
    fn pop_mark(&mut self, at: usize) -> Result<usize> {
        let Some(from) = self.marks.pop() else { return Err(syntax(at, "expected a MARK on the stack")) };
        self.fence = self.marks.last().copied().unwrap_or(0);
        Ok(from)
    }

    /// Makes each run from there on single words.
    fn spread_from(&mut self, from: usize) {
        if self.runs == 0 || !self.stack[from..].iter().any(|word| word.is_run()) {
            return;
        }
        let tail = self.stack.split_off(from);
        for word in tail {
            if word.is_run() {
                self.runs -= 1;
                crate::seq::leaves(self.input, word, |leaf| self.stack.push(leaf));
            } else {
                self.stack.push(word);
            }
        }
    }

    /// Forgets the stack from there on.
    #[inline(always)]
    fn take(&mut self, from: usize) {
        if self.runs > 0 {
            self.runs -= self.stack[from..].iter().filter(|word| word.is_run()).count();
        }
        self.stack.truncate(from);
    }

    // ---- the memo

    #[inline(always)]
    fn get(&mut self, at: usize, index: u64) -> Result<()> {
        match self.memo.get(self.input, index) {
            Some(word) => {
                self.stack.push(word);
                Ok(())
            }
            None => Err(syntax(at, format!("nothing was put in the memo under {index}"))),
        }
    }

    fn put(&mut self, at: usize, index: u64) -> Result<()> {
        let word = self.top(at)?;
        self.memo.put(self.input, index, word);
        Ok(())
    }

    // ---- records

    fn index(&self, index: usize) -> Result<u32> {
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
    fn charge(&self) -> Result<()> {
        let graph = &self.graph;
        let words = graph.words.capacity() + self.stack.capacity() + self.marks.capacity();
        let memory = graph.records.capacity() * 16 + words * 8 + graph.side.capacity() + self.memo.memory();
        if memory > self.limits.memory {
            let most = self.limits.memory;
            return Err(Error::limit(format!("decoding needs more than the {most} bytes of memory allowed")));
        }
        Ok(())
    }

    #[inline(always)]
    fn empty(&mut self, shape: Shape, at: usize) -> Result<()> {
        let word = self.record(Record::new(shape, at, 0, 0))?;
        self.push(word);
        Ok(())
    }

    #[inline(always)]
    fn tuple(&mut self, at: usize, count: usize) -> Result<()> {
        let from = self.above(at, count)?;
        let word = self.sequence(Shape::Tuple, at, from)?;
        self.push(word);
        Ok(())
    }

    fn marked(&mut self, shape: Shape, at: usize) -> Result<()> {
        let from = self.pop_mark(at)?;
        let word = self.sequence(shape, at, from)?;
        self.push(word);
        Ok(())
    }

    /// A container of all on the stack from there on, which is taken.
    fn sequence(&mut self, shape: Shape, at: usize, from: usize) -> Result<Word> {
        let mut record = Record::new(shape, at, 0, 0);
        self.fill(&mut record, from)?;
        self.take(from);
        self.record(record)
    }

    /// Adds the stack from there on to the items of `record`.
    #[inline]
    fn fill(&mut self, record: &mut Record, from: usize) -> Result<()> {
        let runs = self.runs > 0 && self.stack[from..].iter().any(|word| word.is_run());
        self.index(self.graph.words.len() + self.stack.len() + 1)?;
        self.graph.fill(record, &self.stack[from..], runs);
        Ok(())
    }

    fn append(&mut self, at: usize, from: usize, shape: Shape) -> Result<()> {
        if from == self.stack.len() {
            // Nothing to append; CPython asks only that there is something to append to.
            return if from > self.fence { Ok(()) } else { Err(self.underflow(at)) };
        }
        let target = self.below(at, from)?;
        let index = self.target(at, target, shape)?;
        self.add(index, from)
    }

    fn set_items(&mut self, at: usize, from: usize) -> Result<()> {
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
    fn below(&mut self, at: usize, from: usize) -> Result<Word> {
        let Some(target) = from.checked_sub(1).filter(|&target| target >= self.fence) else {
            return Err(self.underflow(at));
        };
        Ok(self.stack[target])
    }

    /// The record that items of this shape go into: the target's own, or that of an object's items or pairs.
    fn target(&mut self, at: usize, target: Word, shape: Shape) -> Result<u32> {
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
    fn add(&mut self, index: u32, from: usize) -> Result<()> {
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

    // ---- objects

    pub(crate) fn object(&mut self, shape: Shape, at: usize, first: Word, second: Word) -> Result<Word> {
        let start = self.index(self.graph.words.len())?;
        self.graph.words.extend([first, second]);
        self.record(Record::new(shape, at, start, 0))
    }

    fn extra(&mut self, object: Word) -> Result<&mut Extra> {
        let extra = object.as_record().and_then(|index| self.graph.extra_mut(index));
        extra.ok_or_else(too_many)
    }

    fn build(&mut self, object: Word, state: Word) -> Result<()> {
        let record = object.as_record().and_then(|index| Some((index, self.graph.record(index)?.shape())));
        match record {
            Some((index, shape)) if is_object(shape) => {
                self.graph.add_state(index, state).ok_or_else(too_many)
            }
            // `BUILD None` sets nothing.
            _ if self.value(state).is_none() => Ok(()),
            _ => Err(Error::data(self.value(object), "an object to set the state of")),
        }
    }

    fn global(&mut self, at: usize, module: Word, name: Word) -> Result<()> {
        let word = self.class(at, module, name)?;
        self.stack.push(word);
        Ok(())
    }

    fn class(&mut self, at: usize, module: Word, name: Word) -> Result<Word> {
        let text = |word| std::str::from_utf8(self.value(word).str_bytes()?).ok();
        let known = match (text(module), text(name)) {
            (Some(module), Some(name)) => Known::of(module, name),
            _ => Known::Other,
        };
        let word = self.object(Shape::Class, at, module, name)?;
        self.tag(word, known as u16);
        Ok(word)
    }

    pub(crate) fn tag(&mut self, word: Word, tag: u16) {
        if let Some(record) = word.as_record().and_then(|index| self.graph.records.get_mut(index as usize)) {
            record.set_tag(tag);
        }
    }

    fn extension(&mut self, at: usize, code: u32) -> Result<()> {
        let word = self.record(Record::new(Shape::Extension, at, code, 0))?;
        self.stack.push(word);
        Ok(())
    }
}

/// Whether a record can be called, built, appended to: anything that CPython would make an object of.
fn is_object(shape: Shape) -> bool {
    use Shape::{Class, Extension, Inst, NewObj, NewObjEx, Obj, Persistent, Reduce};
    matches!(shape, Class | Reduce | NewObj | NewObjEx | Obj | Inst | Persistent | Extension)
}

#[cold]
fn too_many() -> Error {
    Error::limit("the pickle holds more values than the 4,294,967,295 that there is room for")
}

#[cold]
fn syntax(at: usize, message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::at(Category::Syntax, at as u64, message)
}
