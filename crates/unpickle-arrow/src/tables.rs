//! Which values of a pickle are tables: the order of tries.

use unpickle_core::{Result, Value};

use crate::table::Table;
use crate::tabular::{arrow, columns, library, list, records, rows, search};

/// What can be tabulated in `value`: the value itself, or else what it holds, each with its path.
///
/// In this order: pandas' DataFrame, Series and Index; numpy arrays, structured and masked ones too; tables and arrays
/// of pyarrow; a list of dicts; a dict of columns of one length; a dict of dicts, one row a key; a list of lists,
/// tuples or namedtuples of one length; a list of plain values as one column. What is none of these is searched for
/// tables.
///
/// ```
/// use unpickle_arrow::{Columns as _, tables};
/// use unpickle_core::Pickle;
///
/// // pickle.dumps([{"id": 1}, {"id": 2}], protocol=0)
/// let pickle = Pickle::parse(b"(lp0\n(dp1\nVid\np2\nI1\nsa(dp3\ng2\nI2\nsa.".to_vec())?;
/// let found = tables(pickle.root())?;
/// assert_eq!(found[0].kind(), "list of dicts");
/// assert_eq!(found[0].schema().field(0).name(), "id");
/// assert_eq!(found[0].batch(0..2)?.num_rows(), 2);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # Errors
///
/// The value looks like one of these, but cannot be read.
pub fn tables(value: Value<'_>) -> Result<Vec<Table<'_>>> {
    match own_table(value)? {
        Some(table) => Ok(vec![table]),
        None => search::tables(value),
    }
}

/// The table that the value is.
fn own_table(value: Value<'_>) -> Result<Option<Table<'_>>> {
    let tries = [
        library::table,
        arrow::table,
        records::list,
        columns::dict,
        records::keyed,
        rows::sequences,
        rows::namedtuples,
        list::one_column,
    ];
    for table in tries {
        if let Some(table) = table(value)? {
            return Ok(Some(table));
        }
    }
    Ok(None)
}
