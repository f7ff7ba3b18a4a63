//! The distinct numbers of a column, each with its key.

use super::words::empty;
use crate::write::sample::DICTIONARY_BYTES;

/// Longer searches than this end the dictionary: a file may be made so that all its numbers meet in one place.
const PROBES: usize = 64;

/// The numbers seen so far, by their bits, in the order in which they came.
pub(super) struct Distinct {
    /// Numbers, each with one more than its key; nought where there is none. a power of two of them, a half of it
    /// taken at most.
    slots: Vec<(u64, u32)>,
    values: Vec<u64>,
    /// Bytes of a value.
    width: usize,
    full: bool,
}

impl Distinct {
    pub(super) fn new(width: usize) -> Distinct {
        Distinct { slots: empty(256), values: Vec::new(), width, full: false }
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The keys of some numbers; nothing if there is, or was, one without room.
    pub(super) fn keys(&mut self, numbers: impl Iterator<Item = u64>) -> Option<Vec<u32>> {
        let mut keys = Vec::with_capacity(numbers.size_hint().0);
        for bits in numbers {
            let key = match self.slots.get(place(bits, self.slots.len() - 1)) {
                Some(&(known, key @ 1..)) if known == bits => key,
                _ => self.search(bits)?,
            };
            keys.push(key - 1);
        }
        Some(keys)
    }

    /// One more than the key of a number that is not where it is looked for first.
    fn search(&mut self, bits: u64) -> Option<u32> {
        if self.full {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut at = place(bits, mask);
        for _ in 0..PROBES {
            match self.slots.get_mut(at)? {
                (_, 0) if self.values.len() * self.width >= DICTIONARY_BYTES => break,
                slot @ (_, 0) => {
                    self.values.push(bits);
                    let key = self.values.len() as u32;
                    *slot = (bits, key);
                    if self.values.len() * 2 > self.slots.len() {
                        self.grow();
                    }
                    return Some(key);
                }
                (known, key) if *known == bits => return Some(*key),
                _ => at = (at + 1) & mask,
            }
        }
        self.full = true;
        None
    }

    fn grow(&mut self) {
        let mut slots = empty(self.slots.len() * 2);
        let mask = slots.len() - 1;
        for (key, &bits) in (1..).zip(&self.values) {
            let mut at = place(bits, mask);
            while slots.get(at).is_some_and(|&(_, key)| key != 0) {
                at = (at + 1) & mask;
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = (bits, key);
            }
        }
        self.slots = slots;
    }

    /// The values as a plain page has them.
    pub(super) fn plain(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.values.len() * self.width);
        for value in &self.values {
            out.extend(value.to_le_bytes().into_iter().take(self.width));
        }
        out
    }
}

/// Where to look first: the upper bits of the product, in which all bits of the number have a part.
#[inline]
fn place(bits: u64, mask: usize) -> usize {
    (bits.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> mask.leading_zeros()) as usize & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(distinct: &mut Distinct, number: u64) -> Option<u32> {
        distinct.keys(std::iter::once(number))?.first().copied()
    }

    #[test]
    fn a_number_keeps_its_key_while_others_come() {
        let mut distinct = Distinct::new(8);
        let numbers = || (0..10_000u64).map(|number| number.wrapping_mul(0x1234_5678_9ABC));
        for _ in 0..2 {
            assert_eq!(distinct.keys(numbers()), Some((0..10_000).collect()));
        }
        assert_eq!(distinct.plain(), numbers().flat_map(u64::to_le_bytes).collect::<Vec<_>>());
    }

    #[test]
    fn too_many_numbers_and_numbers_that_all_meet_end_the_dictionary() {
        let mut distinct = Distinct::new(8);
        let known = (0..).take_while(|&number| key(&mut distinct, number).is_some()).count();
        assert_eq!(known, DICTIONARY_BYTES / 8);
        assert_eq!(key(&mut distinct, u64::MAX), None);

        // The inverse of the factor: numbers whose products are small.
        let inverse = 0xF1DE_83E1_9937_733D_u64;
        assert_eq!(inverse.wrapping_mul(0x9E37_79B9_7F4A_7C15), 1);
        let mut distinct = Distinct::new(8);
        let known = (0..1000)
            .take_while(|number: &u64| key(&mut distinct, number.wrapping_mul(inverse)).is_some())
            .count();
        assert_eq!(known, PROBES);
    }
}
