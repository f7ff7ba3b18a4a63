//! Columns of text and bytes: pages of plain values, each behind its length, or of keys of a dictionary of them.

use std::ops::Range;

use arrow_array::cast::AsArray as _;
use arrow_array::{Array as _, ArrayRef, OffsetSizeTrait};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use parquet::basic::Encoding;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::statistics::{Statistics, ValueStatistics};

use super::chunk::{Builder, Chunk, Extremes, Page};
use super::numbers::missing;
use super::words::Words;
use super::{PAGE_BYTES, Pages, levels, page};

/// Longer bounds are cut: they are there to leave pages out, not to be read.
const BOUND: usize = 64;

/// What writes a column of this type: text and bytes behind 32-bit or 64-bit offsets.
pub(super) fn pages(data_type: &DataType, builder: Builder, dictionary: bool) -> Option<Box<dyn Pages>> {
    use DataType::{Binary, LargeBinary, LargeUtf8, Utf8};
    let text = matches!(data_type, Utf8 | LargeUtf8);
    let words = dictionary.then(Words::new);
    matches!(data_type, Utf8 | LargeUtf8 | Binary | LargeBinary).then(|| {
        Box::new(Texts { builder, extremes: Extremes::new(), text, words, keyed: false }) as Box<dyn Pages>
    })
}

struct Texts {
    builder: Builder,
    extremes: Extremes<Vec<u8>>,
    /// Whether it is UTF-8, so that bounds are cut between its characters.
    text: bool,
    /// The values so far, while they are few.
    words: Option<Words>,
    /// Whether there is a page of keys, and so a dictionary it needs.
    keyed: bool,
}

impl Pages for Texts {
    fn add(&mut self, array: &ArrayRef) -> Result<(), ParquetError> {
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        match array.data_type() {
            DataType::Utf8 => {
                let array = array.as_string::<i32>();
                self.split(array.value_offsets(), array.value_data(), nulls)
            }
            DataType::LargeUtf8 => {
                let array = array.as_string::<i64>();
                self.split(array.value_offsets(), array.value_data(), nulls)
            }
            DataType::Binary => {
                let array = array.as_binary::<i32>();
                self.split(array.value_offsets(), array.value_data(), nulls)
            }
            _ => {
                let array = array.as_binary::<i64>();
                self.split(array.value_offsets(), array.value_data(), nulls)
            }
        }
    }

    fn finish(mut self: Box<Self>) -> Result<Chunk, ParquetError> {
        if let Some(words) = self.words.take().filter(|_| self.keyed) {
            let count = words.len();
            self.builder.dictionary(words.plain(), count)?;
        }
        let order = self.extremes.order();
        let nulls = Some(self.builder.nulls() as u64);
        let statistics = match self.extremes.whole() {
            Some((min, max)) => {
                let (low, high) = (lower(&min, self.text), upper(&max, self.text));
                let exact = (low.len() == min.len(), high == max);
                let (low, high) = (ByteArray::from(low), ByteArray::from(high));
                ValueStatistics::new(Some(low), Some(high), None, nulls, false)
                    .with_min_is_exact(exact.0)
                    .with_max_is_exact(exact.1)
            }
            None => ValueStatistics::new(None, None, None, nulls, false),
        };
        self.builder.finish(Statistics::ByteArray(statistics), order)
    }
}

/// The values of a page: how they are written, their bytes, the least and the greatest, and how much text it is.
type Values = (Encoding, Vec<u8>, Option<(Vec<u8>, Vec<u8>)>, usize);

impl Texts {
    /// Makes pages of the cells, none much larger than the others.
    fn split<O: OffsetSizeTrait>(
        &mut self,
        offsets: &[O],
        data: &[u8],
        nulls: Option<&NullBuffer>,
    ) -> Result<(), ParquetError> {
        let rows = offsets.len().saturating_sub(1);
        let mut start = 0;
        while start < rows {
            let rest = offsets.get(start..).unwrap_or_default();
            let first = rest.first().map_or(0, |first| first.as_usize());
            let fit = rest.partition_point(|offset| offset.as_usize().saturating_sub(first) <= PAGE_BYTES);
            let end = start + fit.saturating_sub(1).max(1);
            let nulls = nulls.map(|nulls| nulls.slice(start, end - start));
            self.page(offsets.get(start..=end).unwrap_or_default(), data, nulls.as_ref())?;
            start = end;
        }
        Ok(())
    }

