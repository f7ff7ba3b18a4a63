//! `Int`: a Python integer, of any size.

use std::cmp::Ordering;
use std::fmt;

/// A Python integer, of any size. Cheap to copy.
///
/// Displayed in decimal; what has more digits than CPython converts (4,300) is displayed in hexadecimal, as `0x…`, see
/// [`Int::is_decimal`].
///
/// ```
/// let pickle = unpickle_core::Pickle::parse(b"\x80\x02\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00.".to_vec())?;
/// let int = pickle.root().as_int().unwrap();
/// assert_eq!(int.as_i64(), None);
/// assert_eq!(int.as_u64(), Some(u64::MAX));
/// assert_eq!(int.to_string(), "18446744073709551615");
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Int<'p>(Repr<'p>);

#[derive(Clone, Copy)]
enum Repr<'p> {
    Small(i64),
    /// Two's complement, little-endian, more than eight bytes, none superfluous.
    Big(&'p [u8]),
}

/// Most bytes of an integer that is written in decimal, which takes the square of its length: 4,299 digits at most. CPython's
/// bound is 4,300.
const MAX_DECIMAL: usize = 1785;

impl<'p> Int<'p> {
    pub(crate) fn small(value: i64) -> Int<'p> {
        Int(Repr::Small(value))
    }

    pub(crate) fn big(bytes: &'p [u8]) -> Int<'p> {
        Int(Repr::Big(bytes))
    }

    /// The value, if it fits.
    #[inline]
    pub fn as_i64(self) -> Option<i64> {
        match self.0 {
            Repr::Small(value) => Some(value),
            Repr::Big(_) => None,
        }
    }

    /// The value, if it fits.
    pub fn as_u64(self) -> Option<u64> {
        self.as_i128().and_then(|value| u64::try_from(value).ok())
    }

    /// The value, if it fits.
    pub fn as_i128(self) -> Option<i128> {
        match self.0 {
            Repr::Small(value) => Some(value.into()),
            Repr::Big(bytes) if bytes.len() <= 16 => {
                let mut wide = [if self.is_negative() { 0xff } else { 0 }; 16];
                wide[..bytes.len()].copy_from_slice(bytes);
                Some(i128::from_le_bytes(wide))
            }
            Repr::Big(_) => None,
        }
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        match self.0 {
            Repr::Small(value) => value < 0,
            Repr::Big(bytes) => bytes.last().is_some_and(|byte| byte & 0x80 != 0),
        }
    }

    /// Whether it is displayed in decimal.
    ///
    /// ```
    /// # use unpickle_core::Pickle;
    /// // 2**64 - 1, and 2**20_000
    /// let small = Pickle::parse(b"\x80\x02\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00.".to_vec())?;
    /// let bytes = [&b"\x80\x02\x8b\xc5\x09\0\0"[..], &[0; 2500], &[1], b"."].concat();
    /// let great = Pickle::parse(bytes)?;
    /// assert!(small.root().as_int().unwrap().is_decimal());
    /// let great = great.root().as_int().unwrap();
    /// assert!(!great.is_decimal());
    /// assert_eq!(great.to_string(), format!("0x1{}", "0".repeat(5000)));
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    pub fn is_decimal(self) -> bool {
        match self.0 {
            Repr::Small(_) => true,
            Repr::Big(bytes) => bytes.len() <= MAX_DECIMAL,
        }
    }

    /// How many binary digits its absolute value has, as Python's `int.bit_length()`.
    pub fn bit_length(self) -> u64 {
        bit_len(&self.magnitude()) as u64
    }

    /// Two's complement, little-endian, as few bytes as the value needs, at least eight.
    pub fn to_le_bytes(self) -> Vec<u8> {
        match self.0 {
            Repr::Small(value) => value.to_le_bytes().to_vec(),
            Repr::Big(bytes) => bytes.to_vec(),
        }
    }

    /// The nearest double, ties to even, as Python's `float()`; infinite where that overflows.
    pub fn to_f64(self) -> f64 {
        match self.0 {
            Repr::Small(value) => value as f64,
            Repr::Big(_) => {
                let limbs = self.magnitude();
                let sign = if self.is_negative() { -1.0 } else { 1.0 };
                sign * magnitude_to_f64(&limbs)
            }
        }
    }

    /// Whether [`Int::to_f64`] loses nothing.
    pub fn is_exact_f64(self) -> bool {
        match self.0 {
            Repr::Small(value) => {
                let float = value as f64;
                // 2^63 is the one double that `as` would clamp to another integer.
                float < 9_223_372_036_854_775_808.0 && float as i64 == value
            }
            Repr::Big(_) => {
                let limbs = self.magnitude();
                let bits = bit_len(&limbs);
                let zeros = limbs.iter().position(|&limb| limb != 0).unwrap_or(0);
                let zeros = zeros * 64 + limbs.get(zeros).map_or(0, |limb| limb.trailing_zeros() as usize);
                bits <= 1024 && bits - zeros <= 53
            }
        }
    }

    /// Little-endian limbs of the absolute value.
    fn magnitude(self) -> Vec<u64> {
        let bytes = match self.0 {
            Repr::Small(value) => return vec![value.unsigned_abs()],
            Repr::Big(bytes) => bytes,
        };
        let negative = self.is_negative();
        let fill = if negative { 0xff } else { 0 };
        let mut carry = negative;
        let limb = |chunk: &[u8]| {
            let mut wide = [fill; 8];
            wide[..chunk.len()].copy_from_slice(chunk);
            let limb = u64::from_le_bytes(wide);
            if !negative {
                return limb;
            }
            let (limb, over) = (!limb).overflowing_add(u64::from(carry));
            carry = over;
            limb
        };
        let mut limbs: Vec<u64> = bytes.chunks(8).map(limb).collect();
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        limbs
    }
}

