//! Decoding once more, without rows, what cannot be decoded with them.
//!
//! A row of a table cannot be changed. An opcode that would change one (an APPEND to a list that a GET fetched; no pickler
//! writes that) takes the machine back to where the pickle began.

use super::Machine;
use crate::error::{Error, Result};
use crate::memo::Memo;
use crate::word::{Ref, Word};

/// What the tables were when a pickle began: they only ever grow.
struct Mark {
    records: usize,
    words: usize,
    bigs: usize,
    extras: usize,
    tables: usize,
    side: usize,
    buffers: usize,
    next_buffer: usize,
    protocol: u8,
    at: usize,
}

impl Machine<'_> {
    /// Runs up to the next STOP, on an empty stack. Gives what was pickled.
    pub(super) fn one(&mut self) -> Result<Word> {
        let mark = self.mark();
        let result = self.steps();
        if !std::mem::take(&mut self.rows.changed) {
            return result;
        }
        self.rewind(&mark);
        let enabled = std::mem::replace(&mut self.rows.enabled, false);
        let result = self.steps();
        self.rows.enabled = enabled;
        result
    }

    /// A row is to be changed.
    #[cold]
    pub(super) fn row_changes(&mut self) -> Error {
        self.rows.changed = true;
        Error::limit("a row of a table cannot be changed")
    }

    fn mark(&self) -> Mark {
        let graph = &self.graph;
        Mark {
            records: graph.records.len(),
            words: graph.words.len(),
            bigs: graph.bigs.len(),
            extras: graph.extras.len(),
            tables: graph.tables.len(),
            side: graph.side.len(),
            buffers: graph.buffers.len(),
            next_buffer: self.next_buffer,
            protocol: graph.protocol,
            at: self.at,
        }
    }

    fn rewind(&mut self, mark: &Mark) {
        let graph = &mut self.graph;
        graph.records.truncate(mark.records);
        graph.words.truncate(mark.words);
        graph.bigs.truncate(mark.bigs);
        graph.extras.truncate(mark.extras);
        graph.tables.truncate(mark.tables);
        graph.side.truncate(mark.side);
        graph.grown.retain(|word, _| match word.get() {
            Ref::Record(index) => (index as usize) < mark.records,
            Ref::Leaf(at) => at < mark.at,
            _ => false,
        });
        graph.buffers.truncate(mark.buffers);
        graph.protocol = mark.protocol;
        if let Ok(indexes) = graph.indexes.get_mut() {
            indexes.clear();
        }
        self.encoded.clear();
        (self.next_buffer, self.at) = (mark.next_buffer, mark.at);
        self.stack.clear();
        self.marks.clear();
        (self.fence, self.runs, self.memo) = (0, 0, Memo::default());
        self.rows.forget();
    }
}
