//! Bad input and bad wishes: one line that names the file, the trouble and the way out; exit 2; nothing written.

use std::fs;

use super::{folder, refuses};
use crate::util::{fixture, names, pipe, run};

#[test]
fn what_is_no_pickle_is_called_by_its_name() {
    let folder = folder();
    for (name, bytes, text) in [
        ("empty.pkl", &b""[..], "found an empty file"),
        ("text.pkl", b"Dear all,\nthe figures are attached.\n", "looks like a text file"),
        ("grades.pkl", b"name,age\nAda,36\nBob,27\n", "looks like a CSV file"),
        ("data.pkl", b"PAR1\x15\x04\x15\x10\0\0\0", "looks like a Parquet file"),
        ("lfs.pkl", b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n", "git lfs pull"),
        ("noise.pkl", b"\x00\x01\x02\x03", "expected a pickle opcode, found 0x00 at byte 0"),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
        refuses(folder.path(), &[name, "out.parquet"], &[name, text]);
        refuses(folder.path(), &[name, "--tree"], &[name, text]);
    }
}

#[test]
fn a_truncated_file_is_said_to_be_cut_short() {
    let folder = folder();
    let whole = fs::read(fixture("pandas/weather.pkl")).unwrap();
    for part in [2, 100, whole.len() / 2, whole.len() - 1] {
        fs::write(folder.path().join("cut.pkl"), &whole[..part]).unwrap();
        refuses(folder.path(), &["cut.pkl", "out.parquet"], &["cut.pkl: pickle ends", "at byte", "fetch"]);
    }
}

#[test]
fn a_damaged_compressed_file_is_named() {
    let folder = folder();
    fs::write(folder.path().join("a.pkl.gz"), b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff\xff\xff").unwrap();
    refuses(folder.path(), &["a.pkl.gz", "out.parquet"], &["a.pkl.gz: ", "gzip"]);
}

#[test]
fn a_pickle_without_a_table_says_what_it_is() {
    let folder = folder();
    refuses(
        folder.path(),
        &["seven.pkl", "out.csv"],
        &["seven.pkl: no table in it; it holds the int 7; --list", "-k", "--tree"],
    );
    refuses(
        folder.path(),
        &["seven.pkl", "out.csv", "-k", "a"],
        &["seven.pkl: nothing at `a`; it holds the int 7"],
    );
    refuses(
        folder.path(),
        &["train-test.pkl", "out.csv", "-k", "valid"],
        &["no table at `valid`; the paths are: train, test"],
    );
    fs::write(folder.path().join("evil.pkl"), b"cos\nsystem\n.").unwrap();
    refuses(folder.path(), &["evil.pkl", "out.csv"], &["it holds the name os.system, a function or a class"]);
}

#[test]
fn inputs_that_cannot_be_opened_are_named() {
    let folder = folder();
    refuses(
        folder.path(),
        &["none.pkl", "out.parquet"],
        &["none.pkl: cannot open: no such file or directory"],
    );
    refuses(folder.path(), &["none.pkl", "--list"], &["none.pkl: cannot open"]);
    fs::create_dir(folder.path().join("exports")).unwrap();
    refuses(
        folder.path(),
        &["exports", "out.parquet"],
        &["exports: it is a directory; name the pickle files in it"],
    );
}

#[test]
fn outputs_that_cannot_be_are_named() {
    let folder = folder();
    let path = folder.path();
    refuses(
        path,
        &["records.pkl", "no/out.parquet"],
        &["no/out.parquet", "the folder no does not exist; create it"],
    );
    refuses(path, &["records.pkl", "-d", "seven.pkl/no"], &["cannot make the folder seven.pkl/no: "]);
    refuses(path, &["records.pkl", "records.pkl/out.csv"], &["records.pkl/out.csv", "not a folder"]);
    refuses(path, &["records.pkl", "out.xlsx"], &["out.xlsx: the ending says no format", ".parquet", "--to"]);
    fs::create_dir(path.join("dir")).unwrap();
    refuses(path, &["records.pkl", "dir"], &["dir: it is a directory; `-d dir` writes into it"]);
    fs::create_dir(path.join("dir.csv")).unwrap();
    refuses(path, &["records.pkl", "dir.csv"], &["dir.csv: it is a directory"]);
}

#[test]
fn the_input_is_never_overwritten() {
    let folder = folder();
    let path = folder.path();
    let before = fs::read(path.join("records.pkl")).unwrap();
    refuses(path, &["records.pkl", "records.pkl", "--to", "csv"], &["-d DIR"]);
    fs::copy(path.join("records.pkl"), path.join("odd.parquet")).unwrap();
    refuses(path, &["odd.parquet", "./odd.parquet"], &["it is the input itself"]);
    assert_eq!(fs::read(path.join("odd.parquet")).unwrap(), before);
}

#[test]
fn wishes_that_contradict_are_refused() {
    let folder = folder();
    let path = folder.path();
    refuses(path, &[], &["INPUT", "--help"]);
    refuses(path, &["records.pkl", "seven.pkl"], &["2 inputs and no OUTPUT; -d DIR"]);
    refuses(path, &["records.pkl", "seven.pkl", "out.csv"], &["cannot become one out.csv; -d DIR"]);
    refuses(path, &["records.pkl", "out.parquet", "--compression", "rar"], &["rar", "expected snappy"]);
    refuses(path, &["records.pkl", "out.parquet", "--compression", "zstd:99"], &["from 1 to 22"]);
    refuses(path, &["records.pkl", "out.csv", "--compression", "zstd"], &["does not fit CSV"]);
    refuses(path, &["records.pkl", "out.csv", "--to", "xlsx"], &["xlsx", "expected parquet, csv"]);
    refuses(path, &["records.pkl", "out.csv", "--encoding", "ebcdic"], &["expected utf8, latin1 or bytes"]);
    refuses(path, &["records.pkl", "out.csv", "--columns", "nome"], &["found `nome`", "name"]);
    refuses(path, &["records.pkl", "out.csv", "-k", "nowhere"], &["no table at `nowhere`; the paths are: ."]);
    refuses(path, &["records.pkl", "--tree", "--dis"], &["cannot be used with"]);
    refuses(path, &["records.pkl", "--tree", "-k", "a"], &["cannot be used with"]);
    refuses(path, &["records.pkl", "--list", "--head", "1"], &["cannot be used with"]);
    refuses(path, &["records.pkl", "--no-such-flag"], &["--no-such-flag"]);
    refuses(path, &["records.pkl", "out.csv", "--head", "-1"], &["-1"]);
}

#[test]
fn several_tables_and_one_output_list_the_paths() {
    let folder = folder();
    refuses(
        folder.path(),
        &["train-test.pkl", "out.parquet"],
        &["it holds 2 tables", "-k PATH", "-d DIR", "the paths are: train, test"],
    );
}

#[test]
fn a_derived_name_is_not_taken_from_another_file() {
    let folder = folder();
    fs::write(folder.path().join("records.parquet"), "mine").unwrap();
    refuses(folder.path(), &["records.pkl"], &["records.parquet: it exists; --force replaces it"]);
    refuses(
        folder.path(),
        &["records.pkl", "-d", "."],
        &["./records.parquet: it exists; --force replaces it"],
    );
    assert_eq!(fs::read(folder.path().join("records.parquet")).unwrap(), b"mine");
}

#[test]
fn two_inputs_never_become_one_file() {
    let folder = folder();
    fs::create_dir(folder.path().join("b")).unwrap();
    fs::copy(folder.path().join("records.pkl"), folder.path().join("b/records.pickle")).unwrap();
    let args = ["records.pkl", "b/records.pickle", "-d", "."];
    refuses(folder.path(), &args, &["records.pkl and b/records.pickle would both become ./records.parquet"]);
}

#[test]
fn what_may_come_out_of_a_file_is_bounded() {
    let folder = folder();
    let done = pipe(folder.path(), &["-", "out.csv", "--max-bytes", "1k"], &[b'N'; 5000]);
    assert_eq!(done.code, Some(2));
    assert!(done.err.contains("standard input: more than 1024 bytes"), "{}", done.err);
    assert!(!names(folder.path()).contains(&"out.csv".to_owned()));
}

#[test]
fn the_failure_of_one_table_leaves_the_old_file() {
    let folder = folder();
    fs::write(folder.path().join("out.csv"), "old").unwrap();
    refuses(folder.path(), &["seven.pkl", "out.csv"], &["no table"]);
    assert_eq!(fs::read(folder.path().join("out.csv")).unwrap(), b"old");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_said_to_be_full() {
    let folder = folder();
    let weather = fixture("pandas/weather.pkl");
    for format in ["parquet", "csv", "arrow", "arrows", "jsonl"] {
        let done = run(folder.path(), &[weather.to_str().unwrap(), "/dev/full", "--to", format]);
        assert_eq!(done.code, Some(2), "{format}: {}", done.err);
        assert!(
            done.err.contains("weather.pkl: /dev/full: cannot write: no space left on device"),
            "{}",
            done.err
        );
        assert_eq!(done.err.lines().count(), 1, "{}", done.err);
    }
}
