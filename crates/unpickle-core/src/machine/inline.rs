//! What stands beside the opcodes: data after a BUILD, further pickles, buffers.

use std::ops::Range;

use super::{Machine, syntax};
use crate::buffer::Source;
use crate::class::Known;
use crate::error::{Category, Error, Result};
use crate::graph::{Record, Shape};
use crate::inline::{Inline, Payload};
use crate::word::Word;

impl<'i> Machine<'i> {
    /// Decodes another pickle into the same tables, with a stack and a memo of its own. Gives its value and the first
    /// byte behind its STOP.
    pub(crate) fn another(&mut self, start: usize) -> Result<(Word, usize)> {
        let stack = std::mem::take(&mut self.stack);
        let marks = std::mem::take(&mut self.marks);
        let memo = std::mem::take(&mut self.memo);
        let recent = self.rows.take();
        let (fence, runs, at) = (self.fence, self.runs, self.at);
        (self.fence, self.runs, self.at) = (0, 0, start);
        let word = self.one()?;
        let end = self.at;
        (self.stack, self.marks, self.memo) = (stack, marks, memo);
        self.rows.put_back(recent);
        (self.fence, self.runs, self.at) = (fence, runs, at);
        Ok((word, end))
    }

    /// `object` got a state: if it is one that has data of its own, that too.
    #[cold]
    pub(super) fn after_build(&mut self, inline: &'i dyn Inline, object: Word) -> Result<()> {
        let Some(index) = object.as_record().filter(|&index| self.is_inline(index)) else { return Ok(()) };
        let payload = match self.value(object).as_object() {
            Some(object) => inline.after_build(object, self.input, self.at)?,
            None => None,
        };
        // A dict that was looked into may grow yet.
        if let Ok(indexes) = self.graph.indexes.get_mut() {
            indexes.clear();
        }
        let at = self.at;
        let (word, next) = match payload {
            None => return Ok(()),
            Some(Payload::Bytes { part, next }) => (self.part(at, part)?, next),
            Some(Payload::Pickle { start, next }) => {
                let (inline, protocol) = (self.inline.take(), self.graph.protocol);
                let (word, end) = self.another(start)?;
                (self.inline, self.graph.protocol) = (inline, protocol);
                (word, next.unwrap_or(end))
            }
        };
        if next < at {
            return Err(syntax(at, "the data after a BUILD ends before it begins"));
        }
        self.at = next;
        self.graph.add_state(index, word).ok_or_else(super::too_many)
    }

    /// Whether the object is of a class that the caller knows to have data of its own.
    fn is_inline(&self, index: u32) -> bool {
        let known = |word: Word| {
            let record = word.as_record().and_then(|index| self.graph.record(index))?;
            (record.shape() == Shape::Class).then(|| Known::from_tag(record.tag()))
        };
        let Some(record) = self.graph.record(index) else { return false };
        match self.graph.slot(record, 0).and_then(known) {
            Some(Known::Inline) => true,
            Some(Known::Reconstructor) => {
                let args = self.graph.slot(record, 1).and_then(|args| self.value(args).as_tuple());
                args.and_then(|args| known(args.get(0)?.word())) == Some(Known::Inline)
            }
            _ => false,
        }
    }

    /// A buffer of bytes that lie in the input.
    pub(crate) fn part(&mut self, at: usize, part: Range<usize>) -> Result<Word> {
        if part.start > part.end || part.end > self.input.len() {
            let (len, left) =
                (part.end.saturating_sub(part.start), self.input.len().saturating_sub(part.start));
            let message = format!("expected {len} bytes of data, found {left} before the end of the file");
            return Err(Error::at(Category::Eof, part.start as u64, message));
        }
        self.buffer(at, Source::Part(part))
    }

    pub(crate) fn buffer(&mut self, at: usize, source: Source) -> Result<Word> {
        let index = self.index(self.graph.buffers.len())?;
        self.graph.buffers.push(source);
        self.record(Record::new(Shape::Buffer, at, index, 0))
    }

    /// A container of `items`.
    pub(crate) fn container(
        &mut self,
        shape: Shape,
        at: usize,
        items: impl Iterator<Item = Word>,
    ) -> Result<Word> {
        let from = self.stack.len();
        self.stack.extend(items);
        self.sequence(shape, at, from)
    }

    /// The call of a global.
    pub(crate) fn call(&mut self, at: usize, module: &str, name: &str, args: Word) -> Result<Word> {
        let (module, name) = (self.side_str(at, module.as_bytes()), self.side_str(at, name.as_bytes()));
        let class = self.class(at, module, name)?;
        self.object(Shape::Reduce, at, class, args)
    }
}
