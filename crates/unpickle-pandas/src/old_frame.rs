//! The DataFrame of pandas 0.3 and before, and the sparse one up to 0.12: states that are tuples.
//!
//! * `({label: series}, columns, index)`, or `({label: series}, index)` whose columns are the sorted labels;
//! * sparse: `({label: (sp_index, values)}, columns, index, fill_value, kind)`;
//! * the `DataMatrix` of its time: `((values, index, columns), objects)`, where `objects` are `(values, index, columns)` of
//!   the columns that are no numbers, or `None`.
//!
//! Columns and index are an Index each, or the bytes of a `.npy` file.

use std::collections::{HashMap, HashSet};

use unpickle_core::{Dict, Error, FromPickle as _, Id, Result, Seq, Value};
use unpickle_numpy::NdArray;

use crate::array::{Array, DEEPEST, same_len};
use crate::envelope::Kind;
use crate::frame::Column;
use crate::index::Index;
use crate::label::{self, Label};
use crate::manager::Room;
use crate::names::{Made, Name, some};
use crate::{npy, old_series, sparse};

/// Columns, their labels, and the index.
type Parts<'p> = (Vec<Column<'p>>, Index<'p>, Index<'p>);

/// Whether it is one of these.
pub(crate) fn is_in(value: Value<'_>) -> bool {
    state(value).is_some()
}

fn state(value: Value<'_>) -> Option<Seq<'_>> {
    let made = Made::of(value).filter(|made| made.name == Name::Frame)?;
    let state = made.state()?.as_tuple()?;
    let first = state.get(0)?;
    let columns = first.as_dict().is_some() && matches!(state.len(), 2 | 3 | 5);
    let matrix = first.as_tuple().is_some_and(|first| first.len() == 3) && state.len() == 2;
    (columns || matrix).then_some(state)
}

pub(crate) fn read(value: Value<'_>) -> Result<Parts<'_>> {
    let wrong = || Error::data(value, "a DataFrame with columns and index");
    let state = state(value).ok_or_else(wrong)?;
    let part = |i: usize| state.get(i).ok_or_else(wrong);
    let Some(cells) = part(0)?.as_dict() else {
        return matrix(part(0)?, some(state.get(1)));
    };
    let index = npy::index(part(if state.len() == 2 { 1 } else { 2 })?);
    let index = index.map_err(|error| error.within("the index"))?;
    let cells = by_label(cells)?;
    let labels = match state.len() {
        2 => {
            let mut sorted: Vec<Label> = cells.keys().cloned().collect();
            sorted.sort_by(Label::order);
            Index::plain(Array::Labels(sorted.into()))
        }
        _ => npy::index(part(1)?).map_err(|error| error.within("the columns axis"))?,
    };
    let fill = if state.len() == 5 { state.get(3) } else { None };
    let Some(wanted) = label::labels(&labels)? else {
        return Err(Error::unsupported(value, "a DataFrame of such an age whose labels are of such a kind"));
    };
    let mut same =
        SameIndex { labels: label::labels(&index)?, index: &index, seen: HashSet::new(), left: label::MOST };
    let mut columns = Vec::new();
    for label in wanted {
        let within = |error: Error| error.within(format!("column {label}"));
        let Some(cells) = cells.get(&label).copied() else {
            return Err(Error::invalid(value, format!("expected cells for the column {label}, found none")));
        };
        let array = match fill {
            Some(fill) => sparse_column(cells, fill),
            None => same.column(cells),
        };
        let array = array.map_err(within)?;
        same_len(cells, "rows by the index", index.len(), array.len().unwrap_or(0)).map_err(within)?;
        columns.push(Column { array, block: 0 });
    }
    if columns.len() < cells.len() {
        let text = format!("expected a label for each of {} columns, found {}", cells.len(), columns.len());
        return Err(Error::invalid(value, text));
    }
    Ok((columns, labels, index))
}

/// The cells of each column by its label.
fn by_label<'p>(cells: Dict<'p>) -> Result<HashMap<Label, Value<'p>>> {
    let mut found = HashMap::new();
    for (key, value) in cells.iter() {
        let Some(label) = Label::of(key) else { return Err(Error::data(key, "the label of a column")) };
        found.insert(label, value);
    }
    Ok(found)
}

