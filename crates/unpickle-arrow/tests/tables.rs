//! Which values are tables, and what becomes of their cells: each pickle as Python wrote it.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array as _, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use unpickle_arrow::{Columns as _, tables, tables_at};
use unpickle_core::{Category, Pickle};

/// The kind, the names of the columns and the cells of the one table in a pickle.
fn table(pickle: &[u8]) -> (&'static str, Vec<String>, RecordBatch) {
    let pickle = Pickle::parse(pickle).unwrap();
    let found = tables(pickle.root()).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    let table = &found[0];
    let names = table.schema().fields().iter().map(|field| field.name().clone()).collect();
    (table.kind(), names, table.batch(0..table.num_rows()).unwrap())
}

fn metadata(batch: &RecordBatch) -> serde_json::Value {
    serde_json::from_str(&batch.schema_ref().metadata()["pandas"]).unwrap()
}

fn ints(batch: &RecordBatch, column: usize) -> Vec<Option<i64>> {
    batch.column(column).as_primitive::<Int64Type>().iter().collect()
}

fn texts(batch: &RecordBatch, column: usize) -> Vec<Option<&str>> {
    batch.column(column).as_string::<i32>().iter().collect()
}

#[test]
fn ordered_dicts_are_records_with_missing_cells_where_a_key_is_missing() {
    // [OrderedDict(a=1, b=2), OrderedDict(a=3)]
    let (kind, names, batch) = table(
        b"\x80\x03]q\x00(ccollections\nOrderedDict\nq\x01)Rq\x02(X\x01\x00\x00\x00aq\x03K\x01X\x01\x00\x00\x00bq\
          \x04K\x02uh\x01)Rq\x05h\x03K\x03se.",
    );
    assert_eq!((kind, names), ("list of dicts", vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(ints(&batch, 0), [Some(1), Some(3)]);
    assert_eq!(ints(&batch, 1), [Some(2), None]);
}

#[test]
fn counters_are_records() {
    // [Counter("aab")]
    let (_, names, batch) = table(
        b"\x80\x03]q\x00ccollections\nCounter\nq\x01}q\x02(X\x01\x00\x00\x00aq\x03K\x02X\x01\x00\x00\x00bq\x04K\
          \x01u\x85q\x05Rq\x06a.",
    );
    assert_eq!(names, ["a", "b"]);
    assert_eq!((ints(&batch, 0), ints(&batch, 1)), (vec![Some(2)], vec![Some(1)]));
}

#[test]
fn row_that_is_none_has_no_cells() {
    // [{"a": 1}, None, {"b": 2.5}]
    let (_, names, batch) = table(
        b"\x80\x03]q\x00(}q\x01X\x01\x00\x00\x00aq\x02K\x01sN}q\x03X\x01\x00\x00\x00bq\x04G@\x04\x00\x00\x00\x00\
          \x00\x00se.",
    );
    assert_eq!(names, ["a", "b"]);
    assert_eq!(ints(&batch, 0), [Some(1), None, None]);
    let floats: Vec<_> = batch.column(1).as_primitive::<Float64Type>().iter().collect();
    assert_eq!(floats, [None, None, Some(2.5)]);
}

#[test]
fn integer_keys_stay_integers_to_pandas() {
    // [{1: "a", 2: "b"}]
    let (_, names, batch) =
        table(b"\x80\x03]q\x00}q\x01(K\x01X\x01\x00\x00\x00aq\x02K\x02X\x01\x00\x00\x00bq\x03ua.");
    assert_eq!(names, ["1", "2"]);
    assert_eq!(texts(&batch, 1), [Some("b")]);
    assert_eq!(metadata(&batch)["column_indexes"][0]["pandas_type"], "int64");
}

#[test]
fn tuple_keys_are_labels_of_several_levels() {
    // {("a", 1): [1, 2], ("b", 2): [3, 4]}
    let (kind, names, batch) = table(
        b"\x80\x03}q\x00(X\x01\x00\x00\x00aq\x01K\x01\x86q\x02]q\x03(K\x01K\x02eX\x01\x00\x00\x00bq\x04K\x02\x86q\
          \x05]q\x06(K\x03K\x04eu.",
    );
    assert_eq!(kind, "dict of columns");
    assert_eq!(names, ["('a', '1')", "('b', '2')"]);
    assert_eq!(ints(&batch, 1), [Some(3), Some(4)]);
    assert_eq!(metadata(&batch)["column_indexes"].as_array().unwrap().len(), 2);
}

#[test]
fn dict_of_dicts_has_a_row_for_each_key() {
    // {"s1": {"n": "A", "g": 1}, "s2": {"n": "B"}}
    let (kind, names, batch) = table(
        b"\x80\x03}q\x00(X\x02\x00\x00\x00s1q\x01}q\x02(X\x01\x00\x00\x00nq\x03X\x01\x00\x00\x00Aq\x04X\x01\x00\
          \x00\x00gq\x05K\x01uX\x02\x00\x00\x00s2q\x06}q\x07h\x03X\x01\x00\x00\x00Bq\x08su.",
    );
    assert_eq!(kind, "dict of dicts");
    assert_eq!(names, ["n", "g", "__index_level_0__"]);
    assert_eq!(ints(&batch, 1), [Some(1), None]);
    assert_eq!(texts(&batch, 2), [Some("s1"), Some("s2")]);
    assert_eq!(metadata(&batch)["index_columns"][0], "__index_level_0__");
}

#[test]
fn namedtuples_are_rows() {
    // [P(1, "x"), P(2, "y")]
    let (kind, names, batch) = table(
        b"\x80\x03]q\x00(c__main__\nP\nq\x01K\x01X\x01\x00\x00\x00xq\x02\x86q\x03\x81q\x04h\x01K\x02X\x01\x00\x00\
          \x00yq\x05\x86q\x06\x81q\x07e.",
    );
    assert_eq!((kind, names.len()), ("list of namedtuples", 2));
    assert_eq!((ints(&batch, 0), texts(&batch, 1)), (vec![Some(1), Some(2)], vec![Some("x"), Some("y")]));
}

#[test]
fn deque_of_numbers_is_one_column() {
    let (kind, names, batch) = table(b"\x80\x03ccollections\ndeque\nq\x00)Rq\x01(K\x01K\x02e.");
    assert_eq!((kind, names), ("list", vec!["0".to_owned()]));
    assert_eq!(ints(&batch, 0), [Some(1), Some(2)]);
}

#[test]
fn columns_of_several_lengths_are_no_table() {
    // {"a": [1, 2], "b": [1]}
    let pickle =
        b"\x80\x03}q\x00(X\x01\x00\x00\x00aq\x01]q\x02(K\x01K\x02eX\x01\x00\x00\x00bq\x03]q\x04K\x01au.";
    let pickle = Pickle::parse(&pickle[..]).unwrap();
    assert!(tables(pickle.root()).unwrap().is_empty());
}

#[test]
fn array_of_three_dimensions_is_a_column_of_tensors() {
    // numpy.zeros((2, 2, 2), "i1")
    let (kind, _, batch) = table(
        b"\x80\x03cnumpy._core.multiarray\n_reconstruct\nq\x00cnumpy\nndarray\nq\x01K\x00\x85q\x02C\x01bq\x03\x87\
          q\x04Rq\x05(K\x01K\x02K\x02K\x02\x87q\x06cnumpy\ndtype\nq\x07X\x02\x00\x00\x00i1q\x08\x89\x88\x87q\x09R\
          q\x0a(K\x03X\x01\x00\x00\x00|q\x0bNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\x0cb\x89C\x08\x00\x00\x00\
          \x00\x00\x00\x00\x00q\x0dtq\x0eb.",
    );
    assert_eq!((kind, batch.num_rows()), ("ndarray", 2));
    let DataType::FixedSizeList(item, 4) = batch.column(0).data_type() else {
        panic!("{:?}", batch.schema())
    };
    assert_eq!(*item.data_type(), DataType::Int8);
    let schema = batch.schema();
    let metadata = schema.field(0).metadata();
    assert_eq!(metadata["ARROW:extension:name"], "arrow.fixed_shape_tensor");
    assert_eq!(metadata["ARROW:extension:metadata"], "{\"shape\":[2,2]}");
}

#[test]
fn array_that_contains_itself_is_text_that_ends() {
    // a = numpy.empty(2, object); a[0] = a; a[1] = 1; [{"x": a}, {"x": "x"}] is read, for its cells are mixed
    let (_, _, batch) = table(
        b"\x80\x03](}X\x01\x00\x00\x00xcnumpy._core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85q\
          \x03C\x01bq\x04\x87q\x05Rq\x06(K\x01K\x02\x85q\x07cnumpy\ndtype\nq\x08X\x02\x00\x00\x00O8q\x09\x89\x88\
          \x87q\x0aRq\x0b(K\x03X\x01\x00\x00\x00|q\x0cNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tq\x0db\x89]q\x0e(h\
          \x06K\x01etq\x0fbs}X\x01\x00\x00\x00xX\x01\x00\x00\x00xse.",
    );
    let cell = texts(&batch, 0)[0].unwrap();
    assert!(cell.starts_with('[') && cell.ends_with(", 1]") && cell.len() < 10_000, "{cell}");
    assert_eq!(texts(&batch, 0)[1], Some("\"x\""));
}

#[test]
fn tables_in_a_container_have_paths() {
    // {"m": [[{"a": 1}], 5], "t": ({"x": 1},)}
    let pickle = b"}(Vm\n(l(l(dVa\nI1\nsaaI5\naVt\n((dVx\nI1\nstu.";
    let pickle = Pickle::parse(&pickle[..]).unwrap();
    let found = tables(pickle.root()).unwrap();
    let paths: Vec<&str> = found.iter().map(|table| table.path()).collect();
    assert_eq!(paths, ["m[0]", "t"]);
}

/// The error of looking for tables.
fn refusal(bytes: Vec<u8>) -> String {
    let pickle = Pickle::parse(bytes).unwrap();
    tables(pickle.root()).unwrap_err().to_string()
}

#[test]
fn rows_that_share_or_lack_nearly_all_are_refused() {
    // 9,999 dicts of a key of their own each: a hundred million cells in 150 kB.
    let mut sparse = b"](".to_vec();
    for i in 0..9999 {
        sparse.extend(format!("}}X\x06\0\0\0{i:06}Ns").bytes());
    }
    sparse.extend(b"e.");
    let error = refusal(sparse);
    assert!(error.starts_with("a table of 9999 rows and 9999 columns is more than a pickle of "), "{error}");

    // One dict of 5,000 keys, 100,000 times.
    let mut shared = b"}q\0(".to_vec();
    (0..5000_u32).for_each(|i| shared.extend([&b"J"[..], &i.to_le_bytes(), b"N"].concat()));
    shared.extend(b"u0](");
    shared.extend(b"h\0".repeat(100_000));
    shared.extend(b"e.");
    let error = refusal(shared);
    assert!(error.starts_with("a table of 100000 rows and 5000 columns is more than"), "{error}");
}

#[test]
fn what_is_shared_is_looked_through_once() {
    // 30,000 objects of two classes with one state of 20,000 attributes.
    let mut objects = b"capp\nC\nq\x000capp\nD\nq\x010}(".to_vec();
    (0..20_000).for_each(|i| objects.extend(format!("X\x06\0\0\0{i:06}N").bytes()));
    objects.extend(b"uq\x020](");
    objects.extend(b"h\0)\x81h\x02bh\x01)\x81h\x02b".repeat(15_000));
    objects.extend(b"e.");
    let pickle = Pickle::parse(objects).unwrap();
    assert!(tables(pickle.root()).unwrap().is_empty());
}

#[test]
fn a_key_leads_into_what_is_nested_without_recursion() {
    let mut deep = b"}X\x01\0\0\0a".repeat(100_000);
    deep.extend(b"K\x01");
    deep.extend(b"s".repeat(100_000));
    deep.push(b'.');
    let pickle = Pickle::parse(deep).unwrap();
    let path = vec!["a"; 100_000].join(".");
    let error = tables_at(pickle.root(), &path).unwrap_err().to_string();
    assert!(error.ends_with("it is the int 1"), "{}", error.len());
    let error = tables_at(pickle.root(), "a.b").unwrap_err().to_string();
    assert_eq!(error, "no table at `a.b`; the paths are: .");
}

#[test]
fn a_range_of_any_length_costs_nothing() {
    // range(0, 10, 3), and range(10**12)
    let (kind, names, batch) = table(b"c__builtin__\nxrange\n(I0\nI10\nI3\ntR.");
    assert_eq!((kind, names), ("range", vec!["0".to_owned()]));
    assert_eq!(ints(&batch, 0), [Some(0), Some(3), Some(6), Some(9)]);
    let pickle = Pickle::parse(&b"c__builtin__\nxrange\n(I0\nI1000000000000\nI1\ntR."[..]).unwrap();
    let error = tables(pickle.root()).unwrap_err();
    assert_eq!(error.category(), Category::Limit);
    assert!(error.to_string().contains("range(0, 1000000000000, 1)"), "{error}");
}

#[test]
fn a_range_too_long_does_not_hide_the_tables_beside_it() {
    // {"far": range(10**12), "rows": [{"a": 1}]}
    let (_, names, _) =
        table(b"(dVfar\nc__builtin__\nxrange\n(I0\nI1000000000000\nI1\ntRsVrows\n(l(dVa\nI1\nsas.");
    assert_eq!(names, ["a"]);
}

#[test]
fn scalars_of_objects_inside_each_other_do_not_recurse() {
    // numpy's scalar(dtype("O"), scalar(dtype("O"), ...)), 50,000 times, as a cell.
    let mut bytes = b"\x80\x02]cnumpy\ndtype\nU\x02O8K\x00K\x01\x87Rq\x010".to_vec();
    bytes.extend(b"cnumpy.core.multiarray\nscalar\nq\x020");
    const DEEP: usize = 50_000;
    (0..DEEP).for_each(|_| bytes.extend(b"h\x02h\x01"));
    bytes.push(b'N');
    (0..DEEP).for_each(|_| bytes.extend(b"\x86R"));
    bytes.extend(b"}U\x01aK\x01s\x86a.");
    let pickle = Pickle::parse(bytes).unwrap();
    for table in tables(pickle.root()).unwrap() {
        table.batch(0..1).unwrap();
    }
}

/// The one column of a list of cells, in JSON text.
fn json(pickle: &[u8]) -> Vec<Option<String>> {
    let (_, _, batch) = table(pickle);
    assert_eq!(batch.schema().field(0).metadata()["pickle.encoding"], "json");
    texts(&batch, 0).into_iter().map(|text| text.map(str::to_owned)).collect()
}

#[test]
fn keys_that_look_alike_are_kept_apart() {
    // {"v": [{1: "a", "1": "b"}, {"$type": 2}, {(1, 2): 3}, {1: 4}]}
    let found = json(b"(dVv\n((dI1\nVa\nsV1\nVb\ns(dV$type\nI2\ns(d(I1\nI2\ntI3\ns(dI1\nI4\nslp0\ns.");
    let wanted = [
        r#"{"$type": "dict", "pairs": [[1, "a"], ["1", "b"]]}"#,
        r#"{"$type": "dict", "pairs": [["$type", 2]]}"#,
        r#"{"$type": "dict", "pairs": [[[1, 2], 3]]}"#,
        r#"{"1": 4}"#,
    ];
    assert_eq!(found.iter().flatten().collect::<Vec<_>>(), wanted);
}

#[test]
fn an_object_that_holds_itself_ends() {
    // [(node,)] with node.next = node, and node.far = nan
    let found = json(b"((cshop\nNode\n(tRp0\n(dVnext\ng0\nsVfar\nFnan\nsbtt.");
    let text = r#"{"$type": "shop.Node", "attributes": {"next": {"$type": "shop.Node", "value": "cycle"}, "far": {"$type": "float", "value": "nan"}}}"#;
    assert_eq!(found, [Some(text.to_owned())]);
}

#[test]
fn a_graph_of_objects_is_cut_where_it_would_come_again_and_again() {
    // A node with two neighbours, each of which has the same two neighbours, and so on.
    let mut bytes = b"\x80\x02((cshop\nNode\nq\x00)R".to_vec();
    for _ in 0..24 {
        // An object whose state is a list of the one before, twice.
        bytes.extend(b"q\x010h\x00)Rh\x01h\x01\x86b");
    }
    bytes.extend(b"tt.");
    let (_, _, batch) = table(&bytes);
    let cells = texts(&batch, 0);
    let text = cells.iter().flatten().next_back().unwrap();
    assert!(text.len() < 1 << 20, "{} bytes", text.len());
    assert!(text.contains(r#""value": "more""#));
}

#[test]
fn a_moment_in_a_zone_of_an_unknown_library_stays_in_utc() {
    // [Timestamp(5000 ns, tz=shop.Zone())]
    let bytes = b"(lcpandas._libs.tslibs.timestamps\n_unpickle_timestamp\n(I5000\nNcshop\nZone\n(tRI10\ntRa.";
    let (_, _, batch) = table(bytes);
    let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    assert_eq!(batch.column(0).data_type(), &utc);
    assert_eq!(batch.column(0).as_primitive::<TimestampMicrosecondType>().value(0), 5);
    let pickle = Pickle::parse(&bytes[..]).unwrap();
    let notes = tables(pickle.root()).unwrap()[0].notes().join("; ");
    assert!(notes.contains("instants are kept"), "{notes}");
}

#[test]
fn integers_of_any_length_are_json_that_says_them() {
    // {"a": [n, (n,), {n: 7}, range(0, n)]} of n = 2**40_000
    let n = [&b"\x8b\x89\x13\0\0"[..], &[0; 5000], &[1]].concat();
    let rest = b"\x94h\0\x85}h\0K\x07scbuiltins\nrange\nK\0h\0K\x01\x87Res.";
    let (_, _, batch) = table(&[b"\x80\x03}X\x01\0\0\0a](", &n[..], rest].concat());
    let hex = format!("0x1{}", "0".repeat(10_000));
    let great = serde_json::json!({ "$type": "int", "value": hex });
    let cells: Vec<serde_json::Value> =
        texts(&batch, 0).into_iter().map(|text| serde_json::from_str(text.unwrap()).unwrap()).collect();
    let range = serde_json::json!({ "$type": "range", "start": 0, "stop": great, "step": 1 });
    let dict = serde_json::json!({ "$type": "dict", "pairs": [[great, 7]] });
    assert_eq!(cells, [great.clone(), serde_json::json!([great]), dict, range]);
}
