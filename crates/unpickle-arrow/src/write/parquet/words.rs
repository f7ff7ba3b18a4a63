//! The distinct texts of a column, each with its key.

use std::ops::Range;

use super::texts::{Cell, HEAD};
use crate::write::sample::DICTIONARY_BYTES;

/// Longer searches than this end the dictionary: a file may be made so that all its texts meet in one place.
const PROBES: usize = 64;

/// The texts seen so far, in the order in which they came.
#[derive(Default)]
pub(super) struct Words {
    /// Half of a hash, and one more than the key; nought where there is none. A power of two of them, a half of it taken
    /// at most.
    slots: Vec<(u32, u32)>,
    words: Vec<Word>,
    /// As a plain page has them.
    plain: Vec<u8>,
    full: bool,
}

struct Word {
    head: u128,
    /// Where it is in the page.
    text: Range<usize>,
}

impl Words {
    pub(super) fn new() -> Words {
        Words { slots: empty(256), ..Words::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// The dictionary as a plain page.
    pub(super) fn plain(self) -> Vec<u8> {
        self.plain
    }

    /// The key of a text; none if there is, or was one without room.
    pub(super) fn key(&mut self, cell: &Cell<'_>) -> Option<u32> {
        let hash = hash(cell);
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        for _ in 0..PROBES {
            match self.slots.get(at)? {
                (_, 0) => return self.add(at, hash, cell),
                (known, key) if *known == hash && self.is(key - 1, cell) => return Some(key - 1),
                _ => at = (at + 1) & mask,
            }
        }
        self.full = true;
        None
    }

    fn is(&self, key: u32, cell: &Cell<'_>) -> bool {
        self.words.get(key as usize).is_some_and(|word| {
            word.head == cell.head
                && word.text.len() == cell.text.len()
                && (cell.text.len() <= HEAD || self.plain.get(word.text.clone()) == Some(cell.text))
        })
    }

    #[cold]
    fn add(&mut self, at: usize, hash: u32, cell: &Cell<'_>) -> Option<u32> {
        self.full |= self.plain.len() + 4 + cell.text.len() > DICTIONARY_BYTES;
        if self.full {
            return None;
        }
        let key = self.words.len() as u32;
        self.plain.extend((cell.text.len() as u32).to_le_bytes());
        let start = self.plain.len();
        self.plain.extend_from_slice(cell.text);
        self.words.push(Word { head: cell.head, text: start..self.plain.len() });
        *self.slots.get_mut(at)? = (hash, key + 1);
        if self.words.len() * 2 > self.slots.len() {
            self.grow();
        }
        Some(key)
    }

    fn grow(&mut self) {
        let mut slots = empty(self.slots.len() * 2);
        let mask = slots.len() - 1;
        for &(hash, key) in self.slots.iter().filter(|(_, key)| *key != 0) {
            let mut at = hash as usize & mask;
            while slots.get(at).is_some_and(|&(_, key)| key != 0) {
                at = (at + 1) & mask;
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = (hash, key);
            }
        }
        self.slots = slots;
    }
}

/// Slots that are written, not only promised to be nought: a page that is first read and then written costs two faults,
/// and the second stops the other threads.
pub(super) fn empty<T: Copy + Default>(count: usize) -> Vec<T> {
    let mut slots = Vec::with_capacity(count);
    slots.resize(count, T::default());
    slots
}

const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// 32 bits, in which all of the text has a part: there are fewer slots than that.
fn hash(cell: &Cell<'_>) -> u32 {
    let mix = |state: u64, word: u64| (state.rotate_left(29) ^ word).wrapping_mul(FACTOR);
    let mut state = mix(cell.text.len() as u64, (cell.head >> 64) as u64);
    if cell.text.len() > 8 {
        state = mix(state, cell.head as u64);
    }
    if let Some(rest) = cell.text.get(HEAD..) {
        let (words, last) = rest.as_chunks::<8>();
        for word in words {
            state = mix(state, u64::from_le_bytes(*word));
        }
        state = mix(state, last.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)));
    }
    ((state ^ state >> 32).wrapping_mul(FACTOR) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_their_keys_and_stand_in_the_page_as_they_came() {
        let texts: Vec<String> =
            (0..3000).map(|n: usize| format!("{}{n}\0", "a".repeat(n % 40))).chain([String::new()]).collect();
        let mut words = Words::new();
        for _ in 0..2 {
            for (key, text) in texts.iter().enumerate() {
                assert_eq!(words.key(&Cell::of(text.as_bytes())), Some(key as u32), "{text:?}");
            }
        }
        assert_eq!(words.len(), texts.len());
        let mut expected = Vec::new();
        for text in &texts {
            expected.extend((text.len() as u32).to_le_bytes());
            expected.extend(text.as_bytes());
        }
        assert_eq!(words.plain(), expected);
    }

    #[test]
    fn a_dictionary_is_bounded() {
        let mut words = Words::new();
        let text = |n: usize| format!("{n:0100}").into_bytes();
        let known = (0..).take_while(|&n| words.key(&Cell::of(&text(n))).is_some()).count();
        assert_eq!(known, DICTIONARY_BYTES / 104);
        assert_eq!(words.key(&Cell::of(b"another")), None, "once full, no other gets in");
        assert_eq!(words.key(&Cell::of(&text(7))), Some(7));
    }
}
