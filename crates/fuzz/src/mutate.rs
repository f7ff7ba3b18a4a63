//! Changes a pickle by its opcodes: so much of it stays a pickle that readers go on where bytes changed blindly would
//! end them.

use std::io::{Cursor, Read};
use std::ops::Range;

use fastrand::Rng;
use unpickle::core::{Opcode, Ops};

use crate::archive::{MODES, Mode};
use crate::opcodes;

/// A changed pickle of `most` bytes at most; `None` where the bytes should be changed blindly, as every third time.
pub fn mutate(data: &[u8], most: usize, seed: u64) -> Option<Vec<u8>> {
    let mut rng = Rng::with_seed(seed);
    if rng.u8(..3) == 0 {
        return None;
    }
    if let Some(member) = unwrapped(data, &mut rng) {
        return (member.len() <= most).then_some(member);
    }
    // What says how the pickle is wrapped stays, for the most part.
    let (wrapping, pickle) = data.split_at(usize::from(data.first().is_some_and(|&byte| byte < MODES)));
    let spans = spans(pickle);
    if spans.len() < 2 {
        return None;
    }
    let mut parts: Vec<Vec<u8>> = spans.iter().map(|span| pickle[span.clone()].to_vec()).collect();
    let tail = &pickle[spans.last().map_or(0, |span| span.end)..];
    for _ in 0..=rng.usize(..4) {
        change(&mut parts, &mut rng);
    }
    let mut out = wrapping.to_vec();
    if rng.u8(..50) == 0 {
        out = vec![rng.u8(..MODES)];
    }
    out.extend(parts.iter().flatten());
    out.extend_from_slice(tail);
    (out.len() <= most).then_some(out)
}

/// The start of one pickle with the end of another, or with a stretch of it in the middle; of `most` bytes at most.
pub fn mix(one: &[u8], other: &[u8], most: usize, seed: u64) -> Vec<u8> {
    let mut rng = Rng::with_seed(seed);
    let (ones, others) = (cuts(one), cuts(other));
    let mut cut = |cuts: &[usize]| cuts[rng.usize(..cuts.len())];
    let (start, from, to) = (cut(&ones), cut(&others), cut(&others));
    let mut out = one[..start].to_vec();
    if rng.bool() {
        out.extend_from_slice(&other[from.min(to)..from.max(to)]);
        out.extend_from_slice(&one[start..]);
    } else {
        out.extend_from_slice(&other[from..]);
    }
    out.truncate(most);
    out
}

/// Where each opcode is, up to the first that is none; of several pickles in a row too.
fn spans(pickle: &[u8]) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut at = 0;
    while at < pickle.len() {
        let mut ops = Ops::starting_at(pickle, at);
        let before = spans.len();
        while let Some(Ok((start, _))) = ops.next() {
            spans.push(start as usize..ops.offset() as usize);
        }
        at = ops.offset() as usize;
        if spans.len() == before || pickle.get(at - 1) != Some(&Opcode::Stop.byte()) {
            break;
        }
    }
    spans
}

/// Where bytes may be cut: between opcodes, or anywhere.
fn cuts(data: &[u8]) -> Vec<usize> {
    let from = usize::from(data.first().is_some_and(|&byte| byte < MODES));
    let spans = spans(&data[from..]);
    match spans.len() {
        0 | 1 => (0..=data.len()).collect(),
        _ => spans.iter().flat_map(|span| [span.start + from, span.end + from]).collect(),
    }
}

/// One change. The last part, the STOP, is left alone by most.
fn change(parts: &mut Vec<Vec<u8>>, rng: &mut Rng) {
    if parts.is_empty() {
        return;
    }
    let at = rng.usize(..parts.len());
    let block = at..parts.len().min(at + 1 + rng.usize(..6));
    match rng.u8(..10) {
        0 => _ = parts.drain(block),
        1 => {
            let copy = parts[block.clone()].to_vec();
            parts.splice(block.end..block.end, copy);
        }
        2 => {
            let other = rng.usize(..parts.len());
            parts.swap(at, other);
        }
        3 | 4 => parts.insert(at, opcodes::any(rng)),
        5 => {
            // A block goes elsewhere.
            let moved: Vec<_> = parts.drain(block).collect();
            let to = rng.usize(..=parts.len());
            parts.splice(to..to, moved);
        }
        6 => {
            // Many of the same: what is kept as runs and rows.
            let copies = parts[block.clone()].to_vec();
            let count = rng.usize(..20);
            parts.splice(block.end..block.end, std::iter::repeat_n(copies, count).flatten());
        }
        _ => {
            if let Some(opcode) = parts[at].first().and_then(|&byte| Opcode::from_byte(byte)) {
                parts[at] =
                    if rng.u8(..4) == 0 { opcodes::any(rng) } else { opcodes::with_argument(opcode, rng) };
            }
        }
    }
}

/// Out of a zip one of its pickles, wrapped as [`Mode`] says, which makes a whole zip of it again: changed where it lies it
/// would fail its checksum.
fn unwrapped(data: &[u8], rng: &mut Rng) -> Option<Vec<u8>> {
    if !data.starts_with(b"PK") || rng.bool() {
        return None;
    }
    let mut zip = zip::ZipArchive::new(Cursor::new(data)).ok()?;
    let names: Vec<String> = zip.file_names().flatten().map(|name| name.into_owned()).collect();
    let name = names.iter().find(|name| name.ends_with(".pkl") || name.ends_with(".npy"))?;
    let mode = if name.ends_with(".pkl") { Mode::Torch } else { Mode::Npz };
    let mut out = vec![mode as u8];
    zip.by_name(name).ok()?.take(1 << 16).read_to_end(&mut out).ok()?;
    Some(out)
}
