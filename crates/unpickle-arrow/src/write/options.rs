//! What to write, and how: formats, codecs, sizes.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use unpickle_core::{Category, Error, Result};

use crate::threads::threads_for;

/// A file format that tables can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Apache Parquet, as `DataFrame.to_parquet` writes it.
    Parquet,
    /// Comma-separated values, as `DataFrame.to_csv` writes them.
    Csv,
    /// Arrow IPC file, also known as Feather version 2.
    Arrow,
    /// Arrow IPC stream.
    ArrowStream,
    /// One JSON object a line.
    JsonLines,
}

impl Format {
    /// Every format, the main one first.
    pub const ALL: [Format; 5] =
        [Format::Parquet, Format::Csv, Format::Arrow, Format::ArrowStream, Format::JsonLines];

    /// What the ending of a file name stands for.
    ///
    /// ```
    /// use unpickle_arrow::Format;
    /// assert_eq!(Format::from_path("grades.parquet"), Some(Format::Parquet));
    /// assert_eq!(Format::from_path("grades.txt"), None);
    /// ```
    pub fn from_path(path: impl AsRef<Path>) -> Option<Format> {
        path.as_ref().extension()?.to_str()?.parse().ok()
    }

    /// The ending that files of this format have, without its dot.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Parquet => "parquet",
            Format::Csv => "csv",
            Format::Arrow => "arrow",
            Format::ArrowStream => "arrows",
            Format::JsonLines => "jsonl",
        }
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Format> {
        match name.to_ascii_lowercase().as_str() {
            "parquet" | "pq" => Ok(Format::Parquet),
            "csv" => Ok(Format::Csv),
            "arrow" | "feather" | "ipc" => Ok(Format::Arrow),
            "arrows" | "arrow-stream" => Ok(Format::ArrowStream),
            "jsonl" | "ndjson" => Ok(Format::JsonLines),
            _ => {
                let message = format!("expected parquet, csv, arrow, arrows or jsonl, found `{name}`");
                Err(Error::message(Category::Unsupported, message))
            }
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

/// How the pages of a Parquet file, or the buffers of an Arrow one, are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// Parquet: zstd of level 1 for the columns that it makes smaller, nothing for those that it does not
    /// (random floats, say); small tables take Snappy, which starts faster. Arrow: nothing, so that readers can
    /// map the file.
    #[default]
    Auto,
    /// Nothing.
    None,
    /// Snappy: what pandas takes for Parquet.
    Snappy,
    /// Zstandard, of a level from 1 to 22.
    Zstd(i32),
    /// gzip, of a level from 0 to 9.
    Gzip(u32),
    /// LZ4, in blocks (what Parquet calls LZ4_RAW).
    Lz4,
    /// Brotli, of a level from 0 to 11.
    Brotli(u32),
}

impl FromStr for Compression {
    type Err = Error;

    /// Reads `zstd`, `zstd:3`, `snappy`, `gzip`, `lz4`, `brotli`, `none` or `auto`.
    fn from_str(text: &str) -> Result<Compression> {
        let (name, level) = match text.split_once(':') {
            Some((name, level)) => (name, Some(level)),
            None => (text, None),
        };
        let number = |default: u32, lowest: u32, highest: u32| match level {
            None => Ok(default),
            Some(level) => level.parse().ok().filter(|n| (lowest..=highest).contains(n)).ok_or_else(|| {
                let message =
                    format!("expected a level of {name} from {lowest} to {highest}, found `{level}`");
                Error::message(Category::Unsupported, message)
            }),
        };
        let compression = match name.to_ascii_lowercase().as_str() {
            "zstd" => return Ok(Compression::Zstd(number(1, 1, 22)?.cast_signed())),
            "gzip" => return Ok(Compression::Gzip(number(6, 0, 9)?)),
            "brotli" => return Ok(Compression::Brotli(number(1, 0, 11)?)),
            "auto" => Compression::Auto,
            "none" => Compression::None,
            "snappy" => Compression::Snappy,
            "lz4" => Compression::Lz4,
            _ => {
                let message = format!("expected snappy, zstd, gzip, lz4, brotli or none, found `{text}`");
                return Err(Error::message(Category::Unsupported, message));
            }
        };
        match level {
            None => Ok(compression),
            Some(_) => Err(Error::message(Category::Unsupported, format!("{name} has no levels"))),
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Compression::Auto => f.write_str("auto"),
            Compression::None => f.write_str("none"),
            Compression::Snappy => f.write_str("snappy"),
            Compression::Zstd(level) => write!(f, "zstd:{level}"),
            Compression::Gzip(level) => write!(f, "gzip:{level}"),
            Compression::Lz4 => f.write_str("lz4"),
            Compression::Brotli(level) => write!(f, "brotli:{level}"),
        }
    }
}

/// How to write; the defaults are right for nearly everyone.
///
/// Defaults: compression [`Compression::Auto`], row groups of 2²⁰ rows, batches of 65,536 rows, as many threads as
/// there are cores, no word on progress.
///
/// ```
/// use unpickle_arrow::{Compression, WriteOptions};
/// let options = WriteOptions::new().with_compression(Compression::Zstd(3)).with_threads(1);
/// # let _ = options;
/// ```
#[derive(Clone, Copy)]
pub struct WriteOptions<'o> {
    pub(crate) compression: Compression,
    pub(crate) row_group_size: usize,
    pub(crate) batch_size: usize,
    pub(crate) threads: usize,
    pub(crate) progress: Option<&'o (dyn Fn(usize) + Sync)>,
}

