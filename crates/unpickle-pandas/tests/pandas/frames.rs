//! Frames and series: managers, blocks, placements.

use unpickle_core::Pickle;
use unpickle_pandas::{Array, DataFrame, Index, Panel, Series};

use crate::write::*;

/// The int64 cells of each column.
fn columns(pickle: &Pickle) -> Vec<Vec<i64>> {
    let frame: DataFrame = pickle.root().extract().unwrap();
    frame.columns().iter().map(|column| cells(&column.array)).collect()
}

pub(crate) fn cells(array: &Array) -> Vec<i64> {
    let Array::Numpy(values) = array else { panic!("{array:?}") };
    let mut out = Vec::new();
    values.copy_native(0..values.len(), &mut out).unwrap();
    out
}

fn fails(code: Code) -> String {
    let pickle = pickle(code);
    pickle.root().extract::<DataFrame>().unwrap_err().to_string()
}

#[test]
fn blocks_are_put_where_they_say() {
    let code = frame(
        &[block(rows(&[&[1, 2], &[5, 6]]), slice(0, 4, 2)), block(rows(&[&[3, 4]]), slice(1, 2, 1))],
        labels(&["a", "b", "c"]),
        range(2),
    );
    assert_eq!(columns(&pickle(code)), [[1, 2], [3, 4], [5, 6]]);
}

#[test]
fn a_placement_may_be_an_array_or_a_step_back_or_one_position() {
    let three = rows(&[&[1], &[2], &[3]]);
    let listed = block(three.clone(), ints(&[2, 0, 1]));
    assert_eq!(columns(&pickle(frame(&[listed], labels(&["a", "b", "c"]), range(1)))), [[2], [3], [1]]);
    let back = call(global("builtins", "slice"), &[int(2), none(), int(-1)]);
    let back = block(three.clone(), back);
    assert_eq!(columns(&pickle(frame(&[back], labels(&["a", "b", "c"]), range(1)))), [[3], [2], [1]]);
    let placement = call(global("pandas._libs.internals", "BlockPlacement"), &[int(0)]);
    assert_eq!(columns(&pickle(frame(&[block(rows(&[&[7]]), placement)], labels(&["a"]), range(1)))), [[7]]);
}

#[test]
fn a_slice_may_end_beyond_the_axis() {
    let code = frame(
        &[block(rows(&[&[1], &[4]]), slice(0, 6, 3)), block(rows(&[&[2], &[3], &[5]]), ints(&[1, 2, 4]))],
        labels(&["a", "b", "c", "d", "e"]),
        range(1),
    );
    assert_eq!(columns(&pickle(code)), [[1], [2], [3], [4], [5]]);
}

#[test]
fn a_block_in_column_order_is_not_transposed() {
    // [[1, 2, 3], [4, 5, 6]] by columns
    let data: Vec<u8> = [1i64, 4, 2, 5, 3, 6].iter().flat_map(|int| int.to_le_bytes()).collect();
    let values = array_of(global("numpy", "ndarray"), "<i8", &[2, 3], true, bytes(&data));
    let code = frame(&[block(values, slice(0, 2, 1))], labels(&["a", "b"]), range(3));
    assert_eq!(columns(&pickle(code)), [[1, 2, 3], [4, 5, 6]]);
}

#[test]
fn objects_are_in_row_order_whatever_the_flag_says() {
    let cells = list(&["a", "b", "c", "d"].map(text));
    let values = array_of(global("numpy", "ndarray"), "|O8", &[2, 2], true, cells);
    let pickle = pickle(frame(&[block(values, slice(0, 2, 1))], labels(&["x", "y"]), range(2)));
    let frame: DataFrame = pickle.root().extract().unwrap();
    let Array::Numpy(second) = &frame.columns()[1].array else { panic!() };
    let cells: Vec<_> = second.objects().unwrap().iter().map(|cell| cell.as_str()).collect();
    assert_eq!(cells, [Some("c"), Some("d")]);
}

#[test]
fn a_block_may_come_from_a_partial_function() {
    // pandas 1.3
    let new_block = || global("pandas.core.internals.blocks", "new_block");
    let partial = call(global("functools", "partial"), &[new_block()]);
    let partial = build(partial, tuple(&[new_block(), tuple(&[]), dict(&[("ndim", int(2))]), none()]));
    let block = call(partial, &[rows(&[&[1, 2]]), slice(0, 1, 1)]);
    assert_eq!(columns(&pickle(frame(&[block], labels(&["a"]), range(2)))), [[1, 2]]);
}

#[test]
fn a_manager_may_have_its_blocks_in_its_state() {
    // pandas 0.14 to 1.2
    let manager = new(global("pandas.core.internals", "BlockManager"));
    let axes = [labels(&["a", "b"]), range(2)];
    let blocks = [(rows(&[&[3, 4]]), slice(1, 2, 1)), (rows(&[&[1, 2]]), slice(0, 1, 1))];
    let manager = build(manager, state_0141(&axes, &blocks));
    let code = build(new(global("pandas.core.frame", "DataFrame")), dict(&[("_data", manager)]));
    assert_eq!(columns(&pickle(code)), [[1, 2], [3, 4]]);
}

