//! A value as a `Deserializer`.

use std::cell::Cell;

use serde::de::{Deserializer, Visitor, value::SeqDeserializer};

use super::access::{Enum, Items, OneOf, Pairs};
use crate::class::Class;
use crate::error::{Error, Result};
use crate::int::Int;
use crate::leaf::{self, Leaf};
use crate::object::{Make, Object};
use crate::seq::Seq;
use crate::value::{Value, View};
use crate::word::Ref;

/// How deep values may nest. Whoever deserialises goes down with them.
const DEPTH: u32 = 128;

/// What all values of one call have in common.
pub(super) struct Source<'de> {
    /// What may be borrowed: the input, and what the decoder wrote aside.
    pub(super) input: &'de [u8],
    pub(super) side: Option<&'de [u8]>,
    /// How many values may still be given.
    pub(super) left: Cell<u64>,
}

/// A value to be deserialised.
#[derive(Clone, Copy)]
pub(super) struct De<'p, 'de, 'c> {
    pub(super) value: Value<'p>,
    source: &'c Source<'de>,
    depth: u32,
}

impl<'p, 'de, 'c> De<'p, 'de, 'c> {
    pub(super) fn new(value: Value<'p>, source: &'c Source<'de>) -> De<'p, 'de, 'c> {
        De { value, source, depth: 0 }
    }

    /// Another value, as deep.
    pub(super) fn with(self, value: Value<'p>) -> De<'p, 'de, 'c> {
        De { value, ..self }
    }

    #[inline(always)]
    fn spend(self) -> Result<()> {
        let left = self.source.left.get();
        if left == 0 {
            return Err(Error::limit("the pickle shares so much that deserialising it would not end"));
        }
        self.source.left.set(left - 1);
        Ok(())
    }

    /// Inside the value.
    fn inside(self) -> Result<De<'p, 'de, 'c>> {
        if self.depth >= DEPTH {
            return Err(Error::limit("values nest deeper than 128, or hold themselves"));
        }
        Ok(De { depth: self.depth + 1, ..self })
    }

    /// The leaf, borrowed from what may be borrowed.
    #[inline(always)]
    fn leaf(self) -> Option<Leaf<'de>> {
        match self.value.word().get() {
            Ref::Leaf(at) => leaf::read(self.source.input, at).filter(|&leaf| self.is_as_written(leaf)),
            Ref::Side(at) => leaf::read(self.source.side?, at),
            _ => None,
        }
    }

    /// A bytearray that was appended to has other bytes than its leaf.
    #[inline(always)]
    fn is_as_written(self, leaf: Leaf<'_>) -> bool {
        !matches!(leaf, Leaf::ByteArray(_)) || self.value.graph().grown.is_empty()
    }

    /// An error of a type that does not fit knows not where it was.
    #[inline(always)]
    fn place<T>(self, result: Result<T>) -> Result<T> {
        result.map_err(|error| error.or_at(self.value))
    }

