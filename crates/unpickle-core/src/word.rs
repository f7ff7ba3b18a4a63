//! `Word`: whatever is held anywhere, in a container, on the stack, in the memo.

/// Whatever is held anywhere, in 64 bits. The three low ones are its tag.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Word(u64);

const LEAF: u64 = 0;
const RUN: u64 = 1;
const RECORD: u64 = 2;
const SIDE: u64 = 3;
const NODE: u64 = 4;
const ROWS: u64 = 5;

const TAG: u64 = 7;

/// Most values of one run: what twelve bits hold. It bounds what a look-up inside a run of leaves costs.
pub(crate) const MAX_RUN: usize = 0xfff;

/// Most tables: what twelve bits count.
pub(crate) const MAX_TABLES: usize = 0xfff;

/// A [`Word`], taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ref {
    /// The opcode of a leaf, at this offset of the input.
    Leaf(usize),
    /// This many leaves in a row, the first at this offset, nothing but memo opcodes and FRAMEs between them.
    Run { at: usize, count: usize },
    /// A container, class or object.
    Record(u32),
    /// A leaf in [`Graph::side`](crate::graph::Graph::side).
    Side(usize),
    /// A container or object in a row of a [`Table`](crate::table::Table).
    Node { table: usize, node: usize, row: usize },
    /// This many rows of a table, one after the other: the node of each that holds all others.
    Rows { table: usize, row: usize, count: usize },
}

impl Word {
    /// No value: an unused slot.
    pub(crate) const EMPTY: Word = Word(u64::MAX);

    #[inline(always)]
    pub(crate) fn leaf(at: usize) -> Word {
        Word((at as u64) << 3 | LEAF)
    }

    #[inline(always)]
    pub(crate) fn run(at: usize, count: usize) -> Word {
        debug_assert!(count <= MAX_RUN);
        Word((at as u64) << 15 | (count as u64) << 3 | RUN)
    }

    #[inline(always)]
    pub(crate) fn record(index: u32) -> Word {
        Word(u64::from(index) << 3 | RECORD)
    }

    #[inline(always)]
    pub(crate) fn side(at: usize) -> Word {
        Word((at as u64) << 3 | SIDE)
    }

    #[inline(always)]
    pub(crate) fn node(table: usize, node: usize, row: usize) -> Word {
        debug_assert!(table < MAX_TABLES && node <= 0xff);
        Word((row as u64) << 23 | (node as u64) << 15 | (table as u64) << 3 | NODE)
    }

    #[inline(always)]
    pub(crate) fn rows(table: usize, row: usize, count: usize) -> Word {
        debug_assert!(table < MAX_TABLES && count <= MAX_RUN);
        Word((row as u64) << 27 | (count as u64) << 15 | (table as u64) << 3 | ROWS)
    }

    /// Whether it stands for several values, or may.
    #[inline(always)]
    pub(crate) fn is_run(self) -> bool {
        matches!(self.0 & TAG, RUN | ROWS)
    }

    #[inline(always)]
    pub(crate) fn is_node(self) -> bool {
        self.0 & TAG == NODE
    }

    #[inline(always)]
    pub(crate) fn is_empty(self) -> bool {
        self == Word::EMPTY
    }

    #[inline(always)]
    pub(crate) fn get(self) -> Ref {
        match self.0 & TAG {
            RUN => Ref::Run { at: (self.0 >> 15) as usize, count: (self.0 >> 3) as usize & MAX_RUN },
            RECORD => Ref::Record((self.0 >> 3) as u32),
            SIDE => Ref::Side((self.0 >> 3) as usize),
            NODE => Ref::Node {
                table: (self.0 >> 3) as usize & MAX_TABLES,
                node: (self.0 >> 15) as usize & 0xff,
                row: (self.0 >> 23) as usize,
            },
            ROWS => Ref::Rows {
                table: (self.0 >> 3) as usize & MAX_TABLES,
                row: (self.0 >> 27) as usize,
                count: (self.0 >> 15) as usize & MAX_RUN,
            },
            _ => Ref::Leaf((self.0 >> 3) as usize),
        }
    }

    /// The record's index, if it is one.
    #[inline(always)]
    pub(crate) fn as_record(self) -> Option<u32> {
        if self.0 & TAG == RECORD { Some((self.0 >> 3) as u32) } else { None }
    }

    #[inline(always)]
    pub(crate) fn bits(self) -> u64 {
        self.0
    }

    #[inline(always)]
    pub(crate) fn from_bits(bits: u64) -> Word {
        Word(bits)
    }

    /// How many values the word stands for.
    #[inline(always)]
    pub(crate) fn count(self) -> usize {
        match self.get() {
            Ref::Run { count, .. } | Ref::Rows { count, .. } => count,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_gives_back_what_it_was_made_of() {
        assert_eq!(Word::leaf(5).get(), Ref::Leaf(5));
        assert_eq!(Word::run(1 << 40, MAX_RUN).get(), Ref::Run { at: 1 << 40, count: MAX_RUN });
        assert_eq!(Word::record(u32::MAX).get(), Ref::Record(u32::MAX));
        assert_eq!(Word::side(7).get(), Ref::Side(7));
        let table = MAX_TABLES - 1;
        assert_eq!(Word::node(table, 255, 1 << 36).get(), Ref::Node { table, node: 255, row: 1 << 36 });
        assert_eq!(Word::rows(table, 1 << 36, 3).get(), Ref::Rows { table, row: 1 << 36, count: 3 });
        assert!(Word::EMPTY.is_empty() && !Word::run(0, 0).is_empty() && !Word::EMPTY.is_run());
    }
}
