//! The RLE and bit-packed hybrid (parquet-format, `Encodings.md`): which cells are there, and keys of a dictionary.

use arrow_buffer::NullBuffer;

use super::page::varint;

/// Definition levels of cells that may be missing, behind their length.
pub(super) fn definition(rows: usize, nulls: Option<&NullBuffer>) -> Vec<u8> {
    let mut out = vec![0; 4];
    match nulls {
        Some(nulls) if nulls.null_count() > 0 => bitmap(&mut out, rows, nulls),
        _ => run(&mut out, rows, 1, 1),
    }
    let len = (out.len() - 4) as u32;
    if let Some(head) = out.first_chunk_mut::<4>() {
        *head = len.to_le_bytes();
    }
    out
}

/// A bitmap is bit-packed levels already: eight bytes of one kind and more become a run.
fn bitmap(out: &mut Vec<u8>, rows: usize, nulls: &NullBuffer) {
    const RUN: usize = 8;
    let bits = nulls.inner().sliced();
    let (bytes, rest) = bits.as_slice().split_at(bits.len().min(rows / 8));
    let packed = |out: &mut Vec<u8>, bytes: &[u8]| {
        if !bytes.is_empty() {
            varint(out, bytes.len() << 1 | 1);
            out.extend_from_slice(bytes);
        }
    };
    let (mut literal, mut at) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        let same = match byte {
            0 | 0xFF => bytes.iter().skip(at).take_while(|&&next| next == byte).count(),
            _ => 1,
        };
        if same >= RUN {
            packed(out, bytes.get(literal..at).unwrap_or_default());
            run(out, same * 8, u32::from(byte & 1), 1);
            literal = at + same;
        }
        at += same;
    }
    packed(out, bytes.get(literal..).unwrap_or_default());
    if let (Some(last), left @ 1..) = (rest.first(), rows % 8) {
        packed(out, &[last & ((1 << left) - 1)]);
    }
}

/// Keys of `width` bits each, without their length.
pub(super) fn keys(out: &mut Vec<u8>, width: u8, keys: &[u32]) {
    let (mut literal, mut at) = (0, 0);
    while let Some(group) = keys.get(at..at + 8) {
        let first = group.first().copied().unwrap_or_default();
        if group.iter().fold(0, |differs, key| differs | (key ^ first)) != 0 {
            at += 8;
            continue;
        }
        let same = keys.iter().skip(at).take_while(|&&next| next == first).count();
        pack(out, width, keys.get(literal..at).unwrap_or_default());
        run(out, same, first, width);
        at += same;
        literal = at;
    }
    pack(out, width, keys.get(literal..).unwrap_or_default());
}

/// How many bits hold numbers up to `most`.
pub(super) fn bit_width(most: usize) -> u8 {
    (usize::BITS - most.leading_zeros()).min(32) as u8
}

fn run(out: &mut Vec<u8>, count: usize, value: u32, width: u8) {
    if count == 0 {
        return;
    }
    varint(out, count << 1);
    out.extend(value.to_le_bytes().into_iter().take(usize::from(width).div_ceil(8)));
}

/// Groups of eight, the last one filled up with zeros.
fn pack(out: &mut Vec<u8>, width: u8, keys: &[u32]) {
    if keys.is_empty() {
        return;
    }
    varint(out, keys.len().div_ceil(8) << 1 | 1);
    let bytes = usize::from(width);
    out.reserve(keys.len().div_ceil(8) * bytes);
    let (groups, rest) = keys.as_chunks::<8>();
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(slot, key)| *slot = *key);
    let last = (!rest.is_empty()).then_some(&last);
    for group in groups.iter().chain(last) {
        match width {
            0..=8 => {
                let word = group.iter().rev().fold(0u64, |word, key| word << width | u64::from(*key));
                out.extend_from_slice(word.to_le_bytes().get(..bytes).unwrap_or_default());
            }
            9..=16 => {
                let word = group.iter().rev().fold(0u128, |word, key| word << width | u128::from(*key));
                out.extend_from_slice(word.to_le_bytes().get(..bytes).unwrap_or_default());
            }
            _ => {
                let (mut word, mut have) = (0u64, 0);
                for key in group {
                    word |= u64::from(*key) << have;
                    have += u32::from(width);
                    while have >= 8 {
                        out.push(word as u8);
                        word >>= 8;
                        have -= 8;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the hybrid back, as the format document says.
    fn decode(bytes: &[u8], width: u8, count: usize) -> Vec<u32> {
        let mut out = Vec::new();
        let mut at = 0;
        while out.len() < count {
            let (mut header, mut shift) = (0usize, 0);
            loop {
                header |= usize::from(bytes[at] & 0x7f) << shift;
                shift += 7;
                at += 1;
                if bytes[at - 1] & 0x80 == 0 {
                    break;
                }
            }
            if header & 1 == 0 {
                let size = usize::from(width).div_ceil(8);
                let mut value = [0; 4];
                value[..size].copy_from_slice(&bytes[at..at + size]);
                at += size;
                out.extend(std::iter::repeat_n(u32::from_le_bytes(value), header >> 1));
            } else {
                for i in 0..(header >> 1) * 8 {
                    let mut value = 0;
                    for bit in 0..usize::from(width) {
                        let from = i * usize::from(width) + bit;
                        value |= u32::from(bytes[at + from / 8] >> (from % 8) & 1) << bit;
                    }
                    out.push(value);
                }
                at += (header >> 1) * usize::from(width);
            }
        }
        assert_eq!(at, bytes.len(), "all is read");
        out.truncate(count);
        out
    }

    /// Numbers below `most`, some of them many times in a row.
    fn numbers(len: usize, most: u32, state: &mut u32) -> Vec<u32> {
        let mut values = Vec::new();
        while values.len() < len {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let times = if *state >> 28 == 0 { 200 } else { 1 + (*state >> 30) as usize };
            values.extend(std::iter::repeat_n((*state >> 8) % most.max(1), times));
        }
        values.truncate(len);
        values
    }

    const LENGTHS: [usize; 11] = [0, 1, 7, 8, 9, 15, 16, 17, 100, 1000, 5000];

    #[test]
    fn keys_read_back_whatever_their_runs() {
        let mut state = 7;
        for width in [0u8, 1, 3, 8, 9, 16, 17, 20] {
            for len in LENGTHS {
                let values = numbers(len, 1 << width, &mut state);
                let mut out = Vec::new();
                keys(&mut out, width, &values);
                assert_eq!(decode(&out, width, len), values, "width {width}, {len} values");
            }
        }
    }

    #[test]
    fn levels_read_back_from_any_bit_of_a_bitmap() {
        let mut state = 9;
        for len in LENGTHS {
            for skip in [0, 1, 5] {
                let bits = numbers(len + skip, 2, &mut state);
                let all: NullBuffer = bits.iter().map(|&bit| bit == 1).collect::<Vec<bool>>().into();
                let out = definition(len, Some(&all.slice(skip, len)));
                let expected = bits.get(skip..).unwrap();
                assert_eq!(decode(&out[4..], 1, len), expected, "{len} levels behind {skip}");
            }
            let out = definition(len, None);
            assert_eq!(decode(&out[4..], 1, len), vec![1; len]);
        }
    }
}
