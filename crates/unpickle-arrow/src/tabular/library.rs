//! Tables of pandas.

use unpickle_core::{FromPickle as _, Result, Value};
use unpickle_pandas::{Array, DataFrame, Index, Panel, Series};

use super::{numbered, numpy};
use crate::budget::Budget;
use crate::column::Column;
use crate::table::Table;
use crate::{frame, panel};

/// The table that an object of pandas is.
pub(crate) fn table<'p>(value: Value<'p>, budget: &Budget) -> Result<Option<Table<'p>>> {
    if value.as_object().is_none() {
        return Ok(None);
    }
    if DataFrame::is_in(value) {
        return frame::frame(value, budget).map(Some);
    }
    if Series::is_in(value) {
        return frame::series(value, budget).map(Some);
    }
    if Panel::is_in(value) {
        return panel::panel(value, budget).map(Some);
    }
    if Index::is_in(value) {
        return frame::index(value, budget).map(Some);
    }
    match extension_array(value, budget)? {
        Some((column, len)) => numbered("extension array", vec![("0".to_owned(), column)], len).map(Some),
        None => Ok(None),
    }
}

/// Whether the class of an object is one of these libraries, whose objects are never rows.
pub(super) fn is_library(value: Value<'_>) -> bool {
    let module = value.call().map_or("", |call| call.module);
    let library = module.split('.').next().unwrap_or_default();
    matches!(library, "pandas" | "numpy" | "pyarrow" | "torch")
        || numpy::is_any(value)
        || DataFrame::is_in(value)
        || Series::is_in(value)
        || Index::is_in(value)
}

/// The column of an array of pandas, such as `Categorical`.
pub(super) fn extension_array<'p>(value: Value<'p>, budget: &Budget) -> Result<Option<(Column<'p>, usize)>> {
    let pandas = |module: &str| module.starts_with("pandas.") || module == "pandas";
    if !value.call().is_some_and(|call| pandas(call.module)) {
        return Ok(None);
    }
    let Ok(array) = Array::from_pickle(value) else { return Ok(None) };
    let Some(len) = array.len() else { return Ok(None) };
    Ok(Some((Column::from_array(&array, len, budget)?, len)))
}
