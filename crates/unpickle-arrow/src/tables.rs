//! Which values of a pickle are tables: the order of tries.

use unpickle_arrays::{NamedArray, is_masked};
use unpickle_core::{Category, Error, Result, Value};
use unpickle_sklearn::{at, is_estimator};

use crate::budget::Budget;
use crate::describe;
use crate::table::Table;
use crate::tabular::search::Seen;
use crate::tabular::{
    arrays, arrow, columns, library, list, numpy, objects, path, python, records, rows, search, values,
};

/// Said of the only table inside something that holds more.
const BESIDE: &str = "the only table; what lies beside it is left out";
/// Said of arrays inside something that holds more.
const BESIDE_ARRAYS: &str = "the arrays in it; what lies beside them is left out";

/// Most values that are tried for candidates: each try may look at all that is inside.
const MOST_CANDIDATES: usize = 1000;

/// What can be tabulated in `value`: the value itself, or else what it holds, each with its path.
///
/// In this order:
///
/// 1. pandas' DataFrame, Series, Panel and Index, other arrays of pandas; numpy arrays, structured and masked ones too;
///    tensors; tables and arrays of pyarrow; Python's `range` and `array.array`;
/// 2. a list of dicts: a row each, a column for each key;
/// 3. a list of objects of one class, or of like attributes (dataclasses, say): a column for each attribute;
/// 4. a dict of columns of one length;
/// 5. a dict of dicts or of such objects: a row each, the keys are the index;
/// 6. a list of lists, tuples or namedtuples of one length: a row each, columns `0`, `1`, …; tuples may be of several;
/// 7. a list of plain values, of lists of several lengths, of sets or of arrays of one dimension: one column `0`;
/// 8. a dict of plain values: one column `0`, the keys are the index, as `pandas.Series(dict)`.
///
/// A tuple, a deque or a set is a list here; a subclass of dict is a dict. What is none of these, or holds a frame
/// somewhere inside, is searched for tables: those of 1 and 2. Where there are arrays only, and several, they are one
/// table: a row each, with its name, dtype, shape and values. If there is nothing of the kind, a list of anything else is
/// one column of JSON text.
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
    within(value, &Budget::of(value))
}

/// As [`tables`].
fn within<'p>(value: Value<'p>, budget: &Budget) -> Result<Vec<Table<'p>>> {
    if let Some(table) = own_table(value, budget)? {
        return Ok(vec![table]);
    }
    let mut found = inside(value, budget)?;
    if found.is_empty()
        && let Some(table) = list::of_anything(value, budget)?
    {
        return Ok(vec![table.paid_by(value)]);
    }
    note_beside(value, &mut found);
    Ok(found.into_iter().map(|table| table.paid_by(value)).collect())
}

/// The tables that `value` holds: frames and the like, and arrays, each by its path; arrays alone are one table.
fn inside<'p>(value: Value<'p>, budget: &Budget) -> Result<Vec<Table<'p>>> {
    let mut found = search::tables(value, budget)?;
    let mut arrays = unpickle_arrays::arrays(value)?;
    // Beside tensors, lists of dicts are settings of an optimizer, not tables.
    if arrays.iter().any(NamedArray::is_tensor) {
        found.retain(|table| table.kind() != records::LIST);
    }
    let is_below = |name: &str, path: &str| {
        name.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    arrays.retain(|array| !found.iter().any(|table| is_below(array.name(), table.path())));
    let several = arrays.windows(2).any(|pair| matches!(pair, [a, b] if !a.value().is(b.value())));
    let whole = |array: &NamedArray<'_>| is_masked(array.value());
    // The parts of a sparse or a quantised one are several, too; those of a masked one are a table.
    if found.is_empty() && (several || arrays.len() > 1 && !arrays.first().is_some_and(whole)) {
        return Ok(vec![arrays::table(arrays)?]);
    }
    let mut last = None;
    for array in arrays {
        // The parts of one are one table.
        if last.replace(array.value()).is_some_and(|last: Value<'_>| last.is(array.value())) {
            continue;
        }
        let own = numpy::table(array.value(), budget)?.map(|table| table.with_path(array.name()));
        found.extend(own);
    }
    Ok(found)
}

