//! Cells as Python objects, where pandas has no array of their type: text, bytes, dates, decimals, lists, dicts.

use std::io::Write;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type,
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType,
    Time32SecondType, Time64MicrosecondType, Time64NanosecondType, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Field, TimeUnit};
use jiff::civil::{Date, date};
use unpickle_core::{Category, Error, Result};
use unpickle_numpy::Unit;

use crate::column::Column;
use crate::kind::unit_of;
use crate::numbers::{beyond, factor, raw_ticks, unexpected};
use crate::pen::Pen;
use crate::target::Target;

/// What stands for null.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    None,
    /// `pandas.NA`
    Na,
}

/// All cells of a column.
pub(crate) fn cells<W: Write>(pen: &mut Pen<W>, column: &Column<'_>, missing: Missing) -> Result<()> {
    let uuid = is_uuid(&column.field);
    column.for_each(|chunk| match chunk.data_type() {
        DataType::Utf8 => texts(pen, chunk.as_string::<i32>().iter(), missing),
        DataType::LargeUtf8 => texts(pen, chunk.as_string::<i64>().iter(), missing),
        DataType::Utf8View => texts(pen, chunk.as_string_view().iter(), missing),
        DataType::FixedSizeBinary(16) if uuid => {
            for cell in chunk.as_fixed_size_binary().iter() {
                match cell {
                    Some(bytes) => self::uuid(pen, bytes)?,
                    None => self::missing(pen, missing)?,
                }
            }
            Ok(())
        }
        _ => (0..chunk.len()).try_for_each(|i| cell(pen, chunk, i, missing)),
    })
}

fn is_uuid(field: &Field) -> bool {
    field.metadata().get("ARROW:extension:name").is_some_and(|name| name == "arrow.uuid")
}

fn texts<'t, W: Write>(
    pen: &mut Pen<W>,
    cells: impl Iterator<Item = Option<&'t str>>,
    missing: Missing,
) -> Result<()> {
    for cell in cells {
        match cell {
            Some(text) => drop(pen.out.str(text)?),
            None => self::missing(pen, missing)?,
        }
    }
    Ok(())
}

fn missing<W: Write>(pen: &mut Pen<W>, missing: Missing) -> Result<()> {
    match missing {
        Missing::None => pen.out.none(),
        Missing::Na => pen.global("pandas._libs.missing", "NA"),
    }
}

