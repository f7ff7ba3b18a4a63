//! Sparse columns, written densely.

use std::sync::Arc;

use arrow_array::types as t;
use arrow_array::{
    Array as _, ArrayRef, BooleanArray, PrimitiveArray, StructArray, make_array, new_null_array,
};
use arrow_schema::DataType;
use half::f16;
use unpickle_core::{Error, FromPickle as _, Result, Value};
use unpickle_numpy::{Dtype, DtypeKind, Scalar};
use unpickle_pandas::Sparse;

use super::{Column, Source};
use crate::budget::Budget;
use crate::build::{self, Item, unit_of};
use crate::cell::{Cell, Reader};
use crate::cells::Cells;
use crate::columns::arrow_error;
use crate::kind::Kind;
use crate::numpy;
use crate::times::Unit;

/// The column of a sparse array. `budget` bounds what shared cells may unfold to.
pub(super) fn dense<'p>(sparse: &Sparse<'p>, budget: &Budget) -> Result<Column<'p>> {
    let positions = sparse.positions()?;
    let (stored, values) = match sparse.values.objects() {
        // The fill value is a cell like others: it counts for what they all are.
        Some(objects) => {
            let cells: Arc<[Option<Value<'p>>]> =
                objects.iter().map(Some).chain(std::iter::once(sparse.fill)).collect();
            let count = cells.len();
            let stored = Column::objects(Cells::Values(cells), budget)?;
            let values = stored.array(0..count)?;
            (stored, values)
        }
        None => {
            let stored = Column::numpy(&sparse.values, budget)?;
            let values = stored.array(0..sparse.values.len())?;
            let fill = fill_value(sparse.fill, &sparse.dtype, &stored.data_type)?;
            let values = arrow_select::concat::concat(&[&values, &fill]).map_err(arrow_error)?;
            (stored, values)
        }
    };
    let mut column = Column::new(stored.data_type, stored.numpy_type, Source::Sparse { values, positions });
    column.metadata = stored.metadata;
    if let Some(fill) = sparse.fill {
        column.metadata.push(("pickle.sparse_fill_value".to_owned(), fill.repr().to_string()));
    }
    column.notes = stored.notes;
    column.notes.push("sparse, written densely".to_owned());
    Ok(column)
}

/// The fill value, an array of one cell.
///
/// # Errors
///
/// It is none of the type.
fn fill_value(fill: Option<Value<'_>>, dtype: &Dtype, data_type: &DataType) -> Result<ArrayRef> {
    let Some(fill) = fill else {
        let float = matches!(dtype.kind(), DtypeKind::Float(_));
        return Ok(if float { new_null_array(data_type, 1) } else { zero(data_type) });
    };
    if let Ok(scalar) = Scalar::from_pickle(fill)
        && let Some(mapped) = numpy::mapped(scalar.dtype())?
        && mapped.data_type == *data_type
    {
        return numpy::array(scalar.as_array(), 0..1, true);
    }
    let cell = Reader::default().read(fill);
    if matches!(cell, Cell::Null) {
        return Ok(new_null_array(data_type, 1));
    }
    let number = match &cell {
        Cell::Float(value) => Some(*value),
        Cell::Narrow(value) => Some(f64::from(*value)),
        Cell::Int(int) => Some(int.to_f64()),
        Cell::Bool(value) => Some(if *value { 1.0 } else { 0.0 }),
        _ => None,
    };
    let made: Option<ArrayRef> = match (data_type, &cell, number) {
        (DataType::Float64, _, Some(number)) => one::<t::Float64Type>(number),
        (DataType::Float32, _, Some(number)) => one::<t::Float32Type>(number as f32),
        (DataType::Float16, _, Some(number)) => one::<t::Float16Type>(f16::from_f64(number)),
        (DataType::Boolean, _, Some(number)) => Some(Arc::new(BooleanArray::from(vec![number != 0.0]))),
        (DataType::Struct(_), Cell::Complex(real, imag), _) => complex(*real, *imag, data_type)?,
        (DataType::Struct(_), _, Some(number)) => complex(number, 0.0, data_type)?,
        (DataType::Timestamp(unit, _), Cell::Stamp { value, unit: own, .. }, _)
        | (DataType::Duration(unit), Cell::Duration { value, unit: own }, _) => {
            time(*value, *own, unit_of(*unit), data_type)
        }
        (data_type, Cell::Int(_) | Cell::UInt(_), _) if data_type.is_integer() => {
            let kind = Kind::Typed(data_type.clone(), None);
            build::build(&kind, vec![Item::Value(fill)], &mut Reader::default()).ok()
        }
        _ => None,
    };
    made.ok_or_else(|| Error::unsupported(fill, format!("as fill value among {data_type}: {}", fill.repr())))
}

fn one<T: t::ArrowPrimitiveType>(value: T::Native) -> Option<ArrayRef> {
    Some(Arc::new(PrimitiveArray::<T>::new(vec![value].into(), None)))
}

fn complex(real: f64, imag: f64, data_type: &DataType) -> Result<Option<ArrayRef>> {
    let DataType::Struct(fields) = data_type else { return Ok(None) };
    let part = |value: f64| match fields.first().map(|field| field.data_type()) {
        Some(DataType::Float32) => one::<t::Float32Type>(value as f32),
        _ => one::<t::Float64Type>(value),
    };
    let (Some(real), Some(imag)) = (part(real), part(imag)) else { return Ok(None) };
    let made = StructArray::try_new(fields.clone(), vec![real, imag], None).map_err(arrow_error)?;
    Ok(Some(Arc::new(made)))
}

/// A moment or a span: both are counts.
fn time(value: i64, own: Unit, unit: Unit, data_type: &DataType) -> Option<ArrayRef> {
    let count = one::<t::Int64Type>(own.convert(value, unit)?)?;
    let data = count.to_data().into_builder().data_type(data_type.clone()).build().ok()?;
    Some(make_array(data))
}

fn zero(data_type: &DataType) -> ArrayRef {
    let data = arrow_data::ArrayData::builder(data_type.clone()).len(1);
    let data = data.add_buffer(arrow_buffer::Buffer::from(vec![0u8; 16]));
    match data.build() {
        Ok(data) => make_array(data),
        Err(_) => new_null_array(data_type, 1),
    }
}
