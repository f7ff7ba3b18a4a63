//! numpy arrays of one dimension as Arrow arrays.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, FixedSizeBinaryBuilder, StringBuilder};
use arrow_array::types::{
    ArrowPrimitiveType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{ArrayRef, BooleanArray, FixedSizeListArray, PrimitiveArray, StructArray};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Fields, TimeUnit};
use num_complex::Complex;
use unpickle_core::{Category, Error, Result};
use unpickle_numpy::{
    Dtype, DtypeKind, Element, NdArray, Text, TimeUnit as Ticks, Unit as Tick, bytes_cell, str_cell,
};

use crate::columns::arrow_error;
use crate::kind::{Ints, Size, complex_type};

mod times;

use times::timedelta;
pub(crate) use times::{Instant, datetime, days_of_month, instant};

/// Structures in structures beyond this depth are refused.
const MAX_DEPTH: usize = 16;

/// The Arrow type of the same values: booleans, integers and floats.
pub(crate) fn plain_type(dtype: &Dtype) -> Option<DataType> {
    Some(match dtype.kind() {
        DtypeKind::Bool => DataType::Boolean,
        DtypeKind::Int(1) => DataType::Int8,
        DtypeKind::Int(2) => DataType::Int16,
        DtypeKind::Int(4) => DataType::Int32,
        DtypeKind::Int(_) => DataType::Int64,
        DtypeKind::UInt(1) => DataType::UInt8,
        DtypeKind::UInt(2) => DataType::UInt16,
        DtypeKind::UInt(4) => DataType::UInt32,
        DtypeKind::UInt(_) => DataType::UInt64,
        DtypeKind::Float(2) => DataType::Float16,
        DtypeKind::Float(4) => DataType::Float32,
        DtypeKind::Float(_) => DataType::Float64,
        _ => return None,
    })
}

/// Which integers an array of a plain dtype holds; `None` if it holds others. `room` is emptied first.
pub(crate) fn ints(array: &NdArray<'_>, room: &mut Vec<i64>) -> Result<Option<Ints>> {
    Ok(match array.dtype().kind() {
        // Every one of these is a float, too.
        DtypeKind::Int(1 | 2 | 4) => Some(Ints { negative: true, ..Ints::NONE }),
        DtypeKind::UInt(1 | 2 | 4) => Some(Ints::NONE),
        DtypeKind::Int(_) => {
            room.clear();
            array.copy_native(0..array.len(), room)?;
            Some(room.iter().fold(Ints::NONE, |ints, &value| ints.with(value)))
        }
        DtypeKind::UInt(_) => {
            let mut values: Vec<u64> = Vec::new();
            array.copy_native(0..array.len(), &mut values)?;
            Some(values.iter().fold(Ints::NONE, |ints, &value| match i64::try_from(value) {
                Ok(value) => ints.with(value),
                // Of 64 bits a float holds the first 53.
                Err(_) => Ints { size: Size::U64, exact: ints.exact && value.trailing_zeros() >= 11, ..ints },
            }))
        }
        _ => None,
    })
}

/// How a numpy column is written.
#[derive(Clone, Debug)]
pub(crate) struct Mapped {
    pub(crate) data_type: DataType,
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) note: Option<String>,
}

/// The Arrow type of a numpy dtype; `None` for objects and numpy's own strings, whose cells must be looked at.
pub(crate) fn mapped(dtype: &Dtype) -> Result<Option<Mapped>> {
    map(dtype, 0)
}

