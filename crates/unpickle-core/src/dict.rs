//! `Dict`: the pairs of a dict, as written and as Python holds them.

use std::collections::HashMap;
use std::hash::RandomState;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::graph::{Record, Word};
use crate::key::{self, Key, Query};
use crate::value::Value;

/// The pairs of a dict, or of a dict-like object. Cheap to copy.
///
/// [`Dict::pairs`] gives them as written; all else follows Python, where a key that comes again keeps its place
/// and takes the new value, and `1`, `1.0` and `True` are one key.
#[derive(Clone, Copy)]
pub struct Dict<'p> {
    value: Value<'p>,
    /// Keys and values in turn.
    words: &'p [Word],
}

/// What dicts with equal keys in the same order may have in common; see [`Dict::layout`]. Of one pickle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layout(pub(crate) u32);

/// Up to this many pairs are searched one by one.
const SMALL: usize = 8;

/// Longer chains of equal hashes are not searched: nobody but an attacker makes them.
const MAX_CHAIN: usize = 64;

impl<'p> Dict<'p> {
    #[inline]
    pub(crate) fn new(value: Value<'p>, record: &'p Record) -> Dict<'p> {
        // Pairs are never stored as runs.
        let (words, _, _) = value.graph().items(record);
        Dict { value, words }
    }

    /// The value that it is; for a dict-like object, the pairs alone.
    pub fn value(self) -> Value<'p> {
        self.value
    }

    /// Keys and values as written, a key perhaps more than once.
    #[inline]
    pub fn pairs(self) -> impl ExactSizeIterator<Item = (Value<'p>, Value<'p>)> + Clone + use<'p> {
        let value = self.value;
        self.words.chunks_exact(2).map(move |pair| (value.with(pair[0]), value.with(pair[1])))
    }

    fn pair(self, index: usize) -> Option<(Value<'p>, Value<'p>)> {
        let pair = self.words.get(index.checked_mul(2)?..)?.first_chunk::<2>()?;
        Some((self.value.with(pair[0]), self.value.with(pair[1])))
    }

    /// The value of the pair `index`, from 0, as [`pairs`](Dict::pairs) has them.
    #[inline]
    pub fn nth(self, index: usize) -> Option<Value<'p>> {
        self.pair(index).map(|(_, value)| value)
    }

    /// Which keys it has, where decoding knows that many dicts have the same: dicts of one layout have equal keys in the
    /// same order, none twice. So a key that is found in one of them is pair [`nth`](Dict::nth) of all. `None` says
    /// nothing: the keys must be looked at.
    #[inline]
    pub fn layout(self) -> Option<Layout> {
        None
    }

    fn written(self) -> usize {
        self.words.len() / 2
    }

    /// How many keys there are.
    pub fn len(self) -> usize {
        if self.written() <= SMALL { self.small().count() } else { self.index().unique.len() }
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.words.is_empty()
    }

    /// The value of a key.
    pub fn get(self, key: impl Key) -> Option<Value<'p>> {
        self.find(key.query())
    }

    /// The value of a key, as Python's `dict[key]`.
    ///
    /// # Errors
    ///
    /// There is no such key.
    pub fn item(self, key: impl Key) -> Result<Value<'p>> {
        let query = key.query();
        let missing = || Error::invalid(self.value, format!("no key {query} in a dict of {}", self.len()));
        self.find(query).ok_or_else(missing)
    }

    pub(crate) fn find(self, query: Query<'_>) -> Option<Value<'p>> {
        if self.written() <= SMALL {
            let mut pairs = self.words.chunks_exact(2).rev();
            let pair = pairs.find(|pair| query.matches(self.value.with(pair[0])))?;
            return Some(self.value.with(pair[1]));
        }
        let index = self.index();
        let mut next = index.first.get(&query.hash(&index.state)).copied();
        for _ in 0..MAX_CHAIN {
            let entry = index.unique.get(next? as usize)?;
            if self.pair(entry.key as usize).is_some_and(|(key, _)| query.matches(key)) {
                return self.pair(entry.value as usize).map(|(_, value)| value);
            }
            next = entry.next;
        }
        None
    }

    /// Keys and values as Python holds them.
    pub fn iter(self) -> impl Iterator<Item = (Value<'p>, Value<'p>)> + use<'p> {
        let small = (self.written() <= SMALL).then(|| self.small());
        let index = (self.written() > SMALL).then(|| self.index());
        let large = index.into_iter().flat_map(move |index| {
            (0..index.unique.len()).filter_map(move |i| {
                let entry = index.unique.get(i)?;
                Some((self.pair(entry.key as usize)?.0, self.pair(entry.value as usize)?.1))
            })
        });
        small.into_iter().flatten().chain(large)
    }

    /// The keys, as Python holds them.
    pub fn keys(self) -> impl Iterator<Item = Value<'p>> + use<'p> {
        self.iter().map(|(key, _)| key)
    }

    /// Whether no key of a small dict comes twice: nearly always so, and then the pairs are as Python holds them.
    fn is_distinct(self) -> bool {
        let mut rest = self.words;
        while let [key, _, tail @ ..] = rest {
            let key = self.value.with(*key);
            let text = key.as_str_bytes();
            let again = tail.chunks_exact(2).any(|pair| {
                let other = self.value.with(pair[0]);
                match (text, other.as_str_bytes()) {
                    (Some(text), Some(other)) => text == other,
                    _ => key::same(key, other),
                }
            });
            if again {
                return false;
            }
            rest = tail;
        }
        true
    }

    fn small(self) -> impl Iterator<Item = (Value<'p>, Value<'p>)> + use<'p> {
        let distinct = self.is_distinct();
        self.pairs().enumerate().filter_map(move |(i, (key, value))| {
            if distinct {
                return Some((key, value));
            }
            if self.pairs().take(i).any(|(before, _)| key::same(before, key)) {
                return None;
            }
            let last = self.pairs().skip(i + 1).filter(|(again, _)| key::same(*again, key)).last();
            Some((key, last.map_or(value, |(_, value)| value)))
        })
    }

    /// The hash index, made at the first use.
    fn index(self) -> Arc<DictIndex> {
        let graph = self.value.graph();
        let record = self.value.word().as_record().unwrap_or(u32::MAX);
        let mut indexes = graph.indexes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(indexes.entry(record).or_insert_with(|| Arc::new(DictIndex::new(self))))
    }
}

