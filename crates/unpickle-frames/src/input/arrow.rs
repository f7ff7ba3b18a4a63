//! Arrow's own formats.

use std::fs::File;
use std::io::BufReader;

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::SchemaRef;
use unpickle_core::Result;

use super::{ask, each};
use crate::source::{Batches, Chunks, Source, no_column};

/// An Arrow file, of which each column is read by itself.
pub(super) struct ArrowFile {
    file: File,
    schema: SchemaRef,
    rows: usize,
}

impl ArrowFile {
    pub(super) fn open(file: File) -> Result<ArrowFile> {
        let whole = BufReader::new(file.try_clone()?);
        let schema = ask("Arrow", || FileReader::try_new(whole, None))?.schema();
        let mut rows = 0;
        // How many rows there are, nothing says but the batches.
        let first = (!schema.fields().is_empty()).then(|| vec![0]);
        let one = BufReader::new(file.try_clone()?);
        for batch in each("Arrow", ask("Arrow", || FileReader::try_new(one, first))?) {
            rows += batch?.num_rows();
        }
        Ok(ArrowFile { file, schema, rows })
    }
}

impl Source for ArrowFile {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn num_rows(&self) -> usize {
        self.rows
    }

    fn column(&self, index: usize) -> Result<Chunks<'_>> {
        let file = BufReader::new(self.file.try_clone()?);
        let reader = ask("Arrow", || FileReader::try_new(file, Some(vec![index])))?;
        let first =
            move |batch: RecordBatch| batch.columns().first().cloned().ok_or_else(|| no_column(index));
        Ok(Box::new(each("Arrow", reader).map(move |batch| batch.and_then(first))))
    }
}

/// A stream of Arrow, in memory.
pub(super) fn stream(file: File) -> Result<Batches> {
    let reader = ask("Arrow", || StreamReader::try_new(BufReader::new(file), None))?;
    let schema = reader.schema();
    Batches::new(schema, each("Arrow", reader).collect::<Result<_>>()?)
}
