//! `Table`: the items of lists that one [`Template`] describes, a row of cells for each.

use std::sync::Arc;

use crate::graph::Shape;
use crate::op::{LeafEnd, Opcode, leaf_end};
use crate::seq::memo_end;
use crate::template::{Body, Node, Slot, Step, Template, get_index};
use crate::word::Word;

/// Set in a cell: what is left is an index into [`Cells::extra`], not an offset.
const EXTRA: u32 = 1 << 31;

/// What is kept of items: where their leaves are, and what their GETs fetched.
#[derive(Default)]
pub(crate) struct Cells {
    /// Offsets in the input, less this.
    base: usize,
    cells: Vec<u32>,
    /// For a GET, its offset and what it fetched; for a list that holds such, its offset and all its items.
    pub(crate) extra: Vec<Word>,
}

impl Cells {
    pub(crate) fn new(base: usize) -> Cells {
        Cells { base, ..Cells::default() }
    }

    /// How much there is.
    #[inline(always)]
    pub(crate) fn len(&self) -> [usize; 2] {
        [self.cells.len(), self.extra.len()]
    }

    /// Forgets what was added since it was so much.
    pub(crate) fn truncate(&mut self, [cells, extra]: [usize; 2]) {
        self.cells.truncate(cells);
        self.extra.truncate(extra);
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, cell: u32) {
        self.cells.push(cell);
    }

    /// A place in the input, unless it is too far from the first.
    #[inline(always)]
    pub(crate) fn push_at(&mut self, at: usize) -> Option<()> {
        let cell = u32::try_from(at.checked_sub(self.base)?).ok().filter(|cell| cell & EXTRA == 0)?;
        self.cells.push(cell);
        Some(())
    }

    /// A place in the input of what is not there alone: words are to follow in [`Cells::extra`].
    pub(crate) fn push_extra(&mut self, at: usize) -> Option<()> {
        let index = u32::try_from(self.extra.len()).ok().filter(|index| index & EXTRA == 0)?;
        self.cells.push(index | EXTRA);
        self.extra.push(Word::from_bits(at as u64));
        Some(())
    }
}

/// Items that are made alike.
pub(crate) struct Table {
    pub(crate) template: Arc<Template>,
    kept: Cells,
    rows: usize,
}

impl Table {
    pub(crate) fn new(template: Arc<Template>, base: usize) -> Table {
        Table { template, kept: Cells::new(base), rows: 0 }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn memory(&self) -> usize {
        self.kept.cells.capacity() * 4 + self.kept.extra.capacity() * 8 + self.template.memory()
    }

    /// What is kept of the rows, for more to be added.
    pub(crate) fn take(&mut self) -> Cells {
        std::mem::take(&mut self.kept)
    }

    /// Puts back what was [taken](Table::take): so many rows it is now.
    pub(crate) fn put_back(&mut self, kept: Cells, rows: usize) {
        (self.kept, self.rows) = (kept, rows);
    }

    #[inline(always)]
    fn cell(&self, row: usize, cell: u32) -> Option<u32> {
        self.kept.cells.get(row * self.template.cells + cell as usize).copied()
    }

    /// Where what a cell is of stands in the input.
    #[inline(always)]
    fn place(&self, cell: u32) -> usize {
        if cell & EXTRA == 0 {
            self.kept.base + cell as usize
        } else {
            self.extra(cell, 0).map_or(0, |at| at.bits() as usize)
        }
    }

    #[inline(always)]
    fn extra(&self, cell: u32, offset: usize) -> Option<Word> {
        self.kept.extra.get((cell & !EXTRA) as usize + offset).copied()
    }

    /// The first byte of a row.
    fn start(&self, row: usize) -> Option<usize> {
        self.place(self.cell(row, 0)?).checked_sub(self.template.lead)
    }

    /// Walks through the opcodes of a row, which were compared with the template before.
    fn walk(&self, input: &[u8], index: usize, row: usize, mut each: impl FnMut(Passed)) {
        let Some(mut at) = self.start(row) else { return };
        let leaf = |at: usize, each: &mut dyn FnMut(Passed)| match leaf_end(input, at) {
            LeafEnd::At(end) => {
                let next = memo_end(input, end);
                if next != end {
                    each(Passed::Memo(Word::leaf(at)));
                }
                next
            }
            _ => get_index(input, at).map_or(at + 1, |(_, end)| end),
        };
        let mut cell = 0;
        for step in &self.template.steps {
            match *step {
                Step::Literal { literal, event, end } => {
                    for event in self.template.events.get(event as usize..end as usize).unwrap_or_default() {
                        each(if event.memo {
                            Passed::Memo(Word::node(index, event.node.into(), row))
                        } else {
                            Passed::Made(event.node, at + usize::from(event.at))
                        });
                    }
                    at += usize::from(literal.len);
                }
                Step::Put { node, width } => {
                    each(Passed::Memo(Word::node(index, node.into(), row)));
                    at += usize::from(width);
                }
                Step::Leaf => {
                    at = leaf(at, &mut each);
                    cell += 1;
                }
                Step::Leaves { .. } => {
                    let count = self.cell(row, cell + 1).unwrap_or(0);
                    at += usize::from(count > 0 && input.get(at) == Some(&(Opcode::Mark as u8)));
                    for _ in 0..count {
                        at = leaf(at, &mut each);
                    }
                    at += usize::from(count > 0);
                    cell += 2;
                }
            }
        }
    }

    /// Calls `each` with all that a row put into the memo, in order. `index` is that of the table.
    pub(crate) fn memoized(&self, input: &[u8], index: usize, row: usize, mut each: impl FnMut(Word)) {
        self.walk(input, index, row, |passed| {
            if let Passed::Memo(word) = passed {
                each(word);
            }
        });
    }
}

/// What [`Table::walk`] passes.
enum Passed {
    /// The opcode that makes a node, and where it is.
    Made(u8, usize),
    /// This was memoized.
    Memo(Word),
}

/// A container or object of a row.
#[derive(Clone, Copy)]
pub(crate) struct Part<'p> {
    table: &'p Table,
    index: usize,
    row: usize,
    node: &'p Node,
    slots: &'p [Slot],
}

