//! The memo: by index, what was remembered. Lazy for what nobody asks for again.
//!
//! CPython remembers every string it writes, and hardly ever fetches one. So the memo keeps pages of 256 entries,
//! and a page that was filled by nothing but leaves is only the offset of the first (or of one a little before it), one
//! that was filled by rows of a table the first of those: the entries are written out when one of them is fetched, by
//! walking the input again. A page is walked at most once.

use std::collections::HashMap;

use crate::op::{LeafEnd, Opcode, leaf_end};
use crate::ops;
use crate::table::Table;
use crate::word::Word;

const PAGE: usize = 256;

#[derive(Clone, Copy)]
enum Page {
    /// Entries are the memoized leaves from this offset on, but for so many of them.
    Lazy { skip: u32, at: usize },
    /// Entries are what the rows of this table remember, from this one on, but for so many of them.
    Rows { table: u16, skip: u32, row: usize },
    /// Entries are in `full`, from this index.
    Full(usize),
}

/// No index into `full`: a page of leaves, and a page of rows.
const LAZY: usize = usize::MAX;
const ROWS: usize = usize::MAX - 1;

pub(crate) struct Memo {
    pages: Vec<Page>,
    full: Vec<Word>,
    /// Indexes below this are in `pages`.
    dense: usize,
    /// How many entries there are: what MEMOIZE numbers by.
    count: usize,
    /// Where the last page is in `full`; [`LAZY`] or [`ROWS`] if it is not there.
    last: usize,
    /// With [`ROWS`]: the table.
    table: usize,
    /// Whether an entry was ever replaced by another.
    replaced: bool,
    /// What [`Memo::ready`] was asked for that is not written out.
    wanted: Option<u64>,
    /// Indexes that are not in `pages`: they may be anything up to 2^32 - 1, and more in protocol 0.
    sparse: HashMap<u64, Word>,
}

impl Default for Memo {
    fn default() -> Memo {
        Memo {
            pages: Vec::new(),
            full: Vec::new(),
            dense: 0,
            count: 0,
            last: LAZY,
            table: 0,
            replaced: false,
            wanted: None,
            sparse: HashMap::new(),
        }
    }
}

impl Memo {
    /// Remembers the leaf at `at` under the next index. What comes next must be as [`Memo::follows`] says.
    #[inline(always)]
    pub(crate) fn push_leaf(&mut self, at: usize) {
        let slot = self.dense & (PAGE - 1);
        if slot == 0 {
            self.pages.push(Page::Lazy { skip: 0, at });
            self.last = LAZY;
        } else if self.last != LAZY {
            self.store_last(slot, Word::leaf(at));
        }
        self.dense += 1;
        self.count += 1;
    }

    /// If the bytes at `at`, right behind a leaf, put it under the next index: where they end.
    #[inline(always)]
    pub(crate) fn follows(&self, input: &[u8], at: usize) -> Option<usize> {
        match input.get(at) {
            Some(&byte) if byte == Opcode::Memoize as u8 => {
                (self.count == self.dense && self.sparse.is_empty()).then_some(at + 1)
            }
            Some(&byte) if byte == Opcode::BinPut as u8 || byte == Opcode::LongBinPut as u8 => {
                let end = put_end(input, at, self.dense)?;
                self.sparse.is_empty().then_some(end)
            }
            _ => None,
        }
    }

    #[inline(always)]
    fn store_last(&mut self, slot: usize, word: Word) {
        if let Some(entry) = self.full.get_mut(self.last + slot) {
            *entry = word;
        }
    }

    /// MEMOIZE.
    #[inline(always)]
    pub(crate) fn memoize(&mut self, input: &[u8], tables: &[Table], word: Word) {
        let slot = self.dense & (PAGE - 1);
        if self.last < ROWS && slot != 0 && self.count == self.dense && self.sparse.is_empty() {
            self.store_last(slot, word);
            self.dense += 1;
            self.count += 1;
        } else {
            self.put(input, tables, self.count as u64, word);
        }
    }

