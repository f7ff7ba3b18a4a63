//! The Arrow type that holds all cells of a column of Python objects: a small lattice.

use std::collections::HashMap;

use arrow_schema::{DataType, Field, Fields, TimeUnit};

use crate::times::Unit;

/// What the cells seen so far have in common. [`Kind::merge`] goes up; the top is JSON text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Nothing but missing cells.
    Null,
    Bool,
    Int(Ints),
    /// Floats, and integers that floats hold exactly.
    Float,
    /// numpy's float16 and float32.
    Narrow,
    /// The elements of numpy arrays of a plain dtype, in that dtype.
    Typed(DataType),
    Str {
        /// Whether all are UTF-8: not if there are lone surrogates.
        utf8: bool,
    },
    /// Python 2 `str`.
    Str2 {
        utf8: bool,
    },
    Bytes,
    Date,
    Time,
    Stamp {
        unit: Unit,
        zone: Zone,
    },
    Duration(Unit),
    Decimal {
        whole: u32,
        scale: u32,
    },
    Uuid,
    Complex,
    /// Periods of one frequency.
    Period(String),
    List(Box<Kind>),
    Struct(Vec<(String, Kind)>),
    Json,
}

/// What a column of integers holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ints {
    pub(crate) size: Size,
    pub(crate) negative: bool,
    /// Whether a double holds each exactly.
    pub(crate) exact: bool,
}

/// The largest of some integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Size {
    I64,
    U64,
    /// Up to 76 decimal digits.
    Decimal,
    Larger,
}

/// The zone of a column of times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    None,
    One(String),
    /// Several, so that UTC is all they have in common.
    Several,
}

impl Zone {
    fn merge(self, other: Zone) -> Option<Zone> {
        match (self, other) {
            (Zone::None, Zone::None) => Some(Zone::None),
            (Zone::None, _) | (_, Zone::None) => None,
            (Zone::One(a), Zone::One(b)) if a == b => Some(Zone::One(a)),
            _ => Some(Zone::Several),
        }
    }

    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Zone::None => None,
            Zone::One(name) => Some(name),
            Zone::Several => Some("UTC"),
        }
    }
}

/// Most fields of one structure; objects with more are written as JSON text.
pub(crate) const MAX_FIELDS: usize = 4096;

impl Kind {
    /// The least kind that holds both.
    pub(crate) fn merge(self, other: Kind) -> Kind {
        use Kind::{Bool, Bytes, Complex, Date, Decimal, Duration, Float, Int, Json, List, Narrow, Null};
        use Kind::{Period, Stamp, Str, Str2, Struct, Time, Typed, Uuid};
        match (self, other) {
            (Null, kind) | (kind, Null) => kind,
            (Bool, Bool) => Bool,
            (Int(a), Int(b)) => Int(Ints {
                size: a.size.max(b.size),
                negative: a.negative || b.negative,
                exact: a.exact && b.exact,
            }),
            (Float, Float | Narrow) | (Narrow, Float) => Float,
            (Narrow, Narrow) => Narrow,
            (Float | Narrow, Int(ints)) | (Int(ints), Float | Narrow) if ints.exact => Float,
            (Typed(a), Typed(b)) if a == b => Typed(a),
            (Typed(a), b) => match untyped(&a) {
                Some(a) => a.merge(b),
                None => Json,
            },
            (a, Typed(b)) => match untyped(&b) {
                Some(b) => a.merge(b),
                None => Json,
            },
            (Str { utf8: a }, Str { utf8: b }) => Str { utf8: a && b },
            (Str2 { utf8: a }, Str2 { utf8: b }) => Str2 { utf8: a && b },
            (Str { utf8: a }, Str2 { utf8: b }) | (Str2 { utf8: b }, Str { utf8: a }) => Str { utf8: a && b },
            (Bytes, Bytes) => Bytes,
            // As pyarrow: text among bytes is its UTF-8.
            (Bytes, Str { .. } | Str2 { .. }) | (Str { .. } | Str2 { .. }, Bytes) => Bytes,
            (Date, Date) => Date,
            (Time, Time) => Time,
            (Stamp { unit: a, zone: p }, Stamp { unit: b, zone: q }) => match p.merge(q) {
                Some(zone) => Stamp { unit: a.max(b), zone },
                None => Json,
            },
            (Duration(a), Duration(b)) => Duration(a.max(b)),
            (Decimal { whole: a, scale: p }, Decimal { whole: b, scale: q }) => {
                Decimal { whole: a.max(b), scale: p.max(q) }
            }
            (decimal @ Decimal { .. }, Int(ints)) | (Int(ints), decimal @ Decimal { .. })
                if ints.size == Size::I64 =>
            {
                decimal.merge(Decimal { whole: 19, scale: 0 })
            }
            (Uuid, Uuid) => Uuid,
            (Complex, Complex) => Complex,
            (Period(a), Period(b)) if a == b => Period(a),
            (List(a), List(b)) => List(Box::new(a.merge(*b))),
            (Struct(mut a), Struct(b)) => {
                for (name, kind) in b {
                    if let Some((_, known)) = a.iter_mut().find(|(known, _)| *known == name) {
                        *known = std::mem::replace(known, Null).merge(kind);
                    } else if a.len() < MAX_FIELDS {
                        a.push((name, kind));
                    } else {
                        return Json;
                    }
                }
                Struct(a)
            }
            _ => Json,
        }
    }

