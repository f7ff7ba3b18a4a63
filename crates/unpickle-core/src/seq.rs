//! `Seq`: the items of a list, tuple, set or frozenset.

use crate::graph::{Big, Graph, STRIDE};
use crate::op::{LeafEnd, Opcode, leaf_end};
use crate::table::{Leaves, Part, Table};
use crate::value::{Id, Value};
use crate::word::{Ref, Word};

/// The items of a list, tuple, set or frozenset, in order. Cheap to copy.
///
/// Walk it with [`Seq::iter`] or [`Seq::range`] where you can: long rows of plain values are stored as runs, in
/// which [`Seq::get`] has to step.
///
/// ```
/// let pickle = unpickle_core::Pickle::parse(b"\x80\x02](K\x01K\x02K\x03e.".to_vec())?;
/// let list = pickle.root().as_seq().unwrap();
/// assert_eq!(list.len(), 3);
/// assert_eq!(list.get(1).and_then(|item| item.as_i64()), Some(2));
/// assert_eq!(list.range(1..3).filter_map(|item| item.as_i64()).sum::<i64>(), 5);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Seq<'p> {
    graph: &'p Graph,
    input: &'p [u8],
    body: Body<'p>,
    len: usize,
}

/// Where the items are.
#[derive(Clone, Copy)]
enum Body<'p> {
    /// Each of these is an item.
    Words(&'p [Word]),
    /// Some of these are runs.
    Runs(&'p [Word], Option<&'p Big>),
    /// The leaves from this offset on.
    Leaves(usize),
    /// Some of the slots of a row.
    Slots(Part<'p>),
}

impl<'p> Seq<'p> {
    #[inline]
    pub(crate) fn new(
        graph: &'p Graph,
        input: &'p [u8],
        items: (&'p [Word], usize, Option<&'p Big>),
    ) -> Seq<'p> {
        let (words, len, big) = items;
        let body = if words.len() == len { Body::Words(words) } else { Body::Runs(words, big) };
        Seq { graph, input, body, len }
    }

    pub(crate) fn of_part(graph: &'p Graph, input: &'p [u8], part: Part<'p>) -> Seq<'p> {
        match part.leaves(input) {
            Some(Leaves::Run(at, len)) => Seq { graph, input, body: Body::Leaves(at), len },
            Some(Leaves::Words(words)) => Seq { graph, input, body: Body::Words(words), len: words.len() },
            None => Seq { graph, input, body: Body::Slots(part), len: part.len() },
        }
    }

    #[inline]
    pub(crate) fn empty(graph: &'p Graph, input: &'p [u8]) -> Seq<'p> {
        Seq { graph, input, body: Body::Words(&[]), len: 0 }
    }

    /// How many items there are.
    #[inline]
    pub fn len(self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The item at `index`, from 0.
    #[inline]
    pub fn get(self, index: usize) -> Option<Value<'p>> {
        let word = match self.body {
            Body::Words(words) => words.get(index).copied(),
            Body::Slots(part) => part.slot(index),
            _ => return self.range(index..index.checked_add(1)?).next(),
        };
        word.map(|word| Value::new(self.graph, self.input, word))
    }

    /// All items.
    #[inline]
    pub fn iter(self) -> Iter<'p> {
        let (words, run) = match self.body {
            Body::Words(words) | Body::Runs(words, _) => (words, Run::NONE),
            Body::Leaves(at) => (&[][..], Run::leaves(at, self.len)),
            Body::Slots(part) => (&[][..], Run { kind: RunKind::Slots(part), at: 0, left: self.len }),
        };
        Iter { graph: self.graph, input: self.input, words: words.iter(), run, left: self.len }
    }

    /// The items from `range.start` up to but not with `range.end`, as far as there are any.
    pub fn range(self, range: std::ops::Range<usize>) -> Iter<'p> {
        let end = range.end.min(self.len);
        let start = range.start.min(end);
        let mut iter = self.iter();
        let mut skip = start;
        match self.body {
            Body::Words(words) => {
                iter.words = words.get(start..end).unwrap_or_default().iter();
                skip = 0;
            }
            Body::Runs(words, Some(big)) if big.runs => {
                let marks = big.marks.get_or_init(|| marks(&big.words));
                let mark = marks.partition_point(|&before| before as usize <= skip).saturating_sub(1);
                if let Some(&before) = marks.get(mark) {
                    skip -= before as usize;
                    iter.words = words.get(mark * STRIDE..).unwrap_or_default().iter();
                }
            }
            _ => {}
        }
        iter.skip_values(skip);
        iter.left = end - start;
        iter
    }

    /// The first `len` items.
    pub(crate) fn head(self, len: usize) -> Seq<'p> {
        if len >= self.len {
            return self;
        }
        let body = match self.body {
            Body::Words(words) => Body::Words(words.get(..len).unwrap_or_default()),
            body => body,
        };
        Seq { body, len, ..self }
    }

    /// The items from `from` on, of a sequence without runs: the arguments of a call have few.
    pub(crate) fn tail(self, from: usize) -> Seq<'p> {
        let body = match self.body {
            Body::Words(words) => Body::Words(words.get(from..).unwrap_or_default()),
            Body::Slots(part) => Body::Slots(part.tail(from)),
            Body::Runs(..) | Body::Leaves(_) => return self,
        };
        Seq { body, len: self.len.saturating_sub(from), ..self }
    }

    /// What each item is held by: equal ids are one Python object.
    pub fn ids(self) -> impl Iterator<Item = Id> + use<'p> {
        self.iter().map(Value::id)
    }
}

