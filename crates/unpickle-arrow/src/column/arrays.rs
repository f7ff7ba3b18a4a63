//! The elements of several arrays, a list for each.
//!
//! Arrays of one dtype keep its type. Numbers of several dtypes are of the smallest type that holds them all; `int64` and
//! `uint64` among floats, and `uint64` among signed integers, must fit when they are written, or are refused. Anything else
//! is text: texts as they are, other elements as JSON.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::types::{
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{ArrayRef, ArrowPrimitiveType, GenericListArray, OffsetSizeTrait, PrimitiveArray};
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field};
use unpickle_arrays::NamedArray;
use unpickle_core::{Error, Result};
use unpickle_numpy::{Dtype, DtypeKind, Element, NdArray, ToArray as _};

use super::Column;
use super::source::Source;
use crate::budget::Budget;
use crate::cells::Cells;
use crate::columns::arrow_error;
use crate::{numpy, write};

/// What the elements of all arrays are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Common {
    /// What the one dtype is.
    Same,
    /// Numbers, made the column's type.
    Number,
    /// The text of each.
    Text,
}

impl<'p> Column<'p> {
    /// The column of the elements of `arrays`, in C order.
    pub(crate) fn of_arrays(arrays: Arc<[NamedArray<'p>]>) -> Result<Column<'p>> {
        let (common, item, note) = common(&arrays)?;
        let item = Arc::new(Field::new("item", item, true));
        let elements = arrays.iter().fold(0_usize, |sum, array| sum.saturating_add(array.len()));
        let data_type = match i32::try_from(elements) {
            Ok(_) => DataType::List(item),
            Err(_) => DataType::LargeList(item),
        };
        let empty: Vec<&str> =
            arrays.iter().filter(|array| !array.has_data()).map(NamedArray::name).collect();
        let without = match &*empty {
            [] => None,
            [one] => Some(format!("`{one}` has no data in the file: null")),
            [first, rest @ ..] => {
                Some(format!("`{first}` and {} more have no data in the file: null", rest.len()))
            }
        };
        let mut column = Column::new(data_type, "object", Source::Arrays { arrays, common });
        column.notes.extend(note.into_iter().chain(without));
        Ok(column)
    }
}

fn common(arrays: &[NamedArray<'_>]) -> Result<(Common, DataType, Option<String>)> {
    let first = arrays.first().map(NamedArray::dtype);
    let same = |dtype: &Dtype| arrays.iter().all(|array| array.dtype().kind() == dtype.kind());
    if let Some(dtype) = first.filter(|dtype| same(dtype))
        && let Some(mapped) = numpy::mapped(dtype)?
    {
        return Ok((Common::Same, mapped.data_type, mapped.note));
    }
    let numbers = arrays.iter().map(|array| Number::of(array.dtype())).reduce(|a, b| a?.join(b?)).flatten();
    if let Some(number) = numbers {
        let note = format!("numbers of several dtypes, all as {}", number.name());
        return Ok((Common::Number, number.data_type(), Some(note)));
    }
    let note = "elements of several kinds, all as text; .npz keeps each array's dtype";
    Ok((Common::Text, DataType::Utf8, Some(note.to_owned())))
}

/// A type of numbers; its size is in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Number {
    Bool,
    Int(u8),
    UInt(u8),
    Float(u8),
}

impl Number {
    fn of(dtype: &Dtype) -> Option<Number> {
        Some(match *dtype.kind() {
            DtypeKind::Bool => Number::Bool,
            DtypeKind::Int(size) => Number::Int(size),
            DtypeKind::UInt(size) => Number::UInt(size),
            DtypeKind::Float(size) => Number::Float(size),
            DtypeKind::BFloat16 | DtypeKind::Float8(_) => Number::Float(4),
            _ => return None,
        })
    }

    /// The smallest type that holds both; see above for those of 64 bits.
    fn join(self, other: Number) -> Option<Number> {
        use Number::{Bool, Float, Int, UInt};
        Some(match (self, other) {
            (Bool, number) | (number, Bool) => number,
            (Int(a), Int(b)) => Int(a.max(b)),
            (UInt(a), UInt(b)) => UInt(a.max(b)),
            (Float(a), Float(b)) => Float(a.max(b)),
            (Int(signed), UInt(unsigned)) | (UInt(unsigned), Int(signed)) => {
                Int(signed.max(unsigned.saturating_mul(2)).min(8))
            }
            (Float(float), Int(size) | UInt(size)) | (Int(size) | UInt(size), Float(float)) => {
                // Bits of mantissa: 11, 24, 53.
                Float(float.max(match size {
                    1 => 2,
                    2 => 4,
                    _ => 8,
                }))
            }
        })
    }

    fn data_type(self) -> DataType {
        match self {
            Number::Bool => DataType::Boolean,
            Number::Int(1) => DataType::Int8,
            Number::Int(2) => DataType::Int16,
            Number::Int(4) => DataType::Int32,
            Number::Int(_) => DataType::Int64,
            Number::UInt(1) => DataType::UInt8,
            Number::UInt(2) => DataType::UInt16,
            Number::UInt(4) => DataType::UInt32,
            Number::UInt(_) => DataType::UInt64,
            Number::Float(2) => DataType::Float16,
            Number::Float(4) => DataType::Float32,
            Number::Float(_) => DataType::Float64,
        }
    }

    fn name(self) -> String {
        let (name, size) = match self {
            Number::Bool => return "bool".to_owned(),
            Number::Int(size) => ("int", size),
            Number::UInt(size) => ("uint", size),
            Number::Float(size) => ("float", size),
        };
        format!("{name}{}", u32::from(size) * 8)
    }
}

/// The lists of some of the arrays.
pub(super) fn rows(
    arrays: &[NamedArray<'_>],
    common: Common,
    data_type: &DataType,
    rows: Range<usize>,
) -> Result<ArrayRef> {
    let arrays = arrays.get(rows).unwrap_or_default();
    match data_type {
        DataType::List(item) => lists::<i32>(arrays, common, item),
        DataType::LargeList(item) => lists::<i64>(arrays, common, item),
        _ => Err(Error::message(unpickle_core::Category::Data, "expected a list")),
    }
}

fn lists<O: OffsetSizeTrait>(
    arrays: &[NamedArray<'_>],
    common: Common,
    item: &Arc<Field>,
) -> Result<ArrayRef> {
    // Those without data are null.
    let valid = NullBuffer::from_iter(arrays.iter().map(NamedArray::has_data));
    let arrays: Vec<&NamedArray<'_>> = arrays.iter().filter(|array| array.has_data()).collect();
    let loaded = arrays.iter().map(|array| array.load()).collect::<Result<Vec<_>>>()?;
    let mut lengths = loaded.iter().map(NdArray::len);
    let (mut offsets, mut end) = (vec![O::zero()], 0_usize);
    for valid in &valid {
        if valid {
            end = end.saturating_add(lengths.next().unwrap_or(0));
        }
        offsets.push(
            O::from_usize(end).ok_or_else(|| Error::limit("arrays of more elements than a list may have"))?,
        );
    }
    let values = match common {
        Common::Same => same(&loaded, item.data_type())?,
        Common::Number => numbers(&arrays, &loaded, item.data_type())?,
        Common::Text => texts(&arrays, &loaded)?,
    };
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    let list = GenericListArray::<O>::try_new(Arc::clone(item), offsets, values, Some(valid))
        .map_err(arrow_error)?;
    Ok(Arc::new(list))
}

fn same(arrays: &[NdArray<'_>], item: &DataType) -> Result<ArrayRef> {
    let parts = arrays.iter().map(|array| numpy::array(array, 0..array.len(), false));
    let parts = parts.collect::<Result<Vec<_>>>()?;
    match &*parts {
        [] => Ok(arrow_array::new_empty_array(item)),
        [one] => Ok(Arc::clone(one)),
        parts => {
            let parts: Vec<&dyn arrow_array::Array> = parts.iter().map(|part| &**part).collect();
            arrow_select::concat::concat(&parts).map_err(arrow_error)
        }
    }
}

fn numbers(named: &[&NamedArray<'_>], arrays: &[NdArray<'_>], item: &DataType) -> Result<ArrayRef> {
    match item {
        DataType::Int8 => exact::<Int8Type>(named, arrays),
        DataType::Int16 => exact::<Int16Type>(named, arrays),
        DataType::Int32 => exact::<Int32Type>(named, arrays),
        DataType::Int64 => made::<Int64Type>(named, arrays, |wide| i64::try_from(wide).ok()),
        DataType::UInt8 => exact::<UInt8Type>(named, arrays),
        DataType::UInt16 => exact::<UInt16Type>(named, arrays),
        DataType::UInt32 => exact::<UInt32Type>(named, arrays),
        DataType::UInt64 => exact::<UInt64Type>(named, arrays),
        DataType::Float16 => exact::<Float16Type>(named, arrays),
        DataType::Float32 => exact::<Float32Type>(named, arrays),
        _ => made::<Float64Type>(named, arrays, |wide| {
            let float = wide as f64;
            (float as i128 == wide).then_some(float)
        }),
    }
}

/// Numbers that are all of the type by their dtype.
fn exact<T: ArrowPrimitiveType>(named: &[&NamedArray<'_>], arrays: &[NdArray<'_>]) -> Result<ArrayRef>
where
    T::Native: Element,
{
    made::<T>(named, arrays, |_| None)
}

/// Numbers as the type; `narrow` makes it of integers of 64 bits that may not fit.
fn made<T: ArrowPrimitiveType>(
    named: &[&NamedArray<'_>],
    arrays: &[NdArray<'_>],
    narrow: impl Fn(i128) -> Option<T::Native>,
) -> Result<ArrayRef>
where
    T::Native: Element,
{
    let mut out: Vec<T::Native> = Vec::with_capacity(arrays.iter().map(NdArray::len).sum());
    for (named, array) in named.iter().zip(arrays) {
        let refuse = |wide: i128| {
            let message = format!(
                "{wide} in `{}` is no {} exactly, as the column of all values must be; write .npz, which keeps each \
                 dtype, or take it alone with -k",
                named.name(),
                T::DATA_TYPE
            );
            Error::invalid(array.origin(), message)
        };
        let mut push = |wide: i128| narrow(wide).map(|number| out.push(number)).ok_or_else(|| refuse(wide));
        match array.dtype().kind() {
            DtypeKind::Int(8) if T::DATA_TYPE != DataType::Int64 => {
                array.to_array::<i64>()?.iter().try_for_each(|&number| push(number.into()))?;
            }
            DtypeKind::UInt(8) if T::DATA_TYPE != DataType::UInt64 => {
                array.to_array::<u64>()?.iter().try_for_each(|&number| push(number.into()))?;
            }
            _ => out.extend(array.to_array::<T::Native>()?.iter()),
        }
    }
    Ok(Arc::new(PrimitiveArray::<T>::new(out.into(), None)))
}

fn texts(named: &[&NamedArray<'_>], arrays: &[NdArray<'_>]) -> Result<ArrayRef> {
    let mut out = StringBuilder::new();
    for (named, array) in named.iter().zip(arrays) {
        let column =
            Column::numpy_of_any(array).map_err(|error| error.within(format!("array `{}`", named.name())))?;
        write::cell_texts(&*column.array(0..array.len())?, &mut out)?;
    }
    Ok(Arc::new(out.finish()))
}

impl<'p> Column<'p> {
    /// All elements of an array of any dimensions, in C order.
    fn numpy_of_any(array: &NdArray<'p>) -> Result<Column<'p>> {
        let budget = &Budget::of(array.origin());
        match array.objects() {
            Some(objects) => Column::objects(Cells::of(objects), budget),
            None => Column::numpy(array, budget),
        }
    }
}
