//! What is written here against what `parquet`'s own writer makes of the same: its codec decides who writes.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::Float64Type;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, DurationNanosecondArray, Float32Array, Float64Array,
    Int8Array, Int32Array, Int64Array, LargeStringArray, RecordBatch, StringArray, TimestampMicrosecondArray,
    UInt16Array, UInt32Array, UInt64Array,
};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::statistics::Statistics;

use super::*;
use crate::write::options::Compression;

struct Batch(RecordBatch);

impl Columns for Batch {
    fn schema(&self) -> SchemaRef {
        self.0.schema()
    }

    fn num_rows(&self) -> usize {
        self.0.num_rows()
    }

    fn column(&self, column: usize, rows: Range<usize>) -> Result<ArrayRef> {
        Ok(self.0.column(column).slice(rows.start, rows.len()))
    }
}

/// Numbers that look random, the same each time.
fn noise(row: usize) -> u64 {
    let n = (row as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (n ^ (n >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9) ^ (n >> 17)
}

/// Columns of every type that is written here, many values and few, a cell missing where `missing` says so.
fn batch(rows: usize, missing: fn(usize) -> bool) -> RecordBatch {
    let present = move |row: usize| (!missing(row)).then_some(row);
    macro_rules! column {
        ($array:ty, $value:expr) => {
            Arc::new((0..rows).map(|row| present(row).map($value)).collect::<$array>()) as ArrayRef
        };
    }
    let texts = ["", "a", "b", "bb\0", "bb", "sixteen letters!", "seventeen letters", "水水水水水水水水水"];
    let columns: Vec<ArrayRef> = vec![
        column!(Int8Array, |row| noise(row) as i8),
        column!(UInt16Array, |row| noise(row) as u16),
        column!(Int32Array, |row| noise(row) as i32),
        column!(UInt32Array, |row| noise(row) as u32),
        column!(Int64Array, |row| noise(row) as i64),
        column!(UInt64Array, noise),
        column!(Int64Array, |row| noise(row) as i64 % 50),
        column!(TimestampMicrosecondArray, |row| noise(row) as i64 >> 8),
        column!(DurationNanosecondArray, |row| (noise(row) >> 60) as i64),
        column!(Float32Array, |row| f32::from_bits(noise(row) as u32)),
        column!(Float64Array, |row| f64::from_bits(noise(row))),
        column!(Float64Array, |row| (noise(row) % 100) as f64 / 100.0 - 0.5),
        column!(Float64Array, |row| [0.0, -0.0, f64::NAN, 1.0][row % 4]),
        column!(Float64Array, |_| f64::NAN),
        column!(BooleanArray, |row| noise(row).is_multiple_of(3)),
        column!(StringArray, |row| format!("name {}", noise(row))),
        column!(StringArray, |row| texts[noise(row) as usize % texts.len()]),
        column!(LargeStringArray, |row| "long ".repeat(noise(row) as usize % 40)),
        column!(BinaryArray, |row| noise(row).to_le_bytes().repeat(noise(row) as usize % 12)),
    ];
    let named = columns.into_iter().enumerate().map(|(i, column)| (format!("c{i}"), column, true));
    RecordBatch::try_from_iter_with_nullable(named).unwrap()
}

fn written(batch: &RecordBatch, options: &WriteOptions<'_>) -> Bytes {
    let mut out = Vec::new();
    write(&Batch(batch.clone()), options, &mut out).unwrap();
    out.into()
}

fn reader(file: &Bytes) -> ParquetRecordBatchReaderBuilder<Bytes> {
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
    ParquetRecordBatchReaderBuilder::try_new_with_options(file.clone(), options).unwrap()
}

fn read(file: &Bytes) -> RecordBatch {
    let reader = reader(file).with_batch_size(usize::MAX >> 1);
    let schema = Arc::clone(reader.schema());
    let batches: Vec<_> = reader.build().unwrap().map(|batch| batch.unwrap()).collect();
    arrow_select::concat::concat_batches(&schema, &batches).unwrap()
}

/// The least, the greatest, how many are missing, how many are NaN.
type Known = (Option<Vec<u8>>, Option<Vec<u8>>, Option<u64>, Option<u64>);

/// Bounds, with zeros of both signs the same: ours bound both.
fn bounds(statistics: &Statistics) -> Known {
    let plain = |bytes: Option<&[u8]>| {
        bytes.map(|bytes| match bytes {
            [0, 0, 0, 0, 0, 0, 0, 0x80] => vec![0; 8],
            bytes => bytes.to_vec(),
        })
    };
    (
        plain(statistics.min_bytes_opt()),
        plain(statistics.max_bytes_opt()),
        statistics.null_count_opt(),
        statistics.nan_count_opt(),
    )
}

/// The same bits, NaN and the signs of zeros too.
fn assert_same(found: &RecordBatch, expected: &RecordBatch) {
    for (column, field) in expected.schema().fields().iter().enumerate() {
        let (found, expected) = (found.column(column), expected.column(column));
        assert_eq!(found.nulls(), expected.nulls(), "{field}");
        match expected.as_primitive_opt::<Float64Type>() {
            Some(expected) => {
                let bits =
                    |array: &Float64Array| array.iter().map(|v| v.map(f64::to_bits)).collect::<Vec<_>>();
                assert_eq!(bits(found.as_primitive::<Float64Type>()), bits(expected), "{field}");
            }
            None if field.data_type() == &DataType::Float32 => {
                let bits = |array: &dyn Array| array.to_data().buffers()[0].typed_data::<u32>().to_vec();
                let valid = |array: &ArrayRef| {
                    let bits = bits(array);
                    (0..array.len()).filter(|&i| array.is_valid(i)).map(|i| bits[i]).collect::<Vec<_>>()
                };
                assert_eq!(valid(found), valid(expected), "{field}");
            }
            None => assert_eq!(found, expected, "{field}"),
        }
    }
}

#[test]
fn pages_of_ours_hold_what_those_of_the_library_hold() {
    let missing: [fn(usize) -> bool; 5] = [
        |_| false,
        |row| row % 7 == 3,
        |row| row / 900 % 2 == 1,
        |row| noise(row).is_multiple_of(2),
        |_| true,
    ];
    for (i, missing) in missing.into_iter().enumerate() {
        for rows in [1usize, 9, 5000, 150_000] {
            let batch = batch(rows, missing);
            let options = WriteOptions::new().with_row_group_size(100_000);
            let theirs = written(&batch, &options.with_compression(Compression::Snappy));
            let theirs = reader(&theirs);
            for compression in [Compression::None, Compression::Zstd(1)] {
                let file = written(&batch, &options.with_compression(compression));
                assert_same(&read(&file), &batch);
                let ours = reader(&file);
                assert_eq!(ours.schema(), theirs.schema());
                let groups = ours.metadata().row_groups().iter().zip(theirs.metadata().row_groups());
                for (ours, theirs) in groups {
                    assert_eq!(ours.num_rows(), theirs.num_rows());
                    for (ours, theirs) in ours.columns().iter().zip(theirs.columns()) {
                        let what = format!("{} of {rows} rows, nulls {i}", ours.column_path());
                        let (ours, theirs) = (ours.statistics().unwrap(), theirs.statistics().unwrap());
                        match bounds(ours).0 {
                            Some(_) => assert_eq!(bounds(ours), bounds(theirs), "{what}"),
                            // All NaN: the library tells of one as the bounds.
                            None => assert_eq!(ours.null_count_opt(), theirs.null_count_opt(), "{what}"),
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn page_index_leads_to_the_rows() {
    let batch = batch(150_000, |row| row % 11 == 0);
    let file = written(&batch, &WriteOptions::new().with_compression(Compression::None));
    let reader = reader(&file);
    let select = [RowSelector::skip(65_000), RowSelector::select(2000), RowSelector::skip(70_000)];
    let select =
        RowSelection::from(select.into_iter().chain([RowSelector::select(13_000)]).collect::<Vec<_>>());
    let schema = Arc::clone(reader.schema());
    let rows: Vec<_> =
        reader.with_row_selection(select).build().unwrap().map(|batch| batch.unwrap()).collect();
    let found = arrow_select::concat::concat_batches(&schema, &rows).unwrap();
    let parts = [batch.slice(65_000, 2000), batch.slice(137_000, 13_000)];
    assert_same(&found, &arrow_select::concat::concat_batches(&schema, &parts).unwrap());
}

#[test]
fn small_batches_and_a_full_dictionary_change_nothing() {
    // Few values in the sample, then more than a dictionary has room for.
    let wild = |row: usize| {
        if (70_000..400_000).contains(&row) && !(180_000..184_000).contains(&row) {
            noise(row) as i64
        } else {
            7
        }
    };
    let rows = 405_000;
    let numbers: ArrayRef = Arc::new((0..rows).map(|row| Some(wild(row) as f64)).collect::<Float64Array>());
    let texts: ArrayRef = Arc::new((0..rows).map(|row| Some(wild(row).to_string())).collect::<StringArray>());
    let batch = RecordBatch::try_from_iter([("n", numbers), ("s", texts)]).unwrap();
    for size in [1000, 65_536] {
        let options = WriteOptions::new().with_compression(Compression::None).with_batch_size(size);
        let file = written(&batch, &options);
        assert_same(&read(&file), &batch);
        let metadata = reader(&file).metadata().clone();
        for column in metadata.row_group(0).columns() {
            let pages = column.page_encoding_stats_mask().unwrap();
            assert!(
                pages.all_set(
                    [parquet::basic::Encoding::RLE_DICTIONARY, parquet::basic::Encoding::PLAIN].iter()
                ),
                "{pages:?}"
            );
        }
    }
}
