//! Numbers of one type read as another: which conversions are exact, and how the others round.

use half::{bf16, f16};
use num_complex::Complex;
use unpickle_core::{Error, Result, Value, View};

use crate::array::NdArray;
use crate::dtype::{Dtype, DtypeKind};
use crate::dtype_display::Brief;
use crate::element::Element;
use crate::narrow::Float8;

/// Elements converted at a time: what is in between stays in the cache.
const CHUNK: usize = 4096;

/// Which numbers a type has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    /// `false` and `true`, which are 0 and 1.
    Bool,
    /// Integers of so many bits, the first of them the sign's.
    Int(u8),
    /// Integers of so many bits.
    UInt(u8),
    /// Floats.
    Float(Format),
    /// Pairs of floats.
    Complex(Format),
}

/// Which floats a type has: multiples of a power of two, up to another, with so many bits in between.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Format {
    /// Bits of the significand, the hidden one counted.
    digits: u8,
    /// The exponent of the least positive number.
    least: i16,
    /// The exponent of the greatest.
    most: i16,
}

const HALF: Format = Format { digits: 11, least: -24, most: 15 };
const BRAIN: Format = Format { digits: 8, least: -133, most: 127 };
const SINGLE: Format = Format { digits: 24, least: -149, most: 127 };
const DOUBLE: Format = Format { digits: 53, least: -1074, most: 1023 };

impl Format {
    fn of(format: Float8) -> Format {
        let (digits, least, most) = match format {
            Float8::E4M3FN => (4, -9, 8),
            Float8::E4M3FNUZ => (4, -10, 7),
            Float8::E5M2 => (3, -16, 15),
            Float8::E5M2FNUZ => (3, -17, 15),
            Float8::E8M0FNU => (1, -127, 127),
        };
        Format { digits, least, most }
    }

    fn holds(self, other: Format) -> bool {
        self.digits >= other.digits && self.least <= other.least && self.most >= other.most
    }
}

impl Range {
    /// The numbers of a dtype; `None` where its elements are no numbers, or wider ones than Rust has.
    fn of(dtype: &Dtype) -> Option<Range> {
        Some(match *dtype.kind() {
            DtypeKind::Bool => Range::Bool,
            DtypeKind::Int(bytes) => Range::Int(bytes.saturating_mul(8)),
            DtypeKind::UInt(bytes) => Range::UInt(bytes.saturating_mul(8)),
            DtypeKind::Float(2) => Range::Float(HALF),
            DtypeKind::Float(4) => Range::Float(SINGLE),
            DtypeKind::Float(_) => Range::Float(DOUBLE),
            DtypeKind::BFloat16 => Range::Float(BRAIN),
            DtypeKind::Float8(format) => Range::Float(Format::of(format)),
            DtypeKind::ComplexHalf => Range::Complex(HALF),
            DtypeKind::Complex(8) => Range::Complex(SINGLE),
            DtypeKind::Complex(_) => Range::Complex(DOUBLE),
            _ => return None,
        })
    }

    /// Whether each number of `other` is one of these.
    fn holds(self, other: Range) -> bool {
        match (self, other) {
            (_, Range::Bool) => true,
            (Range::Int(to), Range::Int(from)) | (Range::UInt(to), Range::UInt(from)) => to >= from,
            (Range::Int(to), Range::UInt(from)) => to > from,
            // -2^(n-1) is a power of two; all others have a bit less.
            (Range::Float(to) | Range::Complex(to), Range::Int(from)) => to.digits >= from - 1,
            (Range::Float(to) | Range::Complex(to), Range::UInt(from)) => to.digits >= from,
            (Range::Float(to) | Range::Complex(to), Range::Float(from)) => to.holds(from),
            (Range::Complex(to), Range::Complex(from)) => to.holds(from),
            _ => false,
        }
    }
}

/// A type that numbers of any other can be made: as Rust's `as` makes them.
pub trait Number: Sized {
    /// Which numbers it has.
    const RANGE: Range;

    /// An integer, cut to the bits there are; a float of it, rounded to the nearest.
    fn of_int(number: i64) -> Self;

    /// The same.
    fn of_uint(number: u64) -> Self;

    /// A float, rounded to the nearest; an integer of it, cut off towards zero and at the ends of the range, 0 of NaN.
    fn of_float(number: f64) -> Self;

    /// The real part, where there is but one.
    fn of_complex(number: Complex<f64>) -> Self {
        Self::of_float(number.re)
    }
}

