//! `Categorical`: codes into categories.
//!
//! 1.3 and later `(CategoricalDtype, codes, attrs)`; 0.21 to 1.2 `{'_dtype', '_codes'}`; 0.16 to 0.20
//! `{'_codes', '_categories', '_ordered'}`; before `{'labels' or '_codes', '_levels', 'ordered'}`.

use std::ops::Range;

use unpickle_core::{Error, Result, Value};
use unpickle_numpy::{DtypeKind, Element, NdArray};

use crate::extension::{Meaning, Parts};
use crate::index::Index;
use crate::names::{Made, Name, some};

pub(crate) fn meaning<'p>(
    value: Value<'p>,
    made: &Made<'p>,
    parts: &Parts<'p>,
    codes: &NdArray<'p>,
    depth: u8,
) -> Result<Meaning<'p>> {
    if !matches!(codes.dtype().kind(), DtypeKind::Int(_)) {
        return Err(Error::data(parts.values, "an array of signed codes"));
    }
    let dtype = parts.dtype.and_then(Made::of).filter(|dtype| dtype.name == Name::CategoricalDtype);
    let (categories, ordered) = match &dtype {
        Some(dtype) => (
            some(dtype.field("categories")).or_else(|| some(dtype.args.get(0))),
            dtype.field("ordered").or_else(|| dtype.args.get(1)),
        ),
        None => (
            some(made.any_field(&["_categories", "_levels", "levels"])),
            made.any_field(&["_ordered", "ordered"]),
        ),
    };
    let Some(categories) = categories else {
        return Err(Error::data(value, "a Categorical with categories"));
    };
    let index = Index::read(categories, depth).map_err(|error| error.within("categories"))?;
    let ordered = ordered.and_then(Value::as_bool).unwrap_or(false);
    Ok(Meaning::Categorical { categories: Box::new(index), ordered })
}

/// Some codes of a categorical or of a level of a `MultiIndex`, each checked: -1 (missing) or below `count`.
///
/// Reading a frame does not touch its cells, so this is where a code out of range is found.
///
/// # Errors
/// If a code is out of range, `rows` are, or `codes` is no array of integers.
pub fn checked_codes(codes: &NdArray<'_>, count: usize, rows: Range<usize>) -> Result<Vec<i32>> {
    match codes.dtype().kind() {
        DtypeKind::Int(1) => narrow::<i8>(codes, count, rows),
        DtypeKind::Int(2) => narrow::<i16>(codes, count, rows),
        DtypeKind::Int(4) => narrow::<i32>(codes, count, rows),
        DtypeKind::Int(8) => narrow::<i64>(codes, count, rows),
        _ => {
            let found = codes.dtype();
            Err(Error::invalid(codes.origin(), format!("expected codes of signed integers, found {found}")))
        }
    }
}

fn narrow<T: Element + Into<i64>>(codes: &NdArray<'_>, count: usize, rows: Range<usize>) -> Result<Vec<i32>> {
    let mut wide: Vec<T> = Vec::new();
    codes.copy_native(rows.clone(), &mut wide)?;
    let end = i64::try_from(count).unwrap_or(i64::MAX).min(i64::from(i32::MAX));
    // One pass without a branch per code, for a column has many and none is wrong.
    let (low, high) = wide.iter().fold((0, -1), |(low, high): (i64, i64), &code| {
        let code = code.into();
        (low.min(code), high.max(code))
    });
    if low < -1 || high >= end {
        let found = if low < -1 { low } else { high };
        let what = format!(
            "expected codes from -1 to below {end}, found {found} in rows {} to {}",
            rows.start, rows.end
        );
        return Err(Error::invalid(codes.origin(), what));
    }
    #[expect(clippy::cast_possible_truncation, reason = "they have just been seen to be in range")]
    Ok(wide.into_iter().map(|code| code.into() as i32).collect())
}
