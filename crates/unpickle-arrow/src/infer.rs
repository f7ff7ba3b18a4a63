//! The first pass over columns of Python objects: which Arrow type holds all cells of each.

mod look;
mod one;

use std::ops::Range;

use unpickle_core::{Category, Error, Result};

use crate::budget::Budget;
use crate::cells::Cells;
use crate::kind::Kind;
use crate::notes::{self, Told};
use crate::parallel;
use look::Inference;

/// So many cells of a column are looked at before several threads are: columns that are JSON text, which must be looked
/// at in order, tell so early as a rule.
const FIRST: usize = 1024;

/// Rows whose cells of one column are looked at before those of the next: records stay at hand then.
const BLOCK: usize = 2048;

/// What is found out about a column.
pub(crate) struct Found {
    pub(crate) kind: Kind,
    /// What the user is told of its cells.
    pub(crate) notes: Vec<String>,
}

impl Found {
    fn new(kind: Kind, told: Told) -> Found {
        let kind = kind.settle();
        let notes = notes::of(&kind, told);
        Found { kind, notes }
    }
}

/// The kind of all cells of each column; the columns are of one length. Values inside the
/// cells are charged to `budget`: shared ones are looked at for each that holds them.
///
/// # Errors
///
/// Sharing makes them hold too many values: told of a column, with what `within` makes of it.
pub(crate) fn all<'p>(
    columns: &[Cells<'p>],
    budget: &Budget,
    within: impl Fn(usize, Error) -> Error + Sync,
) -> Result<Vec<Found>> {
    let rows = columns.iter().map(Cells::len).max().unwrap_or_default();
    let stretches = parallel::stretches(FIRST.min(rows)..rows);
    // One stretch is for one thread: then a column is.
    let merged = if stretches.len() > 1 { in_stretches(columns, &stretches, budget) } else { None };
    let merged = merged.unwrap_or_default();
    parallel::all(columns, rows.saturating_mul(columns.len()), |i, cells| match merged.get(i) {
        Some(Some((kind, told))) => Ok(Found::new(kind.clone(), *told)),
        _ => in_order(cells, budget).map_err(|error| within(i, error)),
    })
}

/// As [`all`], of one column.
pub(crate) fn one(cells: &Cells<'_>, budget: &Budget) -> Result<Found> {
    let found = all(std::slice::from_ref(cells), budget, |_, error| error)?.pop();
    found.ok_or_else(|| Error::message(Category::Data, "a column without a kind"))
}

fn in_order(cells: &Cells<'_>, budget: &Budget) -> Result<Found> {
    let mut inference = Inference::new(budget);
    let mut kind = Kind::Null;
    match cells {
        Cells::Elements(array) => kind = inference.rows(array)?,
        _ => inference.look(cells, 0..cells.len(), &mut kind)?,
    }
    Ok(Found::new(kind, inference.reader.told))
}

/// A column that is looked at in stretches, whose kinds are merged: the same as if it were in order, unless the merged
/// kind [depends on that](Kind::depends_on_order).
struct Parts {
    /// Of the cells before the stretches.
    kind: Kind,
    told: Told,
}

/// The kinds before they are [settled](Kind::settle), where they can be found so.
type Merged = Vec<Option<(Kind, Told)>>;

/// `None` for an error, which must be told of the first column that has one.
fn in_stretches(columns: &[Cells<'_>], stretches: &[Range<usize>], budget: &Budget) -> Option<Merged> {
    let parts = parallel::all(columns, columns.len().saturating_mul(FIRST), |_, cells| {
        if let Cells::Elements(_) = cells {
            return Ok(None);
        }
        let mut inference = Inference::new(budget);
        let mut kind = Kind::Null;
        inference.look(cells, 0..FIRST.min(cells.len()), &mut kind)?;
        Ok((!kind.depends_on_order()).then_some(Parts { kind, told: inference.reader.told }))
    });
    let parts = parts.ok()?;
    let open = parts.iter().flatten().count();
    let kinds = parallel::all(
        stretches,
        open.saturating_mul(stretches.last().map_or(0, |last| last.end)),
        |_, rows| look_at(columns, &parts, rows.clone(), budget),
    );
    let kinds = kinds.ok()?;
    let merge = |(i, part): (usize, Option<Parts>)| {
        let mut part = part?;
        for stretch in &kinds {
            let (kind, told) = stretch.get(i)?.as_ref()?;
            part.kind = part.kind.merge(kind.clone());
            part.told.add(*told);
        }
        (!part.kind.depends_on_order()).then_some((part.kind, part.told))
    };
    Some(parts.into_iter().enumerate().map(merge).collect())
}

/// What some rows of each column are; `None` of those whose kind depends on what is before.
fn look_at<'p>(
    columns: &[Cells<'p>],
    parts: &[Option<Parts>],
    rows: Range<usize>,
    budget: &Budget,
) -> Result<Merged> {
    let begin = |part: &Option<Parts>| part.as_ref().map(|_| (Inference::new(budget), Kind::Null));
    let mut begun: Vec<_> = parts.iter().map(begin).collect();
    let mut start = rows.start;
    while start < rows.end {
        let block = start..start.saturating_add(BLOCK).min(rows.end);
        for (begun, cells) in begun.iter_mut().zip(columns) {
            let Some((inference, kind)) = begun else { continue };
            inference.look(cells, block.clone(), kind)?;
            if kind.depends_on_order() {
                *begun = None;
            }
        }
        start = block.end;
    }
    Ok(begun.into_iter().map(|begun| begun.map(|(inference, kind)| (kind, inference.reader.told))).collect())
}
