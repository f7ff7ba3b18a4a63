//! Integers: Python's in 64 bits or as decimals, those of numpy as wide as they were.

use arrow_array::ArrayRef;
use arrow_array::types::{
    ArrowPrimitiveType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_schema::DataType;
use unpickle_core::Result;

use super::Item;
use super::items::{decimals, primitive};
use crate::cell::{Cell, Reader};
use crate::kind::Kind;

/// The array of cells of this kind of integers.
pub(super) fn build<'p>(kind: &Kind, items: &[Item<'p>], reader: &mut Reader<'p>) -> Result<ArrayRef> {
    match kind.data_type() {
        DataType::Int8 => of::<Int8Type>(kind, items, reader),
        DataType::Int16 => of::<Int16Type>(kind, items, reader),
        DataType::Int32 => of::<Int32Type>(kind, items, reader),
        DataType::Int64 => of::<Int64Type>(kind, items, reader),
        DataType::UInt8 => of::<UInt8Type>(kind, items, reader),
        DataType::UInt16 => of::<UInt16Type>(kind, items, reader),
        DataType::UInt32 => of::<UInt32Type>(kind, items, reader),
        DataType::UInt64 => primitive::<UInt64Type>(kind, items, reader, |cell| match cell {
            Cell::Int(int) => int.as_u64(),
            Cell::UInt(value) => Some(*value),
            _ => None,
        }),
        _ => decimals(kind, items, reader, 76, 0),
    }
}

/// Of a type that holds nothing beyond int64.
fn of<'p, T: ArrowPrimitiveType<Native: TryFrom<i64>>>(
    kind: &Kind,
    items: &[Item<'p>],
    reader: &mut Reader<'p>,
) -> Result<ArrayRef> {
    primitive::<T>(kind, items, reader, |cell| match cell {
        Cell::Int(int) => T::Native::try_from(int.as_i64()?).ok(),
        _ => None,
    })
}
