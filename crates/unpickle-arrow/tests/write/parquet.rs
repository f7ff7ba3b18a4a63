use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_data::transform::MutableArrayData;
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use parquet::basic::Encoding;
use unpickle_arrow::{Columns, Compression, Format, WriteOptions};

use crate::memory::{Memory, every_type};

fn read(bytes: Vec<u8>) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes)).unwrap();
    let schema = Arc::clone(reader.schema());
    let batches: Vec<_> = reader.with_batch_size(1 << 20).build().unwrap().map(Result::unwrap).collect();
    // Batches end with row groups.
    let columns = (0..schema.fields().len()).map(|at| {
        let parts: Vec<_> = batches.iter().map(|batch| batch.column(at).to_data()).collect();
        if parts.is_empty() {
            return arrow_array::new_empty_array(schema.field(at).data_type());
        }
        let mut data = MutableArrayData::new(parts.iter().collect(), true, 0);
        for (at, part) in parts.iter().enumerate() {
            data.try_extend(at, 0, part.len()).unwrap();
        }
        arrow_array::make_array(data.freeze())
    });
    let columns = columns.collect();
    RecordBatch::try_new(schema, columns).unwrap()
}

fn assert_same(table: &Memory, bytes: Vec<u8>) {
    let batch = read(bytes);
    assert_eq!(batch.num_rows(), table.num_rows());
    assert_eq!(batch.schema().fields(), table.schema.fields());
    for (at, (found, expected)) in batch.columns().iter().zip(&table.arrays).enumerate() {
        assert_eq!(found, expected, "column {}", table.schema.field(at).name());
    }
}

#[test]
fn every_type_is_read_back() {
    let table = every_type(100);
    for compression in [
        Compression::Auto,
        Compression::None,
        Compression::Snappy,
        Compression::Zstd(3),
        Compression::Gzip(1),
        Compression::Lz4,
        Compression::Brotli(1),
    ] {
        let options = WriteOptions::new().with_compression(compression);
        assert_same(&table, table.write(Format::Parquet, &options).unwrap());
    }
}

#[test]
fn row_groups_and_batches_do_not_show() {
    let table = every_type(1000);
    for (group, batch) in [(1, 1), (7, 3), (100, 1000), (999, 64)] {
        let options = WriteOptions::new().with_row_group_size(group).with_batch_size(batch);
        assert_same(&table, table.write(Format::Parquet, &options).unwrap());
    }
}

#[test]
fn threads_do_not_change_a_byte() {
    let table = every_type(20_000);
    let options = WriteOptions::new().with_row_group_size(3000).with_batch_size(1000);
    let one = table.write(Format::Parquet, &options.with_threads(1)).unwrap();
    let four = table.write(Format::Parquet, &options.with_threads(4)).unwrap();
    assert!(one == four);
    assert_same(&table, four);
}

#[test]
fn tables_without_rows_or_columns_are_files_too() {
    assert_same(&every_type(0), every_type(0).write(Format::Parquet, &WriteOptions::new()).unwrap());
    let empty = Memory::new(vec![]).write(Format::Parquet, &WriteOptions::new()).unwrap();
    assert_eq!(
        ParquetRecordBatchReaderBuilder::try_new(Bytes::from(empty)).unwrap().schema().fields().len(),
        0
    );
}

#[test]
fn metadata_of_schema_and_fields_survives() {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    let table = Memory::new(vec![("p", ids)]).with_pandas(r#"{"columns": []}"#).with_field_metadata(
        0,
        &[("ARROW:extension:name", "pandas.period"), ("ARROW:extension:metadata", r#"{"freq":"M"}"#)],
    );
    let bytes = Bytes::from(table.write(Format::Parquet, &WriteOptions::new()).unwrap());
    let metadata = ArrowReaderMetadata::load(&bytes, Default::default()).unwrap();
    let file = metadata.metadata().file_metadata();
    let pandas = file.key_value_metadata().unwrap().iter().find(|pair| pair.key == "pandas").unwrap();
    assert_eq!(pandas.value.as_deref(), Some(r#"{"columns": []}"#));
    assert!(file.created_by().unwrap().starts_with("unpickle version "));
    assert_eq!(metadata.schema().fields(), table.schema.fields());
    assert_eq!(metadata.schema().metadata().get("pandas").unwrap(), r#"{"columns": []}"#);
}

#[test]
fn columns_are_encoded_as_their_values_ask_for() {
    let rows = 100_000;
    let scattered = |row: i64| row.wrapping_mul(0x5851_F42D_4C95_7F2D) as f64 / 3.0;
    let table = Memory::new(vec![
        ("unique", Arc::new(Float64Array::from_iter_values((0..rows).map(scattered)))),
        ("few", Arc::new(Float64Array::from_iter_values((0..rows).map(|row| (row % 50) as f64)))),
        ("steps", Arc::new(Int64Array::from_iter_values((0..rows).map(|row| row * 1_000_000_007)))),
        ("names", Arc::new(StringArray::from_iter_values((0..rows).map(|row| format!("n{}", row % 10))))),
    ]);
    let bytes = table.write(Format::Parquet, &WriteOptions::new()).unwrap();
    assert_same(&table, bytes.clone());
    let metadata = ArrowReaderMetadata::load(&Bytes::from(bytes), Default::default()).unwrap();
    let group = metadata.metadata().row_group(0);
    let has = |column: usize, encoding| group.column(column).encodings().any(|found| found == encoding);
    assert!(!has(0, Encoding::RLE_DICTIONARY));
    assert!(has(1, Encoding::RLE_DICTIONARY));
    assert!(has(2, Encoding::DELTA_BINARY_PACKED));
    assert!(has(3, Encoding::RLE_DICTIONARY));
    assert!(group.column(2).compressed_size() < 20_000);
    assert!(group.column(0).statistics().is_some());
    assert!(group.column(0).offset_index_offset().is_some());
}

#[test]
fn very_large_rows_make_small_row_groups() {
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..3000).map(|row| {
        let letter = char::from(b'a' + (row % 26) as u8);
        letter.to_string().repeat(60_000)
    })));
    let bytes = Memory::new(vec![("text", texts)]).write(Format::Parquet, &WriteOptions::new()).unwrap();
    let metadata = ArrowReaderMetadata::load(&Bytes::from(bytes), Default::default()).unwrap();
    assert!(metadata.metadata().num_row_groups() > 1);
}

#[test]
fn progress_counts_rows_up_to_all() {
    let table = every_type(1000);
    let seen = std::sync::Mutex::new(Vec::new());
    let report = |rows| seen.lock().unwrap().push(rows);
    table
        .write(Format::Parquet, &WriteOptions::new().with_row_group_size(300).with_progress(&report))
        .unwrap();
    let seen = seen.into_inner().unwrap();
    assert!(seen.is_sorted());
    assert_eq!(seen.last(), Some(&1000));
}
