//! `Stream`: the batches of a table, made while they are read.

use std::collections::VecDeque;

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use unpickle::Result;
use unpickle::arrow::batches;

use crate::fit::{Fitted, Reader};
use crate::part::Part;

/// Rows of one batch: enough that a batch costs nothing, few enough that it stays near.
pub(crate) const BATCH: usize = 1 << 17;
/// Rows made at once, by all threads; what is made and not yet taken is no more.
pub(crate) const AHEAD: usize = 8 * BATCH;

/// Reads a table batch by batch. It holds the file.
pub(crate) struct Stream {
    part: Part,
    schema: SchemaRef,
    rows: usize,
    next: usize,
    made: VecDeque<RecordBatch>,
}

impl Stream {
    pub(crate) fn new(part: Part) -> Result<Stream> {
        let (schema, rows) =
            part.with(|table| Ok((Reader::Any.schema(&table.schema()), table.num_rows())))?;
        Ok(Stream { part, schema, rows, next: 0, made: VecDeque::new() })
    }
}

impl Iterator for Stream {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.made.is_empty() && self.next < self.rows {
            let rows = self.next..self.next.saturating_add(AHEAD).min(self.rows);
            self.next = rows.end;
            match self.part.with(|table| batches(&Fitted::new(table, Reader::Any), rows, BATCH)) {
                Ok(made) => self.made = made.into(),
                Err(error) => {
                    self.next = self.rows;
                    return Some(Err(ArrowError::ExternalError(Box::new(error))));
                }
            }
        }
        self.made.pop_front().map(Ok)
    }
}

impl RecordBatchReader for Stream {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}
