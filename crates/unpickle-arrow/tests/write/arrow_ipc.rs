use std::io::Cursor;

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use unpickle_arrow::{Columns, Compression, Format, WriteOptions};

use crate::memory::{Memory, every_type};

fn assert_same(table: &Memory, batches: &[RecordBatch]) {
    let mut start = 0;
    for batch in batches {
        assert_eq!(batch.schema().fields(), table.schema.fields());
        for (found, expected) in batch.columns().iter().zip(&table.arrays) {
            assert_eq!(found, &expected.slice(start, batch.num_rows()));
        }
        start += batch.num_rows();
    }
    assert_eq!(start, table.num_rows());
}

#[test]
fn files_and_streams_are_read_back() {
    let table = every_type(1000);
    for compression in [Compression::Auto, Compression::Lz4, Compression::Zstd(1)] {
        // Several batches: the dictionary of the categories must not change from one to the next.
        let options = WriteOptions::new().with_batch_size(300).with_compression(compression);
        let file = table.write(Format::Arrow, &options).unwrap();
        let reader = FileReader::try_new(Cursor::new(file), None).unwrap();
        assert_same(&table, &reader.map(Result::unwrap).collect::<Vec<_>>());
        let stream = table.write(Format::ArrowStream, &options).unwrap();
        let reader = StreamReader::try_new(Cursor::new(stream), None).unwrap();
        assert_same(&table, &reader.map(Result::unwrap).collect::<Vec<_>>());
    }
}

#[test]
fn codecs_that_arrow_has_not_are_refused() {
    let options = WriteOptions::new().with_compression(Compression::Snappy);
    let error = every_type(1).write(Format::Arrow, &options).unwrap_err();
    assert_eq!(error.to_string(), "Arrow files know lz4, zstd and none, not snappy");
}

#[test]
fn threads_do_not_change_a_byte() {
    let table = every_type(20_000);
    let options = WriteOptions::new().with_batch_size(1000);
    for format in [Format::Arrow, Format::ArrowStream, Format::Csv, Format::JsonLines] {
        let one = table.write(format, &options.with_threads(1)).unwrap();
        assert!(one == table.write(format, &options.with_threads(4)).unwrap(), "{format}");
    }
}
