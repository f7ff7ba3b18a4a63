//! Rows: items of a list that are made by the same opcodes, which a [`Template`] describes and a [`Table`] keeps.

use std::sync::Arc;

use super::Machine;
use crate::error::Result;
use crate::op::Opcode;
use crate::seq::first_leaf;
use crate::table::{Cells, Table};
use crate::template::{Learner, Template};
use crate::word::{MAX_RUN, MAX_TABLES, Word};

/// How many templates are compared with an item: records of a few sorts may take turns.
const RECENT: usize = 4;

/// Fewer items in a row are not worth a table.
const FEWEST: usize = 4;

/// A table for each so many bytes of input, and a few more: what tables take stays small beside the input.
const BYTES_FOR_TABLE: usize = 4096;
const SPARE_TABLES: usize = 8;

/// Rows of up to this many items are kept as words of their own, as runs of leaves are.
const SHORT: usize = 16;

/// What is known of the items that may follow.
pub(super) struct Rows {
    /// Whether there are to be any.
    pub(super) enabled: bool,
    /// Whether an opcode was met that would have changed a row.
    pub(super) changed: bool,
    /// The tables used last, the last first. They know what this memo holds.
    recent: Vec<usize>,
    /// How many bytes were looked at to learn: not more than a part of all, lest the time be more than linear.
    looked: usize,
}

impl Rows {
    pub(super) fn new(enabled: bool) -> Rows {
        Rows { enabled, changed: false, recent: Vec::new(), looked: 0 }
    }

    /// There is another memo now.
    pub(super) fn forget(&mut self) {
        self.recent.clear();
    }

    /// For a pickle within a pickle: what is known of the outer one.
    pub(super) fn take(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.recent)
    }

    pub(super) fn put_back(&mut self, recent: Vec<usize>) {
        self.recent = recent;
    }
}