    /// PUT, BINPUT, LONG_BINPUT.
    pub(crate) fn put(&mut self, input: &[u8], tables: &[Table], index: u64, word: Word) {
        self.write_out_last(input, tables);
        if self.dense == 0 && index == 1 {
            // Python 2's cPickle counts from 1.
            self.push(Word::EMPTY);
        }
        if index == self.dense as u64 && self.sparse.is_empty() {
            self.push(word);
            self.count += 1;
        } else if index < self.dense as u64 {
            let index = index as usize;
            let start = self.write_out(input, tables, index / PAGE);
            if let Some(entry) = start.and_then(|start| self.full.get_mut(start + index % PAGE)) {
                self.count += usize::from(entry.is_empty());
                self.replaced |= !entry.is_empty();
                *entry = word;
            }
        } else if self.sparse.insert(index, word).is_none() {
            self.count += 1;
        }
    }

    fn push(&mut self, word: Word) {
        let slot = self.dense % PAGE;
        if slot == 0 {
            self.last = self.full.len();
            self.pages.push(Page::Full(self.last));
            self.full.resize(self.full.len() + PAGE, Word::EMPTY);
        }
        self.dense += 1;
        self.store_last(slot, word);
    }

    /// GET, BINGET, LONG_BINGET.
    #[inline]
    pub(crate) fn get(&mut self, input: &[u8], tables: &[Table], index: u64) -> Option<Word> {
        if index >= self.dense as u64 {
            return self.sparse.get(&index).copied();
        }
        let index = index as usize;
        let start = match *self.pages.get(index / PAGE)? {
            Page::Full(start) => start,
            _ => self.write_out(input, tables, index / PAGE)?,
        };
        self.full.get(start + index % PAGE).copied().filter(|word| !word.is_empty())
    }

    /// Makes a lazy page a full one: whoever stores single entries needs the last to be full.
    fn write_out_last(&mut self, input: &[u8], tables: &[Table]) {
        if matches!(self.last, LAZY | ROWS) && !self.dense.is_multiple_of(PAGE) {
            self.write_out(input, tables, self.pages.len() - 1);
        }
    }

    /// Makes a lazy page a full one, by walking the input from its first entry. Gives where it is in `full`.
    #[cold]
    fn write_out(&mut self, input: &[u8], tables: &[Table], page: usize) -> Option<usize> {
        let first = page * PAGE;
        let wanted = PAGE.min(self.dense - first);
        let start = self.full.len();
        match *self.pages.get(page)? {
            Page::Full(start) => return Some(start),
            Page::Lazy { skip, at } => {
                let skip = skip as usize;
                leaves(input, at, first - skip, skip + wanted, &mut self.full);
                self.full.drain(start..(start + skip).min(self.full.len()));
            }
            Page::Rows { table, skip, row } => {
                rows(input, tables, usize::from(table), row, skip as usize + wanted, &mut self.full);
                self.full.drain(start..(start + skip as usize).min(self.full.len()));
            }
        }
        self.full.resize(start + PAGE, Word::EMPTY);
        self.pages[page] = Page::Full(start);
        if page + 1 == self.pages.len() {
            self.last = start;
        }
        Some(start)
    }

    // ---- rows

    /// Whether the entries are numbered one after the other, and none was replaced: what rows ask for.
    #[inline]
    pub(crate) fn is_regular(&self) -> bool {
        self.count == self.dense && self.sparse.is_empty() && !self.replaced
    }

    /// The index of the next entry.
    #[inline(always)]
    pub(crate) fn next_index(&self) -> usize {
        self.dense
    }

    /// What is under an index, if it is at hand. If it is not, [`Memo::get`] must be asked for [`Memo::wanted`].
    #[inline(always)]
    pub(crate) fn ready(&mut self, index: u64) -> Option<Word> {
        if index >= self.dense as u64 {
            return None;
        }
        let index = index as usize;
        match *self.pages.get(index / PAGE)? {
            Page::Full(start) => self.full.get(start + index % PAGE).copied().filter(|word| !word.is_empty()),
            _ => {
                self.wanted = Some(index as u64);
                None
            }
        }
    }

    /// What was not at hand when [`Memo::ready`] was asked for it.
    #[inline]
    pub(crate) fn wanted(&mut self) -> Option<u64> {
        self.wanted.take()
    }

    /// Remembers the `memos` entries of a row, if no more is to be done than to count them; else
    /// [`Memo::push_row_slowly`] must be called.
    #[inline(always)]
    pub(crate) fn push_row(&mut self, table: usize, memos: usize) -> bool {
        let slot = self.dense % PAGE;
        let goes_on = self.last == ROWS && self.table == table && slot != 0 && slot + memos <= PAGE;
        if goes_on {
            self.dense += memos;
            self.count += memos;
        }
        goes_on || memos == 0
    }

