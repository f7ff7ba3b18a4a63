//! Floats that numpy itself has not: `bfloat16` and those of one byte, as ml_dtypes names them, and PyTorch's
//! `complex32`.
//!
//! The formats of one byte are those of the OCP 8-bit floating point specification (`E4M3FN`, `E5M2`), of the OCP
//! microscaling formats (`E8M0FNU`), and the variants of "8-bit numerical formats for deep neural networks" (arXiv
//! 2206.02915) whose only special value is a NaN where minus zero would be (`FNUZ`).

use std::ops::Range;

use half::{bf16, f16};
use num_complex::Complex;
use unpickle_core::{Error, Result};

use crate::array::NdArray;
use crate::dtype::{Dtype, DtypeKind};
use crate::dtype_display::Brief;

/// A float of one byte. The letters: bits of exponent and mantissa; `FN` has no infinity, `UZ` no minus zero, `U` no
/// sign.
///
/// ```
/// use unpickle_numpy::Float8;
///
/// assert_eq!(Float8::E4M3FN.to_f32(0x7e), 448.0); // the largest
/// assert_eq!(Float8::E5M2.to_f32(0x7c), f32::INFINITY);
/// assert_eq!(Float8::of_name("float8_e8m0fnu"), Some(Float8::E8M0FNU));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Float8 {
    /// `float8_e4m3fn`: up to 448.
    E4M3FN,
    /// `float8_e4m3fnuz`: up to 240.
    E4M3FNUZ,
    /// `float8_e5m2`: up to 57344, with infinities, as half precision cut short.
    E5M2,
    /// `float8_e5m2fnuz`: up to 57344.
    E5M2FNUZ,
    /// `float8_e8m0fnu`: powers of two from 2^-127 to 2^127.
    E8M0FNU,
}

impl Float8 {
    const ALL: [Float8; 5] =
        [Float8::E4M3FN, Float8::E4M3FNUZ, Float8::E5M2, Float8::E5M2FNUZ, Float8::E8M0FNU];

    /// What ml_dtypes and PyTorch call it.
    pub fn name(self) -> &'static str {
        match self {
            Float8::E4M3FN => "float8_e4m3fn",
            Float8::E4M3FNUZ => "float8_e4m3fnuz",
            Float8::E5M2 => "float8_e5m2",
            Float8::E5M2FNUZ => "float8_e5m2fnuz",
            Float8::E8M0FNU => "float8_e8m0fnu",
        }
    }

    /// The one of this name.
    pub fn of_name(name: &str) -> Option<Float8> {
        Float8::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The number that `bits` are: every one is an `f32`.
    pub fn to_f32(self, bits: u8) -> f32 {
        let (mantissa_bits, bias) = match self {
            Float8::E4M3FN => (3, 7),
            Float8::E4M3FNUZ => (3, 8),
            Float8::E5M2 => (2, 15),
            Float8::E5M2FNUZ => (2, 16),
            Float8::E8M0FNU if bits == 0xff => return f32::NAN,
            Float8::E8M0FNU => return exp2(i32::from(bits) - 127),
        };
        let is_nan = match self {
            Float8::E4M3FN => bits & 0x7f == 0x7f,
            Float8::E5M2 if bits & 0x7f == 0x7c => {
                return if bits == 0x7c { f32::INFINITY } else { f32::NEG_INFINITY };
            }
            Float8::E5M2 => bits & 0x7f > 0x7c,
            _ => bits == 0x80,
        };
        if is_nan {
            return f32::NAN;
        }
        let mantissa = bits & ((1 << mantissa_bits) - 1);
        let exponent = i32::from(bits & 0x7f) >> mantissa_bits;
        let (whole, exponent) = match exponent {
            0 => (mantissa, 1),
            _ => (mantissa | 1 << mantissa_bits, exponent),
        };
        let size = f32::from(whole) * exp2(exponent - bias - mantissa_bits);
        if bits & 0x80 == 0 { size } else { -size }
    }
}

/// A power of two, exactly, tiny ones too.
fn exp2(power: i32) -> f32 {
    match power {
        -126..=127 => f32::from_bits(((power + 127) as u32) << 23),
        // 2^-127 is the only subnormal one that is asked for.
        -149..=-127 => f32::from_bits(1 << (power + 149)),
        _ => 0.0,
    }
}

impl Dtype {
    /// `bfloat16`, the upper half of a `float32`.
    pub fn bfloat16() -> Dtype {
        Dtype::simple(DtypeKind::BFloat16, 2, false)
    }

    /// A float of one byte.
    pub fn float8(format: Float8) -> Dtype {
        Dtype::simple(DtypeKind::Float8(format), 1, false)
    }

