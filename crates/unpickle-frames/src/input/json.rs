//! JSON lines, in memory.

use std::fs::File;
use std::io::{BufReader, Seek as _};
use std::sync::Arc;

use arrow_json::ReaderBuilder;
use arrow_json::reader::infer_json_schema;
use unpickle_core::Result;

use super::{ask, each, unsound};
use crate::source::Batches;

pub(super) fn read(mut file: File) -> Result<Batches> {
    let (schema, _) = ask("JSON lines", || infer_json_schema(BufReader::new(&file), None))?;
    let schema = Arc::new(schema);
    file.rewind()?;
    let reader = ReaderBuilder::new(schema.clone())
        .with_batch_size(1 << 16)
        .build(BufReader::new(file))
        .map_err(|error| unsound("JSON lines", error))?;
    Batches::new(schema, each("JSON lines", reader).collect::<Result<_>>()?)
}
