//! Every kind of array, alone or as a column.

use unpickle_core::Pickle;
use unpickle_numpy::DtypeKind;
use unpickle_pandas::{
    Array, ArrowDtype, Closed, DataFrame, Index, Series, SparseIndex, Storage, checked_codes,
};

use crate::write::*;

fn array(pickle: &Pickle) -> Array<'_> {
    pickle.root().extract().unwrap()
}

fn fails(code: Code) -> String {
    let pickle = pickle(code);
    pickle.root().extract::<Array>().unwrap_err().to_string()
}

fn instants(shape: &[i64]) -> Code {
    let count = usize::try_from(shape.iter().product::<i64>()).unwrap();
    crate::write::array("<M8[us]", shape, bytes(&vec![0; count * 8]))
}

#[test]
fn a_categorical_has_codes_and_categories() {
    let pickle = pickle(categorical(small(&[1, 0, -1]), labels(&["y", "x"])));
    let Array::Categorical { codes, categories, ordered } = array(&pickle) else { panic!() };
    assert_eq!(checked_codes(&codes, categories.len(), 0..3).unwrap(), [1, 0, -1]);
    assert_eq!(checked_codes(&codes, categories.len(), 1..3).unwrap(), [0, -1]);
    assert!(ordered);
}

#[test]
fn a_code_out_of_range_is_found_when_it_is_read() {
    for wrong in [2, -2] {
        let pickle = pickle(categorical(small(&[0, wrong]), labels(&["y", "x"])));
        let Array::Categorical { codes, categories, .. } = array(&pickle) else { panic!() };
        let error = checked_codes(&codes, categories.len(), 0..2).unwrap_err().to_string();
        let expected = format!("expected codes from -1 to below 2, found {wrong} in rows 0 to 2 at byte ");
        assert!(error.starts_with(&expected), "{error}");
    }
}

#[test]
fn categories_may_be_a_range() {
    let pickle = pickle(categorical(small(&[4]), range(5)));
    let Array::Categorical { categories, .. } = array(&pickle) else { panic!() };
    assert!(matches!(*categories, Index::Range { stop: 5, .. }));
}

#[test]
fn a_categorical_of_old_has_its_parts_in_a_dict() {
    let class = || new(global("pandas.core.categorical", "Categorical"));
    let parts = dict(&[
        ("_codes", small(&[0, 1])),
        ("_categories", labels(&["a", "b"])),
        ("_ordered", bool(true)),
        ("_cache", dict(&[])),
    ]);
    let pickle = pickle(build(class(), parts));
    assert!(matches!(array(&pickle), Array::Categorical { ordered: true, .. }));
    let parts = dict(&[("labels", small(&[0, 1])), ("_levels", labels(&["a", "b"])), ("name", none())]);
    let pickle = crate::write::pickle(build(class(), parts));
    assert!(matches!(array(&pickle), Array::Categorical { ordered: false, .. }));
}

#[test]
fn instants_without_a_zone_are_numpy_s_and_fill_several_columns() {
    let values = backed("DatetimeArray", dtype("<M8[us]"), instants(&[2, 3]));
    let pickle = pickle(frame(&[block(values, slice(0, 2, 1))], labels(&["a", "b"]), range(3)));
    let frame: DataFrame = pickle.root().extract().unwrap();
    for column in frame.columns() {
        let Array::Numpy(values) = &column.array else { panic!() };
        assert!(matches!(values.dtype().kind(), DtypeKind::Datetime(_)));
        assert_eq!(values.shape(), [3]);
    }
}

#[test]
fn instants_with_a_zone_may_have_one_or_two_dimensions() {
    let zone = call(global("pytz", "_p"), &[text("US/Eastern"), int(-17_760), int(0), text("LMT")]);
    let dtype = new(global("pandas.core.dtypes.dtypes", "DatetimeTZDtype"));
    let dtype = build(dtype, dict(&[("unit", text("us")), ("tz", zone)]));
    for shape in [&[3][..], &[1, 3]] {
        let values = backed("DatetimeArray", dtype.clone(), instants(shape));
        let pickle = pickle(frame(&[block(values, slice(0, 1, 1))], labels(&["a"]), range(3)));
        let frame: DataFrame = pickle.root().extract().unwrap();
        let Array::DatetimeTz { values, zone } = &frame.columns()[0].array else { panic!() };
        assert_eq!((values.len(), zone.name.as_str()), (3, "US/Eastern"));
    }
}

#[test]
fn an_unknown_zone_leaves_instants_in_utc_and_says_so() {
    let dtype = new(global("pandas", "DatetimeTZDtype"));
    let dtype = build(dtype, dict(&[("unit", text("us")), ("tz", new(global("stars", "Mars")))]));
    let pickle = pickle(backed("DatetimeArray", dtype, instants(&[1])));
    let Array::DatetimeTz { zone, .. } = array(&pickle) else { panic!() };
    assert_eq!((zone.name.as_str(), zone.lossy), ("UTC", true));
}

