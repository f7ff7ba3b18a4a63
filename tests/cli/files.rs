//! Where outputs go, and how they appear.

use std::fs;

use super::{folder, writes};
use crate::util::{fixture, names, run};

#[test]
fn the_ending_decides_the_format() {
    let folder = folder();
    for (name, magic) in [
        ("a.parquet", &b"PAR1"[..]),
        ("a.pq", b"PAR1"),
        ("a.csv", b",id,name,score,tags\n"),
        ("a.arrow", b"ARROW1"),
        ("a.feather", b"ARROW1"),
        ("a.ipc", b"ARROW1"),
        ("a.arrows", b"\xff\xff\xff\xff"),
        ("a.jsonl", b"{\"id\":1,"),
        ("a.ndjson", b"{\"id\":1,"),
        ("A.CSV", b",id,name,score,tags\n"),
    ] {
        writes(folder.path(), &["records.pkl", name], name);
        assert!(fs::read(folder.path().join(name)).unwrap().starts_with(magic), "{name}");
    }
}

#[test]
fn one_argument_writes_beside_the_input() {
    let folder = folder();
    fs::create_dir(folder.path().join("old")).unwrap();
    fs::rename(folder.path().join("records.pkl"), folder.path().join("old/grades.v2.pkl")).unwrap();
    writes(folder.path(), &["old/grades.v2.pkl"], "old/grades.v2.parquet");
    writes(folder.path(), &["old/grades.v2.pkl", "--to", "csv"], "old/grades.v2.csv");
    assert_eq!(names(&folder.path().join("old")), ["grades.v2.csv", "grades.v2.parquet", "grades.v2.pkl"]);
}

#[test]
fn force_replaces_and_a_named_output_needs_none() {
    let folder = folder();
    let output = folder.path().join("records.csv");
    for args in [&["records.pkl", "--to", "csv", "--force"][..], &["records.pkl", "records.csv"]] {
        fs::write(&output, "old").unwrap();
        writes(folder.path(), args, "records.csv");
        assert!(fs::read(&output).unwrap().starts_with(b",id,"));
    }
    assert_eq!(names(folder.path()).len(), 4, "{:?}", names(folder.path()));
}

