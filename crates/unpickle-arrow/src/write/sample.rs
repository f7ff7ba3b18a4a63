//! How to encode a column, judged by a sample of it.
//!
//! A dictionary that is thrown away costs a quarter of the time, one that is missing doubles the file: so it is a
//! decision per column. The same holds for the codec: random floats do not get smaller, only later.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

use super::pack;

/// Most rows looked at in each of three stretches: at the start, in the middle, at the end.
const STRETCH: usize = 1024;

/// Bytes that are compressed to see whether it pays.
const TRIAL: usize = 8 << 10;

/// A page of the dictionary above this is given up by the writer.
pub(crate) const DICTIONARY_BYTES: usize = 1 << 20;

/// Stretches of rows that stand for all of them; one for a table that is about as small.
pub(crate) fn stretches(rows: usize) -> Vec<Range<usize>> {
    if rows <= STRETCH.saturating_mul(8) {
        return std::iter::once(0..rows.min(STRETCH)).collect();
    }
    // Wide tables have few rows, and a look at one in a hundred is enough.
    let stretch = (rows / 256).clamp(256, STRETCH);
    // Not the middle itself: what repeats does so after round numbers, and would be seen twice for nothing.
    let middle = rows / 2 - rows / 19;
    vec![0..stretch, middle..middle.saturating_add(stretch), rows.saturating_sub(stretch)..rows]
}

/// What is decided for one leaf of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) encoding: Encoding,
    /// Whether a general codec makes it smaller.
    pub(crate) compress: bool,
    /// Bytes of a row, before any encoding.
    pub(crate) width: usize,
}

/// What values are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Each distinct value once.
    Dictionary,
    /// One after the other.
    Plain,
    /// Differences, packed into as few bits as they take.
    Delta,
}

/// Decides for the values of one leaf: samples of one column, of which `rows` are in a row group.
pub(crate) fn decide(samples: &[ArrayRef], sampled_rows: usize, rows: usize) -> Decision {
    let mut seen = Seen::new(sampled_rows);
    let mut bytes = Vec::new();
    let mut deltas = Deltas::default();
    let mut dictionary_array = false;
    for array in samples {
        dictionary_array |= matches!(array.data_type(), DataType::Dictionary(..));
        values(array, &mut seen, &mut bytes, &mut deltas);
    }
    let width = seen.bytes.div_ceil(sampled_rows.max(1));
    let rest = |encoding, compress| Decision { encoding, compress, width };
    if dictionary_array || seen.count == 0 {
        return rest(Encoding::Dictionary, true);
    }
    // Values of this leaf in a row group: lists hold more than one a row.
    let values = (rows as f64) * (seen.count as f64) / (sampled_rows.max(1) as f64);
    let average = (seen.bytes as f64) / (seen.count as f64);
    let distinct = seen.estimate().min(values).max(1.0);
    let dictionary_bits = distinct.log2().ceil().max(1.0);
    let dictionary = distinct * (average + 4.0) <= DICTIONARY_BYTES as f64
        && distinct * average * 8.0 + values * dictionary_bits < 0.75 * values * average * 8.0;
    let delta = deltas.bits();
    match delta {
        Some(bits) if bits < 0.6 * average * 8.0 && (!dictionary || bits < 0.8 * dictionary_bits) => {
            return rest(Encoding::Delta, bits < 1.0);
        }
        _ if dictionary => return rest(Encoding::Dictionary, true),
        _ => {}
    }
    rest(Encoding::Plain, shrinks(&bytes))
}

/// Whether zstd takes an eighth off.
fn shrinks(bytes: &[u8]) -> bool {
    if bytes.len() < 256 {
        return true;
    }
    match pack::zstd(1, bytes) {
        Ok(small) => small.len() < bytes.len() - bytes.len() / 8,
        Err(_) => true,
    }
}

/// Counts how often each value was seen, by hash. A power of two of slots.
struct Seen {
    slots: Vec<(u64, u32)>,
    count: usize,
    bytes: usize,
}

impl Seen {
    fn new(rows: usize) -> Seen {
        let size = rows.saturating_mul(4).clamp(1024, 4 * 3 * STRETCH).next_power_of_two();
        Seen { slots: vec![(0, 0); size], count: 0, bytes: 0 }
    }

    fn add(&mut self, hash: u64, bytes: usize) {
        let size = self.slots.len();
        if self.count >= size / 2 {
            return;
        }
        self.count += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        let hash = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut at = (hash >> 40) as usize & (size - 1);
        while let Some(slot) = self.slots.get_mut(at) {
            if slot.1 == 0 || slot.0 == hash {
                *slot = (hash, slot.1 + 1);
                return;
            }
            at = (at + 1) & (size - 1);
        }
    }

    /// How many distinct values there are in all, as estimated by Chao from those seen once and twice.
    fn estimate(&self) -> f64 {
        let (mut distinct, mut once, mut twice) = (0.0, 0.0, 0.0);
        for (_, count) in &self.slots {
            match count {
                0 => continue,
                1 => once += 1.0,
                2 => twice += 1.0,
                _ => {}
            }
            distinct += 1.0;
        }
        distinct + once * (once - 1.0f64).max(0.0) / (2.0 * (twice + 1.0))
    }
}

/// How many bits differences take, in blocks of 32 as the encoding has them.
#[derive(Default)]
struct Deltas {
    previous: Option<i64>,
    block: Vec<i64>,
    bits: usize,
    values: usize,
    integers: bool,
}

impl Deltas {
    fn add(&mut self, value: i64) {
        self.integers = true;
        if let Some(previous) = self.previous {
            self.block.push(value.wrapping_sub(previous));
            if self.block.len() == 32 {
                self.close();
            }
        }
        self.previous = Some(value);
    }

