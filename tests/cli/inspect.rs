//! Looking inside.

use std::fs;

use super::folder;
use crate::util::{Done, fixture, run};

fn look(name: &str, flag: &str) -> Done {
    let folder = folder();
    let done = run(folder.path(), &[fixture(name).to_str().unwrap(), flag]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_eq!(done.err, "");
    done
}

#[test]
fn list_tells_the_producer_and_each_table() {
    let done = look("pandas/weather.pkl", "--list");
    let mut lines = done.text().lines();
    let first = lines.next().unwrap();
    assert!(first.contains("weather.pkl: protocol 5, pandas >= 3.0"), "{first}");
    let table = lines.next().unwrap();
    assert!(table.starts_with("  .  DataFrame  366 x 7"), "{table}");

    let done = look("pandas/nested-frames-3.1.1.pkl", "--list");
    let tables: Vec<_> =
        done.text().lines().skip(1).map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!(tables, ["train", "test"]);
}

#[test]
fn list_of_a_pickle_without_a_table_says_so() {
    let folder = folder();
    let done = run(folder.path(), &["seven.pkl", "--list"]);
    assert_eq!(done.code, Some(0));
    assert_eq!(done.text(), "seven.pkl: protocol 4\n  no table; it holds the int 7\n");
}

#[test]
fn list_shows_what_a_key_could_take() {
    let folder = folder();
    // {'train': ['a', 'b'], 'lr': 0.5}
    fs::write(
        folder.path().join("settings.pkl"),
        b"}(X\x05\0\0\0train](X\x01\0\0\0aX\x01\0\0\0beX\x02\0\0\0lrG?\xe0\0\0\0\0\0\0u.",
    )
    .unwrap();
    let done = run(folder.path(), &["settings.pkl", "--list"]);
    assert_eq!(
        done.text(),
        "settings.pkl: protocol 0\n  no table; it holds a dict of 2 with the keys 'train', 'lr'; -k could take\n  \
         train  list  2 x 1\n"
    );
    let done = run(folder.path(), &["settings.pkl", "--list", "-k", "train"]);
    assert_eq!(done.text(), "settings.pkl: protocol 0\n  train  list  2 x 1\n");
}

#[test]
fn list_tells_several_files_apart() {
    let folder = folder();
    let done = run(folder.path(), &["records.pkl", "none.pkl", "seven.pkl", "--list"]);
    assert_eq!(done.code, Some(1));
    assert!(
        done.text().starts_with("records.pkl: ") && done.text().contains("\nseven.pkl: "),
        "{}",
        done.text()
    );
    assert!(done.err.contains("none.pkl: cannot open"));
}

#[test]
fn schema_tells_columns_and_types() {
    let done = look("builtins/records.pkl", "--schema");
    let lines: Vec<Vec<&str>> =
        done.text().lines().skip(1).map(|line| line.split_whitespace().take(2).collect()).collect();
    assert_eq!(lines.len(), 4, "{}", done.text());
    assert_eq!(lines[0], ["id", "Int64"]);
    assert_eq!(lines[2], ["score", "Float64"]);
}

#[test]
fn tree_shows_the_values() {
    let done = look("builtins/students.pkl", "--tree");
    assert!(
        done.text().starts_with("dict of 3\n  'Student 1': dict of 3\n    'Name': 'Alice'\n"),
        "{}",
        done.text()
    );
}

#[test]
fn dis_lists_as_pickletools_does() {
    let folder = folder();
    let done = run(folder.path(), &["seven.pkl", "--dis"]);
    assert_eq!(done.text(), "    0: \\x80 PROTO      4\n    2: K    BININT1    7\n    4: .    STOP\n");
}

#[test]
fn dis_lists_the_pickles_of_an_archive() {
    for (name, first) in
        [("torch/script.pt", "archive/data.pkl:"), ("torch/deflated.pt", "other name/data.pkl:")]
    {
        let done = look(name, "--dis");
        let lines: Vec<&str> = done.text().lines().collect();
        assert_eq!(lines[0], first);
        assert!(lines[1].ends_with(": \\x80 PROTO      2"), "{}", lines[1]);
        assert_eq!(lines.contains(&"archive/constants.pkl:"), name == "torch/script.pt");
    }
}

#[test]
fn dis_lists_a_broken_pickle_up_to_the_break() {
    let folder = folder();
    fs::write(folder.path().join("broken.pkl"), b"\x80\x04K\x07\xff").unwrap();
    let done = run(folder.path(), &["broken.pkl", "--dis"]);
    assert_eq!(done.code, Some(2));
    assert_eq!(done.text().lines().count(), 2);
    assert_eq!(done.err, "pkl2parquet: broken.pkl: expected a pickle opcode, found 0xff at byte 4\n");
}

#[test]
fn globals_come_with_their_byte() {
    let folder = folder();
    fs::write(folder.path().join("evil.pkl"), b"\x80\x02cos\nsystem\nX\x02\0\0\0ls\x85R.").unwrap();
    let done = run(folder.path(), &["evil.pkl", "--globals"]);
    assert_eq!(done.text(), "         2  os system\n");
    // To see it is not to do it.
    let done = run(folder.path(), &["evil.pkl", "--tree"]);
    assert_eq!(done.text(), "os.system at byte 2\n  argument 0: 'ls'\n");
}

#[test]
fn a_broken_pickle_shows_what_stands_before_the_break() {
    let folder = folder();
    let call = b"\x80\x02cos\nsystem\nX\x02\0\0\0ls\x85R\xff";
    // Python has called it when it finds the break, in a second pickle as in the first.
    for (before, byte, code, named) in [(&b""[..], 2, 2, "before the break"), (b"N.", 4, 0, "besides")] {
        std::fs::write(folder.path().join("evil.pkl"), [before, call].concat()).unwrap();
        let done = run(folder.path(), &["evil.pkl", "--globals"]);
        assert_eq!((done.code, done.text()), (Some(code), &*format!("{byte:>10}  os system\n")));
        let done = run(folder.path(), &["evil.pkl", "--tree"]);
        let named = format!("named {named}:\n  os.system at byte {byte}\n");
        assert_eq!((done.code, done.text().ends_with(&named)), (Some(code), true), "{}", done.text());
        assert_eq!(done.err.lines().count(), 1, "{}", done.err);
    }
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let folder = folder();
    fs::write(folder.path().join("esc.pkl"), b"}X\x08\0\0\0\x1b[31mredK\x01s.").unwrap();
    let done = run(folder.path(), &["esc.pkl", "--tree"]);
    assert!(!done.text().contains('\x1b'), "{}", done.text());
}
