//! Tables in files: Parquet, Arrow, CSV, JSON lines.

mod arrow;
mod csv;
mod json;
mod parquet;

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

#[cold]
fn unsound(format: &str, error: impl std::fmt::Display) -> Error {
    Error::message(Category::Data, format!("not a sound {format} file: {error}"))
}
