//! The second pass over Python objects: an array of the kind that the first one found.
//!
//! What most columns are made of goes from the pickle straight into Arrow's buffers, see [`Builder`]; cells of other
//! kinds are collected first, see [`items`].

mod builder;
mod integers;
mod items;
mod nested;
mod plain;

use std::ops::Range;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::TimeUnit;
use unpickle_core::{Category, Error, Result, Value};
use unpickle_numpy::NdArray;

use crate::cell::{Cell, Reader};
use crate::cells::Cells;
use crate::kind::Kind;
use crate::times::Unit;
use builder::{Builder, Push, with};

/// A cell of a column, or a value inside one.
#[derive(Clone)]
pub(crate) enum Item<'p> {
    Missing,
    Value(Value<'p>),
    /// An element of a numpy array, or a row of it.
    Element(Arc<NdArray<'p>>, usize),
}

impl<'p> Item<'p> {
    fn cell(&self, reader: &mut Reader<'p>) -> Cell<'p> {
        match self {
            Item::Missing => Cell::Null,
            Item::Value(value) => reader.read(*value),
            Item::Element(array, i) if array.ndim() > 1 => match array.row(*i) {
                Ok(row) => Cell::Array(Box::new(row)),
                Err(_) => Cell::Other,
            },
            Item::Element(array, i) => match array.cell(*i) {
                Some(cell) => reader.numpy(cell),
                None => Cell::Other,
            },
        }
    }
}

/// An array of some of the cells, which the kind was found from.
///
/// # Errors
///
/// A cell does not fit: only if it is not one of those.
pub(crate) fn cells<'p>(kind: &Kind, cells: &Cells<'p>, rows: Range<usize>) -> Result<ArrayRef> {
    let mut reader = Reader::default();
    let mut builder = Builder::of(kind, rows.len());
    if let Cells::Elements(array) = cells {
        for row in rows {
            builder.item(Item::Element(Arc::clone(array), row), &mut reader)?;
        }
    } else {
        with!(&mut builder, out => fill(out, cells, rows, &mut reader))?;
    }
    builder.finish(&mut reader)
}

fn fill<'p>(
    out: &mut impl Push<'p>,
    cells: &Cells<'p>,
    rows: Range<usize>,
    reader: &mut Reader<'p>,
) -> Result<()> {
    let mut failed = None;
    cells.each(rows, |value| match value {
        Some(value) if failed.is_none() => failed = out.value(value, reader).err(),
        Some(_) => {}
        None => out.missing(),
    });
    failed.map_or(Ok(()), Err)
}

/// An array of these items, which the kind was found from.
///
/// # Errors
///
/// As [`cells`].
pub(crate) fn build<'p>(kind: &Kind, items: Vec<Item<'p>>, reader: &mut Reader<'p>) -> Result<ArrayRef> {
    let mut builder = Builder::of(kind, items.len());
    for item in items {
        builder.item(item, reader)?;
    }
    builder.finish(reader)
}

#[cold]
fn changed(item: &Item<'_>, kind: &Kind) -> Error {
    match item {
        Item::Value(value) => Error::data(*value, format!("a cell of type {}", kind.data_type())),
        _ => Error::message(Category::Data, format!("expected a cell of type {}", kind.data_type())),
    }
}

/// The unit of Arrow's timestamps and durations.
pub(crate) fn unit_of(unit: TimeUnit) -> Unit {
    match unit {
        TimeUnit::Second => Unit::Second,
        TimeUnit::Millisecond => Unit::Milli,
        TimeUnit::Microsecond => Unit::Micro,
        TimeUnit::Nanosecond => Unit::Nano,
    }
}