impl std::fmt::Debug for Dict<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.value.repr(), f)
    }
}

/// The distinct keys of a dict, by a seeded hash.
pub(crate) struct DictIndex {
    state: RandomState,
    first: HashMap<u64, u32>,
    unique: Vec<Entry>,
}

struct Entry {
    /// The pair in which the key came first, and the one with its last value.
    key: u32,
    value: u32,
    /// The next entry of the same hash.
    next: Option<u32>,
}

impl DictIndex {
    fn new(dict: Dict<'_>) -> DictIndex {
        let mut index = DictIndex {
            state: RandomState::new(),
            first: HashMap::with_capacity(dict.written()),
            unique: Vec::with_capacity(dict.written()),
        };
        for (i, (key, _)) in dict.pairs().enumerate() {
            index.add(dict, i as u32, key);
        }
        index
    }

    fn add(&mut self, dict: Dict<'_>, i: u32, key: Value<'_>) {
        let new = self.unique.len() as u32;
        let first = self.first.entry(key::hash(&self.state, key)).or_insert(new);
        if *first != new {
            let mut next = Some(*first);
            for _ in 0..MAX_CHAIN {
                let Some(entry) = next.and_then(|next| self.unique.get_mut(next as usize)) else { break };
                if dict.pair(entry.key as usize).is_some_and(|(before, _)| key::same(before, key)) {
                    entry.value = i;
                    return;
                }
                next = entry.next;
            }
            let next = std::mem::replace(first, new);
            self.unique.push(Entry { key: i, value: i, next: Some(next) });
        } else {
            self.unique.push(Entry { key: i, value: i, next: None });
        }
    }
}
