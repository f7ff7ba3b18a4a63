//! What writers of text share: functions that append one cell of an array.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType, DurationSecondType,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType,
    Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Field, TimeUnit};
use unpickle_core::{Category, Error, Result};

/// Appends the cell of a row.
pub(super) type Cells<'a> = Box<dyn Fn(usize, &mut Vec<u8>) + 'a>;

/// A value of a column, by row.
pub(super) type Numbers<'a> = Box<dyn Fn(usize) -> i64 + 'a>;

/// Wraps cells so that missing ones are `null`.
pub(super) fn or_null<'a>(array: &'a dyn Array, null: &'static [u8], cells: Cells<'a>) -> Cells<'a> {
    if array.null_count() == 0 {
        return cells;
    }
    Box::new(move |row, out| if array.is_null(row) { out.extend_from_slice(null) } else { cells(row, out) })
}

/// Integers and decimals, which look the same everywhere; `None` for other types.
pub(super) fn exact_numbers(array: &dyn Array) -> Option<Cells<'_>> {
    macro_rules! plain {
        ($type:ty) => {{
            let array = array.as_primitive::<$type>();
            Box::new(move |row, out: &mut Vec<u8>| super::text::display(array.value(row), out))
        }};
    }
    macro_rules! decimal {
        ($type:ty) => {{
            let array = array.as_primitive::<$type>();
            Box::new(move |row, out: &mut Vec<u8>| {
                out.extend_from_slice(array.value_as_string(row).as_bytes())
            })
        }};
    }
    Some(match array.data_type() {
        DataType::Int8 => plain!(Int8Type),
        DataType::Int16 => plain!(Int16Type),
        DataType::Int32 => plain!(Int32Type),
        DataType::Int64 => plain!(Int64Type),
        DataType::UInt8 => plain!(UInt8Type),
        DataType::UInt16 => plain!(UInt16Type),
        DataType::UInt32 => plain!(UInt32Type),
        DataType::UInt64 => plain!(UInt64Type),
        DataType::Decimal32(..) => decimal!(Decimal32Type),
        DataType::Decimal64(..) => decimal!(Decimal64Type),
        DataType::Decimal128(..) => decimal!(Decimal128Type),
        DataType::Decimal256(..) => decimal!(Decimal256Type),
        _ => return None,
    })
}

/// Floats as Python's `repr` has them; `special` writes what is infinite or no number.
pub(super) fn floats<'a>(
    array: &'a dyn Array,
    special: impl Fn(f64, &mut Vec<u8>) + 'a,
) -> Option<Cells<'a>> {
    macro_rules! float {
        ($type:ty, $write:path) => {{
            let array = array.as_primitive::<$type>();
            Box::new(move |row, out: &mut Vec<u8>| {
                let value = array.value(row);
                if value.is_finite() { $write(value, out) } else { special(f64::from(value), out) }
            })
        }};
    }
    Some(match array.data_type() {
        DataType::Float16 => float!(Float16Type, super::text::float16),
        DataType::Float32 => float!(Float32Type, super::text::float32),
        DataType::Float64 => float!(Float64Type, super::text::float),
        _ => return None,
    })
}

/// Text of any layout; `None` for other types.
pub(super) fn strings<'a>(
    array: &'a dyn Array,
    write: impl Fn(&str, &mut Vec<u8>) + 'a,
) -> Option<Cells<'a>> {
    macro_rules! string {
        ($array:expr) => {{
            let array = $array;
            Box::new(move |row, out: &mut Vec<u8>| write(array.value(row), out))
        }};
    }
    Some(match array.data_type() {
        DataType::Utf8 => string!(array.as_string::<i32>()),
        DataType::LargeUtf8 => string!(array.as_string::<i64>()),
        DataType::Utf8View => string!(array.as_string_view()),
        _ => return None,
    })
}

