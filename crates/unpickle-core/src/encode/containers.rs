//! Containers: begun, filled in batches of a thousand, ended.

use std::io::Write;

use super::Protocol;
use super::encoder::{Encoder, Memo, misuse};
use crate::error::Result;
use crate::op::Opcode;

/// How many items, or pairs, CPython puts between a MARK and the opcode that adds them.
const BATCH: u64 = 1000;

/// How long a container is whose length was not said.
pub(super) const UNKNOWN: u64 = u64::MAX;

/// A container that is begun and not ended.
pub(crate) struct Open {
    pub(crate) kind: Kind,
    /// How many values it will hold: for a dict, twice as many as keys. [`UNKNOWN`] if nobody said.
    pub(crate) len: u64,
    pub(crate) done: u64,
    /// How many values may come before something else is to be written.
    pub(crate) room: u32,
    /// Whether a batch is begun that is not yet added.
    pub(super) begun: bool,
    /// Whether that began with a MARK; for a tuple, whether it did.
    pub(super) marked: bool,
    /// What a list, dict or set has in the memo.
    pub(super) memo: Option<Memo>,
}

/// What is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    List,
    Dict,
    /// A set by opcodes of its own, from protocol 4 on.
    Set,
    /// The list that a call makes a set of, or a frozenset.
    SetCall,
    FrozenSet,
    Tuple,
    /// What is appended to an object, and what is set by key.
    Items,
    Pairs,
    /// Callable and arguments.
    Call(super::call::Form),
    /// An object, and what is done to it.
    Object,
    Persistent,
    /// Module and name of a global that are no text.
    Names,
}

impl Open {
    pub(crate) fn new(kind: Kind, len: u64) -> Open {
        Open { kind, len, done: 0, room: 0, begun: false, marked: false, memo: None }
    }

    /// How many values make a batch.
    fn batch(&self) -> u64 {
        match self.kind {
            Kind::Dict | Kind::Pairs => 2 * BATCH,
            Kind::List | Kind::Set | Kind::SetCall | Kind::Items => BATCH,
            _ => u32::MAX.into(),
        }
    }

    /// What comes before the next value, where the last batch is full or there was none. `text` is for protocol 0.
    pub(crate) fn next_batch(&mut self, text: bool, out: &mut Vec<u8>) -> Result<()> {
        let left = if self.len == UNKNOWN { self.batch() } else { self.len - self.done };
        if left == 0 {
            let (kind, len) = (self.kind, self.len);
            return Err(misuse(format!("more values than the {len} that were to come ({kind:?})")));
        }
        let alone = self.alone();
        let single = match self.kind {
            Kind::List | Kind::Dict | Kind::SetCall => text || self.len == alone,
            Kind::Items | Kind::Pairs => text || left == alone,
            _ => false,
        };
        let room = if single { alone } else { left.min(self.batch()) };
        self.room = u32::try_from(room).unwrap_or(u32::MAX);
        out.extend(self.added().map(|opcode| opcode as u8));
        if self.has_batches() {
            (self.begun, self.marked) = (true, !single);
            if !single {
                out.push(Opcode::Mark as u8);
            }
        }
        Ok(())
    }

    /// Whether all is there.
    ///
    /// # Errors
    ///
    /// It is not.
    #[inline]
    pub(crate) fn check(&self) -> Result<()> {
        if self.done != self.len && self.len != UNKNOWN {
            let Open { kind, len, done, .. } = self;
            return Err(misuse(format!("expected {len} values before the end ({kind:?}), got {done}")));
        }
        Ok(())
    }

    fn has_batches(&self) -> bool {
        self.batch() <= 2 * BATCH
    }

