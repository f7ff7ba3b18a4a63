//! `longdouble`, the one number that no Rust type holds.
//!
//! numpy writes it as the machine had it and says only how many bytes it takes:
//!
//! | bytes | machine | format |
//! |---|---|---|
//! | 12 | x86 (32 bit) | x87: 80 bits, then 2 bytes of anything |
//! | 16 | x86-64 | x87: 80 bits, then 6 bytes of anything |
//! | 16 | aarch64 (Linux), s390x, riscv64 | IEEE quadruple: 128 bits |
//! | 16 | ppc64 | a pair of doubles: not read as such |
//!
//! Where `longdouble` is `float64` (Windows, macOS on Arm) its dtype is `f8` and nothing is to be told.
//! The two of 16 bytes are told apart by the numbers themselves. x87 stores the leading bit of each number, which is
//! 1 for all but zero and the tiniest. So an array is quadruple when some element is no x87 number, or when none
//! would be an x87 number of a usual size (1e-1000 to 1e1000) while all that are not zero are quadruple ones of a
//! usual size. [`NdArray::long_double_format`] tells which it was.

use std::ops::Range;

use unpickle_core::{Error, Result};

use crate::array::NdArray;
use crate::dtype::{Dtype, DtypeKind};
use crate::dtype_display::Brief;

/// How the bytes of a `longdouble` are to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LongDoubleFormat {
    /// 80 bits: sign, 15 bits of exponent, 64 bits of mantissa with its leading 1.
    X87,
    /// 128 bits: sign, 15 bits of exponent, 112 bits of mantissa.
    Quad,
}

/// A number that may have lost digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rounded {
    /// The nearest `f64`.
    pub value: f64,
    /// Whether it is the number itself.
    pub exact: bool,
}

const BIAS: i32 = 16383;
/// Numbers from about 1e-1000 to 1e1000 are usual.
const USUAL: i32 = 3322;

impl NdArray<'_> {
    /// Appends the elements of a `longdouble` array as the nearest `f64`; whether all of them are exact is told.
    ///
    /// Of a complex one, real and imaginary parts alternate.
    pub fn copy_long_double(&self, range: Range<usize>, out: &mut Vec<f64>) -> Result<bool> {
        if !matches!(self.dtype().kind(), DtypeKind::LongDouble(_) | DtypeKind::ComplexLongDouble(_)) {
            let message =
                format!("expected a numpy array of longdouble, found one of {}", Brief(self.dtype()));
            return Err(Error::invalid(self.origin(), message));
        }
        let format = self.long_double_format();
        let mut exact = true;
        self.for_each_element(range, |element| {
            for rounded in parts(element, self.dtype(), format) {
                exact &= rounded.exact;
                out.push(rounded.value);
            }
        })?;
        Ok(exact)
    }
}

/// What the numbers of an array look like.
#[derive(Default)]
struct Looks {
    /// Some number is none of x87's.
    no_x87: bool,
    /// Some number is, read as x87, of a usual size.
    usual_x87: bool,
    /// The same for quadruple.
    usual_quad: bool,
    /// Some number would be, read as quadruple, enormous or tiny.
    odd_quad: bool,
}

/// Which format the numbers of an array are in, those of the fields of a structure taken together.
pub(crate) fn detect(array: &NdArray<'_>) -> LongDoubleFormat {
    let mut looks = Looks::default();
    look(array, &mut looks);
    let like_quad = looks.usual_quad && !looks.odd_quad && !looks.usual_x87;
    if looks.no_x87 || like_quad { LongDoubleFormat::Quad } else { LongDoubleFormat::X87 }
}

