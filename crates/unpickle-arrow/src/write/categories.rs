//! Categories: a column chunk whose dictionary page is the column's own dictionary, unused values and order too.
//!
//! A reader makes a categorical of what the dictionary page holds. `parquet`'s Arrow writer builds that page from the
//! values as they come, so categories would be lost or change places; here the page is written first, as it is, and
//! the keys behind it. Pages are of version 1, the keys RLE or bit-packed (parquet-format, `Encodings.md`).

use std::ops::Range;

use arrow_array::cast::AsArray as _;
use arrow_array::{Array as _, ArrayRef};
use arrow_schema::DataType;
use bytes::Bytes;
use parquet::basic::{Compression as Codec, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriter as _};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, SerializedRowGroupWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

/// Rows of one data page.
const PAGE_ROWS: usize = 1 << 20;

/// A column chunk, ready to be appended.
pub(super) struct Chunk {
    bytes: Bytes,
    close: ColumnCloseResult,
}

impl Chunk {
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn append<W: std::io::Write + Send>(
        self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), ParquetError> {
        group.append_column(&self.bytes, self.close)
    }
}

/// Whether columns of this type are written here: categories that are text or bytes.
pub(super) fn is_categories(data_type: &DataType) -> bool {
    use DataType::{Binary, LargeBinary, LargeUtf8, Utf8};
    matches!(data_type, DataType::Dictionary(_, values) if matches!(**values, Utf8 | LargeUtf8 | Binary | LargeBinary))
}

/// Encodes rows of one column: the arrays that `next` gives, all with one dictionary.
pub(super) fn encode<E: From<ParquetError>>(
    column: &ColumnDescPtr,
    codec: Codec,
    rows: Range<usize>,
    mut next: impl FnMut(Range<usize>) -> Result<ArrayRef, E>,
) -> Result<Chunk, E> {
    let mut out = Vec::new();
    let mut sink = TrackedWrite::new(&mut out);
    let mut pages = SerializedPageWriter::new(&mut sink);
    let (mut compressed, mut uncompressed, mut nulls) = (0u64, 0u64, 0u64);
    let mut data_offset = 0;
    let mut width = 0;
    let mut start = rows.start;
    let mut first = true;
    while first || start < rows.end {
        let end = start.saturating_add(PAGE_ROWS).min(rows.end);
        let array = next(start..end)?;
        let dictionary = array.as_any_dictionary();
        if first {
            let values = dictionary.values();
            width = bit_width(values.len().saturating_sub(1));
            let plain = plain(values);
            let len = plain.len();
            let buf = compress(plain, codec)?;
            let count = u32::try_from(values.len()).map_err(|_| too_large())?;
            let page =
                Page::DictionaryPage { buf, num_values: count, encoding: Encoding::PLAIN, is_sorted: false };
            let spec = pages.write_page(CompressedPage::new(page, len))?;
            compressed += spec.bytes_written;
            uncompressed +=
                (spec.uncompressed_size + spec.bytes_written as usize - spec.compressed_size) as u64;
            data_offset = spec.bytes_written;
            first = false;
        }
        if end > start {
            // Without categories there is nothing but gaps, and keys have no meaning.
            let keys = match dictionary.values().is_empty() {
                true => vec![0; array.len()],
                false => dictionary.normalized_keys(),
            };
            let valid = array.nulls();
            let mut body = Vec::new();
            let mut levels = Vec::new();
            hybrid(
                &mut levels,
                1,
                (0..keys.len()).map(|i| u32::from(valid.is_none_or(|valid| valid.is_valid(i)))),
            );
            body.extend(u32::try_from(levels.len()).map_err(|_| too_large())?.to_le_bytes());
            body.append(&mut levels);
            body.push(width);
            let present =
                keys.iter().enumerate().filter(|(i, _)| valid.is_none_or(|valid| valid.is_valid(*i)));
            hybrid(&mut body, width, present.map(|(_, &key)| key as u32));
            let null_count = array.null_count() as u64;
            nulls += null_count;
            let len = body.len();
            let buf = compress(body, codec)?;
            let page = Page::DataPage {
                buf,
                num_values: u32::try_from(keys.len()).map_err(|_| too_large())?,
                encoding: Encoding::RLE_DICTIONARY,
                def_level_encoding: Encoding::RLE,
                rep_level_encoding: Encoding::RLE,
                statistics: None,
            };
            let spec = pages.write_page(CompressedPage::new(page, len))?;
            compressed += spec.bytes_written;
            uncompressed +=
                (spec.uncompressed_size + spec.bytes_written as usize - spec.compressed_size) as u64;
        }
        start = end.max(start + 1);
    }
    std::io::Write::flush(&mut sink).map_err(ParquetError::from)?;
    drop(sink);
    let signed = |value: u64| i64::try_from(value).map_err(|_| too_large());
    let metadata = ColumnChunkMetaData::builder(column.clone())
        .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
        .set_compression(codec)
        .set_num_values(signed(rows.len() as u64)?)
        .set_total_compressed_size(signed(compressed)?)
        .set_total_uncompressed_size(signed(uncompressed)?)
        .set_dictionary_page_offset(Some(0))
        .set_data_page_offset(signed(data_offset)?)
        .set_statistics(Statistics::byte_array(None, None, None, Some(nulls), false))
        .build()?;
    let close = ColumnCloseResult {
        bytes_written: compressed,
        rows_written: rows.len() as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    Ok(Chunk { bytes: out.into(), close })
}

#[cold]
fn too_large() -> ParquetError {
    ParquetError::General("a page of categories beyond 4 GiB".to_owned())
}

/// The codec that a chunk is written with: zstd, or none where another was asked for.
pub(super) fn codec_of(codec: Codec) -> Codec {
    if matches!(codec, Codec::ZSTD(_)) { codec } else { Codec::UNCOMPRESSED }
}

fn compress(page: Vec<u8>, codec: Codec) -> Result<Bytes, ParquetError> {
    match codec {
        Codec::ZSTD(level) => {
            let packed = zstd::bulk::compress(&page, level.compression_level());
            Ok(packed.map_err(|error| ParquetError::External(Box::new(error)))?.into())
        }
        _ => Ok(page.into()),
    }
}

/// Byte arrays as PLAIN has them: four bytes of length each.
fn plain(values: &ArrayRef) -> Vec<u8> {
    let mut out = Vec::new();
    // A category that is missing is nobody's, but takes its place.
    let mut push = |value: Option<&[u8]>| {
        let value = value.unwrap_or_default();
        out.extend((value.len() as u32).to_le_bytes());
        out.extend_from_slice(value);
    };
    match values.data_type() {
        DataType::LargeUtf8 => {
            values.as_string::<i64>().iter().for_each(|text| push(text.map(str::as_bytes)));
        }
        DataType::LargeBinary => values.as_binary::<i64>().iter().for_each(push),
        DataType::Binary => values.as_binary::<i32>().iter().for_each(push),
        _ => values.as_string::<i32>().iter().for_each(|text| push(text.map(str::as_bytes))),
    }
    out
}

/// How many bits hold numbers up to `most`.
fn bit_width(most: usize) -> u8 {
    (usize::BITS - most.leading_zeros()).min(32) as u8
}

/// The RLE and bit-packed hybrid: runs of eight and more as runs, all else in groups of eight.
fn hybrid(out: &mut Vec<u8>, width: u8, values: impl Iterator<Item = u32>) {
    let mut run = Run { out, width, value: 0, count: 0, group: [0; 8], filled: 0, header: None, groups: 0 };
    for value in values {
        run.push(value);
    }
    run.finish();
}

struct Run<'o> {
    out: &'o mut Vec<u8>,
    width: u8,
    /// The value that has just come `count` times in a row, the current group included.
    value: u32,
    count: usize,
    group: [u32; 8],
    filled: usize,
    /// Where the header of the open bit-packed run is, and how many groups it has.
    header: Option<usize>,
    groups: usize,
}

