//! `Seq`: the items of a list, tuple, set or frozenset.

use crate::graph::{Big, Graph, Ref, STRIDE, Word};
use crate::op::{LeafEnd, Opcode, leaf_end};
use crate::value::{Id, Value};

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
    words: &'p [Word],
    len: usize,
    big: Option<&'p Big>,
}

impl<'p> Seq<'p> {
    #[inline]
    pub(crate) fn new(
        graph: &'p Graph,
        input: &'p [u8],
        items: (&'p [Word], usize, Option<&'p Big>),
    ) -> Seq<'p> {
        let (words, len, big) = items;
        Seq { graph, input, words, len, big }
    }

    #[inline]
    pub(crate) fn empty(graph: &'p Graph, input: &'p [u8]) -> Seq<'p> {
        Seq::new(graph, input, (&[], 0, None))
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
        if self.len == self.words.len() {
            return self.words.get(index).map(|&word| Value::new(self.graph, self.input, word));
        }
        self.range(index..index.checked_add(1)?).next()
    }

    /// All items.
    #[inline]
    pub fn iter(self) -> Iter<'p> {
        Iter { seq: self, words: self.words.iter(), leaf: 0, in_run: 0, left: self.len }
    }

    /// The items from `range.start` up to but not with `range.end`, as far as there are any.
    pub fn range(self, range: std::ops::Range<usize>) -> Iter<'p> {
        let end = range.end.min(self.len);
        let start = range.start.min(end);
        let mut iter = self.iter();
        iter.left = end - start;
        if self.len == self.words.len() {
            iter.words = self.words.get(start..end).unwrap_or_default().iter();
            return iter;
        }
        let mut skip = start;
        if let Some(big) = self.big.filter(|big| big.runs) {
            let marks = big.marks.get_or_init(|| marks(&big.words));
            let mark = marks.partition_point(|&before| before as usize <= skip).saturating_sub(1);
            if let Some(&before) = marks.get(mark) {
                skip -= before as usize;
                iter.words = self.words.get(mark * STRIDE..).unwrap_or_default().iter();
            }
        }
        iter.skip_values(skip);
        iter
    }

    /// The items from `from` on, of a sequence without runs: the arguments of a call have few.
    pub(crate) fn tail(self, from: usize) -> Seq<'p> {
        if self.len != self.words.len() {
            return self;
        }
        let words = self.words.get(from..).unwrap_or_default();
        Seq { words, len: words.len(), ..self }
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
    seq: Seq<'p>,
    words: std::slice::Iter<'p, Word>,
    /// Where the next leaf of the current run is.
    leaf: usize,
    /// How many leaves of the current run are left.
    in_run: usize,
    left: usize,
}

impl<'p> Iter<'p> {
    fn skip_values(&mut self, mut skip: usize) {
        while skip > 0 {
            let Some(word) = self.words.as_slice().first() else { return };
            let count = word.count();
            if count > skip {
                if let Ref::Run { at, .. } = word.get() {
                    self.words.next();
                    self.leaf = first_leaf(self.seq.input, at);
                    self.in_run = count;
                    for _ in 0..skip {
                        self.leaf = next_leaf(self.seq.input, self.leaf);
                        self.in_run -= 1;
                    }
                }
                return;
            }
            skip -= count;
            self.words.next();
        }
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
        if self.in_run == 0 {
            let word = *self.words.next()?;
            if !word.is_run() {
                return Some(Value::new(self.seq.graph, self.seq.input, word));
            }
            if let Ref::Run { at, count } = word.get() {
                self.leaf = first_leaf(self.seq.input, at);
                self.in_run = count;
            }
        }
        let word = Word::leaf(self.leaf);
        self.in_run -= 1;
        if self.in_run > 0 {
            self.leaf = next_leaf(self.seq.input, self.leaf);
        }
        Some(Value::new(self.seq.graph, self.seq.input, word))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }

    /// As `next` again and again, without asking for each item where the iterator stands: `for_each` comes here.
    fn fold<A, F: FnMut(A, Value<'p>) -> A>(self, init: A, mut each: F) -> A {
        let Iter { seq, words, mut leaf, in_run, mut left } = self;
        let value = |word| Value::new(seq.graph, seq.input, word);
        let mut all = init;
        let run = |leaf: &mut usize, count: usize, left: &mut usize, mut all: A, each: &mut F| {
            let count = count.min(*left);
            *left -= count;
            for i in 0..count {
                all = each(all, value(Word::leaf(*leaf)));
                if i + 1 < count {
                    *leaf = next_leaf(seq.input, *leaf);
                }
            }
            all
        };
        if in_run > 0 {
            all = run(&mut leaf, in_run, &mut left, all, &mut each);
        }
        for &word in words {
            if left == 0 {
                break;
            }
            if let Ref::Run { at, count } = word.get() {
                let mut leaf = first_leaf(seq.input, at);
                all = run(&mut leaf, count, &mut left, all, &mut each);
            } else {
                left -= 1;
                all = each(all, value(word));
            }
        }
        all
    }
}

impl ExactSizeIterator for Iter<'_> {}

/// The leaf at `at`, or behind the FRAMEs there.
#[inline(always)]
fn first_leaf(input: &[u8], mut at: usize) -> usize {
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
    let next = match input.get(end) {
        Some(&byte) if byte == Opcode::Memoize as u8 => end + 1,
        Some(&byte) if byte == Opcode::BinPut as u8 => end + 2,
        Some(&byte) if byte == Opcode::LongBinPut as u8 => end + 5,
        _ => end,
    };
    first_leaf(input, next)
}

/// Calls `each` with a word for each leaf of a run.
pub(crate) fn leaves(input: &[u8], run: Word, mut each: impl FnMut(Word)) {
    let Ref::Run { at, count } = run.get() else { return };
    let mut at = first_leaf(input, at);
    for left in (0..count).rev() {
        each(Word::leaf(at));
        if left > 0 {
            at = next_leaf(input, at);
        }
    }
}
