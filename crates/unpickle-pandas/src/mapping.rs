//! The pairs of `OrderedDict`, `defaultdict`, `Counter` and `UserDict`, in either spelling.

use unpickle_core::{Dict, Object, Seq, Value};

/// The pairs of a dict-like object.
#[derive(Clone, Copy, Debug)]
pub enum Mapping<'p> {
    /// As they are set by key.
    Dict(Dict<'p>),
    /// As a sequence of pairs: Python 2's `OrderedDict`. Each has been seen to be a pair.
    Pairs(SeqOfPairs<'p>),
    /// None.
    Empty,
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
        let (dict, pairs) = match self {
            Mapping::Dict(dict) => (Some(dict), None),
            Mapping::Pairs(pairs) => (None, Some(pairs.0)),
            Mapping::Empty => (None, None),
        };
        let pairs = pairs.into_iter().flat_map(Seq::iter);
        let pairs =
            pairs.filter_map(|pair| pair.as_seq().and_then(|pair| Some((pair.get(0)?, pair.get(1)?))));
        dict.into_iter().flat_map(Dict::iter).chain(pairs)
    }

    /// How many there are.
    #[must_use]
    pub fn len(self) -> usize {
        match self {
            Mapping::Dict(dict) => dict.len(),
            Mapping::Pairs(pairs) => pairs.0.len(),
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