fn look(array: &NdArray<'_>, looks: &mut Looks) {
    let size = match array.dtype().kind() {
        DtypeKind::LongDouble(16) | DtypeKind::ComplexLongDouble(32) => 16,
        // The depth of dtypes is bounded.
        DtypeKind::Struct(fields) => {
            for field in fields.iter().filter(|field| field.dtype.has_long_double()) {
                let _ = array.field(&field.name).map(|field| look(&field, looks));
            }
            return;
        }
        _ => return,
    };
    let big_endian = array.dtype().is_big_endian();
    // All of an array is within it, so there is no error.
    let _ = array.for_each_element(0..array.len(), |element| {
        for part in element.chunks_exact(size) {
            let bits = bits(part, big_endian);
            let usual = |exponent: u16| (i32::from(exponent & 0x7FFF) - BIAS).abs() < USUAL;
            let exponent = (bits >> 64) as u16;
            let leads = bits as u64 >> 63 == 1;
            looks.no_x87 |= exponent & 0x7FFF != 0 && !leads;
            looks.usual_x87 |= leads && usual(exponent);
            let quad = (bits >> 112) as u16;
            looks.usual_quad |= usual(quad);
            looks.odd_quad |= bits != 0 && !usual(quad);
        }
    });
}

/// One number of an element, or the two of a complex one.
pub(crate) fn parts<'a>(
    element: &'a [u8],
    dtype: &Dtype,
    format: LongDoubleFormat,
) -> impl Iterator<Item = Rounded> + use<'a> {
    let size = match *dtype.kind() {
        DtypeKind::ComplexLongDouble(size) => size / 2,
        _ => 16.min(u8::try_from(dtype.itemsize()).unwrap_or(16)),
    };
    let big_endian = dtype.is_big_endian();
    element.chunks_exact(usize::from(size.max(1))).map(move |part| decode(bits(part, big_endian), format))
}

/// 12 or 16 bytes as a number.
fn bits(bytes: &[u8], big_endian: bool) -> u128 {
    let mut whole = [0; 16];
    for (to, from) in whole.iter_mut().zip(bytes) {
        *to = *from;
    }
    if big_endian {
        // The swapped form of the same memory: padding first.
        whole.reverse();
        let missing = 16_usize.saturating_sub(bytes.len());
        u128::from_le_bytes(whole) >> (8 * missing as u32).min(127)
    } else {
        u128::from_le_bytes(whole)
    }
}

/// The nearest `f64` of one `longdouble`.
fn decode(bits: u128, format: LongDoubleFormat) -> Rounded {
    // Sign, exponent, and the mantissa with its leading bit at the top of 128.
    let (top, mantissa) = match format {
        LongDoubleFormat::X87 => ((bits >> 64) as u16, (bits as u64 as u128) << 64),
        LongDoubleFormat::Quad => {
            let top = (bits >> 112) as u16;
            let lead = if top & 0x7FFF == 0 { 0 } else { 1 << 127 };
            (top, lead | (bits << 16) >> 1)
        }
    };
    let sign = if top & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from(top & 0x7FFF);
    let fraction = mantissa & !(1 << 127);
    if exponent == 0x7FFF {
        let value = if fraction == 0 { f64::INFINITY.copysign(sign) } else { f64::NAN.copysign(sign) };
        return Rounded { value, exact: true };
    }
    if mantissa == 0 {
        return Rounded { value: 0.0_f64.copysign(sign), exact: true };
    }
    let rounded = round(mantissa, exponent.max(1) - BIAS);
    Rounded { value: rounded.value * sign, exact: rounded.exact }
}

