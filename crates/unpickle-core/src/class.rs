//! Globals, and the few calls that are only a spelling of a plain value.

use std::borrow::Cow;

use crate::error::Result;
use crate::graph::Record;
use crate::machine::Machine;
use crate::names;
use crate::text;
use crate::value::Value;
use crate::word::Word;

/// A global: a module and a qualified name, neither imported nor looked at.
#[derive(Clone, Copy)]
pub struct Class<'p> {
    value: Value<'p>,
    module: &'p str,
    name: &'p str,
}

impl<'p> Class<'p> {
    pub(crate) fn new(value: Value<'p>, module: &'p str, name: &'p str) -> Class<'p> {
        Class { value, module, name }
    }

    /// The module, as Python 3 calls it: `builtins` where protocols 0 to 2 say `__builtin__`.
    pub fn module(self) -> &'p str {
        self.python3().0
    }

    /// The qualified name, as Python 3 calls it: `int` where Python 2 says `long`, `Outer.Inner` for a nested class.
    pub fn name(self) -> &'p str {
        self.python3().1
    }

    /// The module as the pickle spells it.
    pub fn raw_module(self) -> &'p str {
        self.module
    }

    /// The name as the pickle spells it.
    pub fn raw_name(self) -> &'p str {
        self.name
    }

    /// Whether it is this global.
    pub fn is(self, module: &str, name: &str) -> bool {
        self.python3() == (module, name)
    }

    /// The value that it is.
    pub fn value(self) -> Value<'p> {
        self.value
    }

    fn python3(self) -> (&'p str, &'p str) {
        // Python maps names back only below protocol 3: a module of one's own may be called `repr`.
        if self.value.graph().protocol >= 3 {
            return (self.module, self.name);
        }
        python3(self.module, self.name)
    }
}

impl std::fmt::Display for Class<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (module, name) = self.python3();
        write!(f, "{module}.{name}")
    }
}

impl std::fmt::Debug for Class<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Class({self})")
    }
}

fn python3<'a>(module: &'a str, name: &'a str) -> (&'a str, &'a str) {
    match names::global(module, name) {
        Some(moved) => moved,
        None => (names::module(module).unwrap_or(module), name),
    }
}

/// Globals that the machine itself knows; the tag of a class record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub(crate) enum Known {
    Other,
    CodecsEncode,
    Bytes,
    ByteArray,
    Set,
    FrozenSet,
    Reconstructor,
    GetAttr,
    Object,
    /// One that [`Inline`](crate::Inline) follows.
    Inline,
}

impl Known {
    pub(crate) fn of(module: &str, name: &str) -> Known {
        match (module, name) {
            ("_codecs", "encode") => Known::CodecsEncode,
            ("builtins" | "__builtin__", name) => match name {
                "bytes" => Known::Bytes,
                "bytearray" => Known::ByteArray,
                "set" => Known::Set,
                "frozenset" => Known::FrozenSet,
                "getattr" => Known::GetAttr,
                "object" => Known::Object,
                _ => Known::Other,
            },
            ("copyreg" | "copy_reg", "_reconstructor") => Known::Reconstructor,
            _ => Known::Other,
        }
    }

    pub(crate) fn from_tag(tag: u16) -> Known {
        const ALL: [Known; 10] = [
            Known::Other,
            Known::CodecsEncode,
            Known::Bytes,
            Known::ByteArray,
            Known::Set,
            Known::FrozenSet,
            Known::Reconstructor,
            Known::GetAttr,
            Known::Object,
            Known::Inline,
        ];
        ALL.get(usize::from(tag)).copied().unwrap_or(Known::Other)
    }
}

/// Tags of object records: a call that spells a plain value.
pub(crate) mod folded {
    /// `bytes`; the first state is the leaf that holds them.
    pub(crate) const BYTES: u16 = 1;
    /// `bytearray`; likewise.
    pub(crate) const BYTE_ARRAY: u16 = 2;
    /// `set` of its one argument; the first state is how many items that had, which may be a list that grows.
    pub(crate) const SET: u16 = 3;
    /// `frozenset`; likewise.
    pub(crate) const FROZEN_SET: u16 = 4;
}

