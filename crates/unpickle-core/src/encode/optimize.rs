//! [`optimize`]: a pickle without what is remembered for nothing.

use std::collections::{HashMap, HashSet};

use super::frames::{FRAME_TARGET, Frames};
use crate::error::{Category, Error, Result};
use crate::op::Opcode;
use crate::ops::{Argument, Op, Ops};

/// The pickle without the memo entries that nothing fetches, byte by byte as `pickletools.optimize` gives it. Its values are the same.
///
/// ```
/// let bytes = unpickle_core::optimize(b"\x80\x02]q\0(U\x01aq\x01h\x01U\x01bq\x02e.")?;
/// assert_eq!(bytes, b"\x80\x02](U\x01aq\0h\0U\x01be.");
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # Errors
///
/// The bytes are no pickle; something is fetched that was not put into the memo before.
pub fn optimize(pickle: &[u8]) -> Result<Vec<u8>> {
    let (protocol, mut fetched) = survey(pickle)?;
    let mut out = Frames::new(Vec::with_capacity(pickle.len()));
    let mut ids = Ids::default();
    let mut count = 0;
    let mut ops = Ops::new(pickle);
    let mut framing = false;
    while let Some(op) = ops.next() {
        let (at, op) = op?;
        let (start, end) = (at as usize, ops.offset() as usize);
        let raw = pickle.get(start..end).unwrap_or_default();
        if start == 0 && op.opcode == Opcode::Proto {
            out.bytes().extend_from_slice(raw);
            continue;
        }
        if !framing && protocol >= 4 {
            out.start_framing()?;
        }
        framing = true;
        match op.opcode {
            Opcode::Frame => {}
            Opcode::Put | Opcode::BinPut | Opcode::LongBinPut | Opcode::Memoize => {
                let id = if op.opcode == Opcode::Memoize { ids.len() } else { index(at, &op)? };
                ids.add(id);
                if let Some(new) = fetched.get_mut(&id) {
                    *new = Some(count);
                    out.boundary()?;
                    match protocol {
                        4.. => out.op(Opcode::Memoize),
                        _ => numbered(
                            &mut out,
                            protocol,
                            [Opcode::Put, Opcode::BinPut, Opcode::LongBinPut],
                            count,
                        ),
                    }
                    count += 1;
                }
            }
            Opcode::Get | Opcode::BinGet | Opcode::LongBinGet => {
                let new = fetched.get(&index(at, &op)?).copied().flatten();
                let new = new.ok_or_else(|| {
                    Error::at(Category::Syntax, at, "what is fetched was not put into the memo before")
                })?;
                out.boundary()?;
                numbered(&mut out, protocol, [Opcode::Get, Opcode::BinGet, Opcode::LongBinGet], new);
            }
            _ if raw.len() > FRAME_TARGET => out.data(&[], raw)?,
            _ => {
                out.boundary()?;
                out.bytes().extend_from_slice(raw);
            }
        }
    }
    out.finish()
}

/// The protocol, and what is fetched from the memo.
fn survey(pickle: &[u8]) -> Result<(u8, HashMap<u64, Option<u32>>)> {
    let (mut protocol, mut fetched) = (0, HashMap::new());
    for op in Ops::new(pickle) {
        let (at, op) = op?;
        match (op.opcode, op.argument) {
            (Opcode::Proto, Argument::Int(number)) => {
                protocol = protocol.max(u8::try_from(number).unwrap_or(0))
            }
            (Opcode::Get | Opcode::BinGet | Opcode::LongBinGet, _) => {
                fetched.insert(index(at, &op)?, None);
                protocol = protocol.max(u8::from(op.opcode != Opcode::Get));
            }
            _ => {}
        }
    }
    Ok((protocol, fetched))
}

/// The index that an opcode of the memo has.
fn index(at: u64, op: &Op<'_>) -> Result<u64> {
    let index = match op.argument {
        Argument::Int(index) => u64::try_from(index).ok(),
        Argument::Line(line) => std::str::from_utf8(line).ok().and_then(|text| text.trim().parse().ok()),
        _ => None,
    };
    index.ok_or_else(|| {
        Error::at(Category::Syntax, at, "expected a memo index, a decimal number that is not negative")
    })
}

/// An opcode of the memo, as the protocol has it: with a line, with a byte, with four.
fn numbered(out: &mut Frames<Vec<u8>>, protocol: u8, [line, byte, four]: [Opcode; 3], index: u32) {
    let bytes = out.bytes();
    match u8::try_from(index) {
        _ if protocol == 0 => {
            bytes.push(line as u8);
            bytes.extend_from_slice(format!("{index}\n").as_bytes());
        }
        Ok(index) => bytes.extend([byte as u8, index]),
        Err(_) => {
            bytes.push(four as u8);
            bytes.extend_from_slice(&index.to_le_bytes());
        }
    }
}

/// The indexes used so far: how many there are is the next that MEMOIZE takes.
#[derive(Default)]
struct Ids {
    /// All below this.
    dense: u64,
    others: HashSet<u64>,
}

impl Ids {
    fn len(&self) -> u64 {
        self.dense + self.others.len() as u64
    }

    fn add(&mut self, id: u64) {
        if id > self.dense {
            self.others.insert(id);
        } else if id == self.dense {
            self.dense += 1;
            while self.others.remove(&self.dense) {
                self.dense += 1;
            }
        }
    }
}
