use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::*;
use arrow_schema::{DataType, Field};
use unpickle_arrow::{Columns, Format, Select, WriteOptions};

use crate::memory::{Memory, every_type};

fn csv(array: ArrayRef) -> String {
    Memory::new(vec![("a", array)]).text(Format::Csv)
}

#[test]
fn cells_are_what_pandas_prints() {
    assert_eq!(
        csv(Arc::new(Float64Array::from(vec![Some(1.0), Some(1e16), Some(f64::NAN), None]))),
        "a\n1.0\n1e+16\n\"\"\n\"\"\n"
    );
    assert_eq!(csv(Arc::new(BooleanArray::from(vec![true, false]))), "a\nTrue\nFalse\n");
    assert_eq!(csv(Arc::new(BinaryArray::from(vec![b"it's".as_slice()]))), "a\n\"b\"\"it's\"\"\"\n");
    assert_eq!(csv(Arc::new(Date32Array::from(vec![18_262]))), "a\n2020-01-01\n");
    assert_eq!(csv(Arc::new(Time64MicrosecondArray::from(vec![3_723_000_004]))), "a\n01:02:03.000004\n");
    let categories: DictionaryArray<Int8Type> = [Some("x"), None, Some("y")].into_iter().collect();
    assert_eq!(csv(Arc::new(categories)), "a\nx\n\"\"\ny\n");
}

#[test]
fn times_of_a_column_look_alike() {
    const DAY: i64 = 86_400_000;
    let show = |values: Vec<i64>| csv(Arc::new(TimestampMillisecondArray::from(values)));
    assert_eq!(show(vec![0, DAY]), "a\n1970-01-01\n1970-01-02\n");
    assert_eq!(show(vec![0, 1000]), "a\n1970-01-01 00:00:00\n1970-01-01 00:00:01\n");
    assert_eq!(show(vec![0, 1]), "a\n1970-01-01 00:00:00.000\n1970-01-01 00:00:00.001\n");
    let show = |values: Vec<i64>| csv(Arc::new(DurationMillisecondArray::from(values)));
    assert_eq!(show(vec![0, DAY]), "a\n0 days\n1 days\n");
    assert_eq!(show(vec![-1000, DAY]), "a\n-1 days +23:59:59\n1 days 00:00:00\n");
    let zoned = TimestampMillisecondArray::from(vec![1_577_836_800_000, 1_593_561_600_000])
        .with_timezone("US/Eastern");
    assert_eq!(csv(Arc::new(zoned)), "a\n2019-12-31 19:00:00-05:00\n2020-06-30 20:00:00-04:00\n");
}

