//! Cells that are codes into others: categoricals, and the levels of a MultiIndex.

use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{ArrowDictionaryKeyType, Int64Type};
use arrow_array::{
    Array as _, ArrayRef, DictionaryArray, Float64Array, Int32Array, PrimitiveArray, StructArray,
    new_null_array,
};
use arrow_schema::{DataType, Field};
use serde_json::json;
use unpickle_core::Result;
use unpickle_numpy::{DtypeKind, NdArray};
use unpickle_pandas::{Index, checked_codes};

use super::{Column, Source, of_pandas};
use crate::budget::Budget;
use crate::columns::arrow_error;
use crate::{numpy, weight};

impl<'p> Column<'p> {
    /// The column of the cells that `codes` point at, among the `count` of this one.
    pub(super) fn spread(&mut self, codes: &NdArray<'p>, count: usize) -> Result<()> {
        let mut values = self.array(0..count)?;
        if self.numpy_type.starts_with("interval[") && has_gaps(codes, count)? {
            values = self.with_gaps(values)?;
        }
        self.source = Source::Level { codes: codes.clone(), values };
        Ok(())
    }

    /// Intervals among which there may be gaps: pandas has none among intervals of integers, and would read some
    /// integer for each, so their ends become floats, as pandas does it; or a plain structure if that is not exact.
    fn with_gaps(&mut self, values: ArrayRef) -> Result<ArrayRef> {
        let Some(ends) = values.as_struct_opt() else { return Ok(values) };
        if !ends.fields().iter().any(|end| end.data_type().is_integer()) {
            return Ok(values);
        }
        let floats: Option<Vec<ArrayRef>> = ends.columns().iter().map(exact_floats).collect();
        let Some(floats) = floats else {
            self.metadata.clear();
            self.numpy_type = "object".to_owned();
            self.notes.push("intervals of large integers, written as struct<left, right>".to_owned());
            return Ok(values);
        };
        let fields = ["left", "right"].map(|name| Field::new(name, DataType::Float64, true));
        let made = StructArray::try_new(fields.to_vec().into(), floats, ends.nulls().cloned());
        let closed = self.numpy_type.rsplit_once(", ").map_or("", |(_, closed)| closed.trim_end_matches(']'));
        self.metadata = of_pandas("pandas.interval", &[("subtype", "double"), ("closed", closed)]);
        self.numpy_type = format!("interval[float64, {closed}]");
        let made = made.map_err(arrow_error)?;
        self.data_type = made.data_type().clone();
        Ok(Arc::new(made))
    }
}

pub(super) fn dictionary<K: ArrowDictionaryKeyType>(keys: &[i32], values: &ArrayRef) -> Result<ArrayRef>
where
    K::Native: TryFrom<i32> + Default,
{
    let nulls = numpy::nan_nulls(keys, |key| key < 0);
    let native = |key: &i32| K::Native::try_from((*key).max(0)).unwrap_or_default();
    let keys = PrimitiveArray::<K>::new(keys.iter().map(native).collect(), nulls);
    // A dictionary without values may hold nothing but nulls, whose keys point nowhere.
    Ok(Arc::new(DictionaryArray::try_new(keys, Arc::clone(values)).map_err(arrow_error)?))
}

/// Whether one of the codes points at nothing.
fn has_gaps(codes: &NdArray<'_>, count: usize) -> Result<bool> {
    Ok(checked_codes(codes, count, 0..codes.len())?.iter().any(|&code| code < 0))
}

/// Integers as floats, if each is one.
fn exact_floats(integers: &ArrayRef) -> Option<ArrayRef> {
    let exact = |value: i64| (value.unsigned_abs() <= 1 << 53).then_some(value as f64);
    let floats = integers.as_primitive_opt::<Int64Type>()?.iter().map(|value| match value {
        Some(value) => exact(value).map(Some),
        None => Some(None),
    });
    let floats: Option<Vec<Option<f64>>> = floats.collect();
    Some(Arc::new(Float64Array::from(floats?)))
}

pub(super) fn take(values: &ArrayRef, codes: &[i32]) -> Result<ArrayRef> {
    if values.is_empty() {
        return Ok(new_null_array(values.data_type(), codes.len()));
    }
    let nulls = numpy::nan_nulls(codes, |code| code < 0);
    let codes = Int32Array::new(codes.iter().map(|&code| code.max(0)).collect(), nulls);
    weight::take(values, &codes)
}

pub(super) fn categorical<'p>(
    codes: &NdArray<'p>,
    categories: &Index<'p>,
    ordered: bool,
    budget: &Budget,
) -> Result<Column<'p>> {
    let mut labels = Column::from_index(categories, budget)?;
    let key = match codes.dtype().kind() {
        DtypeKind::Int(1) => DataType::Int8,
        DtypeKind::Int(2) => DataType::Int16,
        DtypeKind::Int(4) => DataType::Int32,
        _ => DataType::Int64,
    };
    let physical = codes.dtype().to_little_endian().to_string();
    // Readers of Parquet know no dictionary of these, or take the zone or the unit from them.
    let plain = !labels.data_type.is_nested()
        && labels.metadata.is_empty()
        && !matches!(
            labels.data_type,
            DataType::Null
                | DataType::Dictionary(..)
                | DataType::Boolean
                | DataType::Duration(_)
                | DataType::Timestamp(_, Some(_))
        );
    let text = matches!(labels.data_type, DataType::Utf8 | DataType::LargeUtf8);
    if !plain || (categories.is_empty() && !text) {
        if !categories.is_empty() {
            labels.notes.push(format!("categories of {}, written as plain values", labels.numpy_type));
        }
        if plain {
            labels.numpy_type = physical;
        }
        labels.spread(codes, categories.len())?;
        return Ok(labels);
    }
    let values = labels.array(0..categories.len())?;
    let data_type = DataType::Dictionary(Box::new(key), Box::new(values.data_type().clone()));
    let mut column = Column::new(data_type, physical, Source::Categorical { codes: codes.clone(), values });
    column.extra = json!({ "num_categories": categories.len(), "ordered": ordered });
    column.notes = labels.notes;
    Ok(column)
}