#[test]
fn a_state_may_be_written_either_way_round_or_with_the_call() {
    let cls = || global("pandas.arrays", "NumpyExtensionArray");
    let unpickle = || global("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked");
    let inner = new(global("pandas.core.dtypes.dtypes", "NumpyEADtype"));
    for state in [
        tuple(&[inner.clone(), ints(&[1]), dict(&[])]),
        tuple(&[ints(&[1]), inner.clone()]),
        dict(&[("_ndarray", ints(&[1])), ("_dtype", inner)]),
    ] {
        let built = build(call(unpickle(), &[cls(), int(1), none()]), state.clone());
        assert!(matches!(array(&pickle(built)), Array::Numpy(_)));
        let given = call(unpickle(), &[cls(), int(1), state]);
        assert!(matches!(array(&pickle(given)), Array::Numpy(_)));
    }
}

#[test]
fn periods_know_their_frequency_in_every_version() {
    let month_end = || call(global("pandas._libs.tslibs.offsets", "MonthEnd"), &[int(1), bool(false)]);
    let class = || global("pandas.core.dtypes.dtypes", "PeriodDtype");
    for dtype in [
        call(class(), &[text("period[M]")]),
        call(class(), &[month_end()]),
        build(new(class()), dict(&[("freq", month_end())])),
    ] {
        let pickle = pickle(backed("PeriodArray", dtype, rows(&[&[600, 601]])));
        let Array::Period { ordinals, freq } = array(&pickle) else { panic!() };
        assert_eq!((ordinals.len(), freq.as_str()), (2, "M"));
    }
    // 1.1 and 1.2: a tuple of one dict
    let unpickle = global("pandas._libs.tslibs.period", "__pyx_unpickle_PeriodMixin");
    let code = call(unpickle, &[global("pandas.core.arrays.period", "PeriodArray"), int(1), none()]);
    let parts = dict(&[("_data", ints(&[600])), ("_dtype", call(class(), &[text("period[Q-NOV]")]))]);
    let pickle = pickle(build(code, tuple(&[parts])));
    assert!(matches!(array(&pickle), Array::Period { freq, .. } if freq == "Q-NOV"));
}

#[test]
fn intervals_have_two_sides_of_one_length() {
    let class = || {
        let unpickle = global("pandas._libs.interval", "__pyx_unpickle_IntervalMixin");
        call(unpickle, &[global("pandas.arrays", "IntervalArray"), int(1), none()])
    };
    let dtype = new(global("pandas", "IntervalDtype"));
    let dtype = build(dtype, dict(&[("subtype", dtype_of_int()), ("closed", text("left"))]));
    let parts = dict(&[("_dtype", dtype.clone()), ("_left", ints(&[0, 1])), ("_right", ints(&[1, 2]))]);
    let pickle = pickle(build(class(), tuple(&[parts])));
    let Array::Interval { left, closed, .. } = array(&pickle) else { panic!() };
    assert_eq!((left.len(), closed), (Some(2), Closed::Left));
    let parts = dict(&[("_closed", text("both")), ("_left", ints(&[0])), ("_right", ints(&[1, 2]))]);
    let error = fails(build(class(), tuple(&[parts])));
    assert!(error.starts_with("expected 1 right sides of intervals, found 2"), "{error}");
}

fn dtype_of_int() -> Code {
    dtype("<i8")
}

fn masked(mask: Code) -> Code {
    build(new(global("pandas.arrays", "IntegerArray")), dict(&[("_data", ints(&[1, 1])), ("_mask", mask)]))
}

#[test]
fn a_mask_is_as_long_as_its_values_and_of_bools() {
    let bools =
        |bools: &[u8]| crate::write::array("|b1", &[i64::try_from(bools.len()).unwrap()], bytes(bools));
    let pickle = pickle(masked(bools(&[0, 1])));
    let Array::Masked { values, mask } = array(&pickle) else { panic!() };
    assert_eq!((values.len(), mask.len()), (2, 2));
    let error = fails(masked(bools(&[0])));
    assert!(error.starts_with("expected 2 cells of the mask, found 1"), "{error}");
    let error = fails(masked(ints(&[0, 1])));
    assert!(error.starts_with("expected a mask of bool"), "{error}");
}

#[test]
fn a_string_dtype_is_told_by_storage_and_na_value() {
    let class = || global("pandas", "StringDtype");
    let words = || texts(&["a", "b"]);
    for (dtype, storage, nan) in [
        (new(class()), Storage::Python, false),
        (build(new(class()), dict(&[("storage", text("python"))])), Storage::Python, false),
        (call(class(), &[text("python"), global("pandas", "NA")]), Storage::Python, false),
        (call(class(), &[text("python"), float(f64::NAN)]), Storage::Python, true),
    ] {
        let pickle = pickle(backed("StringArray", dtype, words()));
        let Array::String { cells, dtype } = array(&pickle) else { panic!() };
        assert_eq!((cells.len(), dtype.storage, dtype.nan), (2, storage, nan));
    }
}

fn arrow(len: i64) -> Code {
    let parts = tuple(&[
        call(global("pyarrow.lib", "type_for_alias"), &[text("string")]),
        int(len),
        int(0),
        int(0),
        list(&[]),
        list(&[]),
        none(),
    ]);
    call(global("pyarrow.lib", "_restore_array"), &[parts])
}

