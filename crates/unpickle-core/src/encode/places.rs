//! What is held in more than one place: all else needs no look-up when it is written.

use super::copy::floats;
use crate::graph::{Graph, Record, Shape};
use crate::op::{LeafEnd, Opcode, leaf_end};
use crate::seq::{Seq, first_leaf, memo_end};
use crate::table::Table;
use crate::value::Value;
use crate::word::{Ref, Word};

/// Gives a number to whatever a word may stand for: leaves by their offset, then side leaves, records, nodes of tables.
pub(super) struct Places {
    side: usize,
    records: usize,
    /// For each table: the number of its first node, and how many nodes a row has.
    tables: Vec<(usize, usize)>,
    len: usize,
}

impl Places {
    fn new(graph: &Graph, input: &[u8]) -> Places {
        let side = input.len();
        let records = side + graph.side.len() + 1;
        let mut len = records + graph.records.len();
        let mut first = |table: &Table| {
            let (first, nodes) = (len, table.template.nodes.len());
            len += nodes * table.rows();
            (first, nodes)
        };
        let tables = graph.tables.iter().map(&mut first).collect();
        Places { side, records, tables, len }
    }

    #[inline(always)]
    fn of(&self, word: Word) -> usize {
        match word.get() {
            Ref::Leaf(at) => at,
            Ref::Side(at) => self.side + at,
            Ref::Record(index) => self.records + index as usize,
            Ref::Node { table, node, row } => {
                self.tables.get(table).map_or(usize::MAX, |(first, nodes)| first + row * nodes + node)
            }
            Ref::Run { .. } | Ref::Rows { .. } => usize::MAX,
        }
    }
}

/// A bit for each place.
struct Bits(Vec<u64>);

impl Bits {
    fn new(len: usize) -> Bits {
        Bits(vec![0; len / 64 + 1])
    }

    /// Sets the bit; whether it was set before.
    #[inline(always)]
    fn set(&mut self, place: usize) -> bool {
        let Some(bits) = self.0.get_mut(place / 64) else { return true };
        let before = *bits;
        *bits |= 1 << (place % 64);
        *bits == before
    }

    #[inline(always)]
    fn get(&self, place: usize) -> bool {
        self.0.get(place / 64).is_some_and(|bits| bits >> (place % 64) & 1 != 0)
    }
}

/// What is reached in more than one way, and what is known of it so far.
pub(super) struct Held<T> {
    places: Places,
    shared: Bits,
    /// How many bits are set before each word of `shared`.
    ranks: Vec<u32>,
    known: Vec<Option<T>>,
    /// How often anything is reached.
    pub(super) reached: u64,
}

/// The number of what is shared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot(usize);

impl<T: Copy> Held<T> {
    /// Looks at whatever is in `root`, each thing once.
    pub(super) fn new(root: Value<'_>) -> Held<T> {
        let (graph, places) = (root.graph(), Places::new(root.graph(), root.input()));
        let len = places.len;
        let mut finder = Finder {
            root,
            places,
            seen: Bits::new(len),
            shared: Bits::new(len),
            todo: Vec::new(),
            reached: 0,
        };
        finder.reach(root.word());
        while let Some(word) = finder.todo.pop() {
            let value = root.with(word);
            match value.record() {
                Some(record) => finder.record(graph, value, record),
                None => finder.part(value),
            }
        }
        let Finder { places, shared, reached, .. } = finder;
        let mut ranks = Vec::with_capacity(shared.0.len());
        let mut count = 0;
        for bits in &shared.0 {
            ranks.push(count);
            count += bits.count_ones();
        }
        Held { places, shared, ranks, known: vec![None; count as usize], reached }
    }

    /// Its slot, if it is shared.
    #[inline(always)]
    pub(super) fn slot(&self, word: Word) -> Option<Slot> {
        let place = self.places.of(word);
        if !self.shared.get(place) {
            return None;
        }
        let (index, bit) = (place / 64, place % 64);
        let below = self.shared.0.get(index)? & !(u64::MAX << bit);
        Some(Slot(*self.ranks.get(index)? as usize + below.count_ones() as usize))
    }

    /// Whether the leaf at this offset is shared.
    #[inline(always)]
    pub(super) fn is_shared_leaf(&self, at: usize) -> bool {
        self.shared.get(at)
    }

    pub(super) fn known(&self, slot: Slot) -> Option<T> {
        self.known.get(slot.0).copied().flatten()
    }