#[test]
fn a_folder_gets_one_file_for_each_table() {
    let folder = folder();
    fs::create_dir(folder.path().join("out")).unwrap();
    let done = run(folder.path(), &["records.pkl", "train-test.pkl", "-d", "out"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_eq!(names(&folder.path().join("out")), ["records.parquet", "train-test"]);
    assert_eq!(names(&folder.path().join("out/train-test")), ["test.parquet", "train.parquet"]);
    assert!(
        done.err.lines().any(|line| line.starts_with("out/train-test/train.parquet: 2 rows")),
        "{}",
        done.err
    );
    assert!(done.err.contains("2 of 2 inputs written to out"), "{}", done.err);
}

#[test]
fn a_folder_that_is_not_there_is_made_and_only_if_something_comes_into_it() {
    let folder = folder();
    let done = run(folder.path(), &["seven.pkl", "-d", "new/out"]);
    assert_eq!(done.code, Some(2), "{}", done.err);
    assert!(!folder.path().join("new").exists());
    writes(folder.path(), &["records.pkl", "-d", "new/out"], "new/out/records.parquet");
}

#[test]
fn a_key_takes_any_value_that_is_a_table_if_asked_for() {
    let folder = folder();
    // {'rows': [[1, 2], [3, 4]], 'of': [{'id': 5}]}
    let bytes = b"}(X\x04\0\0\0rows](](K\x01K\x02e](K\x03K\x04eeX\x02\0\0\0of]}X\x02\0\0\0idK\x05sau.";
    fs::write(folder.path().join("a.pkl"), bytes).unwrap();
    writes(folder.path(), &["a.pkl", "a.csv", "-k", "rows"], "a.csv");
    assert_eq!(fs::read(folder.path().join("a.csv")).unwrap(), b",0,1\n0,1,2\n1,3,4\n");
    writes(folder.path(), &["a.pkl", "a.csv", "-k", "rows[1]"], "a.csv");
    assert_eq!(fs::read(folder.path().join("a.csv")).unwrap(), b",0\n0,3\n1,4\n");
    // The list of dicts is taken unasked, and it is said that there is more.
    let done = writes(folder.path(), &["a.pkl", "a.csv"], "a.csv");
    assert_eq!(fs::read(folder.path().join("a.csv")).unwrap(), b",id\n0,5\n");
    assert!(
        done.err.starts_with("a.pkl: note: at `of`: the only table; what lies beside it is left out\n"),
        "{}",
        done.err
    );
}

#[test]
fn some_of_many_that_fail_make_exit_1() {
    let folder = folder();
    fs::create_dir(folder.path().join("out")).unwrap();
    let done = run(folder.path(), &["records.pkl", "seven.pkl", "none.pkl", "-d", "out", "--to", "csv"]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("pkl2parquet: seven.pkl: no table in it"), "{}", done.err);
    assert!(done.err.contains("pkl2parquet: none.pkl: cannot open"), "{}", done.err);
    assert_eq!(names(&folder.path().join("out")), ["records.csv"]);

    let done = run(folder.path(), &["seven.pkl", "none.pkl", "-d", "out", "--to", "csv"]);
    assert_eq!(done.code, Some(2), "{}", done.err);
}

#[test]
fn a_failed_input_leaves_no_folder() {
    let folder = folder();
    fs::create_dir(folder.path().join("out")).unwrap();
    let args = ["train-test.pkl", "-d", "out", "--columns", "no such column"];
    let done = run(folder.path(), &args);
    assert_eq!(done.code, Some(2), "{}", done.err);
    assert!(names(&folder.path().join("out")).is_empty());
}

#[test]
fn compressed_inputs_are_told_by_content() {
    let folder = folder();
    let plain = fs::read(folder.path().join("records.pkl")).unwrap();
    // A tar of one member, made by hand: its header is 512 bytes, its content padded to as many.
    let mut header = [0_u8; 512];
    header[..11].copy_from_slice(b"records.pkl");
    header[100..107].copy_from_slice(b"0000644");
    header[124..135].copy_from_slice(format!("{:011o}", plain.len()).as_bytes());
    header[148..156].copy_from_slice(b"        ");
    header[156] = b'0';
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let mut tar = header.to_vec();
    tar.extend(&plain);
    tar.resize(tar.len().next_multiple_of(512) + 1024, 0);
    fs::write(folder.path().join("odd-name.bin"), tar).unwrap();
    writes(folder.path(), &["odd-name.bin", "a.csv"], "a.csv");
    writes(folder.path(), &["records.pkl", "b.csv"], "b.csv");
    assert_eq!(
        fs::read(folder.path().join("a.csv")).unwrap(),
        fs::read(folder.path().join("b.csv")).unwrap()
    );
    let done = run(folder.path(), &["odd-name.bin", "--list"]);
    assert!(done.text().contains("in tar"), "{}", done.text());
}

#[test]
#[cfg(unix)]
fn a_new_file_has_the_mode_of_any_new_file_and_a_replaced_one_keeps_its_own() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    fs::write(folder.path().join("any"), "").unwrap();
    writes(folder.path(), &["records.pkl", "a.csv"], "a.csv");
    assert_eq!(mode("a.csv"), mode("any"));
    fs::set_permissions(folder.path().join("a.csv"), fs::Permissions::from_mode(0o600)).unwrap();
    writes(folder.path(), &["records.pkl", "a.csv"], "a.csv");
    assert_eq!(mode("a.csv"), 0o600);
}

#[test]
fn the_summary_is_one_line_that_quiet_silences() {
    let folder = folder();
    let weather = fixture("pandas/weather.pkl");
    let weather = weather.to_str().unwrap();
    let done = writes(folder.path(), &[weather, "w.parquet"], "w.parquet");
    let line = done.err.lines().last().unwrap();
    assert!(line.starts_with("w.parquet: 366 rows, "), "{line}");
    assert!(line.contains(" columns, ") && line.contains(" kB in "), "{line}");
    assert!(done.out.is_empty());
    assert_eq!(writes(folder.path(), &[weather, "w.parquet", "-q"], "w.parquet").err, "");
}

#[test]
fn many_inputs_are_told_in_their_order_whatever_the_threads() {
    let folder = folder();
    let names: Vec<String> = (0..40).map(|i| format!("n{i}.pkl")).collect();
    for (i, name) in names.iter().enumerate() {
        let from = ["records.pkl", "train-test.pkl", "seven.pkl"][i % 3];
        fs::copy(folder.path().join(from), folder.path().join(name)).unwrap();
    }
    let [one, four] = ["1", "4"].map(|threads| {
        let args: Vec<&str> =
            names.iter().map(|name| &**name).chain(["-d", threads, "--threads", threads]).collect();
        let done = run(folder.path(), &args);
        assert_eq!(done.code, Some(1), "{}", done.err);
        // Names of folders and times differ.
        let lines = done.err.lines().map(|line| line.split(" in ").next().unwrap_or_default());
        let lines = lines.filter(|line| !line.contains(" inputs written to "));
        lines.map(|line| line.trim_start_matches(['1', '4']).to_owned()).collect::<Vec<_>>()
    });
    assert_eq!(one, four);
    assert!(one.iter().any(|line| line.contains("n2.pkl: no table")), "{one:?}");
    let written = |dir: &str| fs::read(folder.path().join(dir).join("n39.parquet")).unwrap();
    assert_eq!(written("1"), written("4"));
}
