//! Where the cells of a column of Python objects come from.

use std::ops::Range;

use unpickle_core::{Id, Seq, Value};
use unpickle_numpy::Objects;

use crate::build::Item;

/// The cells of one column.
#[derive(Clone)]
pub(crate) enum Cells<'p> {
    /// Of a numpy array of objects.
    Objects(Objects<'p>),
    /// The items of a list.
    Seq(Seq<'p>),
    /// One value of each of some dicts, by key.
    Field { rows: Rows<'p>, key: Key<'p> },
    /// Item `at` of each of some sequences.
    Position { rows: Rows<'p>, at: usize },
    /// Values from here and there.
    Values(std::sync::Arc<[Option<Value<'p>>]>),
}

/// Records, one a row.
#[derive(Clone)]
pub(crate) enum Rows<'p> {
    Seq(Seq<'p>),
    Values(std::sync::Arc<[Value<'p>]>),
}

impl<'p> Rows<'p> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Rows::Seq(seq) => seq.len(),
            Rows::Values(values) => values.len(),
        }
    }

    pub(crate) fn each(&self, range: Range<usize>, each: impl FnMut(Value<'p>)) {
        match self {
            Rows::Seq(seq) => seq.range(range).for_each(each),
            Rows::Values(values) => values.get(range).unwrap_or_default().iter().copied().for_each(each),
        }
    }
}

/// A key of dicts that are alike.
#[derive(Clone, Copy)]
pub(crate) struct Key<'p> {
    /// As the first dict has it.
    pub(crate) value: Value<'p>,
    /// Which pair it is there.
    pub(crate) at: usize,
}

impl<'p> Key<'p> {
    /// The value under this key. Dicts from one piece of code share their keys, and have them in one order: as a rule
    /// it is one comparison of ids.
    fn find(self, row: Value<'p>) -> Option<Value<'p>> {
        let dict = match row.as_dict() {
            Some(dict) => dict,
            None => {
                let object = row.as_object()?;
                match object.pairs() {
                    Some(pairs) => pairs,
                    None => {
                        return object.states().rev().find_map(|state| {
                            let parts = state.as_tuple().filter(|parts| parts.len() <= 2);
                            let own = state.as_dict();
                            let mut all = own.into_iter().chain(
                                parts.into_iter().flat_map(|parts| parts.iter().filter_map(Value::as_dict)),
                            );
                            all.find_map(|dict| dict.get(self.value))
                        });
                    }
                }
            }
        };
        let id: Id = self.value.id();
        match dict.pairs().nth(self.at) {
            Some((key, value)) if key.id() == id && dict.pairs().len() <= 64 && !again(dict, self.at, id) => {
                Some(value)
            }
            _ => dict.get(self.value),
        }
    }
}

/// Whether a key comes again behind pair `at`: then its last value counts.
fn again(dict: unpickle_core::Dict<'_>, at: usize, id: Id) -> bool {
    dict.pairs().skip(at + 1).any(|(key, _)| key.id() == id)
}

impl<'p> Cells<'p> {
    /// How many cells there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Cells::Objects(objects) => objects.len(),
            Cells::Seq(seq) => seq.len(),
            Cells::Field { rows, .. } | Cells::Position { rows, .. } => rows.len(),
            Cells::Values(values) => values.len(),
        }
    }

    /// Calls `each` with some of the cells, in order.
    #[inline]
    pub(crate) fn each(&self, rows: Range<usize>, mut each: impl FnMut(Option<Value<'p>>)) {
        match self {
            Cells::Objects(objects) => objects.range(rows).for_each(|value| each(Some(value))),
            Cells::Seq(seq) => seq.range(rows).for_each(|value| each(Some(value))),
            Cells::Field { rows: records, key } => records.each(rows, |row| each(key.find(row))),
            Cells::Position { rows: records, at } => records.each(rows, |row| each(item_at(row, *at))),
            Cells::Values(values) => values.get(rows).unwrap_or_default().iter().copied().for_each(each),
        }
    }

    /// Some of the cells.
    pub(crate) fn collect(&self, rows: Range<usize>) -> Vec<Item<'p>> {
        let mut out = Vec::with_capacity(rows.len().min(self.len()));
        self.each(rows, |value| out.push(value.map_or(Item::Missing, Item::Value)));
        out
    }
}

/// Item `at` of a row that is a sequence, or a namedtuple.
pub(crate) fn item_at(row: Value<'_>, at: usize) -> Option<Value<'_>> {
    match row.as_seq() {
        Some(seq) => seq.get(at),
        None => row.as_object()?.arg(at),
    }
}
