//! The second pass over Python objects: an array of the kind that the first one found.

mod integers;
mod nested;

use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::{
    BinaryBuilder, BooleanBuilder, Decimal128Builder, Decimal256Builder, FixedSizeBinaryBuilder,
    PrimitiveBuilder, StringBuilder,
};
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
    DurationSecondType, Float16Type, Float32Type, Float64Type, Int64Type, Time64MicrosecondType,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
};
use arrow_array::{ArrayRef, NullArray, StringArray, StructArray};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer, OffsetBuffer, i256};
use arrow_schema::{DataType, TimeUnit};
use unpickle_core::{Category, Encoding, Error, Result, Value};
use unpickle_numpy::NdArray;

use crate::cell::{Cell, Reader};
use crate::cells::Cells;
use crate::columns::arrow_error;
use crate::kind::Kind;
use crate::times::Unit;
use crate::{decimal, json};

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

/// An array of `items`, which the kind was found from.
///
/// # Errors
///
/// An item does not fit: only if it is not one of those.
pub(crate) fn build<'p>(kind: &Kind, items: &[Item<'p>], reader: &mut Reader<'p>) -> Result<ArrayRef> {
    Ok(match kind {
        Kind::Null => Arc::new(NullArray::new(items.len())),
        Kind::Bool => {
            let mut out = BooleanBuilder::with_capacity(items.len());
            for item in items {
                match item.cell(reader) {
                    Cell::Null => out.append_null(),
                    Cell::Bool(value) => out.append_value(value),
                    _ => return Err(changed(item, kind)),
                }
            }
            Arc::new(out.finish())
        }
        Kind::Int(_) => integers::build(kind, items, reader)?,
        Kind::Float | Kind::FloatOrBool => {
            primitive::<Float64Type>(kind, items, reader, |cell| match cell {
                Cell::Float(value) => Some(*value),
                Cell::Narrow(value) => Some((*value).into()),
                Cell::Int(int) => Some(int.to_f64()),
                Cell::Bool(value) => Some(if *value { 1.0 } else { 0.0 }),
                _ => None,
            })?
        }
        Kind::Narrow => primitive::<Float32Type>(kind, items, reader, |cell| match cell {
            Cell::Narrow(value) => Some(*value),
            _ => None,
        })?,
        Kind::Half => primitive::<Float16Type>(kind, items, reader, |cell| match cell {
            Cell::Narrow(value) => Some(half::f16::from_f32(*value)),
            _ => None,
        })?,
        Kind::Typed(data_type, _) => typed(kind, data_type, items, reader)?,
        Kind::Str { utf8: true } | Kind::Str2 { utf8: true } => strings(kind, items, reader)?,
        Kind::Str { utf8: false } | Kind::Str2 { utf8: false } | Kind::Bytes { .. } => {
            let mut out = BinaryBuilder::with_capacity(items.len(), items.len() * 8);
            for item in items {
                fits(out.values_slice().len())?;
                match item.cell(reader) {
                    Cell::Null => out.append_null(),
                    // Read as Latin-1 it is text, which is written as its UTF-8.
                    Cell::Str2(bytes) => match item {
                        Item::Value(value) if value.encoding() == Encoding::Latin1 => {
                            out.append_value(value.as_text().unwrap_or_default().as_bytes());
                        }
                        _ => out.append_value(bytes),
                    },
                    Cell::Bytes(bytes) | Cell::Str(bytes) => out.append_value(bytes),
                    Cell::Made(text) | Cell::Printed(text) => out.append_value(text),
                    Cell::Surrogates(text) => out.append_value(text),
                    _ => return Err(changed(item, kind)),
                }
            }
            Arc::new(out.finish())
        }
        Kind::Date => primitive::<Date32Type>(kind, items, reader, |cell| match cell {
            Cell::Date(days) => Some(*days),
            _ => None,
        })?,
        Kind::Time => primitive::<Time64MicrosecondType>(kind, items, reader, |cell| match cell {
            Cell::Time(micros) => Some(*micros),
            _ => None,
        })?,
        Kind::Stamp { span, zone } => {
            let unit = span.unit(Unit::Milli);
            let value = move |cell: &Cell<'_>| match cell {
                Cell::Stamp { value, unit: own, .. } => own.convert(*value, unit),
                _ => None,
            };
            let zone = zone.name().map(Arc::<str>::from);
            match unit {
                Unit::Second | Unit::Milli => {
                    zoned::<TimestampMillisecondType>(kind, items, reader, value, zone)?
                }
                Unit::Micro => zoned::<TimestampMicrosecondType>(kind, items, reader, value, zone)?,
                Unit::Nano => zoned::<TimestampNanosecondType>(kind, items, reader, value, zone)?,
            }
        }
        Kind::Duration(span) => {
            let unit = span.unit(Unit::Second);
            let value = move |cell: &Cell<'_>| match cell {
                Cell::Duration { value, unit: own } => own.convert(*value, unit),
                _ => None,
            };
            match unit {
                Unit::Second => primitive::<DurationSecondType>(kind, items, reader, value)?,
                Unit::Milli => primitive::<DurationMillisecondType>(kind, items, reader, value)?,
                Unit::Micro => primitive::<DurationMicrosecondType>(kind, items, reader, value)?,
                Unit::Nano => primitive::<DurationNanosecondType>(kind, items, reader, value)?,
            }
        }
        Kind::Decimal { .. } => match kind.data_type() {
            DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) => {
                decimals(kind, items, reader, precision, scale)?
            }
            _ => return Err(Error::message(Category::Data, "expected a decimal type")),
        },
        Kind::Uuid => {
            let mut out = FixedSizeBinaryBuilder::with_capacity(items.len(), 16);
            for item in items {
                match item.cell(reader) {
                    Cell::Null => out.append_null(),
                    Cell::Uuid(uuid) => out.append_value(uuid.to_be_bytes()).map_err(arrow_error)?,
                    _ => return Err(changed(item, kind)),
                }
            }
            Arc::new(out.finish())
        }
        Kind::Complex => complex(kind, items, reader)?,
        Kind::Period(_) => primitive::<Int64Type>(kind, items, reader, |cell| match cell {
            Cell::Period { ordinal, .. } => Some(*ordinal),
            _ => None,
        })?,
        Kind::List(item) => nested::list(kind, item, items, reader)?,
        Kind::Struct(fields) => nested::structure(kind, fields, items, reader)?,
        Kind::Json(_) => {
            let mut out = StringBuilder::with_capacity(items.len(), items.len() * 16);
            let mut text = String::new();
            for item in items {
                fits(out.values_slice().len())?;
                match item.cell(reader) {
                    Cell::Null => out.append_null(),
                    cell => {
                        text.clear();
                        json::write(&mut text, item, &cell, reader)?;
                        out.append_value(&text);
                    }
                }
            }
            Arc::new(out.finish())
        }
    })
}

