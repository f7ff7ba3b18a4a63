//! The cells of a column, from what they lie in to an array of Arrow.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::types::{Int8Type, Int16Type, Int32Type, Int64Type};
use arrow_array::{Array as _, ArrayRef, Int64Array, StructArray, UInt32Array, make_array};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::DataType;
use unpickle_arrays::NamedArray;
use unpickle_core::{Category, Error, Result};
use unpickle_numpy::{DtypeKind, NdArray};
use unpickle_pandas::checked_codes;

use super::arrays::Common;
use super::tiles::Tile;
use super::{Column, categorical, tensor};
use crate::cells::Cells;
use crate::columns::arrow_error;
use crate::kind::Kind;
use crate::{build, numpy, pyarrow, weight};

/// Where the cells of a column come from.
pub(super) enum Source<'p> {
    Numpy {
        array: NdArray<'p>,
        nan_is_null: bool,
        /// The columns that share its lines, and which of them it is.
        tile: Option<(Arc<Tile<'p>>, usize)>,
    },
    /// A row for each index of the first dimension.
    Tensor(NdArray<'p>),
    /// An array that is read anew for each stretch: all of it, or one column.
    Named {
        array: Arc<NamedArray<'p>>,
        column: Option<usize>,
    },
    /// The elements of each, a list.
    Arrays {
        arrays: Arc<[NamedArray<'p>]>,
        common: Common,
    },
    DatetimeTz {
        array: NdArray<'p>,
        zone: Arc<str>,
    },
    Objects {
        cells: Cells<'p>,
        kind: Kind,
    },
    Categorical {
        codes: NdArray<'p>,
        values: ArrayRef,
    },
    /// Codes into labels, written as the labels.
    Level {
        codes: NdArray<'p>,
        values: ArrayRef,
    },
    Period(NdArray<'p>),
    Interval(Box<(Column<'p>, Column<'p>)>),
    /// The values, then the fill value; and the positions of the values.
    Sparse {
        values: ArrayRef,
        positions: Vec<usize>,
    },
    Masked {
        values: NdArray<'p>,
        mask: NdArray<'p>,
    },
    Arrow(ArrayRef),
    /// Text in Arrow's layout, copied by stretches.
    Texts(pyarrow::Texts<'p>),
    Range {
        start: i64,
        step: i64,
    },
    /// Each label `each` times, and all of that again and again: an axis of several that rows are made of.
    Cycle {
        values: ArrayRef,
        each: usize,
    },
}

impl Source<'_> {
    /// The array of bytes that the cells lie in, if it is one: what tells it from others, and how many there are.
    pub(super) fn stored(&self) -> Option<(usize, u64)> {
        match self {
            Source::Numpy { array, .. }
            | Source::Tensor(array)
            | Source::DatetimeTz { array, .. }
            | Source::Categorical { codes: array, .. }
            | Source::Level { codes: array, .. }
            | Source::Period(array)
            | Source::Masked { values: array, .. } => {
                array.raw().map(|raw| (raw.bytes.as_ptr().addr(), raw.bytes.len() as u64))
            }
            Source::Named { array, .. } => Some((Arc::as_ptr(array).addr(), array.storage_bytes())),
            Source::Arrays { arrays, .. } => {
                let bytes = arrays.iter().fold(0, |sum: u64, array| sum.saturating_add(array.nbytes()));
                Some((arrays.as_ptr().addr(), bytes))
            }
            _ => None,
        }
    }

    /// Some of the cells, as the column's type.
    pub(super) fn array(&self, data_type: &DataType, rows: Range<usize>) -> Result<ArrayRef> {
        match self {
            Source::Numpy { array, nan_is_null, tile } => {
                let cells = match tile {
                    Some((tile, slot)) => tile.take(*slot, &rows)?,
                    None => None,
                };
                let Some(cells) = cells else { return numpy::array(array, rows, *nan_is_null) };
                let dense =
                    NdArray::from_bytes(array.origin(), array.dtype().clone(), &[rows.len()], &cells)?;
                numpy::array(&dense, 0..rows.len(), *nan_is_null)
            }
            Source::Tensor(array) => tensor::rows(array, data_type, rows),
            Source::Named { array, column } => super::tensor::named(array, *column, data_type, rows),
            Source::Arrays { arrays, common } => {
                unpickle_arrays::check_growth(arrays.iter())?;
                super::arrays::rows(arrays, *common, data_type, rows)
            }
            Source::DatetimeTz { array, zone } => match array.dtype().kind() {
                DtypeKind::Datetime(ticks) => numpy::datetime(array, rows, *ticks, Some(Arc::clone(zone))),
                _ => {
                    Err(Error::invalid(array.origin(), format!("expected instants, found {}", array.dtype())))
                }
            },
            Source::Objects { cells, kind } => build::cells(kind, cells, rows),
            Source::Categorical { codes, values } => {
                let keys = checked_codes(codes, values.len(), rows)?;
                match data_type {
                    DataType::Dictionary(key, _) => match **key {
                        DataType::Int8 => categorical::dictionary::<Int8Type>(&keys, values),
                        DataType::Int16 => categorical::dictionary::<Int16Type>(&keys, values),
                        DataType::Int32 => categorical::dictionary::<Int32Type>(&keys, values),
                        _ => categorical::dictionary::<Int64Type>(&keys, values),
                    },
                    _ => categorical::take(values, &keys),
                }
            }
            Source::Level { codes, values } => {
                categorical::take(values, &checked_codes(codes, values.len(), rows)?)
            }
            Source::Period(ordinals) => {
                let mut values: Vec<i64> = Vec::new();
                ordinals.copy_native(rows, &mut values)?;
                let nulls = numpy::nan_nulls(&values, |value| value == i64::MIN);
                Ok(Arc::new(Int64Array::new(values.into(), nulls)))
            }
            Source::Interval(ends) => {
                let (left, right) = (ends.0.array(rows.clone())?, ends.1.array(rows)?);
                let DataType::Struct(fields) = data_type else {
                    return Err(Error::message(Category::Data, "expected a structure"));
                };
                let nulls = left.nulls().cloned();
                let made =
                    StructArray::try_new(fields.clone(), vec![left, right], nulls).map_err(arrow_error)?;
                Ok(Arc::new(made))
            }
            Source::Sparse { values, positions } => {
                let fill = u32::try_from(positions.len()).map_err(|_| too_many())?;
                let mut indices = vec![fill; rows.len()];
                let first = positions.partition_point(|&position| position < rows.start);
                for (value, &position) in positions.iter().enumerate().skip(first) {
                    if position >= rows.end {
                        break;
                    }
                    if let Some(index) = indices.get_mut(position - rows.start) {
                        *index = u32::try_from(value).map_err(|_| too_many())?;
                    }
                }
                weight::take(values, &UInt32Array::from(indices))
            }
            Source::Masked { values, mask } => {
                let array = numpy::array(values, rows.clone(), false)?;
                let mut flags: Vec<bool> = Vec::new();
                mask.copy_native(rows, &mut flags)?;
                if !flags.contains(&true) {
                    return Ok(array);
                }
                let valid =
                    BooleanBuffer::collect_bool(flags.len(), |i| !flags.get(i).copied().unwrap_or(true));
                let data = array.to_data().into_builder().nulls(Some(NullBuffer::new(valid)));
                Ok(make_array(data.build().map_err(arrow_error)?))
            }
            Source::Arrow(array) if rows.end <= array.len() && rows.start <= rows.end => {
                Ok(array.slice(rows.start, rows.len()))
            }
            Source::Texts(texts) => texts.array(rows),
            Source::Cycle { values, each } => {
                let label = |row: usize| row.checked_div(*each)?.checked_rem(values.len());
                let codes = rows.map(|row| label(row).and_then(|label| i32::try_from(label).ok()));
                let codes: Option<Vec<i32>> = codes.collect();
                categorical::take(
                    values,
                    &codes.ok_or_else(|| Error::limit("an axis of more than 2,147,483,647 labels"))?,
                )
            }
            Source::Arrow(array) => {
                let message = format!("expected {} cells, found {}", rows.end, array.len());
                Err(Error::message(Category::Data, message))
            }
            Source::Range { start, step } => {
                let value = |row: usize| {
                    let row = i64::try_from(row).ok()?;
                    start.checked_add(row.checked_mul(*step)?)
                };
                let values: Option<Vec<i64>> = rows.map(value).collect();
                let values =
                    values.ok_or_else(|| Error::message(Category::Data, "a RangeIndex beyond int64"))?;
                Ok(Arc::new(Int64Array::from(values)))
            }
        }
    }
}

#[cold]
fn too_many() -> Error {
    Error::limit("a sparse column of more than 4,294,967,295 values")
}
