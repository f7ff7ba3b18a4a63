//! The pickle machine: a stack, marks and a memo, filling the [`Graph`].
//!
//! It behaves as CPython's `Modules/_pickle.c` does on the opcodes, except that nothing is imported or called:
//! a global is two strings, a call is a record. What CPython would refuse only when it makes a value (an unhashable
//! key, text that is no UTF-8, a call of what cannot be called) is kept as it is written.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::buffer::Source;
use crate::class;
use crate::error::{Category, Error, Result};
use crate::graph::{Graph, Record, Shape};
use crate::inline::Inline;
use crate::memo::Memo;
use crate::op::{LeafEnd, Opcode, leaf_end};
use crate::ops;
use crate::text;
use crate::word::Word;

mod arguments;
mod bytearrays;
mod containers;
mod inline;
mod leaps;
mod objects;
mod rewind;
mod rows;
mod runs;
mod stack;

use rows::Rows;

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
    rows: Rows,
    /// The bytes of what `_codecs.encode` was called on, by the text's word and the codec.
    pub(crate) encoded: HashMap<(Word, class::Codec), Word>,
    /// Knows what follows some BUILDs.
    inline: Option<&'i dyn Inline>,
    /// Whether a class was met that it knows.
    has_inline: bool,
    /// How many out-of-band buffers the caller gave.
    given: usize,
    next_buffer: usize,
    /// Where the next opcode is.
    at: usize,
}

impl<'i> Machine<'i> {
    pub(crate) fn new(input: &'i [u8], at: usize, options: &crate::Options<'i>) -> Machine<'i> {
        Machine {
            input,
            graph: Graph {
                records: Vec::new(),
                words: Vec::new(),
                bigs: Vec::new(),
                extras: Vec::new(),
                tables: Vec::new(),
                side: Vec::new(),
                grown: HashMap::new(),
                buffers: options.buffers.iter().cloned().map(Source::Given).collect(),
                root: Word::EMPTY,
                row: None,
                encoding: options.encoding,
                limits: options.limits,
                protocol: 0,
                indexes: Mutex::default(),
            },
            stack: Vec::new(),
            marks: Vec::new(),
            fence: 0,
            runs: 0,
            memo: Memo::default(),
            rows: Rows::new(options.rows),
            encoded: HashMap::new(),
            inline: options.inline,
            has_inline: false,
            given: options.buffers.len(),
            next_buffer: 0,
            at,
        }
    }

    /// Runs up to STOP. Gives the tables and the first byte behind STOP.
    pub(crate) fn run(mut self) -> Result<(Graph, usize)> {
        self.graph.root = self.one()?;
        Ok((self.graph, self.at))
    }

    /// The tables, with this for their root.
    pub(crate) fn finish(mut self, root: Word) -> Graph {
        self.graph.root = root;
        self.graph
    }

    /// Runs up to the last STOP, each pickle with a memo of its own, all in the same tables: so each value has an
    /// identity of its own. The root is what the first pickle holds; several are items of a list, too.
    ///
    /// Gives the tables, the first byte behind the last STOP, and what is wrong with the bytes behind it.
    pub(crate) fn run_all(mut self) -> Result<(Graph, usize, Option<Error>)> {
        self.graph.root = self.one()?;
        let (mut end, mut rest) = (self.at, None);
        let mut roots = vec![self.graph.root];
        let protocol = self.graph.protocol;
        while end < self.input.len() {
            self.stack.clear();
            self.marks.clear();
            (self.fence, self.runs, self.memo) = (0, 0, Memo::default());
            self.rows.forget();
            match self.one() {
                Ok(root) => roots.push(root),
                Err(error) => {
                    rest = Some(error);
                    break;
                }
            }
            end = self.at;
        }
        self.graph.protocol = protocol;
        if roots.len() > 1 {
            (self.stack, self.runs) = (roots, 0);
            self.graph.row = Some(self.sequence(Shape::List, 0, 0)?);
        }
        Ok((self.graph, end, rest))
    }

    /// Runs up to the next STOP. Gives what was pickled.
    fn steps(&mut self) -> Result<Word> {
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
                    self.memo.memoize(self.input, &self.graph.tables, word);
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
                        self.rows()?;
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
                    self.next_item()?;
                }
                Opcode::SetItems => {
                    let from = self.pop_mark(at)?;
                    self.set_items(at, from)?;
                    self.next_item()?;
                }
                Opcode::Append => {
                    let from = self.above(at, 1)?;
                    self.append(at, from, Shape::List)?;
                    self.next_item()?;
                }
                Opcode::Appends => {
                    let from = self.pop_mark(at)?;
                    self.append(at, from, Shape::List)?;
                    self.next_item()?;
                }
                Opcode::AddItems => {
                    let from = self.pop_mark(at)?;
                    self.append(at, from, Shape::Set)?;
                }
                Opcode::List => self.marked(Shape::List, at)?,
                Opcode::Tuple => {
                    self.marked(Shape::Tuple, at)?;
                    self.next_item()?;
                }
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
                    class::fold_call(self, word, callable, args)?;
                    self.push(word);
                    self.next_item()?;
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
                    self.next_item()?;
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
                        let word = self.pop(at)?;
                        self.dropped(word)?;
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
                    // Behind those that were given may stand others, of other origin.
                    let index = if index < self.given { self.index(index)? } else { u32::MAX };
                    let record = Record::new(Shape::Buffer, at, index, 0);
                    let word = self.record(record)?;
                    self.stack.push(word);
                }
                Opcode::ReadonlyBuffer => {
                    let word = self.top(at)?;
                    self.set_readonly(word);
                }
                Opcode::Frame => {
                    // Only a hint to read ahead: its length is not believed.
                    self.bytes::<8>(opcode, at)?;
                }
                Opcode::Proto => {
                    let protocol = self.byte(opcode, at)?;
                    self.graph.protocol = protocol;
                }
                Opcode::Stop => return self.pop(at),
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
            self.memo.memoize(self.input, &self.graph.tables, word);
        }
    }

    /// A leaf was made: if it is put under the next index, that too. Gives the next opcode.
    #[inline(always)]
    fn remember_leaf(&mut self, at: usize, end: usize) -> usize {
        match self.memo.follows(self.input, end) {
            Some(next) => {
                if self.memo.in_rows() {
                    self.memo.leave_rows(self.input, &self.graph.tables);
                }
                self.memo.push_leaf(at);
                next
            }
            None => end,
        }
    }

    #[inline(always)]
    fn get(&mut self, at: usize, index: u64) -> Result<()> {
        match self.memo.get(self.input, &self.graph.tables, index) {
            Some(word) => {
                self.stack.push(word);
                Ok(())
            }
            None => Err(syntax(at, format!("nothing was put in the memo under {index}"))),
        }
    }

    fn put(&mut self, at: usize, index: u64) -> Result<()> {
        let word = self.top(at)?;
        self.memo.put(self.input, &self.graph.tables, index, word);
        Ok(())
    }
}

#[cold]
fn too_many() -> Error {
    Error::limit("the pickle holds more values than the 4,294,967,295 that there is room for")
}

#[cold]
fn syntax(at: usize, message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::at(Category::Syntax, at as u64, message)
}
