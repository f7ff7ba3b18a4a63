//! What nobody writes but an attacker: cycles, sharing, sizes that nothing backs.

use std::time::{Duration, Instant};

use unpickle_core::Category;
use unpickle_pandas::{Array, DataFrame, Index, Panel};

use crate::write::*;

/// PUT and GET
fn put(code: Code, slot: u8) -> Code {
    [&code[..], b"q", &[slot]].concat()
}

fn get(slot: u8) -> Code {
    vec![b'h', slot]
}

#[test]
fn an_index_inside_itself_is_an_error() {
    // The dict is memoised, and its 'data' is the index made of the dict.
    let parts = [put(dict(&[("name", none())]), 0), text("data")].concat();
    let make = |parts: Code| {
        let class = global("pandas", "DatetimeIndex");
        call(global("pandas.core.indexes.datetimes", "_new_DatetimeIndex"), &[class, parts])
    };
    let code = [parts, make(get(0)), b"s".to_vec()].concat();
    let pickle = pickle(make(code));
    let error = pickle.root().extract::<Index>().unwrap_err().to_string();
    assert!(error.contains("lie in one another without end"), "{error}");
}

#[test]
fn levels_of_levels_shared_a_thousand_times_end_at_once() {
    let mut level = labels(&["a"]);
    for slot in 0..8 {
        let shared: Vec<Code> =
            std::iter::once(put(level, slot)).chain(std::iter::repeat_n(get(slot), 99)).collect();
        let codes = vec![small(&[0]); 100];
        let parts = [("levels", list(&shared)), ("codes", list(&codes)), ("names", none())];
        level = index("MultiIndex", &parts);
    }
    let pickle = pickle(level);
    let start = Instant::now();
    let error = pickle.root().extract::<Index>().unwrap_err().to_string();
    assert!(error.starts_with("expected an index of one level"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[test]
fn intervals_between_intervals_end_at_once() {
    let mut side = put(ints(&[1]), 0);
    for slot in 0..60 {
        let class = new(global("pandas.arrays", "IntervalArray"));
        side = put(build(class, dict(&[("_left", side), ("_right", get(slot))])), slot + 1);
    }
    let pickle = pickle(side);
    let start = Instant::now();
    assert!(pickle.root().extract::<Array>().is_err());
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[test]
fn columns_that_nothing_backs_are_not_made() {
    // A block of 2^40 columns of no rows, under a range of as many labels: a hundred bytes.
    let values = array("<i8", &[1 << 40, 0], bytes(&[]));
    let code = frame(&[block(values, slice(0, 1 << 40, 1))], range(1 << 40), range(0));
    let pickle = pickle(code);
    let error = pickle.root().extract::<DataFrame>().unwrap_err();
    assert!(matches!(error.category(), Category::Limit | Category::Data), "{error}");
}

#[test]
fn rows_that_nothing_backs_cost_nothing() {
    let pickle = pickle(frame(&[], range(0), range(1 << 60)));
    let frame: DataFrame = pickle.root().extract().unwrap();
    assert_eq!(frame.len(), 1 << 60);
}

#[test]
fn a_panel_is_an_error_of_its_own() {
    let values = array("<i8", &[1, 1, 1], bytes(&[0; 8]));
    let pickle = pickle(frame(&[block(values, slice(0, 1, 1))], range(1), range(1)));
    let error = pickle.root().extract::<DataFrame>().unwrap_err();
    assert!(error.to_string().starts_with("expected a block of 1 or 2 dimensions, found 3"), "{error}");
}

/// Blocks of no bytes, shared: each would cost memory for every column it says it has.
#[test]
fn blocks_that_repeat_do_not_add_up() {
    let many = 200_000;
    let empty = put(array("<i8", &[many, 0], bytes(&[])), 0);
    let places = put(ints(&(0..many).collect::<Vec<_>>()), 1);
    let mut blocks = vec![block(empty.clone(), places.clone())];
    blocks.resize(20_000, block(get(0), get(1)));
    let start = Instant::now();
    let code = pickle(frame(&blocks, range(many), range(0)));
    let error = code.root().extract::<DataFrame>().unwrap_err().to_string();
    assert!(
        error.starts_with("expected 200000 columns by their labels, found more in the blocks"),
        "{error}"
    );
    // The same of pandas 0.13, which says by labels where they go.
    let mut values = vec![empty];
    values.resize(20_000, get(0));
    let mut items = vec![put(range(many), 2)];
    items.resize(20_000, get(2));
    let state = tuple(&[list(&[range(many), range(0)]), list(&values), list(&items)]);
    let manager = build(new(global("pandas.core.internals", "BlockManager")), state);
    let code = pickle(build(new(global("pandas.core.frame", "DataFrame")), manager));
    let error = code.root().extract::<DataFrame>().unwrap_err().to_string();
    assert!(
        error.starts_with("expected 200000 columns by their labels, found more in the blocks"),
        "{error}"
    );
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn columns_of_old_that_nothing_backs_are_not_made() {
    let many = 1 << 30;
    let values = array("<i8", &[0, many], bytes(&[]));
    let matrix = tuple(&[tuple(&[values, range(0), range(many)]), none()]);
    let pickle_frame = pickle(build(new(global("pandas.core.matrix", "DataMatrix")), matrix));
    let error = pickle_frame.root().extract::<DataFrame>().unwrap_err();
    assert_eq!(error.category(), Category::Limit, "{error}");
    let values = npy("<i8", false, "(1073741824, 0, 0)", &[]);
    let state = tuple(&[values, range(many), range(0), range(0)]);
    let pickle_panel = pickle(build(new(global("pandas.core.panel", "Panel")), state));
    let error = pickle_panel.root().extract::<Panel>().unwrap_err();
    assert_eq!(error.category(), Category::Limit, "{error}");
}

/// Series of an index each, all of them over the same hundred thousand labels.
#[test]
fn indexes_that_share_their_labels_are_not_compared_for_ever() {
    let labels = vec![0; 100_000];
    let data = put(bytes(&int_bytes(&labels)), 0);
    let index =
        |data: Code| subclass(global("pandas.core.index", "Int64Index"), "<i8", 100_000, data, &[none()]);
    let series = |data: Code, index: Code| {
        subclass(global("pandas.core.series", "Series"), "<i8", 100_000, data, &[index])
    };
    let names: Vec<String> = (0..1000).map(|i| i.to_string()).collect();
    let columns: Vec<(&str, Code)> =
        names.iter().map(|name| (&**name, series(get(0), index(get(0))))).collect();
    // The index of the frame comes first, that the others may share its bytes.
    let first = [index(data), b"0".to_vec()].concat();
    let state = tuple(&[dict(&columns), index(get(0))]);
    let code = [first, build(new(global("pandas.core.frame", "DataFrame")), state)].concat();
    let pickle = pickle(code);
    let start = Instant::now();
    let error = pickle.root().extract::<DataFrame>().unwrap_err();
    assert_eq!(error.category(), Category::Limit, "{error}");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_placement_near_the_end_of_numbers_does_not_overflow() {
    for placement in [slice(i64::MAX, 0, i64::MAX), slice(i64::MIN, 0, -1), ints(&[i64::MAX, i64::MIN])] {
        let pickle = pickle(frame(&[block(rows(&[&[1], &[2]]), placement)], range(2), range(1)));
        let error = pickle.root().extract::<DataFrame>().unwrap_err().to_string();
        assert!(error.contains("lies outside"), "{error}");
    }
}
