//! The Arrow type that holds all cells of a column of Python objects: a small lattice.

mod fields;
mod span;

use std::collections::HashMap;

use arrow_schema::{DataType, Field, TimeUnit};
use unpickle_core::Int;

pub(crate) use fields::Fields;
pub(crate) use span::Span;

use crate::column::of_pandas;
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
    /// Floats, and booleans behind the first: 1.0 and 0.0, as pyarrow makes them.
    FloatOrBool,
    /// numpy's float32, with float16 among them.
    Narrow,
    /// numpy's float16.
    Half,
    /// The elements of numpy arrays of a plain dtype, in that dtype; and which they are, if integers.
    Typed(DataType, Option<Ints>),
    Str {
        /// Whether all are UTF-8: not if there are lone surrogates.
        utf8: bool,
    },
    /// Python 2 `str`.
    Str2 {
        utf8: bool,
    },
    Bytes {
        /// Whether there is text among them.
        text: bool,
    },
    Date,
    Time,
    Stamp {
        span: Span,
        zone: Zone,
    },
    Duration(Span),
    Decimal {
        whole: u32,
        scale: u32,
    },
    Uuid,
    Complex,
    /// Periods of one frequency.
    Period(String),
    List(Box<Kind>),
    Struct(Fields),
    Json(Why),
}

/// Why cells are JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// They have no type in common, or none at all.
    Mixed,
    /// Numbers that no decimal holds.
    Digits,
    /// Times that no unit holds.
    Reach,
    /// Dicts that are no structure.
    Keys,
}

/// What a column of integers holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ints {
    pub(crate) size: Size,
    pub(crate) negative: bool,
    /// Whether a double holds each exactly.
    pub(crate) exact: bool,
    pub(crate) width: Width,
}

/// What a cell is, if it is a scalar of numpy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    /// An integer of so many bytes.
    Signed(u8),
    Unsigned(u8),
    /// A float16.
    Half,
    Other,
}

/// How wide integers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    /// As wide as they need to be: Python's.
    Free,
    /// Scalars of numpy, of so many bytes at most.
    Signed(u8),
    Unsigned(u8),
}

impl Width {
    pub(crate) fn of(scalar: Option<Scalar>) -> Width {
        match scalar {
            Some(Scalar::Signed(bytes)) => Width::Signed(bytes),
            Some(Scalar::Unsigned(bytes)) => Width::Unsigned(bytes),
            _ => Width::Free,
        }
    }

    /// The widest, as `numpy.result_type` has it; of signed and unsigned ones, and of Python's, none is.
    fn merge(self, other: Width) -> Width {
        match (self, other) {
            (Width::Signed(a), Width::Signed(b)) => Width::Signed(a.max(b)),
            (Width::Unsigned(a), Width::Unsigned(b)) => Width::Unsigned(a.max(b)),
            _ => Width::Free,
        }
    }
}

impl Ints {
    /// No integers at all.
    pub(crate) const NONE: Ints = Ints { size: Size::I64, negative: false, exact: true, width: Width::Free };

    /// With one more of Python's.
    pub(crate) fn with(self, value: i64) -> Ints {
        let exact = value.unsigned_abs() <= 1 << 53 || Int::from(value).is_exact_f64();
        Ints {
            size: self.size,
            negative: self.negative || value < 0,
            exact: self.exact && exact,
            width: Width::Free,
        }
    }

    pub(crate) fn merge(self, other: Ints) -> Ints {
        Ints {
            size: self.size.max(other.size),
            negative: self.negative || other.negative,
            exact: self.exact && other.exact,
            width: self.width.merge(other.width),
        }
    }