/// What can be tabulated in `row`, the list of the values of several pickles in a row: if they are alike (dicts, rows
/// of one length, objects of one class, plain values) one table, a row each; else the tables of each, whose path
/// begins with its number.
///
/// ```
/// use unpickle_arrow::tables_in_row;
/// use unpickle_core::Options;
///
/// // pickle.dump({"id": 1}, file, 0); pickle.dump({"id": 2}, file, 0)
/// let file = b"(dp0\nVid\np1\nI1\ns.(dp0\nVid\np1\nI2\ns.";
/// let pickle = Options::new().parse_all(&file[..])?;
/// assert_eq!(tables_in_row(pickle.row().unwrap())?[0].num_rows(), 2);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # Errors
///
/// As [`tables`].
pub fn tables_in_row(row: Value<'_>) -> Result<Vec<Table<'_>>> {
    let budget = &Budget::of(row);
    for table in [records::list, objects::list, rows::sequences, rows::namedtuples, list::one_column] {
        if let Some(table) = budget.attempt(|| table(row, budget))? {
            return Ok(vec![table.paid_by(row)]);
        }
    }
    let mut found = Vec::new();
    let values = row.as_seq().into_iter().flat_map(|row| row.iter()).enumerate();
    for (i, value) in values.filter(|(_, value)| !list::is_empty(*value)) {
        found.extend(within(value, budget)?.into_iter().map(|table| below(table, &format!("[{i}]"))));
    }
    note_beside(row, &mut found);
    Ok(found)
}

/// What can be tabulated of the value at `path` in `root`. Any value inside may be named, whether [`tables`] finds it
/// or not; paths are spelled as [`Table::path`] gives them, or as [`unpickle_sklearn::at()`] reads them: as in Python, with
/// the properties of scikit-learn.
///
/// # Errors
///
/// There is nothing at the path, or no table, or one that cannot be read.
pub fn tables_at<'p>(root: Value<'p>, path: &str) -> Result<Vec<Table<'p>>> {
    let Some(value) = path::find(root, path) else { return at_python_path(root, path) };
    of_value(value, path)
}

/// What can be tabulated of what a path leads to that is spelled as in Python: attributes that are properties there, rows
/// of arrays, items counted from the end.
fn at_python_path<'p>(root: Value<'p>, path: &str) -> Result<Vec<Table<'p>>> {
    let item = match at(root, path) {
        Ok(item) => item,
        // Of a model it is told which step leads nowhere, and what is near.
        Err(error) if is_estimator(root) => {
            return Err(Error::message(Category::Data, format!("nothing at `{path}`: {error}")));
        }
        Err(_) => return Err(Error::message(Category::Data, nothing_at(root, path)?)),
    };
    match (item.value(), item.array()) {
        (Some(value), _) => of_value(value, path),
        (None, Ok(array)) if array.ndim() > 0 => {
            Ok(vec![numpy::ndarray(&array, &Budget::of(root))?.with_path(path).paid_by(root)])
        }
        _ => Err(Error::message(Category::Data, format!("no table at `{path}`: it is {item}"))),
    }
}

/// What can be tabulated of the value at `path`.
fn of_value<'p>(value: Value<'p>, path: &str) -> Result<Vec<Table<'p>>> {
    let found = tables(value)?;
    if found.is_empty() {
        let message = format!("no table at `{path}`: it is {}", describe(value));
        return Err(Error::message(Category::Data, message));
    }
    Ok(found.into_iter().map(|table| below(table, path)).collect())
}

/// Values inside `root` that are tables of rows and columns if they are asked for, though [`tables`] does not take
/// them for such: lists and dicts of plain values, say, which may as well be settings.
///
/// # Errors
///
/// As [`tables`].
pub fn candidates(root: Value<'_>) -> Result<Vec<Table<'_>>> {
    let budget = &Budget::of(root);
    search::outermost(root, MOST_CANDIDATES, |value| match list::is_empty(value) {
        true => Ok(Seen::Open),
        false => Ok(own_table(value, budget)?.map_or(Seen::Open, Seen::Table)),
    })
}

/// The table that the value is.
fn own_table<'p>(value: Value<'p>, budget: &Budget) -> Result<Option<Table<'p>>> {
    let tries = [
        library::table,
        numpy::table,
        arrow::table,
        python::table,
        records::list,
        objects::list,
        columns::dict,
        records::keyed,
        rows::sequences,
        rows::namedtuples,
        list::one_column,
        values::keyed,
    ];
    for table in tries {
        if let Some(table) = budget.attempt(|| table(value, budget))? {
            return Ok(Some(table.paid_by(value)));
        }
    }
    Ok(None)
}

/// Tells that a table which nobody named is not all that there is in `value`.
fn note_beside(value: Value<'_>, found: &mut [Table<'_>]) {
    if let [table] = found
        && !table.notes().iter().any(|note| note == BESIDE || note == BESIDE_ARRAYS)
    {
        match table.kind() {
            // A dict of arrays is nothing else.
            arrays::KIND if !path::holds_only(value, numpy::is_any) => table.note(BESIDE_ARRAYS),
            arrays::KIND => {}
            _ if path::holds_more(value) => table.note(BESIDE),
            _ => {}
        }
    }
}

/// The table with its path below another.
fn below<'p>(table: Table<'p>, path: &str) -> Table<'p> {
    let full = match table.path() {
        "" => path.to_owned(),
        inner if inner.starts_with('[') => format!("{path}{inner}"),
        inner => format!("{path}.{inner}"),
    };
    table.with_path(full)
}

/// Says that there is nothing at `path`, and what there is.
#[cold]
fn nothing_at(root: Value<'_>, path: &str) -> Result<String> {
    let found = tables(root)?;
    let mut known: Vec<&str> = found.iter().take(10).map(Table::path).collect();
    if let [""] = *known {
        known = vec!["."];
    }
    Ok(match &*known {
        [] => format!("nothing at `{path}`; it holds {}", describe(root)),
        _ if found.len() > known.len() => {
            format!("no table at `{path}`; the paths are: {}, … (--list shows all)", known.join(", "))
        }
        _ => format!("no table at `{path}`; the paths are: {}", known.join(", ")),
    })
}
