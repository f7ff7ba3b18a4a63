//! Columns of Python objects: long ones, which several threads look at, and cells that are not what most are.

#[path = "columns/opcodes.rs"]
mod opcodes;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array as _, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use opcodes::{Opcodes, rows};
use unpickle_arrow::{Columns as _, tables};
use unpickle_core::Pickle;

fn batch(pickle: &Pickle) -> RecordBatch {
    let found = tables(pickle.root()).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].batch(0..found[0].num_rows()).unwrap()
}

/// Cells by the letter.
fn cell(out: &mut Opcodes, letter: char) {
    match letter {
        'n' => out.none(),
        'b' => out.bool(true),
        'i' => out.int(7),
        // No float holds it.
        'I' => out.int((1 << 53) + 1),
        'f' => out.float(0.5),
        't' => out.text("é"),
        'l' => out.list(|out| out.int(1)),
        'm' => out.list(|out| out.float(0.5)),
        'k' => out.list(|out| out.bool(false)),
        _ => out.dict(|out| {
            out.text(&letter.to_string());
            out.int(1);
        }),
    }
}

#[test]
fn a_long_column_is_of_the_type_of_a_short_one_of_the_same_cells() {
    let orders = [
        "n", "ni", "in", "if", "fi", "fb", "bf", "fib", "ibf", "fnb", "fbi", "fbI", "If", "fI", "it", "ti",
        "tn", "nt", "lm", "ml", "mk", "km", "nlk", "lkm", "mkl", "lt", "xy", "yx", "xnzy", "xl", "fx", "bfb",
        "fbf",
    ];
    for order in orders {
        // As the first of two columns, so that no letter makes it another table.
        let of = |each: usize| {
            let letters: Vec<char> = order.chars().collect();
            let pickle = rows(letters.len() * each, |out, row| {
                out.dict(|out| {
                    out.text("a");
                    cell(out, letters[row / each]);
                    out.text("b");
                    out.int(0);
                });
            });
            let found = tables(pickle.root()).unwrap();
            (found[0].schema().field(0).clone(), found[0].notes().to_vec())
        };
        assert_eq!(of(40_000), of(1), "{order}");
    }
}

#[test]
fn a_long_column_has_the_cells_of_the_list() {
    const ROWS: usize = 150_000;
    let pickle = rows(ROWS, |out, row| {
        out.list(|out| {
            if row % 7 == 0 {
                out.none()
            } else {
                out.text(&format!("text {row}"))
            }
            if row % 5 == 0 {
                out.none()
            } else {
                out.int(row as i64)
            }
            match row % 3 {
                0 => out.int(row as i64),
                1 => out.float(f64::NAN),
                _ => out.float(row as f64 + 0.5),
            }
            if row % 4 == 0 {
                out.none()
            } else {
                out.list(|out| (0..row % 4).for_each(|i| out.int(i as i64)))
            }
        });
    });
    let batch = batch(&pickle);
    let (texts, ints) = (batch.column(0).as_string::<i32>(), batch.column(1).as_primitive::<Int64Type>());
    let (floats, lists) = (batch.column(2).as_primitive::<Float64Type>(), batch.column(3).as_list::<i32>());
    for row in 0..ROWS {
        let text = texts.is_valid(row).then(|| texts.value(row).to_owned());
        assert_eq!(text, (row % 7 != 0).then(|| format!("text {row}")));
        assert_eq!(ints.is_valid(row).then(|| ints.value(row)), (row % 5 != 0).then_some(row as i64));
        let float = [Some(row as f64), None, Some(row as f64 + 0.5)][row % 3];
        assert_eq!(floats.is_valid(row).then(|| floats.value(row)), float);
        assert_eq!(lists.is_valid(row), row % 4 != 0);
        let items: Vec<i64> = (0..(row % 4) as i64).collect();
        assert_eq!(lists.value(row).as_primitive::<Int64Type>().values(), &items);
    }
}

/// Dicts whose keys are shared objects, or objects of their own.
fn record(out: &mut Opcodes, row: usize, keys: &[&str], shared: bool) {
    out.dict(|out| {
        for (i, key) in keys.iter().enumerate() {
            if shared && row > 0 {
                out.again(i as u32);
            } else {
                out.text(key);
                out.memoise();
            }
            out.int((row * 10 + i) as i64);
        }
    });
}

fn columns(batch: &RecordBatch) -> Vec<(String, ArrayRef)> {
    let names = batch.schema().fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>();
    names.into_iter().zip(batch.columns().iter().cloned()).collect()
}

#[test]
fn records_are_the_same_whether_they_share_their_keys_or_not() {
    for rows_of in [
        |_| vec!["a", "b", "c"],
        |row: usize| if row == 2 { vec!["c", "d", "a"] } else { vec!["a", "b", "c"] },
    ] {
        let of = |shared, count| {
            let pickle = rows(count, |out, row| {
                let keys = rows_of(row);
                record(out, row, &keys, shared && keys[0] == "a");
            });
            columns(&batch(&pickle))
        };
        for count in [1, 5, 70_000] {
            assert_eq!(of(true, count), of(false, count));
        }
    }
}

#[test]
fn a_key_that_comes_again_has_its_last_value_in_every_row() {
    let pickle = rows(70_000, |out, row| {
        out.dict(|out| {
            for (i, key) in ["a", "b", "a"].into_iter().enumerate() {
                out.text(key);
                out.int((row * 10 + i) as i64);
            }
        });
    });
    let columns = columns(&batch(&pickle));
    let [(a, first), (b, second)] = &*columns else { panic!("{columns:?}") };
    assert_eq!((a.as_str(), b.as_str()), ("a", "b"));
    let (first, second) = (first.as_primitive::<Int64Type>(), second.as_primitive::<Int64Type>());
    assert!(
        (0..70_000)
            .all(|row| first.value(row) == row as i64 * 10 + 2 && second.value(row) == row as i64 * 10 + 1)
    );
}

#[test]
fn dicts_in_cells_may_lack_keys_and_have_them_in_any_order() {
    let shapes: [&[&str]; 4] = [&["a", "b"], &["b", "a"], &["b"], &[]];
    let pickle = rows(100_000, |out, row| {
        out.list(|out| {
            if row % 5 == 4 {
                out.none()
            } else {
                record(out, row, shapes[row % 5], false)
            }
            out.none();
        });
    });
    let batch = batch(&pickle);
    let cells = batch.column(0).as_struct();
    assert!(matches!(batch.schema().field(0).data_type(), DataType::Struct(fields) if fields.len() == 2));
    let field = |name: &str, row: usize| {
        let column = cells.column_by_name(name).unwrap().as_primitive::<Int64Type>();
        column.is_valid(row).then(|| column.value(row))
    };
    for row in 0..batch.num_rows() {
        assert_eq!(cells.is_valid(row), row % 5 != 4);
        let of = |key: &str| {
            let keys = shapes.get(row % 5)?;
            keys.iter().position(|known| *known == key).map(|i| (row * 10 + i) as i64)
        };
        assert_eq!((field("a", row), field("b", row)), (of("a"), of("b")), "row {row}");
    }
}
