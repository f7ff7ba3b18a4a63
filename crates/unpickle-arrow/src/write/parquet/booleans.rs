//! Columns of booleans: pages of a bit for each.

use arrow_array::cast::AsArray as _;
use arrow_array::{Array as _, ArrayRef};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer};
use arrow_schema::DataType;
use parquet::basic::Encoding;
use parquet::errors::ParquetError;
use parquet::file::statistics::Statistics;

use super::chunk::{Builder, Chunk, Extremes, Page};
use super::numbers::missing;
use super::{Pages, levels};

/// What writes a column of this type.
pub(super) fn pages(data_type: &DataType, builder: Builder) -> Option<Box<dyn Pages>> {
    let booleans = || Box::new(Booleans { builder, extremes: Extremes::new() }) as Box<dyn Pages>;
    (*data_type == DataType::Boolean).then(booleans)
}

struct Booleans {
    builder: Builder,
    extremes: Extremes<bool>,
}

impl Pages for Booleans {
    fn add(&mut self, array: &ArrayRef) -> Result<(), ParquetError> {
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        let levels = match (self.builder.optional(), nulls) {
            (true, nulls) => levels::definition(array.len(), nulls),
            (false, None) => Vec::new(),
            (false, Some(_)) => return Err(missing()),
        };
        let values = array.as_boolean().values();
        let mut present = BooleanBufferBuilder::new(values.len());
        match nulls {
            None => present.append_buffer(values),
            Some(nulls) => nulls
                .valid_slices()
                .for_each(|(start, end)| present.append_buffer(&values.slice(start, end - start))),
        }
        let present = present.finish();
        let (count, yes) = (present.len(), present.count_set_bits());
        let bounds = (count > 0).then_some((yes == count, yes > 0));
        self.extremes.add(bounds, |a, b| a < b);
        self.builder.page(Page {
            rows: array.len(),
            nulls: nulls.map_or(0, NullBuffer::null_count),
            encoding: Encoding::PLAIN,
            levels,
            values: present.inner().as_slice().get(..count.div_ceil(8)).unwrap_or_default().to_vec().into(),
            bounds: bounds.map(|(min, max)| (vec![u8::from(min)], vec![u8::from(max)])),
            nans: None,
            text: None,
        })
    }

    fn finish(self: Box<Self>) -> Result<Chunk, ParquetError> {
        let order = self.extremes.order();
        let nulls = Some(self.builder.nulls() as u64);
        let (min, max) = self.extremes.whole().unzip();
        self.builder.finish(Statistics::boolean(min, max, None, nulls, false), order)
    }
}