impl Default for WriteOptions<'_> {
    fn default() -> Self {
        WriteOptions::new()
    }
}

impl fmt::Debug for WriteOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteOptions")
            .field("compression", &self.compression)
            .field("row_group_size", &self.row_group_size)
            .field("batch_size", &self.batch_size)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

impl<'o> WriteOptions<'o> {
    /// The defaults.
    pub const fn new() -> WriteOptions<'o> {
        WriteOptions {
            compression: Compression::Auto,
            row_group_size: 1 << 20,
            batch_size: 1 << 16,
            threads: 0,
            progress: None,
        }
    }

    /// How to compress; CSV and JSON lines are text and ignore it.
    #[must_use]
    pub const fn with_compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Rows of a row group of Parquet at most (at least one); very large rows make smaller groups.
    #[must_use]
    pub const fn with_row_group_size(mut self, rows: usize) -> Self {
        self.row_group_size = if rows == 0 { 1 } else { rows };
        self
    }

    /// The same with no more rows at once than a table allows.
    pub(crate) fn within(mut self, most_rows: usize) -> Self {
        self.batch_size = self.batch_size.min(most_rows).max(1);
        // A group of large rows is a few stretches.
        self.row_group_size = self.row_group_size.min(most_rows.saturating_mul(4)).max(1);
        self
    }

    /// Rows that are taken out of the table at once (at least one); also the batches of Arrow files.
    #[must_use]
    pub const fn with_batch_size(mut self, rows: usize) -> Self {
        self.batch_size = if rows == 0 { 1 } else { rows };
        self
    }

    /// Threads at most; 0 stands for what [`with_threads`](crate::with_threads) says, which is one a core where it says nothing.
    /// The file does not depend on it.
    #[must_use]
    pub const fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Is called now and then with the number of rows written so far, from the thread that writes.
    #[must_use]
    pub const fn with_progress(mut self, progress: &'o (dyn Fn(usize) + Sync)) -> Self {
        self.progress = Some(progress);
        self
    }

    pub(crate) fn report(&self, rows: usize) {
        if let Some(progress) = self.progress {
            progress(rows);
        }
    }

    /// How many threads to take for so many cells.
    pub(crate) fn threads_for(&self, cells: usize) -> usize {
        threads_for(cells, self.threads)
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// Rows.
    pub rows: usize,
    /// Physical columns, those of the index included.
    pub columns: usize,
    /// Bytes.
    pub bytes: u64,
}
