//! A column of one row group: its pages, and what readers are told of them.

use bytes::Bytes;
use parquet::basic::{BoundaryOrder, Compression as Codec, Encoding, PageType};
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, ColumnIndexBuilder, LevelHistogram, OffsetIndexBuilder, PageEncodingStats,
};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::page_index::offset_index::OffsetIndexMetaData;
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnDescPtr;

use super::page;
use crate::write::pack;

/// An encoded column of one row group; all offsets are counted from its own start.
pub(super) struct Chunk {
    pub(super) pieces: Vec<Bytes>,
    pub(super) metadata: ColumnChunkMetaData,
    pub(super) column_index: Option<ColumnIndexMetaData>,
    pub(super) offset_index: Option<OffsetIndexMetaData>,
}

impl Chunk {
    /// Bytes of all pages.
    pub(super) fn len(&self) -> usize {
        self.pieces.iter().map(Bytes::len).sum()
    }
}

/// A data page, before compression.
pub(super) struct Page {
    pub(super) rows: usize,
    pub(super) nulls: usize,
    pub(super) encoding: Encoding,
    /// Which cells are there.
    pub(super) levels: Vec<u8>,
    /// Those that are.
    pub(super) values: Bytes,
    /// The least and the greatest value, as plain bytes.
    pub(super) bounds: Option<(Vec<u8>, Vec<u8>)>,
    /// How many are NaN, of floats.
    pub(super) nans: Option<i64>,
    /// Bytes of text, of texts.
    pub(super) text: Option<i64>,
}

/// Makes a chunk of pages as they come.
pub(super) struct Builder {
    column: ColumnDescPtr,
    codec: Codec,
    /// The level of zstd, if that is the codec.
    zstd: Option<i32>,
    pieces: Vec<Bytes>,
    /// Bytes of the pages so far, with their headers; and what they would be without compression.
    packed: usize,
    raw: usize,
    rows: usize,
    nulls: usize,
    nans: Option<i64>,
    text: Option<i64>,
    /// The dictionary page: its header, its values.
    dictionary: Vec<Bytes>,
    pages: Vec<PageEncodingStats>,
    column_index: ColumnIndexBuilder,
    offset_index: OffsetIndexBuilder,
    /// How many cells are missing, and how many are there.
    histogram: Option<LevelHistogram>,
}

impl Builder {
    /// Whether pages of this codec are written here.
    pub(super) fn knows(codec: Codec) -> bool {
        matches!(codec, Codec::ZSTD(_) | Codec::UNCOMPRESSED)
    }

    pub(super) fn new(column: &ColumnDescPtr, codec: Codec) -> Builder {
        let zstd = match codec {
            Codec::ZSTD(level) => Some(level.compression_level()),
            _ => None,
        };
        Builder {
            column: column.clone(),
            codec: if zstd.is_some() { codec } else { Codec::UNCOMPRESSED },
            zstd,
            pieces: Vec::new(),
            packed: 0,
            raw: 0,
            rows: 0,
            nulls: 0,
            nans: None,
            text: None,
            dictionary: Vec::new(),
            pages: Vec::new(),
            column_index: ColumnIndexBuilder::new(column.physical_type()),
            offset_index: OffsetIndexBuilder::new(),
            histogram: LevelHistogram::try_new(column.max_def_level()),
        }
    }

    pub(super) fn nulls(&self) -> usize {
        self.nulls
    }

    pub(super) fn nans(&self) -> Option<u64> {
        self.nans.and_then(|nans| u64::try_from(nans).ok())
    }

    /// Whether cells may be missing.
    pub(super) fn optional(&self) -> bool {
        self.column.max_def_level() > 0
    }

    /// Sets the dictionary page, which comes before all others: `count` plain values.
    pub(super) fn dictionary(&mut self, values: Vec<u8>, count: usize) -> Result<(), ParquetError> {
        let raw = values.len();
        let body = match self.zstd {
            Some(level) => pack::zstd(level, &values)?,
            None => values,
        };
        let header = page::dictionary_header(count, raw, body.len())?;
        self.raw += header.len() + raw;
        self.dictionary = vec![header.into(), body.into()];
        self.pages.insert(
            0,
            PageEncodingStats { page_type: PageType::DICTIONARY_PAGE, encoding: Encoding::PLAIN, count: 1 },
        );
        Ok(())
    }

    /// Adds a data page.
    pub(super) fn page(&mut self, page: Page) -> Result<(), ParquetError> {
        let raw = page.levels.len() + page.values.len();
        let body = match self.zstd {
            Some(level) => {
                let mut whole = page.levels;
                whole.extend_from_slice(&page.values);
                [Bytes::new(), pack::zstd(level, &whole)?.into()]
            }
            None => [page.levels.into(), page.values],
        };
        let header = page::data_header(page.rows, page.encoding, raw, body.iter().map(Bytes::len).sum())?;
        let signed = |number: usize| i64::try_from(number).map_err(|_| page::too_large());
        let start = signed(self.packed)?;
        self.count(page.encoding);
        self.push(raw, header, body);
        let length = i32::try_from(self.packed - start as usize).map_err(|_| page::too_large())?;
        self.offset_index.append_row_count(signed(page.rows)?);
        self.offset_index.append_offset_and_size(start, length);
        self.offset_index.append_unencoded_byte_array_data_bytes(page.text);
        self.index(&page.bounds, page.nulls == page.rows, signed(page.nulls)?, page.nans);
        let mut levels = LevelHistogram::try_new(self.column.max_def_level());
        if let Some(levels) = &mut levels {
            levels.increment_by(0, signed(page.nulls)?);
            levels.increment_by(1, signed(page.rows - page.nulls)?);
        }
        self.column_index.append_histograms(&None, &levels);
        if let (Some(all), Some(levels)) = (&mut self.histogram, &levels) {
            all.add(levels);
        }
        self.rows += page.rows;
        self.nulls += page.nulls;
        self.nans = page.nans.map(|nans| self.nans.unwrap_or_default() + nans).or(self.nans);
        self.text = page.text.map(|text| self.text.unwrap_or_default() + text).or(self.text);
        Ok(())
    }