    fn data_type(self) -> DataType {
        match (self.width, self.size) {
            (Width::Signed(1), _) => DataType::Int8,
            (Width::Signed(2), _) => DataType::Int16,
            (Width::Signed(4), _) => DataType::Int32,
            (Width::Unsigned(1), _) => DataType::UInt8,
            (Width::Unsigned(2), _) => DataType::UInt16,
            (Width::Unsigned(4), _) => DataType::UInt32,
            (Width::Unsigned(_), _) => DataType::UInt64,
            (_, Size::I64) => DataType::Int64,
            (_, Size::U64) if !self.negative => DataType::UInt64,
            _ => DataType::Decimal256(76, 0),
        }
    }
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

impl Kind {
    /// The least kind that holds both.
    pub(crate) fn merge(self, other: Kind) -> Kind {
        use Kind::{
            Bool, Bytes, Complex, Date, Decimal, Duration, Float, FloatOrBool, Half, Int, Json, List, Narrow,
        };
        use Kind::{Null, Period, Stamp, Str, Str2, Struct, Time, Typed, Uuid};
        match (self, other) {
            (Null, kind) | (kind, Null) => kind,
            (Json(a), Json(b)) if a == b => Json(a),
            (Json(Why::Digits), Int(_) | Decimal { .. }) | (Int(_) | Decimal { .. }, Json(Why::Digits)) => {
                Json(Why::Digits)
            }
            (Json(Why::Reach), Stamp { .. } | Duration(_))
            | (Stamp { .. } | Duration(_), Json(Why::Reach)) => Json(Why::Reach),
            (Json(Why::Keys), Struct(_)) | (Struct(_), Json(Why::Keys)) => Json(Why::Keys),
            (Bool, Bool) => Bool,
            (Int(a), Int(b)) => Int(a.merge(b)),
            (Float, Float | Narrow) | (Narrow, Float) => Float,
            (Narrow, Narrow) => Narrow,
            (Half, Half) => Half,
            (Half, other) => Narrow.merge(other),
            (this, Half) => this.merge(Narrow),
            (Float | Narrow, Int(ints)) | (Int(ints), Float | Narrow) if ints.exact => Float,
            (Float | Narrow | FloatOrBool, Bool | FloatOrBool) => FloatOrBool,
            (FloatOrBool, Float | Narrow) => FloatOrBool,
            (FloatOrBool, Int(ints)) | (Int(ints), FloatOrBool) if ints.exact => FloatOrBool,
            (Typed(a, p), Typed(b, q)) if a == b => Typed(a, p.zip(q).map(|(p, q)| p.merge(q))),
            (Typed(a, ints), b) => match untyped(&a, ints) {
                Some(a) => a.merge(b),
                None => Json(Why::Mixed),
            },
            (a, Typed(b, ints)) => match untyped(&b, ints) {
                Some(b) => a.merge(b),
                None => Json(Why::Mixed),
            },
            (Str { utf8: a }, Str { utf8: b }) => Str { utf8: a && b },
            (Str2 { utf8: a }, Str2 { utf8: b }) => Str2 { utf8: a && b },
            (Str { .. }, Str2 { utf8: false }) | (Str2 { utf8: false }, Str { .. }) => Bytes { text: true },
            (Str { utf8 }, Str2 { .. }) | (Str2 { .. }, Str { utf8 }) => Str { utf8 },
            (Bytes { text: a }, Bytes { text: b }) => Bytes { text: a || b },
            // As pyarrow: text among bytes is its UTF-8.
            (Bytes { .. }, Str { .. } | Str2 { .. }) | (Str { .. } | Str2 { .. }, Bytes { .. }) => {
                Bytes { text: true }
            }
            (Date, Date) => Date,
            (Time, Time) => Time,
            (Stamp { span: a, zone: p }, Stamp { span: b, zone: q }) => match p.merge(q) {
                Some(zone) => Stamp { span: a.merge(b), zone },
                None => Json(Why::Mixed),
            },
            (Duration(a), Duration(b)) => Duration(a.merge(b)),
            (Decimal { whole: a, scale: p }, Decimal { whole: b, scale: q }) => {
                Decimal { whole: a.max(b), scale: p.max(q) }
            }
            (decimal @ Decimal { .. }, Int(ints)) | (Int(ints), decimal @ Decimal { .. }) => {
                match ints.size {
                    Size::I64 => decimal.merge(Decimal { whole: 19, scale: 0 }),
                    Size::U64 => decimal.merge(Decimal { whole: 20, scale: 0 }),
                    Size::Decimal => decimal.merge(Decimal { whole: 76, scale: 0 }),
                    Size::Larger => Json(Why::Digits),
                }
            }
            (Uuid, Uuid) => Uuid,
            (Complex, Complex) => Complex,
            (Period(a), Period(b)) if a == b => Period(a),
            (List(a), List(b)) => List(Box::new(a.merge(*b))),
            (Struct(a), Struct(b)) => a.merge(b).map_or(Json(Why::Keys), Struct),
            _ => Json(Why::Mixed),
        }
    }