/// Bytes of any layout; `None` for other types.
pub(super) fn binaries<'a>(
    array: &'a dyn Array,
    write: impl Fn(&[u8], &mut Vec<u8>) + 'a,
) -> Option<Cells<'a>> {
    macro_rules! bytes {
        ($array:expr) => {{
            let array = $array;
            Box::new(move |row, out: &mut Vec<u8>| write(array.value(row), out))
        }};
    }
    Some(match array.data_type() {
        DataType::Binary => bytes!(array.as_binary::<i32>()),
        DataType::LargeBinary => bytes!(array.as_binary::<i64>()),
        DataType::BinaryView => bytes!(array.as_binary_view()),
        DataType::FixedSizeBinary(_) => bytes!(array.as_fixed_size_binary()),
        _ => return None,
    })
}

/// What a time counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    Date,
    Time,
    Timestamp,
    Duration,
}

/// Dates, times, timestamps and durations as numbers of their unit; dates in seconds. `None` for other types.
pub(super) fn times(array: &dyn Array) -> Option<(Clock, TimeUnit, Numbers<'_>)> {
    macro_rules! number {
        ($type:ty) => {{
            let array = array.as_primitive::<$type>();
            Box::new(move |row: usize| i64::from(array.value(row)))
        }};
    }
    use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
    let (clock, unit, numbers): (Clock, TimeUnit, Numbers<'_>) = match array.data_type() {
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>();
            (Clock::Date, Second, Box::new(move |row| i64::from(days.value(row)) * 86_400))
        }
        DataType::Date64 => (Clock::Date, Millisecond, number!(Date64Type)),
        DataType::Time32(Second) => (Clock::Time, Second, number!(Time32SecondType)),
        DataType::Time32(_) => (Clock::Time, Millisecond, number!(Time32MillisecondType)),
        DataType::Time64(Microsecond) => (Clock::Time, Microsecond, number!(Time64MicrosecondType)),
        DataType::Time64(_) => (Clock::Time, Nanosecond, number!(Time64NanosecondType)),
        DataType::Timestamp(Second, _) => (Clock::Timestamp, Second, number!(TimestampSecondType)),
        DataType::Timestamp(Millisecond, _) => {
            (Clock::Timestamp, Millisecond, number!(TimestampMillisecondType))
        }
        DataType::Timestamp(Microsecond, _) => {
            (Clock::Timestamp, Microsecond, number!(TimestampMicrosecondType))
        }
        DataType::Timestamp(Nanosecond, _) => {
            (Clock::Timestamp, Nanosecond, number!(TimestampNanosecondType))
        }
        DataType::Duration(Second) => (Clock::Duration, Second, number!(DurationSecondType)),
        DataType::Duration(Millisecond) => (Clock::Duration, Millisecond, number!(DurationMillisecondType)),
        DataType::Duration(Microsecond) => (Clock::Duration, Microsecond, number!(DurationMicrosecondType)),
        DataType::Duration(Nanosecond) => (Clock::Duration, Nanosecond, number!(DurationNanosecondType)),
        _ => return None,
    };
    Some((clock, unit, numbers))
}

/// Something to be asked row by row.
type ByRow<'a, T> = Box<dyn Fn(usize) -> T + 'a>;

/// A dictionary's keys as positions, `None` where the key or its value is missing.
pub(super) fn keys(array: &dyn Array) -> Option<(ByRow<'_, Option<usize>>, &ArrayRef)> {
    let dictionary = array.as_any_dictionary_opt()?;
    let values = dictionary.values();
    let keys = dictionary.keys();
    macro_rules! key {
        ($type:ty) => {{
            let keys = keys.as_primitive::<$type>();
            Box::new(move |row: usize| {
                if keys.is_null(row) {
                    return None;
                }
                let at = usize::try_from(keys.value(row)).ok()?;
                (at < values.len() && values.is_valid(at)).then_some(at)
            })
        }};
    }
    let keys: ByRow<'_, Option<usize>> = match keys.data_type() {
        DataType::Int8 => key!(Int8Type),
        DataType::Int16 => key!(Int16Type),
        DataType::Int32 => key!(Int32Type),
        DataType::Int64 => key!(Int64Type),
        DataType::UInt8 => key!(UInt8Type),
        DataType::UInt16 => key!(UInt16Type),
        DataType::UInt32 => key!(UInt32Type),
        DataType::UInt64 => key!(UInt64Type),
        _ => return None,
    };
    Some((keys, values))
}