    fn page<O: OffsetSizeTrait>(
        &mut self,
        offsets: &[O],
        data: &[u8],
        nulls: Option<&NullBuffer>,
    ) -> Result<(), ParquetError> {
        let rows = offsets.len().saturating_sub(1);
        let nulls = nulls.filter(|nulls| nulls.null_count() > 0);
        let levels = match (self.builder.optional(), nulls) {
            (true, nulls) => levels::definition(rows, nulls),
            (false, None) => Vec::new(),
            (false, Some(_)) => return Err(missing()),
        };
        let span = |pair: &[O]| match pair {
            [start, .., end] => start.as_usize()..end.as_usize(),
            _ => 0..0,
        };
        let size = span(offsets).len() + rows * 4;
        let (encoding, values, bounds, text) = match nulls {
            None => self.values(data, || offsets.windows(2).map(span), size)?,
            Some(nulls) => {
                let present = |(start, end)| offsets.get(start..=end).unwrap_or_default().windows(2);
                self.values(data, || nulls.valid_slices().flat_map(present).map(span), size)?
            }
        };
        let cut = |(min, max): &(Vec<u8>, Vec<u8>)| (lower(min, self.text), upper(max, self.text));
        let page = Page {
            rows,
            nulls: nulls.map_or(0, NullBuffer::null_count),
            encoding,
            levels,
            values: values.into(),
            bounds: bounds.as_ref().map(cut),
            nans: None,
            text: Some(text as i64),
        };
        self.extremes.add(bounds, |a, b| a < b);
        self.builder.page(page)
    }

    /// Cells as keys, while there is room for those that are new; or plain.
    fn values<C: Iterator<Item = Range<usize>>>(
        &mut self,
        data: &[u8],
        cells: impl Fn() -> C,
        size: usize,
    ) -> Result<Values, ParquetError> {
        if let Some(words) = &mut self.words
            && let Some((keys, bounds, text)) = keys(words, data, cells())?
        {
            self.keyed = true;
            let width = levels::bit_width(words.len().saturating_sub(1));
            let mut body = vec![width];
            levels::keys(&mut body, width, &keys);
            return Ok((Encoding::RLE_DICTIONARY, body, bounds.to_vecs(), text));
        }
        let mut plain = Plain::new(size);
        for cell in cells() {
            plain.push(Cell::at(data, cell)?)?;
        }
        let (values, bounds, text) = plain.finish();
        Ok((Encoding::PLAIN, values, bounds.to_vecs(), text))
    }
}

/// The keys of all cells of a page, their bounds, and how much text they stand for; nothing if one has no room.
fn keys<'d>(
    words: &mut Words,
    data: &'d [u8],
    cells: impl Iterator<Item = Range<usize>>,
) -> Result<Option<(Vec<u32>, Limits<'d>, usize)>, ParquetError> {
    let mut keys = Vec::with_capacity(cells.size_hint().1.unwrap_or_default());
    let mut limits = Limits::default();
    let mut seen = vec![false; words.len()];
    let mut text = 0;
    for cell in cells {
        let cell = Cell::at(data, cell)?;
        text += cell.text.len();
        let Some(key) = words.key(&cell) else { return Ok(None) };
        keys.push(key);
        match seen.get_mut(key as usize) {
            Some(true) => {}
            Some(seen) => {
                *seen = true;
                limits.add(cell);
            }
            None => {
                seen.push(true);
                limits.add(cell);
            }
        }
    }
    Ok(Some((keys, limits, text)))
}

/// A cell, and its first bytes as a number of the same order.
#[derive(Clone, Copy)]
pub(super) struct Cell<'d> {
    pub(super) head: u128,
    pub(super) text: &'d [u8],
}

/// Bytes of a head; also what is copied at once, for most cells are shorter.
pub(super) const HEAD: usize = size_of::<u128>();

impl<'d> Cell<'d> {
    fn at(data: &'d [u8], cell: Range<usize>) -> Result<Cell<'d>, ParquetError> {
        let text = data.get(cell.clone()).ok_or_else(outside)?;
        Ok(match data.get(cell.start..).and_then(<[u8]>::first_chunk::<HEAD>) {
            Some(chunk) => {
                let beyond = HEAD.saturating_sub(text.len()) as u32 * 8;
                let head = u128::from_be_bytes(*chunk) & u128::MAX.checked_shl(beyond).unwrap_or(0);
                Cell { head, text }
            }
            None => Cell::of(text),
        })
    }

    /// The cell of this text, whatever lies behind it.
    pub(super) fn of(text: &'d [u8]) -> Cell<'d> {
        let mut chunk = [0; HEAD];
        chunk.iter_mut().zip(text).for_each(|(slot, byte)| *slot = *byte);
        Cell { head: u128::from_be_bytes(chunk), text }
    }

    fn less(&self, other: &Cell<'_>) -> bool {
        if self.head != other.head {
            return self.head < other.head;
        }
        // With equal heads, one of two short cells is the start of the other.
        if self.text.len() <= HEAD || other.text.len() <= HEAD {
            return self.text.len() < other.text.len();
        }
        self.text < other.text
    }
}

#[cold]
fn outside() -> ParquetError {
    ParquetError::General("a cell outside of its text".to_owned())
}

/// The least and the greatest of some cells.
#[derive(Default)]
struct Limits<'d>(Option<(Cell<'d>, Cell<'d>)>);

impl<'d> Limits<'d> {
    fn add(&mut self, cell: Cell<'d>) {
        match &mut self.0 {
            Some((min, max)) => {
                if max.less(&cell) {
                    *max = cell;
                } else if cell.less(min) {
                    *min = cell;
                }
            }
            None => self.0 = Some((cell, cell)),
        }
    }

    fn to_vecs(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        self.0.map(|(min, max)| (min.text.to_vec(), max.text.to_vec()))
    }
}

/// Cells on their way into a page of plain values.
struct Plain<'d> {
    out: Vec<u8>,
    at: usize,
    text: usize,
    limits: Limits<'d>,
}

impl<'d> Plain<'d> {
    fn new(size: usize) -> Plain<'d> {
        Plain { out: vec![0; size + HEAD], at: 0, text: 0, limits: Limits::default() }
    }

