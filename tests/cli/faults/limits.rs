//! Little memory, few files, an odd standard input.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use super::{below, big, ended};
use crate::cli::folder;
use crate::util::{command, names};

#[test]
fn few_descriptors_are_enough() {
    let folder = folder();
    for files in [5, 6, 8] {
        let args = ["records.pkl", "train-test.pkl", "-d", "out", "--force", "--threads", "1"];
        let done = below(folder.path(), &format!("ulimit -n {files}"), &args).output().unwrap();
        let (code, err) = ended(&done);
        assert_eq!(code, Some(0), "{files}: {err}");
    }
    // One for the library that the loader opens, none left for the input and the output.
    let inherited = "exec 3</dev/null; ulimit -n 4";
    let done = below(folder.path(), inherited, &["records.pkl", "none.csv"]).output().unwrap();
    let (code, err) = ended(&done);
    assert!(err.contains("oo many open files") || err.contains("rror 24"), "{err}");
    assert_ne!(code, Some(0), "{err}");
    assert!(!names(folder.path()).contains(&"none.csv".to_owned()));
}

#[test]
fn little_memory_is_said_or_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    big(&folder.path().join("big.pkl"));
    let with = |kilobytes: u32| {
        let args = ["big.pkl", "a.csv", "--threads", "1"];
        let done =
            below(folder.path(), &format!("ulimit -c 0; ulimit -v {kilobytes}"), &args).output().unwrap();
        (done.status.signal(), ended(&done))
    };
    // An input that cannot be mapped is read, and that takes memory which is asked for.
    let (_, (code, err)) = with(40_000);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.starts_with("pkl2parquet: big.pkl: not enough memory to read 24000"), "{err}");
    // What is taken without asking ends the process, as everywhere; nothing is left then, either.
    for megabytes in (44..80).step_by(4) {
        let (signal, (code, err)) = with(megabytes << 10);
        let is_said = code == Some(2) && err.contains("memory") || err.contains("memory allocation of");
        assert!(
            code == Some(0) || (is_said && (code.is_some() || signal == Some(6))),
            "{code:?} {signal:?} {err}"
        );
        assert!(names(folder.path()).iter().all(|name| name == "a.csv" || name == "big.pkl"));
    }
    let (_, (code, err)) = with(400_000);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(names(folder.path()), ["a.csv", "big.pkl"]);
}

#[test]
fn a_standard_input_that_is_none_is_named() {
    let folder = folder();
    let stdin = File::open(folder.path()).unwrap();
    let done = command(folder.path()).args(["-", "a.csv"]).stdin(stdin).output().unwrap();
    let said = "pkl2parquet: standard input: cannot read: is a directory\n";
    assert_eq!(ended(&done), (Some(2), said.to_owned()));
    let done = below(folder.path(), "exec <&-", &["-", "a.csv"]).output().unwrap();
    let said = "pkl2parquet: standard input: expected a pickle, found an empty file\n";
    assert_eq!(ended(&done), (Some(2), said.to_owned()));
    // Closed by the writer in the middle.
    let half = fs::read(folder.path().join("train-test.pkl")).unwrap();
    fs::write(folder.path().join("half"), &half[..half.len() / 2]).unwrap();
    let mut cat = std::process::Command::new("cat")
        .arg(folder.path().join("half"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdin = cat.stdout.take().unwrap();
    let done = command(folder.path()).args(["-", "a.csv"]).stdin(stdin).output().unwrap();
    cat.wait().unwrap();
    let (code, err) = ended(&done);
    assert!(code == Some(2) && err.starts_with("pkl2parquet: standard input: pickle ends"), "{err}");
    assert!(!folder.path().join("a.csv").exists());
}
