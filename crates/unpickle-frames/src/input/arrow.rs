//! Arrow's own formats.

use std::fs::File;
use std::io::BufReader;

use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::SchemaRef;
use unpickle_core::Result;

use super::unsound;
use crate::source::{Batches, Chunks, Source, no_column};

/// An Arrow file, of which each column is read by itself.
pub(super) struct ArrowFile {
    file: File,
    schema: SchemaRef,
    rows: usize,
}

impl ArrowFile {
    pub(super) fn open(file: File) -> Result<ArrowFile> {
        let reader = FileReader::try_new(BufReader::new(file.try_clone()?), None)
            .map_err(|error| unsound("Arrow", error))?;
        let schema = reader.schema();
        let mut rows = 0;
        // How many rows there are, nothing says but the batches.
        let first = (!schema.fields().is_empty()).then(|| vec![0]);
        let reader = FileReader::try_new(BufReader::new(file.try_clone()?), first);
        for batch in reader.map_err(|error| unsound("Arrow", error))? {
            rows += batch.map_err(|error| unsound("Arrow", error))?.num_rows();
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
        let reader = FileReader::try_new(file, Some(vec![index])).map_err(|error| unsound("Arrow", error))?;
        Ok(Box::new(reader.map(move |batch| {
            let batch = batch.map_err(|error| unsound("Arrow", error))?;
            batch.columns().first().cloned().ok_or_else(|| no_column(index))
        })))
    }
}

/// A stream of Arrow, in memory.
pub(super) fn stream(file: File) -> Result<Batches> {
    let reader =
        StreamReader::try_new(BufReader::new(file), None).map_err(|error| unsound("Arrow", error))?;
    let schema = reader.schema();
    let batches: Result<Vec<_>, _> = reader.collect();
    Batches::new(schema, batches.map_err(|error| unsound("Arrow", error))?)
}
