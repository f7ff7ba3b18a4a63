//! Columns of text in Arrow's layout, taken out of the pickle a stretch at a time.
//!
//! pandas 3 keeps its strings this way. Copied and checked as a whole, before anything is written, they would take
//! as much memory again as the file, and one thread only.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, GenericStringArray, OffsetSizeTrait};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::DataType;
use unpickle_core::{Error, Result, Value};

use super::types;

/// The chunks of a pyarrow array of `string` or `large_string`, where they stand in the pickle.
pub(crate) struct Texts<'p> {
    value: Value<'p>,
    chunks: Vec<Chunk<'p>>,
    len: usize,
    large: bool,
}

struct Chunk<'p> {
    /// The column's row that is the first of this chunk.
    start: usize,
    len: usize,
    /// Cells that the buffers hold before the first.
    skip: usize,
    valid: Option<&'p [u8]>,
    offsets: &'p [u8],
    text: &'p [u8],
}

impl<'p> Texts<'p> {
    /// The chunks, if it is text of `expected` cells; all else is left to the reader of all types, its errors too.
    pub(crate) fn read(value: Value<'p>, expected: usize) -> Option<Texts<'p>> {
        let call = value.call().filter(|call| call.module.starts_with("pyarrow"))?;
        let mut texts = Texts { value, chunks: Vec::new(), len: 0, large: false };
        let mut seen = HashSet::new();
        match call.name {
            "_restore_array" => texts.push(value, &mut seen)?,
            "chunked_array" => {
                let chunks = call.args.get(0)?.as_seq()?;
                chunks.iter().try_for_each(|chunk| texts.push(chunk, &mut seen))?;
            }
            _ => return None,
        }
        (texts.len == expected && !texts.chunks.is_empty()).then_some(texts)
    }

    fn push(&mut self, value: Value<'p>, seen: &mut HashSet<*const u8>) -> Option<()> {
        let call = value.call()?;
        if !call.module.starts_with("pyarrow") || call.name != "_restore_array" {
            return None;
        }
        let state = call.args.get(0)?.as_seq()?;
        let large = match types::data_type(state.get(0)?).ok()? {
            DataType::Utf8 => false,
            DataType::LargeUtf8 => true,
            _ => return None,
        };
        if !self.chunks.is_empty() && self.large != large {
            return None;
        }
        self.large = large;
        let (len, skip) = (state.get(1)?.as_usize()?, state.get(3)?.as_usize()?);
        let buffers = state.get(4)?.as_seq()?;
        let buffer = |at| -> Option<Option<&'p [u8]>> {
            let buffer = buffers.get(at)?;
            if buffer.is_none() {
                return Some(None);
            }
            let inner = match buffer.call() {
                Some(call) if call.module.starts_with("pyarrow") && call.name == "py_buffer" => {
                    call.args.get(0)?
                }
                _ => buffer,
            };
            inner.as_bytes().map(Some)
        };
        let chunk = Chunk {
            start: self.len,
            len,
            skip,
            valid: buffer(0)?,
            offsets: buffer(1)?.unwrap_or_default(),
            text: buffer(2)?.unwrap_or_default(),
        };
        // A few bytes that come again and again could stand for any number of rows: that reader counts them.
        let buffers = [chunk.offsets, chunk.text];
        if !buffers.iter().all(|buffer| buffer.is_empty() || seen.insert(buffer.as_ptr())) {
            return None;
        }
        let end = skip.checked_add(len)?;
        let held = (chunk.offsets.len() / if large { 8 } else { 4 }).checked_sub(1)?;
        if end > held || chunk.valid.is_some_and(|bits| bits.len() < end.div_ceil(8)) {
            return None;
        }
        self.len = self.len.checked_add(len)?;
        self.chunks.push(chunk);
        Some(())
    }

    /// The type of the arrays.
    pub(crate) fn data_type(&self) -> DataType {
        if self.large { DataType::LargeUtf8 } else { DataType::Utf8 }
    }

    /// Some of the rows.
    ///
    /// # Errors
    ///
    /// The offsets or the text are unsound.
    pub(crate) fn array(&self, rows: Range<usize>) -> Result<ArrayRef> {
        if self.large { self.make::<i64>(rows) } else { self.make::<i32>(rows) }
    }