/// `mantissa / 2^127 * 2^exponent`, to nearest, ties to even.
fn round(mantissa: u128, exponent: i32) -> Rounded {
    let shift = mantissa.leading_zeros();
    let mantissa = mantissa << shift;
    let exponent = exponent - shift as i32;
    if exponent > 1023 {
        return Rounded { value: f64::INFINITY, exact: false };
    }
    // 53 bits for normal numbers, fewer for those below 2^-1022.
    let keep = if exponent >= -1022 { 53 } else { 53 - (-1022 - exponent).min(54) };
    if keep < 0 {
        return Rounded { value: 0.0, exact: false };
    }
    let drop = (128 - keep) as u32;
    let (kept, rest) =
        if drop >= 128 { (0_u64, mantissa) } else { ((mantissa >> drop) as u64, mantissa << (128 - drop)) };
    let half = 1_u128 << 127;
    let up = rest > half || (rest == half && kept & 1 == 1);
    let kept = kept + u64::from(up);
    // Adding the exponent rather than setting it lets a carry out of the mantissa raise it, up to infinity.
    let bits = if exponent >= -1022 { (((exponent + 1022) as u64) << 52).wrapping_add(kept) } else { kept };
    Rounded { value: f64::from_bits(bits), exact: rest == 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn x87(top: u16, mantissa: u64) -> Rounded {
        decode(u128::from(top) << 64 | u128::from(mantissa), LongDoubleFormat::X87)
    }

    fn quad(top: u16, fraction: u128) -> Rounded {
        decode(u128::from(top) << 112 | fraction, LongDoubleFormat::Quad)
    }

    #[test]
    fn numbers_that_a_double_holds_are_exact() {
        assert_eq!(x87(0x4000, 0xC000_0000_0000_0000), Rounded { value: 3.0, exact: true });
        assert_eq!(x87(0xBFFF, 0x8000_0000_0000_0000), Rounded { value: -1.0, exact: true });
        assert_eq!(x87(0, 0), Rounded { value: 0.0, exact: true });
        assert_eq!(x87(0x7FFF, 1 << 63), Rounded { value: f64::INFINITY, exact: true });
        assert!(x87(0x7FFF, 3 << 62).value.is_nan());
        assert_eq!(quad(0x3FFF, 0), Rounded { value: 1.0, exact: true });
        assert_eq!(quad(0xC000, 1 << 111), Rounded { value: -3.0, exact: true });
    }

    #[test]
    fn others_are_rounded_to_the_nearest_and_say_so() {
        // 1 + 2^-63, and 1 + 2^-53 + 2^-63, which is past the tie.
        assert_eq!(x87(0x3FFF, (1 << 63) | 1), Rounded { value: 1.0, exact: false });
        let above = x87(0x3FFF, (1 << 63) | (1 << 10) | 1);
        assert_eq!(above, Rounded { value: 1.0 + f64::EPSILON, exact: false });
        // Ties go to even: 1 + 2^-53 down, 1 + 3 * 2^-53 up.
        assert_eq!(x87(0x3FFF, (1 << 63) | (1 << 10)).value, 1.0);
        assert_eq!(x87(0x3FFF, (1 << 63) | (3 << 10)).value, 1.0 + 2.0 * f64::EPSILON);
        // The carry goes into the exponent.
        assert_eq!(x87(0x3FFF, u64::MAX).value, 2.0);
        assert_eq!(x87(0x43FE, u64::MAX).value, f64::INFINITY);
        assert_eq!(x87(0x7FFE, 1 << 63), Rounded { value: f64::INFINITY, exact: false });
    }

    #[test]
    fn the_smallest_numbers_are_subnormal_doubles() {
        let at = |exponent: i32| x87((exponent + BIAS) as u16, 1 << 63);
        assert_eq!(at(-1022), Rounded { value: f64::MIN_POSITIVE, exact: true });
        assert_eq!(at(-1023), Rounded { value: f64::MIN_POSITIVE / 2.0, exact: true });
        assert_eq!(at(-1074), Rounded { value: 5e-324, exact: true });
        assert_eq!(at(-1075), Rounded { value: 0.0, exact: false });
        assert_eq!(at(-1076), Rounded { value: 0.0, exact: false });
        assert_eq!(at(-5000), Rounded { value: 0.0, exact: false });
        assert_eq!(x87((-1075 + BIAS) as u16, (1 << 63) | 1), Rounded { value: 5e-324, exact: false });
    }
}
