//! Dicts with the same keys: those from one piece of code have them in one order, and share them.

use unpickle_core::{Dict, Id, Layout};

/// The keys of a dict, to tell others by that have the same ones in the same order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Likeness {
    layout: Option<Layout>,
    ids: Vec<Id>,
}

impl Likeness {
    /// Of this dict; nothing if one of its keys comes twice.
    pub(crate) fn of(dict: Dict<'_>) -> Option<Likeness> {
        let layout = dict.layout();
        if layout.is_none() && !is_distinct(dict) {
            return None;
        }
        Some(Likeness { layout, ids: dict.pairs().map(|(key, _)| key.id()).collect() })
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether the dict has the same keys in the same order. If not, it may have them nevertheless: equal texts may be
    /// several objects.
    #[inline]
    pub(crate) fn fits(&mut self, dict: Dict<'_>) -> bool {
        let layout = dict.layout();
        if layout.is_some() && self.layout == layout {
            return true;
        }
        let pairs = dict.pairs();
        let same =
            pairs.len() == self.ids.len() && pairs.zip(&self.ids).all(|((key, _), id)| key.id() == *id);
        // The next ones are of this layout, too.
        self.layout = if same { layout } else { self.layout };
        same
    }

    /// Whether dicts that are like one are like the other.
    pub(crate) fn is_same(&self, other: &Likeness) -> bool {
        self.ids == other.ids || self.layout.is_some() && self.layout == other.layout
    }
}

fn is_distinct(dict: Dict<'_>) -> bool {
    let texts: Option<Vec<&[u8]>> = dict.pairs().map(|(key, _)| key.as_str_bytes()).collect();
    match texts {
        Some(mut texts) => {
            texts.sort_unstable();
            texts.windows(2).all(|pair| matches!(pair, [a, b] if a != b))
        }
        None => dict.len() == dict.pairs().len(),
    }
}

/// What is known of dicts of a few kinds, by their keys.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known<T> {
    list: Vec<(Likeness, T)>,
    /// Which one the last dict was like.
    last: usize,
}

/// Dicts of more kinds than this are looked at one by one.
const MOST: usize = 8;

impl<T> Default for Known<T> {
    fn default() -> Known<T> {
        Known { list: Vec::new(), last: 0 }
    }
}

impl<T> Known<T> {
    /// What is known of dicts like this one.
    #[inline]
    pub(crate) fn find(&mut self, dict: Dict<'_>) -> Option<&T> {
        if !self.list.get_mut(self.last).is_some_and(|(like, _)| like.fits(dict)) {
            self.last = self.list.iter_mut().position(|(like, _)| like.fits(dict))?;
        }
        self.list.get(self.last).map(|(_, known)| known)
    }

    /// Keeps what `learn` says of dicts like this one, unless enough is known.
    pub(crate) fn learn(&mut self, dict: Dict<'_>, learn: impl FnOnce() -> Option<T>) {
        if self.list.len() < MOST
            && let Some(known) = learn()
            && let Some(like) = Likeness::of(dict)
        {
            self.list.push((like, known));
        }
    }
}

#[cfg(test)]
mod tests {
    use unpickle_core::{Pickle, Value};

    use super::*;

    fn dicts(rows: Value<'_>) -> Vec<Dict<'_>> {
        rows.iter().filter_map(Value::as_dict).collect()
    }

    #[test]
    fn dicts_are_alike_if_they_share_their_keys_in_one_order() {
        // a, b = "a", "b"; [{a: 1, b: 2}, {a: 3, b: 4}, {b: 1, a: 2}, {a: 1}]
        let pickle = Pickle::parse(
            &b"\x80\x04](}(\x8c\x01a\x94K\x01\x8c\x01b\x94K\x02u}(h\0K\x03h\x01K\x04u}(h\x01K\x01h\0K\x02u}h\0K\x01se."[..],
        );
        let pickle = pickle.unwrap();
        let [a, b, turned, short] = *dicts(pickle.root()) else { panic!("four dicts") };
        let mut like = Likeness::of(a).unwrap();
        assert_eq!(like.len(), 2);
        assert_eq!([a, b, turned, short].map(|dict| like.fits(dict)), [true, true, false, false]);
    }

    #[test]
    fn a_dict_with_a_key_twice_is_like_none() {
        // {"a": 1, "a": 2}, of two objects
        let pickle = Pickle::parse(&b"\x80\x04](}(\x8c\x01aK\x01\x8c\x01aK\x02ue."[..]).unwrap();
        assert_eq!(Likeness::of(dicts(pickle.root())[0]), None);
    }
}
