//! Arrow's types and cells in the spelling of the expectations: types as pyarrow prints them, cells as `cells.py` does.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Decimal256Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, Time32MillisecondType, Time64MicrosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_schema::{DataType, Field, TimeUnit};
use serde_json::{Value as Json, json};

use super::builtins::hex;

/// The type of a field: `int64`, `timestamp[ns, tz=UTC]`, `period[M]`.
pub(crate) fn type_name(field: &Field) -> String {
    let extension = |key: &str| {
        let text = field.metadata().get("ARROW:extension:metadata")?;
        Some(serde_json::from_str::<Json>(text).ok()?.get(key)?.as_str()?.to_owned())
    };
    match field.metadata().get("ARROW:extension:name").map(String::as_str) {
        Some("pandas.period") => return format!("period[{}]", extension("freq").unwrap_or_default()),
        Some("pandas.interval") => {
            let (subtype, closed) = (extension("subtype"), extension("closed"));
            return format!("interval[{}, {}]", subtype.unwrap_or_default(), closed.unwrap_or_default());
        }
        Some("arrow.uuid") => return "uuid".to_owned(),
        _ => {}
    }
    let inner = |field: &Field| format!("{}: {}", field.name(), type_name(field));
    match field.data_type() {
        DataType::Boolean => "bool".to_owned(),
        DataType::Float16 => "halffloat".to_owned(),
        DataType::Float32 => "float".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Utf8 => "string".to_owned(),
        DataType::LargeUtf8 => "large_string".to_owned(),
        DataType::LargeBinary => "large_binary".to_owned(),
        DataType::Date32 => "date32[day]".to_owned(),
        DataType::FixedSizeBinary(size) => format!("fixed_size_binary[{size}]"),
        DataType::Time32(unit) => format!("time32[{}]", unit_name(*unit)),
        DataType::Time64(unit) => format!("time64[{}]", unit_name(*unit)),
        DataType::Duration(unit) => format!("duration[{}]", unit_name(*unit)),
        DataType::Timestamp(unit, None) => format!("timestamp[{}]", unit_name(*unit)),
        DataType::Timestamp(unit, Some(zone)) => format!("timestamp[{}, tz={zone}]", unit_name(*unit)),
        DataType::Decimal128(digits, scale) => format!("decimal128({digits}, {scale})"),
        DataType::Decimal256(digits, scale) => format!("decimal256({digits}, {scale})"),
        DataType::List(item) => format!("list<{}>", inner(item)),
        DataType::LargeList(item) => format!("large_list<{}>", inner(item)),
        DataType::Struct(fields) => {
            format!("struct<{}>", fields.iter().map(|one| inner(one)).collect::<Vec<_>>().join(", "))
        }
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(pair) => {
                format!("map<{}>", pair.iter().map(|one| type_name(one)).collect::<Vec<_>>().join(", "))
            }
            other => format!("map<{other}>"),
        },
        DataType::Dictionary(keys, values) => {
            let values = type_name(&Field::new("", (**values).clone(), true));
            let keys = keys.to_string().to_lowercase();
            let ordered = u8::from(field.dict_is_ordered().unwrap_or_default());
            format!("dictionary<values={values}, indices={keys}, ordered={ordered}>")
        }
        other => other.to_string().to_lowercase(),
    }
}

fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "us",
        TimeUnit::Nanosecond => "ns",
    }
}

fn nanoseconds(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1000,
        TimeUnit::Nanosecond => 1,
    }
}

/// A number of the array, as text.
fn number<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> String
where
    T::Native: ToString,
{
    array.as_primitive::<T>().value(row).to_string()
}

fn float(value: f64) -> Json {
    if value.is_nan() { json!("NaN") } else { json!(format!("{value:?}")) }
}

/// The digits of a decimal, without zeros behind the point.
fn decimal(text: &str) -> String {
    match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        None => text.to_owned(),
    }
}

/// Counts of `unit` since their zero, as nanoseconds.
fn ticks(count: i64, unit: TimeUnit) -> Json {
    json!((i128::from(count) * nanoseconds(unit)).to_string())
}

fn timestamp(array: &dyn Array, row: usize, unit: TimeUnit) -> Json {
    let count = match unit {
        TimeUnit::Second => array.as_primitive::<TimestampSecondType>().value(row),
        TimeUnit::Millisecond => array.as_primitive::<TimestampMillisecondType>().value(row),
        TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().value(row),
        TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().value(row),
    };
    ticks(count, unit)
}

