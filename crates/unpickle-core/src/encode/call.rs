//! Objects: calls, what is done to them, what stands for something outside.

use std::io::Write;

use super::Protocol;
use super::containers::{Kind, Open, UNKNOWN};
use super::encoder::{Encoder, misuse};
use crate::Make;
use crate::error::Result;
use crate::op::Opcode;

/// By which opcode a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Reduce,
    NewObj,
    NewObjEx,
    Obj,
    /// Its module and name are the last of [`Encoder::insts`].
    Inst,
}

impl<W: Write> Encoder<W> {
    /// Begins what a call makes. For [`Make::Reduce`] and [`Make::NewObj`] the callable follows and a tuple of the arguments, for
    /// [`Make::NewObjEx`] a dict of the keyword arguments too; for [`Make::Obj`] the class and each argument. Then
    /// [`end`](Encoder::end).
    ///
    /// NEWOBJ is of protocol 2 and NEWOBJ_EX of protocol 4; where a lower one is written, each Python that knows the opcode reads it
    /// nevertheless.
    ///
    /// # Errors
    ///
    /// [`Make::Inst`] has [a method of its own](Encoder::begin_inst).
    pub fn begin_call(&mut self, make: Make) -> Result<()> {
        let (form, len) = match make {
            Make::Reduce => (Form::Reduce, 2),
            Make::NewObj => (Form::NewObj, 2),
            Make::NewObjEx => (Form::NewObjEx, 3),
            Make::Obj => (Form::Obj, UNKNOWN),
            Make::Inst => return Err(misuse("INST names its class: begin_inst writes it")),
        };
        self.enter()?;
        if form == Form::Obj {
            self.out.op(Opcode::Mark);
        }
        self.open.push(Open::new(Kind::Call(form), len));
        Ok(())
    }

    /// Begins what an INST makes: each argument follows, then [`end`](Encoder::end).
    ///
    /// # Errors
    ///
    /// Module or name has more than one line.
    pub fn begin_inst(&mut self, module: &str, name: &str) -> Result<()> {
        if module.contains('\n') || name.contains('\n') {
            return Err(misuse("INST takes a module and a name of one line each"));
        }
        self.enter()?;
        self.out.op(Opcode::Mark);
        self.insts.push((module.into(), name.into()));
        self.open.push(Open::new(Kind::Call(Form::Inst), UNKNOWN));
        Ok(())
    }

    pub(super) fn end_call(&mut self, form: Form, open: &Open) -> Result<()> {
        match form {
            Form::Reduce => self.out.op(Opcode::Reduce),
            Form::NewObj => self.out.op(Opcode::NewObj),
            Form::NewObjEx => self.out.op(Opcode::NewObjEx),
            Form::Obj if open.done == 0 => return Err(misuse("OBJ takes a class")),
            Form::Obj => self.out.op(Opcode::Obj),
            Form::Inst => {
                let (module, name) = self.insts.pop().unwrap_or_default();
                let bytes = self.out.bytes();
                bytes.push(Opcode::Inst as u8);
                for line in [module, name] {
                    bytes.extend_from_slice(line.as_bytes());
                    bytes.push(b'\n');
                }
            }
        }
        Ok(())
    }

    // ---- what is done to an object

    /// Begins an object and what is done to it. First the object follows (a call, as a rule); then any of: items
    /// ([`begin_items`](Encoder::begin_items)), pairs ([`begin_pairs`](Encoder::begin_pairs)), states (a value, then
    /// [`build`](Encoder::build)), calls on it (a value, then [`discard`](Encoder::discard)). Then [`end`](Encoder::end).
    pub fn begin_object(&mut self) -> Result<()> {
        self.enter()?;
        self.open.push(Open::new(Kind::Object, UNKNOWN));
        Ok(())
    }

    /// The object, a state or a call comes next.
    pub(super) fn next_state(&mut self) -> Result<()> {
        match self.open.last_mut() {
            Some(open) if open.done < 2 => {
                open.room = 1;
                Ok(())
            }
            _ => Err(misuse("what was written last for the object is neither built nor discarded")),
        }
    }

    /// BUILD: what was written last is a state of the object.
    ///
    /// # Errors
    ///
    /// No object is open that got a value.
    pub fn build(&mut self) -> Result<()> {
        self.use_value(Opcode::Build)
    }

