//! The texts that name a dtype: `f8`, `<i4`, `M8[ns]`, `U3`, `float64`.

use crate::dtype::{Dtype, DtypeKind};
use crate::unit::{TimeUnit, Unit};

/// A dtype named by text. Pickles hold a kind and a size (`f8`, `V24`); whoever called `numpy.dtype` with something
/// else is understood too.
pub(crate) fn parse(code: &str) -> Option<Dtype> {
    let (big_endian, code) = match code.split_at_checked(1) {
        Some((">", rest)) => (true, rest),
        Some(("<" | "|" | "=", rest)) => (false, rest),
        _ => (false, code),
    };
    let (kind, itemsize) = named(code).or_else(|| sized(code))?;
    Some(Dtype::simple(kind, itemsize, big_endian))
}

/// A letter with a size: `i4`, `S10`, `M8[ns]`.
fn sized(code: &str) -> Option<(DtypeKind, usize)> {
    let (code, unit) = with_unit(code)?;
    let mut letters = code.chars();
    let letter = letters.next()?;
    let size: usize = letters.as_str().parse().ok()?;
    let small = u8::try_from(size).ok();
    let kind = match (letter, size) {
        ('b', 1) => DtypeKind::Bool,
        ('i', 1 | 2 | 4 | 8) => DtypeKind::Int(small?),
        ('u', 1 | 2 | 4 | 8) => DtypeKind::UInt(small?),
        ('f', 2 | 4 | 8) => DtypeKind::Float(small?),
        ('f', 12 | 16) => DtypeKind::LongDouble(small?),
        ('c', 8 | 16) => DtypeKind::Complex(small?),
        ('c', 24 | 32) => DtypeKind::ComplexLongDouble(small?),
        ('S' | 'a', _) => DtypeKind::Bytes,
        ('U', _) => return Some((DtypeKind::Str, size.checked_mul(4)?)),
        ('V', _) => DtypeKind::Void,
        ('O', 4 | 8) => DtypeKind::Object,
        ('M', 8) => DtypeKind::Datetime(unit),
        ('m', 8) => DtypeKind::Timedelta(unit),
        _ => return None,
    };
    Some((kind, size))
}

/// `M8[25s]` into `M8` and 25 seconds.
fn with_unit(code: &str) -> Option<(&str, TimeUnit)> {
    match code.split_once('[') {
        Some((code, unit)) => Some((code, TimeUnit::parse(unit.strip_suffix(']')?)?)),
        None => Some((code, TimeUnit::one(Unit::Generic))),
    }
}

/// A name or a single letter, as `numpy.dtype` takes them and as numpy's scalar types are called.
pub(crate) fn named(code: &str) -> Option<(DtypeKind, usize)> {
    let (name, unit) = with_unit(code)?;
    Some(match name {
        "bool" | "bool_" | "bool8" | "?" => (DtypeKind::Bool, 1),
        "int8" | "byte" | "b" => (DtypeKind::Int(1), 1),
        "int16" | "short" | "h" => (DtypeKind::Int(2), 2),
        "int32" | "intc" | "i" => (DtypeKind::Int(4), 4),
        "int64" | "int" | "int_" | "intp" | "long" | "longlong" | "l" | "q" | "p" => (DtypeKind::Int(8), 8),
        "uint8" | "ubyte" | "B" => (DtypeKind::UInt(1), 1),
        "uint16" | "ushort" | "H" => (DtypeKind::UInt(2), 2),
        "uint32" | "uintc" | "I" => (DtypeKind::UInt(4), 4),
        "uint64" | "uint" | "uintp" | "ulong" | "ulonglong" | "L" | "Q" | "P" => (DtypeKind::UInt(8), 8),
        "float16" | "half" | "e" => (DtypeKind::Float(2), 2),
        "float32" | "single" | "f" => (DtypeKind::Float(4), 4),
        "float64" | "float" | "float_" | "double" | "d" => (DtypeKind::Float(8), 8),
        "float128" | "longdouble" | "longfloat" | "g" => (DtypeKind::LongDouble(16), 16),
        "float96" => (DtypeKind::LongDouble(12), 12),
        "complex64" | "csingle" | "singlecomplex" | "F" => (DtypeKind::Complex(8), 8),
        "complex128" | "complex" | "complex_" | "cdouble" | "cfloat" | "D" => (DtypeKind::Complex(16), 16),
        "complex256" | "clongdouble" | "clongfloat" | "longcomplex" | "G" => {
            (DtypeKind::ComplexLongDouble(32), 32)
        }
        "complex192" => (DtypeKind::ComplexLongDouble(24), 24),
        "object" | "object_" | "O" => (DtypeKind::Object, 8),
        "bytes" | "bytes_" | "string_" | "S" | "a" => (DtypeKind::Bytes, 0),
        "str" | "str_" | "unicode" | "unicode_" | "U" => (DtypeKind::Str, 0),
        "void" | "V" => (DtypeKind::Void, 0),
        "datetime64" | "M" => (DtypeKind::Datetime(unit), 8),
        "timedelta64" | "m" => (DtypeKind::Timedelta(unit), 8),
        _ => return None,
    })
}

/// `numpy.dtypes.Float64DType` and its like.
pub(crate) fn dtype_class(name: &str) -> Option<Dtype> {
    let name = name.strip_suffix("DType")?;
    if name == "String" {
        return Some(Dtype::string(crate::dtype::NaObject::Absent, true));
    }
    // C's `int`, which has a class of its own where `long` is as wide (Windows).
    let (kind, itemsize) = match name {
        "Int" => (DtypeKind::Int(4), 4),
        "UInt" => (DtypeKind::UInt(4), 4),
        _ => named(&name.to_ascii_lowercase())?,
    };
    Some(Dtype::simple(kind, itemsize, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(code: &str) -> String {
        parse(code).map_or("-".to_owned(), |dtype| dtype.to_string())
    }

    #[test]
    fn codes_of_pickles_and_names_are_understood() {
        assert_eq!(shown("f8"), "float64");
        assert_eq!(shown(">i2"), ">i2");
        assert_eq!(shown(">i1"), "int8");
        assert_eq!(shown("b1"), "bool");
        assert_eq!(shown("U3"), "<U3");
        assert_eq!(shown("S3"), "|S3");
        assert_eq!(shown("f16"), "float128");
        assert_eq!(shown("c24"), "complex192");
        assert_eq!(shown("M8[25s]"), "datetime64[25s]");
        assert_eq!(shown("m8"), "timedelta64");
        assert_eq!(shown("float32"), "float32");
        assert_eq!(shown("datetime64[ns]"), "datetime64[ns]");
    }

    #[test]
    fn codes_that_numpy_refuses_are_refused() {
        for code in ["", "f", "f3", "i16", "é8", "M8[", "M8[x]", "M8[0s]", "U99999999999999999999", ">"] {
            assert_eq!(shown(code), if code == "f" { "float32" } else { "-" }, "{code}");
        }
    }
}