impl std::fmt::Debug for Seq<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Seq of {}", self.len)
    }
}

impl<'p> IntoIterator for Seq<'p> {
    type Item = Value<'p>;
    type IntoIter = Iter<'p>;

    fn into_iter(self) -> Iter<'p> {
        self.iter()
    }
}

/// How many values are before each [`STRIDE`]th word.
fn marks(words: &[Word]) -> Vec<u64> {
    let mut before = 0;
    let mut marks = Vec::with_capacity(words.len() / STRIDE + 1);
    for chunk in words.chunks(STRIDE) {
        marks.push(before);
        before += chunk.iter().map(|word| word.count() as u64).sum::<u64>();
    }
    marks
}

/// An iterator over the items of a [`Seq`].
#[derive(Clone)]
pub struct Iter<'p> {
    graph: &'p Graph,
    input: &'p [u8],
    words: std::slice::Iter<'p, Word>,
    run: Run<'p>,
    left: usize,
}

/// What is left of the values of one word.
#[derive(Clone, Copy)]
struct Run<'p> {
    kind: RunKind<'p>,
    /// Where the next leaf is, or the next node or slot.
    at: usize,
    left: usize,
}

#[derive(Clone, Copy)]
enum RunKind<'p> {
    Leaves,
    /// This node of the rows of this table.
    Rows {
        table: usize,
        node: usize,
    },
    /// The slots of a part.
    Slots(Part<'p>),
}

impl<'p> Run<'p> {
    const NONE: Run<'static> = Run { kind: RunKind::Leaves, at: 0, left: 0 };

    fn leaves(at: usize, left: usize) -> Run<'p> {
        Run { kind: RunKind::Leaves, at, left }
    }

    /// Of a word that is a run.
    fn of(input: &[u8], tables: &[Table], word: Word) -> Run<'p> {
        match word.get() {
            Ref::Run { at, count } => Run::leaves(first_leaf(input, at), count),
            Ref::Rows { table, row, count } => {
                let node = tables.get(table).map_or(0, |table| table.template.root);
                Run { kind: RunKind::Rows { table, node }, at: row, left: count }
            }
            _ => Run::NONE,
        }
    }

    #[inline(always)]
    fn next(&mut self, input: &[u8]) -> Word {
        self.left -= 1;
        let at = self.at;
        match self.kind {
            RunKind::Leaves => {
                if self.left > 0 {
                    self.at = next_leaf(input, at);
                }
                Word::leaf(at)
            }
            RunKind::Rows { table, node } => {
                self.at += 1;
                Word::node(table, node, at)
            }
            RunKind::Slots(part) => {
                self.at += 1;
                part.slot(at).unwrap_or(Word::EMPTY)
            }
        }
    }

    fn skip(&mut self, input: &[u8], count: usize) {
        match self.kind {
            RunKind::Leaves => {
                for _ in 0..count {
                    self.at = next_leaf(input, self.at);
                }
            }
            _ => self.at += count,
        }
        self.left -= count;
    }
}

