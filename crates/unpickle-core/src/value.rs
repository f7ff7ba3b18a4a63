//! `Value`: a cursor on whatever a pickle holds.

use std::borrow::Cow;
use std::fmt;

use crate::Encoding;
use crate::buffer::Buffer;
use crate::class::{Class, Known, folded};
use crate::dict::Dict;
use crate::error::{Error, Result};
use crate::extract::FromPickle;
use crate::graph::{Graph, Record, Ref, Shape, Word};
use crate::int::Int;
use crate::key::Key;
use crate::leaf::{self, Leaf};
use crate::object::{Call, Object};
use crate::repr::Repr;
use crate::seq::{Iter, Seq};
use crate::str::Str;

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

/// What sort of thing a value is, for messages: `tuple`, `int`, `numpy.dtype object`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is the Python type of its name")]
pub enum Kind<'p> {
    None,
    Bool,
    Int,
    Float,
    Str,
    Str2,
    Bytes,
    ByteArray,
    List,
    Tuple,
    Set,
    FrozenSet,
    Dict,
    /// A global itself: its module and name.
    Class(&'p str, &'p str),
    /// An object: module and name of its class, or of the function called.
    Object(&'p str, &'p str),
    /// An object made by calling something that is itself an object.
    Opaque,
    Persistent,
    Extension,
    Buffer,
}

