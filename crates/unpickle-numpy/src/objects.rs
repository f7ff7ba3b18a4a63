//! [`Objects`]: the cells of an array of Python objects.

use std::ops::Range;

use unpickle_core::{Iter, Seq, Value};

use crate::array::List;
use crate::layout::Layout;

/// The Python objects of an array in logical order.
///
/// numpy writes them as one list, always in C order, whatever the array's own order was.
#[derive(Clone)]
pub struct Objects<'p> {
    list: List<'p>,
    layout: Layout,
}

impl<'p> Objects<'p> {
    pub(crate) fn new(list: List<'p>, layout: Layout) -> Objects<'p> {
        Objects { list, layout }
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
        follow(self.list.cells.get(self.layout.position(index)?)?, &self.list.path)
    }

    /// All of them.
    pub fn iter(&self) -> ObjectsIter<'p> {
        self.range(0..self.len())
    }

    /// Those of a range, cut to what there is.
    pub fn range(&self, range: Range<usize>) -> ObjectsIter<'p> {
        let end = range.end.min(self.len());
        let start = range.start.min(end);
        let cells = self.list.cells;
        let walk = if self.layout.is_c() {
            let first = self.layout.start.saturating_add(start);
            Walk::Dense(cells.range(first..first.saturating_add(end - start)))
        } else {
            // In a transposed array the last axis leaps and comes back: with one for each of its places, all of
            // them only move forward.
            let places = match (self.layout.shape(), self.layout.strides()) {
                ([_, .., len], [.., stride]) if stride.unsigned_abs() >= FAR => (*len).clamp(1, 64),
                _ => 1,
            };
            let cells = vec![Forward { cells, at: 0, next: cells.range(0..0) }; places];
            Walk::Strided { cells, layout: self.layout.clone(), next: start }
        };
        ObjectsIter { walk, left: end - start, path: self.list.path.clone() }
    }

    /// The list or tuple and the range of it that these are, when that is how they lie: for readers that want whole
    /// runs.
    pub fn as_range(&self) -> Option<(Seq<'p>, Range<usize>)> {
        let start = self.layout.start;
        (self.list.path.is_empty() && self.layout.is_c())
            .then(|| (self.list.cells, start..start.saturating_add(self.len())))
    }
}

/// The field of a structured cell, which is a tuple (of tuples).
fn follow<'p>(cell: Value<'p>, path: &[usize]) -> Option<Value<'p>> {
    path.iter().try_fold(cell, |cell, &i| cell.as_seq()?.get(i))
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
    path: Vec<usize>,
}

enum Walk<'p> {
    Dense(Iter<'p>),
    Strided { cells: Vec<Forward<'p>>, layout: Layout, next: usize },
}

/// Access to a list that is cheap for small steps forward: in a long list, finding an item means to skip
/// over those in front of it.
#[derive(Clone)]
struct Forward<'p> {
    cells: Seq<'p>,
    /// The index of the item that `next` yields next.
    at: usize,
    next: Iter<'p>,
}

/// From where on a new search is cheaper than stepping over the items between.
const FAR: usize = 256;

impl<'p> Forward<'p> {
    fn get(&mut self, index: usize) -> Option<Value<'p>> {
        match index.checked_sub(self.at) {
            Some(step) if step < FAR && self.next.len() > step => {
                self.at = index.checked_add(1)?;
                self.next.nth(step)
            }
            _ => {
                self.next = self.cells.range(index..self.cells.len());
                self.at = index.checked_add(1)?;
                self.next.next()
            }
        }
    }
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
                let place = next.checked_rem(cells.len())?;
                *next += 1;
                cells.get_mut(place)?.get(at)
            }
        }?;
        if self.path.is_empty() { Some(cell) } else { follow(cell, &self.path) }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left))
    }
}