impl Machine<'_> {
    /// A value was made: if it is an item of a list, others like it may follow.
    #[inline(always)]
    pub(super) fn next_item(&mut self) -> Result<()> {
        if !self.rows.enabled || self.fence == 0 || self.stack.len() <= self.fence {
            return Ok(());
        }
        match self.input.get(self.at) {
            // The list has no more, or what was made is not done.
            Some(&byte)
                if byte == Opcode::Appends as u8 || byte == Opcode::Mark as u8 && !self.starts_marked() =>
            {
                Ok(())
            }
            _ if !self.fills_marked() => Ok(()),
            _ => self.rows(),
        }
    }

    /// Whether an item may start with a MARK: a tuple does.
    fn starts_marked(&self) -> bool {
        let top = self.stack.last().map(|&word| self.value(word));
        top.is_some_and(|top| top.as_tuple().is_some())
    }

    /// Whether what is above the MARK is going to be appended to a list.
    fn fills_marked(&self) -> bool {
        let target = self.fence.checked_sub(1).and_then(|target| self.stack.get(target));
        let record = target.and_then(|word| self.graph.record(word.as_record()?));
        record.is_some_and(|record| record.shape() == crate::graph::Shape::List)
    }

    /// All items from here on that follow a template, known or new.
    pub(super) fn rows(&mut self) -> Result<()> {
        if !self.rows.enabled || !self.memo.is_regular() {
            return Ok(());
        }
        while self.known_rows()? || self.new_rows()? {}
        Ok(())
    }

    /// The items that follow a template of those that were used last.
    fn known_rows(&mut self) -> Result<bool> {
        for i in 0..self.rows.recent.len() {
            let table = self.rows.recent[i];
            if self.compare(table)? > 0 {
                self.rows.recent[..=i].rotate_right(1);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Learns a template from the next two items. Whether some follow it.
    fn new_rows(&mut self) -> Result<bool> {
        let (at, tables) = (self.at, self.graph.tables.len());
        if self.ends(at)
            || tables >= (at / BYTES_FOR_TABLE + SPARE_TABLES).min(MAX_TABLES)
            || self.rows.looked > at / 2 + 4096
        {
            return Ok(false);
        }
        let known = self.rows.recent.first().and_then(|&table| self.graph.tables.get(table));
        let same = known.is_none_or(|table| table.rows() >= 64);
        let mut learner = Learner { input: self.input, graph: &self.graph, memo: &mut self.memo, same };
        let (template, looked) = learner.learn(at);
        self.rows.looked += looked;
        let Some(template) = template else { return Ok(false) };
        if !self.is_worth_it(&template) {
            return Ok(false);
        }
        self.graph.tables.push(Table::new(Arc::new(template), at));
        self.rows.recent.truncate(RECENT - 1);
        self.rows.recent.insert(0, tables);
        Ok(self.compare(tables)? > 0)
    }

    /// Whether the next few items follow the template.
    fn is_worth_it(&mut self, template: &Template) -> bool {
        let mut at = self.at;
        let mut cells = Cells::new(at);
        let mut index = self.memo.next_index();
        let mut left = FEWEST;
        while left > 0 {
            let found = template.compare(self.input, at, index, &mut self.memo, &mut cells);
            let Some(found) = found else {
                let Some(index) = self.memo.wanted() else { return false };
                self.memo.get(self.input, &self.graph.tables, index);
                continue;
            };
            at = first_leaf(self.input, found.end);
            if !(template.may_start(self.input, at) || self.ends(at)) {
                return false;
            }
            index += found.memos;
            left -= 1;
        }
        true
    }

    /// Whether that is where the list is filled so far.
    fn ends(&self, at: usize) -> bool {
        matches!(self.input.get(at), Some(&byte) if byte == Opcode::Appends as u8 || byte == Opcode::AddItems as u8)
    }

    /// Takes the next items that follow the template of a table. Gives how many.
    fn compare(&mut self, table: usize) -> Result<usize> {
        let Some(known) = self.graph.tables.get_mut(table) else { return Ok(0) };
        let (input, first) = (self.input, known.rows());
        let template = Arc::clone(&known.template);
        let mut next = first_leaf(input, self.at);
        let (mut count, mut more) = (0, template.may_start(input, next));
        if !more {
            return Ok(0);
        }
        let mut cells = known.take();
        while more {
            let len = cells.len();
            let found = template.compare(input, next, self.memo.next_index(), &mut self.memo, &mut cells);
            let wanted = if found.is_none() { self.memo.wanted() } else { None };
            let end = found.as_ref().map_or(next, |found| first_leaf(input, found.end));
            // The item is whole if another starts there or the list is filled so far.
            more = template.may_start(input, end);
            let Some(found) = found.filter(|_| more || self.ends(end)) else {
                cells.truncate(len);
                let Some(index) = wanted else { break };
                // Another try, when that is at hand.
                self.graph.tables[table].put_back(cells, first + count);
                self.memo.get(input, &self.graph.tables, index);
                cells = self.graph.tables[table].take();
                continue;
            };
            next = end;
            self.at = found.end;
            count += 1;
            let counted = self.memo.push_row(table, found.memos);
            if !counted || count & 0xfff == 0 {
                self.graph.tables[table].put_back(cells, first + count);
                if !counted {
                    let tables = &self.graph.tables;
                    self.memo.push_row_slowly(input, tables, table, first + count - 1, found.memos);
                }
                if count & 0xfff == 0 {
                    self.charge()?;
                }
                cells = self.graph.tables[table].take();
            }
        }
        self.graph.tables[table].put_back(cells, first + count);
        for from in (0..count).step_by(MAX_RUN) {
            let (row, count) = (first + from, MAX_RUN.min(count - from));
            if count > SHORT {
                self.stack.push(Word::rows(table, row, count));
                self.runs += 1;
            } else {
                self.stack.extend((row..row + count).map(|row| Word::node(table, template.root, row)));
            }
        }
        Ok(count)
    }
}
