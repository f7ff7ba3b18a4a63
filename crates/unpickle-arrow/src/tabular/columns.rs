//! A dict of columns of one length.

use std::collections::HashSet;

use arrow_array::ArrayRef;
use unpickle_core::{Id, Result, Value};
use unpickle_pandas::{Index, Series};

use super::library::extension_array;
use super::{MAX_COLUMNS, hold_frames, labelled, numpy, python, records, sequence};
use crate::budget::Budget;
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
pub(crate) fn dict<'p>(value: Value<'p>, budget: &Budget) -> Result<Option<Table<'p>>> {
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
    // A column costs much, and one under ever more names is no table.
    if pairs.len() > MAX_COLUMNS {
        let distinct: HashSet<Id> = pairs.iter().map(|(_, part)| part.id()).collect();
        if distinct.len() < pairs.len() / 2 {
            return Ok(None);
        }
    }
    let Some(labels) = labels::of_keys(&pairs.iter().map(|(key, _)| *key).collect::<Vec<_>>()) else {
        return Ok(None);
    };
    let (mut rows, mut index) = (None, None);
    let mut parts = Vec::with_capacity(pairs.len());
    for (_, part) in pairs {
        let Some((part, len, own)) = column(part, budget)? else { return Ok(None) };
        if *rows.get_or_insert(len) != len {
            return Ok(None);
        }
        // pandas would align rows of other names: these are tables of their own.
        match (&index, own) {
            (_, None) => {}
            (None, own) => index = own,
            (Some(known), Some(own)) if same_labels(known, &own, budget)? => {}
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
            Part::Array(array) => match numpy::column(array, budget)? {
                Some(column) => column,
                None => return Ok(None),
            },
            Part::List(list) => Column::objects(Cells::Seq(list), budget)
                .map_err(|error| error.within(format!("column `{name}`")))?,
        });
    }
    if hold_frames(&columns, value) {
        return Ok(None);
    }
    let kind = "dict of columns";
    match index {
        Some(index) => frame::pandas_table(kind, columns, labels, &index, rows, None, budget).map(Some),
        None => labelled(kind, columns, labels, rows).map(Some),
    }
}

fn may_be_column(part: Value<'_>) -> bool {
    part.as_list().is_some() || part.as_tuple().is_some() || part.as_object().is_some()
}

/// A column, its length, and the names of its rows if it has some.
#[allow(clippy::type_complexity)] // told apart at once
fn column<'p>(part: Value<'p>, budget: &Budget) -> Result<Option<(Part<'p>, usize, Option<Index<'p>>)>> {
    if let Some(list) = sequence(part) {
        return Ok(Some((Part::List(list), list.len(), None)));
    }
    if let Some((_, made, len)) = python::column(part, budget)? {
        return Ok(Some((Part::Made(Box::new(made)), len, None)));
    }
    if Series::is_in(part) {
        let series = Series::from_value(part)?;
        let made = Column::from_array(series.array(), series.len(), budget)?;
        return Ok(Some((Part::Made(Box::new(made)), series.len(), Some(series.index().clone()))));
    }
    if Index::is_in(part) {
        let index: Index<'_> = part.extract()?;
        if let Index::Multi { .. } = index {
            return Ok(None);
        }
        return Ok(Some((Part::Made(Box::new(Column::from_index(&index, budget)?)), index.len(), None)));
    }
    if let Some(length) = numpy::length(part) {
        return Ok(Some((Part::Array(part), length, None)));
    }
    if let Some((made, length)) = numpy::masked_column(part, budget)? {
        return Ok(Some((Part::Made(Box::new(made)), length, None)));
    }
    Ok(extension_array(part, budget)?.map(|(column, len)| (Part::Made(Box::new(column)), len, None)))
}

/// Whether two indexes name their rows alike.
fn same_labels(a: &Index<'_>, b: &Index<'_>, budget: &Budget) -> Result<bool> {
    if let (Index::Range { start: a, step: p, .. }, Index::Range { start: b, step: q, .. }) = (a, b) {
        return Ok(a == b && p == q);
    }
    if matches!(a, Index::Multi { .. }) != matches!(b, Index::Multi { .. }) {
        return Ok(false);
    }
    Ok(levels(a, budget)? == levels(b, budget)?)
}

fn levels(index: &Index<'_>, budget: &Budget) -> Result<Vec<ArrayRef>> {
    match index {
        Index::Multi { levels, codes, .. } => {
            let level = |(level, codes)| Column::from_level(level, codes, budget)?.array(0..index.len());
            levels.iter().zip(codes).map(level).collect()
        }
        _ => Ok(vec![Column::from_index(index, budget)?.array(0..index.len())?]),
    }
}
