//! Columns of numbers: pages that are the numbers as they lie in memory, or keys of a dictionary of them.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Int8Type, Int16Type, UInt8Type, UInt16Type};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::{ArrowNativeType, Buffer, NullBuffer, ScalarBuffer};
use arrow_schema::DataType;
use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::errors::ParquetError;
use parquet::file::statistics::{Statistics, ValueStatistics};

use super::chunk::{Builder, Chunk, Extremes, Page};
use super::distinct::Distinct;
use super::{Pages, levels};

/// What writes a column of this type: numbers of four and eight bytes, and integers that become such.
pub(super) fn pages(data_type: &DataType, builder: Builder, dictionary: bool) -> Option<Box<dyn Pages>> {
    use DataType::{
        Date32, Duration, Float32, Float64, Int8, Int16, Int32, Int64, Time32, Time64, Timestamp, UInt8,
        UInt16, UInt32, UInt64,
    };
    Some(match data_type {
        Int8 => Numbers::boxed(builder, dictionary, |array| {
            array.as_primitive::<Int8Type>().values().iter().map(|&value| i32::from(value)).collect()
        }),
        Int16 => Numbers::boxed(builder, dictionary, |array| {
            array.as_primitive::<Int16Type>().values().iter().map(|&value| i32::from(value)).collect()
        }),
        UInt8 => Numbers::boxed(builder, dictionary, |array| {
            array.as_primitive::<UInt8Type>().values().iter().map(|&value| u32::from(value)).collect()
        }),
        UInt16 => Numbers::boxed(builder, dictionary, |array| {
            array.as_primitive::<UInt16Type>().values().iter().map(|&value| u32::from(value)).collect()
        }),
        Int32 | Date32 | Time32(_) => Numbers::boxed(builder, dictionary, same::<i32>),
        UInt32 => Numbers::boxed(builder, dictionary, same::<u32>),
        Int64 | Timestamp(..) | Duration(_) | Time64(_) => Numbers::boxed(builder, dictionary, same::<i64>),
        UInt64 => Numbers::boxed(builder, dictionary, same::<u64>),
        Float32 => Numbers::boxed(builder, dictionary, same::<f32>),
        Float64 => Numbers::boxed(builder, dictionary, same::<f64>),
        _ => return None,
    })
}

/// The values of an array of this width.
fn same<T: ArrowNativeType>(array: &dyn Array) -> ScalarBuffer<T> {
    let data = array.to_data();
    match data.buffers().first() {
        Some(buffer) => ScalarBuffer::new(buffer.clone(), data.offset(), data.len()),
        None => Vec::new().into(),
    }
}

/// Numbers of one type, on their way into pages.
struct Numbers<T: Number> {
    builder: Builder,
    extremes: Extremes<T>,
    values: fn(&dyn Array) -> ScalarBuffer<T>,
    /// The values so far, while they are few.
    distinct: Option<Distinct>,
    /// Whether there is a page of keys, and so a dictionary it needs.
    keyed: bool,
}

impl<T: Number> Numbers<T> {
    fn boxed(
        builder: Builder,
        dictionary: bool,
        values: fn(&dyn Array) -> ScalarBuffer<T>,
    ) -> Box<dyn Pages> {
        Box::new(Numbers {
            builder,
            extremes: Extremes::new(),
            values,
            distinct: dictionary.then(|| Distinct::new(size_of::<T>())),
            keyed: false,
        })
    }

    /// A page of keys, while there is room for the values that are new.
    fn keyed(&mut self, values: &[T]) -> Option<Bytes> {
        let distinct = self.distinct.as_mut()?;
        let keys = distinct.keys(values.iter().map(|value| value.bits()))?;
        let width = levels::bit_width(distinct.len().saturating_sub(1));
        let mut body = vec![width];
        levels::keys(&mut body, width, &keys);
        self.keyed = true;
        Some(body.into())
    }
}

impl<T: Number> Pages for Numbers<T> {
    fn add(&mut self, array: &ArrayRef) -> Result<(), ParquetError> {
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        let values = present((self.values)(array), nulls);
        let levels = match (self.builder.optional(), nulls) {
            (true, nulls) => levels::definition(array.len(), nulls),
            (false, None) => Vec::new(),
            (false, Some(_)) => return Err(missing()),
        };
        let bounds = T::bounds(&values);
        let nans = T::nans(&values);
        let (encoding, body) = match self.keyed(&values) {
            Some(keys) => (Encoding::RLE_DICTIONARY, keys),
            None => (Encoding::PLAIN, Bytes::from_owner(Owner(values.into_inner()))),
        };
        self.extremes.add(bounds, T::less);
        self.builder.page(Page {
            rows: array.len(),
            nulls: nulls.map_or(0, NullBuffer::null_count),
            encoding,
            levels,
            values: body,
            bounds: bounds.map(|(min, max)| (min.bytes(), max.bytes())),
            nans,
            text: None,
        })
    }

    fn finish(mut self: Box<Self>) -> Result<Chunk, ParquetError> {
        if let Some(distinct) = self.distinct.take().filter(|_| self.keyed) {
            let count = distinct.len();
            self.builder.dictionary(distinct.plain(), count)?;
        }
        let (nulls, nans, order) = (self.builder.nulls() as u64, self.builder.nans(), self.extremes.order());
        self.builder.finish(T::statistics(self.extremes.whole(), nulls, nans), order)
    }
}