    /// Once all cells are seen: JSON text wherever there is no type that holds them and that Parquet can write.
    pub(crate) fn settle(self) -> Kind {
        match self {
            Kind::Int(ints) if ints.size == Size::Larger => Kind::Json(Why::Digits),
            Kind::Decimal { whole, scale } if whole + scale > 76 => Kind::Json(Why::Digits),
            Kind::Stamp { span, .. } if !span.fits(Unit::Milli) => Kind::Json(Why::Reach),
            Kind::Duration(span) if !span.fits(Unit::Second) => Kind::Json(Why::Reach),
            Kind::List(item) => match item.settle() {
                // What of a list can only be told by JSON is told of the whole list.
                Kind::Json(why) => Kind::Json(why),
                item => Kind::List(Box::new(item)),
            },
            Kind::Struct(fields) if !fields.alike() => Kind::Json(Why::Keys),
            Kind::Struct(fields) => Kind::Struct(fields.settle()),
            kind => kind,
        }
    }

    /// The Arrow type, after [`settle`](Kind::settle).
    pub(crate) fn data_type(&self) -> DataType {
        match self {
            Kind::Null => DataType::Null,
            Kind::Bool => DataType::Boolean,
            Kind::Int(ints) => ints.data_type(),
            Kind::Float | Kind::FloatOrBool => DataType::Float64,
            Kind::Narrow => DataType::Float32,
            Kind::Half => DataType::Float16,
            Kind::Typed(data_type, _) => data_type.clone(),
            Kind::Str { utf8: true } | Kind::Str2 { utf8: true } | Kind::Json(_) => DataType::Utf8,
            Kind::Str { utf8: false } | Kind::Str2 { utf8: false } | Kind::Bytes { .. } => DataType::Binary,
            Kind::Date => DataType::Date32,
            Kind::Time => DataType::Time64(TimeUnit::Microsecond),
            Kind::Stamp { span, zone } => {
                // Parquet has no seconds.
                DataType::Timestamp(span.unit(Unit::Milli).arrow(), zone.name().map(Into::into))
            }
            Kind::Duration(span) => DataType::Duration(span.unit(Unit::Second).arrow()),
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
            Kind::Json(_) => vec![pair("pickle.encoding", "json")],
            Kind::Str { utf8: false } => vec![pair("pickle.encoding", "wtf-8")],
            Kind::Uuid => {
                vec![pair("ARROW:extension:name", "arrow.uuid"), pair("ARROW:extension:metadata", "")]
            }
            Kind::Period(freq) => of_pandas("pandas.period", &[("freq", freq)]),
            Kind::Complex => vec![pair("pickle.numpy_dtype", "complex128")],
            _ => Vec::new(),
        }
    }

    /// Whether another order of the cells might make another kind of them: so it is with booleans among floats, and
    /// with what has no type, of which the first reason counts.
    pub(crate) fn depends_on_order(&self) -> bool {
        match self {
            Kind::FloatOrBool | Kind::Json(_) => true,
            Kind::List(item) => item.depends_on_order(),
            Kind::Struct(fields) => fields.iter().any(|(_, kind)| kind.depends_on_order()),
            _ => false,
        }
    }