    /// Remembers the entries of a row. Before a leaf is remembered, [`Memo::leave_rows`] must be called.
    #[inline(never)]
    pub(crate) fn push_row_slowly(
        &mut self,
        input: &[u8],
        tables: &[Table],
        table: usize,
        row: usize,
        memos: usize,
    ) {
        let slot = self.dense % PAGE;
        let mut next = 0;
        if slot != 0 {
            let room = PAGE - slot;
            if self.last != ROWS || self.table != table {
                self.write_out_last(input, tables);
                let start = self.full.len();
                rows(input, tables, table, row, memos.min(room), &mut self.full);
                self.full.copy_within(start.., self.last + slot);
                self.full.truncate(start);
            }
            next = room;
        }
        while next < memos {
            self.pages.push(Page::Rows { table: table as u16, skip: next as u32, row });
            (self.last, self.table) = (ROWS, table);
            next += PAGE;
        }
        self.dense += memos;
        self.count += memos;
    }

    /// Whether the last page is of rows and not full.
    #[inline(always)]
    pub(crate) fn in_rows(&self) -> bool {
        self.last == ROWS && !self.dense.is_multiple_of(PAGE)
    }

    /// Something else than a row comes next.
    #[cold]
    pub(crate) fn leave_rows(&mut self, input: &[u8], tables: &[Table]) {
        self.write_out_last(input, tables);
    }

    /// Whether leaves may be remembered by [`Memo::push_leaves`].
    #[inline(always)]
    pub(crate) fn takes_leaves(&self) -> bool {
        (self.last == LAZY || self.dense.is_multiple_of(PAGE)) && self.is_regular()
    }

    /// Remembers so many leaves, all memoized by MEMOIZE, of which the first is at `at` or behind others that are not.
    #[inline]
    pub(crate) fn push_leaves(&mut self, at: usize, memos: usize) {
        let slot = self.dense % PAGE;
        let mut skip = if slot == 0 { 0 } else { PAGE - slot };
        while skip < memos {
            self.pages.push(Page::Lazy { skip: skip as u32, at });
            self.last = LAZY;
            skip += PAGE;
        }
        self.dense += memos;
        self.count += memos;
    }

    /// Bytes taken.
    pub(crate) fn memory(&self) -> usize {
        self.pages.capacity() * size_of::<Page>() + self.full.capacity() * 8 + self.sparse.capacity() * 24
    }
}

/// Adds to `full` the next `wanted` leaves from `at` on that are put into the memo, the first under the index `first`.
fn leaves(input: &[u8], mut at: usize, first: usize, wanted: usize, full: &mut Vec<Word>) {
    let mut found = 0;
    while found < wanted {
        let LeafEnd::At(end) = leaf_end(input, at) else {
            // Not a leaf, so nothing that a lazy page remembers: step over it.
            match ops::read(input, at) {
                Ok((_, end)) => at = end,
                Err(_) => break,
            }
            continue;
        };
        let memoized = match input.get(end) {
            Some(&byte) if byte == Opcode::Memoize as u8 => Some(end + 1),
            Some(_) => put_end(input, end, first + found),
            None => None,
        };
        if memoized.is_some() {
            full.push(Word::leaf(at));
            found += 1;
        }
        at = memoized.unwrap_or(end);
    }
}

/// Adds to `full` the first `wanted` entries of the rows from `row` on.
fn rows(input: &[u8], tables: &[Table], index: usize, row: usize, wanted: usize, full: &mut Vec<Word>) {
    let Some(table) = tables.get(index) else { return };
    let end = full.len() + wanted;
    for row in row..table.rows() {
        if full.len() >= end {
            break;
        }
        table.memoized(input, index, row, |word| full.push(word));
    }
    full.truncate(end);
}

/// If the opcode at `at` is a BINPUT or LONG_BINPUT of `index`: where it ends.
#[inline(always)]
pub(crate) fn put_end(input: &[u8], at: usize, index: usize) -> Option<usize> {
    match *input.get(at)? {
        byte if byte == Opcode::BinPut as u8 => (usize::from(*input.get(at + 1)?) == index).then_some(at + 2),
        byte if byte == Opcode::LongBinPut as u8 => {
            let put = u32::from_le_bytes(*input.get(at + 1..)?.first_chunk()?);
            (put as usize == index).then_some(at + 5)
        }
        _ => None,
    }
}