    fn int<V: Visitor<'de>>(self, int: Int<'_>, visitor: V) -> Result<V::Value> {
        match (int.as_i64(), int.as_u64(), int.as_i128()) {
            (Some(int), ..) => visitor.visit_i64(int),
            (_, Some(int), _) => visitor.visit_u64(int),
            (.., Some(int)) => visitor.visit_i128(int),
            _ => match int.to_le_bytes() {
                // Of 128 bits without a sign.
                bytes if bytes.len() == 17 && bytes.last() == Some(&0) => {
                    let bytes: [u8; 16] = bytes.first_chunk().copied().unwrap_or_default();
                    visitor.visit_u128(u128::from_le_bytes(bytes))
                }
                _ => Err(Error::invalid(self.value, "an int of more than 128 bits")),
            },
        }
    }

    fn text<V: Visitor<'de>>(self, text: &'de [u8], visitor: V) -> Result<V::Value> {
        match std::str::from_utf8(text) {
            Ok(text) => visitor.visit_borrowed_str(text),
            Err(_) => Err(Error::invalid(self.value, "text with lone surrogates, which Rust has not")),
        }
    }

    fn visit_leaf<V: Visitor<'de>>(self, leaf: Leaf<'de>, visitor: V) -> Result<V::Value> {
        match leaf {
            Leaf::None => visitor.visit_unit(),
            Leaf::Bool(value) => visitor.visit_bool(value),
            Leaf::Small(value) => visitor.visit_i64(value),
            Leaf::Big(bytes) => self.int(Int::big(bytes), visitor),
            Leaf::Float(value) => visitor.visit_f64(value),
            Leaf::Str(text) => self.text(text, visitor),
            Leaf::Str2(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) if self.value.as_str().is_some() => visitor.visit_borrowed_str(text),
                _ => visitor.visit_borrowed_bytes(bytes),
            },
            Leaf::Bytes(bytes) | Leaf::ByteArray(bytes) => visitor.visit_borrowed_bytes(bytes),
            Leaf::EmptyTuple => self.items(self.value.no_items(), visitor),
        }
    }

    fn visit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.value.view() {
            View::None => visitor.visit_unit(),
            View::Bool(value) => visitor.visit_bool(value),
            View::Int(int) => self.int(int, visitor),
            View::Float(value) => visitor.visit_f64(value),
            View::Str(text) => match text.to_str() {
                Some(text) => visitor.visit_str(text),
                None => Err(Error::invalid(self.value, "text with lone surrogates, which Rust has not")),
            },
            View::Str2(bytes) => match self.value.as_str() {
                Some(text) => visitor.visit_str(text),
                None => visitor.visit_bytes(bytes),
            },
            View::Bytes(bytes) | View::ByteArray(bytes) => visitor.visit_bytes(bytes),
            View::Buffer(buffer) => visitor.visit_bytes(buffer.load()?),
            View::List(items) | View::Tuple(items) | View::Set(items) | View::FrozenSet(items) => {
                self.items(items, visitor)
            }
            View::Dict(dict) => visitor.visit_map(Pairs::new(self.inside()?, dict)),
            View::Object(object) => self.object(object, visitor),
            View::Class(class) => Err(refused(class)),
            View::Persistent(_) => match self.value.loaded() {
                Some(value) => self.inside()?.with(value).deserialize_any(visitor),
                None => Err(Error::data(self.value, "data")),
            },
            View::Extension(_) => Err(Error::data(self.value, "data")),
        }
    }

    #[inline]
    fn items<V: Visitor<'de>>(self, items: Seq<'p>, visitor: V) -> Result<V::Value> {
        visitor.visit_seq(Items::new(self.inside()?, items.iter()))
    }

    /// An object: its attributes, or what was set or appended, or the arguments of a `__new__`.
    fn object<V: Visitor<'de>>(self, object: Object<'p>, visitor: V) -> Result<V::Value> {
        let inside = self.inside()?;
        if let Some(pairs) = object.pairs() {
            return visitor.visit_map(Pairs::new(inside, pairs));
        }
        if let Some(items) = object.items() {
            return visitor.visit_seq(Items::new(inside, items.iter()));
        }
        if let Some(pairs) = object.given_pairs() {
            return visitor.visit_map(Pairs::given(inside, pairs));
        }
        if object.attr_dicts().next().is_some() {
            return visitor.visit_map(Pairs::of(inside, object.attrs().collect()));
        }
        let args = object.args().as_tuple().filter(|_| object.state().is_none());
        match (args, object.class(), object.make()) {
            // An empty one, of any kind: what is asked for decides.
            (Some(args), Some(class), _) if args.is_empty() && is_map(class) => {
                visitor.visit_map(Pairs::of(inside, Vec::new()))
            }
            (Some(args), Some(class), _) if class.is("collections", "Counter") && args.len() == 1 => {
                match args.get(0) {
                    Some(value) => inside.with(value).deserialize_any(visitor),
                    None => Err(Error::data(self.value, "data")),
                }
            }
            (Some(args), Some(class), _) if args.is_empty() && class.is("collections", "deque") => {
                visitor.visit_seq(Items::new(inside, args.iter()))
            }
            (Some(args), _, Make::NewObj) if args.is_empty() => {
                visitor.visit_map(Pairs::of(inside, Vec::new()))
            }
            (Some(args), _, Make::NewObj) => visitor.visit_seq(Items::new(inside, args.iter())),
            _ => Err(Error::data(self.value, "data")),
        }
    }
}

fn is_map(class: Class<'_>) -> bool {
    class.module() == "collections" && matches!(class.name(), "OrderedDict" | "Counter" | "defaultdict")
}

#[cold]
fn refused(class: Class<'_>) -> Error {
    Error::data(class.value(), "data")
}

/// What needs no thought of its own.
macro_rules! as_any {
    ($($method:ident)*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            self.deserialize_any(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for De<'_, 'de, '_> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.spend()?;
        self.place(match self.leaf() {
            Some(leaf) => self.visit_leaf(leaf, visitor),
            None => self.visit(visitor),
        })
    }

    as_any! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string
        deserialize_unit deserialize_map deserialize_identifier
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.leaf() {
            Some(Leaf::Str(bytes) | Leaf::Str2(bytes)) => {
                self.spend()?;
                self.place(visitor.visit_borrowed_bytes(bytes))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.value.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        // `Vec<u8>` asks for a sequence of numbers.
        match self.value.as_bytes().filter(|_| self.value.as_str2().is_none()) {
            Some(bytes) => {
                self.spend()?;
                self.place(visitor.visit_seq(SeqDeserializer::new(bytes.iter().copied())))
            }
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.spend()?;
        let inside = self.inside()?;
        let variant = match self.value.view() {
            View::Str(_) | View::Str2(_) => OneOf { name: self, content: None },
            View::Dict(dict) => {
                let pair = match dict.written() {
                    1 => dict.pairs().next(),
                    _ => dict.iter().next().filter(|_| dict.len() == 1),
                };
                let Some((name, content)) = pair else {
                    return Err(Error::data(self.value, "a variant: a dict of its name and value"));
                };
                OneOf { name: inside.with(name), content: Some(inside.with(content)) }
            }
            View::Tuple(parts) if parts.len() == 1 || parts.len() == 2 => match parts.get(0) {
                Some(name) => OneOf {
                    name: inside.with(name),
                    content: parts.get(1).map(|content| inside.with(content)),
                },
                None => return Err(Error::data(self.value, "a variant")),
            },
            _ => return Err(Error::data(self.value, "a variant: its name, or a dict of its name and value")),
        };
        self.place(visitor.visit_enum(Enum(variant)))
    }

    /// Nothing inside is looked at.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }
}