fn map(dtype: &Dtype, depth: usize) -> Result<Option<Mapped>> {
    if let Some(data_type) = plain_type(dtype) {
        return Ok(Some(Mapped { data_type, metadata: Vec::new(), note: None }));
    }
    let numpy = || vec![("pickle.numpy_dtype".to_owned(), dtype.to_string())];
    let noted = |data_type, note: &str| {
        Ok(Some(Mapped { data_type, metadata: numpy(), note: Some(format!("{dtype}, {note}")) }))
    };
    let plain = |data_type| Ok(Some(Mapped { data_type, metadata: Vec::new(), note: None }));
    match dtype.kind() {
        DtypeKind::LongDouble(_) => noted(DataType::Float64, "rounded to float64"),
        DtypeKind::BFloat16 | DtypeKind::Float8(_) => noted(DataType::Float32, "widened to float32"),
        DtypeKind::ComplexHalf | DtypeKind::Complex(8) => {
            noted(complex_type(DataType::Float32), "written as struct<real, imag>")
        }
        DtypeKind::Complex(_) => noted(complex_type(DataType::Float64), "written as struct<real, imag>"),
        DtypeKind::ComplexLongDouble(_) => {
            noted(complex_type(DataType::Float64), "written as struct<real, imag> and rounded to float64")
        }
        DtypeKind::Bytes => plain(DataType::Binary),
        DtypeKind::Str => plain(DataType::Utf8),
        DtypeKind::Void => match i32::try_from(dtype.itemsize()) {
            Ok(size) if size > 0 => plain(DataType::FixedSizeBinary(size)),
            _ => plain(DataType::Binary),
        },
        DtypeKind::Datetime(ticks) => match instant(*ticks) {
            Instant::Ticks(unit, 1, 1) => plain(DataType::Timestamp(unit, None)),
            Instant::Ticks(unit, ..) => noted(DataType::Timestamp(unit, None), "written as timestamp"),
            Instant::Days(1) => plain(DataType::Date32),
            Instant::Days(_) | Instant::Months(_) => noted(DataType::Date32, "written as date32"),
            Instant::Count => noted(DataType::Int64, "written as its count"),
        },
        DtypeKind::Timedelta(ticks) => match instant(*ticks) {
            Instant::Ticks(..) if *ticks == Ticks::one(Tick::Second) => {
                plain(DataType::Duration(TimeUnit::Second))
            }
            Instant::Ticks(unit, 1, 1) => plain(DataType::Duration(unit)),
            Instant::Ticks(unit, ..) => noted(DataType::Duration(unit), "written as duration"),
            Instant::Days(_) => noted(DataType::Duration(TimeUnit::Second), "written as duration[s]"),
            Instant::Months(_) | Instant::Count => noted(DataType::Int64, "written as its count"),
        },
        DtypeKind::Struct(fields) if depth < MAX_DEPTH && !dtype.has_object() && !fields.is_empty() => {
            let mut out = Vec::new();
            for field in fields {
                match map(&field.dtype, depth + 1)? {
                    Some(inner) => out.push(
                        Field::new(&field.name, inner.data_type, true)
                            .with_metadata(inner.metadata.into_iter().collect::<HashMap<_, _>>()),
                    ),
                    None => return Ok(None),
                }
            }
            plain(DataType::Struct(Fields::from(out)))
        }
        DtypeKind::Subarray(base, shape) if depth < MAX_DEPTH && !dtype.has_object() => {
            let count: usize = shape.iter().product();
            match (map(base, depth + 1)?, i32::try_from(count)) {
                (Some(inner), Ok(count)) => {
                    let item = Field::new("item", inner.data_type, true);
                    plain(DataType::FixedSizeList(item.into(), count))
                }
                _ => Ok(None),
            }
        }
        _ => Ok(None),
    }
}

