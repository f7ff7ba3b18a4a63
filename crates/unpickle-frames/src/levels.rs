//! A level of an index of several: which values there are, in their order, and which of them each row has.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_row::{Row, RowConverter, SortField};
use arrow_schema::Field;
use serde_json::Value as Json;
use unpickle_core::{Error, Result};

use crate::column::Column;
use crate::index::Level;
use crate::kind::Kind;
use crate::source::arrow_error;
use crate::target::Target;

/// The level that a column makes.
pub(crate) fn level(
    column: &Column<'_>,
    numpy_type: Option<&str>,
    name: Json,
    target: Target,
) -> Result<Level> {
    let cells = dense(&column.whole()?)?;
    let field = Field::new(column.name(), cells.data_type().clone(), true);
    let field = Arc::new(field.with_metadata(column.field.metadata().clone()));
    let nulls = cells.logical_null_count() > 0;
    let kind = Kind::of(&field, nulls, numpy_type, target)?.of_index(target);

    let converter =
        RowConverter::new(vec![SortField::new(cells.data_type().clone())]).map_err(arrow_error)?;
    let rows = converter.convert_columns(std::slice::from_ref(&cells)).map_err(arrow_error)?;
    let mut firsts: HashMap<Row<'_>, usize> = HashMap::new();
    for (i, row) in rows.iter().enumerate().filter(|(i, _)| !cells.is_null(*i)) {
        firsts.entry(row).or_insert(i);
    }
    let mut distinct: Vec<(Row<'_>, usize)> = firsts.into_iter().collect();
    distinct.sort_unstable();
    let values = UInt64Array::from_iter_values(distinct.iter().map(|(_, first)| *first as u64));
    let values = arrow_select::take::take(&cells, &values, None).map_err(arrow_error)?;
    i32::try_from(distinct.len()).map_err(|_| Error::limit("a level of more values than 32 bits count"))?;
    let codes: HashMap<Row<'_>, i32> =
        distinct.into_iter().zip(0..).map(|((row, _), code)| (row, code)).collect();
    let code = |(i, row)| if cells.is_null(i) { -1 } else { codes.get(&row).copied().unwrap_or(-1) };
    let codes = rows.iter().enumerate().map(code).collect();
    Ok(Level { values: Column::of_array(field, values), kind, codes, name })
}

/// The values that a dictionary stands for.
fn dense(array: &ArrayRef) -> Result<ArrayRef> {
    use arrow_array::cast::AsArray as _;
    let Some(dictionary) = array.as_any_dictionary_opt() else { return Ok(array.clone()) };
    let values = dictionary.values();
    let keys = if values.is_empty() { Vec::new() } else { dictionary.normalized_keys() };
    let key = |i: usize| keys.get(i).filter(|_| array.is_valid(i)).map(|&key| key as u64);
    let keys: UInt64Array = (0..array.len()).map(key).collect();
    arrow_select::take::take(values, &keys, None).map_err(arrow_error)
}
