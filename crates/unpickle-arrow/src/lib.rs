//! Tables found in a pickle, as Arrow record batches; Parquet, CSV, IPC, JSON lines.
#![forbid(unsafe_code)]

mod columns;
mod csv_layout;
mod write;

pub use columns::Columns;
pub use csv_layout::{CsvCells, CsvColumn, CsvIndex, CsvLayout};
pub use write::{Compression, Format, WriteOptions, Written, write};