/// Some rows of an array of a dtype that [`mapped`] has a type for. `nan_is_null` for the plain floats of pandas.
pub(crate) fn array(array: &NdArray<'_>, rows: Range<usize>, nan_is_null: bool) -> Result<ArrayRef> {
    let dtype = array.dtype();
    Ok(match dtype.kind() {
        DtypeKind::Bool => Arc::new(BooleanArray::new(booleans(array, rows)?, None)),
        DtypeKind::Int(1) => primitive::<Int8Type>(array, rows)?,
        DtypeKind::Int(2) => primitive::<Int16Type>(array, rows)?,
        DtypeKind::Int(4) => primitive::<Int32Type>(array, rows)?,
        DtypeKind::Int(_) => primitive::<Int64Type>(array, rows)?,
        DtypeKind::UInt(1) => primitive::<UInt8Type>(array, rows)?,
        DtypeKind::UInt(2) => primitive::<UInt16Type>(array, rows)?,
        DtypeKind::UInt(4) => primitive::<UInt32Type>(array, rows)?,
        DtypeKind::UInt(_) => primitive::<UInt64Type>(array, rows)?,
        DtypeKind::Float(2) => float::<Float16Type>(array, rows, nan_is_null, |value| value.is_nan())?,
        DtypeKind::Float(4) => float::<Float32Type>(array, rows, nan_is_null, |value| value.is_nan())?,
        DtypeKind::Float(_) => float::<Float64Type>(array, rows, nan_is_null, |value| value.is_nan())?,
        DtypeKind::LongDouble(_) => {
            let mut values = Vec::new();
            array.copy_long_double(rows, &mut values)?;
            let nulls = nan_is_null.then(|| nan_nulls(&values, |value| value.is_nan())).flatten();
            Arc::new(PrimitiveArray::<Float64Type>::new(values.into(), nulls))
        }
        DtypeKind::BFloat16 | DtypeKind::Float8(_) => {
            let mut values = Vec::new();
            array.copy_f32(rows, &mut values)?;
            let nulls = nan_is_null.then(|| nan_nulls(&values, |value| value.is_nan())).flatten();
            Arc::new(PrimitiveArray::<Float32Type>::new(values.into(), nulls))
        }
        DtypeKind::ComplexHalf | DtypeKind::Complex(8) => {
            let mut values = Vec::new();
            array.copy_complex64(rows, &mut values)?;
            complex::<f32, Float32Type>(array, &values, |value| value.is_nan())?
        }
        DtypeKind::Complex(_) => {
            complex::<f64, Float64Type>(array, &values(array, rows)?, |value| value.is_nan())?
        }
        DtypeKind::ComplexLongDouble(_) => long_complex(array, rows)?,
        DtypeKind::Bytes => {
            let mut out = BinaryBuilder::with_capacity(rows.len(), 0);
            array.for_each_element(rows, |cell| out.append_value(bytes_cell(cell)))?;
            Arc::new(out.finish())
        }
        DtypeKind::Str => text(array, rows)?,
        DtypeKind::Void => match i32::try_from(dtype.itemsize()) {
            Ok(size) if size > 0 => {
                let mut out = FixedSizeBinaryBuilder::with_capacity(rows.len(), size);
                let mut failed = None;
                array.for_each_element(rows, |cell| failed = out.append_value(cell).err())?;
                match failed {
                    Some(error) => return Err(arrow_error(error)),
                    None => Arc::new(out.finish()),
                }
            }
            _ => Arc::new(arrow_array::BinaryArray::from_iter_values(rows.map(|_| b""))),
        },
        DtypeKind::Datetime(ticks) => datetime(array, rows, *ticks, None)?,
        DtypeKind::Timedelta(ticks) => timedelta(array, rows, *ticks)?,
        DtypeKind::Struct(fields) => {
            let Some(Mapped { data_type: DataType::Struct(types), .. }) = mapped(dtype)? else {
                return Err(no_type(array));
            };
            let mut columns = Vec::new();
            for (field, kind) in fields.iter().zip(types.iter()) {
                let part = array.field(&field.name)?;
                columns.push(match kind.data_type() {
                    DataType::FixedSizeList(item, size) => listed(&part, array.len(), item, *size, &rows)?,
                    _ => self::array(&part, rows.clone(), nan_is_null)?,
                });
            }
            Arc::new(StructArray::try_new(types, columns, None).map_err(arrow_error)?)
        }
        DtypeKind::Subarray(base, shape) => subarray(array, base, shape.iter().product(), rows)?,
        _ => return Err(no_type(array)),
    })
}

#[cold]
fn no_type(array: &NdArray<'_>) -> Error {
    Error::invalid(array.origin(), format!("there is no Arrow type for numpy's {}", array.dtype()))
}

/// The field of a structure that is a subarray: its array has the dimensions of both.
fn listed(
    part: &NdArray<'_>,
    cells: usize,
    item: &Arc<Field>,
    size: i32,
    rows: &Range<usize>,
) -> Result<ArrayRef> {
    let each = part.len().checked_div(cells).unwrap_or_default();
    let elements = rows.start.saturating_mul(each)..rows.end.saturating_mul(each);
    let values = self::array(part, elements, false)?;
    Ok(Arc::new(FixedSizeListArray::try_new(item.clone(), size, values, None).map_err(arrow_error)?))
}

