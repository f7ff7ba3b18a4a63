//! Types of pyarrow, as they stand in pickles.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, IntervalUnit, TimeUnit};
use unpickle_core::{Call, Error, Result, Value};

use super::{MAX_DEPTH, MAX_NODES};

/// The type in `value`; of an extension type, that of its storage.
pub(super) fn data_type(value: Value<'_>) -> Result<DataType> {
    let mut nodes = MAX_NODES;
    read(value, 0, &mut nodes)
}

fn read(value: Value<'_>, depth: usize, nodes: &mut usize) -> Result<DataType> {
    *nodes = nodes.checked_sub(1).ok_or_else(|| Error::limit("a pyarrow type of more than 100,000 parts"))?;
    if depth > MAX_DEPTH {
        return Err(Error::limit("pyarrow types in types beyond a depth of 32"));
    }
    let Some(call) = value.call() else { return Err(Error::data(value, "a pyarrow type")) };
    let arg = |i: usize| call.args.get(i).ok_or_else(|| Error::data(value, "a pyarrow type"));
    let unknown = || Error::unsupported(value, format!("the pyarrow type {}", call.name));
    Ok(match call.name {
        "type_for_alias" => {
            let name = arg(0)?;
            let found = name.as_str().and_then(alias);
            found.ok_or_else(|| Error::unsupported(name, format!("the pyarrow type {}", name.repr())))?
        }
        "timestamp" => {
            let unit = arg(0)?.as_str().and_then(time_unit).ok_or_else(unknown)?;
            let zone = call.args.get(1).filter(|zone| !zone.is_none()).and_then(Value::as_str);
            DataType::Timestamp(unit, zone.map(Arc::from))
        }
        "time32" => DataType::Time32(arg(0)?.as_str().and_then(time_unit).ok_or_else(unknown)?),
        "time64" => DataType::Time64(arg(0)?.as_str().and_then(time_unit).ok_or_else(unknown)?),
        "duration" => DataType::Duration(arg(0)?.as_str().and_then(time_unit).ok_or_else(unknown)?),
        "binary" => match arg(0)?.as_i64().and_then(|size| i32::try_from(size).ok()) {
            Some(size @ 0..) => DataType::FixedSizeBinary(size),
            _ => DataType::Binary,
        },
        "decimal32" | "decimal64" | "decimal128" | "decimal256" => {
            let most = match call.name {
                "decimal32" => 9,
                "decimal64" => 18,
                "decimal128" => 38,
                _ => 76,
            };
            let precision = arg(0)?.as_i64().filter(|precision| (1..=most).contains(precision));
            let precision = precision.ok_or_else(unknown)? as u8;
            let scale = arg(1)?.as_i64().filter(|scale| (-76..=i64::from(precision)).contains(scale));
            let scale = scale.ok_or_else(unknown)? as i8;
            match call.name {
                "decimal32" => DataType::Decimal32(precision, scale),
                "decimal64" => DataType::Decimal64(precision, scale),
                "decimal128" => DataType::Decimal128(precision, scale),
                _ => DataType::Decimal256(precision, scale),
            }
        }
        "list_" => {
            let item = item(arg(0)?, depth, nodes)?;
            match call.args.get(1).and_then(Value::as_i64).and_then(|size| i32::try_from(size).ok()) {
                Some(size @ 0..) => DataType::FixedSizeList(item, size),
                _ => DataType::List(item),
            }
        }
        // Lists whose items lie anywhere are written in their order.
        "list_view" => DataType::List(item(arg(0)?, depth, nodes)?),
        "large_list" | "large_list_view" => DataType::LargeList(item(arg(0)?, depth, nodes)?),
        "struct" => DataType::Struct(fields(arg(0)?, depth, nodes)?),
        "map_" => {
            let key = item(arg(0)?, depth, nodes)?.as_ref().clone().with_name("key").with_nullable(false);
            let value = item(arg(1)?, depth, nodes)?.as_ref().clone().with_name("value");
            let entries = DataType::Struct(Fields::from(vec![key, value]));
            DataType::Map(Arc::new(Field::new("entries", entries, false)), false)
        }
        "dictionary" => {
            let key = read(arg(0)?, depth + 1, nodes)?;
            if !key.is_dictionary_key_type() {
                return Err(unknown());
            }
            DataType::Dictionary(Box::new(key), Box::new(read(arg(1)?, depth + 1, nodes)?))
        }
        _ => return extension(&call, depth, nodes)?.ok_or_else(unknown),
    })
}

/// The storage of an extension type.
fn extension(call: &Call<'_>, depth: usize, nodes: &mut usize) -> Result<Option<DataType>> {
    Ok(match (call.name, call.args.get(0)) {
        ("uuid" | "UuidType", _) => Some(DataType::FixedSizeBinary(16)),
        ("bool8", _) => Some(DataType::Int8),
        ("json_", Some(storage)) => Some(read(storage, depth + 1, nodes)?),
        ("json_", None) => Some(DataType::Utf8),
        ("fixed_shape_tensor", Some(item)) => {
            let item = read(item, depth + 1, nodes)?;
            let shape = call.args.get(1).and_then(Value::as_seq);
            let sizes = shape.map(|shape| shape.iter().map(|size| i32::try_from(size.as_i64()?).ok()));
            let size = sizes.and_then(|mut sizes| sizes.try_fold(1i32, |all, size| all.checked_mul(size?)));
            size.filter(|size| *size >= 0)
                .map(|size| DataType::FixedSizeList(Arc::new(Field::new("item", item, true)), size))
        }
        ("ArrowPeriodType", _) => Some(DataType::Int64),
        ("ArrowIntervalType", Some(subtype)) => {
            let subtype = read(subtype, depth + 1, nodes)?;
            let end = |name| Field::new(name, subtype.clone(), true);
            Some(DataType::Struct(Fields::from(vec![end("left"), end("right")])))
        }
        _ => None,
    })
}