/// Cells that are all `str` or `None`, which is nearly all columns of text: copied into one buffer, and checked as
/// one. `None` if there is any other cell, or more than an array holds.
pub(crate) fn texts(cells: &Cells<'_>, rows: Range<usize>) -> Option<ArrayRef> {
    let mut offsets = Vec::with_capacity(rows.len() + 1);
    offsets.push(0i32);
    let mut data: Vec<u8> = Vec::with_capacity(rows.len() * 12);
    let mut missing: Vec<usize> = Vec::new();
    let mut plain = true;
    cells.each(rows, |value| {
        match value.map(|value| (value.as_str_bytes(), value)) {
            _ if data.len() > MAX_BYTES => plain = false,
            Some((Some(text), _)) => data.extend_from_slice(text),
            None => missing.push(offsets.len() - 1),
            Some((None, value)) if value.is_none() => missing.push(offsets.len() - 1),
            _ => plain = false,
        }
        offsets.push(data.len() as i32);
    });
    if !plain || i32::try_from(data.len()).is_err() {
        return None;
    }
    let nulls = (!missing.is_empty()).then(|| {
        let mut valid = BooleanBufferBuilder::new(offsets.len() - 1);
        valid.append_n(offsets.len() - 1, true);
        missing.iter().for_each(|&row| valid.set_bit(row, false));
        NullBuffer::new(valid.finish())
    });
    let array = StringArray::try_new(OffsetBuffer::new(offsets.into()), data.into(), nulls);
    array.ok().map(|array| Arc::new(array) as ArrayRef)
}

