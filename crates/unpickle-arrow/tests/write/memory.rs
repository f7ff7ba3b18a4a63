//! A table in memory, and one of every type.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::{Int64Builder, ListBuilder, MapBuilder, StringBuilder};
use arrow_array::types::{
    DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType, DurationSecondType, Int8Type,
};
use arrow_array::*;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use unpickle_arrow::{Columns, Format, WriteOptions, write};
use unpickle_core::{Category, Error, Result};

/// Columns held as arrays.
pub(crate) struct Memory {
    pub(crate) schema: SchemaRef,
    pub(crate) arrays: Vec<ArrayRef>,
    /// From this row on, the column fails.
    pub(crate) fails: Option<(usize, usize)>,
}

impl Memory {
    pub(crate) fn new(columns: Vec<(&str, ArrayRef)>) -> Memory {
        let fields: Vec<Field> =
            columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        Memory { schema: Arc::new(Schema::new(fields)), arrays, fails: None }
    }

    pub(crate) fn with_pandas(mut self, json: &str) -> Memory {
        let metadata = std::collections::HashMap::from([("pandas".to_owned(), json.to_owned())]);
        self.schema = Arc::new(Schema::new(self.schema.fields().clone()).with_metadata(metadata));
        self
    }

    pub(crate) fn with_field_metadata(mut self, column: usize, pairs: &[(&str, &str)]) -> Memory {
        let mut fields: Vec<Field> =
            self.schema.fields().iter().map(|field| field.as_ref().clone()).collect();
        let metadata: std::collections::HashMap<String, String> =
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        fields[column] = fields[column].clone().with_metadata(metadata);
        self.schema = Arc::new(Schema::new(fields).with_metadata(self.schema.metadata().clone()));
        self
    }

    pub(crate) fn write(&self, format: Format, options: &WriteOptions<'_>) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let written = write(self, format, options, &mut out)?;
        assert_eq!(written.bytes, out.len() as u64);
        assert_eq!((written.rows, written.columns), (self.num_rows(), self.arrays.len()));
        Ok(out)
    }

    pub(crate) fn text(&self, format: Format) -> String {
        String::from_utf8(self.write(format, &WriteOptions::new()).unwrap()).unwrap()
    }
}

impl Columns for Memory {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn num_rows(&self) -> usize {
        self.arrays.first().map_or(0, |array| array.len())
    }

    fn column(&self, column: usize, rows: Range<usize>) -> Result<ArrayRef> {
        if let Some((failing, row)) = self.fails
            && failing == column
            && rows.end > row
        {
            return Err(Error::message(Category::Data, format!("bad cell in row {row}")));
        }
        Ok(self.arrays[column].slice(rows.start, rows.len()))
    }
}

/// `rows` rows of every type that Parquet has, with a null now and then.
pub(crate) fn every_type(rows: usize) -> Memory {
    let some = |row: usize| row % 7 != 3;
    let n = |row: usize| row as i64;
    macro_rules! primitive {
        ($array:ident, $make:expr) => {
            Arc::new((0..rows).map(|row| some(row).then(|| $make(row))).collect::<$array>()) as ArrayRef
        };
    }
    let mut lists = ListBuilder::new(Int64Builder::new());
    let mut maps = MapBuilder::new(None, StringBuilder::new(), Int64Builder::new());
    for row in 0..rows {
        if some(row) {
            (0..row % 4).for_each(|at| lists.values().append_value(n(at)));
            maps.keys().append_value(format!("k{}", row % 3));
            maps.values().append_value(n(row));
        }
        lists.append(some(row));
        maps.append(some(row)).unwrap();
    }
    let names = (0..rows).map(|row| some(row).then(|| ["red", "green", "blue"][row % 3]));
    let structs = StructArray::try_new(
        vec![Field::new("x", DataType::Int64, true), Field::new("s", DataType::Utf8, true)].into(),
        vec![primitive!(Int64Array, n), primitive!(StringArray, |row| format!("s{row}"))],
        Some((0..rows).map(|row| row % 5 != 0).collect()),
    );
    let fixed = (0..rows).map(|row| some(row).then(|| (row as u128).to_be_bytes()));
    Memory::new(vec![
        ("null", Arc::new(NullArray::new(rows))),
        ("bool", primitive!(BooleanArray, |row| row % 2 == 0)),
        ("i8", primitive!(Int8Array, |row| row as i8)),
        ("i16", primitive!(Int16Array, |row| row as i16)),
        ("i32", primitive!(Int32Array, |row| row as i32)),
        ("i64", primitive!(Int64Array, n)),
        ("u8", primitive!(UInt8Array, |row| row as u8)),
        ("u16", primitive!(UInt16Array, |row| row as u16)),
        ("u32", primitive!(UInt32Array, |row| row as u32)),
        ("u64", primitive!(UInt64Array, |row| row as u64)),
        ("f16", primitive!(Float16Array, |row| half::f16::from_f32(row as f32))),
        ("f32", primitive!(Float32Array, |row| row as f32 / 3.0)),
        ("f64", primitive!(Float64Array, |row| row as f64 / 3.0)),
        ("str", primitive!(StringArray, |row| format!("text {row}"))),
        ("large", primitive!(LargeStringArray, |row| format!("text {}", row % 5))),
        ("view", primitive!(StringViewArray, |row| format!("a longer text {row}"))),
        ("bin", Arc::new(BinaryArray::from_iter((0..rows).map(|row| some(row).then(|| row.to_le_bytes()))))),
        ("fixed", Arc::new(FixedSizeBinaryArray::try_from_sparse_iter_with_size(fixed, 16).unwrap())),
        ("date", primitive!(Date32Array, |row| row as i32)),
        ("ms", primitive!(TimestampMillisecondArray, n)),
        ("us", primitive!(TimestampMicrosecondArray, n)),
        ("ns", primitive!(TimestampNanosecondArray, n)),
        (
            "zoned",
            Arc::new(
                (0..rows)
                    .map(|row| some(row).then(|| n(row)))
                    .collect::<TimestampNanosecondArray>()
                    .with_timezone("Europe/Berlin"),
            ),
        ),
        ("clock", primitive!(Time64MicrosecondArray, n)),
        ("ds", Arc::new(durations::<DurationSecondType>(rows))),
        ("dms", Arc::new(durations::<DurationMillisecondType>(rows))),
        ("dus", Arc::new(durations::<DurationMicrosecondType>(rows))),
        ("dns", Arc::new(durations::<DurationNanosecondType>(rows))),
        (
            "decimal",
            Arc::new(
                (0..rows)
                    .map(|row| some(row).then_some(row as i128))
                    .collect::<Decimal128Array>()
                    .with_precision_and_scale(20, 2)
                    .unwrap(),
            ),
        ),
        ("category", Arc::new(names.collect::<DictionaryArray<Int8Type>>())),
        ("list", Arc::new(lists.finish())),
        ("map", Arc::new(maps.finish())),
        ("struct", Arc::new(structs.unwrap())),
    ])
}

fn durations<T: arrow_array::types::ArrowTemporalType<Native = i64>>(rows: usize) -> PrimitiveArray<T> {
    (0..rows).map(|row| (row % 7 != 3).then_some(row as i64)).collect()
}
