//! The numbers that a type has: which types hold all those of another, and how any is made of one.

use half::{bf16, f16};
use num_complex::Complex;

use crate::dtype::{Dtype, DtypeKind};
use crate::narrow::Float8;

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
    pub(crate) fn of(dtype: &Dtype) -> Option<Range> {
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
    pub(crate) fn holds(self, other: Range) -> bool {
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
