//! A value, written or begun: which opcodes it is of.

use std::io::Write;

use super::{Done, Todo, Walk, leaf_of, too_much, write_leaf};
use crate::class::{Class, folded};
use crate::encode::encoder::Memo;
use crate::encode::places::Slot;
use crate::error::{Error, Result};
use crate::graph::{Record, Shape};
use crate::object::{Make, Object};
use crate::value::{Value, View};
use crate::word::Ref;
use crate::{Protocol, names};

impl<'p, W: Write> Walk<'_, '_, 'p, W> {
    /// Writes a value, or begins it.
    pub(super) fn value(&mut self, value: Value<'p>) -> Result<()> {
        self.budget = self.budget.checked_sub(1).ok_or_else(too_much)?;
        let word = value.word();
        if let Ref::Leaf(at) = word.get()
            && leaf_of(&mut self.held, self.encoder, value, at)?
        {
            return Ok(());
        }
        let slot = self.held.slot(word);
        if let Some(memo) = slot.and_then(|slot| self.held.known(slot)) {
            return self.encoder.get(memo);
        }
        let Some(record) = value.record() else {
            return match value.part() {
                Some(part) => self.container(value, part.shape(), slot),
                None => self.leaf(value, slot),
            };
        };
        match record.shape() {
            Shape::Class => self.class(value, record, slot),
            Shape::Reduce if record.is_folded() && value.graph().extra(record).is_none() => {
                self.folded(value, record, slot)
            }
            Shape::Persistent | Shape::Extension if !has_more(value, record) => self.outside(value, slot),
            Shape::Buffer => self.buffer(value, slot),
            shape => self.container(value, shape, slot),
        }
    }

    fn container(&mut self, value: Value<'p>, shape: Shape, slot: Option<Slot>) -> Result<()> {
        match shape {
            Shape::List => {
                let Some(items) = value.as_list() else { return Err(Error::data(value, "a list")) };
                let memo = self.encoder.begin_list(items.len())?;
                self.keep(slot, memo)?;
                self.push(Todo::Items(items.iter()), None);
            }
            Shape::Dict => {
                let Some(dict) = value.as_dict() else { return Err(Error::data(value, "a dict")) };
                let memo = self.encoder.begin_dict(dict.written())?;
                self.keep(slot, memo)?;
                self.push(Todo::Pairs(dict, 0), None);
            }
            Shape::Tuple => {
                let Some(items) = value.as_tuple() else { return Err(Error::data(value, "a tuple")) };
                self.encoder.begin_tuple(items.len())?;
                self.push(Todo::Items(items.iter()), slot);
            }
            Shape::Set => {
                let Some(items) = value.as_seq() else { return Err(Error::data(value, "a set")) };
                match self.encoder.begin_set(items.len())? {
                    Some(memo) => {
                        self.keep(slot, memo)?;
                        self.push(Todo::Items(items.iter()), None);
                    }
                    None => self.push(Todo::Items(items.iter()), slot),
                }
            }
            Shape::FrozenSet => {
                let Some(items) = value.as_seq() else { return Err(Error::data(value, "a frozenset")) };
                self.encoder.begin_frozenset(items.len())?;
                self.push(Todo::Items(items.iter()), slot);
            }
            _ => return self.object(value, slot),
        }
        Ok(())
    }

    /// A call that spells a plain value.
    fn folded(&mut self, value: Value<'p>, record: &Record, slot: Option<Slot>) -> Result<()> {
        match record.tag() {
            folded::SET => self.container(value, Shape::Set, slot),
            folded::FROZEN_SET => self.container(value, Shape::FrozenSet, slot),
            tag => {
                let bytes = value.as_bytes().ok_or_else(|| Error::data(value, "bytes"))?;
                let memo = match (tag, bytes) {
                    (folded::BYTES, [byte]) => {
                        let index = usize::from(*byte);
                        if let Some(memo) = self.single_bytes.get(index).copied().flatten() {
                            return self.encoder.get(memo);
                        }
                        let memo = self.encoder.bytes(bytes)?;
                        if self.encoder.remembers() {
                            self.single_bytes.resize(256, None);
                            self.single_bytes[index] = Some(memo);
                        }
                        memo
                    }
                    (folded::BYTES, _) => self.encoder.bytes(bytes)?,
                    _ => self.encoder.bytearray(bytes)?,
                };
                self.keep(slot, memo)
            }
        }
    }

    fn object(&mut self, value: Value<'p>, slot: Option<Slot>) -> Result<()> {
        let object = Object::of(value).ok_or_else(|| Error::data(value, "an object"))?;
        let more = object.items().is_some()
            || object.pairs().is_some()
            || object.nth_state(0).is_some()
            || object.nth_call(0).is_some();
        if more {
            self.encoder.begin_object()?;
            self.push(Todo::Object(object, Done::Made), None);
        }
        match value.record().map(Record::shape) {
            Some(Shape::Class) => return self.plain_class(value, slot),
            Some(Shape::Persistent | Shape::Extension) => return self.outside(value, slot),
            _ => {}
        }
        match object.make() {
            Make::Inst => {
                let class = object.raw_callable().as_class();
                let class = class.ok_or_else(|| Error::data(value, "a class for INST"))?;
                let (module, name) = self.names(class);
                self.encoder.begin_inst(module, name)?;
                self.arguments(object, slot)
            }
            Make::Obj => {
                self.encoder.begin_call(Make::Obj)?;
                self.arguments(object, slot)?;
                self.value(object.raw_callable())
            }
            make => {
                self.encoder.begin_call(make)?;
                self.push(Todo::Call(object, 0), slot);
                Ok(())
            }
        }
    }

