//! Cells of the rarer kinds, collected and then made an array of.

use std::sync::Arc;

use arrow_array::builder::{
    BinaryBuilder, Decimal128Builder, Decimal256Builder, FixedSizeBinaryBuilder, PrimitiveBuilder,
    StringBuilder,
};
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
    DurationSecondType, Float16Type, Float32Type, Float64Type, Int64Type, Time64MicrosecondType,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
};
use arrow_array::{ArrayRef, ListArray, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer, i256};
use arrow_schema::DataType;
use unpickle_core::{Category, Encoding, Error, Result};
use unpickle_numpy::NdArray;

use super::{Item, changed, integers};
use crate::cell::{Cell, Reader};
use crate::columns::arrow_error;
use crate::kind::Kind;
use crate::reader::is_masked;
use crate::times::Unit;
use crate::weight::fits;
use crate::{decimal, json, numpy};

/// An array of `items`, which the kind was found from.
///
/// # Errors
///
/// An item does not fit: only if it is not one of those.
pub(super) fn build<'p>(kind: &Kind, items: &[Item<'p>], reader: &mut Reader<'p>) -> Result<ArrayRef> {
    Ok(match kind {
        Kind::Int(_) => integers::build(kind, items, reader)?,
        Kind::Narrow => primitive::<Float32Type>(kind, items, reader, |cell| match cell {
            Cell::Narrow(value) => Some(*value),
            _ => None,
        })?,
        Kind::Half => primitive::<Float16Type>(kind, items, reader, |cell| match cell {
            Cell::Narrow(value) => Some(half::f16::from_f32(*value)),
            _ => None,
        })?,
        Kind::Typed(data_type, _) => typed(kind, data_type, items, reader)?,
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
        Kind::List(item) => arrays(kind, item, items, reader)?,
        Kind::Null
        | Kind::Bool
        | Kind::Float
        | Kind::FloatOrBool
        | Kind::Str { utf8: true }
        | Kind::Str2 { utf8: true }
        | Kind::Struct(_) => return Err(changed(&Item::Missing, kind)),
    })
}

pub(super) fn primitive<'p, T: ArrowPrimitiveType>(
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

pub(super) fn decimals<'p>(
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
                DataType::Float32 => super::build(&Kind::Narrow, items.to_vec(), reader),
                DataType::Float64 => super::build(&Kind::Float, items.to_vec(), reader),
                _ => super::build(&Kind::Bool, items.to_vec(), reader),
            }
        };
    }
    ints! {
        Int8 Int8Type i8; Int16 Int16Type i16; Int32 Int32Type i32; Int64 Int64Type i64;
        UInt8 UInt8Type u8; UInt16 UInt16Type u16; UInt32 UInt32Type u32; UInt64 UInt64Type u64;
    }
}

/// Lists of elements of numpy arrays: arrays of one dimension, as a rule.
fn arrays<'p>(kind: &Kind, item: &Kind, items: &[Item<'p>], reader: &mut Reader<'p>) -> Result<ArrayRef> {
    let mut inner = Vec::with_capacity(items.len());
    let mut arrays: Vec<Arc<NdArray<'p>>> = Vec::new();
    let mut offsets = Vec::with_capacity(items.len() + 1);
    offsets.push(0i32);
    let mut valid = Vec::with_capacity(items.len());
    let mut len = 0usize;
    for cell in items {
        let mut missing = false;
        match cell.cell(reader) {
            Cell::Null => missing = true,
            Cell::List(values) => {
                len += values.len();
                inner.extend(values.iter().map(Item::Value));
            }
            Cell::Array(array) if array.ndim() > 0 => {
                let array = Arc::new(*array);
                let count = array.shape().first().copied().unwrap_or(0);
                len += count;
                if numpy::plain_type(array.dtype()).is_some() && array.ndim() == 1 && inner.is_empty() {
                    arrays.push(array);
                } else {
                    inner.extend((0..count).map(|i| Item::Element(Arc::clone(&array), i)));
                }
            }
            Cell::Masked(masked) => {
                let array = Arc::new(masked.data().clone());
                len += array.len();
                inner.extend((0..array.len()).map(|i| {
                    if is_masked(&masked, i) { Item::Missing } else { Item::Element(Arc::clone(&array), i) }
                }));
            }
            _ => return Err(changed(cell, kind)),
        }
        valid.push(!missing);
        offsets.push(i32::try_from(len).map_err(|_| {
            Error::limit("the lists of one stretch of rows hold more than 2,147,483,647 values")
        })?);
    }
    // Arrays of one dtype, and nothing else: copied whole.
    let values = if inner.is_empty() && !arrays.is_empty() && same_type(&arrays, item) {
        numpy::concatenate(&arrays, &item.data_type())?
    } else {
        if !arrays.is_empty() {
            let elements = |array: &Arc<NdArray<'p>>| {
                let array = Arc::clone(array);
                (0..array.len()).map(move |i| Item::Element(Arc::clone(&array), i))
            };
            // The arrays came before whatever else there is.
            let mut all: Vec<Item<'p>> = arrays.iter().flat_map(elements).collect();
            all.append(&mut inner);
            inner = all;
        }
        super::build(item, inner, reader)?
    };
    let DataType::List(field) = kind.data_type() else { return Err(changed(&Item::Missing, kind)) };
    let nulls = valid.contains(&false).then(|| NullBuffer::from(valid));
    let offsets = OffsetBuffer::new(offsets.into());
    Ok(Arc::new(ListArray::try_new(field, offsets, values, nulls).map_err(arrow_error)?))
}

fn same_type(arrays: &[Arc<NdArray<'_>>], item: &Kind) -> bool {
    let wanted = item.data_type();
    arrays.iter().all(|array| numpy::plain_type(array.dtype()).as_ref() == Some(&wanted))
}
