//! Where the cells of a column of Python objects come from.

use std::ops::Range;
use std::sync::Arc;

use unpickle_core::{Dict, Seq, Value};
use unpickle_numpy::{NdArray, Objects};
use unpickle_pandas::{self as pandas, Mapping, Recogniser, Std, stdlib};

use crate::likeness::Known;

/// The cells of one column.
#[derive(Clone)]
pub(crate) enum Cells<'p> {
    /// Of a numpy array of objects, in some order of its own.
    Objects(Objects<'p>),
    /// Items of a list, one after the other: a row of an array of objects.
    Part { seq: Seq<'p>, start: usize, len: usize },
    /// The items of a list.
    Seq(Seq<'p>),
    /// One value of each of some dicts, by key.
    Field { rows: Rows<'p>, key: Key<'p> },
    /// The value of pair `at` of each of some dicts that have the same keys; a row that is none has no cell.
    Place { rows: Rows<'p>, at: usize },
    /// Item `at` of each of some sequences.
    Position { rows: Rows<'p>, at: usize },
    /// The rows of a numpy array of several dimensions.
    Elements(Arc<NdArray<'p>>),
    /// Values from here and there.
    Values(Arc<[Option<Value<'p>>]>),
}

/// Records, one a row.
#[derive(Clone)]
pub(crate) enum Rows<'p> {
    Seq(Seq<'p>),
    Values(Arc<[Value<'p>]>),
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
    /// The value under this key. Of dicts that are alike it is the same pair, as `known` has it.
    fn find(self, row: Value<'p>, known: &mut Known<Option<usize>>) -> Option<Value<'p>> {
        if let Some(dict) = row.as_dict() {
            return self.find_in(dict, known);
        }
        let object = row.as_object()?;
        match stdlib::recognise(row) {
            Some(Std::Mapping(Mapping::Dict(dict))) => self.find_in(dict, known),
            Some(Std::Mapping(mapping)) => {
                let name = self.value.as_text()?;
                let found = mapping.iter().filter(|(key, _)| key.as_text().as_ref() == Some(&name));
                found.last().map(|(_, value)| value)
            }
            Some(_) => None,
            None => match instance_of_dict(row) {
                Some(dict) => self.find_in(dict, known),
                None => object.attr_dicts().rev().find_map(|dict| self.find_in(dict, known)),
            },
        }
    }

    fn find_in(self, dict: Dict<'p>, known: &mut Known<Option<usize>>) -> Option<Value<'p>> {
        if let Some(at) = known.find(dict) {
            return dict.nth((*at)?);
        }
        let pairs = dict.pairs();
        let text = |key: Value<'p>| key.as_str_bytes().or_else(|| key.as_str2());
        let own = text(self.value);
        // Where it is as a rule, unless it comes again: then its last value counts.
        let here = pairs.clone().nth(self.at).filter(|(key, _)| key.id() == self.value.id());
        let again = || pairs.clone().skip(self.at + 1).any(|(key, _)| text(key) == own);
        let found = match here {
            Some((_, value)) if own.is_some() && pairs.len() <= 64 && !again() => Some(value),
            _ => dict.get(self.value),
        };
        // A key may be another object, though it is equal: the value tells where it is, unless it comes again.
        known.learn(dict, || match found {
            None => Some(None),
            Some(value) => {
                let mut places = dict.pairs().enumerate().filter(|(_, (_, other))| other.is(value));
                let (at, _) = places.next()?;
                places.next().is_none().then_some(Some(at))
            }
        });
        found
    }
}

impl<'p> Cells<'p> {
    /// The cells of a numpy array of objects.
    pub(crate) fn of(objects: Objects<'p>) -> Cells<'p> {
        match objects.as_range() {
            Some((seq, range)) => Cells::Part { seq, start: range.start, len: range.len() },
            None => Cells::Objects(objects),
        }
    }

    /// How many cells there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Cells::Objects(objects) => objects.len(),
            Cells::Seq(seq) => seq.len(),
            Cells::Part { len, .. } => *len,
            Cells::Field { rows, .. } | Cells::Place { rows, .. } | Cells::Position { rows, .. } => {
                rows.len()
            }
            Cells::Elements(array) => array.shape().first().copied().unwrap_or(0),
            Cells::Values(values) => values.len(),
        }
    }

    /// Calls `each` with some of the cells, in order: those that are values of the pickle.
    #[inline]
    pub(crate) fn each(&self, rows: Range<usize>, mut each: impl FnMut(Option<Value<'p>>)) {
        match self {
            Cells::Objects(objects) => objects.range(rows).for_each(|value| each(Some(value))),
            Cells::Seq(seq) => seq.range(rows).for_each(|value| each(Some(value))),
            Cells::Part { seq, start, len } => {
                let part = start + rows.start.min(*len)..start + rows.end.min(*len);
                seq.range(part).for_each(|value| each(Some(value)));
            }
            Cells::Field { rows: records, key } => {
                let mut known = Known::default();
                records.each(rows, |row| each(key.find(row, &mut known)));
            }
            Cells::Place { rows: records, at } => {
                records.each(rows, |row| each(row.as_dict().and_then(|dict| dict.nth(*at))));
            }
            Cells::Position { rows: records, at } => records.each(rows, |row| each(item_at(row, *at))),
            Cells::Elements(_) => {}
            Cells::Values(values) => values.get(rows).unwrap_or_default().iter().copied().for_each(each),
        }
    }

    /// Whether the first cell that is anything is a geometry.
    pub(crate) fn has_geometry(&self) -> bool {
        let mut first = None;
        // Gaps at the beginning are passed over, up to a point.
        self.each(0..self.len().min(1000), |value| first = first.or(value.filter(|value| !value.is_none())));
        let cell = first.and_then(|first| Recogniser::new().recognise(first));
        matches!(cell, Some(pandas::Cell::Geometry(_)))
    }
}

/// The pairs of an instance of a subclass of dict: set by key, or in protocols 0 and 1 given to
/// `copyreg._reconstructor(cls, dict, {…})`.
pub(crate) fn instance_of_dict(value: Value<'_>) -> Option<Dict<'_>> {
    let object = value.as_object()?;
    object.class()?;
    if object.items().is_some() {
        return None;
    }
    object.pairs().or_else(|| {
        let base = object.arg(1)?.as_class()?;
        let made =
            object.callable().as_class()?.is("copyreg", "_reconstructor") && base.is("builtins", "dict");
        object.arg(2)?.as_dict().filter(|_| made)
    })
}

/// Item `at` of a row that is a sequence, a namedtuple, or an object whose state is the list of its fields.
pub(crate) fn item_at(row: Value<'_>, at: usize) -> Option<Value<'_>> {
    if let Some(seq) = row.as_seq() {
        return seq.get(at);
    }
    let object = row.as_object()?;
    match object.state().and_then(Value::as_list) {
        Some(fields) => fields.get(at),
        None => match stdlib::recognise(row) {
            Some(Std::Sequence(items)) => items.get(at),
            _ => None,
        },
    }
}
