//! Cells looked at one after the other.

use std::collections::HashMap;
use std::ops::Range;

use unpickle_core::{Encoding, Id, Result, Seq, Value};
use unpickle_numpy::NdArray;

use crate::budget::Budget;
use crate::cell::{Cell, Map, Reader};
use crate::cells::Cells;
use crate::kind::{Fields, Kind, Scalar, Size, Why};
use crate::text::is_utf8;

/// So many values are counted before they are charged.
const UNCHARGED: usize = 4096;

/// So many fields the structures of a column have at most; dicts beyond are JSON text. Few columns have as many as
/// [`SOME_FIELDS`]; each beyond counts as so many values, for the memory it takes.
const MOST_FIELDS: usize = 50_000;
const SOME_FIELDS: usize = 1_000;
const VALUES_OF_FIELD: usize = 16;

/// So many bytes of text are looked at as quickly as one value.
const TEXT: usize = 1024;

/// So many elements of an array of numbers are looked at as quickly as one value.
const ELEMENTS: usize = 8;

/// Nested cells beyond this depth are written as JSON text.
pub(super) const MAX_DEPTH: usize = 32;

/// Looks at cells, one after the other.
pub(super) struct Inference<'b, 'p> {
    pub(super) reader: Reader<'p>,
    pub(super) freqs: HashMap<Id, Option<String>>,
    budget: &'b Budget,
    /// How many values inside cells there were that were not charged yet.
    uncharged: usize,
    /// Bytes of text that were looked at, and not charged yet.
    text: usize,
    /// How many fields the structures have.
    fields: usize,
    /// Room for the integers of an array.
    pub(super) counts: Vec<i64>,
}

impl<'b, 'p> Inference<'b, 'p> {
    pub(super) fn new(budget: &'b Budget) -> Inference<'b, 'p> {
        Inference {
            reader: Reader::default(),
            freqs: HashMap::new(),
            budget,
            uncharged: 0,
            text: 0,
            fields: 0,
            counts: Vec::new(),
        }
    }

    /// The kind of some cells, and of those that `kind` is of.
    pub(super) fn look(&mut self, cells: &Cells<'p>, rows: Range<usize>, kind: &mut Kind) -> Result<()> {
        let mut failed = None;
        cells.each(rows, |value| {
            if let Some(value) = value
                && !is_plain(kind, value, &mut self.text)
                && failed.is_none()
            {
                failed = self.add_other(kind, value, 0).err();
            }
        });
        failed.map_or(Ok(()), Err)?;
        self.charge_all()
    }

    #[inline]
    fn add(&mut self, kind: &mut Kind, value: Value<'p>, depth: usize) -> Result<()> {
        if is_plain(kind, value, &mut self.text) { Ok(()) } else { self.add_other(kind, value, depth) }
    }

    /// What is not [plain](is_plain).
    fn add_other(&mut self, kind: &mut Kind, value: Value<'p>, depth: usize) -> Result<()> {
        if self.text > UNCHARGED * TEXT {
            self.settle(value)?;
        }
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
        if let Cell::Str(text) | Cell::Str2(text) | Cell::Bytes(text) = &cell {
            self.text = self.text.saturating_add(text.len());
        }
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
        let (fields, first) = (self.fields, matches!(kind, Kind::Null));
        let new = self.kind_of(cell, scalar, encoding, depth)?;
        // Those of what is merged into another are gone, or known.
        self.fields = if first { self.fields } else { fields };
        *kind = std::mem::replace(kind, Kind::Null).merge(new);
        Ok(())
    }

    /// One more value inside a cell. What is not shared takes a byte at least, so it is never too much.
    #[inline]
    pub(super) fn charge(&mut self, value: Value<'p>) -> Result<()> {
        self.uncharged += 1;
        if self.uncharged < UNCHARGED { Ok(()) } else { self.settle(value) }
    }

    /// The elements of an array of numbers inside a cell.
    pub(super) fn charge_elements(&mut self, array: &NdArray<'p>) -> Result<()> {
        self.uncharged = self.uncharged.saturating_add(array.len() / ELEMENTS);
        if self.uncharged < UNCHARGED { Ok(()) } else { self.settle(array.origin()) }
    }

    fn charge_all(&mut self) -> Result<()> {
        let text = std::mem::take(&mut self.text) / TEXT;
        self.budget.charge(std::mem::take(&mut self.uncharged).saturating_add(text))
    }

    #[cold]
    fn settle(&mut self, value: Value<'p>) -> Result<()> {
        self.charge_all().map_err(|error| error.within(format!("at byte {}", value.offset())))
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

    /// Whether there may be a field more.
    fn new_field(&mut self) -> bool {
        self.fields += 1;
        if self.fields > SOME_FIELDS {
            self.uncharged += VALUES_OF_FIELD;
        }
        self.fields <= MOST_FIELDS
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
            let before = fields.iter().len();
            // Dicts from one piece of code have their keys in one order.
            let Some(kind) = fields.entry(&name, count) else { return Ok(None) };
            self.add(kind, value, depth + 1)?;
            count += 1;
            if fields.iter().len() > before && !self.new_field() {
                return Ok(None);
            }
        }
        Ok(Some(count))
    }
}

/// Whether the kind holds the value already, told at one look: so it is with nearly all cells of most columns.
#[inline]
fn is_plain(kind: &mut Kind, value: Value<'_>, looked_at: &mut usize) -> bool {
    match kind {
        Kind::Str { utf8: true } => match value.as_str_bytes() {
            Some(text) => {
                *looked_at = looked_at.saturating_add(text.len());
                *looked_at <= UNCHARGED * TEXT && is_utf8(text)
            }
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