    fn make<O: OffsetSizeTrait>(&self, rows: Range<usize>) -> Result<ArrayRef> {
        let unsound = |what: &str| Error::invalid(self.value, format!("unsound Arrow data: {what}"));
        if rows.start > rows.end || rows.end > self.len {
            return Err(unsound("rows beyond its end"));
        }
        let mut offsets: Vec<O> = Vec::with_capacity(rows.len().saturating_add(1));
        offsets.push(O::zero());
        let mut text: Vec<u8> = Vec::new();
        let mut valid: Vec<bool> = Vec::new();
        let first = self.chunks.partition_point(|chunk| chunk.start.saturating_add(chunk.len) <= rows.start);
        for chunk in self.chunks.iter().skip(first).take_while(|chunk| chunk.start < rows.end) {
            let from = rows.start.saturating_sub(chunk.start);
            let to = rows.end.saturating_sub(chunk.start).min(chunk.len);
            let cells = chunk.skip.saturating_add(from)..chunk.skip.saturating_add(to);
            let bytes = chunk.bytes::<O>(&cells, text.len(), &mut offsets).map_err(unsound)?;
            text.extend_from_slice(bytes);
            if let Some(bits) = chunk.valid {
                // Cells of chunks without nulls, before this one.
                valid.resize(offsets.len().saturating_sub(1).saturating_sub(cells.len()), true);
                valid.extend(
                    cells.map(|cell| bits.get(cell / 8).is_some_and(|byte| byte >> (cell % 8) & 1 == 1)),
                );
            }
        }
        let nulls = (!valid.is_empty() && valid.contains(&false)).then(|| {
            valid.resize(rows.len(), true);
            NullBuffer::new(BooleanBuffer::from(valid))
        });
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        let made = GenericStringArray::<O>::try_new(offsets, Buffer::from_vec(text), nulls);
        Ok(Arc::new(made.map_err(|error| unsound(&error.to_string()))?))
    }
}

impl<'p> Chunk<'p> {
    /// The text of some cells; where each of them ends goes to `offsets`, counted from `base` at the first.
    fn bytes<O: OffsetSizeTrait>(
        &self,
        cells: &Range<usize>,
        base: usize,
        offsets: &mut Vec<O>,
    ) -> Result<&'p [u8], &'static str> {
        let width = size_of::<O>();
        let held = self
            .offsets
            .get(cells.start.saturating_mul(width)..cells.end.saturating_add(1).saturating_mul(width))
            .ok_or("too few offsets")?;
        let (first, last) = match width {
            4 => ends(held.as_chunks::<4>().0, |&bytes| i32::from_le_bytes(bytes).into(), base, offsets),
            _ => ends(held.as_chunks::<8>().0, |&bytes| i64::from_le_bytes(bytes), base, offsets),
        }?;
        self.text.get(first..last).ok_or("offsets beyond the text")
    }
}

/// Where the text of some cells begins and ends; where each ends goes to `offsets`, counted from `base` at the first.
///
/// What is wrong is only told behind the loop, which has no other way out and so is quick.
fn ends<B, O: OffsetSizeTrait>(
    held: &[B],
    number: impl Fn(&B) -> i64,
    base: usize,
    offsets: &mut Vec<O>,
) -> Result<(usize, usize), &'static str> {
    let (start, cells) = held.split_first().ok_or("too few offsets")?;
    let first = number(start);
    let (mut last, mut least, mut back) = (first, first, false);
    offsets.extend(cells.iter().map(|cell| {
        let next = number(cell);
        back |= next < last;
        least = least.min(next);
        last = next;
        O::usize_as((base as i64).wrapping_add(next.wrapping_sub(first)) as usize)
    }));
    if least < 0 {
        return Err("a negative offset");
    }
    if back {
        return Err("offsets that go back");
    }
    let (first, last) = (first as usize, last as usize);
    let end = base.checked_add(last - first).and_then(O::from_usize);
    end.map(|_| (first, last)).ok_or("text beyond 2 GiB")
}

#[cfg(test)]
mod tests {
    use arrow_array::{Array as _, LargeStringArray};
    use unpickle_core::Pickle;

    use super::*;

