//! The first pass over a column of Python objects: which Arrow type holds them all.

mod look;
mod one;

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use unpickle_core::{Category, Error, Result};

use crate::cells::Cells;
use crate::kind::Kind;
use crate::{notes, parallel};
use look::Inference;

/// So many cells are looked at before several threads are: columns that are JSON text, which only one may look at, tell
/// so early as a rule.
const FIRST: usize = 1024;

/// The kind of all these cells, and what the user is told of them. `budget` is how many values inside cells may be looked
/// at, beyond some for each byte of the pickle: shared ones are looked at for each that holds them.
///
/// # Errors
///
/// Sharing makes them hold more values than that.
pub(crate) fn of<'p>(cells: &Cells<'p>, budget: usize) -> Result<(Kind, Vec<String>)> {
    let mut inference = Inference::new(budget);
    let mut kind = Kind::Null;
    if let Cells::Elements(array) = cells {
        kind = inference.rows(array)?;
    } else {
        let first = cells.len().min(FIRST);
        inference.look(cells, 0..first, &mut kind)?;
        let rest = first..cells.len();
        match in_stretches(cells, rest.clone(), &kind, &mut inference) {
            Some(all) => kind = all,
            None => inference.look(cells, rest, &mut kind)?,
        }
    }
    let kind = kind.settle();
    let notes = notes::of(&kind, inference.reader.told);
    Ok((kind, notes))
}

/// The kind of `rows` and of the cells before them, which are of kind `first`; each stretch is looked at for itself, and
/// perhaps by another thread. `None` if that may be another kind than they have in their order, and for an error.
fn in_stretches<'p>(
    cells: &Cells<'p>,
    rows: Range<usize>,
    first: &Kind,
    inference: &mut Inference<'p>,
) -> Option<Kind> {
    if first.depends_on_order() {
        return None;
    }
    let (budget, inside) = (inference.budget, AtomicUsize::new(inference.inside));
    let parts = parallel::all(&parallel::stretches(rows.clone()), rows.len(), |_, rows| {
        let mut part = Inference::new(budget);
        // All are within the limit, or one of them tells, soon enough.
        let before = inside.load(Ordering::Relaxed);
        part.inside = before;
        let mut kind = Kind::Null;
        part.look(cells, rows.clone(), &mut kind)?;
        inside.fetch_add(part.inside - before, Ordering::Relaxed);
        if kind.depends_on_order() {
            return Err(Error::message(Category::Data, "cells that must be looked at in their order"));
        }
        Ok((kind, part.reader.told))
    });
    let parts = parts.ok()?;
    let kind = parts.iter().fold(first.clone(), |all, (kind, _)| all.merge(kind.clone()));
    let inside = inside.into_inner();
    if kind.depends_on_order() || inference.is_beyond(inside) {
        return None;
    }
    inference.inside = inside;
    parts.iter().for_each(|(_, told)| inference.reader.told.add(*told));
    Some(kind)
}
