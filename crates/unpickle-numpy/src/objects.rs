//! [`Objects`]: the cells of an array of Python objects.

use std::ops::Range;

use unpickle_core::{Iter, Seq, Value};

use crate::layout::{Few, Layout};

/// The Python objects of an array in logical order.
///
/// numpy writes them as one list, always in C order, whatever the array's own order was.
#[derive(Clone)]
pub struct Objects<'p> {
    cells: Seq<'p>,
    layout: Layout,
    path: Few<usize>,
}

impl<'p> Objects<'p> {
    pub(crate) fn new(cells: Seq<'p>, layout: Layout, path: Few<usize>) -> Objects<'p> {
        Objects { cells, layout, path }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.layout.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.layout.len == 0
    }

    /// The one of this logical number.
    pub fn get(&self, index: usize) -> Option<Value<'p>> {
        follow(self.cells.get(self.layout.position(index)?)?, &self.path)
    }

    /// All of them.
    pub fn iter(&self) -> ObjectsIter<'p> {
        self.range(0..self.len())
    }

    /// Those of a range, cut to what there is.
    pub fn range(&self, range: Range<usize>) -> ObjectsIter<'p> {
        let end = range.end.min(self.len());
        let start = range.start.min(end);
        let path = self.path.clone();
        let walk = if self.layout.is_c() {
            let first = self.layout.start.saturating_add(start);
            Walk::Dense(self.cells.range(first..first.saturating_add(end - start)))
        } else {
            Walk::Strided { cells: self.cells, layout: self.layout.clone(), next: start }
        };
        ObjectsIter { walk, left: end - start, path }
    }

    /// The list or tuple and the range of it that these are, when that is how they lie: for readers that want whole
    /// runs.
    pub fn as_range(&self) -> Option<(Seq<'p>, Range<usize>)> {
        let start = self.layout.start;
        (self.path.as_slice().is_empty() && self.layout.is_c())
            .then(|| (self.cells, start..start.saturating_add(self.len())))
    }
}

/// The field of a structured cell, which is a tuple (of tuples).
fn follow<'p>(cell: Value<'p>, path: &Few<usize>) -> Option<Value<'p>> {
    path.as_slice().iter().try_fold(cell, |cell, &i| cell.as_seq()?.get(i))
}

impl<'p> IntoIterator for &Objects<'p> {
    type Item = Value<'p>;
    type IntoIter = ObjectsIter<'p>;

    fn into_iter(self) -> ObjectsIter<'p> {
        self.iter()
    }
}

/// Iterates over the cells of [`Objects`]. It ends early only where a structured cell is no tuple of its fields, so
/// its length is then less than the range's.
pub struct ObjectsIter<'p> {
    walk: Walk<'p>,
    left: usize,
    path: Few<usize>,
}

enum Walk<'p> {
    Dense(Iter<'p>),
    Strided { cells: Seq<'p>, layout: Layout, next: usize },
}

impl<'p> Iterator for ObjectsIter<'p> {
    type Item = Value<'p>;

    #[inline]
    fn next(&mut self) -> Option<Value<'p>> {
        self.left = self.left.checked_sub(1)?;
        let cell = match &mut self.walk {
            Walk::Dense(cells) => cells.next(),
            Walk::Strided { cells, layout, next } => {
                let at = layout.position(*next)?;
                *next += 1;
                cells.get(at)
            }
        }?;
        if self.path.as_slice().is_empty() { Some(cell) } else { follow(cell, &self.path) }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left))
    }
}
