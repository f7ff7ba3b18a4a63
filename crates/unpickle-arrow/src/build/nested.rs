//! Lists and structures, made of what is made of their items.

use std::sync::Arc;

use arrow_array::{ArrayRef, ListArray, StructArray};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer};
use arrow_schema::DataType;
use unpickle_core::{Dict, Error, Result, Value};

use super::builder::{Builder, Push};
use super::{Item, changed};
use crate::cell::{Cell, Map, Reader};
use crate::columns::arrow_error;
use crate::kind::{Fields, Kind};
use crate::likeness::Known;
use crate::reader::is_masked;

/// Lists, tuples, sets and arrays, one after the other.
pub(super) struct Lists<'k, 'p> {
    kind: &'k Kind,
    items: Builder<'k, 'p>,
    /// How many items there are.
    len: usize,
    offsets: Vec<i32>,
    valid: NullBufferBuilder,
}

impl<'k, 'p> Lists<'k, 'p> {
    pub(super) fn new(kind: &'k Kind, item: &'k Kind, cells: usize) -> Lists<'k, 'p> {
        let mut offsets = Vec::with_capacity(cells.saturating_add(1));
        offsets.push(0);
        let items = Builder::of(item, cells);
        Lists { kind, items, len: 0, offsets, valid: NullBufferBuilder::new(cells) }
    }

    /// The items of a list are there.
    #[inline]
    fn close(&mut self, len: usize) -> Result<()> {
        self.len += len;
        self.offsets.push(i32::try_from(self.len).map_err(|_| too_many())?);
        self.valid.append_non_null();
        Ok(())
    }

    pub(super) fn finish(mut self, reader: &mut Reader<'p>) -> Result<ArrayRef> {
        let DataType::List(field) = self.kind.data_type() else {
            return Err(changed(&Item::Missing, self.kind));
        };
        let values = self.items.finish(reader)?;
        let offsets = OffsetBuffer::new(self.offsets.into());
        Ok(Arc::new(ListArray::try_new(field, offsets, values, self.valid.finish()).map_err(arrow_error)?))
    }
}

impl<'p> Push<'p> for Lists<'_, 'p> {
    fn missing(&mut self) {
        self.offsets.push(self.offsets.last().copied().unwrap_or_default());
        self.valid.append_null();
    }

    #[inline]
    fn value(&mut self, value: Value<'p>, reader: &mut Reader<'p>) -> Result<()> {
        match value.as_seq() {
            Some(items) => {
                self.items.values(items.iter(), reader)?;
                self.close(items.len())
            }
            None => self.any(Item::Value(value), reader),
        }
    }

    fn cell(&mut self, cell: Cell<'p>, item: Item<'p>, reader: &mut Reader<'p>) -> Result<()> {
        match cell {
            Cell::List(items) => {
                self.items.values(items.iter(), reader)?;
                self.close(items.len())
            }
            Cell::Array(array) if array.ndim() > 0 => {
                let array = Arc::new(*array);
                let count = array.shape().first().copied().unwrap_or(0);
                for i in 0..count {
                    self.items.item(Item::Element(Arc::clone(&array), i), reader)?;
                }
                self.close(count)
            }
            Cell::Masked(masked) => {
                let array = Arc::new(masked.data().clone());
                for i in 0..array.len() {
                    let missing = is_masked(&masked, i);
                    let item = if missing { Item::Missing } else { Item::Element(Arc::clone(&array), i) };
                    self.items.item(item, reader)?;
                }
                self.close(array.len())
            }
            _ => Err(changed(&item, self.kind)),
        }
    }
}

#[cold]
fn too_many() -> Error {
    Error::limit("the lists of one stretch of rows hold more than 2,147,483,647 values")
}

/// Dicts, a column for each key of all of them.
pub(super) struct Structs<'k, 'p> {
    kind: &'k Kind,
    fields: &'k Fields,
    columns: Vec<Builder<'k, 'p>>,
    /// Which pair each field is, in dicts that are alike.
    known: Known<Vec<Option<usize>>>,
    /// Room for the values of one dict.
    row: Vec<Option<Value<'p>>>,
    valid: NullBufferBuilder,
}

impl<'k, 'p> Structs<'k, 'p> {
    pub(super) fn new(kind: &'k Kind, fields: &'k Fields, cells: usize) -> Structs<'k, 'p> {
        let columns = fields.iter().map(|(_, kind)| Builder::of(kind, cells)).collect();
        let valid = NullBufferBuilder::new(cells);
        Structs { kind, fields, columns, known: Known::default(), row: Vec::new(), valid }
    }

    /// Puts each value of a dict into the column of its key.
    fn spread(&mut self, map: Map<'p>, reader: &mut Reader<'p>) -> Result<()> {
        let (fields, mut next) = (self.fields, 0);
        self.row.clear();
        self.row.resize(fields.iter().len(), None);
        map.each(|key, value| {
            // Dicts from one piece of code have their keys in one order.
            let at = place(fields, key, next);
            if let Some(at) = at
                && let Some(room) = self.row.get_mut(at)
            {
                *room = Some(value);
                next = at + 1;
            }
        });
        for (column, value) in self.columns.iter_mut().zip(&self.row) {
            match value {
                Some(value) => column.value(*value, reader)?,
                None => column.missing(),
            }
        }
        self.valid.append_non_null();
        Ok(())
    }

    fn learn(&mut self, dict: Dict<'p>) {
        let fields = self.fields;
        self.known.learn(dict, || {
            let mut pairs = vec![None; fields.iter().len()];
            for (pair, (key, _)) in dict.pairs().enumerate() {
                *pairs.get_mut(place(fields, key, pair)?)? = Some(pair);
            }
            Some(pairs)
        });
    }

    pub(super) fn finish(mut self, reader: &mut Reader<'p>) -> Result<ArrayRef> {
        let DataType::Struct(types) = self.kind.data_type() else {
            return Err(changed(&Item::Missing, self.kind));
        };
        let columns: Result<Vec<ArrayRef>> =
            self.columns.into_iter().map(|column| column.finish(reader)).collect();
        let array = StructArray::try_new(types, columns?, self.valid.finish());
        Ok(Arc::new(array.map_err(arrow_error)?))
    }
}

/// The field of a key; `guess` is where it is as a rule.
fn place(fields: &Fields, key: Value<'_>, guess: usize) -> Option<usize> {
    let name = key.as_text()?;
    match fields.iter().nth(guess) {
        Some((known, _)) if *known == name => Some(guess),
        _ => fields.iter().position(|(known, _)| *known == name),
    }
}

impl<'p> Push<'p> for Structs<'_, 'p> {
    fn missing(&mut self) {
        self.columns.iter_mut().for_each(Builder::missing);
        self.valid.append_null();
    }

    fn value(&mut self, value: Value<'p>, reader: &mut Reader<'p>) -> Result<()> {
        let Some(dict) = value.as_dict() else { return self.any(Item::Value(value), reader) };
        let Some(pairs) = self.known.find(dict) else {
            self.learn(dict);
            return self.spread(Map::Dict(dict), reader);
        };
        for (column, pair) in self.columns.iter_mut().zip(pairs) {
            match pair.and_then(|pair| dict.nth(pair)) {
                Some(value) => column.value(value, reader)?,
                None => column.missing(),
            }
        }
        self.valid.append_non_null();
        Ok(())
    }

    fn cell(&mut self, cell: Cell<'p>, item: Item<'p>, reader: &mut Reader<'p>) -> Result<()> {
        let Cell::Map(map) = cell else { return Err(changed(&item, self.kind)) };
        self.spread(map, reader)
    }
}
