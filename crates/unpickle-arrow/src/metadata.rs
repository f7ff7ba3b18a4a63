//! The key `pandas` of a schema: what `pandas.read_parquet` rebuilds the frame from.
//!
//! Its form is that of pyarrow's `pandas_compat.construct_metadata`; the specification is in pandas' developer
//! documentation, "Storing pandas DataFrame objects in Apache Parquet format".

use arrow_schema::DataType;
use serde_json::{Value as Json, json};

use crate::column::Column;

/// The entry of one physical column.
pub(crate) fn column_entry(column: &Column<'_>, name: Option<&str>, field_name: &str) -> Json {
    let pandas_type =
        if column.is_extension() { "object".to_owned() } else { pandas_type(&column.data_type) };
    json!({
        "name": name,
        "field_name": field_name,
        "pandas_type": pandas_type,
        "numpy_type": column.numpy_type,
        "metadata": column.extra,
    })
}

/// pyarrow's `get_logical_type`.
pub(crate) fn pandas_type(data_type: &DataType) -> String {
    match data_type {
        DataType::Null => "empty",
        DataType::Boolean => "bool",
        DataType::Int8 => "int8",
        DataType::Int16 => "int16",
        DataType::Int32 => "int32",
        DataType::Int64 => "int64",
        DataType::UInt8 => "uint8",
        DataType::UInt16 => "uint16",
        DataType::UInt32 => "uint32",
        DataType::UInt64 => "uint64",
        DataType::Float16 => "float16",
        DataType::Float32 => "float32",
        DataType::Float64 => "float64",
        DataType::Date32 | DataType::Date64 => "date",
        DataType::Time32(_) | DataType::Time64(_) => "time",
        DataType::Binary | DataType::FixedSizeBinary(_) => "bytes",
        DataType::Utf8 => "unicode",
        DataType::Timestamp(_, Some(_)) => "datetimetz",
        DataType::Timestamp(_, None) => "datetime",
        DataType::Dictionary(..) => "categorical",
        DataType::Decimal128(..) | DataType::Decimal256(..) => "decimal",
        DataType::List(item) => return format!("list[{}]", pandas_type(item.data_type())),
        _ => "object",
    }
    .to_owned()
}

/// The whole.
pub(crate) fn document(
    index_columns: Vec<Json>,
    column_indexes: Vec<Json>,
    columns: Vec<Json>,
    attributes: Option<&Json>,
) -> Json {
    json!({
        "index_columns": index_columns,
        "column_indexes": column_indexes,
        "columns": columns,
        "attributes": attributes.cloned().unwrap_or_else(|| json!({})),
        "creator": { "library": "unpickle", "version": env!("CARGO_PKG_VERSION") },
        "pandas_version": "3.0.0",
    })
}