/// Most bytes of text in one array, before the last cell.
const MAX_BYTES: usize = 1 << 30;

/// Whether another cell may be appended: Arrow counts the bytes of one array in 31 bits.
fn fits(bytes: usize) -> Result<()> {
    if bytes <= MAX_BYTES {
        return Ok(());
    }
    Err(Error::limit("more than 1 GiB of text in one stretch of rows"))
}

#[cold]
fn changed(item: &Item<'_>, kind: &Kind) -> Error {
    match item {
        Item::Value(value) => Error::data(*value, format!("a cell of type {}", kind.data_type())),
        _ => Error::message(Category::Data, format!("expected a cell of type {}", kind.data_type())),
    }
}

fn primitive<'p, T: ArrowPrimitiveType>(
    kind: &Kind,
    items: &[Item<'p>],
    reader: &mut Reader<'p>,
    value: impl Fn(&Cell<'p>) -> Option<T::Native>,
) -> Result<ArrayRef> {
    Ok(Arc::new(builder::<T>(kind, items, reader, value)?.finish()))
}

fn zoned<'p, T: ArrowPrimitiveType + arrow_array::types::ArrowTimestampType>(
    kind: &Kind,
    items: &[Item<'p>],
    reader: &mut Reader<'p>,
    value: impl Fn(&Cell<'p>) -> Option<i64>,
    zone: Option<Arc<str>>,
) -> Result<ArrayRef> {
    Ok(Arc::new(builder::<T>(kind, items, reader, value)?.finish().with_timezone_opt(zone)))
}

fn builder<'p, T: ArrowPrimitiveType>(
    kind: &Kind,
    items: &[Item<'p>],
    reader: &mut Reader<'p>,
    value: impl Fn(&Cell<'p>) -> Option<T::Native>,
) -> Result<PrimitiveBuilder<T>> {
    let mut out = PrimitiveBuilder::<T>::with_capacity(items.len());
    for item in items {
        match item.cell(reader) {
            Cell::Null => out.append_null(),
            cell => out.append_value(value(&cell).ok_or_else(|| changed(item, kind))?),
        }
    }
    Ok(out)
}

fn strings<'p>(kind: &Kind, items: &[Item<'p>], reader: &mut Reader<'p>) -> Result<ArrayRef> {
    let mut out = StringBuilder::with_capacity(items.len(), items.len() * 12);
    for item in items {
        fits(out.values_slice().len())?;
        match item.cell(reader) {
            Cell::Null => out.append_null(),
            Cell::Str(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => out.append_value(text),
                Err(_) => return Err(changed(item, kind)),
            },
            Cell::Str2(_) => match item {
                Item::Value(value) => match value.as_text() {
                    Some(text) => out.append_value(text),
                    None => return Err(changed(item, kind)),
                },
                _ => return Err(changed(item, kind)),
            },
            Cell::Made(text) | Cell::Printed(text) => out.append_value(text),
            _ => return Err(changed(item, kind)),
        }
    }
    Ok(Arc::new(out.finish()))
}

fn decimals<'p>(
    kind: &Kind,
    items: &[Item<'p>],
    reader: &mut Reader<'p>,
    precision: u8,
    scale: i8,
) -> Result<ArrayRef> {
    let scale = u32::try_from(scale).unwrap_or(0);
    let mut values = Vec::with_capacity(items.len());
    for item in items {
        values.push(match item.cell(reader) {
            Cell::Null => None,
            cell => {
                let value = match cell {
                    Cell::Decimal(text) => decimal::scaled(text, scale),
                    Cell::Int(int) if scale == 0 => decimal::from_le_bytes(&int.to_le_bytes()),
                    Cell::Int(int) => decimal::scaled(&int.to_string(), scale),
                    Cell::UInt(value) => decimal::scaled(&value.to_string(), scale),
                    _ => None,
                };
                Some(value.ok_or_else(|| changed(item, kind))?)
            }
        });
    }
    if precision > 38 || matches!(kind, Kind::Int(_)) {
        let mut out = Decimal256Builder::with_capacity(items.len());
        values.into_iter().for_each(|value| out.append_option(value));
        let out = out.finish().with_precision_and_scale(precision, scale as i8).map_err(arrow_error)?;
        return Ok(Arc::new(out));
    }
    let mut out = Decimal128Builder::with_capacity(items.len());
    values.into_iter().for_each(|value| out.append_option(value.and_then(i256::to_i128)));
    Ok(Arc::new(out.finish().with_precision_and_scale(precision, scale as i8).map_err(arrow_error)?))
}

fn complex<'p>(kind: &Kind, items: &[Item<'p>], reader: &mut Reader<'p>) -> Result<ArrayRef> {
    let mut real = PrimitiveBuilder::<Float64Type>::with_capacity(items.len());
    let mut imag = PrimitiveBuilder::<Float64Type>::with_capacity(items.len());
    let mut valid = Vec::with_capacity(items.len());
    for item in items {
        let (re, im) = match item.cell(reader) {
            Cell::Null => (None, None),
            Cell::Complex(re, im) => (Some(re), Some(im)),
            _ => return Err(changed(item, kind)),
        };
        valid.push(re.is_some());
        real.append_option(re);
        imag.append_option(im);
    }
    let DataType::Struct(fields) = kind.data_type() else { return Err(changed(&Item::Missing, kind)) };
    let parts: Vec<ArrayRef> = vec![Arc::new(real.finish()), Arc::new(imag.finish())];
    Ok(Arc::new(StructArray::try_new(fields, parts, Some(NullBuffer::from(valid))).map_err(arrow_error)?))
}