#[test]
fn python_2_names_its_parts_in_bytes() {
    let pair = |key: &str, value: Code| [text2(key), value].concat();
    let dict2 = |pairs: &[Code]| [&b"("[..], &pairs.concat(), b"d"].concat();
    let block = dict2(&[pair("mgr_locs", slice(0, 1, 1)), pair("values", rows(&[&[1, 2]]))]);
    let axis = call(
        global("pandas.indexes.base", "_new_Index"),
        &[
            global("pandas.indexes.base", "Index"),
            dict2(&[pair("data", objects(&[text2("a")])), pair("name", none())]),
        ],
    );
    let axes = list(&[axis, range(2)]);
    let inner = dict2(&[pair("axes", axes.clone()), pair("blocks", list(&[block]))]);
    let state = tuple(&[axes, list(&[]), list(&[]), dict2(&[pair("0.14.1", inner)])]);
    let manager = build(new(global("pandas.core.internals", "BlockManager")), state);
    let state = dict2(&[pair("_typ", text2("dataframe")), pair("_data", manager)]);
    let code = build(new(global("pandas.core.frame", "DataFrame")), state);
    assert_eq!(columns(&pickle(code.clone())), [[1, 2]]);
    // Even where data of that type is to stay bytes.
    let code = [&b"\x80\x02"[..], &code, b"."].concat();
    let options = unpickle_core::Options::new().with_encoding(unpickle_core::Encoding::Bytes);
    assert_eq!(columns(&options.parse(code).unwrap()), [[1, 2]]);
}

#[test]
fn a_block_of_0_13_is_placed_by_its_labels() {
    let manager = new(global("pandas.core.internals", "BlockManager"));
    let state = tuple(&[
        list(&[labels(&["a", "b", "c"]), range(1)]),
        list(&[rows(&[&[3], &[1]]), rows(&[&[2]])]),
        list(&[labels(&["c", "a"]), labels(&["b"])]),
    ]);
    let code =
        build(new(global("pandas.core.frame", "DataFrame")), dict(&[("_data", build(manager, state))]));
    assert_eq!(columns(&pickle(code)), [[1], [2], [3]]);
}

#[test]
fn an_array_manager_has_its_rows_first() {
    let manager = new(global("pandas.core.internals.array_manager", "ArrayManager"));
    let state = tuple(&[list(&[ints(&[1, 2]), ints(&[3, 4])]), list(&[range(2), labels(&["a", "b"])])]);
    let code = envelope("DataFrame", "dataframe", build(manager, state));
    assert_eq!(columns(&pickle(code)), [[1, 2], [3, 4]]);
}

#[test]
fn a_subclass_of_another_library_is_a_frame_by_its_keys() {
    let manager = global("pandas.core.internals.managers", "BlockManager");
    let blocks = tuple(&[block(rows(&[&[1]]), slice(0, 1, 1))]);
    let manager = call(manager, &[blocks, list(&[labels(&["a"]), range(1)])]);
    let state = dict(&[("_mgr", manager), ("_typ", text("dataframe")), ("_geometry_column_name", none())]);
    let code = build(new(global("geopandas.geodataframe", "GeoDataFrame")), state);
    assert_eq!(columns(&pickle(code)), [[1]]);
}

#[test]
fn an_array_of_another_library_is_handed_on() {
    let state = tuple(&[texts(&["a", "b", "c"]), none()]);
    let foreign = build(new(global("geopandas.array", "GeometryArray")), state);
    let pickle = pickle(frame(&[block(foreign, slice(0, 1, 1))], labels(&["a"]), range(3)));
    let frame: DataFrame = pickle.root().extract().unwrap();
    assert!(matches!(frame.columns()[0].array, Array::Opaque(_)));
    assert_eq!(frame.columns()[0].array.storage(3).unwrap().len(), 3);
    assert!(frame.columns()[0].array.storage(2).is_none());
    assert_eq!(frame.len(), 3);
}

#[test]
fn a_frame_keeps_attrs_and_flags() {
    let manager = global("pandas.core.internals.managers", "BlockManager");
    let manager = call(manager, &[tuple(&[]), list(&[range(0), range(0)])]);
    let state = dict(&[
        ("_mgr", manager),
        ("_typ", text("dataframe")),
        ("attrs", dict(&[("unit", text("m"))])),
        ("_flags", dict(&[("allows_duplicate_labels", bool(false))])),
    ]);
    let pickle = pickle(build(new(global("pandas", "DataFrame")), state));
    let frame: DataFrame = pickle.root().extract().unwrap();
    assert_eq!(frame.attrs().unwrap().get("unit").unwrap().as_str(), Some("m"));
    assert!(!frame.allows_duplicate_labels());
    assert!(frame.is_empty() && frame.columns().is_empty());
}