macro_rules! integer {
    ($type:ty, $range:expr) => {
        impl Number for $type {
            const RANGE: Range = $range;

            fn of_int(number: i64) -> Self {
                number as $type
            }

            fn of_uint(number: u64) -> Self {
                number as $type
            }

            fn of_float(number: f64) -> Self {
                number as $type
            }
        }
    };
}

integer!(u8, Range::UInt(8));
integer!(u16, Range::UInt(16));
integer!(u32, Range::UInt(32));
integer!(u64, Range::UInt(64));
integer!(i8, Range::Int(8));
integer!(i16, Range::Int(16));
integer!(i32, Range::Int(32));
integer!(i64, Range::Int(64));
integer!(f32, Range::Float(SINGLE));
integer!(f64, Range::Float(DOUBLE));

impl Number for bool {
    const RANGE: Range = Range::Bool;

    fn of_int(number: i64) -> bool {
        number != 0
    }

    fn of_uint(number: u64) -> bool {
        number != 0
    }

    fn of_float(number: f64) -> bool {
        number != 0.0
    }

    fn of_complex(number: Complex<f64>) -> bool {
        number.re != 0.0 || number.im != 0.0
    }
}

macro_rules! half {
    ($type:ty, $format:expr) => {
        impl Number for $type {
            const RANGE: Range = Range::Float($format);

            fn of_int(number: i64) -> Self {
                <$type>::from_f64(number as f64)
            }

            fn of_uint(number: u64) -> Self {
                <$type>::from_f64(number as f64)
            }

            fn of_float(number: f64) -> Self {
                <$type>::from_f64(number)
            }
        }
    };
}

half!(f16, HALF);
half!(bf16, BRAIN);

macro_rules! complex {
    ($part:ty, $format:expr) => {
        impl Number for Complex<$part> {
            const RANGE: Range = Range::Complex($format);

            fn of_int(number: i64) -> Self {
                Complex::new(number as $part, 0.0)
            }

            fn of_uint(number: u64) -> Self {
                Complex::new(number as $part, 0.0)
            }

            fn of_float(number: f64) -> Self {
                Complex::new(number as $part, 0.0)
            }

            fn of_complex(number: Complex<f64>) -> Self {
                Complex::new(number.re as $part, number.im as $part)
            }
        }
    };
}

complex!(f32, SINGLE);
complex!(f64, DOUBLE);

/// Whether `T` has each number that an element of this dtype can be.
pub(crate) fn is_exact<T: Element>(dtype: &Dtype) -> bool {
    Range::of(dtype).is_some_and(|from| T::RANGE.holds(from))
}

impl<'p> NdArray<'p> {
    /// Appends all elements, each as the `T` nearest to it.
    pub(crate) fn convert<T: Element>(&self, out: &mut Vec<T>) -> Result<()> {
        if let Some(objects) = self.objects() {
            for value in &objects {
                out.push(number(value)?);
            }
            return Ok(());
        }
        match *self.dtype().kind() {
            DtypeKind::Bool => self.map(out, |flag: bool| T::of_uint(flag.into())),
            DtypeKind::Int(1) => self.map(out, |number: i8| T::of_int(number.into())),
            DtypeKind::Int(2) => self.map(out, |number: i16| T::of_int(number.into())),
            DtypeKind::Int(4) => self.map(out, |number: i32| T::of_int(number.into())),
            DtypeKind::Int(_) | DtypeKind::Datetime(_) | DtypeKind::Timedelta(_) => self.map(out, T::of_int),
            DtypeKind::UInt(1) => self.map(out, |number: u8| T::of_uint(number.into())),
            DtypeKind::UInt(2) => self.map(out, |number: u16| T::of_uint(number.into())),
            DtypeKind::UInt(4) => self.map(out, |number: u32| T::of_uint(number.into())),
            DtypeKind::UInt(_) => self.map(out, T::of_uint),
            DtypeKind::Float(2) => self.map(out, |number: f16| T::of_float(number.into())),
            DtypeKind::Float(4) => self.map(out, |number: f32| T::of_float(number.into())),
            DtypeKind::Float(_) => self.map(out, T::of_float),
            DtypeKind::BFloat16 => self.map(out, |number: bf16| T::of_float(number.into())),
            DtypeKind::Float8(_) => {
                let mut numbers = Vec::new();
                self.copy_f32(0..self.len(), &mut numbers)?;
                out.extend(numbers.into_iter().map(|number| T::of_float(number.into())));
                Ok(())
            }
            DtypeKind::ComplexHalf => {
                let mut numbers = Vec::new();
                self.copy_complex64(0..self.len(), &mut numbers)?;
                out.extend(numbers.into_iter().map(widened).map(T::of_complex));
                Ok(())
            }
            DtypeKind::Complex(8) => self.map(out, |number| T::of_complex(widened(number))),
            DtypeKind::Complex(_) => self.map(out, T::of_complex),
            DtypeKind::LongDouble(_) => {
                let mut numbers = Vec::new();
                self.copy_long_double(0..self.len(), &mut numbers)?;
                out.extend(numbers.into_iter().map(T::of_float));
                Ok(())
            }
            DtypeKind::ComplexLongDouble(_) => {
                let mut parts = Vec::new();
                self.copy_long_double(0..self.len(), &mut parts)?;
                let (pairs, _) = parts.as_chunks::<2>();
                out.extend(pairs.iter().map(|&[re, im]| T::of_complex(Complex::new(re, im))));
                Ok(())
            }
            _ => {
                let message =
                    format!("expected a numpy array of numbers, found one of {}", Brief(self.dtype()));
                Err(Error::invalid(self.origin(), message))
            }
        }
    }

