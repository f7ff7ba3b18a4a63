//! CSV, in memory: its columns lie across all of the file.

use std::fs::File;
use std::io::{BufReader, Seek as _};
use std::sync::Arc;

use arrow_csv::ReaderBuilder;
use arrow_csv::reader::Format;
use arrow_schema::{DataType, Schema};
use regex::Regex;
use unpickle_core::Result;

use super::{ask, each, unsound};
use crate::source::Batches;

/// What stands for a missing cell: the texts that `pandas.read_csv` takes so.
const MISSING: &str = "^(#N/A|#N/A N/A|#NA|-1\\.#IND|-1\\.#QNAN|-NaN|-nan|1\\.#IND|1\\.#QNAN|<NA>|N/A|NA|NULL|NaN|None|n/a|nan|null|)$";

pub(super) fn read(mut file: File) -> Result<Batches> {
    let missing = Regex::new(MISSING).map_err(|error| unsound("CSV", error))?;
    let format = Format::default().with_header(true).with_null_regex(missing.clone());
    let (inferred, _) = ask("CSV", || format.infer_schema(BufReader::new(&file), None))?;
    let fields = inferred.fields().iter().map(|field| {
        let data_type = match field.data_type() {
            DataType::Boolean | DataType::Int64 | DataType::Float64 => field.data_type().clone(),
            // A column of nothing is one of NaN; dates stay text, as for pandas.
            DataType::Null => DataType::Float64,
            _ => DataType::Utf8,
        };
        field.as_ref().clone().with_data_type(data_type)
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    file.rewind()?;
    let reader = ReaderBuilder::new(schema.clone())
        .with_header(true)
        .with_null_regex(missing)
        .with_batch_size(1 << 16)
        .build(file)
        .map_err(|error| unsound("CSV", error))?;
    Batches::new(schema, each("CSV", reader).collect::<Result<_>>()?)
}