    /// The opcode that adds the batch at hand to what it is for.
    fn added(&self) -> Option<Opcode> {
        if !self.begun {
            return None;
        }
        Some(match (self.kind, self.marked) {
            (Kind::List | Kind::SetCall | Kind::Items, true) => Opcode::Appends,
            (Kind::List | Kind::SetCall | Kind::Items, false) => Opcode::Append,
            (Kind::Dict | Kind::Pairs, true) => Opcode::SetItems,
            (Kind::Dict | Kind::Pairs, false) => Opcode::SetItem,
            (Kind::Set, _) => Opcode::AddItems,
            _ => return None,
        })
    }

    /// How many values make a batch that needs no MARK.
    fn alone(&self) -> u64 {
        if matches!(self.kind, Kind::Dict | Kind::Pairs) { 2 } else { 1 }
    }
}

impl<W: Write> Encoder<W> {
    /// Begins a `list`; its items follow, then [`end`](Encoder::end). Where the length is not known before (`None`), a list of one item
    /// takes a byte more than need be.
    ///
    /// ```
    /// use unpickle_core::{Encoder, Protocol};
    ///
    /// let mut encoder = Encoder::new(Vec::new(), Protocol::V2)?;
    /// let list = encoder.begin_list(1)?;
    /// encoder.get(list)?; // itself
    /// encoder.end()?;
    /// assert_eq!(encoder.finish()?, b"\x80\x02]q\0h\0a.");
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    pub fn begin_list(&mut self, len: impl Into<Option<usize>>) -> Result<Memo> {
        self.enter()?;
        let open = self.write_list(length(len.into(), 1))?;
        Ok(self.begin_known(open))
    }

    /// Begins a `dict` of so many keys; keys and values follow in turn, then [`end`](Encoder::end).
    pub fn begin_dict(&mut self, len: impl Into<Option<usize>>) -> Result<Memo> {
        self.enter()?;
        let open = self.write_dict(length(len.into(), 2))?;
        Ok(self.begin_known(open))
    }

    /// Begins a `set`; its items follow in any order, then [`end`](Encoder::end). Below protocol 4 it is a call of `set`.
    ///
    /// Gives what it is in the memo, from protocol 4 on: below, it is not there before its end.
    pub fn begin_set(&mut self, len: impl Into<Option<usize>>) -> Result<Option<Memo>> {
        self.enter()?;
        let len = length(len.into(), 1);
        if self.protocol >= Protocol::V4 {
            self.out.op(Opcode::EmptySet);
            let open = self.known(Kind::Set, len)?;
            return Ok(Some(self.begin_known(open)));
        }
        self.begin_set_call("set", len)?;
        Ok(None)
    }

    /// Begins a `frozenset`; its items follow in any order, then [`end`](Encoder::end).
    pub fn begin_frozenset(&mut self, len: impl Into<Option<usize>>) -> Result<()> {
        self.enter()?;
        let len = length(len.into(), 1);
        if self.protocol < Protocol::V4 {
            return self.begin_set_call("frozenset", len);
        }
        self.out.op(Opcode::Mark);
        self.open.push(Open::new(Kind::FrozenSet, len));
        Ok(())
    }

    fn begin_set_call(&mut self, name: &str, len: u64) -> Result<()> {
        self.put_global("builtins", name)?;
        self.write_mark_of_args();
        self.write_empty(Opcode::EmptyList, Opcode::List);
        self.remember()?;
        self.open.push(Open::new(Kind::SetCall, len));
        Ok(())
    }

    /// Begins a `tuple`; its items follow, then [`end`](Encoder::end).
    pub fn begin_tuple(&mut self, len: impl Into<Option<usize>>) -> Result<()> {
        self.enter()?;
        let open = self.write_tuple(length(len.into(), 1));
        self.open.push(open);
        Ok(())
    }

    /// Ends what was begun last. Gives what it is in the memo; the empty tuple, what is done to an object, and persistent ids are not
    /// there.
    ///
    /// # Errors
    ///
    /// Nothing is open, or not everything is there that was to come.
    pub fn end(&mut self) -> Result<Option<Memo>> {
        let open = self.close()?;
        let memo = self.write_end(&open)?;
        if !matches!(open.kind, Kind::Items | Kind::Pairs) {
            self.leave()?;
        }
        Ok(memo)
    }

