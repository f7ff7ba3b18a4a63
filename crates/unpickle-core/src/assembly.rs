//! [`Assembly`]: one graph out of several pickles and raw bytes.

use std::ops::Range;
use std::sync::Arc;

use crate::buffer::{LazyBytes, Source};
use crate::error::{Category, Error, Result};
use crate::graph::{Record, Shape};
use crate::machine::Machine;
use crate::text;
use crate::value::{Id, Value};
use crate::word::Word;

/// Puts together what a file holds that is more than one pickle: an archive of PyTorch, a `.npz`, a dump of joblib with
/// files beside it. All values are of one [`Pickle`](crate::Pickle), so paths, identity and offsets go on working.
///
/// ```
/// use unpickle_core::Options;
///
/// // A pickle of 7, then three bytes that are none.
/// let input = b"K\x07.abc";
/// let pickle = Options::new().assemble(&input[..], |assembly| {
///     let (seven, end) = assembly.pickle(0..3)?;
///     let raw = assembly.part(end..6)?;
///     let (number, bytes) = (assembly.str("number")?, assembly.str("bytes")?);
///     assembly.dict(&[(number, seven), (bytes, raw)])
/// })?;
/// assert_eq!(pickle.root().item("number")?.as_i64(), Some(7));
/// assert_eq!(pickle.root().item("bytes")?.as_bytes(), Some(&b"abc"[..]));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
pub struct Assembly<'i> {
    machine: Machine<'i>,
    at: usize,
    pickles: usize,
}

impl<'i> Assembly<'i> {
    pub(crate) fn new(machine: Machine<'i>) -> Assembly<'i> {
        Assembly { machine, at: 0, pickles: 0 }
    }

    pub(crate) fn into_machine(self) -> Machine<'i> {
        self.machine
    }

    /// All the bytes.
    pub fn input(&self) -> &'i [u8] {
        self.machine.input
    }

    /// The byte that values made from here on are said to be made at, for errors.
    pub fn at(&mut self, offset: usize) {
        self.at = offset;
    }

    /// Decodes the pickle that starts with the first byte of `part`, with a memo of its own. Gives its value and the
    /// first byte behind its STOP.
    ///
    /// # Errors
    ///
    /// The bytes are no pickle, or it does not end within `part`.
    pub fn pickle(&mut self, part: Range<usize>) -> Result<(Id, usize)> {
        let protocol = self.machine.graph.protocol;
        let (word, end) = self.machine.another(part.start)?;
        if end > part.end {
            let message = "pickle ends before its STOP opcode";
            return Err(Error::at(Category::Eof, part.end as u64, message));
        }
        // That of the first is that of all.
        if self.pickles > 0 {
            self.machine.graph.protocol = protocol;
        }
        self.pickles += 1;
        Ok((Id(word.bits()), end))
    }

    /// A value made so far.
    pub fn value(&self, id: Id) -> Value<'_> {
        self.machine.value(Word::from_bits(id.0))
    }

    /// Bytes of the input, where they lie: a [`Buffer`](crate::Buffer).
    ///
    /// # Errors
    ///
    /// They are not within the input.
    pub fn part(&mut self, part: Range<usize>) -> Result<Id> {
        self.machine.part(self.at, part).map(id)
    }

    /// Bytes that are made when they are asked for: a [`Buffer`](crate::Buffer).
    ///
    /// # Errors
    ///
    /// A limit is reached.
    pub fn lazy(&mut self, bytes: Arc<dyn LazyBytes>) -> Result<Id> {
        self.machine.buffer(self.at, Source::Lazy(bytes)).map(id)
    }

    /// `None`
    ///
    /// # Errors
    ///
    /// Like those of all that follow: a limit is reached.
    pub fn none(&mut self) -> Result<Id> {
        self.leaf(|side| side.push(b'N'))
    }

    /// A `bool`
    pub fn bool(&mut self, value: bool) -> Result<Id> {
        self.leaf(|side| side.push(if value { 0x88 } else { 0x89 }))
    }

    /// An `int`
    pub fn int(&mut self, value: i64) -> Result<Id> {
        self.leaf(|side| {
            side.extend([0x8a, 8]);
            side.extend(value.to_le_bytes());
        })
    }

    /// A `str`
    pub fn str(&mut self, value: &str) -> Result<Id> {
        self.leaf(|side| text::write_str(value.as_bytes(), side))
    }

    /// `bytes`, copied; [`part`](Assembly::part) does not copy.
    pub fn bytes(&mut self, value: &[u8]) -> Result<Id> {
        self.leaf(|side| text::write_bytes(value, side))
    }

    fn leaf(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<Id> {
        let word = self.machine.side(self.at);
        write(&mut self.machine.graph.side);
        Ok(id(word))
    }

    /// A `tuple`
    pub fn tuple(&mut self, items: &[Id]) -> Result<Id> {
        self.container(Shape::Tuple, items.iter().copied())
    }

    /// A `list`
    pub fn list(&mut self, items: &[Id]) -> Result<Id> {
        self.container(Shape::List, items.iter().copied())
    }

    /// A `dict`
    pub fn dict(&mut self, pairs: &[(Id, Id)]) -> Result<Id> {
        self.container(Shape::Dict, pairs.iter().flat_map(|&(key, value)| [key, value]))
    }

    fn container(&mut self, shape: Shape, items: impl Iterator<Item = Id>) -> Result<Id> {
        self.machine.container(shape, self.at, items.map(|item| Word::from_bits(item.0))).map(id)
    }

    /// Several values that stand in the file one after the other, as pickles in a row do: [`Pickle::roots`] gives them.
    /// Gives the first, which is the root then.
    ///
    /// [`Pickle::roots`]: crate::Pickle::roots
    ///
    /// # Errors
    ///
    /// A limit is reached.
    pub fn row(&mut self, first: Id, others: &[Id]) -> Result<Id> {
        if !others.is_empty() {
            let row = self.container(Shape::List, [first].into_iter().chain(others.iter().copied()))?;
            self.machine.graph.row = Some(Word::from_bits(row.0));
        }
        Ok(first)
    }

    /// What calling a global makes, as data.
    pub fn call(&mut self, module: &str, name: &str, args: &[Id]) -> Result<Id> {
        let args = Word::from_bits(self.tuple(args)?.0);
        self.machine.call(self.at, module, name, args).map(id)
    }

    /// Every persistent id of the pickles decoded so far, in their order.
    pub fn persistent_ids(&self) -> Vec<Id> {
        let records = self.machine.graph.records.iter().enumerate();
        let persistent = records.filter(|(_, record)| record.shape() == Shape::Persistent);
        persistent.map(|(index, _)| id(Word::record(index as u32))).collect()
    }

    /// Says what a persistent id stands for; see [`Value::loaded`].
    ///
    /// # Errors
    ///
    /// `persistent` is none.
    pub fn set_loaded(&mut self, persistent: Id, loaded: Id) -> Result<()> {
        let word = Word::from_bits(persistent.0);
        let graph = &mut self.machine.graph;
        let record = word.as_record().and_then(|index| graph.record(index)).copied();
        let slot = record
            .filter(|record: &Record| record.shape() == Shape::Persistent)
            .and_then(|record| graph.words.get_mut(record.start() as usize + 1));
        match slot {
            Some(slot) => *slot = Word::from_bits(loaded.0),
            None => return Err(Error::data(self.value(persistent), "a persistent id")),
        }
        Ok(())
    }
}

impl std::fmt::Debug for Assembly<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Assembly({} pickles)", self.pickles)
    }
}

fn id(word: Word) -> Id {
    Id(word.bits())
}