    fn push(&mut self, cell: Cell<'d>) -> Result<(), ParquetError> {
        let length = cell.text.len();
        let room = self.out.get_mut(self.at..).ok_or_else(outside)?;
        let (size, room) = room.split_first_chunk_mut::<4>().ok_or_else(outside)?;
        *size = u32::try_from(length).map_err(|_| page::too_large())?.to_le_bytes();
        match room.first_chunk_mut::<HEAD>() {
            // The next cell covers what is too much of it.
            Some(room) if length <= HEAD => *room = cell.head.to_be_bytes(),
            _ => room.get_mut(..length).ok_or_else(outside)?.copy_from_slice(cell.text),
        }
        self.at += 4 + length;
        self.text += length;
        self.limits.add(cell);
        Ok(())
    }

    fn finish(mut self) -> (Vec<u8>, Limits<'d>, usize) {
        self.out.truncate(self.at);
        (self.out, self.limits, self.text)
    }
}

/// A start of the value: what is not greater than it.
fn lower(value: &[u8], text: bool) -> Vec<u8> {
    value.get(..boundary(value, text)).unwrap_or(value).to_vec()
}

/// A start of the value, the last letter that has a next one replaced by it: what is not less than the value.
fn upper(value: &[u8], text: bool) -> Vec<u8> {
    let start = value.get(..boundary(value, text)).unwrap_or(value);
    if start.len() == value.len() {
        return value.to_vec();
    }
    match std::str::from_utf8(start) {
        Ok(start) if text => {
            for (at, letter) in start.char_indices().rev() {
                let next = match u32::from(letter) + 1 {
                    // Surrogates are no letters.
                    0xD800 => char::from_u32(0xE000),
                    next => char::from_u32(next),
                };
                let next = next.filter(|next| next.len_utf8() == letter.len_utf8());
                if let (Some(next), Some(before)) = (next, start.get(..at)) {
                    return format!("{before}{next}").into_bytes();
                }
            }
            value.to_vec()
        }
        _ => match start.iter().rposition(|&byte| byte < u8::MAX) {
            Some(last) => {
                let mut bound = start.get(..=last).unwrap_or_default().to_vec();
                bound.iter_mut().skip(last).for_each(|byte| *byte += 1);
                bound
            }
            None => value.to_vec(),
        },
    }
}

/// Where a bound ends: between letters, if it is text.
fn boundary(value: &[u8], text: bool) -> usize {
    let mut end = value.len().min(BOUND);
    while text && end > 0 && value.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
        end -= 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_stand_behind_their_lengths_and_bounds_are_those_of_a_sort() {
        let mut state = 3u64;
        for rows in [0usize, 1, 2, 40, 500] {
            let mut values: Vec<Vec<u8>> = Vec::new();
            for _ in 0..rows {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let length = (state >> 59) as usize;
                // Few different bytes, NUL among them: many share their heads.
                values.push((0..length).map(|i| (state >> (i + 8) & 1) as u8 * 0x61).collect());
            }
            let data = values.concat();
            let mut plain = Plain::new(data.len() + rows * 4);
            let mut start = 0;
            let mut expected = Vec::new();
            for value in &values {
                plain.push(Cell::at(&data, start..start + value.len()).unwrap()).unwrap();
                start += value.len();
                expected.extend((value.len() as u32).to_le_bytes());
                expected.extend(value);
            }
            let (out, limits, text) = plain.finish();
            assert_eq!((out, text), (expected, data.len()));
            values.sort();
            assert_eq!(limits.to_vecs(), values.first().cloned().zip(values.last().cloned()));
        }
    }

    #[test]
    fn long_bounds_are_cut_between_letters_and_still_bound() {
        for letter in ["a", "é", "\u{7f}", "\u{7ff}", "\u{d7ff}", "\u{ffff}", "\u{10ffff}", "水"] {
            for skip in 0..3 {
                let value = "x".repeat(skip) + &letter.repeat(100);
                let (low, high) = (lower(value.as_bytes(), true), upper(value.as_bytes(), true));
                assert!(
                    low.as_slice() <= value.as_bytes() && high.as_slice() >= value.as_bytes(),
                    "{letter:?}"
                );
                assert!(std::str::from_utf8(&low).is_ok() && std::str::from_utf8(&high).is_ok());
                assert!(low.len() <= BOUND);
            }
        }
        assert_eq!(upper(&[0xFF; 70], false), vec![0xFF; 70]);
        assert_eq!(upper(&[1; 70], false), [vec![1; 63], vec![2]].concat());
        assert_eq!(upper(b"short", true), b"short");
    }
}