    /// POP: what was written last, a call that does something to the object, is not needed any more. So a pickle has it that a
    /// function sets an object's state (`__reduce__` of six parts).
    ///
    /// # Errors
    ///
    /// No object is open that got a value.
    pub fn discard(&mut self) -> Result<()> {
        self.use_value(Opcode::Pop)
    }

    fn use_value(&mut self, opcode: Opcode) -> Result<()> {
        match self.open.last_mut() {
            Some(open) if open.kind == Kind::Object && open.done == 2 => open.done = 1,
            _ => return Err(misuse("no value was written for an object")),
        }
        self.out.op(opcode);
        Ok(())
    }

    /// Begins what is appended to the object; then [`end`](Encoder::end).
    ///
    /// # Errors
    ///
    /// No object is open, or it is not yet there.
    pub fn begin_items(&mut self, len: impl Into<Option<usize>>) -> Result<()> {
        let len = len.into().map_or(UNKNOWN, |len| len as u64);
        self.begin_more(Kind::Items, len)
    }

    /// Begins what is set by key on the object, keys and values in turn; then [`end`](Encoder::end).
    ///
    /// # Errors
    ///
    /// No object is open, or it is not yet there.
    pub fn begin_pairs(&mut self, len: impl Into<Option<usize>>) -> Result<()> {
        let len = len.into().map_or(UNKNOWN, |len| (len as u64).saturating_mul(2));
        self.begin_more(Kind::Pairs, len)
    }

    fn begin_more(&mut self, kind: Kind, len: u64) -> Result<()> {
        match self.open.last() {
            Some(open) if open.kind == Kind::Object && open.done == 1 => {
                self.open.push(Open::new(kind, len));
                Ok(())
            }
            _ => Err(misuse("no object is open that items could be for")),
        }
    }

    pub(super) fn end_object(&mut self, open: &Open) -> Result<()> {
        match open.done {
            1 => Ok(()),
            0 => Err(misuse("the object ends before it is there")),
            _ => Err(misuse("what was written last for the object is neither built nor discarded")),
        }
    }

    // ---- what is outside

    /// Begins a persistent id: one value follows, then [`end`](Encoder::end). Python asks `persistent_load` for what it stands for.
    pub fn begin_persistent(&mut self) -> Result<()> {
        self.enter()?;
        self.open.push(Open::new(Kind::Persistent, 1));
        Ok(())
    }

    /// Begins a global whose module and name are no text, which Python does not load. Both follow.
    pub(super) fn begin_names(&mut self) -> Result<()> {
        self.enter()?;
        self.open.push(Open::new(Kind::Names, 2));
        Ok(())
    }

    /// A persistent id that is text: a line of protocol 0, where it is ASCII.
    pub fn persistent(&mut self, id: &str) -> Result<()> {
        if self.protocol == Protocol::V0 && id.is_ascii() && !id.contains('\n') {
            self.enter()?;
            let bytes = self.out.bytes();
            bytes.push(Opcode::PersId as u8);
            bytes.extend_from_slice(id.as_bytes());
            bytes.push(b'\n');
            return self.leave();
        }
        self.begin_persistent()?;
        self.str(id)?;
        self.end()?;
        Ok(())
    }

    /// A code of `copyreg`'s registry of extensions.
    pub fn extension(&mut self, code: u32) -> Result<()> {
        self.enter()?;
        let bytes = self.out.bytes();
        if let Ok(code) = u8::try_from(code) {
            bytes.extend([Opcode::Ext1 as u8, code]);
        } else if let Ok(code) = u16::try_from(code) {
            bytes.push(Opcode::Ext2 as u8);
            bytes.extend(code.to_le_bytes());
        } else {
            bytes.push(Opcode::Ext4 as u8);
            bytes.extend(code.to_le_bytes());
        }
        self.leave()
    }

    /// A buffer out of band: whoever loads the pickle gives its bytes, in the order in which the buffers were written.
    ///
    /// # Errors
    ///
    /// The protocol is below 5.
    pub fn buffer(&mut self, readonly: bool) -> Result<()> {
        if self.protocol < Protocol::V5 {
            return Err(misuse("a buffer out of band needs protocol 5"));
        }
        self.enter()?;
        self.out.op(Opcode::NextBuffer);
        if readonly {
            self.out.op(Opcode::ReadonlyBuffer);
        }
        self.leave()
    }
}