    /// Once all cells are seen: JSON text wherever there is no type that holds them and that Parquet can write.
    pub(crate) fn settle(self) -> Kind {
        match self {
            Kind::Int(ints) if ints.size == Size::Larger => Kind::Json,
            Kind::Decimal { whole, scale } if whole + scale > 76 => Kind::Json,
            Kind::List(item) => match item.settle() {
                // What of a list can only be told by JSON is told of the whole list.
                Kind::Json => Kind::Json,
                item => Kind::List(Box::new(item)),
            },
            Kind::Struct(fields) if fields.is_empty() => Kind::Json,
            Kind::Struct(fields) => {
                Kind::Struct(fields.into_iter().map(|(name, kind)| (name, kind.settle())).collect())
            }
            kind => kind,
        }
    }

    /// The Arrow type, after [`settle`](Kind::settle).
    pub(crate) fn data_type(&self) -> DataType {
        match self {
            Kind::Null => DataType::Null,
            Kind::Bool => DataType::Boolean,
            Kind::Int(ints) => match ints.size {
                Size::I64 => DataType::Int64,
                Size::U64 if !ints.negative => DataType::UInt64,
                _ => DataType::Decimal256(76, 0),
            },
            Kind::Float => DataType::Float64,
            Kind::Narrow => DataType::Float32,
            Kind::Typed(data_type) => data_type.clone(),
            Kind::Str { utf8: true } | Kind::Str2 { utf8: true } | Kind::Json => DataType::Utf8,
            Kind::Str { utf8: false } | Kind::Str2 { utf8: false } | Kind::Bytes => DataType::Binary,
            Kind::Date => DataType::Date32,
            Kind::Time => DataType::Time64(TimeUnit::Microsecond),
            Kind::Stamp { unit, zone } => {
                // Parquet has no seconds.
                DataType::Timestamp((*unit).max(Unit::Milli).arrow(), zone.name().map(Into::into))
            }
            Kind::Duration(unit) => DataType::Duration(unit.arrow()),
            Kind::Decimal { whole, scale } => {
                let precision = (whole + scale).clamp(1, 76) as u8;
                if precision <= 38 {
                    DataType::Decimal128(precision, *scale as i8)
                } else {
                    DataType::Decimal256(precision, *scale as i8)
                }
            }
            Kind::Uuid => DataType::FixedSizeBinary(16),
            Kind::Complex => complex_type(DataType::Float64),
            Kind::Period(_) => DataType::Int64,
            Kind::List(item) => DataType::List(item.field("item").into()),
            Kind::Struct(fields) => {
                DataType::Struct(fields.iter().map(|(name, kind)| kind.field(name)).collect())
            }
        }
    }

    /// The Arrow field, with what its metadata must say.
    pub(crate) fn field(&self, name: &str) -> Field {
        let field = Field::new(name, self.data_type(), true);
        let metadata = self.metadata();
        if metadata.is_empty() {
            field
        } else {
            field.with_metadata(metadata.into_iter().collect::<HashMap<_, _>>())
        }
    }

