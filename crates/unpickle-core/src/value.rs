//! `Value`: a cursor on whatever a pickle holds.

use std::fmt;

use crate::Encoding;
use crate::buffer::Buffer;
use crate::class::{Class, folded};
use crate::dict::Dict;
use crate::error::{Error, Result};
use crate::extract::FromPickle;
use crate::graph::{Graph, READONLY, Record, Shape};
use crate::int::Int;
use crate::key::Key;
use crate::leaf::{self, Leaf};
use crate::object::Object;
use crate::repr::Repr;
use crate::seq::{Iter, Seq};
use crate::str::Str;
use crate::table::Part;
use crate::word::{Ref, Word};

mod containers;
mod kind;
mod plain;

pub use kind::Kind;

/// A cursor on a value of a decoded [`Pickle`](crate::Pickle): cheap to copy, tied to the pickle's borrow.
///
/// Go inside with [`get`](Value::get), which may find nothing, or with [`item`](Value::item) and
/// [`attr`](Value::attr), which say why not; take plain values with the `as_` methods; or match on
/// [`view`](Value::view).
///
/// ```
/// // pickle.dumps({"Student 1": {"Name": "Ada", "Age": 36}}, protocol=2)
/// let bytes = b"\x80\x02}X\x09\0\0\0Student 1}(X\x04\0\0\0NameX\x03\0\0\0AdaX\x03\0\0\0AgeK\x24us.";
/// let pickle = unpickle_core::Pickle::parse(&bytes[..])?;
/// let student = pickle.root().item("Student 1")?;
/// assert_eq!(student.get("Name").and_then(|name| name.as_str()), Some("Ada"));
/// assert_eq!(student.item("Age")?.as_i64(), Some(36));
/// assert_eq!(
///     student.item("Height").unwrap_err().to_string(),
///     "no key 'Height' in a dict of 2 at byte 17",
/// );
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Value<'p> {
    graph: &'p Graph,
    input: &'p [u8],
    word: Word,
}

/// What a value is held by: two values with one id are the same Python object. Small, hashable, and good for as
/// long as the pickle is: [`Pickle::value`](crate::Pickle::value) leads back.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Id(pub(crate) u64);

