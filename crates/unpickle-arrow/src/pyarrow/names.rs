//! What pyarrow calls its types.

use arrow_schema::{DataType, TimeUnit};

/// What `str` gives of a pyarrow type that is neither nested nor a dictionary.
pub(crate) fn type_name(data_type: &DataType) -> Option<String> {
    Some(
        match data_type {
            DataType::Null => "null",
            DataType::Boolean => "bool",
            DataType::Int8 => "int8",
            DataType::Int16 => "int16",
            DataType::Int32 => "int32",
            DataType::Int64 => "int64",
            DataType::UInt8 => "uint8",
            DataType::UInt16 => "uint16",
            DataType::UInt32 => "uint32",
            DataType::UInt64 => "uint64",
            DataType::Float16 => "halffloat",
            DataType::Float32 => "float",
            DataType::Float64 => "double",
            DataType::Utf8 => "string",
            DataType::LargeUtf8 => "large_string",
            DataType::Utf8View => "string_view",
            DataType::Binary => "binary",
            DataType::LargeBinary => "large_binary",
            DataType::BinaryView => "binary_view",
            DataType::Date32 => "date32[day]",
            DataType::Date64 => "date64[ms]",
            DataType::FixedSizeBinary(size) => return Some(format!("fixed_size_binary[{size}]")),
            DataType::Timestamp(unit, None) => return Some(format!("timestamp[{}]", unit_name(*unit))),
            DataType::Timestamp(unit, Some(zone)) => {
                return Some(format!("timestamp[{}, tz={zone}]", unit_name(*unit)));
            }
            DataType::Duration(unit) => return Some(format!("duration[{}]", unit_name(*unit))),
            DataType::Time32(unit) => return Some(format!("time32[{}]", unit_name(*unit))),
            DataType::Time64(unit) => return Some(format!("time64[{}]", unit_name(*unit))),
            DataType::Decimal32(precision, scale) => return Some(format!("decimal32({precision}, {scale})")),
            DataType::Decimal64(precision, scale) => return Some(format!("decimal64({precision}, {scale})")),
            DataType::Decimal128(precision, scale) => {
                return Some(format!("decimal128({precision}, {scale})"));
            }
            DataType::Decimal256(precision, scale) => {
                return Some(format!("decimal256({precision}, {scale})"));
            }
            _ => return None,
        }
        .to_owned(),
    )
}

fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "us",
        TimeUnit::Nanosecond => "ns",
    }
}
