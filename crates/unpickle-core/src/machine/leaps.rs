//! Leaps: many leaves of a run at one look.
//!
//! A leaf ends where its length says, and only there the next begins: whoever goes from leaf to leaf mostly waits, for the
//! last leaf and for the memory. So leaves are looked at where they must be if they are like those before: many at once,
//! and what is found is what going from leaf to leaf would have found, or less. Errors are left to the latter.

use crate::op::Opcode;

const TEXT: u8 = Opcode::ShortBinUnicode as u8;
const NONE: u8 = Opcode::None as u8;
const MEMOIZE: u8 = Opcode::Memoize as u8;

/// So many texts of one length make it likely that the next has that length, too.
const STREAK: usize = 8;

/// Memory is asked for so far ahead, for so many bytes at once, by one byte of each line.
const AHEAD: usize = 2048;
const STEP: usize = 512;
const LINE: usize = 64;

/// How many numbers of this opcode, which are so wide with it, follow at `at`, in eights, at most so many, and where they
/// end. Their opcodes must be at equal distances: none has to wait for the one before.
pub(super) fn numbers<const WIDTH: usize>(
    input: &[u8],
    at: usize,
    opcode: Opcode,
    most: usize,
) -> (usize, usize) {
    let mut count = 0;
    for eight in input.get(at..).unwrap_or_default().chunks_exact(8 * WIDTH).take(most / 8) {
        if !eight.iter().step_by(WIDTH).all(|&byte| byte == opcode as u8) {
            break;
        }
        count += 8;
    }
    (count, at + count * WIDTH)
}

/// How many booleans and `None`s follow at `at`, at most so many, and where they end.
pub(super) fn single_bytes(input: &[u8], at: usize, most: usize) -> (usize, usize) {
    const TRUE: u8 = Opcode::NewTrue as u8;
    const FALSE: u8 = Opcode::NewFalse as u8;
    let bytes = input.get(at..).unwrap_or_default().iter().take(most);
    let count = bytes.take_while(|byte| matches!(**byte, NONE | TRUE | FALSE)).count();
    (count, at + count)
}

/// Leaves that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Texts {
    pub(super) end: usize,
    pub(super) leaves: usize,
    /// How many of them are memoized.
    pub(super) memos: usize,
}

/// Short texts that are memoized, and `None`s, from `at` on; at most so many.
pub(super) fn texts(input: &[u8], mut at: usize, most: usize) -> Texts {
    let (mut leaves, mut memos) = (0, 0);
    let (mut last, mut streak) = (0, 0);
    let mut asked = at;
    while leaves < most {
        let Some(&[opcode, len]) = input.get(at..).and_then(<[u8]>::first_chunk) else { break };
        if opcode == NONE {
            leaves += 1;
            at += 1;
            continue;
        }
        let end = at + 2 + usize::from(len);
        if opcode != TEXT || input.get(end) != Some(&MEMOIZE) {
            break;
        }
        leaves += 1;
        memos += 1;
        at = end + 1;
        streak = if len == last { streak + 1 } else { 0 };
        last = len;
        if streak >= STREAK {
            let more = equal(input, end, len, most - leaves);
            leaves += more;
            memos += more;
            at += more * (usize::from(len) + 3);
            if more < 2 {
                streak = 0;
            }
        }
        if at >= asked {
            ask(input, at + AHEAD);
            asked = at + STEP;
        }
    }
    Texts { end: at, leaves, memos }
}

/// How many texts of this length, all memoized, follow the one whose MEMOIZE is at `at`; at most so many.
#[inline(always)]
fn equal(input: &[u8], at: usize, len: u8, most: usize) -> usize {
    let width = usize::from(len) + 3;
    // Three bytes between two texts: the one's MEMOIZE, the other's opcode and length.
    let between = u32::from_le_bytes([MEMOIZE, TEXT, len, 0]);
    let mut rest = input.get(at..).unwrap_or_default();
    let mut left = most;
    while left > 0
        && let Some(&bytes) = rest.first_chunk()
        && u32::from_le_bytes(bytes) & 0xff_ffff == between
        && let Some(tail) = rest.get(width..)
    {
        rest = tail;
        left -= 1;
    }
    // The last of them may not be memoized.
    let count = most - left;
    if count > 0 && rest.first() != Some(&MEMOIZE) { count - 1 } else { count }
}