#[test]
fn a_series_has_a_name_and_an_index() {
    let manager = new(global("pandas.core.internals.managers", "SingleBlockManager"));
    let manager = build(manager, state_0141(&[labels(&["p", "q"])], &[(ints(&[1, 2]), slice(0, 2, 1))]));
    let state = dict(&[("_mgr", manager), ("_typ", text("series")), ("_name", text("n"))]);
    let pickle = pickle(build(new(global("pandas", "Series")), state));
    let series: Series = pickle.root().extract().unwrap();
    assert_eq!(cells(series.array()), [1, 2]);
    assert_eq!(series.name().unwrap().as_str(), Some("n"));
    assert_eq!(series.len(), 2);
    assert!(matches!(series.index(), Index::Flat { .. }));
    assert!(!DataFrame::is_in(pickle.root()));
}

#[test]
fn a_series_of_0_12_is_a_subclass_of_ndarray() {
    let class = global("pandas.core.series", "TimeSeries");
    let object =
        call(global("numpy.core.multiarray", "_reconstruct"), &[class, tuple(&[int(0)]), bytes(b"b")]);
    let own = tuple(&[int(1), tuple(&[int(1)]), dtype("<i8"), bool(false), bytes(&[5, 0, 0, 0, 0, 0, 0, 0])]);
    let pickle = pickle(build(object, tuple(&[own, tuple(&[labels(&["a"]), text("n")])])));
    assert!(Series::is_in(pickle.root()));
    let series: Series = pickle.root().extract().unwrap();
    assert_eq!(cells(series.array()), [5]);
    assert_eq!((series.len(), series.name().unwrap().as_str()), (1, Some("n")));
}

#[test]
fn a_panel_is_no_frame() {
    let manager = new(global("pandas.core.internals", "BlockManager"));
    let manager = build(manager, state_0141(&[range(1), range(1), range(1)], &[]));
    let code = build(new(global("pandas.core.panel", "Panel")), dict(&[("_data", manager)]));
    let pickle = pickle(code);
    assert!(!DataFrame::is_in(pickle.root()));
    assert!(Panel::is_in(pickle.root()));
}

#[test]
fn a_column_in_two_blocks_is_an_error() {
    let one = || block(rows(&[&[1, 2]]), slice(0, 1, 1));
    let error = fails(frame(&[one(), one()], labels(&["a", "b"]), range(2)));
    assert!(error.starts_with("column 0 of the frame is in two blocks at byte "), "{error}");
    assert!(error.ends_with("(block 1 of pandas DataFrame)"), "{error}");
}

#[test]
fn a_column_outside_the_frame_is_an_error() {
    let error = fails(frame(&[block(rows(&[&[1]]), slice(1, 2, 1))], labels(&["a"]), range(1)));
    assert!(error.contains("its column 0 lies outside the 1 of the frame"), "{error}");
    let error = fails(frame(&[block(rows(&[&[1]]), slice(-1, 0, 1))], labels(&["a"]), range(1)));
    assert!(error.contains("lies outside"), "{error}");
}

#[test]
fn a_missing_column_is_an_error() {
    let error = fails(frame(&[block(rows(&[&[1]]), slice(0, 1, 1))], labels(&["a", "b"]), range(1)));
    assert!(error.contains("expected 2 columns by their labels, found 1 in the blocks"), "{error}");
}

#[test]
fn rows_that_the_index_does_not_have_are_an_error() {
    let error = fails(frame(&[block(rows(&[&[1, 2]]), slice(0, 1, 1))], labels(&["a"]), range(3)));
    assert!(error.contains("expected 3 rows by the index, found 2 in column 0"), "{error}");
    let pickle = pickle(series(ints(&[1, 2]), range(3), 3));
    let error = pickle.root().extract::<Series>().unwrap_err().to_string();
    assert!(error.contains("expected 3 rows by the index, found 2"), "{error}");
}

#[test]
fn a_placement_of_another_width_is_an_error() {
    let error = fails(frame(&[block(rows(&[&[1]]), ints(&[0, 1]))], labels(&["a", "b"]), range(1)));
    assert!(error.contains("expected 2 columns by the placement, found 1"), "{error}");
}

#[test]
fn what_is_no_frame_says_what_it_is() {
    let error = fails(int(3));
    assert_eq!(error, "expected a pandas DataFrame, found int at byte 2");
    let error = fails(series(ints(&[1]), range(1), 1));
    assert!(error.starts_with("expected a pandas DataFrame, found pandas.Series object"), "{error}");
}

#[test]
fn frames_may_be_read_by_several_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<DataFrame>();
    shared::<Series>();
    shared::<Index>();
}