/// The values that are there, without a copy where that is all of them.
fn present<T: Number>(values: ScalarBuffer<T>, nulls: Option<&NullBuffer>) -> ScalarBuffer<T> {
    let Some(nulls) = nulls else { return values };
    let mut out = Vec::with_capacity(values.len().saturating_sub(nulls.null_count()));
    for (start, end) in nulls.valid_slices() {
        out.extend_from_slice(values.get(start..end).unwrap_or_default());
    }
    out.into()
}

#[cold]
pub(super) fn missing() -> ParquetError {
    ParquetError::General("a cell is missing in a column that says that none is".to_owned())
}

/// Arrow's memory as the bytes of a page.
struct Owner(Buffer);

impl AsRef<[u8]> for Owner {
    fn as_ref(&self) -> &[u8] {
        self.0.as_slice()
    }
}

/// A number that Parquet has, by itself or as one of the same bytes.
trait Number: ArrowNativeType {
    /// The least and the greatest, NaN left out.
    fn bounds(values: &[Self]) -> Option<(Self, Self)>;
    /// How many are NaN, of floats.
    fn nans(values: &[Self]) -> Option<i64>;
    fn less(&self, other: &Self) -> bool;
    fn bits(self) -> u64;
    /// As a plain page has it.
    fn bytes(self) -> Vec<u8>;
    fn statistics(bounds: Option<(Self, Self)>, nulls: u64, nans: Option<u64>) -> Statistics;
}

/// Numbers compared at once: the processor takes several in a step, and has several steps under way.
const LANES: usize = 32;

macro_rules! integers {
    ($($native:ty, $unsigned:ty, $signed:ty, $kind:ident, $old:expr;)*) => {$(
        impl Number for $native {
            fn bounds(values: &[Self]) -> Option<(Self, Self)> {
                let (mut min, mut max) = ([Self::MAX; LANES], [Self::MIN; LANES]);
                let (chunks, rest) = values.as_chunks::<LANES>();
                for chunk in chunks {
                    for ((min, max), value) in min.iter_mut().zip(&mut max).zip(chunk) {
                        *min = (*min).min(*value);
                        *max = (*max).max(*value);
                    }
                }
                let least = min.iter().chain(rest).min().copied()?;
                let most = max.iter().chain(rest).max().copied()?;
                (!values.is_empty()).then_some((least, most))
            }
            fn nans(_: &[Self]) -> Option<i64> {
                None
            }
            fn less(&self, other: &Self) -> bool {
                self < other
            }
            fn bits(self) -> u64 {
                (self as $unsigned).into()
            }
            fn bytes(self) -> Vec<u8> {
                self.to_le_bytes().to_vec()
            }
            fn statistics(bounds: Option<(Self, Self)>, nulls: u64, _: Option<u64>) -> Statistics {
                let (min, max) = bounds.map(|(min, max)| (min as $signed, max as $signed)).unzip();
                let values = ValueStatistics::new(min, max, None, Some(nulls), false);
                // Readers of old know bounds of signed numbers only.
                Statistics::$kind(values.with_backwards_compatible_min_max($old))
            }
        }
    )*};
}

integers! {
    i32, u32, i32, Int32, true;
    u32, u32, i32, Int32, false;
    i64, u64, i64, Int64, true;
    u64, u64, i64, Int64, false;
}

macro_rules! floats {
    ($($native:ty, $kind:ident;)*) => {$(
        impl Number for $native {
            fn bounds(values: &[Self]) -> Option<(Self, Self)> {
                let (mut min, mut max) = ([Self::INFINITY; LANES], [Self::NEG_INFINITY; LANES]);
                // A comparison with NaN is false: it never gets in.
                let less = |a: Self, b: Self| if a < b { a } else { b };
                let more = |a: Self, b: Self| if a > b { a } else { b };
                let (chunks, rest) = values.as_chunks::<LANES>();
                for chunk in chunks {
                    for ((min, max), value) in min.iter_mut().zip(&mut max).zip(chunk) {
                        *min = less(*value, *min);
                        *max = more(*value, *max);
                    }
                }
                let least = min.iter().chain(rest).fold(Self::INFINITY, |least, &value| less(value, least));
                let most = max.iter().chain(rest).fold(Self::NEG_INFINITY, |most, &value| more(value, most));
                // Zeros are bounds for both of their signs.
                let least = if least == 0.0 { -0.0 } else { least };
                let most = if most == 0.0 { 0.0 } else { most };
                // All of them NaN, or none there.
                (least <= most).then_some((least, most))
            }
            fn nans(values: &[Self]) -> Option<i64> {
                Some(values.iter().map(|value| i64::from(value.is_nan())).sum())
            }
            fn less(&self, other: &Self) -> bool {
                self < other
            }
            fn bits(self) -> u64 {
                self.to_bits().into()
            }
            fn bytes(self) -> Vec<u8> {
                self.to_le_bytes().to_vec()
            }
            fn statistics(bounds: Option<(Self, Self)>, nulls: u64, nans: Option<u64>) -> Statistics {
                let (min, max) = bounds.unzip();
                Statistics::$kind(ValueStatistics::new(min, max, None, Some(nulls), false).with_nan_count(nans))
            }
        }
    )*};
}

floats! {
    f32, Float;
    f64, Double;
}
