//! The bytes of a column, as numpy has them: numbers, truth values, times.

use std::io::Write;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    ArrowPrimitiveType, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
    DurationSecondType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::ToByteSlice;
use arrow_schema::{DataType, TimeUnit};
use half::f16;
use unpickle_core::{Category, Error, Result};
use unpickle_numpy::Unit;

use crate::column::Column;
use crate::kind::unit_of;

/// `NaT`
const NAT: i64 = i64::MIN;

/// How a null is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Null {
    /// As NaN; of integers there is none.
    Nan,
    /// As whatever stands below it: a mask tells of it.
    Masked,
}

/// The cells of a column as its own type has them.
pub(crate) fn plain(column: &Column<'_>, null: Null, out: &mut dyn Write) -> Result<()> {
    column.for_each(|chunk| match chunk.data_type() {
        DataType::Boolean => {
            refuse_nulls(chunk, null)?;
            let bytes: Vec<u8> = chunk.as_boolean().values().iter().map(u8::from).collect();
            Ok(out.write_all(&bytes)?)
        }
        DataType::Int8 => integers::<Int8Type>(chunk, null, out),
        DataType::Int16 => integers::<Int16Type>(chunk, null, out),
        DataType::Int32 => integers::<Int32Type>(chunk, null, out),
        DataType::Int64 => integers::<Int64Type>(chunk, null, out),
        DataType::UInt8 => integers::<UInt8Type>(chunk, null, out),
        DataType::UInt16 => integers::<UInt16Type>(chunk, null, out),
        DataType::UInt32 => integers::<UInt32Type>(chunk, null, out),
        DataType::UInt64 => integers::<UInt64Type>(chunk, null, out),
        DataType::Float16 => floats::<Float16Type>(chunk, f16::NAN, out),
        DataType::Float32 => floats::<Float32Type>(chunk, f32::NAN, out),
        DataType::Float64 => floats::<Float64Type>(chunk, f64::NAN, out),
        other => Err(unexpected(other)),
    })
}

fn integers<T: ArrowPrimitiveType>(chunk: &ArrayRef, null: Null, out: &mut dyn Write) -> Result<()> {
    refuse_nulls(chunk, null)?;
    Ok(out.write_all(chunk.as_primitive::<T>().values().inner().as_slice())?)
}

/// Where no nulls were said to be, there must be none.
fn refuse_nulls(chunk: &ArrayRef, null: Null) -> Result<()> {
    if null == Null::Nan && chunk.null_count() > 0 {
        let message = format!("nulls in a column of {} that was said to have none", chunk.data_type());
        return Err(Error::message(Category::Data, message));
    }
    Ok(())
}

fn floats<T: ArrowPrimitiveType>(chunk: &ArrayRef, nan: T::Native, out: &mut dyn Write) -> Result<()> {
    let array = chunk.as_primitive::<T>();
    if array.null_count() == 0 {
        return Ok(out.write_all(array.values().inner().as_slice())?);
    }
    let filled: Vec<T::Native> = array.iter().map(|cell| cell.unwrap_or(nan)).collect();
    Ok(out.write_all(filled.to_byte_slice())?)
}

/// Numbers as float64, nulls as NaN: what pandas makes of integers among which there are nulls. Gives whether one was rounded.
pub(crate) fn widened(column: &Column<'_>, out: &mut dyn Write) -> Result<bool> {
    let mut rounded = false;
    column.for_each(|chunk| {
        let (mut wide, mut exact) = (Vec::with_capacity(chunk.len()), true);
        macro_rules! widen {
            ($type:ty) => {
                for cell in chunk.as_primitive::<$type>() {
                    let float = cell.map_or(f64::NAN, |cell| cell as f64);
                    exact &= cell.is_none_or(|cell| float as i128 == i128::from(cell));
                    wide.push(float);
                }
            };
        }
        match chunk.data_type() {
            DataType::Int8 => widen!(Int8Type),
            DataType::Int16 => widen!(Int16Type),
            DataType::Int32 => widen!(Int32Type),
            DataType::Int64 => widen!(Int64Type),
            DataType::UInt8 => widen!(UInt8Type),
            DataType::UInt16 => widen!(UInt16Type),
            DataType::UInt32 => widen!(UInt32Type),
            DataType::UInt64 => widen!(UInt64Type),
            DataType::Float16 => {
                let cells = chunk.as_primitive::<Float16Type>().iter();
                wide.extend(cells.map(|cell| cell.map_or(f64::NAN, f16::to_f64)));
            }
            other => return Err(unexpected(other)),
        }
        rounded |= !exact;
        Ok(out.write_all(wide.as_slice().to_byte_slice())?)
    })?;
    Ok(rounded)
}

