//! Leaves that are written as the input has them: copied, many at once.

use std::io::Write;

use super::Protocol;
use super::encoder::Encoder;
use crate::op::{LeafEnd, Opcode, leaf_end};

impl<W: Write> Encoder<W> {
    /// Writes the leaves of `input` from `at` on, at most so many, as far as they are the very bytes that writing each value would give,
    /// and nothing else stands between them. Gives how many, and where the last ends. Those that `is_shared` says are not copied.
    #[inline]
    pub(super) fn copy_leaves(
        &mut self,
        input: &[u8],
        at: usize,
        most: usize,
        is_shared: impl Fn(usize) -> bool,
    ) -> (usize, usize) {
        // Before a value begins, a batch or a frame may end: then the value is written alone.
        let Some(open) = self.open.last().filter(|open| open.room > 0) else { return (0, at) };
        let (most, room) = (most.min(open.room as usize), self.out.room());
        let (protocol, remembers) = (self.protocol, self.remembers());
        let (mut end, mut count, mut memos) = (at, 0, 0);
        while count < most && end - at < room {
            let Some(&byte) = input.get(end) else { break };
            if byte == FLOAT {
                let more = floats(input, end, (most - count).min((room - (end - at)) / FLOAT_LEN));
                if more > 0 {
                    count += more;
                    end += more * FLOAT_LEN;
                    continue;
                }
            }
            let next = match byte {
                FLOAT => end + FLOAT_LEN,
                INT1 => end + 2,
                INT2 if input.get(end + 2).is_some_and(|&high| high != 0) => end + 3,
                INT4 if !matches!(input.get(end + 3..end + 5), Some([0, 0]) | None) => end + 5,
                NONE => end + 1,
                TRUE | FALSE if protocol >= Protocol::V2 => end + 1,
                TEXT if protocol >= Protocol::V4 => {
                    // One character may be known from elsewhere.
                    let LeafEnd::At(next) = leaf_end(input, end) else { break };
                    let memoized = input.get(next) == Some(&(Opcode::Memoize as u8));
                    if next - end <= 4 || memoized != remembers || is_shared(end) {
                        break;
                    }
                    memos += u32::from(remembers);
                    next + usize::from(remembers)
                }
                _ => break,
            };
            if next > input.len() {
                break;
            }
            count += 1;
            end = next;
        }
        let copied = input.get(at..end).unwrap_or_default();
        if count == 0 || protocol == Protocol::V0 || self.count_memos(memos).is_err() {
            return (0, at);
        }
        self.out.bytes().extend_from_slice(copied);
        if let Some(open) = self.open.last_mut() {
            open.room -= count as u32;
            open.done += count as u64;
        }
        (count, end)
    }
}

const FLOAT: u8 = Opcode::BinFloat as u8;
const FLOAT_LEN: usize = 9;
const INT1: u8 = Opcode::BinInt1 as u8;
const INT2: u8 = Opcode::BinInt2 as u8;
const INT4: u8 = Opcode::BinInt as u8;
const NONE: u8 = Opcode::None as u8;
const TRUE: u8 = Opcode::NewTrue as u8;
const FALSE: u8 = Opcode::NewFalse as u8;
const TEXT: u8 = Opcode::ShortBinUnicode as u8;

/// How many floats there are from `at` on, at most so many, eight at a time: their opcodes are where they must be, so none has to wait
/// for the one before.
pub(super) fn floats(input: &[u8], at: usize, most: usize) -> usize {
    let eights = input.get(at..).unwrap_or_default().chunks_exact(8 * FLOAT_LEN).take(most / 8);
    8 * eights.take_while(|eight| eight.iter().step_by(FLOAT_LEN).all(|&byte| byte == FLOAT)).count()
}
