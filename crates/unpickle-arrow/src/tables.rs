//! Which values of a pickle are tables: the order of tries, and where to look for them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use unpickle_core::{FromPickle as _, Id, Result, Value};
use unpickle_numpy::{DtypeKind, MaskedArray, NdArray};
use unpickle_pandas::{Array, DataFrame, Index, Series};

use crate::cells::{Cells, Key, Rows};
use crate::column::Column;
use crate::frame;
use crate::parallel;
use crate::table::Table;

/// Most values inside cells that sharing may unfold to, in all of one table.
const BUDGET: usize = 100_000_000;

/// Most values that are looked at for tables inside what was pickled.
const MAX_VISITED: usize = 1_000_000;

/// Records with more different keys are no table.
const MAX_KEYS: usize = 10_000;

/// What can be tabulated in `value`: the value itself, or else what it holds, each with its path.
///
/// In this order: pandas' DataFrame, Series and Index; numpy arrays of one or two dimensions, structured and masked
/// ones too; a list of dicts; a dict of columns of one length; a dict of dicts, one row a key; a list of lists or
/// tuples of one length; a list of plain values as one column. What is none of these is searched for such.
///
/// # Errors
///
/// The value looks like one of these, but cannot be read.
pub fn tables(value: Value<'_>) -> Result<Vec<Table<'_>>> {
    if let Some(table) = own_table(value)? {
        return Ok(vec![table]);
    }
    search(value)
}

/// The table that the value is.
fn own_table(value: Value<'_>) -> Result<Option<Table<'_>>> {
    if let Some(table) = library_table(value)? {
        return Ok(Some(table));
    }
    if let Some(table) = records(value)? {
        return Ok(Some(table));
    }
    if let Some(table) = columns(value)? {
        return Ok(Some(table));
    }
    if let Some(table) = keyed_records(value)? {
        return Ok(Some(table));
    }
    if let Some(table) = rows(value)? {
        return Ok(Some(table));
    }
    one_column(value)
}

/// A table of pandas or numpy.
fn library_table(value: Value<'_>) -> Result<Option<Table<'_>>> {
    if value.as_object().is_none() {
        return Ok(None);
    }
    if DataFrame::is_in(value) {
        return frame::frame(value, BUDGET).map(Some);
    }
    if Series::is_in(value) {
        return frame::series(value, BUDGET).map(Some);
    }
    if Index::is_in(value) {
        return frame::index(value, BUDGET).map(Some);
    }
    let Some(call) = value.call() else { return Ok(None) };
    match (call.module, call.name) {
        ("numpy.ma.core", "_mareconstruct") => masked(MaskedArray::from_pickle(value)?).map(Some),
        (module, "_reconstruct" | "_frombuffer") if module.starts_with("numpy.") => {
            array("ndarray", &NdArray::from_pickle(value)?)
        }
        (module, _) if module.starts_with("pandas.") || module == "pandas" => {
            let Ok(array) = Array::from_pickle(value) else { return Ok(None) };
            let Some(len) = array.len() else { return Ok(None) };
            let column = Column::from_array(&array, len, BUDGET)?;
            table("extension array", vec![("0".to_owned(), column)], len).map(Some)
        }
        _ => Ok(None),
    }
}

/// A table whose rows are numbered from 0.
fn table<'p>(kind: &'static str, columns: Vec<(String, Column<'p>)>, rows: usize) -> Result<Table<'p>> {
    let (names, columns) = columns.into_iter().unzip();
    let range = Index::Range { start: 0, stop: rows as i64, step: 1, name: None };
    frame::pandas_table(kind, columns, frame::plain(names), &range, rows, None, BUDGET)
}

fn array<'p>(kind: &'static str, array: &NdArray<'p>) -> Result<Option<Table<'p>>> {
    let rows = array.shape().first().copied().unwrap_or(0);
    let columns = match (array.ndim(), array.dtype().kind()) {
        (1, DtypeKind::Struct(fields)) => {
            let mut columns = Vec::new();
            for field in fields {
                let part = array.field(&field.name)?;
                // A field that is itself an array of several dimensions has no column of its own.
                if part.ndim() != 1 {
                    let whole = Column::numpy(array, BUDGET)?;
                    return table(kind, vec![("0".to_owned(), whole)], rows).map(Some);
                }
                columns.push((field.name.clone(), Column::numpy(&part, BUDGET)?));
            }
            columns
        }
        (1, _) => vec![("0".to_owned(), Column::numpy(array, BUDGET)?)],
        (2, _) => {
            let transposed = array.transposed();
            let mut columns = Vec::new();
            for i in 0..array.shape().get(1).copied().unwrap_or(0) {
                columns.push((i.to_string(), Column::numpy(&transposed.row(i)?, BUDGET)?));
            }
            columns
        }
        _ => return Ok(None),
    };
    table(kind, columns, rows).map(Some)
}

fn masked<'p>(masked: MaskedArray<'p>) -> Result<Table<'p>> {
    let data = masked.data();
    let rows = data.shape().first().copied().unwrap_or(0);
    let column = |data: &NdArray<'p>, mask: &NdArray<'p>| -> Result<Column<'p>> {
        if crate::numpy::plain_type(data.dtype()).is_none() {
            let mut column = Column::numpy(data, BUDGET)?;
            column.notes.push("the mask is left out".to_owned());
            return Ok(column);
        }
        let array = Array::Masked { values: data.clone(), mask: Box::new(mask.clone()) };
        Column::from_array(&array, data.len(), BUDGET)
    };
    let columns = match (data.ndim(), data.dtype().kind()) {
        (1, DtypeKind::Struct(fields)) => {
            let mut columns = Vec::new();
            for field in fields {
                let part = masked.field(&field.name)?;
                columns.push((field.name.clone(), column(part.data(), part.mask())?));
            }
            columns
        }
        (2, _) => {
            let (data, mask) = (data.transposed(), masked.mask().transposed());
            let mut columns = Vec::new();
            for i in 0..data.shape().first().copied().unwrap_or(0) {
                columns.push((i.to_string(), column(&data.row(i)?, &mask.row(i)?)?));
            }
            columns
        }
        _ => vec![("0".to_owned(), column(data, masked.mask())?)],
    };
    table("masked array", columns, rows)
}

/// A list of dicts.
fn records(value: Value<'_>) -> Result<Option<Table<'_>>> {
    let Some(list) = value.as_list().or_else(|| value.as_tuple()) else { return Ok(None) };
    if list.is_empty() || !list.iter().all(|row| row.as_dict().is_some()) {
        return Ok(None);
    }
    record_columns("list of dicts", Rows::Seq(list), None)
}

/// One column a key; `index` are the names of the rows, if they have any.
fn record_columns<'p>(
    kind: &'static str,
    rows: Rows<'p>,
    index: Option<Vec<Option<Value<'p>>>>,
) -> Result<Option<Table<'p>>> {
    let mut keys: Vec<(String, Key<'p>)> = Vec::new();
    let mut known: HashMap<String, ()> = HashMap::new();
    let mut ids: HashSet<Id> = HashSet::new();
    let mut sound = true;
    // Dicts from one piece of code have the same keys: comparing ids tells.
    let mut last: Vec<Id> = Vec::new();
    rows.each(0..rows.len(), |row| {
        let Some(dict) = row.as_dict() else { return };
        let same =
            dict.pairs().len() == last.len() && dict.pairs().zip(&last).all(|((key, _), id)| key.id() == *id);
        if same {
            return;
        }
        last = dict.pairs().map(|(key, _)| key.id()).collect();
        for (at, (key, _)) in dict.pairs().enumerate() {
            if !ids.insert(key.id()) {
                continue;
            }
            let Some(name) = key.as_text() else {
                sound = false;
                return;
            };
            if known.insert(name.to_string(), ()).is_none() {
                keys.push((name.into_owned(), Key { value: key, at }));
            }
        }
        sound &= keys.len() <= MAX_KEYS && ids.len() <= 1 << 22;
        if ids.len() > 1 << 20 {
            ids.clear();
        }
    });
    if !sound || keys.is_empty() {
        return Ok(None);
    }
    let count = rows.len();
    let columns = parallel::all(&keys, keys.len().saturating_mul(count), |_, (name, key)| {
        let cells = Cells::Field { rows: rows.clone(), key: *key };
        let column = Column::objects(cells, BUDGET);
        Ok((name.clone(), column.map_err(|error| error.within(format!("column `{name}`")))?))
    })?;
    match index {
        None => table(kind, columns, count).map(Some),
        Some(labels) => {
            let column = Column::objects(Cells::Values(Arc::from(labels)), BUDGET)?;
            frame::keyed_table(kind, columns, column, count).map(Some)
        }
    }
}

/// A dict of columns of one length.
fn columns(value: Value<'_>) -> Result<Option<Table<'_>>> {
    let Some(dict) = value.as_dict().or_else(|| value.as_object()?.pairs()) else { return Ok(None) };
    let mut rows = None;
    let mut parts = Vec::new();
    for (key, part) in dict.iter() {
        let Some(name) = key.as_text() else { return Ok(None) };
        let (len, column) = if let Some(list) = part.as_list().or_else(|| part.as_tuple()) {
            (list.len(), None)
        } else if Series::is_in(part) {
            let series = Series::from_value(part)?;
            (series.len(), Some(Column::from_array(series.array(), series.len(), BUDGET)?))
        } else {
            match one_dimensional(part) {
                Some(array) => (array.len(), Some(Column::numpy(&array, BUDGET)?)),
                None => return Ok(None),
            }
        };
        if *rows.get_or_insert(len) != len {
            return Ok(None);
        }
        parts.push((name.into_owned(), part, column));
    }
    let Some(rows) = rows else { return Ok(None) };
    let mut columns = Vec::new();
    for (name, part, column) in parts {
        let column = match (column, part.as_list().or_else(|| part.as_tuple())) {
            (Some(column), _) => column,
            (None, Some(list)) => Column::objects(Cells::Seq(list), BUDGET)
                .map_err(|error| error.within(format!("column `{name}`")))?,
            (None, None) => return Ok(None),
        };
        columns.push((name, column));
    }
    table("dict of columns", columns, rows).map(Some)
}

fn one_dimensional(value: Value<'_>) -> Option<NdArray<'_>> {
    let call = value.call()?;
    let numpy = call.module.starts_with("numpy.") && matches!(call.name, "_reconstruct" | "_frombuffer");
    NdArray::from_pickle(value).ok().filter(|array| numpy && array.ndim() == 1)
}

/// A dict of dicts: one row a key.
fn keyed_records(value: Value<'_>) -> Result<Option<Table<'_>>> {
    let Some(dict) = value.as_dict() else { return Ok(None) };
    let (mut labels, mut rows) = (Vec::new(), Vec::new());
    for (key, row) in dict.iter() {
        if row.as_dict().is_none() {
            return Ok(None);
        }
        labels.push(Some(key));
        rows.push(row);
    }
    // Dicts of one depth only: what holds tables is searched for them.
    let deeper =
        rows.iter().any(|row| row.as_dict().is_some_and(|row| row.iter().any(|(_, cell)| holds_more(cell))));
    if rows.is_empty() || deeper {
        return Ok(None);
    }
    record_columns("dict of dicts", Rows::Values(rows.into()), Some(labels))
}

fn holds_more(cell: Value<'_>) -> bool {
    DataFrame::is_in(cell) || Series::is_in(cell) || one_dimensional(cell).is_some()
}

/// A list of lists or tuples of one length.
fn rows(value: Value<'_>) -> Result<Option<Table<'_>>> {
    let Some(list) = value.as_list().or_else(|| value.as_tuple()) else { return Ok(None) };
    let len = |row: Value<'_>| row.as_list().or_else(|| row.as_tuple()).map(|row| row.len());
    let Some(width) = list.get(0).and_then(len) else { return Ok(None) };
    if width == 0 || width > MAX_KEYS || !list.iter().all(|row| len(row) == Some(width)) {
        return Ok(None);
    }
    let mut columns = Vec::new();
    for at in 0..width {
        let column = Column::objects(Cells::Position { rows: Rows::Seq(list), at }, BUDGET)?;
        columns.push((at.to_string(), column));
    }
    table("list of rows", columns, list.len()).map(Some)
}

/// A list of plain values.
fn one_column(value: Value<'_>) -> Result<Option<Table<'_>>> {
    let Some(list) = value.as_seq() else { return Ok(None) };
    let plain = |cell: Value<'_>| {
        cell.is_none()
            || cell.as_bool().is_some()
            || cell.as_int().is_some()
            || cell.as_f64().is_some()
            || cell.as_str_bytes().is_some()
            || cell.as_bytes().is_some()
    };
    if list.is_empty() || !list.iter().all(plain) {
        return Ok(None);
    }
    let column = Column::objects(Cells::Seq(list), BUDGET)?;
    table("list", vec![("0".to_owned(), column)], list.len()).map(Some)
}

/// Tables of pandas and numpy, and lists of dicts, inside containers and objects, each once.
fn search(root: Value<'_>) -> Result<Vec<Table<'_>>> {
    let mut found = Vec::new();
    let mut seen: HashSet<Id> = HashSet::new();
    let mut todo: Vec<(String, Value<'_>)> = vec![(String::new(), root)];
    let mut visited = 0;
    while let Some((path, value)) = todo.pop() {
        visited += 1;
        let container = value.as_seq().is_some() || value.as_dict().is_some() || value.as_object().is_some();
        if !container || visited > MAX_VISITED || path.len() > 1000 || !seen.insert(value.id()) {
            continue;
        }
        if !path.is_empty() {
            let made = match library_table(value)? {
                Some(table) => Some(table),
                None => records(value)?,
            };
            if let Some(mut table) = made {
                table.path = path;
                found.push(table);
                continue;
            }
        }
        let mut inside: Vec<(String, Value<'_>)> = Vec::new();
        let dotted = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let items = value.as_seq().or_else(|| value.as_object()?.items());
        if let Some(items) = items {
            inside.extend(
                items.iter().take(MAX_VISITED).enumerate().map(|(i, item)| (format!("{path}[{i}]"), item)),
            );
        }
        let pairs = value.as_dict().or_else(|| value.as_object()?.pairs());
        for (key, item) in pairs.into_iter().flat_map(|pairs| pairs.iter()).take(MAX_VISITED) {
            let step = match key.as_text() {
                Some(name) => dotted(&name),
                None => format!("{path}[{}]", key.repr()),
            };
            inside.push((step, item));
        }
        if let Some(object) = value.as_object() {
            for (key, item) in object.attrs().take(MAX_VISITED) {
                if let Some(name) = key.as_text() {
                    inside.push((dotted(&name), item));
                }
            }
        }
        todo.extend(inside.into_iter().rev());
    }
    Ok(found)
}
