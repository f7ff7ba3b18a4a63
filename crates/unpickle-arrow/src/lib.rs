//! Tables found in a pickle, as Arrow record batches; Parquet, CSV, IPC, JSON lines.
#![forbid(unsafe_code)]

mod batches;
mod budget;
mod build;
mod cell;
mod cells;
mod column;
mod columns;
mod csv_layout;
mod decimal;
mod describe;
mod frame;
mod infer;
mod json;
mod kind;
mod label_text;
mod labels;
mod likeness;
mod metadata;
mod notes;
mod numpy;
mod panel;
mod parallel;
mod pyarrow;
mod reader;
mod select;
mod table;
mod tables;
mod tabular;
mod text;
mod threads;
mod times;
mod weight;
mod write;
mod zone;

pub use batches::batches;
pub use columns::Columns;
pub use csv_layout::{CsvCells, CsvColumn, CsvIndex, CsvLayout};
pub use describe::{describe, describe_known};
pub use json::json_text;
pub use select::Select;
pub use table::Table;
pub use tables::{candidates, tables, tables_at, tables_in_row};
pub use threads::with_threads;
pub use write::{Compression, Format, WriteOptions, Written, write};
