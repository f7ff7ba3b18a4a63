//! Python's decimal texts as Arrow's scaled integers.

use arrow_buffer::i256;

/// Most digits of an Arrow decimal.
pub(crate) const MAX_DIGITS: u32 = 76;

struct Parts<'t> {
    negative: bool,
    whole: &'t str,
    fraction: &'t str,
    exponent: i32,
}

/// `-12.50E+3`, taken apart; `None` for infinities and what is no number.
fn parts(text: &str) -> Option<Parts<'_>> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, exponent) = match text.split_once(['E', 'e']) {
        Some((digits, exponent)) => (digits, exponent.parse().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = whole.bytes().chain(fraction.bytes());
    let sound = !(whole.is_empty() && fraction.is_empty()) && all.clone().all(|byte| byte.is_ascii_digit());
    (sound && i32::abs(exponent) < 100_000).then_some(Parts { negative, whole, fraction, exponent })
}

/// Digits before the point, and behind it.
pub(crate) fn digits(text: &str) -> Option<(u32, u32)> {
    let parts = parts(text)?;
    let scale = i64::try_from(parts.fraction.len()).ok()? - i64::from(parts.exponent);
    let significant = parts.whole.len() + parts.fraction.len() - leading_zeros(&parts);
    // Zero has no digits before the point, whatever its exponent, and needs none behind it.
    let (whole, scale) = match significant {
        0 => (0, if scale > i64::from(MAX_DIGITS) { 0 } else { scale }),
        _ => (i64::try_from(significant).ok()? - scale, scale),
    };
    let (whole, scale) = (whole.max(0), scale.max(0));
    (whole + scale <= i64::from(MAX_DIGITS)).then_some((whole as u32, scale as u32))
}

fn leading_zeros(parts: &Parts<'_>) -> usize {
    parts.whole.bytes().chain(parts.fraction.bytes()).take_while(|byte| *byte == b'0').count()
}

/// The number, times ten to the power of `scale`, if that is an integer of at most 76 digits.
pub(crate) fn scaled(text: &str, scale: u32) -> Option<i256> {
    let parts = parts(text)?;
    let mut value = i256::ZERO;
    let ten = i256::from_i128(10);
    for digit in parts.whole.bytes().chain(parts.fraction.bytes()) {
        value = value.checked_mul(ten)?.checked_add(i256::from_i128((digit - b'0').into()))?;
    }
    let shift = i64::from(scale) - i64::try_from(parts.fraction.len()).ok()? + i64::from(parts.exponent);
    if value != i256::ZERO {
        for _ in 0..shift.max(0) {
            value = value.checked_mul(ten)?;
        }
        for _ in shift.min(0)..0 {
            if value.checked_rem(ten)? != i256::ZERO {
                return None;
            }
            value = value.checked_div(ten)?;
        }
    }
    if parts.negative { value.checked_neg() } else { Some(value) }
}

/// Whether an integer has at most 76 digits.
pub(crate) fn fits(int: i256) -> bool {
    let limit = i256::from_i128(10).checked_pow(MAX_DIGITS);
    let magnitude = int.checked_abs();
    matches!((magnitude, limit), (Some(magnitude), Some(limit)) if magnitude < limit)
}

/// An integer in little-endian two's complement, if it has at most 256 bits.
pub(crate) fn from_le_bytes(bytes: &[u8]) -> Option<i256> {
    let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut wide = [if negative { 0xff } else { 0 }; 32];
    wide.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i256::from_le_bytes(wide))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_counted_on_both_sides_of_the_point() {
        assert_eq!(digits("12.50"), Some((2, 2)));
        assert_eq!(digits("-0.001"), Some((0, 3)));
        assert_eq!(digits("1E+3"), Some((4, 0)));
        assert_eq!(digits("1.5E-3"), Some((0, 4)));
        assert_eq!(digits("0"), Some((0, 0)));
        assert_eq!(digits("0E+50"), Some((0, 0)));
        assert_eq!(digits("0E-500"), Some((0, 0)));
        assert_eq!(digits("Infinity"), None);
        assert_eq!(digits("1E+99999"), None);
    }

    #[test]
    fn integers_of_76_digits_fit() {
        let limit = i256::from_i128(10).checked_pow(76).unwrap();
        assert!(fits(limit.checked_sub(i256::ONE).unwrap()) && !fits(limit));
        assert!(!fits(i256::MIN) && !fits(limit.checked_neg().unwrap()));
    }

    #[test]
    fn scaling_is_exact_or_nothing() {
        assert_eq!(scaled("12.5", 2), Some(i256::from_i128(1250)));
        assert_eq!(scaled("-1E+3", 1), Some(i256::from_i128(-10000)));
        assert_eq!(scaled("0.05", 1), None);
        assert_eq!(scaled("0E+50", 0), Some(i256::ZERO));
    }
}
