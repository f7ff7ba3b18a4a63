//! Forms of pandas 0.12 and before: states that are tuples, subclasses of ndarray, files inside the pickle.

use unpickle_core::{Category, Error, Pickle};
use unpickle_pandas::{Array, DataFrame, Index, IndexKind, Label, Sparse};

use crate::frames::cells;
use crate::write::*;

fn fails(code: Code) -> Error {
    let pickle = pickle(code);
    pickle.root().extract::<DataFrame>().unwrap_err()
}

fn columns(pickle: &Pickle) -> Vec<Vec<i64>> {
    let frame: DataFrame = pickle.root().extract().unwrap();
    frame.columns().iter().map(|column| cells(&column.array)).collect()
}

fn texts_of(index: &Index) -> Vec<Label> {
    let Index::Flat { array: Array::Labels(labels), .. } = index else { panic!("{index:?}") };
    labels.to_vec()
}

fn words(words: &[&str]) -> Vec<Label> {
    words.iter().map(|word| Label::Text((*word).to_owned())).collect()
}

/// A series of these, with an index of as many numbers.
fn column(ints: &[i64], index: Code) -> Code {
    let len = i64::try_from(ints.len()).unwrap();
    subclass(global("pandas.core.series", "Series"), "<i8", len, bytes(&int_bytes(ints)), &[index])
}

fn numbers(ints: &[i64]) -> Code {
    let len = i64::try_from(ints.len()).unwrap();
    subclass(global("pandas.core.index", "Int64Index"), "<i8", len, bytes(&int_bytes(ints)), &[none()])
}

fn old_frame(state: &[Code]) -> Code {
    build(new(global("pandas.core.frame", "DataFrame")), tuple(state))
}

#[test]
fn a_frame_may_be_series_by_label_and_two_files() {
    let index = || numbers(&[5, 6]);
    let series = dict(&[("b", column(&[1, 2], index())), ("a", column(&[3, 4], index()))]);
    let labels = npy_objects(&[text2("b"), text2("a")]);
    let rows = npy("<i8", false, "(2,)", &int_bytes(&[5, 6]));
    let pickle_3 = pickle(old_frame(&[series.clone(), labels.clone(), rows.clone()]));
    assert_eq!(columns(&pickle_3), [[1, 2], [3, 4]]);
    let frame: DataFrame = pickle_3.root().extract().unwrap();
    assert_eq!(texts_of(frame.labels()), words(&["b", "a"]));
    assert_eq!(frame.len(), 2);
    // Without a list of labels they are sorted.
    let pickle_2 = pickle(old_frame(&[series, rows.clone()]));
    assert_eq!(columns(&pickle_2), [[3, 4], [1, 2]]);
    let frame: DataFrame = pickle_2.root().extract().unwrap();
    assert_eq!(texts_of(frame.labels()), words(&["a", "b"]));

    let other = dict(&[("b", column(&[1, 2], index())), ("a", column(&[3, 4], numbers(&[5, 7])))]);
    let error = fails(old_frame(&[other, labels.clone(), rows.clone()])).to_string();
    assert!(error.starts_with("a column with an index that is not the frame's"), "{error}");
    let one = || dict(&[("b", column(&[1, 2], index()))]);
    let error = fails(old_frame(&[one(), labels, rows.clone()])).to_string();
    assert!(error.starts_with("expected cells for the column `a`, found none"), "{error}");
    let error = fails(old_frame(&[one(), npy_objects(&[]), rows])).to_string();
    assert!(error.starts_with("expected a label for each of 1 columns, found 0"), "{error}");
}

#[test]
fn a_matrix_has_its_numbers_first_and_its_objects_behind() {
    let rows_file = || npy("<i8", false, "(2,)", &int_bytes(&[5, 6]));
    let numbers = tuple(&[rows(&[&[1, 2], &[3, 4]]), rows_file(), npy_objects(&[text("a"), text("b")])]);
    let pickle_none =
        pickle(build(new(global("pandas.core.matrix", "DataMatrix")), tuple(&[numbers.clone(), none()])));
    assert_eq!(columns(&pickle_none), [[1, 3], [2, 4]]);
    let objects = array("|O8", &[2, 1], list(&[text("x"), text("y")]));
    let objects = tuple(&[objects, none(), npy_objects(&[text("c")])]);
    let error = fails(old_frame(&[numbers.clone(), objects])).to_string();
    assert!(error.starts_with("expected a pandas Index"), "{error}");
    let objects = array("|O8", &[2, 1], list(&[text("x"), text("y")]));
    let objects = tuple(&[objects, rows_file(), npy_objects(&[text("c")])]);
    let pickle = pickle(old_frame(&[numbers, objects]));
    let frame: DataFrame = pickle.root().extract().unwrap();
    assert_eq!(texts_of(frame.labels()), words(&["a", "b", "c"]));
    assert_eq!(frame.columns().len(), 3);
}