fn bit_len(limbs: &[u64]) -> usize {
    limbs.last().map_or(0, |last| limbs.len() * 64 - last.leading_zeros() as usize)
}

fn magnitude_to_f64(limbs: &[u64]) -> f64 {
    let bits = bit_len(limbs);
    if bits > 1024 {
        return f64::INFINITY;
    }
    // The top 64 bits, with a sticky bit for whatever is below: `u64 as f64` then rounds right.
    let shift = bits.saturating_sub(64);
    let (skip, offset) = (shift / 64, shift % 64);
    let low = limbs.get(skip).copied().unwrap_or(0) >> offset;
    let high = if offset == 0 { 0 } else { limbs.get(skip + 1).copied().unwrap_or(0) << (64 - offset) };
    let sticky = limbs.iter().take(skip).any(|&limb| limb != 0)
        || (offset > 0 && limbs.get(skip).copied().unwrap_or(0) << (64 - offset) != 0);
    let top = (high | low) | u64::from(sticky);
    // 2^960 at most, then up to 2^64: no step overflows before the last may.
    top as f64 * 2f64.powi(shift as i32)
}

impl From<i64> for Int<'_> {
    fn from(value: i64) -> Self {
        Int::small(value)
    }
}

impl PartialEq for Int<'_> {
    fn eq(&self, other: &Int<'_>) -> bool {
        match (self.0, other.0) {
            (Repr::Small(a), Repr::Small(b)) => a == b,
            (Repr::Big(a), Repr::Big(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Int<'_> {}

impl PartialOrd for Int<'_> {
    fn partial_cmp(&self, other: &Int<'_>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Int<'_> {
    fn cmp(&self, other: &Int<'_>) -> Ordering {
        if let (Repr::Small(a), Repr::Small(b)) = (self.0, other.0) {
            return a.cmp(&b);
        }
        let order = match (self.is_negative(), other.is_negative()) {
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (negative, _) => negative,
        };
        let (a, b) = (self.magnitude(), other.magnitude());
        let magnitude = a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()));
        if order { magnitude.reverse() } else { magnitude }
    }
}

impl fmt::Display for Int<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Repr::Small(value) = self.0 {
            return value.fmt(f);
        }
        if self.is_negative() {
            f.write_str("-")?;
        }
        if !self.is_decimal() {
            let limbs = self.magnitude();
            let mut limbs = limbs.iter().rev();
            write!(f, "{:#x}", limbs.next().unwrap_or(&0))?;
            return limbs.try_for_each(|limb| write!(f, "{limb:016x}"));
        }
        // Nineteen decimal digits at a time.
        const BASE: u128 = 10_000_000_000_000_000_000;
        let mut limbs = self.magnitude();
        let mut pieces = Vec::new();
        while !limbs.is_empty() {
            let mut rest = 0u128;
            for limb in limbs.iter_mut().rev() {
                let value = rest << 64 | u128::from(*limb);
                *limb = (value / BASE) as u64;
                rest = value % BASE;
            }
            pieces.push(rest as u64);
            while limbs.last() == Some(&0) {
                limbs.pop();
            }
        }
        for (i, piece) in pieces.iter().rev().enumerate() {
            if i == 0 { write!(f, "{piece}")? } else { write!(f, "{piece:019}")? }
        }
        Ok(())
    }
}

impl fmt::Debug for Int<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn big(value: i128) -> [u8; 16] {
        value.to_le_bytes()
    }

    #[test]
    fn a_big_integer_prints_in_decimal() {
        for value in [1i128 << 64, -(1i128 << 64), i128::MAX, i128::MIN, -(1i128 << 63) - 1] {
            assert_eq!(Int::big(&big(value)).to_string(), value.to_string());
            assert_eq!(Int::big(&big(value)).as_i128(), Some(value));
        }
    }

    #[test]
    fn the_nearest_double_is_that_of_rust() {
        for value in
            [1i128 << 64, (1 << 64) + 1, (1 << 100) + (1 << 47), -(1 << 90) - 1, i128::MAX, i128::MIN]
        {
            assert_eq!(Int::big(&big(value)).to_f64(), value as f64, "{value}");
        }
        assert!(Int::big(&big(1 << 100)).is_exact_f64());
        assert!(!Int::big(&big((1 << 100) + 1)).is_exact_f64());
        assert!(Int::small(1 << 53).is_exact_f64());
        assert!(!Int::small((1 << 53) + 1).is_exact_f64());
        assert!(!Int::small(i64::MAX).is_exact_f64());
        assert!(Int::small(i64::MIN).is_exact_f64());
    }

    #[test]
    fn what_is_long_is_hexadecimal() {
        let mut bytes = vec![0; MAX_DECIMAL + 1];
        bytes[8] = 0x1f;
        bytes[MAX_DECIMAL - 1] = 1;
        assert_eq!(Int::big(&bytes[..MAX_DECIMAL]).to_string().len(), 4297);
        let hex = format!("0x1{}1f{}", "0".repeat(2 * (MAX_DECIMAL - 10)), "0".repeat(16));
        assert_eq!(Int::big(&bytes).to_string(), hex);
        assert_eq!(Int::big(&bytes).bit_length(), 8 * MAX_DECIMAL as u64 - 7);
        // -2^n
        bytes.fill(0);
        bytes[MAX_DECIMAL] = 0x80;
        assert_eq!(Int::big(&bytes).to_string(), format!("-0x8{}", "0".repeat(2 * MAX_DECIMAL + 1)));
        assert_eq!(Int::small(-8).bit_length(), 4);
        assert_eq!(Int::small(0).bit_length(), 0);
    }

    #[test]
    fn integers_are_ordered_by_value() {
        let values = [i128::MIN, -(1 << 64) - 1, -(1 << 64), -5, 0, 7, 1 << 64, i128::MAX];
        let bytes = values.map(big);
        let ints: Vec<Int> = values
            .iter()
            .zip(&bytes)
            .map(|(&value, bytes)| i64::try_from(value).map_or(Int::big(bytes), Int::small))
            .collect();
        assert!(ints.is_sorted());
        assert!(ints[0] < ints[7]);
    }
}
