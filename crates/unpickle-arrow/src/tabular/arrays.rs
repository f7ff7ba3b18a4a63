//! A set of arrays: a row for each, with its name, dtype, shape and values.

use std::sync::Arc;

use arrow_array::builder::{Int64Builder, ListBuilder, StringBuilder};
use unpickle_arrays::NamedArray;
use unpickle_core::{Error, Result};

use super::{most_rows, numbered};
use crate::column::Column;
use crate::table::Table;

/// What such a table is called.
pub(crate) const KIND: &str = "arrays";

/// The table of several arrays. Their elements are not read before they are written.
pub(crate) fn table(arrays: Vec<NamedArray<'_>>) -> Result<Table<'_>> {
    let rows = arrays.len();
    let bytes = arrays.iter().fold(0_u64, |sum, array| sum.saturating_add(array.nbytes()));
    let (mut names, mut dtypes) = (StringBuilder::new(), StringBuilder::new());
    let mut shapes = ListBuilder::new(Int64Builder::new());
    for array in &arrays {
        names.append_value(array.name());
        dtypes.append_value(array.dtype_name());
        for &axis in array.shape() {
            let axis = i64::try_from(axis).map_err(|_| Error::limit("an axis of more than 2^63 elements"))?;
            shapes.values().append_value(axis);
        }
        shapes.append(true);
    }
    let columns = vec![
        ("name".to_owned(), Column::pyarrow_array(Arc::new(names.finish()))?.0),
        ("dtype".to_owned(), Column::pyarrow_array(Arc::new(dtypes.finish()))?.0),
        ("shape".to_owned(), Column::pyarrow_array(Arc::new(shapes.finish()))?.0),
        ("values".to_owned(), Column::of_arrays(arrays.into())?),
    ];
    Ok(numbered(KIND, columns, rows)?.with_most_rows(most_rows(bytes, rows)))
}