impl fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::None => "None",
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Float => "float",
            Kind::Str => "str",
            Kind::Str2 => "Python 2 str",
            Kind::Bytes => "bytes",
            Kind::ByteArray => "bytearray",
            Kind::List => "list",
            Kind::Tuple => "tuple",
            Kind::Set => "set",
            Kind::FrozenSet => "frozenset",
            Kind::Dict => "dict",
            Kind::Class(module, name) => return write!(f, "the global {module}.{name}"),
            Kind::Object(module, name) => return write!(f, "{module}.{name} object"),
            Kind::Opaque => "object",
            Kind::Persistent => "persistent id",
            Kind::Extension => "extension code",
            Kind::Buffer => "buffer",
        })
    }
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

    pub(crate) fn word(self) -> Word {
        self.word
    }

    #[inline]
    pub(crate) fn record(self) -> Option<&'p Record> {
        self.graph.record(self.word.as_record()?)
    }

    #[inline]
    pub(crate) fn leaf(self) -> Option<Leaf<'p>> {
        match self.word.get() {
            Ref::Leaf(at) => leaf::read(self.input, at),
            Ref::Side(at) => leaf::read(&self.graph.side, at),
            _ => None,
        }
    }

    pub(crate) fn seq(self, record: &'p Record) -> Seq<'p> {
        Seq::new(self.graph, self.input, self.graph.items(record))
    }

    pub(crate) fn no_items(self) -> Seq<'p> {
        Seq::empty(self.graph, self.input)
    }

    /// The value, taken apart.
    pub fn view(self) -> View<'p> {
        let Some(record) = self.record() else {
            return match self.leaf() {
                None | Some(Leaf::None) => View::None,
                Some(Leaf::Bool(value)) => View::Bool(value),
                Some(Leaf::Small(value)) => View::Int(Int::small(value)),
                Some(Leaf::Big(bytes)) => View::Int(Int::big(bytes)),
                Some(Leaf::Float(value)) => View::Float(value),
                Some(Leaf::Str(bytes)) => View::Str(Str::new(bytes)),
                Some(Leaf::Str2(bytes)) => View::Str2(bytes),
                Some(Leaf::Bytes(bytes)) => View::Bytes(bytes),
                Some(Leaf::ByteArray(bytes)) => View::ByteArray(bytes),
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
            Shape::Reduce if record.tag() != 0 => self.folded(record),
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
        Buffer::new(self.graph.buffers.get(record.start() as usize), self.input)
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

    // ---- plain values

    /// Whether it is `None`.
    #[inline]
    pub fn is_none(self) -> bool {
        matches!(self.leaf(), Some(Leaf::None))
    }

    /// A `bool`.
    pub fn as_bool(self) -> Option<bool> {
        match self.leaf()? {
            Leaf::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// An `int` (not a `bool`).
    pub fn as_int(self) -> Option<Int<'p>> {
        match self.leaf()? {
            Leaf::Small(value) => Some(Int::small(value)),
            Leaf::Big(bytes) => Some(Int::big(bytes)),
            _ => None,
        }
    }

    /// An `int` (not a `bool`) that fits.
    #[inline]
    pub fn as_i64(self) -> Option<i64> {
        match self.leaf()? {
            Leaf::Small(value) => Some(value),
            _ => None,
        }
    }

    /// An `int` (not a `bool`) that fits.
    pub fn as_u64(self) -> Option<u64> {
        self.as_int()?.as_u64()
    }

    /// An `int` (not a `bool`) that fits, for sizes and indexes.
    pub fn as_usize(self) -> Option<usize> {
        self.as_u64().and_then(|value| usize::try_from(value).ok())
    }

    /// A `float` (not an `int`).
    #[inline]
    pub fn as_f64(self) -> Option<f64> {
        match self.leaf()? {
            Leaf::Float(value) => Some(value),
            _ => None,
        }
    }

    /// Text: a `str` without lone surrogates, or a Python 2 `str` that is text under the chosen [`Encoding`] and
    /// whose bytes are UTF-8 (under Latin-1: ASCII). See [`Value::as_text`] for all that can be text.
    #[inline]
    pub fn as_str(self) -> Option<&'p str> {
        match self.leaf()? {
            Leaf::Str(bytes) => std::str::from_utf8(bytes).ok(),
            Leaf::Str2(bytes) => match self.graph.encoding {
                Encoding::Auto | Encoding::Utf8 => std::str::from_utf8(bytes).ok(),
                Encoding::Latin1 => std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()),
                Encoding::Bytes => None,
            },
            _ => None,
        }
    }

    /// Text: a `str` without lone surrogates, or a Python 2 `str` decoded as the chosen [`Encoding`] says:
    /// by default UTF-8 where it is that, else Latin-1. `None` for Python 2 `str` under [`Encoding::Bytes`].
    pub fn as_text(self) -> Option<Cow<'p, str>> {
        if let Some(text) = self.as_str() {
            return Some(Cow::Borrowed(text));
        }
        match (self.leaf()?, self.graph.encoding) {
            (Leaf::Str2(bytes), Encoding::Auto | Encoding::Latin1) => {
                Some(bytes.iter().map(|&byte| char::from(byte)).collect::<String>().into())
            }
            _ => None,
        }
    }

    /// The bytes of a `str` as they are, lone surrogates too, or of a Python 2 `str`.
    pub(crate) fn str_bytes(self) -> Option<&'p [u8]> {
        match self.leaf()? {
            Leaf::Str(bytes) | Leaf::Str2(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The bytes of a `str`: UTF-8, lone surrogates as Python's `surrogatepass` writes them.
    #[inline]
    pub fn as_str_bytes(self) -> Option<&'p [u8]> {
        match self.leaf()? {
            Leaf::Str(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// A Python 2 `str`, as bytes.
    pub fn as_str2(self) -> Option<&'p [u8]> {
        match self.leaf()? {
            Leaf::Str2(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Bytes in any spelling: `bytes`, `bytearray`, a Python 2 `str`, an out-of-band buffer,
    /// `_codecs.encode(text, 'latin1')`, `bytes()`, `bytearray(x)`. Those of a buffer that are yet to be made are not
    /// made here but by [`load`](Value::load).
    pub fn as_bytes(self) -> Option<&'p [u8]> {
        let Some(record) = self.record() else {
            return match self.leaf()? {
                Leaf::Bytes(bytes) | Leaf::ByteArray(bytes) | Leaf::Str2(bytes) => Some(bytes),
                _ => None,
            };
        };
        match record.shape() {
            Shape::Buffer => self.buffer(record).bytes(),
            Shape::Reduce => match self.with(self.folded_leaf()?).leaf()? {
                Leaf::Bytes(bytes) | Leaf::ByteArray(bytes) | Leaf::Str2(bytes) | Leaf::Str(bytes) => {
                    Some(bytes)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Bytes in any spelling, as [`as_bytes`](Value::as_bytes); those of a buffer are made if need be.
    ///
    /// # Errors
    ///
    /// It is nothing that holds bytes; or they cannot be made.
    pub fn load(self) -> Result<&'p [u8]> {
        match self.shaped(Shape::Buffer) {
            Some(record) => self.buffer(record).load(),
            None => self.as_bytes().ok_or_else(|| Error::data(self, "bytes")),
        }
    }

    /// What a persistent id stands for, if whoever put the pickle together knows; see
    /// [`Assembly::set_loaded`](crate::Assembly::set_loaded).
    pub fn loaded(self) -> Option<Value<'p>> {
        self.graph.slot(self.shaped(Shape::Persistent)?, 1).map(|word| self.with(word))
    }

    /// The leaf with the bytes of a call that spells bytes.
    pub(crate) fn folded_leaf(self) -> Option<Word> {
        let record = self.record()?;
        let bytes =
            record.shape() == Shape::Reduce && matches!(record.tag(), folded::BYTES | folded::BYTE_ARRAY);
        if bytes { self.graph.states(record).first().copied() } else { None }
    }

    // ---- containers

    fn shaped(self, shape: Shape) -> Option<&'p Record> {
        self.record().filter(|record| record.shape() == shape)
    }

    /// A `list`.
    pub fn as_list(self) -> Option<Seq<'p>> {
        self.shaped(Shape::List).map(|record| self.seq(record))
    }

    /// A `tuple`.
    #[inline]
    pub fn as_tuple(self) -> Option<Seq<'p>> {
        match self.shaped(Shape::Tuple) {
            Some(record) => Some(self.seq(record)),
            None if matches!(self.leaf(), Some(Leaf::EmptyTuple)) => Some(self.no_items()),
            None => None,
        }
    }

    /// The items of a `list`, `tuple`, `set` or `frozenset`, however the last two are spelled.
    pub fn as_seq(self) -> Option<Seq<'p>> {
        let Some(record) = self.record() else { return self.as_tuple() };
        match record.shape() {
            Shape::List | Shape::Tuple | Shape::Set | Shape::FrozenSet => Some(self.seq(record)),
            Shape::Reduce if matches!(record.tag(), folded::SET | folded::FROZEN_SET) => {
                let items = Object::new(self, record).arg(0)?;
                items.as_list().or_else(|| items.as_tuple())
            }
            _ => None,
        }
    }

    /// A `dict` (not a subclass: see [`Object::pairs`]).
    pub fn as_dict(self) -> Option<Dict<'p>> {
        self.shaped(Shape::Dict).map(|record| Dict::new(self, record))
    }

    /// What a call makes, a call that spells a plain value too; also persistent ids and globals that have a
    /// state or items.
    pub fn as_object(self) -> Option<Object<'p>> {
        let record = self.record()?;
        matches!(record.shape(), Shape::Reduce | Shape::NewObj | Shape::NewObjEx | Shape::Obj | Shape::Inst)
            .then(|| Object::new(self, record))
    }

    /// A global.
    #[inline]
    pub fn as_class(self) -> Option<Class<'p>> {
        let record = self.shaped(Shape::Class)?;
        let part = |slot| std::str::from_utf8(self.with(self.graph.slot(record, slot)?).str_bytes()?).ok();
        Some(Class::new(self, part(0)?, part(1)?))
    }

    pub(crate) fn known(self) -> Known {
        self.shaped(Shape::Class).map_or(Known::Other, |record| Known::from_tag(record.tag()))
    }

    /// The call that makes it, with callable and arguments as Python would see them; see [`Call`].
    pub fn call(self) -> Option<Call<'p>> {
        self.as_object()?.call()
    }

    // ---- inside

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
