//! Every kind of index.

use unpickle_core::Pickle;
use unpickle_pandas::{Array, Index, IndexKind, checked_codes};

use crate::write::*;

fn read(pickle: &Pickle) -> Index<'_> {
    pickle.root().extract().unwrap()
}

fn fails(code: Code) -> String {
    let pickle = pickle(code);
    pickle.root().extract::<Index>().unwrap_err().to_string()
}

#[test]
fn the_classes_for_numbers_of_old_are_plain() {
    for module in ["pandas.core.index", "pandas.indexes.numeric", "pandas.core.indexes.numeric"] {
        let parts = dict(&[("data", ints(&[3, 7])), ("name", text("i"))]);
        let code = call(global("pandas.indexes.base", "_new_Index"), &[global(module, "Int64Index"), parts]);
        let pickle = pickle(code);
        let Index::Flat { array: Array::Numpy(_), name, kind: IndexKind::Plain, freq: None } = read(&pickle)
        else {
            panic!()
        };
        assert_eq!(name.unwrap().as_str(), Some("i"));
    }
}

#[test]
fn a_range_with_steps_of_0_is_an_error() {
    let parts = [("start", int(0)), ("stop", int(5)), ("step", int(0)), ("name", none())];
    let error = fails(index("RangeIndex", &parts));
    assert!(error.starts_with("expected steps, found steps of 0"), "{error}");
    assert!(error.ends_with("(pandas RangeIndex)"), "{error}");
}

fn multi(codes_key: &str, first: Code, second: Code) -> Code {
    index(
        "MultiIndex",
        &[
            ("levels", list(&[labels(&["a", "b"]), range(2)])),
            (codes_key, list(&[first, second])),
            ("sortorder", none()),
            ("names", list(&[text("k1"), none()])),
        ],
    )
}

#[test]
fn a_multi_index_has_codes_that_were_once_called_labels() {
    for key in ["codes", "labels"] {
        let pickle = pickle(multi(key, small(&[0, 0, 1]), small(&[0, 1, -1])));
        let index = read(&pickle);
        assert_eq!(index.len(), 3);
        let Index::Multi { levels, codes, names } = index else { panic!() };
        assert_eq!(checked_codes(&codes[1], levels[1].len(), 0..3).unwrap(), [0, 1, -1]);
        assert_eq!(names[0].unwrap().as_str(), Some("k1"));
        assert!(names[1].is_none());
    }
}

#[test]
fn codes_of_two_lengths_are_an_error() {
    let error = fails(multi("codes", small(&[0, 0, 1]), small(&[0, 1])));
    assert!(error.starts_with("expected 3 codes, found 2"), "{error}");
    assert!(error.ends_with("(level 1 of pandas MultiIndex)"), "{error}");
}

#[test]
fn times_take_zone_and_frequency_from_wherever_they_are() {
    let instants = || array("<M8[ns]", &[1], bytes(&[0; 8]));
    let hour = || call(global("pandas._libs.tslibs.offsets", "Hour"), &[int(2), bool(false)]);
    let make = |class: &str, parts: &[(&str, Code)]| {
        let function = global("pandas.tseries.index", "_new_DatetimeIndex");
        call(function, &[global("pandas.tseries.index", class), dict(parts)])
    };
    // 0.23 and before
    let utc = call(global("pytz", "_UTC"), &[]);
    let parts = [("data", instants()), ("name", none()), ("freq", hour()), ("tz", utc)];
    let pickle = pickle(make("DatetimeIndex", &parts));
    let Index::Flat { array: Array::DatetimeTz { zone, .. }, kind: IndexKind::Datetime, freq, .. } =
        read(&pickle)
    else {
        panic!()
    };
    assert_eq!((zone.name.as_str(), freq.as_deref()), ("UTC", Some("2h")));
    // 0.24 to 1.2: in the array
    let values = new(global("pandas.core.arrays.datetimes", "DatetimeArray"));
    let values =
        build(values, dict(&[("_data", instants()), ("_freq", hour()), ("_dtype", dtype("<M8[ns]"))]));
    let pickle = crate::write::pickle(make("DatetimeIndex", &[("data", values), ("name", none())]));
    let Index::Flat { array: Array::Numpy(_), freq, .. } = read(&pickle) else { panic!() };
    assert_eq!(freq.as_deref(), Some("2h"));
    // 0.2x: an index in an index
    let inner = make("DatetimeIndex", &[("data", instants()), ("name", none())]);
    let pickle =
        crate::write::pickle(make("DatetimeIndex", &[("data", inner), ("name", none()), ("tz", none())]));
    assert_eq!(read(&pickle).len(), 1);
}

#[test]
fn ordinals_take_the_frequency_beside_them() {
    let quarter = call(global("pandas.tseries.offsets", "QuarterEnd"), &[int(1), bool(false), int(12)]);
    let parts = [("data", ints(&[200])), ("name", none()), ("freq", quarter)];
    let pickle = pickle(index("PeriodIndex", &parts));
    let Index::Flat { array: Array::Period { freq, .. }, .. } = read(&pickle) else { panic!() };
    assert_eq!(freq, "Q-DEC");
    let error = fails(index("PeriodIndex", &[("data", ints(&[200])), ("name", none())]));
    assert!(error.starts_with("expected a PeriodIndex with a frequency"), "{error}");
}

#[test]
fn an_interval_index_is_two_indexes() {
    let side = |values: &[i64]| index("Index", &[("data", ints(values)), ("name", none())]);
    let parts = dict(&[
        ("left", side(&[0, 1])),
        ("right", side(&[1, 2])),
        ("closed", text("right")),
        ("name", text("iv")),
    ]);
    let function = global("pandas.core.indexes.interval", "_new_IntervalIndex");
    let pickle = pickle(call(function, &[global("pandas", "IntervalIndex"), parts]));
    let index = read(&pickle);
    assert_eq!(index.len(), 2);
    assert_eq!(index.names()[0].unwrap().as_str(), Some("iv"));
    assert!(matches!(index, Index::Flat { array: Array::Interval { .. }, kind: IndexKind::Interval, .. }));
}

#[test]
fn an_index_of_0_13_is_a_subclass_of_ndarray() {
    let make = |class: &str, kind: &str, own: Code| {
        let class = global("pandas.core.index", class);
        let object =
            call(global("numpy.core.multiarray", "_reconstruct"), &[class, tuple(&[int(0)]), bytes(b"b")]);
        let array =
            tuple(&[int(1), tuple(&[int(1)]), dtype(kind), bool(false), bytes(&[5, 0, 0, 0, 0, 0, 0, 0])]);
        build(object, tuple(&[array, own]))
    };
    let plain = pickle(make("Int64Index", "<i8", tuple(&[text("n")])));
    let index = read(&plain);
    assert_eq!((index.len(), index.names()[0].unwrap().as_str()), (1, Some("n")));
    let zone = call(global("pytz", "_UTC"), &[]);
    let times = pickle(make("DatetimeIndex", "<M8[ns]", tuple(&[none(), none(), zone])));
    assert!(matches!(read(&times), Index::Flat { array: Array::DatetimeTz { .. }, .. }));
    let own = tuple(&[list(&[labels(&["a"])]), list(&[small(&[0, 0])]), none(), list(&[text("k")])]);
    let multi = pickle(make("MultiIndex", "<i8", own));
    assert_eq!(read(&multi).len(), 2);
}
