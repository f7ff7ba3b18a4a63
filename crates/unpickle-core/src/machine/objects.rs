//! Calls, globals and states: data, like all else.

use super::{Machine, too_many};
use crate::Make;
use crate::class::Known;
use crate::error::{Error, Result};
use crate::graph::{Extra, READONLY, Record, Shape};
use crate::word::Word;

impl Machine<'_> {
    pub(crate) fn object(&mut self, shape: Shape, at: usize, first: Word, second: Word) -> Result<Word> {
        let start = self.index(self.graph.words.len())?;
        self.graph.words.extend([first, second]);
        self.record(Record::new(shape, at, start, 0))
    }

    pub(super) fn extra(&mut self, object: Word) -> Result<&mut Extra> {
        let extra = object.as_record().and_then(|index| self.graph.extra_mut(index));
        extra.ok_or_else(too_many)
    }

    pub(super) fn build(&mut self, object: Word, state: Word) -> Result<()> {
        const WHAT: &str = "an object to set the state of";
        if object.is_node() {
            return Err(self.row_changes());
        }
        let record = object.as_record().and_then(|index| Some((index, *self.graph.record(index)?)));
        match record {
            Some((_, record)) if record.is_folded() && self.value(state).is_none() => Ok(()),
            Some((index, record)) if is_object(record.shape()) => {
                self.unfold(object, WHAT)?;
                self.graph.add_state(index, state).ok_or_else(too_many)?;
                match self.inline {
                    Some(inline) if self.has_inline => self.after_build(inline, object),
                    _ => Ok(()),
                }
            }
            // `BUILD None` sets nothing.
            _ if self.value(state).is_none() => Ok(()),
            _ => Err(Error::data(self.value(object), WHAT)),
        }
    }

    /// Something is done to an object: if it is a call that spells a plain value, it is a call like any other from now on.
    pub(super) fn unfold(&mut self, object: Word, what: &'static str) -> Result<()> {
        let Some(index) = object.as_record() else { return Ok(()) };
        if !self.graph.record(index).is_some_and(Record::is_folded) {
            return Ok(());
        }
        if self.graph.grown.contains_key(&object) {
            return Err(Error::data(self.value(object), what));
        }
        self.graph.unfold(index);
        Ok(())
    }

    /// A POP drops `word`. If it is a call with what is on the stack now and a state, it was made to set that state: so the
    /// object has it.
    pub(super) fn dropped(&mut self, word: Word) -> Result<()> {
        let Some(object) = self.stack.last().copied().filter(|_| self.stack.len() > self.fence) else {
            return Ok(());
        };
        let Some(call) = self.value(word).as_object().filter(|call| call.make() == Make::Reduce) else {
            return Ok(());
        };
        let args = call.args().as_tuple().filter(|args| args.len() == 2);
        let sets = args.and_then(|args| args.get(0)).is_some_and(|first| first.word() == object);
        let shape = object.as_record().and_then(|index| self.graph.record(index)).map(Record::shape);
        if sets && shape.is_some_and(is_object) {
            self.extra(object)?.calls.push(word);
        }
        Ok(())
    }

    /// READONLY_BUFFER.
    pub(super) fn set_readonly(&mut self, word: Word) {
        let shape = word.as_record().and_then(|index| self.graph.record(index)).map(Record::shape);
        if shape == Some(Shape::Buffer) {
            self.tag(word, READONLY);
        }
    }

    pub(super) fn global(&mut self, at: usize, module: Word, name: Word) -> Result<()> {
        let word = self.class(at, module, name)?;
        self.stack.push(word);
        Ok(())
    }

    pub(super) fn class(&mut self, at: usize, module: Word, name: Word) -> Result<Word> {
        let text = |word| std::str::from_utf8(self.value(word).str_bytes()?).ok();
        let known = match (text(module), text(name)) {
            (Some(module), Some(name)) if self.inline.is_some_and(|inline| inline.follows(module, name)) => {
                self.has_inline = true;
                Known::Inline
            }
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

    pub(super) fn extension(&mut self, at: usize, code: u32) -> Result<()> {
        let word = self.record(Record::new(Shape::Extension, at, code, 0))?;
        self.stack.push(word);
        Ok(())
    }
}

/// Whether a record can be called, built, appended to: anything that CPython would make an object of.
pub(super) fn is_object(shape: Shape) -> bool {
    use Shape::{Class, Extension, Inst, NewObj, NewObjEx, Obj, Persistent, Reduce};
    matches!(shape, Class | Reduce | NewObj | NewObjEx | Obj | Inst | Persistent | Extension)
}