    /// `pa.chunked_array([pa.array(["skipped", "a", None, "ccc"]).slice(1), pa.array(["", "é"])])`, large strings.
    const CHUNKS: &[u8] =
        b"\x80\x04\x95y\x01\x00\x00\x00\x00\x00\x00\x8c\x0bpyarrow.lib\x94\x8c\x0dchunked_array\x94\x93\
        \x94]\x94(h\x00\x8c\x0e_restore_array\x94\x93\x94(h\x00\x8c\x0etype_for_alias\x94\x93\x94\x8c\
        \x0clarge_string\x94\x85\x94R\x94K\x03K\x01K\x01]\x94(h\x00\x8c\x09py_buffer\x94\x93\x94\x8c\x08\
        builtins\x94\x8c\x09bytearray\x94\x93\x94C\x01\x0b\x94\x85\x94R\x94\x85\x94R\x94h\x0dh\x10C(\x00\
        \x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x08\
        \x00\x00\x00\x00\x00\x00\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x94\x85\x94R\x94\x85\x94R\x94h\x0dh\
        \x10C\x0bskippedaccc\x94\x85\x94R\x94\x85\x94R\x94e]\x94Nt\x94\x85\x94R\x94h\x05(h\x07\x8c\x0cla\
        rge_string\x94\x85\x94R\x94K\x02K\x00K\x00]\x94(Nh\x0dh\x10C\x18\x00\x00\x00\x00\x00\x00\x00\x00\
        \x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x94\x85\x94R\x94\x85\x94R\x94h\
        \x0dh\x10C\x02\xc3\xa9\x94\x85\x94R\x94\x85\x94R\x94e]\x94Nt\x94\x85\x94R\x94eh\x07\x8c\x0clarge\
        _string\x94\x85\x94R\x94\x86\x94R\x94.";

    #[test]
    fn stretches_cross_chunks_and_keep_nulls() {
        let pickle = Pickle::parse(CHUNKS).unwrap();
        let texts = Texts::read(pickle.root(), 5).unwrap();
        let all = [Some("a"), None, Some("ccc"), Some(""), Some("é")];
        for start in 0..=5 {
            for end in start..=5 {
                let found = texts.array(start..end).unwrap();
                let expected = LargeStringArray::from(all.get(start..end).unwrap().to_vec());
                assert_eq!(found.as_ref(), &expected as &dyn arrow_array::Array, "{start}..{end}");
            }
        }
        assert_eq!(texts.data_type(), DataType::LargeUtf8);
        assert!(texts.array(4..6).is_err());
    }

    #[test]
    fn claims_that_the_buffers_do_not_bear_out_are_left_to_the_reader_of_all() {
        let pickle = Pickle::parse(CHUNKS).unwrap();
        assert!(Texts::read(pickle.root(), 6).is_none());
        let at = CHUNKS.windows(3).position(|bytes| bytes == b"K\x03K").unwrap();
        let mut longer = CHUNKS.to_vec();
        longer[at + 1] = 200;
        assert!(Texts::read(Pickle::parse(longer).unwrap().root(), 202).is_none());
    }

    #[test]
    fn buffers_that_come_again_are_left_to_the_reader_that_counts_them() {
        // The list of chunks ends with the first chunk once more: memoized before `h\x05(h\x07`, fetched after.
        let at = CHUNKS.windows(4).position(|bytes| bytes == b"h\x05(h").unwrap();
        let mut bytes = CHUNKS.to_vec();
        bytes.splice(at..at, *b"\x94j\xff\0\0\0");
        let put = b"r\xff\0\0\0";
        bytes.splice(at..at + 1, *put);
        let pickle = Pickle::parse(bytes).unwrap();
        assert!(Texts::read(pickle.root(), 8).is_none());
    }

    #[test]
    fn unsound_text_and_offsets_are_errors() {
        let replace = |from: &[u8], to: &[u8]| {
            let at = CHUNKS.windows(from.len()).position(|bytes| bytes == from).unwrap();
            let mut bytes = CHUNKS.to_vec();
            bytes[at..at + to.len()].copy_from_slice(to);
            let pickle = Pickle::parse(bytes).unwrap();
            let texts = Texts::read(pickle.root(), 5).unwrap();
            texts.array(0..5).map(|array| array.len()).unwrap_err().to_string()
        };
        assert!(replace(b"accc", b"\xffccc").contains("unsound Arrow data"));
        assert!(replace(b"\x0b\0\0\0\0\0\0\0", b"\x0c").contains("offsets beyond the text"));
        assert!(replace(b"\x0b\0\0\0\0\0\0\0", b"\x01").contains("offsets that go back"));
        assert!(
            replace(b"\x0b\0\0\0\0\0\0\0", b"\xff\xff\xff\xff\xff\xff\xff\xff").contains("a negative offset")
        );
    }
}