/// The elements of a list of any layout: where they begin and how many they are, by row, and their array.
pub(super) fn elements(array: &dyn Array) -> Option<(ByRow<'_, std::ops::Range<usize>>, &ArrayRef)> {
    macro_rules! offsets {
        ($list:expr, $values:expr) => {{
            let list = $list;
            let offsets = list.value_offsets();
            let at =
                move |row: usize| offsets.get(row).map_or(0, |at| usize::try_from(*at).unwrap_or_default());
            (
                Box::new(move |row: usize| at(row)..at(row.saturating_add(1))) as Box<dyn Fn(usize) -> _>,
                $values,
            )
        }};
    }
    macro_rules! views {
        ($list:expr) => {{
            let list = $list;
            let elements = move |row: usize| {
                let start = list.offsets().get(row).map_or(0, |at| usize::try_from(*at).unwrap_or_default());
                let size = list.sizes().get(row).map_or(0, |size| usize::try_from(*size).unwrap_or_default());
                start..start.saturating_add(size)
            };
            (Box::new(elements) as Box<dyn Fn(usize) -> _>, list.values())
        }};
    }
    Some(match array.data_type() {
        DataType::List(_) => offsets!(array.as_list::<i32>(), array.as_list::<i32>().values()),
        DataType::LargeList(_) => offsets!(array.as_list::<i64>(), array.as_list::<i64>().values()),
        DataType::ListView(_) => views!(array.as_list_view::<i32>()),
        DataType::LargeListView(_) => views!(array.as_list_view::<i64>()),
        DataType::FixedSizeList(_, size) => {
            let list = array.as_fixed_size_list();
            let size = usize::try_from(*size).unwrap_or_default();
            let start = move |row: usize| row.saturating_mul(size);
            (Box::new(move |row| start(row)..start(row).saturating_add(size)), list.values())
        }
        _ => return None,
    })
}

/// A value of the JSON text that describes the field's extension type.
pub(super) fn extension(field: &Field, name: &str, key: &str) -> Option<String> {
    if field.metadata().get("ARROW:extension:name").map(String::as_str) != Some(name) {
        return None;
    }
    let text = field.metadata().get("ARROW:extension:metadata")?;
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(json.get(key)?.as_str()?.to_owned())
}

/// For a tensor of several dimensions, whose elements lie in one list: how many of them each list has that stands for a
/// dimension inside of it, the outer ones first. None are empty.
pub(super) fn inner_lists(field: &Field) -> Vec<usize> {
    if !is_extension(field, crate::column::tensor::NAME) {
        return Vec::new();
    }
    let text = field.metadata().get("ARROW:extension:metadata");
    let json: Option<serde_json::Value> = text.and_then(|text| serde_json::from_str(text).ok());
    let shape = json.as_ref().and_then(|json| json.get("shape")?.as_array());
    let axes = shape.into_iter().flatten().skip(1);
    let axes: Vec<usize> =
        axes.filter_map(|axis| usize::try_from(axis.as_u64()?).ok()).filter(|&axis| axis > 0).collect();
    (0..axes.len()).map(|from| axes.iter().skip(from).product()).collect()
}

/// Whether the field is of this extension type.
pub(super) fn is_extension(field: &Field, name: &str) -> bool {
    field.metadata().get("ARROW:extension:name").map(String::as_str) == Some(name)
}

/// Says that an Arrow type has no text.
pub(super) fn no_text(kind: &DataType, format: &str) -> Error {
    Error::message(Category::Unsupported, format!("Arrow type {kind} cannot be written to {format}"))
}

/// Types nest this deep at most.
pub(super) const MAX_DEPTH: u32 = 64;

/// One level deeper, or an error.
pub(super) fn deeper(depth: u32) -> Result<u32> {
    if depth >= MAX_DEPTH {
        return Err(Error::limit("more than 64 nested types cannot be written as text"));
    }
    Ok(depth.saturating_add(1))
}
