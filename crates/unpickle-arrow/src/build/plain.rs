//! Booleans, numbers and texts.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray};
use arrow_buffer::{BooleanBufferBuilder, NullBufferBuilder, OffsetBuffer};
use unpickle_core::{Result, Value};

use super::builder::Push;
use super::{Item, changed};
use crate::cell::{Cell, Reader};
use crate::columns::arrow_error;
use crate::kind::Kind;
use crate::weight::{fits, too_long};

pub(super) struct Bools<'k> {
    kind: &'k Kind,
    values: BooleanBufferBuilder,
    valid: NullBufferBuilder,
}

impl<'k> Bools<'k> {
    pub(super) fn new(kind: &'k Kind, cells: usize) -> Bools<'k> {
        Bools { kind, values: BooleanBufferBuilder::new(cells), valid: NullBufferBuilder::new(cells) }
    }

    fn push(&mut self, value: bool) {
        self.values.append(value);
        self.valid.append_non_null();
    }

    pub(super) fn finish(mut self, _: &mut Reader<'_>) -> Result<ArrayRef> {
        Ok(Arc::new(BooleanArray::new(self.values.finish(), self.valid.finish())))
    }
}

impl<'p> Push<'p> for Bools<'_> {
    fn missing(&mut self) {
        self.values.append(false);
        self.valid.append_null();
    }

    #[inline]
    fn value(&mut self, value: Value<'p>, reader: &mut Reader<'p>) -> Result<()> {
        match value.as_bool() {
            Some(value) => {
                self.push(value);
                Ok(())
            }
            None => self.any(Item::Value(value), reader),
        }
    }

    fn cell(&mut self, cell: Cell<'p>, item: Item<'p>, _: &mut Reader<'p>) -> Result<()> {
        let Cell::Bool(value) = cell else { return Err(changed(&item, self.kind)) };
        self.push(value);
        Ok(())
    }
}

/// Integers of 64 bits.
pub(super) struct Ints<'k> {
    kind: &'k Kind,
    values: Vec<i64>,
    valid: NullBufferBuilder,
}

impl<'k> Ints<'k> {
    pub(super) fn new(kind: &'k Kind, cells: usize) -> Ints<'k> {
        Ints { kind, values: Vec::with_capacity(cells), valid: NullBufferBuilder::new(cells) }
    }

    #[inline]
    fn push(&mut self, value: i64) {
        self.values.push(value);
        self.valid.append_non_null();
    }

    pub(super) fn finish(mut self, _: &mut Reader<'_>) -> Result<ArrayRef> {
        Ok(Arc::new(Int64Array::new(self.values.into(), self.valid.finish())))
    }
}

impl<'p> Push<'p> for Ints<'_> {
    fn missing(&mut self) {
        self.values.push(0);
        self.valid.append_null();
    }

    #[inline]
    fn value(&mut self, value: Value<'p>, reader: &mut Reader<'p>) -> Result<()> {
        match value.as_i64() {
            Some(value) => {
                self.push(value);
                Ok(())
            }
            None => self.any(Item::Value(value), reader),
        }
    }

    fn cell(&mut self, cell: Cell<'p>, item: Item<'p>, _: &mut Reader<'p>) -> Result<()> {
        let int = if let Cell::Int(int) = cell { int.as_i64() } else { None };
        self.push(int.ok_or_else(|| changed(&item, self.kind))?);
        Ok(())
    }
}

/// Floats, and what becomes one among them.
pub(super) struct Floats<'k> {
    kind: &'k Kind,
    values: Vec<f64>,
    valid: NullBufferBuilder,
}

impl<'k> Floats<'k> {
    pub(super) fn new(kind: &'k Kind, cells: usize) -> Floats<'k> {
        Floats { kind, values: Vec::with_capacity(cells), valid: NullBufferBuilder::new(cells) }
    }

    #[inline]
    fn push(&mut self, value: f64) {
        self.values.push(value);
        self.valid.append_non_null();
    }

    pub(super) fn finish(mut self, _: &mut Reader<'_>) -> Result<ArrayRef> {
        Ok(Arc::new(Float64Array::new(self.values.into(), self.valid.finish())))
    }
}

impl<'p> Push<'p> for Floats<'_> {
    fn missing(&mut self) {
        self.values.push(0.0);
        self.valid.append_null();
    }

    #[inline]
    fn value(&mut self, value: Value<'p>, reader: &mut Reader<'p>) -> Result<()> {
        match value.as_f64() {
            Some(value) if !value.is_nan() => {
                self.push(value);
                Ok(())
            }
            _ => self.any(Item::Value(value), reader),
        }
    }

    fn cell(&mut self, cell: Cell<'p>, item: Item<'p>, _: &mut Reader<'p>) -> Result<()> {
        self.push(match cell {
            Cell::Float(value) => value,
            Cell::Narrow(value) => value.into(),
            Cell::Int(int) => int.to_f64(),
            Cell::Bool(value) => f64::from(u8::from(value)),
            _ => return Err(changed(&item, self.kind)),
        });
        Ok(())
    }
}

/// Text, copied into one buffer, and checked as one.
pub(super) struct Texts<'k> {
    kind: &'k Kind,
    offsets: Vec<i32>,
    data: Vec<u8>,
    valid: NullBufferBuilder,
}

impl<'k> Texts<'k> {
    pub(super) fn new(kind: &'k Kind, cells: usize) -> Texts<'k> {
        let mut offsets = Vec::with_capacity(cells.saturating_add(1));
        offsets.push(0);
        let data = Vec::with_capacity(cells.saturating_mul(12));
        Texts { kind, offsets, data, valid: NullBufferBuilder::new(cells) }
    }

    #[inline]
    fn push(&mut self, text: &[u8]) -> Result<()> {
        fits(self.data.len())?;
        self.data.extend_from_slice(text);
        self.offsets.push(i32::try_from(self.data.len()).map_err(|_| too_long())?);
        self.valid.append_non_null();
        Ok(())
    }

    pub(super) fn finish(mut self, _: &mut Reader<'_>) -> Result<ArrayRef> {
        let offsets = OffsetBuffer::new(self.offsets.into());
        let array = StringArray::try_new(offsets, self.data.into(), self.valid.finish());
        Ok(Arc::new(array.map_err(arrow_error)?))
    }
}

impl<'p> Push<'p> for Texts<'_> {
    fn missing(&mut self) {
        self.offsets.push(self.offsets.last().copied().unwrap_or_default());
        self.valid.append_null();
    }

    #[inline]
    fn value(&mut self, value: Value<'p>, reader: &mut Reader<'p>) -> Result<()> {
        match value.as_str_bytes() {
            Some(text) => self.push(text),
            None => self.any(Item::Value(value), reader),
        }
    }

    fn cell(&mut self, cell: Cell<'p>, item: Item<'p>, _: &mut Reader<'p>) -> Result<()> {
        match (cell, &item) {
            (Cell::Str(text), _) => self.push(text),
            (Cell::Str2(_), Item::Value(value)) => match value.as_text() {
                Some(text) => self.push(text.as_bytes()),
                None => Err(changed(&item, self.kind)),
            },
            (Cell::Made(text) | Cell::Printed(text), _) => self.push(text.as_bytes()),
            _ => Err(changed(&item, self.kind)),
        }
    }
}