#[test]
fn a_sparse_frame_of_old_is_positions_and_values_by_label() {
    let blocks = call(
        global("pandas._sparse", "BlockIndex"),
        &[
            int(3),
            array("<i4", &[1], bytes(&1i32.to_le_bytes())),
            array("<i4", &[1], bytes(&1i32.to_le_bytes())),
        ],
    );
    let series = dict(&[("a", tuple(&[blocks, array("<f8", &[1], bytes(&1.5f64.to_le_bytes()))]))]);
    let state = [series, labels(&["a"]), range(3), float(0.0), text("block")];
    let code = build(new(global("pandas.sparse.frame", "SparseDataFrame")), tuple(&state));
    let pickle_3 = pickle(code);
    let frame: DataFrame = pickle_3.root().extract().unwrap();
    let Array::Sparse(sparse) = &frame.columns()[0].array else { panic!() };
    let Sparse { len, fill, .. } = &**sparse;
    assert_eq!((*len, fill.unwrap().as_f64()), (3, Some(0.0)));
    assert_eq!(sparse.positions().unwrap(), [1]);
    let state = [state[0].clone(), labels(&["a"]), range(4), float(0.0), text("block")];
    let error =
        fails(build(new(global("pandas.sparse.frame", "SparseDataFrame")), tuple(&state))).to_string();
    assert!(error.starts_with("expected 4 rows by the index, found 3"), "{error}");
}

#[test]
fn blocks_of_old_are_placed_by_labels_of_any_kind() {
    let manager = |axis: Code, items: &[Code]| {
        let values = [rows(&[&[1], &[2]]), rows(&[&[3]])];
        let state = tuple(&[list(&[axis, range(1)]), list(&values), list(items)]);
        build(
            new(global("pandas.core.frame", "DataFrame")),
            build(new(global("pandas.core.internals", "BlockManager")), state),
        )
    };
    let class = || global("pandas.core.index", "Index");
    let index = |cells: &[Code]| {
        subclass(class(), "|O8", i64::try_from(cells.len()).unwrap(), list(cells), &[none()])
    };
    let code = manager(numbers(&[7, 8, 9]), &[numbers(&[9, 7]), numbers(&[8])]);
    assert_eq!(columns(&pickle(code)), [[2], [3], [1]]);
    let pair = |a: &str, b: i64| tuple(&[text2(a), int(b)]);
    let code = manager(
        index(&[pair("x", 1), pair("x", 2), pair("y", 1)]),
        &[index(&[pair("x", 2), pair("y", 1)]), index(&[pair("x", 1)])],
    );
    assert_eq!(columns(&pickle(code)), [[3], [1], [2]]);
    let code = manager(
        index(&[none(), float(0.5), text2("a")]),
        &[index(&[text2("a"), none()]), index(&[float(0.5)])],
    );
    assert_eq!(columns(&pickle(code)), [[2], [3], [1]]);
    let multi = |first: &[i8], second: &[i8]| {
        let levels = list(&[labels(&["x", "y"]), range(3)]);
        let own = [levels, list(&[small(first), small(second)]), none(), list(&[none(), none()])];
        let len = i64::try_from(first.len()).unwrap();
        subclass(
            global("pandas.core.index", "MultiIndex"),
            "|O8",
            len,
            list(&vec![none(); first.len()]),
            &own,
        )
    };
    let code = manager(multi(&[0, 0, 1], &[1, 2, 0]), &[multi(&[1, 0], &[0, 1]), multi(&[0], &[2])]);
    assert_eq!(columns(&pickle(code)), [[2], [3], [1]]);

    let error = fails(manager(numbers(&[7, 7, 9]), &[numbers(&[9, 7]), numbers(&[7])])).to_string();
    assert!(error.starts_with("duplicate labels do not say which columns these are"), "{error}");
    let error = fails(manager(numbers(&[7, 8, 9]), &[numbers(&[9, 6]), numbers(&[8])])).to_string();
    assert!(error.starts_with("unknown labels do not say which columns these are"), "{error}");
    let error = fails(manager(numbers(&[7, 8, 9]), &[numbers(&[9, 7]), numbers(&[8, 8])])).to_string();
    assert!(error.starts_with("expected 3 columns by their labels, found more in the blocks"), "{error}");
}