/// A fixed-size list: each cell's elements, in C order.
fn subarray(array: &NdArray<'_>, base: &Dtype, count: usize, rows: Range<usize>) -> Result<ArrayRef> {
    let mut bytes: Vec<&[u8]> = Vec::new();
    array.for_each_element(rows, |cell| bytes.push(cell))?;
    let mut parts = Vec::with_capacity(bytes.len());
    for cell in bytes {
        let cell = NdArray::from_bytes(array.origin(), base.clone(), &[count], cell)?;
        parts.push(self::array(&cell, 0..count, false)?);
    }
    let Some(Mapped { data_type: DataType::FixedSizeList(item, size), .. }) = mapped(array.dtype())? else {
        return Err(no_type(array));
    };
    let parts: Vec<&dyn arrow_array::Array> = parts.iter().map(|part| &**part).collect();
    let values = match parts.is_empty() {
        true => arrow_array::new_empty_array(item.data_type()),
        false => arrow_select::concat::concat(&parts).map_err(arrow_error)?,
    };
    Ok(Arc::new(FixedSizeListArray::try_new(item, size, values, None).map_err(arrow_error)?))
}

fn booleans(array: &NdArray<'_>, rows: Range<usize>) -> Result<BooleanBuffer> {
    let values: Vec<bool> = values(array, rows)?;
    let (groups, rest) = values.as_chunks::<8>();
    let pack = |byte: u8, &value: &bool| byte << 1 | u8::from(value);
    let mut bits: Vec<u8> = groups.iter().map(|group| group.iter().rev().fold(0, pack)).collect();
    if !rest.is_empty() {
        bits.push(rest.iter().rev().fold(0, pack));
    }
    Ok(BooleanBuffer::new(bits.into(), 0, values.len()))
}

fn values<T: Element>(array: &NdArray<'_>, rows: Range<usize>) -> Result<Vec<T>> {
    let mut values = Vec::new();
    array.copy_native(rows, &mut values)?;
    Ok(values)
}

fn primitive<T: ArrowPrimitiveType>(array: &NdArray<'_>, rows: Range<usize>) -> Result<ArrayRef>
where
    T::Native: Element,
{
    let values: Vec<T::Native> = values(array, rows)?;
    Ok(Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::from(values), None)))
}

fn float<T: ArrowPrimitiveType>(
    array: &NdArray<'_>,
    rows: Range<usize>,
    nan_is_null: bool,
    is_nan: impl Fn(T::Native) -> bool,
) -> Result<ArrayRef>
where
    T::Native: Element,
{
    let values: Vec<T::Native> = values(array, rows)?;
    let nulls = if nan_is_null { nan_nulls(&values, is_nan) } else { None };
    Ok(Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::from(values), nulls)))
}

/// Which values are no NaN; nothing if none is.
pub(crate) fn nan_nulls<T: Copy>(values: &[T], is_nan: impl Fn(T) -> bool) -> Option<NullBuffer> {
    // All of a chunk are looked at, whatever is found: several at once.
    let any = |chunk: &[T]| chunk.iter().fold(false, |any, &value| any | is_nan(value));
    if !values.chunks(1024).any(any) {
        return None;
    }
    let valid =
        BooleanBuffer::collect_bool(values.len(), |i| values.get(i).is_some_and(|&value| !is_nan(value)));
    Some(NullBuffer::new(valid))
}

fn complex<F, T>(
    array: &NdArray<'_>,
    values: &[Complex<F>],
    is_nan: impl Fn(Complex<F>) -> bool,
) -> Result<ArrayRef>
where
    F: arrow_buffer::ArrowNativeType,
    T: ArrowPrimitiveType<Native = F>,
{
    let real: Vec<F> = values.iter().map(|value| value.re).collect();
    let imag: Vec<F> = values.iter().map(|value| value.im).collect();
    // pandas counts a complex number with a NaN part as missing.
    let nulls = nan_nulls(values, is_nan);
    let DataType::Struct(fields) = complex_type(T::DATA_TYPE) else { return Err(no_type(array)) };
    let parts: Vec<ArrayRef> = vec![
        Arc::new(PrimitiveArray::<T>::new(real.into(), None)),
        Arc::new(PrimitiveArray::<T>::new(imag.into(), None)),
    ];
    Ok(Arc::new(StructArray::try_new(fields, parts, nulls).map_err(arrow_error)?))
}

