//! Panels: three dimensions and more, as long tables.

use unpickle_core::{Category, Error, Pickle};
use unpickle_pandas::Panel;

use crate::frames::cells;
use crate::write::*;

/// A panel as pandas 0.14 to 0.24 write it.
fn panel(axes: &[Code], blocks: &[(Code, Code)]) -> Code {
    let manager = build(new(global("pandas.core.internals", "BlockManager")), state_0141(axes, blocks));
    let state = dict(&[("_data", manager), ("_typ", text("panel"))]);
    build(new(global("pandas.core.panel", "Panel")), state)
}

fn cube(shape: &[i64], fortran: bool, ints: &[i64]) -> Code {
    array_of(global("numpy", "ndarray"), "<i8", shape, fortran, bytes(&int_bytes(ints)))
}

/// The int64 cells of each item, in the order of the rows.
fn items(pickle: &Pickle) -> Vec<Vec<i64>> {
    let panel: Panel = pickle.root().extract().unwrap();
    panel.columns().iter().map(|column| cells(&column.array)).collect()
}

fn fails(code: Code) -> Error {
    let pickle = pickle(code);
    pickle.root().extract::<Panel>().unwrap_err()
}

#[test]
fn an_item_is_a_column_and_the_minor_axis_runs_fastest() {
    let axes = [labels(&["a", "b"]), range(2), labels(&["x", "y", "z"])];
    let rising: Vec<i64> = (0..12).collect();
    let code = panel(&axes, &[(cube(&[2, 2, 3], false, &rising), slice(0, 2, 1))]);
    let pickle_c = pickle(code);
    assert_eq!(items(&pickle_c), [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]);
    let panel_c: Panel = pickle_c.root().extract().unwrap();
    assert_eq!((panel_c.len(), panel_c.labels().len(), panel_c.axes().len()), (6, 2, 2));
    // The same cube by columns.
    let by_columns: Vec<i64> = (0..12).map(|i| i % 2 * 6 + i / 2 % 2 * 3 + i / 4).collect();
    let code = panel(&axes, &[(cube(&[2, 2, 3], true, &by_columns), slice(0, 2, 1))]);
    assert_eq!(items(&pickle(code)), [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]);
}

#[test]
fn items_of_several_blocks_stand_where_their_labels_do() {
    // pandas 0.13 and before: the state is the manager itself, blocks are placed by their labels.
    let axes = list(&[labels(&["a", "b", "c"]), range(1), range(2)]);
    let values = list(&[cube(&[2, 1, 2], false, &[1, 2, 3, 4]), cube(&[1, 1, 2], false, &[5, 6])]);
    let labels = list(&[labels(&["c", "a"]), labels(&["b"])]);
    let manager = build(new(global("pandas.core.internals", "BlockManager")), tuple(&[axes, values, labels]));
    let code = build(new(global("pandas.core.panel", "WidePanel")), manager);
    assert_eq!(items(&pickle(code)), [[3, 4], [5, 6], [1, 2]]);
}

#[test]
fn a_panel_of_four_dimensions_has_one_axis_of_rows_more() {
    let axes = [labels(&["a"]), range(2), range(1), range(2)];
    let code = panel(&axes, &[(cube(&[1, 2, 1, 2], false, &[1, 2, 3, 4]), slice(0, 1, 1))]);
    let pickle = pickle(code);
    let panel: Panel = pickle.root().extract().unwrap();
    assert_eq!((panel.len(), panel.axes().len()), (4, 3));
    assert_eq!(items(&pickle), [[1, 2, 3, 4]]);
}

#[test]
fn a_panel_of_old_is_four_files() {
    let values = npy("<i8", false, "(2, 1, 2)", &int_bytes(&[1, 2, 3, 4]));
    let axes = [npy_objects(&[text2("a"), text2("b")]), npy("<i8", false, "(1,)", &int_bytes(&[7]))];
    let minor = npy_objects(&[text2("x"), text2("y")]);
    let state = tuple(&[values, axes[0].clone(), axes[1].clone(), minor]);
    let code = build(new(global("pandas.core.panel", "WidePanel")), state.clone());
    assert_eq!(items(&pickle(code)), [[1, 2], [3, 4]]);
    let short = tuple(&[
        npy("<i8", false, "(1, 1, 2)", &int_bytes(&[1, 2])),
        axes[0].clone(),
        axes[1].clone(),
        axes[1].clone(),
    ]);
    let error = fails(build(new(global("pandas.core.panel", "WidePanel")), short)).to_string();
    assert!(error.contains("expected 2 items by their labels"), "{error}");
}

#[test]
fn items_of_another_shape_than_the_axes_are_an_error() {
    let axes = |major: i64| [labels(&["a"]), range(major), range(2)];
    let values = || cube(&[1, 1, 2], false, &[1, 2]);
    let error = fails(panel(&axes(2), &[(values(), slice(0, 1, 1))])).to_string();
    assert!(error.starts_with("expected items of shape [2, 2] by the axes, found [1, 2]"), "{error}");
    assert!(error.ends_with("(item 0 of pandas Panel)"), "{error}");
    // As many cells, in another shape.
    let error =
        fails(panel(&[labels(&["a"]), range(2), range(1)], &[(values(), slice(0, 1, 1))])).to_string();
    assert!(error.starts_with("expected items of shape [2, 1]"), "{error}");
    let error = fails(panel(&axes(1), &[(rows(&[&[1, 2]]), slice(0, 1, 1))])).to_string();
    assert!(error.starts_with("expected items of shape [1, 2] by the axes, found [2]"), "{error}");
    let error = fails(panel(&axes(1), &[(small(&[1]), slice(0, 1, 1))])).to_string();
    assert!(error.starts_with("expected items of shape"), "{error}");
    let error = fails(panel(&[range(1), range(1)], &[])).to_string();
    assert!(error.starts_with("expected three axes or more, items first"), "{error}");
    let error = fails(panel(&vec![range(1); 9], &[])).to_string();
    assert!(error.starts_with("expected three axes or more, items first"), "{error}");
    let error =
        fails(panel(&axes(1), &[(categorical(small(&[0]), labels(&["y"])), slice(0, 1, 1))])).to_string();
    assert!(error.contains("items that are numpy arrays"), "{error}");
}

#[test]
fn a_panel_that_nothing_backs_is_an_error() {
    let million = 1_000_000;
    let axes = |items: i64| [range(items), range(million), range(million)];
    // No items at all, and rows that nothing pays for.
    assert_eq!(fails(panel(&axes(0), &[])).category(), Category::Limit);
    let empty = array("<i8", &[million, million, 0], bytes(&[]));
    for code in [
        panel(&axes(million), &[(empty, slice(0, million, 1))]),
        panel(&axes(million), &[]),
        panel(&axes(1), &[(array("<i8", &[1, million, million], bytes(&[0; 8])), slice(0, 1, 1))]),
        panel(&[range(1 << 40), range(0), range(0)], &[]),
        panel(&[range(0), range(1 << 40), range(1 << 40)], &[]),
    ] {
        let error = fails(code);
        assert!(matches!(error.category(), Category::Limit | Category::Data), "{error}");
    }
}