    /// What comes at the end.
    pub(crate) fn write_end(&mut self, open: &Open) -> Result<Option<Memo>> {
        Ok(match open.kind {
            Kind::List | Kind::Set | Kind::Dict => {
                self.end_batches(open)?;
                open.memo
            }
            Kind::SetCall => {
                self.end_set_call(open)?;
                Some(self.remember()?)
            }
            Kind::FrozenSet => {
                self.out.op(Opcode::FrozenSet);
                Some(self.remember()?)
            }
            Kind::Tuple => self.end_tuple(open)?,
            Kind::Items | Kind::Pairs => {
                self.end_batches(open)?;
                return Ok(None);
            }
            Kind::Call(form) => {
                self.end_call(form, open)?;
                Some(self.remember()?)
            }
            Kind::Object => {
                self.end_object(open)?;
                None
            }
            Kind::Names => {
                self.out.op(Opcode::StackGlobal);
                Some(self.remember()?)
            }
            Kind::Persistent => {
                self.out.op(Opcode::BinPersId);
                None
            }
        })
    }

    /// What was begun last, which must be complete.
    fn close(&mut self) -> Result<Open> {
        let Some(open) = self.open.pop() else { return Err(misuse("nothing is open that could be ended")) };
        open.check()?;
        Ok(open)
    }

    fn end_set_call(&mut self, open: &Open) -> Result<()> {
        self.end_batches(open)?;
        self.write_args(Opcode::Tuple1)?;
        self.out.op(Opcode::Reduce);
        Ok(())
    }

    fn end_tuple(&mut self, open: &Open) -> Result<Option<Memo>> {
        match (open.marked, open.done) {
            (false, 0) => self.out.op(Opcode::EmptyTuple),
            (false, 1) => self.out.op(Opcode::Tuple1),
            (false, 2) => self.out.op(Opcode::Tuple2),
            (false, _) => self.out.op(Opcode::Tuple3),
            (true, _) => self.out.op(Opcode::Tuple),
        }
        if open.done == 0 { Ok(None) } else { self.remember().map(Some) }
    }