    fn map<S: Element, T>(&self, out: &mut Vec<T>, convert: impl Fn(S) -> T) -> Result<()> {
        out.reserve(self.len());
        let mut chunk = Vec::new();
        for start in (0..self.len()).step_by(CHUNK) {
            chunk.clear();
            self.copy_native::<S>(start..self.len().min(start + CHUNK), &mut chunk)?;
            out.extend(chunk.iter().map(|&element| convert(element)));
        }
        Ok(())
    }
}

fn widened(number: Complex<f32>) -> Complex<f64> {
    Complex::new(number.re.into(), number.im.into())
}

/// A Python number; `None` is no number, and numpy's floats make NaN of it.
fn number<T: Element>(value: Value<'_>) -> Result<T> {
    match value.view() {
        View::Bool(flag) => Ok(T::of_uint(flag.into())),
        View::Float(number) => Ok(T::of_float(number)),
        View::None if matches!(T::RANGE, Range::Float(_) | Range::Complex(_)) => Ok(T::of_float(f64::NAN)),
        View::Int(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Ok(T::of_int(number)),
            (None, Some(number)) => Ok(T::of_uint(number)),
            _ => Err(Error::invalid(value, "a Python int of more than 64 bits")),
        },
        _ => Err(Error::data(value, "a number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The types that hold a dtype exactly.
    fn holders(dtype: Dtype) -> Vec<&'static str> {
        use crate::element::sealed::Native;
        let mut names = Vec::new();
        macro_rules! each {
            ($($type:ty)*) => {
                $(if is_exact::<$type>(&dtype) { names.push(<$type>::NAME); })*
            };
        }
        each!(bool i8 u8 i16 u16 i32 u32 i64 u64 f16 bf16 f32 f64 Complex<f32> Complex<f64>);
        names
    }

    #[test]
    fn a_type_holds_what_it_can_tell_apart() {
        assert_eq!(holders(Dtype::bool()).len(), 15);
        let int = |bytes| holders(Dtype::int(bytes));
        assert_eq!(
            int(1),
            [
                "int8",
                "int16",
                "int32",
                "int64",
                "float16",
                "bfloat16",
                "float32",
                "float64",
                "complex64",
                "complex128"
            ]
        );
        assert_eq!(int(2), ["int16", "int32", "int64", "float32", "float64", "complex64", "complex128"]);
        assert_eq!(int(4), ["int32", "int64", "float64", "complex128"]);
        assert_eq!(int(8), ["int64"]);
        let uint = |bytes| holders(Dtype::of_code(&format!("u{bytes}")).unwrap());
        assert_eq!(uint(4), ["uint32", "int64", "uint64", "float64", "complex128"]);
        assert_eq!(uint(8), ["uint64"]);
        assert_eq!(holders(Dtype::float(2)), ["float16", "float32", "float64", "complex64", "complex128"]);
        assert_eq!(holders(Dtype::float(4)), ["float32", "float64", "complex64", "complex128"]);
        assert_eq!(holders(Dtype::float(8)), ["float64", "complex128"]);
        assert_eq!(holders(Dtype::of_code("c8").unwrap()), ["complex64", "complex128"]);
        assert_eq!(holders(Dtype::bfloat16()), ["bfloat16", "float32", "float64", "complex64", "complex128"]);
        let float8 = |format| holders(Dtype::float8(format)).first().copied();
        assert_eq!(float8(Float8::E4M3FN), Some("float16"));
        assert_eq!(float8(Float8::E8M0FNU), Some("bfloat16"));
        assert_eq!(holders(Dtype::complex_half()), ["complex64", "complex128"]);
        assert!(holders(Dtype::of_code("f16").unwrap()).is_empty());
        assert!(holders(Dtype::object()).is_empty());
    }
}