    pub(super) fn set(&mut self, slot: Slot, known: T) {
        if let Some(entry) = self.known.get_mut(slot.0) {
            *entry = Some(known);
        }
    }
}

struct Finder<'p> {
    root: Value<'p>,
    places: Places,
    seen: Bits,
    shared: Bits,
    /// Containers and objects that were reached and not yet looked into.
    todo: Vec<Word>,
    reached: u64,
}

impl Finder<'_> {
    #[inline(always)]
    fn reach(&mut self, word: Word) {
        self.reached += 1;
        let place = self.places.of(word);
        let leaf = matches!(word.get(), Ref::Leaf(_) | Ref::Side(_));
        if !self.seen.set(place) {
            if !leaf {
                self.todo.push(word);
            }
        } else if !self.shared.set(place) && !leaf {
            self.again(word);
        }
    }

    /// What is reached again may hold itself. Then it is written again inside itself, unless it is in the memo from its begin on, as
    /// lists and dicts are; and so what it holds is reached again, too.
    fn again(&mut self, word: Word) {
        let value = self.root.with(word);
        if value.as_list().is_none() && value.as_dict().is_none() {
            self.todo.push(word);
        }
    }

    fn all(&mut self, items: Seq<'_>) {
        let mut items = items.iter();
        loop {
            while let Some((at, count)) = items.leaves() {
                let end = self.leaves(at, count);
                items.skip_leaves(count, end);
            }
            let Some(item) = items.next() else { return };
            self.reach(item.word());
        }
    }

    /// So many leaves that stand in the input one behind the other. Gives where the last ends. Numbers, which are not remembered, need no
    /// bit.
    fn leaves(&mut self, mut at: usize, count: usize) -> usize {
        const FLOAT: u8 = Opcode::BinFloat as u8;
        const INT1: u8 = Opcode::BinInt1 as u8;
        const INT2: u8 = Opcode::BinInt2 as u8;
        const INT4: u8 = Opcode::BinInt as u8;
        let input = self.root.input();
        self.reached += count as u64;
        let mut end = at;
        let mut left = count;
        while left > 0 {
            left -= 1;
            end = match input.get(at) {
                Some(&FLOAT) => {
                    let more = floats(input, at + 9, left);
                    left -= more;
                    at + 9 * (more + 1)
                }
                Some(&INT1) => at + 2,
                Some(&INT2) => at + 3,
                Some(&INT4) => at + 5,
                _ => {
                    if self.seen.set(at) {
                        self.shared.set(at);
                    }
                    match leaf_end(input, at) {
                        LeafEnd::At(end) => end,
                        // Only if the bytes are not those that were decoded: any progress will do.
                        _ => at.saturating_add(1),
                    }
                }
            };
            at = first_leaf(input, memo_end(input, end));
        }
        end
    }

    fn record(&mut self, graph: &Graph, value: Value<'_>, record: &Record) {
        match record.shape() {
            // The words of a dict are its keys and values in turn.
            Shape::List | Shape::Tuple | Shape::Set | Shape::FrozenSet | Shape::Dict => {
                self.all(value.seq(record));
            }
            Shape::Buffer => {}
            shape => {
                // Behind a persistent id stands what it is loaded as, which is not of the pickle.
                let slots = match shape {
                    Shape::Extension => 0,
                    Shape::Persistent => 1,
                    _ => 2,
                };
                for i in 0..slots {
                    graph.slot(record, i).into_iter().for_each(|word| self.reach(word));
                }
                // That of a call that spells a plain value is no value.
                let states = graph.states(record).iter().skip(usize::from(record.is_folded()));
                states.for_each(|&word| self.reach(word));
                let Some(extra) = graph.extra(record) else { return };
                extra.kwargs.into_iter().chain(extra.calls.iter().copied()).for_each(|word| self.reach(word));
                for index in [extra.items, extra.pairs].into_iter().flatten() {
                    if let Some(record) = graph.record(index) {
                        self.all(value.seq(record));
                    }
                }
            }
        }
    }

    fn part(&mut self, value: Value<'_>) {
        let Some(part) = value.part() else { return };
        if part.leaves(value.input()).is_some() {
            self.all(value.part_seq(part));
        }
        (0..part.len()).filter_map(|i| part.slot(i)).for_each(|word| self.reach(word));
    }
}
