//! What is written as a table is sound Arrow, and whoever reads it back finds the same.

use std::io::Cursor;

use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_select::concat::concat_batches;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use unpickle::arrow::{Columns, Compression, Format, Table, WriteOptions, write};
use unpickle::{File, Input, Options};

use crate::graph::expands;

/// Larger tables are left to the other properties, so that many are written in little time.
const CELLS: usize = 1 << 12;
const COLUMNS: usize = 100;
/// So are values that share, which are written as often as they are held, and long texts that do.
const VALUES: usize = 20_000;
const BYTES: usize = 1 << 20;

/// # Panics
///
/// The property does not hold.
pub fn check(data: &[u8]) {
    let Ok(file) = File::from_input(Input::from_bytes(data.to_vec()), &Options::new()) else { return };
    if expands(file.whole(), VALUES) {
        return;
    }
    let Ok(tables) = file.tables() else { return };
    for table in tables.iter().take(4) {
        let columns = Table::schema(table).fields().len();
        if columns > COLUMNS || table.num_rows().checked_mul(columns.max(1)).is_none_or(|cells| cells > CELLS)
        {
            continue;
        }
        let batch = whole(table);
        if batch.as_ref().is_some_and(|batch| batch.get_array_memory_size() > BYTES) {
            continue;
        }
        for format in Format::ALL {
            written(table, batch.as_ref(), format);
        }
    }
}

/// All rows, asked for in three stretches, each of which is sound.
fn whole(table: &Table<'_>) -> Option<RecordBatch> {
    let rows = table.num_rows();
    let most = Columns::most_rows(table).max(1).min(rows / 3 + 1);
    let starts = (0..rows).step_by(most);
    let batches: Vec<_> =
        starts.map(|start| table.batch(start..rows.min(start + most))).collect::<Result<_, _>>().ok()?;
    for batch in &batches {
        for (column, field) in batch.columns().iter().zip(batch.schema().fields()) {
            if let Err(error) = column.to_data().validate_full() {
                panic!("column {field:?}: {error}");
            }
            assert!(
                field.is_nullable() || column.null_count() == 0,
                "{field:?} has {} nulls",
                column.null_count()
            );
        }
    }
    let parts = concat_batches(&Table::schema(table), &batches).ok()?;
    // The same cells come of one stretch as of three.
    if let Ok(whole) = table.batch(0..rows) {
        for (one, several) in whole.columns().iter().zip(parts.columns()) {
            assert!(one.to_data() == several.to_data(), "{one:?} but {several:?}");
        }
    }
    Some(parts)
}

/// Writes the table; what can be read back is `batch`.
fn written(table: &Table<'_>, batch: Option<&RecordBatch>, format: Format) {
    let mut file = Vec::new();
    let options = WriteOptions::new().with_compression(Compression::Snappy).with_row_group_size(64);
    let Ok(written) = write(table, format, &options, &mut file) else { return };
    assert_eq!((written.bytes, written.rows), (file.len() as u64, table.num_rows()), "{format}");
    let Some(batch) = batch else { panic!("written as {format}, but not read") };
    let file = Cursor::new(file);
    let read: Vec<RecordBatch> = match format {
        // Without columns Parquet has no rows, whoever writes it.
        Format::Parquet if batch.num_columns() == 0 => return,
        Format::Parquet => {
            let bytes = bytes::Bytes::from(file.into_inner());
            let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).expect("a Parquet file").build();
            reader.expect("a reader").collect::<Result<_, _>>().expect("batches")
        }
        Format::Arrow => {
            FileReader::try_new(file, None).expect("an IPC file").collect::<Result<_, _>>().expect("batches")
        }
        Format::ArrowStream => StreamReader::try_new(file, None)
            .expect("an IPC stream")
            .collect::<Result<_, _>>()
            .expect("batches"),
        Format::JsonLines => {
            let lines = file.into_inner();
            let lines = lines.split_inclusive(|&byte| byte == b'\n').map(serde_json::from_slice);
            let lines: Vec<serde_json::Value> = lines.collect::<Result<_, _>>().expect("JSON");
            assert_eq!(lines.len(), table.num_rows());
            return;
        }
        Format::Csv => {
            let head = table.csv().header();
            if head.iter().all(Vec::is_empty) {
                return;
            }
            // A line with other fields than the first is an error.
            let lines = csv::ReaderBuilder::new().has_headers(false).from_reader(file).into_byte_records();
            let lines: Vec<_> = lines.map(|line| line.expect("a line of CSV")).collect();
            assert_eq!(lines.len(), head.len() + table.num_rows(), "{batch:?}");
            for (line, cells) in lines.iter().zip(&head) {
                assert!(line.iter().eq(cells.iter().map(String::as_bytes)), "{line:?} but {cells:?}");
            }
            return;
        }
        _ => return,
    };
    assert_eq!(read.iter().map(RecordBatch::num_rows).sum::<usize>(), table.num_rows(), "{format}");
    let Some(first) = read.first() else { return };
    let read = concat_batches(&first.schema(), &read).expect("batches of one schema");
    for ((mine, theirs), field) in batch.columns().iter().zip(read.columns()).zip(batch.schema().fields()) {
        assert_eq!(mine.data_type(), theirs.data_type(), "{format}, {field:?}");
        assert!(mine.to_data() == theirs.to_data(), "{format}, {field:?}: {mine:?} but {theirs:?}");
    }
}