    fn index(&mut self, bounds: &Option<(Vec<u8>, Vec<u8>)>, empty: bool, nulls: i64, nans: Option<i64>) {
        match bounds {
            Some((min, max)) => self.column_index.append(false, min.clone(), max.clone(), nulls, nans),
            None if empty => self.column_index.append(true, Vec::new(), Vec::new(), nulls, nans),
            // Nothing but NaN, or values of a type that has no order: no page can be left out.
            None => self.column_index.to_invalid(),
        }
    }

    fn count(&mut self, encoding: Encoding) {
        match self.pages.last_mut() {
            Some(last) if last.page_type == PageType::DATA_PAGE && last.encoding == encoding => {
                last.count += 1
            }
            _ => self.pages.push(PageEncodingStats { page_type: PageType::DATA_PAGE, encoding, count: 1 }),
        }
    }

    fn push(&mut self, raw: usize, header: Vec<u8>, body: [Bytes; 2]) {
        self.raw += header.len() + raw;
        for piece in std::iter::once(header.into()).chain(body).filter(|piece: &Bytes| !piece.is_empty()) {
            self.packed += piece.len();
            self.pieces.push(piece);
        }
    }

    /// The chunk, with what is known of all its values.
    pub(super) fn finish(
        mut self,
        statistics: Statistics,
        order: BoundaryOrder,
    ) -> Result<Chunk, ParquetError> {
        let signed = |number: usize| i64::try_from(number).map_err(|_| page::too_large());
        let mut encodings: Vec<Encoding> = self.pages.iter().map(|page| page.encoding).collect();
        encodings.push(Encoding::RLE);
        encodings.sort();
        encodings.dedup();
        let before: usize = self.dictionary.iter().map(Bytes::len).sum();
        let metadata = ColumnChunkMetaData::builder(self.column)
            .set_encodings(encodings)
            .set_page_encoding_stats(self.pages)
            .set_compression(self.codec)
            .set_num_values(signed(self.rows)?)
            .set_total_compressed_size(signed(before + self.packed)?)
            .set_total_uncompressed_size(signed(self.raw)?)
            .set_dictionary_page_offset((before > 0).then_some(0))
            .set_data_page_offset(signed(before)?)
            .set_statistics(statistics)
            .set_unencoded_byte_array_data_bytes(self.text)
            .set_definition_level_histogram(self.histogram)
            .build()?;
        self.column_index.set_boundary_order(order);
        let column_index = match self.rows > 0 && self.column_index.valid() {
            true => Some(self.column_index.build()?),
            false => None,
        };
        let mut offset_index = self.offset_index.build();
        for location in &mut offset_index.page_locations {
            location.offset += signed(before)?;
        }
        let mut pieces = self.dictionary;
        pieces.append(&mut self.pieces);
        Ok(Chunk { pieces, metadata, column_index, offset_index: Some(offset_index) })
    }
}

/// The least and the greatest of all values, and whether pages come in order.
pub(super) struct Extremes<T> {
    whole: Option<(T, T)>,
    last: Option<(T, T)>,
    ascending: bool,
    descending: bool,
}

impl<T: Clone> Extremes<T> {
    pub(super) fn new() -> Extremes<T> {
        Extremes { whole: None, last: None, ascending: true, descending: true }
    }

    /// Takes note of those of a page.
    pub(super) fn add(&mut self, page: Option<(T, T)>, less: impl Fn(&T, &T) -> bool) {
        let Some(page) = page else { return };
        if let Some(last) = &self.last {
            self.ascending &= !less(&page.0, &last.0) && !less(&page.1, &last.1);
            self.descending &= !less(&last.0, &page.0) && !less(&last.1, &page.1);
        }
        match &mut self.whole {
            Some(whole) => {
                if less(&page.0, &whole.0) {
                    whole.0 = page.0.clone();
                }
                if less(&whole.1, &page.1) {
                    whole.1 = page.1.clone();
                }
            }
            None => self.whole = Some(page.clone()),
        }
        self.last = Some(page);
    }

    pub(super) fn order(&self) -> BoundaryOrder {
        match (self.ascending, self.descending) {
            (true, _) => BoundaryOrder::ASCENDING,
            (_, true) => BoundaryOrder::DESCENDING,
            _ => BoundaryOrder::UNORDERED,
        }
    }

    pub(super) fn whole(self) -> Option<(T, T)> {
        self.whole
    }
}
