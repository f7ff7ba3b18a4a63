//! [`Vocabulary`]: the terms that a vectorizer counts, and the column of each.

use std::borrow::Cow;
use std::collections::HashSet;

use unpickle_core::{Dict, Error, FromPickle, Result, Value};
use unpickle_numpy::{DtypeCache, Scalar};

/// The `vocabulary_` of `CountVectorizer`, `TfidfVectorizer` or `DictVectorizer`: a dict of terms and column numbers.
///
/// The numbers are Python's or numpy's. Walking a million terms copies none of them.
///
/// ```
/// use unpickle_core::Pickle;
/// use unpickle_sklearn::Vocabulary;
///
/// // pickle.dumps({"cat": 1, "and": 0}, 2)
/// let pickle = Pickle::parse(b"\x80\x02}(X\x03\0\0\0catK\x01X\x03\0\0\0andK\0u.")?;
/// let vocabulary: Vocabulary = pickle.root().extract()?;
/// assert_eq!(vocabulary.get("cat")?, Some(1));
/// assert_eq!(vocabulary.to_terms()?, ["and", "cat"]);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary<'p> {
    terms: Dict<'p>,
}

impl<'p> Vocabulary<'p> {
    /// How many terms there are.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The column of a term; `None` if it is not in the vocabulary.
    ///
    /// # Errors
    ///
    /// What the term stands for is no column number.
    pub fn get(&self, term: &str) -> Result<Option<usize>> {
        self.terms.get(term).map(|index| column(index, &mut DtypeCache::new())).transpose()
    }

    /// Each term and its column, in the order of the file. A term that is no text, or has no column number, is an error.
    /// (A key that is written twice, as Python never does, comes twice.)
    pub fn iter(&self) -> impl Iterator<Item = Result<(Cow<'p, str>, usize)>> + use<'p> {
        let mut cache = DtypeCache::new();
        self.terms.pairs().map(move |(term, index)| {
            let text = term.as_text().ok_or_else(|| Error::data(term, "a term, a str"))?;
            Ok((text, column(index, &mut cache)?))
        })
    }

    /// The terms in the order of their columns: `get_feature_names_out()`.
    ///
    /// # Errors
    ///
    /// The columns are not 0, 1, 2 … each once, or a term comes twice.
    pub fn to_terms(&self) -> Result<Vec<Cow<'p, str>>> {
        let wrong = |message: String| Error::invalid(self.terms.value(), message);
        let len = self.terms.pairs().len();
        let mut terms = vec![None; len];
        for pair in self.iter() {
            let (term, column) = pair?;
            let place = terms.get_mut(column);
            let place =
                place.ok_or_else(|| wrong(format!("column {column} in a vocabulary of {len} terms")))?;
            *place = Some(term);
        }
        let terms: Option<Vec<Cow<'p, str>>> = terms.into_iter().collect();
        let twice = || wrong("a vocabulary two of whose terms have the same column".to_owned());
        let terms = terms.ok_or_else(twice)?;
        let mut seen = HashSet::with_capacity(terms.len());
        match terms.iter().find(|term| !seen.insert(&***term)) {
            Some(term) => Err(wrong(format!("a vocabulary that has '{term}' twice"))),
            None => Ok(terms),
        }
    }
}

impl<'p> FromPickle<'p> for Vocabulary<'p> {
    fn from_pickle(value: Value<'p>) -> Result<Vocabulary<'p>> {
        let terms = value.as_dict().or_else(|| value.as_object()?.pairs());
        Ok(Vocabulary { terms: terms.ok_or_else(|| Error::data(value, "a vocabulary, a dict"))? })
    }
}

fn column<'p>(index: Value<'p>, cache: &mut DtypeCache<'p>) -> Result<usize> {
    let wrong = || Error::data(index, "the column number of a term");
    if let Some(index) = index.as_usize() {
        return Ok(index);
    }
    if index.as_object().is_none() {
        return Err(wrong());
    }
    let scalar = Scalar::from_pickle_with(index, cache).map_err(|_| wrong())?;
    let number = match scalar.cell() {
        Some(unpickle_numpy::Cell::Int(index)) => usize::try_from(index).ok(),
        Some(unpickle_numpy::Cell::UInt(index)) => usize::try_from(index).ok(),
        _ => None,
    };
    number.ok_or_else(wrong)
}
