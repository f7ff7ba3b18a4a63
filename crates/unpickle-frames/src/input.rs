//! Tables in files: Parquet, Arrow, CSV, JSON lines.

mod arrow;
mod csv;
mod json;
mod parquet;

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use unpickle_core::{Category, Error, Result};

use crate::source::Source;

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InputFormat {
    /// Parquet, read column by column.
    Parquet,
    /// An Arrow file, read column by column.
    Arrow,
    /// A stream of Arrow.
    ArrowStream,
    /// CSV with a header. What is a number or a truth value in all rows is read as such, as `pandas.read_csv` does.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

impl InputFormat {
    /// By the ending of a file's name, whatever its case.
    ///
    /// ```
    /// use unpickle_frames::InputFormat;
    ///
    /// assert_eq!(InputFormat::of("a.Parquet".as_ref()), Some(InputFormat::Parquet));
    /// assert_eq!(InputFormat::of("a.pkl".as_ref()), None);
    /// ```
    pub fn of(path: &Path) -> Option<InputFormat> {
        Some(match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "parquet" | "pq" => InputFormat::Parquet,
            "arrow" | "feather" | "ipc" => InputFormat::Arrow,
            "arrows" => InputFormat::ArrowStream,
            "csv" => InputFormat::Csv,
            "jsonl" | "ndjson" => InputFormat::JsonLines,
            _ => return None,
        })
    }
}

/// Opens a table.
///
/// # Errors
///
/// The file cannot be read, or is not of the format.
pub fn open(path: &Path, format: InputFormat) -> Result<Box<dyn Source>> {
    let file = std::fs::File::open(path)?;
    Ok(match format {
        InputFormat::Parquet => Box::new(parquet::Parquet::open(file)?),
        InputFormat::Arrow => Box::new(arrow::ArrowFile::open(file)?),
        InputFormat::ArrowStream => Box::new(arrow::stream(file)?),
        InputFormat::Csv => Box::new(csv::read(file)?),
        InputFormat::JsonLines => Box::new(json::read(file)?),
    })
}

/// Asks a reader of Arrow's crates. Some damage makes them panic: that is an error like any other.
fn ask<T, E: Display>(format: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T> {
    // What a reader that panicked leaves half done is dropped with it.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done.map_err(|error| unsound(format, error)),
        Err(_) => Err(unsound(format, "its reader panicked")),
    }
}

/// What a reader of Arrow's crates gives, to the first error.
fn each<T, E: Display>(
    format: &'static str,
    reader: impl Iterator<Item = Result<T, E>>,
) -> impl Iterator<Item = Result<T>> {
    let mut reader = Some(reader);
    std::iter::from_fn(move || {
        let next = ask(format, || reader.as_mut().and_then(Iterator::next).transpose());
        if next.is_err() {
            reader = None;
        }
        next.transpose()
    })
}

#[cold]
fn unsound(format: &str, error: impl Display) -> Error {
    Error::message(Category::Data, format!("not a sound {format} file: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use ::parquet::arrow::ArrowWriter;
    use arrow_array::{Int64Array, RecordBatch, StringArray};
    use arrow_ipc::writer::{FileWriter, StreamWriter};

    use super::*;

    fn batch() -> RecordBatch {
        let (numbers, texts) = (Int64Array::from(vec![Some(1), None]), StringArray::from(vec!["a", "b"]));
        RecordBatch::try_from_iter_with_nullable([
            ("n", Arc::new(numbers) as arrow_array::ArrayRef, true),
            ("s", Arc::new(texts), true),
        ])
        .unwrap()
    }

    fn files() -> [(InputFormat, Vec<u8>); 5] {
        let (batch, schema) = (batch(), batch().schema());
        let mut file = FileWriter::try_new(Vec::new(), &schema).unwrap();
        file.write(&batch).unwrap();
        let mut stream = StreamWriter::try_new(Vec::new(), &schema).unwrap();
        stream.write(&batch).unwrap();
        let mut parquet = ArrowWriter::try_new(Vec::new(), schema, None).unwrap();
        parquet.write(&batch).unwrap();
        [
            (InputFormat::Arrow, file.into_inner().unwrap()),
            (InputFormat::ArrowStream, stream.into_inner().unwrap()),
            (InputFormat::Parquet, parquet.into_inner().unwrap()),
            (InputFormat::Csv, b"n,s\n1,a\n,b\n".to_vec()),
            (InputFormat::JsonLines, b"{\"n\": 1, \"s\": \"a\"}\n{\"s\": \"b\"}\n".to_vec()),
        ]
    }

    /// Reads all there is in a file of these bytes.
    fn read(bytes: &[u8], format: InputFormat) -> Result<usize> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let table = open(file.path(), format)?;
        for column in 0..table.schema().fields().len() {
            for cells in table.column(column)? {
                cells?;
            }
        }
        Ok(table.num_rows())
    }

    #[test]
    fn a_damaged_file_is_an_error_or_another_table() {
        for (format, bytes) in files() {
            assert_eq!(read(&bytes, format).unwrap(), 2, "{format:?}");
            let mut refused = 0;
            for place in 0..bytes.len() {
                for byte in [0, 0x7f, 0xff] {
                    let mut damaged = bytes.clone();
                    damaged[place] = byte;
                    refused += usize::from(read(&damaged, format).is_err());
                }
                refused += usize::from(read(&bytes[..place], format).is_err());
            }
            assert!(refused > 0, "{format:?}");
        }
    }
}
