//! Categories: a column chunk whose dictionary page is the column's own dictionary, unused values and order too.
//!
//! A reader makes a categorical of what the dictionary page holds. `parquet`'s Arrow writer builds that page from the
//! values as they come, so categories would be lost or change places; here the page is written as it is.

use arrow_array::cast::AsArray as _;
use arrow_array::{Array as _, ArrayRef};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use parquet::basic::{BoundaryOrder, Encoding};
use parquet::errors::ParquetError;
use parquet::file::statistics::Statistics;

use super::chunk::{Builder, Chunk, Page};
use super::numbers::missing;
use super::{Pages, levels};

/// What writes a column of categories.
pub(super) fn pages(builder: Builder) -> Box<dyn Pages> {
    Box::new(Categories { builder, width: None })
}

/// Whether columns of this type are written here: categories that are text or bytes.
pub(super) fn is_categories(data_type: &DataType) -> bool {
    use DataType::{Binary, LargeBinary, LargeUtf8, Utf8};
    matches!(data_type, DataType::Dictionary(_, values) if matches!(**values, Utf8 | LargeUtf8 | Binary | LargeBinary))
}

struct Categories {
    builder: Builder,
    /// Bits of a key, once the dictionary is known.
    width: Option<u8>,
}

impl Pages for Categories {
    /// All arrays of a column have one dictionary.
    fn add(&mut self, array: &ArrayRef) -> Result<(), ParquetError> {
        let dictionary = array.as_any_dictionary();
        let values = dictionary.values();
        let width = match self.width {
            Some(width) => width,
            None => {
                self.builder.dictionary(plain(values), values.len())?;
                *self.width.insert(levels::bit_width(values.len().saturating_sub(1)))
            }
        };
        // Without categories there is nothing but gaps, and keys have no meaning.
        let keys = match values.is_empty() {
            true => vec![0; array.len()],
            false => dictionary.normalized_keys(),
        };
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        let keys: Vec<u32> = match nulls {
            None => keys.into_iter().map(|key| key as u32).collect(),
            Some(nulls) => {
                nulls.valid_indices().filter_map(|row| keys.get(row)).map(|&key| key as u32).collect()
            }
        };
        let levels = match (self.builder.optional(), nulls) {
            (true, nulls) => levels::definition(array.len(), nulls),
            (false, None) => Vec::new(),
            (false, Some(_)) => return Err(missing()),
        };
        let mut body = vec![width];
        levels::keys(&mut body, width, &keys);
        self.builder.page(Page {
            rows: array.len(),
            nulls: nulls.map_or(0, NullBuffer::null_count),
            encoding: Encoding::RLE_DICTIONARY,
            levels,
            values: body.into(),
            bounds: None,
            nans: None,
            text: None,
        })
    }

    fn finish(self: Box<Self>) -> Result<Chunk, ParquetError> {
        let nulls = Some(self.builder.nulls() as u64);
        let statistics = Statistics::byte_array(None, None, None, nulls, false);
        self.builder.finish(statistics, BoundaryOrder::UNORDERED)
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