/// A value, taken apart.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum View<'p> {
    /// `None`
    None,
    /// `True` and `False`
    Bool(bool),
    /// An `int`, of any size.
    Int(Int<'p>),
    /// A `float`
    Float(f64),
    /// A Python 3 `str`, or a Python 2 `unicode`
    Str(Str<'p>),
    /// A Python 2 `str`: bytes that may be meant as text.
    Str2(&'p [u8]),
    /// A Python 3 `bytes`, however it is spelled.
    Bytes(&'p [u8]),
    /// A `bytearray`, however it is spelled.
    ByteArray(&'p [u8]),
    /// A `list`
    List(Seq<'p>),
    /// A `tuple`
    Tuple(Seq<'p>),
    /// A `set`, however it is spelled.
    Set(Seq<'p>),
    /// A `frozenset`, however it is spelled.
    FrozenSet(Seq<'p>),
    /// A `dict`
    Dict(Dict<'p>),
    /// A global: a class or function, not imported.
    Class(Class<'p>),
    /// What a call makes: callable, arguments, state, items. Not called.
    Object(Object<'p>),
    /// A persistent id: something outside the pickle.
    Persistent(Value<'p>),
    /// A `copyreg` extension code.
    Extension(u32),
    /// Bytes outside the opcodes: an out-of-band buffer of protocol 5, a member of an archive.
    Buffer(Buffer<'p>),
}

impl<'p> Value<'p> {
    #[inline(always)]
    pub(crate) fn new(graph: &'p Graph, input: &'p [u8], word: Word) -> Value<'p> {
        Value { graph, input, word }
    }

    #[inline(always)]
    pub(crate) fn with(self, word: Word) -> Value<'p> {
        Value { word, ..self }
    }

    pub(crate) fn graph(self) -> &'p Graph {
        self.graph
    }

    pub(crate) fn input(self) -> &'p [u8] {
        self.input
    }

    pub(crate) fn word(self) -> Word {
        self.word
    }

    #[inline]
    pub(crate) fn record(self) -> Option<&'p Record> {
        self.graph.record(self.word.as_record()?)
    }

    #[inline]
    pub(crate) fn leaf(self) -> Option<Leaf<'p>> {
        let (bytes, at) = self.leaf_at()?;
        leaf::read(bytes, at)
    }

    /// Where its opcode is, if it is a leaf.
    #[inline(always)]
    pub(crate) fn leaf_at(self) -> Option<(&'p [u8], usize)> {
        match self.word.get() {
            Ref::Leaf(at) => Some((self.input, at)),
            Ref::Side(at) => Some((&self.graph.side, at)),
            _ => None,
        }
    }

    /// The container or object that it is of a row of a table.
    #[inline]
    pub(crate) fn part(self) -> Option<Part<'p>> {
        self.graph.part(self.word)
    }

    #[inline]
    pub(crate) fn seq(self, record: &'p Record) -> Seq<'p> {
        Seq::new(self.graph, self.input, self.graph.items(record))
    }

    pub(crate) fn part_seq(self, part: Part<'p>) -> Seq<'p> {
        Seq::of_part(self.graph, self.input, part)
    }

    #[inline]
    pub(crate) fn no_items(self) -> Seq<'p> {
        Seq::empty(self.graph, self.input)
    }

    /// The value, taken apart.
    pub fn view(self) -> View<'p> {
        let Some(record) = self.record() else {
            if let Some(part) = self.part() {
                return match part.shape() {
                    Shape::List => View::List(self.part_seq(part)),
                    Shape::Tuple => View::Tuple(self.part_seq(part)),
                    Shape::Set => View::Set(self.part_seq(part)),
                    Shape::FrozenSet => View::FrozenSet(self.part_seq(part)),
                    Shape::Dict => View::Dict(Dict::of_part(self, part)),
                    _ => View::Object(Object::of_part(self, part)),
                };
            }
            return match self.leaf() {
                None | Some(Leaf::None) => View::None,
                Some(Leaf::Bool(value)) => View::Bool(value),
                Some(Leaf::Small(value)) => View::Int(Int::small(value)),
                Some(Leaf::Big(bytes)) => View::Int(Int::big(bytes)),
                Some(Leaf::Float(value)) => View::Float(value),
                Some(Leaf::Str(bytes)) => View::Str(Str::new(bytes)),
                Some(Leaf::Str2(bytes)) => View::Str2(bytes),
                Some(Leaf::Bytes(bytes)) => View::Bytes(bytes),
                Some(Leaf::ByteArray(bytes)) => View::ByteArray(self.grown().unwrap_or(bytes)),
                Some(Leaf::EmptyTuple) => View::Tuple(self.no_items()),
            };
        };
        match record.shape() {
            Shape::List => View::List(self.seq(record)),
            Shape::Tuple => View::Tuple(self.seq(record)),
            Shape::Set => View::Set(self.seq(record)),
            Shape::FrozenSet => View::FrozenSet(self.seq(record)),
            Shape::Dict => View::Dict(Dict::new(self, record)),
            Shape::Class => match self.as_class() {
                Some(class) => View::Class(class),
                // Its module or name is no text.
                None => View::Object(Object::new(self, record)),
            },
            Shape::Persistent => match self.graph.slot(record, 0) {
                Some(id) => View::Persistent(self.with(id)),
                None => View::None,
            },
            Shape::Extension => View::Extension(record.start()),
            Shape::Buffer => View::Buffer(self.buffer(record)),
            Shape::Reduce if record.is_folded() => self.folded(record),
            Shape::Reduce | Shape::NewObj | Shape::NewObjEx | Shape::Obj | Shape::Inst => {
                View::Object(Object::new(self, record))
            }
        }
    }

    /// A call that only spells a plain value.
    fn folded(self, record: &'p Record) -> View<'p> {
        let view = match record.tag() {
            folded::BYTES => self.as_bytes().map(View::Bytes),
            folded::BYTE_ARRAY => self.as_bytes().map(View::ByteArray),
            folded::SET => self.as_seq().map(View::Set),
            folded::FROZEN_SET => self.as_seq().map(View::FrozenSet),
            _ => None,
        };
        view.unwrap_or(View::Object(Object::new(self, record)))
    }

    fn buffer(self, record: &Record) -> Buffer<'p> {
        let source = self.graph.buffers.get(record.start() as usize);
        Buffer::new(source, self.input, record.tag() == READONLY)
    }

    /// What sort of thing it is, for messages.
    pub fn kind(self) -> Kind<'p> {
        match self.view() {
            View::None => Kind::None,
            View::Bool(_) => Kind::Bool,
            View::Int(_) => Kind::Int,
            View::Float(_) => Kind::Float,
            View::Str(_) => Kind::Str,
            View::Str2(_) => Kind::Str2,
            View::Bytes(_) => Kind::Bytes,
            View::ByteArray(_) => Kind::ByteArray,
            View::List(_) => Kind::List,
            View::Tuple(_) => Kind::Tuple,
            View::Set(_) => Kind::Set,
            View::FrozenSet(_) => Kind::FrozenSet,
            View::Dict(_) => Kind::Dict,
            View::Class(class) => Kind::Class(class.module(), class.name()),
            View::Object(object) => match object.class() {
                Some(class) => Kind::Object(class.module(), class.name()),
                None => Kind::Opaque,
            },
            View::Persistent(_) => Kind::Persistent,
            View::Extension(_) => Kind::Extension,
            View::Buffer(_) => Kind::Buffer,
        }
    }

    /// A dict's value by key, a sequence's item by index, or nothing. Dict-like objects (OrderedDict, a state
    /// dict) are searched in what was set on them, list-like ones in what was appended.
    pub fn get(self, key: impl Key) -> Option<Value<'p>> {
        let query = key.query();
        if let Some(dict) = self.as_dict() {
            return dict.find(query);
        }
        if let Some(seq) = self.as_list().or_else(|| self.as_tuple()) {
            return seq.get(query.index()?);
        }
        let object = self.as_object()?;
        if let Some(found) = object.pairs().and_then(|pairs| pairs.find(query)) {
            return Some(found);
        }
        if let Some(given) = object.given_pairs() {
            // The last of equal keys counts, as it does in Python.
            let pairs = given.iter().filter_map(|pair| Some((pair.get(0)?, pair.get(1)?)));
            return pairs.filter(|&(key, _)| query.matches(key)).last().map(|(_, value)| value);
        }
        object.items()?.get(query.index()?)
    }

    /// Like [`get`](Value::get), as Python's `value[key]`.
    ///
    /// # Errors
    ///
    /// There is no such key or index; or the value has neither.
    pub fn item(self, key: impl Key) -> Result<Value<'p>> {
        let query = key.query();
        if let Some(found) = self.get(key) {
            return Ok(found);
        }
        let kind = self.kind();
        let pairs = self.as_dict().or_else(|| self.as_object()?.pairs()).map(Dict::len);
        let pairs = pairs.or_else(|| self.as_object()?.given_pairs().map(Seq::len));
        let items = self.as_seq().or_else(|| self.as_object()?.items());
        Err(match (pairs, items) {
            (Some(len), _) => Error::invalid(self, format!("no key {query} in a {kind} of {len}")),
            (_, Some(items)) => {
                Error::invalid(self, format!("no item {query} in a {kind} of {}", items.len()))
            }
            _ => Error::data(self, "a dict or a list"),
        })
    }

    /// An attribute, as Python's `getattr`: in what BUILD gave the object, the last first.
    ///
    /// # Errors
    ///
    /// There is no such attribute; or the value is no object with a state of names.
    pub fn attr(self, name: &str) -> Result<Value<'p>> {
        let Some(object) = self.as_object() else {
            return Err(Error::data(self, "an object with attributes"));
        };
        match object.attr(name) {
            Some(value) => Ok(value),
            None => Err(Error::invalid(self, format!("no attribute '{name}' in a {}", self.kind()))),
        }
    }

    /// The items of a sequence or set; of a list-like object too. A dict gives none: [`Dict::iter`] has its pairs.
    pub fn iter(self) -> Iter<'p> {
        let items = self.as_seq().or_else(|| self.as_object()?.items());
        items.unwrap_or_else(|| self.no_items()).iter()
    }

    /// How many items or keys it has; for text and bytes, how many bytes. Nothing else has a length.
    pub fn len(self) -> usize {
        if let Some(dict) = self.as_dict().or_else(|| self.as_object()?.pairs()) {
            return dict.len();
        }
        let given = || self.as_object()?.given_pairs();
        if let Some(seq) = self.as_seq().or_else(|| self.as_object()?.items()).or_else(given) {
            return seq.len();
        }
        self.str_bytes().or_else(|| self.as_bytes()).map_or(0, <[u8]>::len)
    }

    /// Whether [`len`](Value::len) is 0.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// As a Rust type: `value.extract::<Vec<String>>()`.
    ///
    /// # Errors
    ///
    /// The value, or something inside it, is not of that type.
    pub fn extract<T: FromPickle<'p>>(self) -> Result<T> {
        T::from_pickle(self)
    }

    // ---- identity and place

    /// Where the opcode is that made it.
    pub fn offset(self) -> u64 {
        match self.word.get() {
            Ref::Leaf(at) | Ref::Run { at, .. } => at as u64,
            Ref::Node { node, .. } => self.part().map_or(0, |part| part.offset(self.input, node) as u64),
            Ref::Rows { .. } => 0,
            Ref::Record(index) => self.graph.record(index).map_or(0, |record| record.at() as u64),
            Ref::Side(at) => {
                let start = at.saturating_sub(8);
                let bytes = self.graph.side.get(start..).and_then(|rest| rest.first_chunk());
                bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
            }
        }
    }

    /// Python's `is`: whether both are the one object. (Of the same pickle: offsets of two pickles may agree.)
    pub fn is(self, other: Value<'_>) -> bool {
        self.word == other.word && std::ptr::eq(self.graph, other.graph)
    }

    /// What it is held by.
    #[inline]
    pub fn id(self) -> Id {
        Id(self.word.bits())
    }

    /// How many bytes the input has that it was decoded from: a measure of what an export may cost.
    pub fn input_len(self) -> usize {
        self.input.len()
    }

    /// How many values an export may make of its pickle: four for each byte, so that what is not shared is never too
    /// much, and [`Limits::expand`](crate::Limits::expand) on top.
    ///
    /// ```
    /// use unpickle_core::{Limits, Options};
    ///
    /// let options = Options::new().with_limits(Limits::default().with_expand(1000));
    /// let pickle = options.parse(b"](K\x01K\x02e.")?;
    /// assert_eq!(pickle.root().most_values(), 1032);
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    pub fn most_values(self) -> usize {
        self.input_len().saturating_mul(4).saturating_add(self.graph.limits.expand)
    }

    /// The encoding chosen for Python 2 `str`.
    pub fn encoding(self) -> Encoding {
        self.graph.encoding
    }

    /// As Python would print it, cut by depth and length.
    pub fn repr(self) -> Repr<'p> {
        Repr::new(self)
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.repr(), f)
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.repr(), f)
    }
}

impl<'p> IntoIterator for Value<'p> {
    type Item = Value<'p>;
    type IntoIter = Iter<'p>;

    fn into_iter(self) -> Iter<'p> {
        self.iter()
    }
}