fn long_complex(array: &NdArray<'_>, rows: Range<usize>) -> Result<ArrayRef> {
    let (mut real, mut imag) = (Vec::new(), Vec::new());
    for i in rows {
        match array.cell(i) {
            Some(unpickle_numpy::Cell::ComplexLongDouble(re, im)) => {
                real.push(re.value);
                imag.push(im.value);
            }
            _ => return Err(no_type(array)),
        }
    }
    let DataType::Struct(fields) = complex_type(DataType::Float64) else { return Err(no_type(array)) };
    let parts: Vec<ArrayRef> = vec![
        Arc::new(PrimitiveArray::<Float64Type>::new(real.into(), None)),
        Arc::new(PrimitiveArray::<Float64Type>::new(imag.into(), None)),
    ];
    Ok(Arc::new(StructArray::try_new(fields, parts, None).map_err(arrow_error)?))
}

fn text(array: &NdArray<'_>, rows: Range<usize>) -> Result<ArrayRef> {
    let big_endian = array.dtype().is_big_endian();
    let mut out = StringBuilder::with_capacity(rows.len(), 0);
    let mut cell = Vec::new();
    let mut odd = false;
    array.for_each_element(rows, |bytes| {
        cell.clear();
        odd |= str_cell(bytes, big_endian, &mut cell) != Text::Utf8;
        out.append_value(String::from_utf8_lossy(&cell));
    })?;
    if odd {
        let what = "text with lone surrogates or beyond Unicode in a numpy array of str";
        return Err(Error::unsupported(array.origin(), what));
    }
    Ok(Arc::new(out.finish()))
}

/// All elements of arrays of one plain dtype, one after the other; NaN is null, as pyarrow makes it.
pub(crate) fn concatenate(arrays: &[Arc<NdArray<'_>>], data_type: &DataType) -> Result<ArrayRef> {
    fn all<T: Element>(arrays: &[Arc<NdArray<'_>>]) -> Result<Vec<T>> {
        let mut out = Vec::with_capacity(arrays.iter().map(|array| array.len()).sum());
        for array in arrays {
            array.copy_native(0..array.len(), &mut out)?;
        }
        Ok(out)
    }
    fn made<T: ArrowPrimitiveType>(arrays: &[Arc<NdArray<'_>>]) -> Result<ArrayRef>
    where
        T::Native: Element,
    {
        Ok(Arc::new(PrimitiveArray::<T>::new(all::<T::Native>(arrays)?.into(), None)))
    }
    fn floats<T: ArrowPrimitiveType>(
        arrays: &[Arc<NdArray<'_>>],
        is_nan: impl Fn(T::Native) -> bool,
    ) -> Result<ArrayRef>
    where
        T::Native: Element,
    {
        let values = all::<T::Native>(arrays)?;
        let nulls = nan_nulls(&values, is_nan);
        Ok(Arc::new(PrimitiveArray::<T>::new(values.into(), nulls)))
    }
    match data_type {
        DataType::Boolean => Ok(Arc::new(BooleanArray::from(all::<bool>(arrays)?))),
        DataType::Int8 => made::<Int8Type>(arrays),
        DataType::Int16 => made::<Int16Type>(arrays),
        DataType::Int32 => made::<Int32Type>(arrays),
        DataType::Int64 => made::<Int64Type>(arrays),
        DataType::UInt8 => made::<UInt8Type>(arrays),
        DataType::UInt16 => made::<UInt16Type>(arrays),
        DataType::UInt32 => made::<UInt32Type>(arrays),
        DataType::UInt64 => made::<UInt64Type>(arrays),
        DataType::Float16 => floats::<Float16Type>(arrays, |value| value.is_nan()),
        DataType::Float32 => floats::<Float32Type>(arrays, |value| value.is_nan()),
        DataType::Float64 => floats::<Float64Type>(arrays, |value| value.is_nan()),
        other => Err(Error::message(Category::Data, format!("numpy has no plain dtype for {other}"))),
    }
}