/// The two parts of each complex number in turn.
pub(crate) fn complex(column: &Column<'_>, out: &mut dyn Write) -> Result<()> {
    column.for_each(|chunk| {
        let parts = chunk.as_struct();
        if chunk.null_count() > 0 {
            return Err(Error::message(Category::Data, "nulls among complex numbers"));
        }
        match parts.columns() {
            [re, im] if re.data_type() == &DataType::Float32 => pairs::<Float32Type>(re, im, f32::NAN, out),
            [re, im] if re.data_type() == &DataType::Float64 => pairs::<Float64Type>(re, im, f64::NAN, out),
            _ => Err(unexpected(chunk.data_type())),
        }
    })
}

fn pairs<T: ArrowPrimitiveType>(
    re: &ArrayRef,
    im: &ArrayRef,
    nan: T::Native,
    out: &mut dyn Write,
) -> Result<()> {
    let (re, im) = (re.as_primitive::<T>().iter(), im.as_primitive::<T>().iter());
    let both: Vec<T::Native> =
        re.zip(im).flat_map(|(re, im)| [re.unwrap_or(nan), im.unwrap_or(nan)]).collect();
    Ok(out.write_all(both.to_byte_slice())?)
}

/// Times and spans in `unit`, nulls as NaT.
pub(crate) fn ticks(column: &Column<'_>, unit: Unit, out: &mut dyn Write) -> Result<()> {
    column.for_each(|chunk| {
        let (own, ticks) = raw_ticks(chunk)?;
        let factor = factor(own, unit)?;
        let mut filled = Vec::with_capacity(chunk.len());
        for (i, &tick) in ticks.iter().enumerate() {
            filled.push(match chunk.is_null(i) {
                true => NAT,
                false => {
                    tick.checked_mul(factor).filter(|&tick| tick != NAT).ok_or_else(|| beyond(tick, own))?
                }
            });
        }
        Ok(out.write_all(filled.as_slice().to_byte_slice())?)
    })
}

/// The numbers below times and spans, and their unit.
pub(crate) fn raw_ticks(chunk: &dyn Array) -> Result<(TimeUnit, &[i64])> {
    Ok(match chunk.data_type() {
        DataType::Timestamp(unit, _) => (
            *unit,
            match unit {
                TimeUnit::Second => chunk.as_primitive::<TimestampSecondType>().values(),
                TimeUnit::Millisecond => chunk.as_primitive::<TimestampMillisecondType>().values(),
                TimeUnit::Microsecond => chunk.as_primitive::<TimestampMicrosecondType>().values(),
                TimeUnit::Nanosecond => chunk.as_primitive::<TimestampNanosecondType>().values(),
            },
        ),
        DataType::Duration(unit) => (
            *unit,
            match unit {
                TimeUnit::Second => chunk.as_primitive::<DurationSecondType>().values(),
                TimeUnit::Millisecond => chunk.as_primitive::<DurationMillisecondType>().values(),
                TimeUnit::Microsecond => chunk.as_primitive::<DurationMicrosecondType>().values(),
                TimeUnit::Nanosecond => chunk.as_primitive::<DurationNanosecondType>().values(),
            },
        ),
        other => return Err(unexpected(other)),
    })
}

/// How many ticks of `unit` one of `own` is.
pub(crate) fn factor(own: TimeUnit, unit: Unit) -> Result<i64> {
    match (own, unit) {
        (own, unit) if unit_of(own) == unit => Ok(1),
        (TimeUnit::Second, Unit::Nanosecond) => Ok(1_000_000_000),
        (TimeUnit::Millisecond, Unit::Nanosecond) => Ok(1_000_000),
        (TimeUnit::Microsecond, Unit::Nanosecond) => Ok(1_000),
        _ => Err(Error::message(Category::Unsupported, format!("times of {own:?} in {unit}"))),
    }
}

/// A time that 64 bits of nanoseconds do not reach: the years 1677 to 2262.
#[cold]
pub(crate) fn beyond(tick: i64, unit: TimeUnit) -> Error {
    let message = format!(
        "{tick} {} since 1970 is beyond the nanoseconds that pandas 1.5 has (1677 to 2262)",
        unit_of(unit)
    );
    Error::message(Category::Unsupported, message)
}

#[cold]
pub(crate) fn unexpected(data_type: &DataType) -> Error {
    Error::message(Category::Unsupported, format!("cells of {data_type} are not supported here"))
}
