//! An array that is made cell by cell.

use arrow_array::{ArrayRef, NullArray};
use arrow_schema::DataType;
use unpickle_core::{Result, Value};

use super::nested::{Lists, Structs};
use super::plain::{Bools, Floats, Ints, Texts};
use super::{Item, items};
use crate::cell::{Cell, Reader};
use crate::kind::Kind;

/// What cells are appended to. Each is looked at once, and nothing is kept of it but what the array has.
pub(super) enum Builder<'k, 'p> {
    Nulls(Nulls),
    Bools(Bools<'k>),
    Ints(Ints<'k>),
    Floats(Floats<'k>),
    Texts(Texts<'k>),
    Lists(Box<Lists<'k, 'p>>),
    Structs(Box<Structs<'k, 'p>>),
    /// Of any other kind.
    Items(Items<'k, 'p>),
}

/// Does the same with a builder of each kind.
macro_rules! with {
    ($builder:expr, $out:ident => $do:expr) => {
        match $builder {
            Builder::Nulls($out) => $do,
            Builder::Bools($out) => $do,
            Builder::Ints($out) => $do,
            Builder::Floats($out) => $do,
            Builder::Texts($out) => $do,
            Builder::Lists($out) => $do,
            Builder::Structs($out) => $do,
            Builder::Items($out) => $do,
        }
    };
}
pub(super) use with;

/// Appends cells.
pub(super) trait Push<'p> {
    /// A gap.
    fn missing(&mut self);

    /// What the cell of `item` is, as it was read.
    fn cell(&mut self, cell: Cell<'p>, item: Item<'p>, reader: &mut Reader<'p>) -> Result<()>;

    /// A value, which is nearly always one that needs no more than a look.
    #[inline]
    fn value(&mut self, value: Value<'p>, reader: &mut Reader<'p>) -> Result<()> {
        self.any(Item::Value(value), reader)
    }

    /// Whatever it is.
    fn any(&mut self, item: Item<'p>, reader: &mut Reader<'p>) -> Result<()> {
        match item.cell(reader) {
            Cell::Null => {
                self.missing();
                Ok(())
            }
            cell => self.cell(cell, item, reader),
        }
    }
}

impl<'p, P: Push<'p>> Push<'p> for Box<P> {
    fn missing(&mut self) {
        (**self).missing();
    }

    #[inline]
    fn value(&mut self, value: Value<'p>, reader: &mut Reader<'p>) -> Result<()> {
        (**self).value(value, reader)
    }

    fn cell(&mut self, cell: Cell<'p>, item: Item<'p>, reader: &mut Reader<'p>) -> Result<()> {
        (**self).cell(cell, item, reader)
    }
}

impl<'k, 'p> Builder<'k, 'p> {
    /// For cells of this kind, about so many.
    pub(super) fn of(kind: &'k Kind, cells: usize) -> Builder<'k, 'p> {
        match kind {
            Kind::Null => Builder::Nulls(Nulls(0)),
            Kind::Bool => Builder::Bools(Bools::new(kind, cells)),
            Kind::Int(_) if kind.data_type() == DataType::Int64 => Builder::Ints(Ints::new(kind, cells)),
            Kind::Float | Kind::FloatOrBool => Builder::Floats(Floats::new(kind, cells)),
            Kind::Str { utf8: true } | Kind::Str2 { utf8: true } => Builder::Texts(Texts::new(kind, cells)),
            // Elements of numpy arrays are copied array by array.
            Kind::List(item) if !matches!(**item, Kind::Typed(..)) => {
                Builder::Lists(Box::new(Lists::new(kind, item, cells)))
            }
            Kind::Struct(fields) => Builder::Structs(Box::new(Structs::new(kind, fields, cells))),
            _ => Builder::Items(Items { kind, items: Vec::with_capacity(cells) }),
        }
    }

    pub(super) fn item(&mut self, item: Item<'p>, reader: &mut Reader<'p>) -> Result<()> {
        match item {
            Item::Missing => self.missing(),
            Item::Value(value) => self.value(value, reader)?,
            item => with!(self, out => out.any(item, reader))?,
        }
        Ok(())
    }

    pub(super) fn missing(&mut self) {
        with!(self, out => out.missing());
    }

    #[inline]
    pub(super) fn value(&mut self, value: Value<'p>, reader: &mut Reader<'p>) -> Result<()> {
        with!(self, out => out.value(value, reader))
    }

    /// One after the other.
    #[inline]
    pub(super) fn values(
        &mut self,
        mut values: impl Iterator<Item = Value<'p>>,
        reader: &mut Reader<'p>,
    ) -> Result<()> {
        with!(self, out => values.try_for_each(|value| out.value(value, reader)))
    }

    pub(super) fn finish(self, reader: &mut Reader<'p>) -> Result<ArrayRef> {
        with!(self, out => out.finish(reader))
    }
}

/// Nothing but gaps.
pub(super) struct Nulls(usize);

impl<'p> Push<'p> for Nulls {
    fn missing(&mut self) {
        self.0 += 1;
    }

    fn cell(&mut self, _: Cell<'p>, _: Item<'p>, _: &mut Reader<'p>) -> Result<()> {
        self.0 += 1;
        Ok(())
    }
}

impl Nulls {
    fn finish(self, _: &mut Reader<'_>) -> Result<ArrayRef> {
        Ok(std::sync::Arc::new(NullArray::new(self.0)))
    }
}

/// Cells that are kept until all are there.
pub(super) struct Items<'k, 'p> {
    kind: &'k Kind,
    items: Vec<Item<'p>>,
}

impl<'p> Push<'p> for Items<'_, 'p> {
    fn missing(&mut self) {
        self.items.push(Item::Missing);
    }

    fn cell(&mut self, _: Cell<'p>, item: Item<'p>, _: &mut Reader<'p>) -> Result<()> {
        self.items.push(item);
        Ok(())
    }

    fn any(&mut self, item: Item<'p>, _: &mut Reader<'p>) -> Result<()> {
        self.items.push(item);
        Ok(())
    }
}

impl<'p> Items<'_, 'p> {
    fn finish(self, reader: &mut Reader<'p>) -> Result<ArrayRef> {
        items::build(self.kind, &self.items, reader)
    }
}
