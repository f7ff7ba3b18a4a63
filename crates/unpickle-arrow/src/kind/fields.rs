//! The fields of structures.

use unpickle_core::Dict;

use super::Kind;
use crate::likeness::Known;

/// A name, and the kind of what is under it.
type Field = (String, Kind);

/// The fields of a column of dicts, in the order in which they come.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fields {
    list: Vec<Field>,
    /// How many dicts there are, and how many pairs in all of them.
    dicts: usize,
    pairs: usize,
    /// Which fields the pairs of dicts are that are like some of these.
    known: Known<Vec<usize>>,
}

/// Most fields of one structure; objects with more are written as JSON text.
const MAX_FIELDS: usize = 4096;

/// Dicts that have at least one in so many of the fields are alike enough for a structure.
const SPARSE: usize = 16;

impl Fields {
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Field> {
        self.list.iter()
    }

    /// One more dict, of so many pairs.
    pub(crate) fn count(&mut self, pairs: usize) {
        self.dicts = self.dicts.saturating_add(1);
        self.pairs = self.pairs.saturating_add(pairs);
    }

    /// Which fields the pairs of this dict are, one after the other, if one like it was [learnt](Fields::learn) of; and
    /// all fields.
    #[inline]
    pub(crate) fn places(&mut self, dict: Dict<'_>) -> Option<(&[usize], &mut [Field])> {
        let places = self.known.find(dict)?;
        Some((places, &mut self.list))
    }

    /// Keeps which fields the pairs of a dict are.
    pub(crate) fn learn(&mut self, dict: Dict<'_>) {
        let list = &self.list;
        self.known.learn(dict, || {
            let place = |name: &str| list.iter().position(|(known, _)| known == name);
            dict.pairs().map(|(key, _)| place(&key.as_text()?)).collect()
        });
    }

    /// The kind of a field, new if need be; `guess` is where it is as a rule. `None` if there are too many.
    pub(crate) fn entry(&mut self, name: &str, guess: usize) -> Option<&mut Kind> {
        let at = match self.list.get(guess) {
            Some((known, _)) if known == name => guess,
            _ => match self.list.iter().position(|(known, _)| known == name) {
                Some(at) => at,
                None if self.list.len() < MAX_FIELDS => {
                    self.list.push((name.to_owned(), Kind::Null));
                    self.list.len() - 1
                }
                None => return None,
            },
        };
        self.list.get_mut(at).map(|(_, kind)| kind)
    }

    pub(super) fn merge(mut self, other: Fields) -> Option<Fields> {
        for (at, (name, kind)) in other.list.into_iter().enumerate() {
            let known = self.entry(&name, at)?;
            *known = std::mem::replace(known, Kind::Null).merge(kind);
        }
        self.dicts = self.dicts.saturating_add(other.dicts);
        self.pairs = self.pairs.saturating_add(other.pairs);
        Some(self)
    }

    /// Whether a structure is mostly filled, so that it takes no more memory than the dicts do.
    pub(super) fn alike(&self) -> bool {
        let len = self.list.len();
        len > 0 && (len <= 64 || self.pairs.saturating_mul(SPARSE) >= len.saturating_mul(self.dicts))
    }

    /// Each field for itself.
    pub(super) fn settle(mut self) -> Fields {
        for (_, kind) in &mut self.list {
            *kind = std::mem::replace(kind, Kind::Null).settle();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Why;

    /// A structure as of so many dicts that each have all fields.
    fn structure(fields: &[(&str, Kind)], dicts: usize) -> Kind {
        let list = fields.iter().map(|(name, kind)| ((*name).to_owned(), kind.clone())).collect();
        Kind::Struct(Fields { list, dicts, pairs: dicts * fields.len(), ..Fields::default() })
    }

    #[test]
    fn structures_take_the_union_of_their_fields() {
        let a = structure(&[("a", Kind::Bool)], 1);
        let b = structure(&[("b", Kind::Float), ("a", Kind::Null)], 1);
        match a.merge(b) {
            Kind::Struct(fields) => {
                assert_eq!(fields.list, [("a".to_owned(), Kind::Bool), ("b".to_owned(), Kind::Float)]);
                assert_eq!((fields.dicts, fields.pairs), (2, 3));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn dicts_that_share_hardly_a_key_are_no_structure() {
        let names: Vec<String> = (0..100).map(|i| i.to_string()).collect();
        let fields: Vec<(String, Kind)> = names.iter().map(|name| (name.clone(), Kind::Bool)).collect();
        let of = |pairs| {
            Kind::Struct(Fields { list: fields.clone(), dicts: 1000, pairs, ..Fields::default() }).settle()
        };
        assert_eq!(of(1000), Kind::Json(Why::Keys));
        assert!(matches!(of(50_000), Kind::Struct(_)));
    }
}
