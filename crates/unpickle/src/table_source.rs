//! [`TableSource`]: a table found in a pickle, as one that is pickled again.

use unpickle_arrow::Columns;
use unpickle_core::Result;
use unpickle_frames::{Chunks, Source};

/// Rows that are asked for at once.
const ROWS: usize = 1 << 16;

/// A table of [`arrow`](crate::arrow), for [`frames::write_frame`](crate::frames::write_frame): so a frame that one pandas pickled is
/// written for another.
///
/// ```
/// use unpickle::frames::{FrameOptions, Target, write_frame};
/// use unpickle::{File, Input, OpenOptions, Options, TableSource};
///
/// let pickle = b"\x80\x04}\x8c\x01a](K\x01K\x02es."; // {"a": [1, 2]}
/// let file = File::from_input(Input::from_reader(&pickle[..], &OpenOptions::new())?, &Options::new())?;
/// let tables = file.tables()?;
/// let table = TableSource::new(&tables[0]);
/// let mut pickle = Vec::new();
/// write_frame(&table, &FrameOptions::new().with_target(Target::Pandas1_5), &mut pickle)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TableSource<'c> {
    table: &'c dyn Columns,
    schema: arrow_schema::SchemaRef,
}

impl<'c> TableSource<'c> {
    /// All columns of `table`.
    pub fn new(table: &'c dyn Columns) -> TableSource<'c> {
        TableSource { table, schema: table.schema() }
    }
}

impl Source for TableSource<'_> {
    fn schema(&self) -> &arrow_schema::SchemaRef {
        &self.schema
    }

    fn num_rows(&self) -> usize {
        self.table.num_rows()
    }

    fn column(&self, index: usize) -> Result<Chunks<'_>> {
        let (rows, most) = (self.table.num_rows(), self.table.most_rows().clamp(1, ROWS));
        let chunk = move |start: usize| self.table.column(index, start..rows.min(start + most));
        Ok(Box::new((0..rows).step_by(most).map(chunk)))
    }
}
