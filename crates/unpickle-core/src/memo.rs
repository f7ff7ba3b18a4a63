//! The memo: by index, what was remembered. Lazy for what nobody asks for again.
//!
//! CPython remembers every string it writes, and hardly ever fetches one. So the memo keeps pages of 256 entries,
//! and a page that was filled by nothing but leaves is only the offset of the first: the entries are written out
//! when one of them is fetched, by walking the input again. A page is walked at most once.

use std::collections::HashMap;

use crate::graph::Word;
use crate::op::{LeafEnd, Opcode, leaf_end};
use crate::ops;

const PAGE: usize = 256;

#[derive(Clone, Copy)]
enum Page {
    /// Entries are the memoized leaves from this offset on.
    Lazy(usize),
    /// Entries are in `full`, from this index.
    Full(usize),
}

/// No index into `full`.
const LAZY: usize = usize::MAX;

pub(crate) struct Memo {
    pages: Vec<Page>,
    full: Vec<Word>,
    /// Indexes below this are in `pages`.
    dense: usize,
    /// How many entries there are: what MEMOIZE numbers by.
    count: usize,
    /// Where the last page is in `full`; [`LAZY`] if it is not there.
    last: usize,
    /// Indexes that are not in `pages`: they may be anything up to 2^32 - 1, and more in protocol 0.
    sparse: HashMap<u64, Word>,
}

impl Default for Memo {
    fn default() -> Memo {
        Memo { pages: Vec::new(), full: Vec::new(), dense: 0, count: 0, last: LAZY, sparse: HashMap::new() }
    }
}

impl Memo {
    /// Remembers the leaf at `at` under the next index. What comes next must be as [`Memo::follows`] says.
    #[inline(always)]
    pub(crate) fn push_leaf(&mut self, at: usize) {
        let slot = self.dense & (PAGE - 1);
        if slot == 0 {
            self.pages.push(Page::Lazy(at));
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
    pub(crate) fn memoize(&mut self, input: &[u8], word: Word) {
        let slot = self.dense & (PAGE - 1);
        if self.last != LAZY && slot != 0 && self.count == self.dense && self.sparse.is_empty() {
            self.store_last(slot, word);
            self.dense += 1;
            self.count += 1;
        } else {
            self.put(input, self.count as u64, word);
        }
    }

    /// PUT, BINPUT, LONG_BINPUT.
    pub(crate) fn put(&mut self, input: &[u8], index: u64, word: Word) {
        if self.last == LAZY && !self.pages.is_empty() {
            self.write_out(input, self.pages.len() - 1);
        }
        if self.dense == 0 && index == 1 {
            // Python 2's cPickle counts from 1.
            self.push(Word::EMPTY);
        }
        if index == self.dense as u64 && self.sparse.is_empty() {
            self.push(word);
            self.count += 1;
        } else if index < self.dense as u64 {
            let index = index as usize;
            if let Some(Page::Lazy(_)) = self.pages.get(index / PAGE) {
                self.write_out(input, index / PAGE);
            }
            if let Some(&Page::Full(start)) = self.pages.get(index / PAGE)
                && let Some(entry) = self.full.get_mut(start + index % PAGE)
            {
                self.count += usize::from(entry.is_empty());
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
    pub(crate) fn get(&mut self, input: &[u8], index: u64) -> Option<Word> {
        if index >= self.dense as u64 {
            return self.sparse.get(&index).copied();
        }
        let index = index as usize;
        let start = match *self.pages.get(index / PAGE)? {
            Page::Full(start) => start,
            Page::Lazy(_) => self.write_out(input, index / PAGE)?,
        };
        self.full.get(start + index % PAGE).copied().filter(|word| !word.is_empty())
    }

    /// Makes a lazy page a full one, by walking the input from its first leaf.
    #[cold]
    fn write_out(&mut self, input: &[u8], page: usize) -> Option<usize> {
        let at = match *self.pages.get(page)? {
            Page::Lazy(at) => at,
            Page::Full(start) => return Some(start),
        };
        let first = page * PAGE;
        let wanted = PAGE.min(self.dense - first);
        let start = self.full.len();
        self.full.resize(start + PAGE, Word::EMPTY);
        let mut at = at;
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
            if let Some(end) = memoized {
                self.full[start + found] = Word::leaf(at);
                found += 1;
                at = end;
            } else {
                at = end;
            }
        }
        self.pages[page] = Page::Full(start);
        if page + 1 == self.pages.len() {
            self.last = start;
        }
        Some(start)
    }

    /// Bytes taken.
    pub(crate) fn memory(&self) -> usize {
        self.pages.capacity() * size_of::<Page>() + self.full.capacity() * 8 + self.sparse.capacity() * 24
    }
}

/// If the opcode at `at` is a BINPUT or LONG_BINPUT of `index`: where it ends.
#[inline(always)]
fn put_end(input: &[u8], at: usize, index: usize) -> Option<usize> {
    match *input.get(at)? {
        byte if byte == Opcode::BinPut as u8 => (usize::from(*input.get(at + 1)?) == index).then_some(at + 2),
        byte if byte == Opcode::LongBinPut as u8 => {
            let put = u32::from_le_bytes(*input.get(at + 1..)?.first_chunk()?);
            (put as usize == index).then_some(at + 5)
        }
        _ => None,
    }
}
