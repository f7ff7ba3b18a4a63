//! [`Kind`]: what pandas makes of a column, by its Arrow type, the dtype that the metadata name, and the target.

use arrow_schema::{DataType, Field, TimeUnit as ArrowUnit};
use serde_json::Value as Json;
use unpickle_core::{Category, Error, Result};
use unpickle_numpy::{Dtype, TimeUnit, Unit};

use crate::target::Target;

/// How deep types may be within types.
const MAX_DEPTH: usize = 64;

/// What a column becomes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Numbers and truth values as they are; of floats, nulls are NaN.
    Number(Dtype),
    /// Integers among which there are nulls, as float64; and whatever float an index cannot have.
    Widened,
    /// A struct of two floats, as this library writes complex numbers.
    Complex(Dtype),
    /// `datetime64` without a zone, and `timedelta64`.
    Moment(Unit),
    Span(Unit),
    /// Instants in a zone.
    Zoned(Unit, String),
    /// Nullable arrays of pandas: module and class, the dtype of the values.
    Masked(&'static str, &'static str, Dtype),
    /// Python objects, and what stands for null.
    Objects,
    /// The dtype `string`, of Python objects.
    PythonText,
    /// The dtype `str` of pandas 3, held by pyarrow.
    ArrowText,
    Categorical {
        ordered: bool,
    },
    /// Its frequency.
    Period(String),
    /// On which side it is closed.
    Interval(String),
}

impl Kind {
    /// Whether several columns of the kind make one block.
    pub(crate) fn is_consolidated(&self) -> bool {
        matches!(
            self,
            Kind::Number(_)
                | Kind::Widened
                | Kind::Complex(_)
                | Kind::Moment(_)
                | Kind::Span(_)
                | Kind::Objects
        )
    }

    /// Of a column of this type, with nulls or without; `numpy_type` is the dtype that the metadata name.
    pub(crate) fn of(field: &Field, nulls: bool, numpy_type: Option<&str>, target: Target) -> Result<Kind> {
        check_depth(field.data_type(), 0)?;
        if let Some(kind) = extension(field) {
            return Ok(kind);
        }
        if let Some((class, dtype)) = numpy_type.and_then(|name| masked(name, field.data_type())) {
            return Ok(Kind::Masked(module_of(class), class, dtype));
        }
        Ok(match field.data_type() {
            DataType::Boolean if nulls => Kind::Objects,
            data_type if data_type.is_integer() && nulls => Kind::Widened,
            DataType::Boolean => Kind::Number(Dtype::bool()),
            DataType::Int8 => Kind::Number(Dtype::int(1)),
            DataType::Int16 => Kind::Number(Dtype::int(2)),
            DataType::Int32 => Kind::Number(Dtype::int(4)),
            DataType::Int64 => Kind::Number(Dtype::int(8)),
            DataType::UInt8 => Kind::Number(Dtype::uint(1)),
            DataType::UInt16 => Kind::Number(Dtype::uint(2)),
            DataType::UInt32 => Kind::Number(Dtype::uint(4)),
            DataType::UInt64 => Kind::Number(Dtype::uint(8)),
            DataType::Float16 => Kind::Number(Dtype::float(2)),
            DataType::Float32 => Kind::Number(Dtype::float(4)),
            DataType::Float64 => Kind::Number(Dtype::float(8)),
            DataType::Timestamp(unit, None) => Kind::Moment(held(*unit, target)),
            DataType::Timestamp(unit, Some(zone)) => Kind::Zoned(held(*unit, target), zone.to_string()),
            DataType::Duration(unit) => Kind::Span(held(*unit, target)),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => match numpy_type {
                Some(name) if name.starts_with("string") => Kind::PythonText,
                _ if target == Target::Pandas3 => Kind::ArrowText,
                _ => Kind::Objects,
            },
            DataType::Dictionary(..) => {
                Kind::Categorical { ordered: field.dict_is_ordered().unwrap_or(false) }
            }
            DataType::Struct(fields) if !nulls => match complex(field, fields) {
                Some(dtype) => Kind::Complex(dtype),
                None => Kind::Objects,
            },
            _ => Kind::Objects,
        })
    }

    /// The same for an index, which cannot have all that a column can.
    pub(crate) fn of_index(self, target: Target) -> Kind {
        match self {
            // pandas refuses an index of float16.
            Kind::Number(dtype) if dtype == Dtype::float(2) => Kind::Widened,
            Kind::Complex(dtype) if target == Target::Pandas1_5 => Kind::Complex(dtype),
            kind => kind,
        }
    }
}

/// The unit that times are held in: pandas 1.5 has one only.
fn held(unit: ArrowUnit, target: Target) -> Unit {
    if target == Target::Pandas1_5 { Unit::Nanosecond } else { unit_of(unit) }
}