/// Reads a little of what comes later: the processor fetches memory by itself only while a page of it lasts, and the next
/// text is not asked for before this one's length is there. Texts of many lengths, in memory that is in no cache, take
/// half the time so; it costs a sixth where all is in the cache.
#[inline(always)]
fn ask(input: &[u8], at: usize) {
    let lines = input.get(at..at + STEP).unwrap_or_default().iter().step_by(LINE);
    std::hint::black_box(lines.fold(0, |all, byte| all | byte));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::{LeafEnd, leaf_end};

    /// What [`texts`] and [`numbers`] say, one leaf after the other.
    fn slowly(input: &[u8], mut at: usize, most: usize, sort: Opcode) -> Texts {
        let (mut leaves, mut memos) = (0, 0);
        while leaves < most
            && let LeafEnd::At(end) = leaf_end(input, at)
        {
            let memoized = input[at] == TEXT && input.get(end) == Some(&MEMOIZE);
            let none = input[at] == NONE && sort == Opcode::None;
            if !(memoized && sort == Opcode::None || none || input[at] == sort as u8) {
                break;
            }
            leaves += 1;
            memos += usize::from(memoized);
            at = end + usize::from(memoized);
        }
        Texts { end: at, leaves, memos }
    }

    /// Bytes of these pieces, in an order that looks random.
    fn bytes(pieces: &[&[u8]], count: usize, mut seed: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut piece = 0;
        for _ in 0..count {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Mostly the one before.
            if seed >> 60 == 0 {
                piece = (seed >> 40) as usize % pieces.len();
            }
            bytes.extend_from_slice(pieces[piece]);
        }
        bytes
    }

    #[test]
    fn texts_are_those_that_one_by_one_are_found() {
        let plain: &[&[u8]] = &[b"\x8c\x02ab\x94", b"N", b"\x8c\x00\x94", b"\x8c\x03\x94\x8c\x02\x94"];
        let broken: &[&[u8]] = &[plain[0], plain[1], plain[3], b"\x8c\x02ab", b"K\x01", b"N\x94", b"\x8c"];
        for seed in 0..200 {
            for pieces in [plain, broken] {
                let mut input = bytes(pieces, 400, seed);
                // Once as it is, once cut off within the last.
                for most in [0, 1, 37, 300, usize::MAX] {
                    // The last byte is not looked at: a text has two at least.
                    let mut end = texts(&input, 0, most);
                    while end.leaves < most && end.end + 1 == input.len() && input[end.end] == NONE {
                        (end.end, end.leaves) = (end.end + 1, end.leaves + 1);
                    }
                    assert_eq!(end, slowly(&input, 0, most, Opcode::None), "{seed}, {most}");
                    input.pop();
                }
            }
        }
    }

    #[test]
    fn booleans_end_where_another_leaf_begins() {
        assert_eq!(single_bytes(b"K\x88N\x89\x88K", 1, 9), (4, 5));
        assert_eq!(single_bytes(b"\x88N\x89\x88", 0, 3), (3, 3));
        assert_eq!(single_bytes(b"\x88", 2, 3), (0, 2));
    }

    #[test]
    fn numbers_are_eights_of_those_that_one_by_one_are_found() {
        for seed in 0..200 {
            let input = bytes(&[b"JJJJJ", b"JKLMN", b"K\x01", b"Je\0\0\0"], 100, seed);
            for most in [0, 7, 8, 60, usize::MAX] {
                let (count, end) = numbers::<5>(&input, 0, Opcode::BinInt, most);
                let found = slowly(&input, 0, most, Opcode::BinInt);
                assert!(count <= found.leaves && count + 8 > found.leaves, "{seed}, {most}");
                assert_eq!(end, 5 * count);
            }
        }
    }
}
