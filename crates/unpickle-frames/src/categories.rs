//! Categoricals: the categories, and a code for each cell.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_row::{OwnedRow, RowConverter, SortField};
use arrow_schema::{DataType, Field};
use unpickle_core::{Category, Error, Result};
use unpickle_numpy::Dtype;

use crate::arrays::{backed, native};
use crate::column::Column;
use crate::index;
use crate::kind::Kind;
use crate::pen::Pen;
use crate::source::arrow_error;

/// `pandas.Categorical`
pub(crate) fn categorical<W: Write>(pen: &mut Pen<W>, column: &Column<'_>, ordered: bool) -> Result<()> {
    let (categories, codes) = unified(column)?;
    let dtype = |pen: &mut Pen<W>| {
        pen.begin_object("pandas.core.dtypes.dtypes", "CategoricalDtype", 2)?;
        pen.key("categories")?;
        let kind = Kind::of(&categories.field, false, None, pen.target)?.of_index(pen.target);
        index::flat(pen, &categories, &kind, None)?;
        pen.key("ordered")?;
        pen.out.bool(ordered)?;
        pen.end_object()
    };
    let count = categories.len;
    backed(pen, "pandas.core.arrays.categorical", "Categorical", dtype, |pen| write_codes(pen, &codes, count))
}

/// Codes, in as few bytes as pandas takes for so many categories; -1 is missing.
pub(crate) fn write_codes<W: Write>(pen: &mut Pen<W>, codes: &[i32], categories: usize) -> Result<()> {
    let bytes = match categories {
        0..0x80 => 1,
        0x80..0x8000 => 2,
        _ => 4,
    };
    pen.arrays.raw(&mut pen.out, &native(&Dtype::int(bytes)), &[codes.len()], false, |out| {
        for part in codes.chunks(1 << 14) {
            let bytes: Vec<u8> = match bytes {
                1 => part.iter().map(|&code| code as i8 as u8).collect(),
                2 => part.iter().flat_map(|&code| (code as i16).to_ne_bytes()).collect(),
                _ => part.iter().flat_map(|code| code.to_ne_bytes()).collect(),
            };
            out.write_all(&bytes)?;
        }
        Ok(())
    })
}

/// One list of categories for all chunks, in the order in which they come, and the code of each cell.
fn unified(column: &Column<'_>) -> Result<(Column<'static>, Vec<i32>)> {
    let DataType::Dictionary(_, values) = column.data_type() else {
        return Err(Error::message(Category::Data, "categories that are no dictionary"));
    };
    let rows = RowConverter::new(vec![SortField::new((**values).clone())]).map_err(arrow_error)?;
    let mut known: HashMap<OwnedRow, i32> = HashMap::new();
    let (mut parts, mut codes): (Vec<ArrayRef>, Vec<i32>) = (Vec::new(), Vec::with_capacity(column.len));
    let mut last: Option<(ArrayRef, Vec<i32>)> = None;
    column.for_each(|chunk| {
        let Some(dictionary) = chunk.as_any_dictionary_opt() else {
            return Err(Error::message(Category::Data, "categories that are no dictionary"));
        };
        let values = dictionary.values();
        let own = match &last {
            // Most chunks have the same dictionary.
            Some((before, own)) if before.to_data().ptr_eq(&values.to_data()) => own.clone(),
            _ => {
                let own = numbered(&rows, &mut known, values, &mut parts)?;
                last = Some((values.clone(), own.clone()));
                own
            }
        };
        // Without categories there is nothing but gaps, and keys have no meaning.
        let keys = if values.is_empty() { Vec::new() } else { dictionary.normalized_keys() };
        codes.extend((0..chunk.len()).map(|i| {
            if chunk.is_null(i) {
                return -1;
            }
            keys.get(i).and_then(|&key| own.get(key)).copied().unwrap_or(-1)
        }));
        Ok(())
    })?;
    let field = Arc::new(Field::new("categories", (**values).clone(), false));
    let all: Vec<&dyn Array> = parts.iter().map(|part| &**part).collect();
    let all = match &all[..] {
        [] => arrow_array::new_empty_array(values),
        all => arrow_select::concat::concat(all).map_err(arrow_error)?,
    };
    Ok((Column::of_array(field, all), codes))
}

/// The code of each value of a dictionary; those that are new are added to `parts`. A null has none.
fn numbered(
    rows: &RowConverter,
    known: &mut HashMap<OwnedRow, i32>,
    values: &ArrayRef,
    parts: &mut Vec<ArrayRef>,
) -> Result<Vec<i32>> {
    let converted = rows.convert_columns(std::slice::from_ref(values)).map_err(arrow_error)?;
    let (mut codes, mut new) = (Vec::with_capacity(values.len()), Vec::new());
    for (i, row) in converted.iter().enumerate() {
        if values.is_null(i) {
            codes.push(-1);
            continue;
        }
        let next =
            i32::try_from(known.len()).map_err(|_| Error::limit("more categories than 32 bits count"))?;
        let code = *known.entry(row.owned()).or_insert(next);
        if code == next {
            new.push(i as u64);
        }
        codes.push(code);
    }
    if !new.is_empty() {
        let new = UInt64Array::from(new);
        parts.push(arrow_select::take::take(values, &new, None).map_err(arrow_error)?);
    }
    Ok(codes)
}
