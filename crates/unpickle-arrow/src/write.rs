//! From [`Columns`] to the bytes of a file.

mod arrow_ipc;
mod bounded;
mod cells;
mod csv;
mod json;
mod lines;
mod options;
mod pack;
mod parquet;
mod period;
mod pieces;
pub(crate) mod pipeline;
mod sample;
pub(crate) mod text;

use std::io::{self, Write};

use unpickle_core::Result;

use self::bounded::Bounded;
use crate::Columns;
pub(crate) use json::cell_texts;
pub(crate) use period::Freq;

pub use options::{Compression, Format, WriteOptions, Written};

/// Writes a table in one of the formats.
///
/// Rows are taken out of the table in stretches, by several threads if there is much to do; nothing of the size of
/// the table is held. The first error ends it; what the sink holds then is no complete file.
///
/// ```
/// use std::{ops::Range, sync::Arc};
/// use arrow_array::{ArrayRef, Int64Array};
/// use arrow_schema::{DataType, Field, Schema, SchemaRef};
/// use unpickle_arrow::{write, Columns, Format, WriteOptions};
///
/// struct Squares;
///
/// impl Columns for Squares {
///     fn schema(&self) -> SchemaRef {
///         Arc::new(Schema::new(vec![Field::new("square", DataType::Int64, false)]))
///     }
///     fn num_rows(&self) -> usize {
///         4
///     }
///     fn column(&self, _: usize, rows: Range<usize>) -> unpickle_core::Result<ArrayRef> {
///         Ok(Arc::new(Int64Array::from_iter_values(rows.map(|row| (row * row) as i64))))
///     }
/// }
/// let mut text = Vec::new();
/// write(&Squares, Format::Csv, &WriteOptions::new(), &mut text)?;
/// assert_eq!(text, b"square\n0\n1\n4\n9\n");
/// # Ok::<(), unpickle_core::Error>(())
/// ```
pub fn write<W: Write + Send>(
    table: &dyn Columns,
    format: Format,
    options: &WriteOptions<'_>,
    sink: W,
) -> Result<Written> {
    let options = &options.within(table.most_rows());
    let most = table.most_bytes();
    let table = &Bounded::new(table);
    let mut sink = Counted { sink, bytes: 0, most };
    let written = match format {
        Format::Parquet => parquet::write(table, options, &mut sink),
        Format::Csv => csv::write(table, options, &mut sink),
        Format::Arrow => arrow_ipc::write_file(table, options, &mut sink),
        Format::ArrowStream => arrow_ipc::write_stream(table, options, &mut sink),
        Format::JsonLines => json::write(table, options, &mut sink),
    };
    if sink.bytes > most {
        return Err(bounded::beyond(most));
    }
    written?;
    sink.flush()?;
    Ok(Written { rows: table.num_rows(), columns: table.schema().fields().len(), bytes: sink.bytes })
}

/// Counts what goes through, and stops when that is too much.
struct Counted<W> {
    sink: W,
    bytes: u64,
    most: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let count = self.sink.write(bytes)?;
        self.bytes = self.bytes.saturating_add(count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}
