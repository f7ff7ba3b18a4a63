//! The keys of records: the columns that they make.

use std::collections::HashSet;
use std::ops::Range;

use unpickle_core::{Category, Error, Id, Object, Value};

use super::{MAX_COLUMNS, records};
use crate::cell::Map;
use crate::cells::{Key, Rows};
use crate::likeness::{Known, Likeness};
use crate::{labels, parallel};

/// Keys that are told apart by their identity are forgotten beyond so many: text may be told from.
const MAX_IDS: usize = 1 << 20;

/// All keys of some records, each once.
pub(super) struct Keys<'p> {
    /// In the order in which they come first.
    pub(super) list: Vec<Key<'p>>,
    /// Whether each record is `None` or a dict that has all of them, in this order.
    pub(super) even: bool,
}

/// All keys of the rows, which are dicts and the like, or objects; `None` if they are no labels of columns.
pub(super) fn of<'p>(rows: &Rows<'p>) -> Option<Keys<'p>> {
    all(rows, false)
}

/// All keys of the rows; `None` if a row is neither a dict or the like nor `None`, too.
pub(super) fn of_maps<'p>(rows: &Rows<'p>) -> Option<Keys<'p>> {
    all(rows, true)
}

fn all<'p>(rows: &Rows<'p>, maps: bool) -> Option<Keys<'p>> {
    let parts = parallel::all(&parallel::stretches(0..rows.len()), rows.len(), |_, stretch| {
        let part = Part::of(rows, stretch.clone(), maps);
        // No other is begun then.
        part.ok_or_else(|| Error::message(Category::Data, "keys that are no labels of columns"))
    });
    let parts = parts.ok()?;
    let mut list: Vec<Key<'p>> = Vec::new();
    let mut names: HashSet<String> = HashSet::new();
    let mut like: Option<&Likeness> = None;
    let mut even = true;
    for part in &parts {
        for key in &part.keys {
            if labels::key_text(key.value).is_some_and(|name| names.insert(name)) {
                list.push(*key);
            }
        }
        match (&part.like, like) {
            (Some(own), Some(like)) => even &= own.is_same(like),
            (own, None) => like = own.as_ref(),
            _ => {}
        }
        even &= part.even;
    }
    if list.is_empty() || list.len() > MAX_COLUMNS {
        return None;
    }
    // Keys that differ may have one name.
    even &= like.is_some_and(|like| like.len() == list.len());
    Some(Keys { list, even })
}

/// The keys of some of the rows.
#[derive(Default)]
struct Part<'p> {
    keys: Vec<Key<'p>>,
    names: HashSet<String>,
    /// Keys that need not be looked at again.
    seen: HashSet<Id>,
    /// What the first dict is like, and whether all others are, too.
    like: Option<Likeness>,
    even: bool,
}

impl<'p> Part<'p> {
    /// `None` if a key is no label, or if there are too many; of `maps`, if a row is something else.
    fn of(rows: &Rows<'p>, stretch: Range<usize>, maps: bool) -> Option<Part<'p>> {
        let mut part = Part { even: true, ..Part::default() };
        let mut known: Known<()> = Known::default();
        let mut sound = true;
        rows.each(stretch, |row| {
            let dict = row.as_dict();
            if !sound || dict.is_some_and(|dict| known.find(dict).is_some()) {
                return;
            }
            let pairs = Pairs::of(row);
            sound = !maps || row.is_none() || matches!(pairs, Some(Pairs::Map(_)));
            let Some(pairs) = pairs else { return };
            part.even &= part.keys.is_empty() && dict.is_some();
            sound &= part.add(&pairs);
            if let Some(dict) = dict {
                known.learn(dict, || Some(()));
                if part.like.is_none() {
                    part.like = Likeness::of(dict);
                }
            }
        });
        sound.then_some(part)
    }

    fn add(&mut self, pairs: &Pairs<'p>) -> bool {
        let (mut at, mut sound) = (0, true);
        pairs.each(|key| {
            if sound && self.seen.insert(key.id()) {
                match labels::key_text(key) {
                    Some(name) => {
                        if self.names.insert(name) {
                            self.keys.push(Key { value: key, at });
                        }
                    }
                    None => sound = false,
                }
            }
            at += 1;
        });
        if self.seen.len() > MAX_IDS {
            self.seen.clear();
        }
        sound && self.keys.len() <= MAX_COLUMNS
    }
}

/// What a row has under its keys.
enum Pairs<'p> {
    /// A dict.
    Map(Map<'p>),
    /// An object, its attributes.
    Attributes(Object<'p>),
}

impl<'p> Pairs<'p> {
    fn of(row: Value<'p>) -> Option<Pairs<'p>> {
        records::map(row).map(Pairs::Map).or_else(|| row.as_object().map(Pairs::Attributes))
    }

    fn each(&self, mut each: impl FnMut(Value<'p>)) {
        match self {
            Pairs::Map(map) => map.each(|key, _| each(key)),
            Pairs::Attributes(object) => object.attrs().for_each(|(key, _)| each(key)),
        }
    }
}