#[test]
fn an_arrow_array_is_handed_on_with_its_length() {
    let chunked = call(global("pyarrow.lib", "chunked_array"), &[list(&[arrow(2), arrow(3)]), none()]);
    for (key, data) in [("_pa_array", arrow(5)), ("_data", chunked)] {
        let pickle = pickle(build(new(global("pandas.arrays", "ArrowStringArray")), dict(&[(key, data)])));
        let Array::Arrow { len, dtype: ArrowDtype::String(dtype), .. } = array(&pickle) else { panic!() };
        assert_eq!((len, dtype.storage, dtype.nan), (5, Storage::PyArrow, false));
    }
    let error =
        fails(build(new(global("pandas.arrays", "ArrowStringArray")), dict(&[("_pa_array", arrow(-1))])));
    assert!(error.starts_with("expected a pyarrow array with a length"), "{error}");
}

fn int32(ints: &[i32]) -> Code {
    let data: Vec<u8> = ints.iter().flat_map(|int| int.to_le_bytes()).collect();
    crate::write::array("<i4", &[i64::try_from(ints.len()).unwrap()], bytes(&data))
}

fn sparse(index: Code, values: Code) -> Code {
    let dtype = new(global("pandas", "SparseDtype"));
    let dtype = build(dtype, dict(&[("_dtype", dtype_of_int()), ("_fill_value", int(0))]));
    let parts = dict(&[("_sparse_index", index), ("_sparse_values", values), ("_dtype", dtype)]);
    build(new(global("pandas.arrays", "SparseArray")), parts)
}

fn int_index(len: i64, positions: &[i32]) -> Code {
    call(global("pandas._libs.sparse", "IntIndex"), &[int(len), int32(positions)])
}

fn block_index(len: i64, starts: &[i32], lengths: &[i32]) -> Code {
    call(global("pandas._libs.sparse", "BlockIndex"), &[int(len), int32(starts), int32(lengths)])
}

#[test]
fn sparse_values_go_to_their_positions() {
    for (index, expected) in
        [(int_index(9, &[1, 4, 5]), vec![1, 4, 5]), (block_index(9, &[1, 4], &[1, 2]), vec![1, 4, 5])]
    {
        let pickle = pickle(sparse(index, ints(&[7, 8, 9])));
        let Array::Sparse(sparse) = array(&pickle) else { panic!() };
        assert_eq!(sparse.len, 9);
        assert_eq!(sparse.fill.unwrap().as_i64(), Some(0));
        assert_eq!(sparse.positions().unwrap(), expected);
    }
}

#[test]
fn sparse_positions_out_of_order_or_range_are_found_when_they_are_read() {
    for index in [
        int_index(9, &[4, 1, 5]),
        int_index(9, &[1, 1, 5]),
        int_index(5, &[1, 4, 5]),
        int_index(9, &[-1, 4, 5]),
        block_index(9, &[1, 4], &[2, 2]),
        block_index(9, &[1, 2], &[2, 1]),
        block_index(4, &[1, 4], &[1, 2]),
        block_index(9, &[1, 4], &[1, 1]),
        block_index(i64::from(i32::MAX), &[0], &[i32::MAX]),
    ] {
        let pickle = pickle(sparse(index, ints(&[7, 8, 9])));
        let Array::Sparse(sparse) = array(&pickle) else { panic!() };
        let error = sparse.positions().unwrap_err().to_string();
        assert!(error.ends_with("(pandas SparseArray)"), "{error}");
    }
    let error = fails(sparse(int_index(9, &[1]), ints(&[7, 8, 9])));
    assert!(error.starts_with("expected 3 positions of sparse values, found 1"), "{error}");
}

#[test]
fn a_sparse_array_of_0_23_is_a_subclass_of_ndarray() {
    let class = global("pandas.core.sparse.array", "SparseArray");
    let object =
        call(global("numpy.core.multiarray", "_reconstruct"), &[class, tuple(&[int(0)]), bytes(b"b")]);
    let own = tuple(&[int(1), tuple(&[int(1)]), dtype("<i8"), bool(false), bytes(&[5, 0, 0, 0, 0, 0, 0, 0])]);
    let pickle = pickle(build(object, tuple(&[own, tuple(&[float(0.0), int_index(3, &[2])])])));
    let Array::Sparse(sparse) = array(&pickle) else { panic!() };
    assert_eq!((sparse.len, sparse.positions().unwrap()), (3, vec![2]));
    assert!(matches!(sparse.index, SparseIndex::Positions(_)));
}

#[test]
fn a_series_of_rows_takes_the_one_row() {
    let class = global("pandas", "PeriodDtype");
    let values = backed("PeriodArray", call(class, &[text("period[D]")]), rows(&[&[1, 2]]));
    let pickle = pickle(series(values, range(2), 2));
    let series: Series = pickle.root().extract().unwrap();
    assert!(matches!(series.array(), Array::Period { .. }));
}