#[test]
fn a_date_range_is_an_index_of_times() {
    let day = |n: u8| call(global("datetime", "datetime"), &[bytes(&[7, 0xd0, 1, n, 0, 0, 0, 0, 0, 0])]);
    let object = call(
        global("numpy.core.multiarray", "_reconstruct"),
        &[global("pandas.core.daterange", "DateRange"), tuple(&[int(0)]), bytes(b"b")],
    );
    let cells = list(&[day(3), day(4)]);
    let inner = tuple(&[int(1), tuple(&[int(2)]), dtype("|O8"), bool(false), cells]);
    let offset = build(new(global("pandas.core.datetools", "BDay")), dict(&[("n", int(1))]));
    let pickle = pickle(build(object, tuple(&[tuple(&[inner, tuple(&[text2("day")])]), offset, none()])));
    let index: Index = pickle.root().extract().unwrap();
    let Index::Flat { array: Array::Numpy(array), name, kind, freq } = index else { panic!() };
    assert_eq!((array.objects().unwrap().len(), kind, freq.as_deref()), (2, IndexKind::Datetime, Some("B")));
    assert_eq!(name.unwrap().as_str(), Some("day"));
}

#[test]
fn files_inside_a_pickle_are_read_whole_or_not_at_all() {
    let index = |file: Code| old_frame(&[dict(&[]), npy_objects(&[]), file]);
    let read = |file: Code| {
        let pickle = pickle(index(file));
        let frame: DataFrame = pickle.root().extract().unwrap();
        let Index::Flat { array, .. } = frame.index() else { panic!() };
        cells(array)
    };
    assert_eq!(read(npy("<i8", false, "(2,)", &int_bytes(&[1, 2]))), [1, 2]);
    assert_eq!(read(npy("<i8", true, "(2,)", &int_bytes(&[1, 2]))), [1, 2]);
    // numpy 1.6 gave nanoseconds the name of microseconds.
    let file = npy("<M8[us]", false, "(1,)", &int_bytes(&[1]));
    let times = pickle(index(file));
    let frame: DataFrame = times.root().extract().unwrap();
    let Index::Flat { array: Array::Numpy(array), .. } = frame.index() else { panic!() };
    assert_eq!(array.dtype().to_string(), "datetime64[ns]");

    for wrong in [
        bytes(b""),
        bytes(b"\x93NUMPY"),
        bytes(b"\x93NUMPY\x01\x00\xff\xff{}"),
        bytes(b"\x93NUMPY\x02\x00\x00\x00\x00\x00"),
        npy("<i8", false, "(3,)", &int_bytes(&[1, 2])),
        npy("<i8", false, "(1000000, 1000000, 1000000)", &[]),
        npy("<i8", false, "(99999999999999999999,)", &[]),
        npy("<i8", false, "(-1,)", &[]),
        npy("<i8", false, "(1, 1, 1, 1, 1)", &int_bytes(&[1])),
        npy("<i8", false, "(1, 1)", &int_bytes(&[1])),
        npy("<q9", false, "(1,)", &int_bytes(&[1])),
        npy("|O8", false, "(1,)", &int_bytes(&[1])),
        npy("|O8", false, "(2,)", b"cos\nsystem\n(X\x04\0\0\0trueltR."),
        npy("|O8", false, "(0,)", &[b']'; 3000]),
        npy_objects(&[list(&[])]),
    ] {
        let error = fails(index(wrong));
        assert!(matches!(error.category(), Category::Data | Category::Unsupported), "{error}");
    }
    let long = npy("|O8", false, "(1,)", &vec![b']'; 2 << 20]);
    assert_eq!(fails(index(long)).category(), Category::Limit);
}