impl<'p> Iter<'p> {
    fn skip_values(&mut self, mut skip: usize) {
        while skip > 0 {
            if self.run.left > skip {
                return self.run.skip(self.input, skip);
            }
            skip -= self.run.left;
            self.run.left = 0;
            let Some(&word) = self.words.as_slice().first() else { return };
            if !word.is_run() {
                if skip == 0 {
                    return;
                }
                skip -= 1;
                self.words.next();
            } else if skip > 0 {
                self.words.next();
                self.run = Run::of(self.input, &self.graph.tables, word);
            }
        }
    }
}

impl<'p> Iter<'p> {
    /// If the next items are leaves that stand in the input one behind the other: where the first is, and how many.
    #[inline]
    pub(crate) fn leaves(&mut self) -> Option<(usize, usize)> {
        if self.run.left == 0
            && let Some(&word) = self.words.as_slice().first()
            && word.is_run()
        {
            self.words.next();
            self.run = Run::of(self.input, &self.graph.tables, word);
        }
        let count = self.run.left.min(self.left);
        (count > 0 && matches!(self.run.kind, RunKind::Leaves)).then_some((self.run.at, count))
    }

    /// Leaves out so many of [`leaves`](Iter::leaves), the last of which ends before this byte.
    #[inline]
    pub(crate) fn skip_leaves(&mut self, count: usize, end: usize) {
        self.run.left -= count.min(self.run.left);
        self.left -= count.min(self.left);
        self.run.at = first_leaf(self.input, memo_end(self.input, end));
    }
}

impl<'p> Iterator for Iter<'p> {
    type Item = Value<'p>;

    #[inline]
    fn next(&mut self) -> Option<Value<'p>> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        if self.run.left == 0 {
            let word = *self.words.next()?;
            if !word.is_run() {
                return Some(Value::new(self.graph, self.input, word));
            }
            self.run = Run::of(self.input, &self.graph.tables, word);
        }
        let word = self.run.next(self.input);
        Some(Value::new(self.graph, self.input, word))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }

    /// As `next` again and again, without asking for each item where the iterator stands: `for_each` comes here.
    #[inline]
    fn fold<A, F: FnMut(A, Value<'p>) -> A>(self, init: A, mut each: F) -> A {
        let Iter { graph, input, mut words, mut run, mut left } = self;
        let mut all = init;
        while left > 0 {
            let mut count = run.left.min(left);
            left -= count;
            match run.kind {
                RunKind::Leaves => {
                    while count > 0 {
                        all = each(all, Value::new(graph, input, Word::leaf(run.at)));
                        count -= 1;
                        if count > 0 {
                            run.at = next_leaf(input, run.at);
                        }
                    }
                }
                _ => {
                    for _ in 0..count {
                        all = each(all, Value::new(graph, input, run.next(input)));
                    }
                }
            }
            run = Run::NONE;
            while left > 0 {
                let Some(&word) = words.next() else { return all };
                if word.is_run() {
                    run = Run::of(input, &graph.tables, word);
                    break;
                }
                left -= 1;
                all = each(all, Value::new(graph, input, word));
            }
        }
        all
    }
}

impl ExactSizeIterator for Iter<'_> {}

/// The leaf at `at`, or behind the FRAMEs there.
#[inline(always)]
pub(crate) fn first_leaf(input: &[u8], mut at: usize) -> usize {
    while input.get(at) == Some(&(Opcode::Frame as u8)) {
        at += 9;
    }
    at
}

/// The leaf after the one at `at`, in a run.
#[inline(always)]
fn next_leaf(input: &[u8], at: usize) -> usize {
    let end = match leaf_end(input, at) {
        LeafEnd::At(end) => end,
        // Only if the bytes are not those that were decoded: any progress will do.
        _ => return at.saturating_add(1),
    };
    first_leaf(input, memo_end(input, end))
}

/// Where the memo opcode at `at` ends, if there is one.
#[inline(always)]
pub(crate) fn memo_end(input: &[u8], at: usize) -> usize {
    match input.get(at) {
        Some(&byte) if byte == Opcode::Memoize as u8 => at + 1,
        Some(&byte) if byte == Opcode::BinPut as u8 => at + 2,
        Some(&byte) if byte == Opcode::LongBinPut as u8 => at + 5,
        _ => at,
    }
}

/// Calls `each` with a word for each value of a run.
pub(crate) fn spread(input: &[u8], tables: &[Table], word: Word, mut each: impl FnMut(Word)) {
    let mut run = Run::of(input, tables, word);
    while run.left > 0 {
        each(run.next(input));
    }
}