/// Elements of numpy arrays, in the arrays' own type.
fn typed<'p>(
    kind: &Kind,
    data_type: &DataType,
    items: &[Item<'p>],
    reader: &mut Reader<'p>,
) -> Result<ArrayRef> {
    macro_rules! ints {
        ($($variant:ident $builder:ident $native:ty;)*) => {
            match data_type {
                $(DataType::$variant => primitive::<arrow_array::types::$builder>(kind, items, reader, |cell| match cell {
                    Cell::Int(int) => match int.as_i64() {
                        Some(value) => <$native>::try_from(value).ok(),
                        None => <$native>::try_from(int.as_u64()?).ok(),
                    },
                    Cell::UInt(value) => <$native>::try_from(*value).ok(),
                    _ => None,
                }),)*
                DataType::Float16 => primitive::<arrow_array::types::Float16Type>(kind, items, reader, |cell| match cell {
                    Cell::Narrow(value) => Some(half::f16::from_f32(*value)),
                    _ => None,
                }),
                DataType::Float32 => build(&Kind::Narrow, items, reader),
                DataType::Float64 => build(&Kind::Float, items, reader),
                _ => build(&Kind::Bool, items, reader),
            }
        };
    }
    ints! {
        Int8 Int8Type i8; Int16 Int16Type i16; Int32 Int32Type i32; Int64 Int64Type i64;
        UInt8 UInt8Type u8; UInt16 UInt16Type u16; UInt32 UInt32Type u32; UInt64 UInt64Type u64;
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
