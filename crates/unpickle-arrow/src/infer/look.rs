//! Cells looked at one after the other.

use std::collections::HashMap;
use std::ops::Range;

use unpickle_core::{Encoding, Error, Id, Result, Seq, Value};

use crate::cell::{Cell, Map, Reader};
use crate::cells::Cells;
use crate::kind::{Fields, Kind, Scalar, Size, Why};
use crate::text::is_utf8;

/// Values inside cells for each byte of the pickle: as many as there are if nothing is shared, and some more.
const VALUES_PER_BYTE: usize = 4;

/// Nested cells beyond this depth are written as JSON text.
pub(super) const MAX_DEPTH: usize = 32;

/// Looks at cells, one after the other.
pub(super) struct Inference<'p> {
    pub(super) reader: Reader<'p>,
    pub(super) freqs: HashMap<Id, Option<String>>,
    /// See [`all`](super::all).
    pub(super) budget: usize,
    /// How many values inside cells there were.
    pub(super) inside: usize,
    /// How many there may be, once the length of the pickle is known.
    limit: Option<usize>,
    /// Room for the integers of an array.
    pub(super) counts: Vec<i64>,
}

impl<'p> Inference<'p> {
    pub(super) fn new(budget: usize) -> Inference<'p> {
        Inference {
            reader: Reader::default(),
            freqs: HashMap::new(),
            budget,
            inside: 0,
            limit: None,
            counts: Vec::new(),
        }
    }

    /// The kind of some cells, and of those that `kind` is of.
    pub(super) fn look(&mut self, cells: &Cells<'p>, rows: Range<usize>, kind: &mut Kind) -> Result<()> {
        let mut failed = None;
        cells.each(rows, |value| {
            if let Some(value) = value
                && !is_plain(kind, value)
                && failed.is_none()
            {
                failed = self.add_other(kind, value, 0).err();
            }
        });
        failed.map_or(Ok(()), Err)
    }

    #[inline]
    fn add(&mut self, kind: &mut Kind, value: Value<'p>, depth: usize) -> Result<()> {
        if is_plain(kind, value) { Ok(()) } else { self.add_other(kind, value, depth) }
    }

    /// What is not [plain](is_plain).
    fn add_other(&mut self, kind: &mut Kind, value: Value<'p>, depth: usize) -> Result<()> {
        // Merged in place: a new kind for each list would cost an allocation each.
        match kind {
            Kind::List(item) if depth < MAX_DEPTH => {
                if let Some(items) = value.as_seq() {
                    return self.add_items(item, items, depth);
                }
            }
            Kind::Struct(fields) if depth < MAX_DEPTH => {
                if let Some(dict) = value.as_dict() {
                    if !self.add_fields(fields, Map::Dict(dict), depth)? {
                        *kind = Kind::Json(Why::Keys);
                    }
                    return Ok(());
                }
            }
            _ => {}
        }
        let cell = self.reader.read(value);
        let scalar = value.as_object().and(self.reader.scalar);
        self.add_cell(kind, cell, scalar, value.encoding(), depth)
    }

    pub(super) fn add_cell(
        &mut self,
        kind: &mut Kind,
        cell: Cell<'p>,
        scalar: Option<Scalar>,
        encoding: Encoding,
        depth: usize,
    ) -> Result<()> {
        match (&mut *kind, &cell) {
            // Nothing is above it.
            (_, Cell::Null) | (Kind::Json(Why::Mixed), _) => return Ok(()),
            (Kind::List(item), Cell::List(items)) if depth < MAX_DEPTH => {
                return self.add_items(item, *items, depth);
            }
            (Kind::Struct(fields), Cell::Map(map)) if depth < MAX_DEPTH => {
                if !self.add_fields(fields, *map, depth)? {
                    *kind = Kind::Json(Why::Keys);
                }
                return Ok(());
            }
            _ => {}
        }
        let new = self.kind_of(cell, scalar, encoding, depth)?;
        *kind = std::mem::replace(kind, Kind::Null).merge(new);
        Ok(())
    }

    /// One more value inside a cell. What is not shared takes a byte at least, so it is never too much.
    #[inline]
    pub(super) fn charge(&mut self, value: Value<'p>) -> Result<()> {
        self.inside += 1;
        let budget = self.budget;
        let limit = *self.limit.get_or_insert_with(|| limit(value, budget));
        if self.inside <= limit { Ok(()) } else { Err(too_many(value)) }
    }

    /// Whether so many values inside cells are not too many.
    pub(super) fn check(&self, inside: usize) -> Result<()> {
        if self.limit.is_none_or(|limit| inside <= limit) { Ok(()) } else { Err(beyond()) }
    }

    pub(super) fn add_items(&mut self, item: &mut Kind, items: Seq<'p>, depth: usize) -> Result<()> {
        for value in items.iter() {
            self.charge(value)?;
            self.add(item, value, depth + 1)?;
        }
        Ok(())
    }

    /// Merges the pairs of a dict into fields; false if they are no fields.
    pub(super) fn add_fields(&mut self, fields: &mut Fields, map: Map<'p>, depth: usize) -> Result<bool> {
        let count = match map {
            Map::Dict(dict) => match fields.places(dict) {
                Some((places, kinds)) => {
                    for (pair, &at) in places.iter().enumerate() {
                        if let (Some(value), Some((_, kind))) = (dict.nth(pair), kinds.get_mut(at)) {
                            self.charge(value)?;
                            self.add(kind, value, depth + 1)?;
                        }
                    }
                    Some(places.len())
                }
                None => {
                    let count = self.add_pairs(fields, dict.iter(), depth)?;
                    fields.learn(dict);
                    count
                }
            },
            Map::Like(mapping) => self.add_pairs(fields, mapping.iter(), depth)?,
        };
        if let Some(count) = count {
            fields.count(count);
        }
        Ok(count.is_some())
    }

    /// How many pairs there are; nothing if they are no fields.
    fn add_pairs(
        &mut self,
        fields: &mut Fields,
        pairs: impl Iterator<Item = (Value<'p>, Value<'p>)>,
        depth: usize,
    ) -> Result<Option<usize>> {
        let mut count = 0;
        for (key, value) in pairs {
            self.charge(value)?;
            let Some(name) = key.as_text() else { return Ok(None) };
            // Dicts from one piece of code have their keys in one order.
            let Some(kind) = fields.entry(&name, count) else { return Ok(None) };
            self.add(kind, value, depth + 1)?;
            count += 1;
        }
        Ok(Some(count))
    }
}

/// Whether the kind holds the value already, told at one look: so it is with nearly all cells of most columns.
#[inline]
fn is_plain(kind: &mut Kind, value: Value<'_>) -> bool {
    match kind {
        Kind::Str { utf8: true } => match value.as_str_bytes() {
            Some(text) => is_utf8(text),
            None => value.is_none(),
        },
        Kind::Int(ints) if ints.size == Size::I64 => match value.as_i64() {
            Some(int) => {
                *ints = ints.with(int);
                true
            }
            None => value.is_none(),
        },
        // A NaN is a gap, as `None` is.
        Kind::Float => value.as_f64().is_some() || value.is_none(),
        Kind::Bool => value.as_bool().is_some() || value.is_none(),
        _ => false,
    }
}

fn limit(value: Value<'_>, budget: usize) -> usize {
    value.input_len().saturating_mul(VALUES_PER_BYTE).saturating_add(budget)
}

#[cold]
fn too_many(value: Value<'_>) -> Error {
    beyond().within(format!("at byte {}", value.offset()))
}

#[cold]
fn beyond() -> Error {
    Error::limit("the cells share so much that they would be more values than the limit for a table")
}