/// One cell. Calls itself for what is inside of it, no deeper than types are.
fn cell<W: Write>(pen: &mut Pen<W>, array: &dyn Array, i: usize, missing: Missing) -> Result<()> {
    if array.is_null(i) || array.data_type() == &DataType::Null {
        return self::missing(pen, missing);
    }
    macro_rules! value {
        ($type:ty) => {
            array.as_primitive::<$type>().value(i)
        };
    }
    match array.data_type() {
        DataType::Boolean => pen.out.bool(array.as_boolean().value(i)),
        DataType::Int8 => pen.out.int(value!(Int8Type).into()),
        DataType::Int16 => pen.out.int(value!(Int16Type).into()),
        DataType::Int32 => pen.out.int(value!(Int32Type).into()),
        DataType::Int64 => pen.out.int(value!(Int64Type)),
        DataType::UInt8 => pen.out.int(value!(UInt8Type).into()),
        DataType::UInt16 => pen.out.int(value!(UInt16Type).into()),
        DataType::UInt32 => pen.out.int(value!(UInt32Type).into()),
        DataType::UInt64 => pen.out.big_int(&i128::from(value!(UInt64Type)).to_le_bytes()),
        DataType::Float16 => pen.out.float(value!(Float16Type).to_f64()),
        DataType::Float32 => pen.out.float(value!(Float32Type).into()),
        DataType::Float64 => pen.out.float(value!(Float64Type)),
        DataType::Utf8 => pen.key(array.as_string::<i32>().value(i)),
        DataType::LargeUtf8 => pen.key(array.as_string::<i64>().value(i)),
        DataType::Utf8View => pen.key(array.as_string_view().value(i)),
        DataType::Binary => pen.out.bytes(array.as_binary::<i32>().value(i)).map(drop),
        DataType::LargeBinary => pen.out.bytes(array.as_binary::<i64>().value(i)).map(drop),
        DataType::BinaryView => pen.out.bytes(array.as_binary_view().value(i)).map(drop),
        DataType::FixedSizeBinary(_) => pen.out.bytes(array.as_fixed_size_binary().value(i)).map(drop),
        DataType::Date32 => day(pen, value!(Date32Type).into()),
        DataType::Date64 => day(pen, value!(Date64Type).div_euclid(86_400_000)),
        DataType::Time32(TimeUnit::Second) => time(pen, i64::from(value!(Time32SecondType)) * 1_000_000),
        DataType::Time32(_) => time(pen, i64::from(value!(Time32MillisecondType)) * 1_000),
        DataType::Time64(TimeUnit::Microsecond) => time(pen, value!(Time64MicrosecondType)),
        DataType::Time64(_) => {
            let nanos = value!(Time64NanosecondType);
            if nanos % 1_000 != 0 {
                pen.note("times of day are cut to microseconds: Python has no finer ones".to_owned());
            }
            time(pen, nanos.div_euclid(1_000))
        }
        DataType::Timestamp(_, zone) => instant(pen, array, i, zone.as_deref()),
        DataType::Duration(_) => span(pen, array, i),
        DataType::Decimal32(..) => decimal(pen, &array.as_primitive::<Decimal32Type>().value_as_string(i)),
        DataType::Decimal64(..) => decimal(pen, &array.as_primitive::<Decimal64Type>().value_as_string(i)),
        DataType::Decimal128(..) => decimal(pen, &array.as_primitive::<Decimal128Type>().value_as_string(i)),
        DataType::Decimal256(..) => decimal(pen, &array.as_primitive::<Decimal256Type>().value_as_string(i)),
        DataType::List(_) => list(pen, &array.as_list::<i32>().value(i)),
        DataType::LargeList(_) => list(pen, &array.as_list::<i64>().value(i)),
        DataType::FixedSizeList(..) => list(pen, &array.as_fixed_size_list().value(i)),
        DataType::Map(..) => {
            let entries = array.as_map().value(i);
            pen.out.begin_list(entries.len())?;
            for at in 0..entries.len() {
                pen.out.begin_tuple(2)?;
                for part in entries.columns().iter().take(2) {
                    cell(pen, part, at, Missing::None)?;
                }
                pen.out.end()?;
            }
            pen.out.end().map(drop)
        }
        DataType::Struct(fields) => {
            let parts = array.as_struct();
            pen.out.begin_dict(fields.len())?;
            for (field, part) in fields.iter().zip(parts.columns()) {
                pen.key(field.name())?;
                cell(pen, part, i, Missing::None)?;
            }
            pen.out.end().map(drop)
        }
        DataType::Dictionary(..) => {
            let Some(dictionary) = array.as_any_dictionary_opt() else {
                return Err(unexpected(array.data_type()));
            };
            let keys = dictionary.slice(i, 1);
            let key = keys.as_any_dictionary_opt().map(|keys| keys.normalized_keys());
            match key.and_then(|keys| keys.first().copied()) {
                Some(key) if key < dictionary.values().len() => cell(pen, dictionary.values(), key, missing),
                _ => self::missing(pen, missing),
            }
        }
        other => Err(unexpected(other)),
    }
}

fn list<W: Write>(pen: &mut Pen<W>, items: &ArrayRef) -> Result<()> {
    pen.out.begin_list(items.len())?;
    (0..items.len()).try_for_each(|i| cell(pen, items, i, Missing::None))?;
    pen.out.end().map(drop)
}