/// The field of a list's items: given as a field, or before pyarrow 1 as a type.
fn item(value: Value<'_>, depth: usize, nodes: &mut usize) -> Result<Arc<Field>> {
    match value.call() {
        Some(call) if call.name == "field" => field(value, depth, nodes).map(Arc::new),
        _ => Ok(Arc::new(Field::new("item", read(value, depth + 1, nodes)?, true))),
    }
}

fn field(value: Value<'_>, depth: usize, nodes: &mut usize) -> Result<Field> {
    let call = value.call().filter(|call| call.name == "field");
    let Some(call) = call else { return Err(Error::data(value, "a pyarrow field")) };
    let (Some(name), Some(data_type)) = (call.args.get(0).and_then(Value::as_text), call.args.get(1)) else {
        return Err(Error::data(value, "a pyarrow field"));
    };
    let nullable = call.args.get(2).and_then(Value::as_bool).unwrap_or(true);
    let made = Field::new(name.into_owned(), read(data_type, depth + 1, nodes)?, nullable);
    let metadata = metadata(call.args.get(3));
    Ok(if metadata.is_empty() { made } else { made.with_metadata(metadata) })
}

/// Pairs of texts, in bytes; what is no text is left out.
fn metadata(pairs: Option<Value<'_>>) -> HashMap<String, String> {
    let text = |value: Value<'_>| {
        let bytes = value.as_bytes().or_else(|| value.as_str_bytes())?;
        std::str::from_utf8(bytes).ok().map(str::to_owned)
    };
    let pairs = pairs.and_then(|pairs| pairs.as_dict().or_else(|| pairs.as_object()?.pairs()));
    let pairs = pairs.into_iter().flat_map(|pairs| pairs.iter());
    pairs.filter_map(|(key, value)| Some((text(key)?, text(value)?))).collect()
}

/// The fields and the metadata of `schema ([fields], metadata)`.
pub(crate) fn schema(value: Value<'_>) -> Result<(Fields, HashMap<String, String>)> {
    let call = value.call().filter(|call| call.module.starts_with("pyarrow") && call.name == "schema");
    let list = call.and_then(|call| call.args.get(0));
    let Some(list) = list else { return Err(Error::data(value, "a pyarrow schema")) };
    let mut nodes = MAX_NODES;
    Ok((fields(list, 0, &mut nodes)?, metadata(call.and_then(|call| call.args.get(1)))))
}

fn fields(value: Value<'_>, depth: usize, nodes: &mut usize) -> Result<Fields> {
    let Some(list) = value.as_seq() else { return Err(Error::data(value, "a list of pyarrow fields")) };
    list.iter().map(|value| field(value, depth, nodes)).collect()
}

fn time_unit(name: &str) -> Option<TimeUnit> {
    Some(match name {
        "s" => TimeUnit::Second,
        "ms" => TimeUnit::Millisecond,
        "us" => TimeUnit::Microsecond,
        "ns" => TimeUnit::Nanosecond,
        _ => return None,
    })
}

fn alias(name: &str) -> Option<DataType> {
    if let Some((name, unit)) = name.strip_suffix(']').and_then(|name| name.split_once('[')) {
        return Some(match (name, time_unit(unit)) {
            ("timestamp", Some(unit)) => DataType::Timestamp(unit, None),
            ("duration", Some(unit)) => DataType::Duration(unit),
            ("time32", Some(unit @ (TimeUnit::Second | TimeUnit::Millisecond))) => DataType::Time32(unit),
            ("time64", Some(unit @ (TimeUnit::Microsecond | TimeUnit::Nanosecond))) => DataType::Time64(unit),
            ("date32", None) => DataType::Date32,
            ("date64", _) => DataType::Date64,
            _ => return None,
        });
    }
    Some(match name {
        "null" => DataType::Null,
        "bool" | "boolean" => DataType::Boolean,
        "int8" | "i1" => DataType::Int8,
        "int16" | "i2" => DataType::Int16,
        "int32" | "i4" => DataType::Int32,
        "int64" | "i8" => DataType::Int64,
        "uint8" | "u1" => DataType::UInt8,
        "uint16" | "u2" => DataType::UInt16,
        "uint32" | "u4" => DataType::UInt32,
        "uint64" | "u8" => DataType::UInt64,
        "float16" | "halffloat" | "f2" => DataType::Float16,
        "float32" | "float" | "f4" => DataType::Float32,
        "float64" | "double" | "f8" => DataType::Float64,
        "string" | "str" | "utf8" => DataType::Utf8,
        "large_string" | "large_str" | "large_utf8" => DataType::LargeUtf8,
        "string_view" => DataType::Utf8View,
        "binary" => DataType::Binary,
        "large_binary" => DataType::LargeBinary,
        "binary_view" => DataType::BinaryView,
        "date32" => DataType::Date32,
        "date64" => DataType::Date64,
        "month_day_nano_interval" => DataType::Interval(IntervalUnit::MonthDayNano),
        _ => return None,
    })
}
