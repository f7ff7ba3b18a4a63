//! `Dict`: the pairs of a dict, as written and as Python holds them.

use std::collections::HashMap;
use std::hash::RandomState;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::graph::Record;
use crate::key::{self, Key, Query};
use crate::table::Part;
use crate::value::Value;
use crate::word::{Ref, Word};

/// The pairs of a dict, or of a dict-like object. Cheap to copy.
///
/// [`Dict::pairs`] gives them as written; all else follows Python, where a key that comes again keeps its place
/// and takes the new value, and `1`, `1.0` and `True` are one key.
#[derive(Clone, Copy)]
pub struct Dict<'p> {
    value: Value<'p>,
    body: Body<'p>,
}

/// Keys and values in turn.
#[derive(Clone, Copy)]
enum Body<'p> {
    Words(&'p [Word]),
    /// Of a dict that many others are like: its keys are distinct.
    Part(Part<'p>),
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
        Dict { value, body: Body::Words(words) }
    }

    #[inline]
    pub(crate) fn of_part(value: Value<'p>, part: Part<'p>) -> Dict<'p> {
        Dict { value, body: Body::Part(part) }
    }

    /// The value that it is; for a dict-like object, the pairs alone.
    pub fn value(self) -> Value<'p> {
        self.value
    }

    /// Keys and values as written, a key perhaps more than once.
    #[inline]
    pub fn pairs(self) -> impl ExactSizeIterator<Item = (Value<'p>, Value<'p>)> + Clone + use<'p> {
        self.written_pairs()
    }

    #[inline]
    fn written_pairs(
        self,
    ) -> impl DoubleEndedIterator<Item = (Value<'p>, Value<'p>)> + ExactSizeIterator + Clone + use<'p> {
        // There is a word for each.
        let at = move |i| self.value.with(self.word(i).unwrap_or(Word::EMPTY));
        (0..self.written()).map(move |pair| (at(2 * pair), at(2 * pair + 1)))
    }

    /// A key, or behind it its value.
    #[inline(always)]
    pub(crate) fn word(self, index: usize) -> Option<Word> {
        match self.body {
            Body::Words(words) => words.get(index).copied(),
            Body::Part(part) => part.slot(index),
        }
    }

    #[inline]
    fn pair(self, index: usize) -> Option<(Value<'p>, Value<'p>)> {
        let key = index.checked_mul(2)?;
        Some((self.value.with(self.word(key)?), self.value.with(self.word(key + 1)?)))
    }

    /// The value of the pair `index`, from 0, as [`pairs`](Dict::pairs) has them.
    #[inline]
    pub fn nth(self, index: usize) -> Option<Value<'p>> {
        self.word(index.checked_mul(2)?.checked_add(1)?).map(|word| self.value.with(word))
    }

    /// Which keys it has, where decoding knows that many dicts have the same: dicts of one layout have equal keys in the
    /// same order, none twice. So a key that is found in one of them is pair [`nth`](Dict::nth) of all. `None` says
    /// nothing: the keys must be looked at.
    ///
    /// ```
    /// // Twenty times {'id': 7} in a list, the key being in the memo.
    /// let bytes = [&b"\x80\x04]\x94(\x8c\x02id\x94"[..], &b"}\x94h\x01K\x07s".repeat(20), b"e."].concat();
    /// let pickle = unpickle_core::Pickle::parse(&bytes[..])?;
    /// let dicts: Vec<_> = pickle.root().iter().filter_map(|item| item.as_dict()).collect();
    /// assert!(dicts[1].layout().is_some() && dicts[1].layout() == dicts[9].layout());
    /// assert_eq!(dicts[9].nth(0).and_then(|value| value.as_i64()), Some(7));
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    #[inline]
    pub fn layout(self) -> Option<Layout> {
        match self.body {
            Body::Words(_) => None,
            Body::Part(part) => Some(Layout(part.layout())),
        }
    }

    pub(crate) fn written(self) -> usize {
        match self.body {
            Body::Words(words) => words.len() / 2,
            Body::Part(part) => part.len() / 2,
        }
    }

    /// How many keys there are.
    pub fn len(self) -> usize {
        match self.body {
            Body::Part(part) => part.len() / 2,
            Body::Words(_) if self.written() <= SMALL => self.small().count(),
            Body::Words(_) => self.index().unique.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.written() == 0
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
            return self.written_pairs().rev().find(|&(key, _)| query.matches(key)).map(|(_, value)| value);
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
        let Body::Words(mut rest) = self.body else { return true };
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
            let last = self.written_pairs().skip(i + 1).rfind(|(again, _)| key::same(*again, key));
            Some((key, last.map_or(value, |(_, value)| value)))
        })
    }

    /// The hash index, made at the first use.
    fn index(self) -> Arc<DictIndex> {
        let graph = self.value.graph();
        // Dicts in rows of one table have one index: the same keys are in the same places.
        let of = match self.value.word().get() {
            Ref::Node { table, node, .. } => Word::node(table, node, 0),
            _ => self.value.word(),
        };
        let mut indexes = graph.indexes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(indexes.entry(of).or_insert_with(|| Arc::new(DictIndex::new(self))))
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