    /// Ends the tuple, frozenset, set or call that was begun last, throws away what was written of it, and fetches what `memo` stands for:
    /// how a tuple is written that holds itself, when it was written as part of what it holds.
    ///
    /// ```
    /// use unpickle_core::{Encoder, Pickle, Protocol};
    ///
    /// // t = ([],); t[0].append(t)
    /// let mut encoder = Encoder::new(Vec::new(), Protocol::V2)?;
    /// encoder.begin_tuple(1)?;
    /// let list = encoder.begin_list(1)?;
    /// encoder.begin_tuple(1)?;
    /// encoder.get(list)?;
    /// let tuple = encoder.end()?.unwrap();
    /// encoder.end()?;
    /// encoder.end_with(tuple)?;
    /// let bytes = encoder.finish()?;
    /// assert_eq!(bytes, b"\x80\x02]q\0h\0\x85q\x01a0h\x01.");
    /// let pickle = Pickle::parse(bytes)?;
    /// assert!(pickle.root().item(0)?.item(0)?.is(pickle.root()));
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`end`](Encoder::end); or what is open is in the memo itself; or `memo` is not.
    pub fn end_with(&mut self, memo: Memo) -> Result<()> {
        let open = self.close()?;
        match open.kind {
            Kind::Tuple | Kind::FrozenSet => {
                let marked = open.marked || open.kind == Kind::FrozenSet;
                if marked && self.protocol != Protocol::V0 {
                    self.out.op(Opcode::PopMark);
                } else {
                    // In protocol 0 the MARK is popped, too.
                    for _ in 0..open.done + u64::from(marked) {
                        self.out.op(Opcode::Pop);
                    }
                }
            }
            Kind::SetCall => {
                self.end_set_call(&open)?;
                self.out.op(Opcode::Pop);
            }
            Kind::Call(form) => {
                self.end_call(form, &open)?;
                self.out.op(Opcode::Pop);
            }
            kind => return Err(misuse(format!("a {kind:?} is in the memo before its end"))),
        }
        self.write_get(memo)?;
        self.leave()
    }

    // ---- batches

    /// A list of so many items.
    #[inline]
    pub(crate) fn write_list(&mut self, len: u64) -> Result<Open> {
        self.write_empty(Opcode::EmptyList, Opcode::List);
        self.known(Kind::List, len)
    }

    /// A dict of so many keys and values.
    #[inline]
    pub(crate) fn write_dict(&mut self, len: u64) -> Result<Open> {
        self.write_empty(Opcode::EmptyDict, Opcode::Dict);
        self.known(Kind::Dict, len)
    }

    /// A tuple of so many items.
    #[inline]
    pub(crate) fn write_tuple(&mut self, len: u64) -> Open {
        let mut open = Open::new(Kind::Tuple, len);
        open.marked = match open.len {
            0 => self.protocol == Protocol::V0,
            1..=3 => self.protocol < Protocol::V2,
            _ => true,
        };
        if open.marked {
            self.out.op(Opcode::Mark);
        }
        open
    }

    /// A container that has an entry in the memo before it has values.
    #[inline]
    fn known(&mut self, kind: Kind, len: u64) -> Result<Open> {
        let mut open = Open::new(kind, len);
        open.memo = Some(self.remember()?);
        Ok(open)
    }

    #[inline]
    fn begin_known(&mut self, open: Open) -> Memo {
        let memo = open.memo.unwrap_or(Memo::NONE);
        self.open.push(open);
        memo
    }

    #[inline]
    fn write_empty(&mut self, opcode: Opcode, marked: Opcode) {
        if self.protocol >= Protocol::V1 {
            self.out.op(opcode);
        } else {
            self.out.bytes().extend([Opcode::Mark as u8, marked as u8]);
        }
    }

    /// What comes before the next value, where the last batch is full or there was none.
    #[cold]
    pub(super) fn next_batch(&mut self) -> Result<()> {
        let text = self.protocol == Protocol::V0;
        match self.open.last_mut() {
            None => Ok(()),
            Some(open) if open.kind == Kind::Object => self.next_state(),
            Some(open) => open.next_batch(text, self.out.bytes()),
        }
    }

    /// What comes behind the last value of all.
    fn end_batches(&mut self, open: &Open) -> Result<()> {
        if open.alone() == 2 && !open.done.is_multiple_of(2) {
            return Err(misuse("a key without a value"));
        }
        open.added().into_iter().for_each(|opcode| self.out.op(opcode));
        // Behind a full batch, CPython begins another to find that there is nothing left. Not so in a list.
        let looks = match open.kind {
            Kind::Set => true,
            Kind::Dict => open.marked,
            _ => false,
        };
        if looks && open.begun && open.room == 0 && open.done.is_multiple_of(open.batch()) {
            self.out.op(Opcode::Mark);
            open.added().into_iter().for_each(|opcode| self.out.op(opcode));
        }
        Ok(())
    }

    // ---- the arguments of the calls that spell plain values

    /// The MARK before the arguments, where there is no opcode for a tuple of so few.
    pub(super) fn write_mark_of_args(&mut self) {
        if self.protocol < Protocol::V2 {
            self.out.op(Opcode::Mark);
        }
    }

    /// The tuple of the arguments.
    pub(super) fn write_args(&mut self, tuple: Opcode) -> Result<Memo> {
        self.out.op(if self.protocol < Protocol::V2 { Opcode::Tuple } else { tuple });
        self.remember()
    }

    pub(super) fn write_empty_tuple(&mut self) {
        self.write_empty(Opcode::EmptyTuple, Opcode::Tuple);
    }
}

/// How many values that are.
pub(crate) fn length(len: Option<usize>, each: u64) -> u64 {
    len.map_or(UNKNOWN, |len| (len as u64).saturating_mul(each))
}
