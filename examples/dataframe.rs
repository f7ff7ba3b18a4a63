//! A frame to Parquet and CSV: what is in it, how large each file is, and how long reading takes from pickle and from CSV.
//!
//! `cargo run --release --example dataframe [FILE [FOLDER]]`

use std::fs::{self, File};
use std::io::{BufReader, Seek, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_csv::ReaderBuilder;
use arrow_csv::reader::Format as CsvFormat;
use unpickle::arrow::{Format, WriteOptions, write};
use unpickle::{DataFrame, Error, Result};

/// What the example prints, for a file that holds a frame.
pub fn dataframe(path: &Path, folder: &Path, mut out: impl Write) -> Result<()> {
    let start = Instant::now();
    let file = unpickle::open(path)?;
    let frame: DataFrame = file.root().extract()?;
    let decoded = start.elapsed();
    writeln!(out, "{} rows, {} columns", frame.len(), frame.columns().len())?;

    let tables = file.tables()?;
    let table = tables.first().ok_or_else(|| Error::invalid(file.root(), "no table in it"))?;
    for field in table.schema().fields() {
        writeln!(out, "  {}: {}", field.name(), field.data_type())?;
    }

    let pickle = fs::metadata(path)?.len();
    writeln!(out, "pickle: {pickle} bytes, read in {}", milliseconds(decoded))?;
    for format in [Format::Parquet, Format::Csv] {
        let target = folder.join("frame").with_extension(format.extension());
        let start = Instant::now();
        let written = write(table, format, &WriteOptions::new(), File::create(target)?)?;
        writeln!(out, "{format}: {} bytes, written in {}", written.bytes, milliseconds(start.elapsed()))?;
    }

    let start = Instant::now();
    let rows =
        read_csv(&folder.join("frame.csv")).map_err(|error| Error::from(std::io::Error::other(error)))?;
    writeln!(out, "csv: {rows} rows, read in {}", milliseconds(start.elapsed()))?;
    Ok(())
}

/// The same rows out of the CSV: types are guessed from all of it first, for CSV does not tell them.
fn read_csv(path: &Path) -> std::result::Result<usize, arrow_schema::ArrowError> {
    let mut file = File::open(path)?;
    let format = CsvFormat::default().with_header(true);
    let (schema, _) = format.infer_schema(BufReader::new(&file), None)?;
    file.rewind()?;
    let reader = ReaderBuilder::new(Arc::new(schema)).with_header(true).build(file)?;
    reader.map(|batch| Ok(batch?.num_rows())).sum()
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1);
    let path = args.next().unwrap_or_else(|| "fixtures/pandas/weather.pkl".into());
    let folder = args.next().map_or_else(std::env::temp_dir, Into::into);
    dataframe(path.as_ref(), &folder, std::io::stdout().lock())
}