impl Run<'_> {
    fn push(&mut self, value: u32) {
        if self.filled == 0 && self.count >= 8 {
            if value == self.value {
                self.count += 1;
                return;
            }
            self.end_run();
        }
        if self.count > 0 && value == self.value {
            self.count += 1;
        } else {
            self.value = value;
            self.count = 1;
        }
        if let Some(slot) = self.group.get_mut(self.filled) {
            *slot = value;
        }
        self.filled += 1;
        if self.filled == 8 {
            self.filled = 0;
            if self.count >= 8 {
                // A whole group of one value begins a run of its own.
                self.close_groups();
                self.count = 8;
            } else {
                self.pack();
                // A run begins at a group's start only.
                self.count = 0;
            }
        }
    }

    fn end_run(&mut self) {
        self.varint(self.count << 1);
        let bytes = usize::from(self.width).div_ceil(8);
        self.out.extend(self.value.to_le_bytes().into_iter().take(bytes));
        self.count = 0;
    }

    /// Writes the group of eight.
    fn pack(&mut self) {
        if self.header.is_none() || self.groups == 63 {
            self.close_groups();
            self.header = Some(self.out.len());
            self.out.push(0);
        }
        self.groups += 1;
        let mut bits = 0u64;
        let mut have = 0;
        for value in self.group {
            bits |= u64::from(value) << have;
            have += u32::from(self.width);
            while have >= 8 {
                self.out.push(bits as u8);
                bits >>= 8;
                have -= 8;
            }
        }
    }

    fn close_groups(&mut self) {
        // At most 63 groups: the header is one byte.
        if let Some(slot) = self.header.take().and_then(|at| self.out.get_mut(at)) {
            *slot = (self.groups << 1 | 1) as u8;
        }
        self.groups = 0;
    }

    fn finish(&mut self) {
        if self.filled == 0 && self.count >= 8 {
            self.end_run();
        } else if self.filled > 0 {
            for slot in self.group.iter_mut().skip(self.filled) {
                *slot = 0;
            }
            self.pack();
        }
        self.close_groups();
    }

    fn varint(&mut self, mut value: usize) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
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
        out.truncate(count);
        out
    }

    #[test]
    fn keys_read_back_whatever_their_runs() {
        let mut state = 7u32;
        for width in [0u8, 1, 3, 8, 9, 20] {
            for len in [0usize, 1, 7, 8, 9, 15, 16, 17, 100, 1000, 5000] {
                let mut values = Vec::new();
                while values.len() < len {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let value = if width == 0 { 0 } else { (state >> 8) % (1 << width) };
                    let times = if state >> 28 == 0 { 40 } else { 1 + (state >> 30) as usize };
                    values.extend(std::iter::repeat_n(value, times));
                }
                values.truncate(len);
                let mut out = Vec::new();
                hybrid(&mut out, width, values.iter().copied());
                assert_eq!(decode(&out, width, len), values, "width {width}, {len} values");
            }
        }
    }
}