    /// Whether cells, or what is nested in them, are JSON text. (The kinds nest no deeper than the inference goes.)
    pub(crate) fn holds_json(&self) -> bool {
        match self {
            Kind::Json(_) => true,
            Kind::List(item) => item.holds_json(),
            Kind::Struct(fields) => fields.iter().any(|(_, kind)| kind.holds_json()),
            _ => false,
        }
    }
}

/// `struct<real, imag>`
pub(crate) fn complex_type(part: DataType) -> DataType {
    let fields = ["real", "imag"].map(|name| Field::new(name, part.clone(), true));
    DataType::Struct(fields.to_vec().into())
}

/// The kind of Python objects that elements of this type are like; of integers, those that are there.
fn untyped(data_type: &DataType, ints: Option<Ints>) -> Option<Kind> {
    Some(match data_type {
        DataType::Boolean => Kind::Bool,
        DataType::Float16 | DataType::Float32 => Kind::Narrow,
        DataType::Float64 => Kind::Float,
        _ => Kind::Int(ints?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ints(exact: bool) -> Kind {
        Kind::Int(Ints { exact, ..Ints::NONE })
    }

    #[test]
    fn integers_become_floats_only_if_each_is_exact() {
        assert_eq!(ints(true).merge(Kind::Float), Kind::Float);
        assert_eq!(ints(false).merge(Kind::Float), Kind::Json(Why::Mixed));
        assert_eq!(Kind::Float.merge(ints(false)), Kind::Json(Why::Mixed));
    }

    #[test]
    fn integers_of_numpy_are_as_wide_as_they_were_unless_they_are_mixed() {
        let of = |width| Kind::Int(Ints { width, ..Ints::NONE });
        let both = |a, b| of(a).merge(of(b)).data_type();
        assert_eq!(both(Width::Signed(1), Width::Signed(1)), DataType::Int8);
        assert_eq!(both(Width::Signed(1), Width::Signed(4)), DataType::Int32);
        assert_eq!(both(Width::Unsigned(2), Width::Unsigned(8)), DataType::UInt64);
        assert_eq!(both(Width::Unsigned(2), Width::Signed(4)), DataType::Int64);
        assert_eq!(both(Width::Signed(1), Width::Free), DataType::Int64);
    }

    #[test]
    fn booleans_are_no_integers() {
        assert_eq!(Kind::Bool.merge(ints(true)), Kind::Json(Why::Mixed));
        assert_eq!(ints(true).merge(Kind::Bool), Kind::Json(Why::Mixed));
    }

    #[test]
    fn booleans_are_numbers_behind_floats_only() {
        let both = Kind::Float.merge(Kind::Bool);
        assert_eq!(both, Kind::FloatOrBool);
        assert_eq!(both.clone().merge(ints(true)), Kind::FloatOrBool);
        assert_eq!(both.clone().merge(ints(false)), Kind::Json(Why::Mixed));
        assert_eq!(both.data_type(), DataType::Float64);
        assert_eq!(Kind::Bool.merge(Kind::Float), Kind::Json(Why::Mixed));
    }

    #[test]
    fn elements_of_arrays_are_what_they_are_to_other_numbers() {
        let typed = |exact| Kind::Typed(DataType::Int64, Some(Ints { exact, ..Ints::NONE }));
        assert_eq!(typed(true).merge(Kind::Float), Kind::Float);
        assert_eq!(typed(false).merge(Kind::Float), Kind::Json(Why::Mixed));
        assert_eq!(typed(true).merge(typed(false)), typed(false));
    }

    #[test]
    fn a_time_beyond_the_finest_unit_leaves_it_to_json() {
        let near = |unit| Kind::Stamp { span: Span::of(1, unit), zone: Zone::None };
        // The year 9999 is in reach of microseconds, not of nanoseconds.
        let far = Kind::Stamp { span: Span::of(253_402_300_799, Unit::Second), zone: Zone::None };
        assert_eq!(far.clone().merge(near(Unit::Nano)).settle(), Kind::Json(Why::Reach));
        let both = far.merge(near(Unit::Micro)).settle();
        assert_eq!(both.data_type(), DataType::Timestamp(TimeUnit::Microsecond, None));
        // Seconds become milliseconds, which reach less far.
        let last = Kind::Stamp { span: Span::of(i64::MAX, Unit::Second), zone: Zone::None };
        assert_eq!(last.settle(), Kind::Json(Why::Reach));
        let last = Kind::Duration(Span::of(i64::MAX, Unit::Second));
        assert_eq!(last.settle().data_type(), DataType::Duration(TimeUnit::Second));
    }

    #[test]
    fn python_2_bytes_among_text_are_bytes() {
        let (text, data) = (Kind::Str { utf8: true }, Kind::Str2 { utf8: false });
        assert_eq!(text.clone().merge(data.clone()), Kind::Bytes { text: true });
        assert_eq!(data.merge(text.clone()), Kind::Bytes { text: true });
        assert_eq!(text.clone().merge(Kind::Str2 { utf8: true }), text);
    }

    #[test]
    fn a_list_of_what_has_no_type_is_json_as_a_whole() {
        assert_eq!(Kind::List(Box::new(Kind::Json(Why::Mixed))).settle(), Kind::Json(Why::Mixed));
        assert_eq!(Kind::Struct(Fields::default()).settle(), Kind::Json(Why::Keys));
    }
}
