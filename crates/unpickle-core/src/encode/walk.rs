//! A decoded value, written as it is: sharing, cycles, calls. Without recursion.

use std::io::Write;

use super::encoder::{Encoder, Memo};
use super::places::{Held, Slot};
use crate::buffer::Buffer;
use crate::dict::Dict;
use crate::error::{Error, Result};
use crate::leaf::{self, Leaf};
use crate::object::{Make, Object};
use crate::seq::Iter;
use crate::value::{Value, View};
use crate::word::Ref;

mod values;

/// What is to become of a buffer of the pickle: true for out of band.
pub(super) type OnBuffer<'b, 'p> = &'b mut dyn FnMut(Buffer<'p>) -> Result<bool>;

/// Writes what `root` holds.
pub(super) fn walk<'p, W: Write>(
    root: Value<'p>,
    encoder: &mut Encoder<W>,
    on_buffer: OnBuffer<'_, 'p>,
) -> Result<()> {
    let held = Held::new(root);
    let budget = held.reached.saturating_mul(2).saturating_add(SPARE);
    let mut walk = Walk {
        encoder,
        held,
        steps: Vec::new(),
        single_bytes: Vec::new(),
        budget,
        input: root.input(),
        protocol: root.graph().protocol,
        on_buffer,
    };
    walk.value(root)?;
    while walk.step()? {}
    Ok(())
}

/// A tuple that holds itself is written again inside itself, once for each list in between. A pickle made for it would make that quadratic:
/// so many values more than there are may be written.
const SPARE: u64 = 100_000;

struct Walk<'w, 'b, 'p, W> {
    encoder: &'w mut Encoder<W>,
    held: Held<Memo>,
    steps: Vec<Step<'p>>,
    /// Bytes of length one that a call spells: Python has one object of each.
    single_bytes: Vec<Option<Memo>>,
    budget: u64,
    input: &'p [u8],
    /// That of the pickle the value is of.
    protocol: u8,
    on_buffer: OnBuffer<'b, 'p>,
}

/// Something begun.
struct Step<'p> {
    todo: Todo<'p>,
    /// For what is in the memo when it is complete: where to keep that.
    slot: Option<Slot>,
}

