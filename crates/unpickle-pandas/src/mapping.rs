//! The pairs of `OrderedDict`, `defaultdict`, `Counter`, `UserDict` and `ChainMap`, in either spelling.

use unpickle_core::{Dict, Object, Seq, Value};

/// The pairs of a dict-like object.
#[derive(Clone, Copy, Debug)]
pub enum Mapping<'p> {
    /// As they are set by key.
    Dict(Dict<'p>),
    /// As a sequence of pairs: Python 2's `OrderedDict`. Each has been seen to be a pair.
    Pairs(SeqOfPairs<'p>),
    /// Those of several dicts, the first of which counts: `ChainMap`.
    Chain(ChainMap<'p>),
    /// None.
    Empty,
}

/// The dicts of a `ChainMap`.
#[derive(Clone, Copy)]
pub struct ChainMap<'p>(Seq<'p>);

/// A chain of more dicts is left alone: each key is looked for in each of them.
const MOST_MAPS: usize = 16;

impl<'p> ChainMap<'p> {
    pub(crate) fn new(maps: Value<'p>) -> Option<ChainMap<'p>> {
        let maps = maps.as_seq()?;
        let dicts = maps.len() <= MOST_MAPS && maps.iter().all(|map| map.as_dict().is_some());
        dicts.then_some(ChainMap(maps))
    }

    fn dicts(self) -> impl DoubleEndedIterator<Item = Dict<'p>> + use<'p> {
        let dict = move |i| self.0.get(i).and_then(Value::as_dict);
        (0..self.0.len()).filter_map(dict)
    }

    /// As Python goes through them: keys of the last dict first, each with the value of the first dict that has it.
    fn iter(self) -> impl Iterator<Item = (Value<'p>, Value<'p>)> + use<'p> {
        let last_first = move |(behind, dict): (usize, Dict<'p>)| {
            dict.iter().filter_map(move |(key, own)| {
                let seen = self.dicts().rev().take(behind).any(|other| other.get(key).is_some());
                let value = self.dicts().find_map(|other| other.get(key));
                (!seen).then_some((key, value.unwrap_or(own)))
            })
        };
        self.dicts().rev().enumerate().flat_map(last_first)
    }
}

impl std::fmt::Debug for ChainMap<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a chain of {} dicts", self.0.len())
    }
}

/// A sequence whose items are pairs.
#[derive(Clone, Copy)]
pub struct SeqOfPairs<'p>(Seq<'p>);

impl std::fmt::Debug for SeqOfPairs<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} pairs", self.0.len())
    }
}

impl<'p> Mapping<'p> {
    /// Keys and values.
    pub fn iter(self) -> impl Iterator<Item = (Value<'p>, Value<'p>)> + use<'p> {
        let (dict, pairs, chain) = match self {
            Mapping::Dict(dict) => (Some(dict), None, None),
            Mapping::Pairs(pairs) => (None, Some(pairs.0), None),
            Mapping::Chain(chain) => (None, None, Some(chain)),
            Mapping::Empty => (None, None, None),
        };
        let pairs = pairs.into_iter().flat_map(Seq::iter);
        let pairs =
            pairs.filter_map(|pair| pair.as_seq().and_then(|pair| Some((pair.get(0)?, pair.get(1)?))));
        let chain = chain.into_iter().flat_map(ChainMap::iter);
        dict.into_iter().flat_map(Dict::iter).chain(pairs).chain(chain)
    }

    /// How many there are.
    #[must_use]
    pub fn len(self) -> usize {
        match self {
            Mapping::Dict(dict) => dict.len(),
            Mapping::Pairs(pairs) => pairs.0.len(),
            Mapping::Chain(chain) => chain.iter().count(),
            Mapping::Empty => 0,
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// The pairs of an `OrderedDict` or `defaultdict`: set by key, or in Python 2 given as a list of lists.
pub(crate) fn mapping(object: Object<'_>) -> Option<Mapping<'_>> {
    if let Some(pairs) = object.pairs() {
        return Some(Mapping::Dict(pairs));
    }
    let Some(given) = object.arg(0) else { return Some(Mapping::Empty) };
    if let Some(dict) = given.as_dict() {
        return Some(Mapping::Dict(dict));
    }
    let Some(seq) = given.as_seq() else { return Some(Mapping::Empty) };
    let pairs = seq.iter().all(|pair| pair.as_seq().is_some_and(|pair| pair.len() == 2));
    pairs.then_some(Mapping::Pairs(SeqOfPairs(seq)))
}
