use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Date64Array, IntervalMonthDayNanoArray, StructArray, Time32SecondArray, TimestampSecondArray,
};
use unpickle_arrow::{Format, WriteOptions, write};

use crate::memory::{Memory, every_type};

#[test]
fn error_in_the_middle_names_its_column_whatever_the_threads() {
    for format in Format::ALL {
        for threads in [1, 4] {
            let mut table = every_type(10_000);
            table.fails = Some((5, 7777));
            let options =
                WriteOptions::new().with_threads(threads).with_row_group_size(1000).with_batch_size(500);
            let error = table.write(format, &options).unwrap_err();
            assert_eq!(error.to_string(), "bad cell in row 7777 (column `i64`)", "{format}");
        }
    }
}

#[test]
fn full_disk_is_the_systems_error() {
    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for format in Format::ALL {
        for threads in [1, 4] {
            let options =
                WriteOptions::new().with_threads(threads).with_row_group_size(1000).with_batch_size(500);
            let error = write(&every_type(5_000), format, &options, Full(50_000)).unwrap_err();
            assert_eq!(
                error.io().map(io::Error::kind),
                Some(io::ErrorKind::StorageFull),
                "{format}: {error}"
            );
        }
    }
}

#[test]
fn types_that_parquet_has_not_are_refused_by_name() {
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(TimestampSecondArray::from(vec![1])),
        Arc::new(Time32SecondArray::from(vec![1])),
        Arc::new(Date64Array::from(vec![1])),
        Arc::new(IntervalMonthDayNanoArray::from(vec![None])),
        Arc::new(StructArray::new_empty_fields(1, None)),
    ];
    for array in arrays {
        let kind = array.data_type().to_string();
        let error = Memory::new(vec![("x", array)]).write(Format::Parquet, &WriteOptions::new()).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(&kind) && text.contains("column `x`"), "{text}");
    }
}