    fn arguments(&mut self, object: Object<'p>, slot: Option<Slot>) -> Result<()> {
        let args = object.args().as_tuple();
        let args = args.ok_or_else(|| Error::data(object.args(), "arguments in a tuple"))?;
        self.push(Todo::Items(args.iter()), slot);
        Ok(())
    }

    fn class(&mut self, value: Value<'p>, record: &Record, slot: Option<Slot>) -> Result<()> {
        if has_more(value, record) { self.object(value, slot) } else { self.plain_class(value, slot) }
    }

    fn plain_class(&mut self, value: Value<'p>, slot: Option<Slot>) -> Result<()> {
        let Some(class) = value.as_class() else {
            // STACK_GLOBAL of what is no text, which Python refuses to load.
            self.encoder.begin_names()?;
            let object = Object::of(value).ok_or_else(|| Error::data(value, "a global"))?;
            self.push(Todo::Names(object, 0), slot);
            return Ok(());
        };
        // Below protocol 4 a name has no dots, but what is spelled so there may stay so.
        let memo = if class.raw_name().contains('.') && self.protocol >= 4 {
            self.encoder.global(class.module(), class.name())?
        } else {
            let (module, name) = self.names(class);
            self.encoder.raw_global(module, name)?
        };
        self.keep(slot, memo)
    }

    /// Module and name as the protocol has them; those of Python 2 as they are, where they may stay.
    fn names(&self, class: Class<'p>) -> (&'p str, &'p str) {
        match (self.protocol < 3, self.encoder.is_python2()) {
            (true, true) | (false, false) => (class.raw_module(), class.raw_name()),
            (true, false) => (class.module(), class.name()),
            (false, true) => names::python2(class.module(), class.name()),
        }
    }

    /// A persistent id, or an extension code.
    fn outside(&mut self, value: Value<'p>, slot: Option<Slot>) -> Result<()> {
        match value.view() {
            View::Persistent(id) => {
                let line = id.as_str().filter(|id| self.encoder.protocol() == Protocol::V0 && id.is_ascii());
                match line.filter(|line| !line.contains('\n') && id.as_str2().is_none()) {
                    Some(line) => self.encoder.persistent(line)?,
                    None => {
                        self.encoder.begin_persistent()?;
                        self.push(Todo::Persistent(Some(id)), slot);
                        return Ok(());
                    }
                }
            }
            View::Extension(code) => self.encoder.extension(code)?,
            _ => return Err(Error::data(value, "a persistent id")),
        }
        self.memoize(slot)
    }

    /// What was just written, or begun, is this in the memo, if it is asked for again.
    pub(super) fn keep(&mut self, slot: Option<Slot>, memo: Memo) -> Result<()> {
        if let Some(slot) = slot {
            let memo = if self.encoder.remembers() { memo } else { self.encoder.memoize()? };
            self.held.set(slot, memo);
        }
        Ok(())
    }

    /// CPython does not remember what this is, but it was found twice.
    pub(super) fn memoize(&mut self, slot: Option<Slot>) -> Result<()> {
        if let Some(slot) = slot {
            let memo = self.encoder.memoize()?;
            self.held.set(slot, memo);
        }
        Ok(())
    }

    fn buffer(&mut self, value: Value<'p>, slot: Option<Slot>) -> Result<()> {
        let View::Buffer(buffer) = value.view() else { return Err(Error::data(value, "a buffer")) };
        if buffer.is_out_of_band() && self.encoder.protocol() >= Protocol::V5 && (self.on_buffer)(buffer)? {
            self.encoder.buffer(buffer.is_readonly())?;
            return self.memoize(slot);
        }
        let bytes = buffer.load()?;
        let memo = if buffer.is_out_of_band() && !buffer.is_readonly() {
            self.encoder.bytearray(bytes)?
        } else {
            self.encoder.bytes(bytes)?
        };
        self.keep(slot, memo)
    }

    /// A leaf: one that is shared and not yet known, or one that the input holds as text.
    fn leaf(&mut self, value: Value<'p>, slot: Option<Slot>) -> Result<()> {
        let memo = write_leaf(self.encoder, value)?;
        memo.map_or(Ok(()), |memo| self.keep(slot, memo))
    }
}

/// Whether something is done to a global, a persistent id or an extension.
fn has_more(value: Value<'_>, record: &Record) -> bool {
    !value.graph().states(record).is_empty() || value.graph().extra(record).is_some()
}