/// The items of a [`Part`] that is a list of leaves.
pub(crate) enum Leaves<'p> {
    /// So many leaves, the first at this offset.
    Run(usize, usize),
    /// These.
    Words(&'p [Word]),
}

impl<'p> Part<'p> {
    #[inline]
    pub(crate) fn new(tables: &'p [Table], index: usize, node: usize, row: usize) -> Option<Part<'p>> {
        let table = tables.get(index)?;
        if row >= table.rows {
            return None;
        }
        let node = table.template.nodes.get(node)?;
        let slots = match node.body {
            Body::Slots { start, len } => table.template.slots.get(start as usize..(start + len) as usize)?,
            Body::Leaves { .. } => &[],
        };
        Some(Part { table, index, row, node, slots })
    }

    #[inline]
    pub(crate) fn shape(self) -> Shape {
        self.node.shape
    }

    /// Of a dict: which keys it has.
    #[inline]
    pub(crate) fn layout(self) -> u32 {
        self.node.layout
    }

    /// How many slots there are.
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.slots.len()
    }

    /// Without the first slots.
    pub(crate) fn tail(self, from: usize) -> Part<'p> {
        Part { slots: self.slots.get(from..).unwrap_or_default(), ..self }
    }

    /// What slot `i` holds.
    #[inline]
    pub(crate) fn slot(self, i: usize) -> Option<Word> {
        Some(match *self.slots.get(i)? {
            Slot::Cell(cell) => {
                let cell = self.table.cell(self.row, cell)?;
                if cell & EXTRA == 0 {
                    Word::leaf(self.table.place(cell))
                } else {
                    self.table.extra(cell, 1)?
                }
            }
            Slot::Same(word) => word,
            Slot::Node(node) => Word::node(self.index, node.into(), self.row),
            Slot::Before { cell, back } => {
                let cell = self.table.cell(self.row, cell)?;
                Word::leaf(self.table.place(cell).checked_sub(back as usize)?)
            }
        })
    }

    /// What it holds, if it is a list of leaves and not of slots.
    #[inline]
    pub(crate) fn leaves(self, input: &[u8]) -> Option<Leaves<'p>> {
        let Body::Leaves { cell } = self.node.body else { return None };
        let (first, count) =
            (self.table.cell(self.row, cell)?, self.table.cell(self.row, cell + 1)? as usize);
        if first & EXTRA == 0 {
            let body = self.table.place(first);
            return Some(Leaves::Run(
                body + usize::from(input.get(body) == Some(&(Opcode::Mark as u8))),
                count,
            ));
        }
        let start = (first & !EXTRA) as usize + 1;
        Some(Leaves::Words(self.table.kept.extra.get(start..start + count)?))
    }

    /// Where the opcode is that made it.
    pub(crate) fn offset(self, input: &[u8], node: usize) -> usize {
        let mut found = 0;
        self.table.walk(input, self.index, self.row, |passed| {
            if let Passed::Made(made, at) = passed
                && usize::from(made) == node
            {
                found = at;
            }
        });
        found
    }
}
