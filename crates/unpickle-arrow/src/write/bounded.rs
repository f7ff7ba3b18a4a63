//! A table of which no more is written than its pickle pays for.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::ArrayRef;
use arrow_schema::SchemaRef;
use unpickle_core::{Error, Result};

use crate::budget::RAISE;
use crate::columns::Columns;
use crate::csv_layout::CsvLayout;
use crate::weight::{MOST_TEXT, weight};

/// Counts the bytes of the arrays that a writer asks for. What it makes of them has the same bound of its own.
pub(super) struct Bounded<'t> {
    table: &'t dyn Columns,
    made: AtomicU64,
}

impl<'t> Bounded<'t> {
    pub(super) fn new(table: &'t dyn Columns) -> Bounded<'t> {
        Bounded { table, made: AtomicU64::new(0) }
    }

    /// So many bytes more were made.
    fn charge(&self, bytes: usize) -> Result<()> {
        let bytes = bytes as u64;
        let most = self.table.most_bytes();
        let made = self.made.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if made <= most { Ok(()) } else { Err(beyond(most)) }
    }
}

#[cold]
pub(super) fn beyond(most: u64) -> Error {
    Error::limit(format!("the cells share so much that more than {most} bytes would be written; {RAISE}"))
}

impl Columns for Bounded<'_> {
    fn schema(&self) -> SchemaRef {
        self.table.schema()
    }

    fn num_rows(&self) -> usize {
        self.table.num_rows()
    }

    fn column(&self, column: usize, rows: Range<usize>) -> Result<ArrayRef> {
        let made = self.table.column(column, rows);
        match &made {
            Ok(array) => self.charge(weight(array))?,
            // So much was made in vain, and whoever asks for fewer rows asks in vain when that was too often.
            Err(error) if error.is_limit() => _ = self.charge(MOST_TEXT),
            Err(_) => {}
        }
        made
    }

    fn most_rows(&self) -> usize {
        self.table.most_rows()
    }

    fn most_bytes(&self) -> u64 {
        self.table.most_bytes()
    }

    fn csv(&self) -> CsvLayout {
        self.table.csv()
    }
}