    /// PyTorch's `complex32`: two `float16`.
    pub fn complex_half() -> Dtype {
        Dtype::simple(DtypeKind::ComplexHalf, 4, false)
    }

    /// What ml_dtypes calls it, for those numpy has not.
    pub(crate) fn of_ml_dtypes(name: &str) -> Option<Dtype> {
        match name {
            "bfloat16" => Some(Dtype::bfloat16()),
            name => Float8::of_name(name).map(Dtype::float8),
        }
    }
}

impl NdArray<'_> {
    /// Appends the elements of a logical range as `f32`: of `float32`, `float16`, `bfloat16` and the floats of one
    /// byte, all of whose numbers are exactly that.
    pub fn copy_f32(&self, range: Range<usize>, out: &mut Vec<f32>) -> Result<()> {
        let big_endian = self.dtype().is_big_endian();
        match *self.dtype().kind() {
            DtypeKind::Float(4) => self.copy_native(range, out),
            DtypeKind::Float(2) => self
                .for_each_element(range, |bytes| out.push(f16::from_bits(bits(bytes, big_endian)).to_f32())),
            DtypeKind::BFloat16 => self
                .for_each_element(range, |bytes| out.push(bf16::from_bits(bits(bytes, big_endian)).to_f32())),
            DtypeKind::Float8(format) => self.for_each_element(range, |bytes| {
                out.push(format.to_f32(bytes.first().copied().unwrap_or(0)))
            }),
            _ => {
                let message = format!("expected floats of 32 bits or less, found {}", Brief(self.dtype()));
                Err(Error::invalid(self.origin(), message))
            }
        }
    }

    /// Appends the elements of a logical range as complex numbers of two `f32`: of `complex64` and `complex32`.
    pub fn copy_complex64(&self, range: Range<usize>, out: &mut Vec<Complex<f32>>) -> Result<()> {
        let big_endian = self.dtype().is_big_endian();
        match *self.dtype().kind() {
            DtypeKind::Complex(8) => self.copy_native(range, out),
            DtypeKind::ComplexHalf => self.for_each_element(range, |bytes| {
                let (re, im) = bytes.split_at_checked(2).unwrap_or_default();
                let part = |bytes| f16::from_bits(bits(bytes, big_endian)).to_f32();
                out.push(Complex::new(part(re), part(im)));
            }),
            _ => {
                let message = format!("expected complex64 or complex32, found {}", Brief(self.dtype()));
                Err(Error::invalid(self.origin(), message))
            }
        }
    }
}

fn bits(bytes: &[u8], big_endian: bool) -> u16 {
    let bytes = bytes.first_chunk().copied().unwrap_or_default();
    if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a format of sign, exponent and mantissa says by its definition, in `f64`.
    fn defined(bits: u8, mantissa_bits: u32, bias: i32) -> f64 {
        let sign = if bits & 0x80 == 0 { 1.0 } else { -1.0 };
        let exponent = i32::from((bits & 0x7f) >> mantissa_bits);
        let fraction = f64::from(bits & ((1 << mantissa_bits) - 1)) / f64::from(1 << mantissa_bits);
        match exponent {
            0 => sign * fraction * 2_f64.powi(1 - bias),
            _ => sign * (1.0 + fraction) * 2_f64.powi(exponent - bias),
        }
    }

    #[test]
    fn every_float_of_one_byte_is_what_its_format_says() {
        for bits in 0..=255_u8 {
            for (format, mantissa, bias) in [
                (Float8::E4M3FN, 3, 7),
                (Float8::E4M3FNUZ, 3, 8),
                (Float8::E5M2, 2, 15),
                (Float8::E5M2FNUZ, 2, 16),
            ] {
                let number = format.to_f32(bits);
                let special = match format {
                    Float8::E4M3FN => bits & 0x7f == 0x7f,
                    Float8::E5M2 => bits & 0x7c == 0x7c,
                    _ => bits == 0x80,
                };
                if special {
                    assert!(!number.is_finite(), "{format:?} {bits:#x}");
                } else {
                    assert_eq!(f64::from(number), defined(bits, mantissa, bias), "{format:?} {bits:#x}");
                }
            }
            if bits < 255 {
                assert_eq!(f64::from(Float8::E8M0FNU.to_f32(bits)), 2_f64.powi(i32::from(bits) - 127));
            }
        }
        assert!(Float8::E8M0FNU.to_f32(255).is_nan());
        assert_eq!(Float8::E5M2.to_f32(0xfc), f32::NEG_INFINITY);
        assert!(Float8::E5M2.to_f32(0x7d).is_nan() && Float8::E4M3FN.to_f32(0xff).is_nan());
    }
}