/// Protocols 0 to 3 spell bytes as `_codecs.encode(text, 'latin1')`, and sets as `builtins.set([…])`: marks the
/// call in `word` as the plain value it gives. No other call is understood here.
#[inline]
pub(crate) fn fold_call(machine: &mut Machine<'_>, word: Word, callable: Word, args: Word) -> Result<()> {
    let record = callable.as_record().and_then(|index| machine.graph.record(index)).copied();
    let known = record.filter(is_class).map_or(Known::Other, |record| Known::from_tag(record.tag()));
    match known {
        Known::CodecsEncode | Known::Bytes | Known::ByteArray => fold_bytes(machine, word, known, args),
        Known::Set | Known::FrozenSet => {
            let args = machine.value(args).as_tuple().filter(|args| args.len() == 1);
            let items = args.and_then(|args| args.get(0)).filter(|&items| is_sequence(items));
            if let Some(len) = items.map(Value::len) {
                machine.tag(word, if known == Known::Set { folded::SET } else { folded::FROZEN_SET });
                if let Some(index) = word.as_record() {
                    machine.graph.add_state(index, Word::leaf(len));
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn is_class(record: &Record) -> bool {
    record.shape() == crate::graph::Shape::Class
}

fn is_sequence(value: Value<'_>) -> bool {
    value.as_list().is_some() || value.as_tuple().is_some()
}

fn fold_bytes(machine: &mut Machine<'_>, word: Word, known: Known, args: Word) -> Result<()> {
    let at = machine.value(word).offset() as usize;
    let value = machine.value(args);
    let Some(args) = value.as_tuple() else { return Ok(()) };
    let (first, second) = (args.get(0), args.get(1));
    let leaf = match (known, first, second) {
        (Known::Bytes | Known::ByteArray, None, None) => {
            let leaf = machine.side(at);
            text::write_bytes(b"", &mut machine.graph.side);
            leaf
        }
        (Known::ByteArray, Some(bytes), None) => match payload(bytes) {
            Some(leaf) => leaf,
            None => return Ok(()),
        },
        (Known::CodecsEncode | Known::ByteArray, Some(text), Some(codec)) => {
            let Some(codec) = codec.as_str().and_then(Codec::of) else { return Ok(()) };
            let word = text.word();
            match machine.encoded.get(&(word, codec)) {
                Some(&leaf) => leaf,
                None => {
                    let Some(leaf) = encode(machine, at, word, codec) else { return Ok(()) };
                    machine.encoded.insert((word, codec), leaf);
                    leaf
                }
            }
        }
        _ => return Ok(()),
    };
    let tag = if known == Known::ByteArray { folded::BYTE_ARRAY } else { folded::BYTES };
    machine.tag(word, tag);
    // The leaf is kept as a state, which bytes have none of.
    if let Some(index) = word.as_record() {
        machine.graph.add_state(index, leaf);
    }
    Ok(())
}

/// The leaf of a value that is bytes, however they are spelled.
fn payload(value: Value<'_>) -> Option<Word> {
    value.as_bytes()?;
    value.folded_leaf().or(Some(value.word()))
}

/// A codec that text is known to be encoded by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Codec {
    Latin1,
    Ascii,
    Utf8,
}

impl Codec {
    fn of(name: &str) -> Option<Codec> {
        match name {
            "latin1" | "latin-1" | "latin_1" | "iso-8859-1" | "iso8859-1" | "L1" => Some(Codec::Latin1),
            "ascii" | "us-ascii" => Some(Codec::Ascii),
            "utf-8" | "utf8" | "utf_8" | "UTF-8" => Some(Codec::Utf8),
            _ => None,
        }
    }
}

/// A leaf with the bytes of the text; the text's own leaf where they are the same. Each text is encoded once,
/// so that memory stays linear however often it is asked for.
fn encode(machine: &mut Machine<'_>, at: usize, text: Word, codec: Codec) -> Option<Word> {
    let value = machine.value(text);
    // What a Python 2 `str` is decides the encoding.
    let content = match value.as_str_bytes() {
        Some(content) => Cow::Borrowed(content),
        None => match value.as_text()? {
            Cow::Borrowed(content) => Cow::Borrowed(content.as_bytes()),
            Cow::Owned(content) => Cow::Owned(content.into_bytes()),
        },
    };
    if content.is_ascii() {
        return Some(text);
    }
    let bytes = match (codec, content) {
        (Codec::Latin1, content) => text::latin1(&content)?,
        (Codec::Utf8, Cow::Owned(content)) => content,
        (Codec::Utf8, Cow::Borrowed(content)) if std::str::from_utf8(content).is_ok() => return Some(text),
        _ => return None,
    };
    let leaf = machine.side(at);
    text::write_bytes(&bytes, &mut machine.graph.side);
    Some(leaf)
}