enum Todo<'p> {
    /// Items, or arguments.
    Items(Iter<'p>),
    /// Keys and values, from this word on.
    Pairs(Dict<'p>, usize),
    /// The parts of a call, from this on.
    Call(Object<'p>, u8),
    /// An object that is there: what is done to it, from this on.
    Object(Object<'p>, Done),
    /// The value of a persistent id, written or not.
    Persistent(Option<Value<'p>>),
    /// A global of names that are no text.
    Names(Object<'p>, u8),
}

/// What comes next for an object.
#[derive(Clone, Copy)]
enum Done {
    Made,
    Items,
    Pairs,
    /// So many states, then so many calls, are written.
    Build(usize),
    Call(usize),
}

impl<'p, W: Write> Walk<'_, '_, 'p, W> {
    /// Goes on with what was begun last; whether there is anything.
    fn step(&mut self) -> Result<bool> {
        let Some(step) = self.steps.last_mut() else { return Ok(false) };
        match &mut step.todo {
            Todo::Items(items) => {
                // As long as they are leaves, this goes on here.
                loop {
                    if let Some((at, left)) = items.leaves() {
                        let held = &self.held;
                        let is_shared = |at| held.is_shared_leaf(at);
                        let (count, end) = self.encoder.copy_leaves(self.input, at, left, is_shared);
                        if count > 0 {
                            items.skip_leaves(count, end);
                            self.budget = self.budget.saturating_sub(count as u64);
                        }
                    }
                    let Some(item) = items.next() else { break };
                    self.budget = self.budget.checked_sub(1).ok_or_else(too_much)?;
                    let leaf = match item.word().get() {
                        Ref::Leaf(at) => leaf_of(&mut self.held, self.encoder, item, at)?,
                        _ => false,
                    };
                    if !leaf {
                        self.value(item)?;
                        return Ok(true);
                    }
                }
                self.end()?;
            }
            Todo::Pairs(dict, next) => {
                let dict = *dict;
                while let Some(word) = dict.word(*next) {
                    *next += 1;
                    self.budget = self.budget.checked_sub(1).ok_or_else(too_much)?;
                    let item = dict.value().with(word);
                    let leaf = match word.get() {
                        Ref::Leaf(at) => leaf_of(&mut self.held, self.encoder, item, at)?,
                        _ => false,
                    };
                    if !leaf {
                        self.value(item)?;
                        return Ok(true);
                    }
                }
                self.end()?;
            }
            Todo::Call(object, next) => {
                let (object, part) = (*object, *next);
                *next += 1;
                match part {
                    0 => self.value(object.raw_callable())?,
                    1 => self.value(object.args())?,
                    2 if object.make() == Make::NewObjEx => match object.kwargs() {
                        Some(kwargs) => self.value(kwargs)?,
                        None => {
                            return Err(Error::invalid(object.value(), "no keyword arguments for NEWOBJ_EX"));
                        }
                    },
                    _ => self.end()?,
                }
            }
            Todo::Persistent(id) => match id.take() {
                Some(id) => self.value(id)?,
                None => self.end()?,
            },
            Todo::Names(object, next) => {
                let (object, part) = (*object, *next);
                *next += 1;
                match part {
                    0 => self.value(object.raw_callable())?,
                    1 => self.value(object.args())?,
                    _ => self.end()?,
                }
            }
            Todo::Object(object, done) => {
                let object = *object;
                match *done {
                    Done::Made => {
                        *done = Done::Items;
                        if let Some(items) = object.items() {
                            self.encoder.begin_items(items.len())?;
                            self.push(Todo::Items(items.iter()), None);
                        }
                    }
                    Done::Items => {
                        *done = Done::Pairs;
                        if let Some(pairs) = object.pairs() {
                            self.encoder.begin_pairs(pairs.written())?;
                            self.push(Todo::Pairs(pairs, 0), None);
                        }
                    }
                    Done::Pairs => {
                        *done = Done::Build(0);
                        if let Some(state) = object.nth_state(0) {
                            self.state(state)?;
                        }
                    }
                    Done::Build(count) => match object.nth_state(count) {
                        Some(_) => {
                            *done = Done::Build(count + 1);
                            let next = object.nth_state(count + 1);
                            self.encoder.build()?;
                            if let Some(state) = next {
                                self.state(state)?;
                            }
                        }
                        None => {
                            *done = Done::Call(0);
                            if let Some(call) = object.nth_call(0) {
                                self.value(call)?;
                            }
                        }
                    },
                    Done::Call(count) => match object.nth_call(count) {
                        Some(_) => {
                            *done = Done::Call(count + 1);
                            let next = object.nth_call(count + 1);
                            self.encoder.discard()?;
                            if let Some(call) = next {
                                self.value(call)?;
                            }
                        }
                        None => self.end()?,
                    },
                }
            }
        }
        Ok(true)
    }

    fn push(&mut self, todo: Todo<'p>, slot: Option<Slot>) {
        self.steps.push(Step { todo, slot });
    }

    /// What was begun last is complete.
    fn end(&mut self) -> Result<()> {
        let Some(step) = self.steps.pop() else { return Ok(()) };
        let persistent = matches!(step.todo, Todo::Persistent(_));
        match step.slot.map(|slot| (slot, self.held.known(slot))) {
            None => _ = self.encoder.end()?,
            // A persistent id is no part of itself, whatever it looks like.
            Some((_, Some(memo))) if !persistent => {
                self.encoder.end_with(memo)?;
                // It has all that is done to it where it was made.
                if let Some(Step { todo: Todo::Object(_, done @ Done::Made), .. }) = self.steps.last_mut()
                    && matches!(step.todo, Todo::Call(..))
                {
                    *done = Done::Call(usize::MAX);
                }
            }
            Some((slot, _)) => {
                let memo = match self.encoder.end()? {
                    Some(memo) => memo,
                    None if persistent => return self.memoize(Some(slot)),
                    None => return Ok(()),
                };
                self.keep(Some(slot), memo)?;
            }
        }
        Ok(())
    }

    /// A state of an object: it must not be data that stands between opcodes.
    fn state(&mut self, state: Value<'p>) -> Result<()> {
        if let View::Buffer(buffer) = state.view()
            && !buffer.is_out_of_band()
        {
            return Err(Error::unsupported(state, "to encode data that stands between the opcodes (joblib)"));
        }
        self.value(state)
    }
}

/// Writes a leaf, if it is not shared; whether it is not.
#[inline(always)]
fn leaf_of<W: Write>(
    held: &mut Held<Memo>,
    encoder: &mut Encoder<W>,
    value: Value<'_>,
    at: usize,
) -> Result<bool> {
    if held.is_shared_leaf(at) {
        return Ok(false);
    }
    if let Some(text) = leaf::str(value.input(), at) {
        encoder.str_bytes(text)?;
        return Ok(true);
    }
    write_leaf(encoder, value)?;
    Ok(true)
}

/// Writes a leaf. Gives what it is in the memo, if it may be there.
fn write_leaf<W: Write>(encoder: &mut Encoder<W>, value: Value<'_>) -> Result<Option<Memo>> {
    let Some(leaf) = value.leaf() else { return Err(Error::data(value, "a value")) };
    Ok(Some(match leaf {
        Leaf::None => return encoder.none().map(|()| None),
        Leaf::Bool(value) => return encoder.bool(value).map(|()| None),
        Leaf::Small(value) => return encoder.int(value).map(|()| None),
        Leaf::Big(bytes) => return encoder.big_int(bytes).map(|()| None),
        Leaf::Float(value) => return encoder.float(value).map(|()| None),
        Leaf::EmptyTuple => {
            encoder.begin_tuple(0)?;
            encoder.end()?;
            return Ok(None);
        }
        Leaf::Str(text) => encoder.str_bytes(text)?,
        Leaf::Str2(bytes) => encoder.str2(bytes)?,
        Leaf::Bytes(bytes) => encoder.bytes(bytes)?,
        // One that was appended to has other bytes than its leaf.
        Leaf::ByteArray(bytes) => encoder.bytearray(value.as_bytes().unwrap_or(bytes))?,
    }))
}

#[cold]
fn too_much() -> Error {
    Error::limit("the values hold themselves in so many ways that writing them would take too long")
}
