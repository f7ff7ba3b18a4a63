//! JSON lines, in memory.

use std::fs::File;
use std::io::{BufReader, Seek as _};
use std::sync::Arc;

use arrow_json::ReaderBuilder;
use arrow_json::reader::infer_json_schema;
use unpickle_core::Result;

use super::unsound;
use crate::source::Batches;

pub(super) fn read(mut file: File) -> Result<Batches> {
    let (schema, _) =
        infer_json_schema(BufReader::new(&file), None).map_err(|error| unsound("JSON lines", error))?;
    let schema = Arc::new(schema);
    file.rewind()?;
    let reader = ReaderBuilder::new(schema.clone())
        .with_batch_size(1 << 16)
        .build(BufReader::new(file))
        .map_err(|error| unsound("JSON lines", error))?;
    let batches: Result<Vec<_>, _> = reader.collect();
    Batches::new(schema, batches.map_err(|error| unsound("JSON lines", error))?)
}