#[test]
fn extension_types_look_as_in_pandas() {
    let periods: ArrayRef = Arc::new(Int64Array::from(vec![Some(203), None]));
    let table = Memory::new(vec![("p", periods)]).with_field_metadata(
        0,
        &[("ARROW:extension:name", "pandas.period"), ("ARROW:extension:metadata", r#"{"freq":"Q-DEC"}"#)],
    );
    assert_eq!(table.text(Format::Csv), "p\n2020Q4\n\"\"\n");
    assert_eq!(table.text(Format::JsonLines), "{\"p\":\"2020Q4\"}\n{\"p\":null}\n");

    let pair = |names: [&str; 2], values: [f64; 2]| -> ArrayRef {
        let fields = names.map(|name| Arc::new(Field::new(name, DataType::Float64, true)));
        let columns = values.map(|value| Arc::new(Float64Array::from(vec![value])) as ArrayRef);
        Arc::new(StructArray::new(fields.to_vec().into(), columns.to_vec(), None))
    };
    let table = Memory::new(vec![("i", pair(["left", "right"], [0.0, 1.5]))]).with_field_metadata(
        0,
        &[
            ("ARROW:extension:name", "pandas.interval"),
            ("ARROW:extension:metadata", r#"{"subtype":"float64","closed":"left"}"#),
        ],
    );
    assert_eq!(table.text(Format::Csv), "i\n\"[0.0, 1.5)\"\n");

    let table = Memory::new(vec![("c", pair(["real", "imag"], [1.0, 2.0]))])
        .with_field_metadata(0, &[("pickle.numpy_dtype", "complex128")]);
    assert_eq!(table.text(Format::Csv), "c\n(1+2j)\n");

    let id: ArrayRef =
        Arc::new(FixedSizeBinaryArray::try_from_iter([5u128.to_be_bytes()].into_iter()).unwrap());
    let table =
        Memory::new(vec![("u", id)]).with_field_metadata(0, &[("ARROW:extension:name", "arrow.uuid")]);
    assert_eq!(table.text(Format::Csv), "u\n00000000-0000-0000-0000-000000000005\n");
}

#[test]
fn fields_are_quoted_only_if_they_must_be() {
    let texts = StringArray::from(vec!["a,b", "q\"q", "l\nm", "c\rr", " sp ", "it's", ""]);
    assert_eq!(csv(Arc::new(texts)), "a\n\"a,b\"\n\"q\"\"q\"\n\"l\nm\"\n\"c\rr\"\n sp \nit's\n\"\"\n");
}

#[test]
fn index_stands_in_front_of_the_columns() {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    let names: ArrayRef = Arc::new(StringArray::from(vec!["x", "y"]));
    let table = Memory::new(vec![("a", Arc::clone(&numbers)), ("n", names)]).with_pandas(
        r#"{"index_columns":["n"],"columns":[{"name":"a","field_name":"a"},{"name":"n","field_name":"n"}],
            "column_indexes":[{"name":null}]}"#,
    );
    assert_eq!(table.text(Format::Csv), "n,a\nx,1\ny,2\n");
    let range = Memory::new(vec![("a", numbers)]).with_pandas(
        r#"{"index_columns":[{"kind":"range","name":null,"start":5,"stop":9,"step":2}],
            "columns":[{"name":"a","field_name":"a"}],"column_indexes":[{"name":null}]}"#,
    );
    assert_eq!(range.text(Format::Csv), ",a\n5,1\n7,2\n");
}

#[test]
fn nested_cells_are_json() {
    let lists = ListArray::from_iter_primitive::<arrow_array::types::Int64Type, _, _>([
        Some(vec![Some(1), None]),
        None,
        Some(vec![]),
    ]);
    let table = Memory::new(vec![("l", Arc::new(lists))]);
    assert_eq!(table.text(Format::Csv), "l\n\"[1, null]\"\n\"\"\n[]\n");
    assert_eq!(table.text(Format::JsonLines), "{\"l\":[1,null]}\n{\"l\":null}\n{\"l\":[]}\n");
}

#[test]
fn json_lines_are_json_whatever_the_type() {
    let table = every_type(50);
    let text = table.text(Format::JsonLines);
    assert_eq!(text.lines().count(), 50);
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let keys: Vec<&String> = row.as_object().unwrap().keys().collect();
        assert_eq!(keys, table.schema.fields().iter().map(|field| field.name()).collect::<Vec<_>>());
    }
    let row: serde_json::Value = serde_json::from_str(text.lines().nth(2).unwrap()).unwrap();
    assert_eq!(row["u64"], 2);
    assert_eq!(row["date"], "1970-01-03");
    assert_eq!(row["ns"], "1970-01-01T00:00:00.000000002");
    assert_eq!(row["zoned"], "1970-01-01T01:00:00.000000002+01:00");
    assert_eq!(row["category"], "blue");
    assert_eq!(row["map"]["k2"], 2);
    assert_eq!(row["struct"]["s"], "s2");
    assert_eq!(row["decimal"], 0.02);
}

#[test]
fn what_json_has_no_number_for_is_text_or_null() {
    let floats = Float64Array::from(vec![f64::INFINITY, f64::NEG_INFINITY, f64::NAN]);
    let text = Memory::new(vec![("f", Arc::new(floats))]).text(Format::JsonLines);
    assert_eq!(text, "{\"f\":\"Infinity\"}\n{\"f\":\"-Infinity\"}\n{\"f\":null}\n");
    let bytes = BinaryArray::from(vec![b"\x00\xff".as_slice()]);
    assert_eq!(Memory::new(vec![("b", Arc::new(bytes))]).text(Format::JsonLines), "{\"b\":\"AP8=\"}\n");
}

#[test]
fn csv_holds_a_line_a_row_for_every_type() {
    assert_eq!(every_type(50).text(Format::Csv).lines().count(), 51);
}

#[test]
fn selected_columns_and_rows_keep_their_metadata_true() {
    let array = |from: i64| -> ArrayRef { Arc::new(Int64Array::from_iter_values(from..from + 10)) };
    let table = Memory::new(vec![("a", array(0)), ("b", array(100)), ("c", array(200))]).with_pandas(
        r#"{"index_columns":[{"kind":"range","name":null,"start":0,"stop":10,"step":1}],
            "columns":[{"name":"a","field_name":"a"},{"name":"b","field_name":"b"},{"name":"c","field_name":"c"}],
            "column_indexes":[{"name":null}]}"#,
    );
    let some = Select::new(&table).with_columns(["c", "a"]).unwrap().with_head(2);
    let mut out = Vec::new();
    unpickle_arrow::write(&some, Format::Csv, &WriteOptions::new(), &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), ",c,a\n0,200,0\n1,201,1\n");
    let pandas: serde_json::Value =
        serde_json::from_str(some.schema().metadata().get("pandas").unwrap()).unwrap();
    assert_eq!(pandas["index_columns"][0]["stop"], 2);
    assert_eq!(pandas["columns"].as_array().unwrap().len(), 2);
    let bare = Select::new(&table).without_index().with_head(1);
    let mut out = Vec::new();
    unpickle_arrow::write(&bare, Format::Csv, &WriteOptions::new(), &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "a,b,c\n0,100,200\n");
    let error = Select::new(&table).with_columns(["z"]).unwrap_err();
    assert_eq!(error.to_string(), "expected a column, found `z`; there are a, b, c");
}
