//! A dict of columns of one length.

use arrow_array::ArrayRef;
use unpickle_core::{Result, Value};
use unpickle_pandas::{Index, Series};

use super::library::extension_array;
use super::{BUDGET, hold_frames, labelled, numpy, python, records, sequence};
use crate::cells::Cells;
use crate::column::Column;
use crate::table::Table;
use crate::{frame, labels};

/// One column, before its cells are looked at.
enum Part<'p> {
    List(unpickle_core::Seq<'p>),
    /// An array of one dimension, of which nothing was read yet.
    Array(Value<'p>),
    Made(Box<Column<'p>>),
}

/// A dict of lists, tuples, arrays, masked ones too, and Series, all of one length; the Series of one index.
pub(crate) fn dict(value: Value<'_>) -> Result<Option<Table<'_>>> {
    let Some(dict) = records::map(value).filter(|_| value.as_dict().is_some() || value.as_object().is_some())
    else {
        return Ok(None);
    };
    let mut pairs = Vec::new();
    dict.each(|key, part| pairs.push((key, part)));
    // A first look that costs nothing: most dicts are no tables.
    if pairs.is_empty() || !pairs.iter().all(|(_, part)| may_be_column(*part)) {
        return Ok(None);
    }
    let Some(labels) = labels::of_keys(&pairs.iter().map(|(key, _)| *key).collect::<Vec<_>>()) else {
        return Ok(None);
    };
    let (mut rows, mut index) = (None, None);
    let mut parts = Vec::with_capacity(pairs.len());
    for (_, part) in pairs {
        let Some((part, len, own)) = column(part)? else { return Ok(None) };
        if *rows.get_or_insert(len) != len {
            return Ok(None);
        }
        // pandas would align rows of other names: these are tables of their own.
        match (&index, own) {
            (_, None) => {}
            (None, own) => index = own,
            (Some(known), Some(own)) if same_labels(known, &own)? => {}
            _ => return Ok(None),
        }
        parts.push(part);
    }
    let Some(rows) = rows else { return Ok(None) };
    let mut columns = Vec::with_capacity(parts.len());
    for (part, name) in parts.into_iter().zip(&labels.texts) {
        let name = name.as_deref().unwrap_or("nan");
        columns.push(match part {
            Part::Made(column) => *column,
            Part::Array(array) => match numpy::column(array)? {
                Some(column) => column,
                None => return Ok(None),
            },
            Part::List(list) => Column::objects(Cells::Seq(list), BUDGET)
                .map_err(|error| error.within(format!("column `{name}`")))?,
        });
    }
    if hold_frames(&columns, value) {
        return Ok(None);
    }
    let kind = "dict of columns";
    match index {
        Some(index) => frame::pandas_table(kind, columns, labels, &index, rows, None, BUDGET).map(Some),
        None => labelled(kind, columns, labels, rows).map(Some),
    }
}

fn may_be_column(part: Value<'_>) -> bool {
    part.as_list().is_some() || part.as_tuple().is_some() || part.as_object().is_some()
}

/// A column, its length, and the names of its rows if it has some.
fn column(part: Value<'_>) -> Result<Option<(Part<'_>, usize, Option<Index<'_>>)>> {
    if let Some(list) = sequence(part) {
        return Ok(Some((Part::List(list), list.len(), None)));
    }
    if let Some((_, made, len)) = python::column(part)? {
        return Ok(Some((Part::Made(Box::new(made)), len, None)));
    }
    if Series::is_in(part) {
        let series = Series::from_value(part)?;
        let made = Column::from_array(series.array(), series.len(), BUDGET)?;
        return Ok(Some((Part::Made(Box::new(made)), series.len(), Some(series.index().clone()))));
    }
    if Index::is_in(part) {
        let index: Index<'_> = part.extract()?;
        if let Index::Multi { .. } = index {
            return Ok(None);
        }
        return Ok(Some((Part::Made(Box::new(Column::from_index(&index, BUDGET)?)), index.len(), None)));
    }
    if let Some(length) = numpy::length(part) {
        return Ok(Some((Part::Array(part), length, None)));
    }
    if let Some((made, length)) = numpy::masked_column(part)? {
        return Ok(Some((Part::Made(Box::new(made)), length, None)));
    }
    Ok(extension_array(part)?.map(|(column, len)| (Part::Made(Box::new(column)), len, None)))
}

/// Whether two indexes name their rows alike.
fn same_labels(a: &Index<'_>, b: &Index<'_>) -> Result<bool> {
    if let (Index::Range { start: a, step: p, .. }, Index::Range { start: b, step: q, .. }) = (a, b) {
        return Ok(a == b && p == q);
    }
    if matches!(a, Index::Multi { .. }) != matches!(b, Index::Multi { .. }) {
        return Ok(false);
    }
    Ok(levels(a)? == levels(b)?)
}

fn levels(index: &Index<'_>) -> Result<Vec<ArrayRef>> {
    match index {
        Index::Multi { levels, codes, .. } => {
            let level = |(level, codes)| Column::from_level(level, codes, BUDGET)?.array(0..index.len());
            levels.iter().zip(codes).map(level).collect()
        }
        _ => Ok(vec![Column::from_index(index, BUDGET)?.array(0..index.len())?]),
    }
}