/// `datetime.date`
fn day<W: Write>(pen: &mut Pen<W>, days: i64) -> Result<()> {
    let day = civil(days)?;
    let [high, low] = u16::try_from(day.year()).unwrap_or_default().to_be_bytes();
    pen.begin_call("datetime", "date", 1)?;
    pen.out.bytes(&[high, low, day.month().unsigned_abs(), day.day().unsigned_abs()])?;
    pen.end_call()
}

/// The date so many days after 1970, if Python has it.
fn civil(days: i64) -> Result<Date> {
    let epoch = date(1970, 1, 1);
    let day = jiff::Span::new().try_days(days).ok().and_then(|span| epoch.checked_add(span).ok());
    day.filter(|day| day.year() >= 1).ok_or_else(|| {
        let message =
            format!("{days} days since 1970 are outside of the years 1 to 9999, which Python's dates have");
        Error::message(Category::Unsupported, message)
    })
}

/// `datetime.time`
fn time<W: Write>(pen: &mut Pen<W>, micros: i64) -> Result<()> {
    let (seconds, micros) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let Some(hour) = u8::try_from(hour).ok().filter(|hour| *hour < 24) else {
        return Err(Error::message(Category::Data, "a time of day beyond 24 hours"));
    };
    let [_, high, middle, low] = (micros as u32).to_be_bytes();
    pen.begin_call("datetime", "time", 1)?;
    pen.out.bytes(&[hour, minute as u8, second as u8, high, middle, low])?;
    pen.end_call()
}

/// `pandas.Timestamp`, which has every unit.
fn instant<W: Write>(pen: &mut Pen<W>, array: &dyn Array, i: usize, zone: Option<&str>) -> Result<()> {
    let (tick, unit) = tick(pen, array, i)?;
    pen.begin_call("pandas._libs.tslibs.timestamps", "_unpickle_timestamp", 4)?;
    pen.out.int(tick)?;
    pen.out.none()?;
    match zone {
        Some(zone) => crate::zone::zone(pen, zone)?,
        None => pen.out.none()?,
    }
    pen.out.int(resolution(unit))?;
    pen.end_call()
}

/// `pandas.Timedelta`
fn span<W: Write>(pen: &mut Pen<W>, array: &dyn Array, i: usize) -> Result<()> {
    let (tick, unit) = tick(pen, array, i)?;
    pen.begin_call("pandas._libs.tslibs.timedeltas", "_timedelta_unpickle", 2)?;
    pen.out.int(tick)?;
    pen.out.int(resolution(unit))?;
    pen.end_call()
}

fn tick<W: Write>(pen: &Pen<W>, array: &dyn Array, i: usize) -> Result<(i64, Unit)> {
    let (own, ticks) = raw_ticks(array)?;
    let tick = ticks.get(i).copied().unwrap_or_default();
    let unit = if pen.target == Target::Pandas1_5 { Unit::Nanosecond } else { unit_of(own) };
    let tick = tick.checked_mul(factor(own, unit)?).ok_or_else(|| beyond(tick, own))?;
    Ok((tick, unit))
}

/// pandas' number of a unit.
fn resolution(unit: Unit) -> i64 {
    match unit {
        Unit::Second => 7,
        Unit::Millisecond => 8,
        Unit::Microsecond => 9,
        _ => 10,
    }
}

/// `decimal.Decimal`
fn decimal<W: Write>(pen: &mut Pen<W>, text: &str) -> Result<()> {
    pen.begin_call("decimal", "Decimal", 1)?;
    pen.key(text)?;
    pen.end_call()
}

/// `uuid.UUID`
fn uuid<W: Write>(pen: &mut Pen<W>, bytes: &[u8]) -> Result<()> {
    pen.begin_object("uuid", "UUID", 1)?;
    pen.key("int")?;
    // Little-endian, with a zero for the sign.
    let number: Vec<u8> = bytes.iter().rev().copied().chain([0]).collect();
    pen.out.big_int(&number)?;
    pen.end_object()
}