pub(crate) fn unit_of(unit: ArrowUnit) -> Unit {
    match unit {
        ArrowUnit::Second => Unit::Second,
        ArrowUnit::Millisecond => Unit::Millisecond,
        ArrowUnit::Microsecond => Unit::Microsecond,
        ArrowUnit::Nanosecond => Unit::Nanosecond,
    }
}

/// The dtype of the times of a unit.
pub(crate) fn datetime(unit: Unit) -> Dtype {
    Dtype::datetime(TimeUnit::one(unit))
}

pub(crate) fn timedelta(unit: Unit) -> Dtype {
    Dtype::timedelta(TimeUnit::one(unit))
}

/// pandas' own extension types of Arrow.
fn extension(field: &Field) -> Option<Kind> {
    let metadata = field.metadata();
    let name = metadata.get("ARROW:extension:name")?;
    let json: Json = serde_json::from_str(metadata.get("ARROW:extension:metadata")?).ok()?;
    let text = |key| json.get(key).and_then(Json::as_str).map(str::to_owned);
    match (name.as_str(), field.data_type()) {
        ("pandas.period", DataType::Int64) => Some(Kind::Period(text("freq")?)),
        ("pandas.interval", DataType::Struct(fields)) if fields.len() == 2 => {
            Some(Kind::Interval(text("closed")?))
        }
        _ => None,
    }
}

/// The dtype of a struct that complex numbers were written as.
fn complex(field: &Field, parts: &arrow_schema::Fields) -> Option<Dtype> {
    let name = field.metadata().get("pickle.numpy_dtype")?;
    let types: Vec<&DataType> = parts.iter().map(|part| part.data_type()).collect();
    match (name.as_str(), &types[..]) {
        ("complex64", [DataType::Float32, DataType::Float32]) => Some(Dtype::complex(8)),
        ("complex128", [DataType::Float64, DataType::Float64]) => Some(Dtype::complex(16)),
        _ => None,
    }
}

/// The class of a nullable array, if the cells are of its type.
fn masked(name: &str, data_type: &DataType) -> Option<(&'static str, Dtype)> {
    const INTEGER: &str = "IntegerArray";
    const FLOATING: &str = "FloatingArray";
    // `int64[pyarrow]` is an array of pyarrow's: the nullable array of the same numbers stands for it.
    let (class, dtype, expected) = match name {
        "Int8" | "int8[pyarrow]" => (INTEGER, Dtype::int(1), DataType::Int8),
        "Int16" | "int16[pyarrow]" => (INTEGER, Dtype::int(2), DataType::Int16),
        "Int32" | "int32[pyarrow]" => (INTEGER, Dtype::int(4), DataType::Int32),
        "Int64" | "int64[pyarrow]" => (INTEGER, Dtype::int(8), DataType::Int64),
        "UInt8" | "uint8[pyarrow]" => (INTEGER, Dtype::uint(1), DataType::UInt8),
        "UInt16" | "uint16[pyarrow]" => (INTEGER, Dtype::uint(2), DataType::UInt16),
        "UInt32" | "uint32[pyarrow]" => (INTEGER, Dtype::uint(4), DataType::UInt32),
        "UInt64" | "uint64[pyarrow]" => (INTEGER, Dtype::uint(8), DataType::UInt64),
        "Float32" | "float[pyarrow]" => (FLOATING, Dtype::float(4), DataType::Float32),
        "Float64" | "double[pyarrow]" => (FLOATING, Dtype::float(8), DataType::Float64),
        "boolean" | "bool[pyarrow]" => ("BooleanArray", Dtype::bool(), DataType::Boolean),
        _ => return None,
    };
    (expected == *data_type).then_some((class, dtype))
}

fn module_of(class: &str) -> &'static str {
    match class {
        "IntegerArray" => "pandas.core.arrays.integer",
        "FloatingArray" => "pandas.core.arrays.floating",
        _ => "pandas.core.arrays.boolean",
    }
}

/// Types within types are gone down by recursion: not without end.
fn check_depth(data_type: &DataType, depth: usize) -> Result<()> {
    if depth > MAX_DEPTH {
        return Err(Error::limit("types within types beyond a depth of 64"));
    }
    match data_type {
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::Map(item, _) => check_depth(item.data_type(), depth + 1),
        DataType::Struct(fields) => {
            fields.iter().try_for_each(|field| check_depth(field.data_type(), depth + 1))
        }
        DataType::Dictionary(_, values) => check_depth(values, depth + 1),
        DataType::Union(..)
        | DataType::RunEndEncoded(..)
        | DataType::ListView(_)
        | DataType::LargeListView(_)
        | DataType::Interval(_) => {
            let message = format!("cells of {data_type}, for which pandas has no object,");
            Err(Error::message(Category::Unsupported, format!("{message} are not supported")))
        }
        _ => Ok(()),
    }
}