    fn close(&mut self) {
        let (Some(least), Some(most)) = (self.block.iter().min(), self.block.iter().max()) else { return };
        let span = most.wrapping_sub(*least).cast_unsigned();
        let bits = (u64::BITS - span.leading_zeros()) as usize;
        self.bits = self.bits.saturating_add(bits.saturating_mul(self.block.len()));
        self.values = self.values.saturating_add(self.block.len());
        self.block.clear();
    }

    /// Bits a value; `None` for what is no integer, or for too few.
    fn bits(&mut self) -> Option<f64> {
        self.close();
        (self.integers && self.values >= 64).then(|| self.bits as f64 / self.values as f64)
    }
}

/// Hands the values of a leaf to those who look at them.
fn values(array: &ArrayRef, seen: &mut Seen, bytes: &mut Vec<u8>, deltas: &mut Deltas) {
    deltas.previous = None;
    let mut text = |value: &[u8], seen: &mut Seen| {
        seen.add(hash(value), value.len());
        if bytes.len() < TRIAL {
            bytes.extend_from_slice(value);
        }
    };
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().flatten().for_each(|v| text(v.as_bytes(), seen)),
        DataType::LargeUtf8 => {
            array.as_string::<i64>().iter().flatten().for_each(|v| text(v.as_bytes(), seen))
        }
        DataType::Utf8View => array.as_string_view().iter().flatten().for_each(|v| text(v.as_bytes(), seen)),
        DataType::Binary => array.as_binary::<i32>().iter().flatten().for_each(|v| text(v, seen)),
        DataType::LargeBinary => array.as_binary::<i64>().iter().flatten().for_each(|v| text(v, seen)),
        DataType::BinaryView => array.as_binary_view().iter().flatten().for_each(|v| text(v, seen)),
        DataType::FixedSizeBinary(_) => {
            array.as_fixed_size_binary().iter().flatten().for_each(|v| text(v, seen));
        }
        kind => {
            // Parquet has integers of 32 and 64 bits; only these know differences.
            let integer = !matches!(kind, DataType::Float16 | DataType::Float32 | DataType::Float64);
            let Some(width) = kind.primitive_width() else { return };
            let data = array.to_data();
            let Some(buffer) = data.buffers().first() else { return };
            let start = data.offset().saturating_mul(width);
            let all = buffer.as_slice().get(start..).unwrap_or_default();
            for (row, value) in all.chunks_exact(width).take(data.len()).enumerate() {
                if data.is_null(row) {
                    continue;
                }
                seen.add(hash(value), width);
                if bytes.len() < TRIAL {
                    bytes.extend_from_slice(value);
                }
                if integer && let Some(number) = little_endian(value) {
                    deltas.add(number);
                }
            }
        }
    }
}

/// An integer of up to 8 bytes; the sign of shorter ones does not matter to differences of a sample.
fn little_endian(bytes: &[u8]) -> Option<i64> {
    let mut word = [0u8; 8];
    word.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i64::from_le_bytes(word))
}

fn hash(bytes: &[u8]) -> u64 {
    let mut state = bytes.len() as u64;
    for chunk in bytes.chunks(8) {
        let word = little_endian(chunk).unwrap_or_default().cast_unsigned();
        state = (state.rotate_left(5) ^ word).wrapping_mul(0x517C_C1B7_2722_0A95);
        state ^= state >> 32;
    }
    state
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Float64Array, Int64Array, StringArray};

    use super::*;

    const ROWS: usize = 1 << 20;

    fn decide_array(array: ArrayRef) -> Decision {
        let rows = array.len();
        decide(&[array], rows, ROWS)
    }

    /// Numbers that look random, the same each time.
    fn noise(count: usize) -> impl Iterator<Item = u64> {
        (1..=count as u64).map(|n| {
            let n = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            (n ^ (n >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9) ^ (n >> 17)
        })
    }

    #[test]
    fn random_floats_are_plain_and_not_compressed() {
        let floats = noise(3072).map(|n| n as f64 / u64::MAX as f64 + 1.0 / 3.0);
        let decision = decide_array(Arc::new(Float64Array::from_iter_values(floats)));
        assert_eq!(decision, Decision { encoding: Encoding::Plain, compress: false, width: 8 });
    }

    #[test]
    fn few_distinct_values_take_a_dictionary() {
        let floats = Arc::new(Float64Array::from_iter_values(noise(3072).map(|n| (n % 100) as f64 / 100.0)));
        assert_eq!(decide_array(floats).encoding, Encoding::Dictionary);
        let names = noise(3072).map(|n| format!("name {}", n % 500));
        assert_eq!(
            decide_array(Arc::new(StringArray::from_iter_values(names))).encoding,
            Encoding::Dictionary
        );
    }

    #[test]
    fn unique_strings_are_plain_and_compressed() {
        let ids = (0..3072).map(|n| format!("user_{n}"));
        let decision = decide_array(Arc::new(StringArray::from_iter_values(ids)));
        assert_eq!((decision.encoding, decision.compress), (Encoding::Plain, true));
    }

    #[test]
    fn even_steps_are_written_as_differences() {
        let steps = Arc::new(Int64Array::from_iter_values(
            (0..3072).map(|n| 1_577_836_800_000_000_000 + n * 1_000_000_000),
        ));
        assert_eq!(decide_array(steps).encoding, Encoding::Delta);
        let wild = Arc::new(Int64Array::from_iter_values(noise(3072).map(u64::cast_signed)));
        assert_eq!(decide_array(wild).encoding, Encoding::Plain);
    }

    #[test]
    fn small_tables_are_sampled_at_their_start_only() {
        assert_eq!(stretches(3), vec![0..3]);
        assert_eq!(stretches(100_000).len(), 3);
    }
}
