//! Lists and structures, of what is built of their items.

use std::sync::Arc;

use arrow_array::{ArrayRef, ListArray, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::DataType;
use unpickle_core::{Error, Result, Value};
use unpickle_numpy::NdArray;

use super::{Item, build, changed};
use crate::cell::{Cell, Map, Reader};
use crate::columns::arrow_error;
use crate::kind::{Fields, Kind};
use crate::numpy;
use crate::reader::is_masked;

/// Lists, tuples, sets and arrays, one after the other.
pub(super) fn list<'p>(
    kind: &Kind,
    item: &Kind,
    items: &[Item<'p>],
    reader: &mut Reader<'p>,
) -> Result<ArrayRef> {
    let mut inner = Vec::with_capacity(items.len());
    let mut arrays: Vec<Arc<NdArray<'p>>> = Vec::new();
    let mut offsets = Vec::with_capacity(items.len() + 1);
    offsets.push(0i32);
    let mut valid = Vec::with_capacity(items.len());
    let mut len = 0usize;
    for cell in items {
        let mut missing = false;
        match cell.cell(reader) {
            Cell::Null => missing = true,
            Cell::List(values) => {
                len += values.len();
                inner.extend(values.iter().map(Item::Value));
            }
            Cell::Array(array) if array.ndim() > 0 => {
                let array = Arc::new(*array);
                let count = array.shape().first().copied().unwrap_or(0);
                len += count;
                if numpy::plain_type(array.dtype()).is_some() && array.ndim() == 1 && inner.is_empty() {
                    arrays.push(array);
                } else {
                    inner.extend((0..count).map(|i| Item::Element(Arc::clone(&array), i)));
                }
            }
            Cell::Masked(masked) => {
                let array = Arc::new(masked.data().clone());
                len += array.len();
                inner.extend((0..array.len()).map(|i| {
                    if is_masked(&masked, i) { Item::Missing } else { Item::Element(Arc::clone(&array), i) }
                }));
            }
            _ => return Err(changed(cell, kind)),
        }
        valid.push(!missing);
        offsets.push(i32::try_from(len).map_err(|_| {
            Error::limit("the lists of one stretch of rows hold more than 2,147,483,647 values")
        })?);
    }
    // Arrays of one dtype, and nothing else: copied whole.
    let values = if inner.is_empty() && !arrays.is_empty() && same_type(&arrays, item) {
        numpy::concatenate(&arrays, &item.data_type())?
    } else {
        if !arrays.is_empty() {
            let elements = |array: &Arc<NdArray<'p>>| {
                let array = Arc::clone(array);
                (0..array.len()).map(move |i| Item::Element(Arc::clone(&array), i))
            };
            // The arrays came before whatever else there is.
            let mut all: Vec<Item<'p>> = arrays.iter().flat_map(elements).collect();
            all.append(&mut inner);
            inner = all;
        }
        build(item, &inner, reader)?
    };
    let DataType::List(field) = kind.data_type() else { return Err(changed(&Item::Missing, kind)) };
    let nulls = valid.contains(&false).then(|| NullBuffer::from(valid));
    let offsets = OffsetBuffer::new(offsets.into());
    Ok(Arc::new(ListArray::try_new(field, offsets, values, nulls).map_err(arrow_error)?))
}

fn same_type(arrays: &[Arc<NdArray<'_>>], item: &Kind) -> bool {
    let wanted = item.data_type();
    arrays.iter().all(|array| numpy::plain_type(array.dtype()).as_ref() == Some(&wanted))
}

/// Dicts, a column for each key of all of them.
pub(super) fn structure<'p>(
    kind: &Kind,
    fields: &Fields,
    items: &[Item<'p>],
    reader: &mut Reader<'p>,
) -> Result<ArrayRef> {
    // Of each field the rows that have it: dicts may have few keys in common.
    let mut columns: Vec<Vec<(usize, Value<'p>)>> = vec![Vec::new(); fields.iter().len()];
    let mut valid = Vec::with_capacity(items.len());
    for (row, item) in items.iter().enumerate() {
        match item.cell(reader) {
            Cell::Null => valid.push(false),
            Cell::Map(map) => {
                valid.push(true);
                spread(map, fields, row, &mut columns);
            }
            _ => return Err(changed(item, kind)),
        }
    }
    let DataType::Struct(types) = kind.data_type() else { return Err(changed(&Item::Missing, kind)) };
    let mut arrays = Vec::with_capacity(columns.len());
    for ((_, kind), column) in fields.iter().zip(columns) {
        let mut all = vec![Item::Missing; items.len()];
        for (row, value) in column {
            if let Some(item) = all.get_mut(row) {
                *item = Item::Value(value);
            }
        }
        arrays.push(build(kind, &all, reader)?);
    }
    let nulls = valid.contains(&false).then(|| NullBuffer::from(valid));
    Ok(Arc::new(StructArray::try_new(types, arrays, nulls).map_err(arrow_error)?))
}

/// Puts each value of a dict into the column of its key.
fn spread<'p>(map: Map<'p>, fields: &Fields, row: usize, columns: &mut [Vec<(usize, Value<'p>)>]) {
    let mut next = 0;
    map.each(|key, value| {
        let Some(name) = key.as_text() else { return };
        // Dicts from one piece of code have their keys in one order.
        let at = match fields.iter().nth(next) {
            Some((known, _)) if *known == name => Some(next),
            _ => fields.iter().position(|(known, _)| *known == name),
        };
        if let Some(at) = at
            && let Some(column) = columns.get_mut(at)
        {
            column.push((row, value));
            next = at + 1;
        }
    });
}