fn duration(array: &dyn Array, row: usize, unit: TimeUnit) -> Json {
    let count = match unit {
        TimeUnit::Second => array.as_primitive::<DurationSecondType>().value(row),
        TimeUnit::Millisecond => array.as_primitive::<DurationMillisecondType>().value(row),
        TimeUnit::Microsecond => array.as_primitive::<DurationMicrosecondType>().value(row),
        TimeUnit::Nanosecond => array.as_primitive::<DurationNanosecondType>().value(row),
    };
    ticks(count, unit)
}

/// The elements of one list, or of one dictionary value.
fn items(array: &dyn Array) -> Json {
    (0..array.len()).map(|row| cell(array, row)).collect()
}

/// One cell.
pub(crate) fn cell(array: &dyn Array, row: usize) -> Json {
    if array.is_null(row) {
        return Json::Null;
    }
    match array.data_type() {
        DataType::Null => Json::Null,
        DataType::Boolean => json!(array.as_boolean().value(row)),
        DataType::Int8 => json!(number::<Int8Type>(array, row)),
        DataType::Int16 => json!(number::<Int16Type>(array, row)),
        DataType::Int32 => json!(number::<Int32Type>(array, row)),
        DataType::Int64 => json!(number::<Int64Type>(array, row)),
        DataType::UInt8 => json!(number::<UInt8Type>(array, row)),
        DataType::UInt16 => json!(number::<UInt16Type>(array, row)),
        DataType::UInt32 => json!(number::<UInt32Type>(array, row)),
        DataType::UInt64 => json!(number::<UInt64Type>(array, row)),
        DataType::Float16 => float(array.as_primitive::<Float16Type>().value(row).to_f64()),
        DataType::Float32 => float(array.as_primitive::<Float32Type>().value(row).into()),
        DataType::Float64 => float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Utf8 => json!(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => json!(array.as_string::<i64>().value(row)),
        DataType::Utf8View => json!(array.as_string_view().value(row)),
        DataType::Binary => json!(hex(array.as_binary::<i32>().value(row))),
        DataType::LargeBinary => json!(hex(array.as_binary::<i64>().value(row))),
        DataType::FixedSizeBinary(_) => json!(hex(array.as_fixed_size_binary().value(row))),
        DataType::Date32 => {
            json!(
                (i128::from(array.as_primitive::<Date32Type>().value(row)) * 86_400_000_000_000).to_string()
            )
        }
        DataType::Time32(unit) => {
            ticks(array.as_primitive::<Time32MillisecondType>().value(row).into(), *unit)
        }
        DataType::Time64(unit) => ticks(array.as_primitive::<Time64MicrosecondType>().value(row), *unit),
        DataType::Timestamp(unit, _) => timestamp(array, row, *unit),
        DataType::Duration(unit) => duration(array, row, *unit),
        DataType::Decimal128(..) => {
            json!(decimal(&array.as_primitive::<Decimal128Type>().value_as_string(row)))
        }
        DataType::Decimal256(..) => {
            json!(decimal(&array.as_primitive::<Decimal256Type>().value_as_string(row)))
        }
        DataType::List(_) => items(array.as_list::<i32>().value(row).as_ref()),
        DataType::LargeList(_) => items(array.as_list::<i64>().value(row).as_ref()),
        DataType::FixedSizeList(..) => items(array.as_fixed_size_list().value(row).as_ref()),
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            fields
                .iter()
                .zip(columns)
                .map(|(field, column)| (field.name().clone(), cell(column.as_ref(), row)))
                .collect()
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let pair =
                |row| -> Json { entries.columns().iter().map(|column| cell(column.as_ref(), row)).collect() };
            (0..entries.len()).map(pair).collect()
        }
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let key = dictionary.normalized_keys().get(row).copied().expect("a key");
            cell(dictionary.values().as_ref(), key)
        }
        other => json!(format!("a cell of {other}")),
    }
}

/// Equal, where floats are compared as numbers, `{"$json": x}` is JSON text that says `x`, and `{"$any": ..}` stands
/// for whatever is there. Keys that a struct has and a dict had not are null.
pub(crate) fn same(expected: &Json, found: &Json) -> bool {
    match (expected, found) {
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Json::Object(left), _) if left.contains_key("$any") => !found.is_null(),
        (Json::Object(left), Json::String(text)) => match left.get("$json") {
            Some(value) => serde_json::from_str::<Json>(text).is_ok_and(|found| found == *value),
            None => false,
        },
        (Json::Object(left), Json::Object(right)) => {
            left.keys().all(|key| right.contains_key(key))
                && right.iter().all(|(key, found)| same(left.get(key).unwrap_or(&Json::Null), found))
        }
        (Json::String(left), Json::String(right)) => {
            left == right
                || (left.parse::<f64>().is_ok_and(|value| right.parse() == Ok(value))
                    && (left.contains(['.', 'e', 'n']) || right.contains(['.', 'e', 'n'])))
        }
        _ => expected == found,
    }
}
