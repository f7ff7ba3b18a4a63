//! What is inside a value, one after the other.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::de::De;
use crate::dict::Dict;
use crate::error::{Error, Result};
use crate::seq::{Iter, Seq};
use crate::value::Value;

/// The items of a sequence.
pub(super) struct Items<'p, 'de, 'c> {
    de: De<'p, 'de, 'c>,
    items: Iter<'p>,
}

impl<'p, 'de, 'c> Items<'p, 'de, 'c> {
    pub(super) fn new(de: De<'p, 'de, 'c>, items: Iter<'p>) -> Items<'p, 'de, 'c> {
        Items { de, items }
    }
}

impl<'de> SeqAccess<'de> for Items<'_, 'de, '_> {
    type Error = Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        match self.items.next() {
            Some(item) => seed.deserialize(self.de.with(item)).map(Some),
            None => Ok(None),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// Keys and values.
pub(super) struct Pairs<'p, 'de, 'c> {
    de: De<'p, 'de, 'c>,
    pairs: Source<'p>,
    value: Option<Value<'p>>,
}

/// Where they are.
enum Source<'p> {
    /// Pair for pair as the pickle has them, from this word on. A key that comes again, which no pickler writes, comes again here: maps
    /// take the last, as Python.
    Dict(Dict<'p>, usize),
    /// Pairs that are sequences of two, as Python 2 has those of an `OrderedDict`.
    Given(Iter<'p>),
    List(std::vec::IntoIter<(Value<'p>, Value<'p>)>),
}

impl<'p, 'de, 'c> Pairs<'p, 'de, 'c> {
    pub(super) fn new(de: De<'p, 'de, 'c>, dict: Dict<'p>) -> Pairs<'p, 'de, 'c> {
        Pairs { de, pairs: Source::Dict(dict, 0), value: None }
    }

    pub(super) fn given(de: De<'p, 'de, 'c>, pairs: Seq<'p>) -> Pairs<'p, 'de, 'c> {
        Pairs { de, pairs: Source::Given(pairs.iter()), value: None }
    }

    pub(super) fn of(de: De<'p, 'de, 'c>, pairs: Vec<(Value<'p>, Value<'p>)>) -> Pairs<'p, 'de, 'c> {
        Pairs { de, pairs: Source::List(pairs.into_iter()), value: None }
    }

    #[inline]
    fn next(&mut self) -> Result<Option<(Value<'p>, Value<'p>)>> {
        match &mut self.pairs {
            Source::Dict(dict, next) => {
                let (Some(key), Some(value)) = (dict.word(*next), dict.word(*next + 1)) else {
                    return Ok(None);
                };
                *next += 2;
                Ok(Some((dict.value().with(key), dict.value().with(value))))
            }
            Source::List(pairs) => Ok(pairs.next()),
            Source::Given(pairs) => {
                let Some(pair) = pairs.next() else { return Ok(None) };
                let parts = pair.as_seq().filter(|parts| parts.len() == 2);
                let parts = parts.and_then(|parts| parts.get(0).zip(parts.get(1)));
                parts.map(Some).ok_or_else(|| Error::data(pair, "a key and a value"))
            }
        }
    }
}

impl<'de> MapAccess<'de> for Pairs<'_, 'de, '_> {
    type Error = Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((key, value)) = self.next()? else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(self.de.with(key)).map(Some)
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        match self.value.take() {
            Some(value) => seed.deserialize(self.de.with(value)),
            None => Err(serde::de::Error::custom("a value was asked for before its key")),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        match &self.pairs {
            Source::Dict(dict, next) => Some(dict.written().saturating_sub(next / 2)),
            Source::Given(pairs) => Some(pairs.len()),
            Source::List(pairs) => Some(pairs.len()),
        }
    }
}

/// A variant: its name, and what it holds.
pub(super) struct OneOf<'p, 'de, 'c> {
    pub(super) name: De<'p, 'de, 'c>,
    pub(super) content: Option<De<'p, 'de, 'c>>,
}

/// A variant that is yet to be told by its name.
pub(super) struct Enum<'p, 'de, 'c>(pub(super) OneOf<'p, 'de, 'c>);

impl<'p, 'de, 'c> EnumAccess<'de> for Enum<'p, 'de, 'c> {
    type Error = Error;
    type Variant = OneOf<'p, 'de, 'c>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self::Variant)> {
        Ok((seed.deserialize(self.0.name)?, self.0))
    }
}

impl<'p, 'de, 'c> OneOf<'p, 'de, 'c> {
    fn content(self) -> Result<De<'p, 'de, 'c>> {
        self.content.ok_or_else(|| Error::data(self.name.value, "a variant with a value"))
    }
}

impl<'de> VariantAccess<'de> for OneOf<'_, 'de, '_> {
    type Error = Error;

    fn unit_variant(self) -> Result<()> {
        match self.content {
            Some(content) if !content.value.is_none() => {
                Err(Error::data(content.value, "a variant without a value"))
            }
            _ => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value> {
        self.content()?.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.content()?.deserialize_struct("", fields, visitor)
    }
}

impl<'de, 'p, 'c> IntoDeserializer<'de, Error> for De<'p, 'de, 'c> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