    pub(crate) fn metadata(&self) -> Vec<(String, String)> {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        match self {
            Kind::Json => vec![pair("pickle.encoding", "json")],
            Kind::Str { utf8: false } => vec![pair("pickle.encoding", "wtf-8")],
            Kind::Uuid => {
                vec![pair("ARROW:extension:name", "arrow.uuid"), pair("ARROW:extension:metadata", "")]
            }
            Kind::Period(freq) => {
                let json = serde_json::json!({ "freq": freq }).to_string();
                vec![pair("ARROW:extension:name", "pandas.period"), pair("ARROW:extension:metadata", &json)]
            }
            Kind::Complex => vec![pair("pickle.numpy_dtype", "complex128")],
            _ => Vec::new(),
        }
    }

    /// Whether cells, or what is nested in them, are JSON text. (The kinds nest no deeper than the inference goes.)
    pub(crate) fn holds_json(&self) -> bool {
        match self {
            Kind::Json => true,
            Kind::List(item) => item.holds_json(),
            Kind::Struct(fields) => fields.iter().any(|(_, kind)| kind.holds_json()),
            _ => false,
        }
    }

    /// What the user is told, if cells are mapped rather than kept as they are.
    pub(crate) fn note(&self) -> Option<&'static str> {
        Some(match self {
            Kind::Json => "mixed or unknown objects, written as JSON text",
            Kind::Str { utf8: false } => "text with lone surrogates, written as its bytes",
            Kind::Complex => "complex numbers, written as struct<real, imag>",
            Kind::Int(ints) if ints.size > Size::U64 || (ints.negative && ints.size == Size::U64) => {
                "integers of more than 64 bits, written as decimals"
            }
            Kind::Stamp { zone: Zone::Several, .. } => "times of several zones, written in UTC",
            _ => return None,
        })
    }
}

/// `struct<real, imag>`
pub(crate) fn complex_type(part: DataType) -> DataType {
    let fields = ["real", "imag"].map(|name| Field::new(name, part.clone(), true));
    DataType::Struct(Fields::from(fields.to_vec()))
}

/// The kind of Python objects that elements of this type are like.
fn untyped(data_type: &DataType) -> Option<Kind> {
    let ints = |size| Kind::Int(Ints { size, negative: true, exact: false });
    Some(match data_type {
        DataType::Boolean => Kind::Bool,
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32 => Kind::Int(Ints { size: Size::I64, negative: true, exact: true }),
        DataType::Int64 => ints(Size::I64),
        DataType::UInt64 => Kind::Int(Ints { size: Size::U64, negative: false, exact: false }),
        DataType::Float16 | DataType::Float32 => Kind::Narrow,
        DataType::Float64 => Kind::Float,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ints(exact: bool) -> Kind {
        Kind::Int(Ints { size: Size::I64, negative: false, exact })
    }

    #[test]
    fn integers_become_floats_only_if_each_is_exact() {
        assert_eq!(ints(true).merge(Kind::Float), Kind::Float);
        assert_eq!(ints(false).merge(Kind::Float), Kind::Json);
        assert_eq!(Kind::Float.merge(ints(false)), Kind::Json);
    }

    #[test]
    fn booleans_are_no_integers() {
        assert_eq!(Kind::Bool.merge(ints(true)), Kind::Json);
    }

    #[test]
    fn structures_take_the_union_of_their_fields() {
        let a = Kind::Struct(vec![("a".into(), Kind::Bool)]);
        let b = Kind::Struct(vec![("b".into(), Kind::Float), ("a".into(), Kind::Null)]);
        let both = Kind::Struct(vec![("a".into(), Kind::Bool), ("b".into(), Kind::Float)]);
        assert_eq!(a.merge(b), both);
    }

    #[test]
    fn a_list_of_what_has_no_type_is_json_as_a_whole() {
        assert_eq!(Kind::List(Box::new(Kind::Json)).settle(), Kind::Json);
        assert_eq!(Kind::Struct(Vec::new()).settle(), Kind::Json);
    }
}