/// `(sp_index, values)`, or a `SparseSeries`.
fn sparse_column<'p>(cells: Value<'p>, fill: Value<'p>) -> Result<Array<'p>> {
    if let Some(parts) = cells.as_tuple()
        && let (Some(index), Some(values)) = (parts.get(0), parts.get(1))
    {
        return sparse::of_parts(cells, index, values, NdArray::from_pickle(values)?, Some(fill));
    }
    old_series::Parts::read(cells).map(|series| series.array)
}

/// The index of the frame, which the series in it must have.
struct SameIndex<'i, 'p> {
    index: &'i Index<'p>,
    labels: Option<Vec<Label>>,
    /// Indexes that were compared already: as a rule all series share one.
    seen: HashSet<Id>,
    /// How many labels may still be compared, for indexes may share theirs.
    left: usize,
}

impl<'p> SameIndex<'_, 'p> {
    /// The cells of a series, or of an array as it is.
    fn column(&mut self, cells: Value<'p>) -> Result<Array<'p>> {
        if !old_series::is_in(cells) {
            return Array::read(cells, DEEPEST);
        }
        let series = old_series::Parts::read(cells)?;
        if self.seen.insert(series.index_value.id()) {
            let left = self.left.checked_sub(series.index.len());
            self.left = left.ok_or_else(|| Error::limit("columns of too many indexes of their own"))?;
            if series.index.len() == self.index.len() && label::labels(&series.index)? == self.labels {
                return Ok(series.array);
            }
            return Err(Error::unsupported(cells, "a column with an index that is not the frame's"));
        }
        Ok(series.array)
    }
}

/// Columns of numbers as an array of two dimensions, rows first, and after them those of objects.
fn matrix<'p>(numbers: Value<'p>, objects: Option<Value<'p>>) -> Result<Parts<'p>> {
    let (mut columns, labels, index) = matrix_part(numbers)?;
    let Some(objects) = objects else { return Ok((columns, labels, index)) };
    let (more, more_labels, _) = matrix_part(objects)?;
    if let Some(column) = more.first() {
        same_len(objects, "rows by the index", index.len(), column.array.len().unwrap_or(0))?;
    }
    columns.extend(more);
    let (Some(mut all), Some(others)) = (label::labels(&labels)?, label::labels(&more_labels)?) else {
        return Err(Error::unsupported(
            objects,
            "a DataFrame of such an age whose labels are of such a kind",
        ));
    };
    all.extend(others);
    Ok((columns, Index::plain(Array::Labels(all.into())), index))
}

/// `(values, index, columns)`
fn matrix_part(value: Value<'_>) -> Result<Parts<'_>> {
    let wrong = || Error::data(value, "values, index and columns");
    let parts = value.as_tuple().ok_or_else(wrong)?;
    let part = |i: usize| parts.get(i).ok_or_else(wrong);
    let values = NdArray::from_pickle(part(0)?)?;
    let index = npy::index(part(1)?).map_err(|error| error.within("the index"))?;
    let labels = npy::index(part(2)?).map_err(|error| error.within("the columns axis"))?;
    Room::new(value, Kind::Frame, std::slice::from_ref(&labels))?;
    let (rows, width) = (index.len(), labels.len());
    if values.shape() != [rows, width] {
        let found = values.shape();
        return Err(Error::invalid(
            value,
            format!("expected {rows} rows of {width} columns, found {found:?}"),
        ));
    }
    let values = values.transposed();
    let column = |i| Ok(Column { array: Array::Numpy(values.row(i)?), block: 0 });
    let columns = (0..width).map(column).collect::<Result<_>>()?;
    Ok((columns, labels, index))
}
