//! Pipes, devices, and what happens when the other end goes away.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use super::folder;
use crate::util::{command, fixture, names, pipe, run};

#[test]
fn dash_is_standard_input_and_output() {
    let folder = folder();
    let bytes = fs::read(folder.path().join("records.pkl")).unwrap();
    let plain = run(folder.path(), &["records.pkl", "-", "--to", "csv"]);
    assert!(plain.text().starts_with(",id,name,score,tags\n"));
    let piped = pipe(folder.path(), &["-", "-", "--to", "csv"], &bytes);
    assert_eq!(piped.out, plain.out);
    assert_eq!(pipe(folder.path(), &["-", "--to", "csv"], &bytes).out, plain.out);
    assert_eq!(pipe(folder.path(), &["-", "out.csv"], &bytes).code, Some(0));
    assert_eq!(fs::read(folder.path().join("out.csv")).unwrap(), plain.out);
    // Parquet where nothing says otherwise.
    assert!(pipe(folder.path(), &["-"], &bytes).out.starts_with(b"PAR1"));
    assert!(pipe(folder.path(), &["-", "--list"], &bytes).text().starts_with("standard input: protocol "));
}

#[test]
fn standard_input_is_named_in_errors() {
    let folder = folder();
    let done = pipe(folder.path(), &["-", "out.csv"], b"");
    assert_eq!(done.code, Some(2));
    assert_eq!(done.err, "pkl2parquet: standard input: expected a pickle, found an empty file\n");
    assert!(!folder.path().join("out.csv").exists());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = folder();
    let weather = fixture("pandas/weather.pkl");
    for args in [&["-", "--to", "csv"][..], &["-", "--to", "jsonl"], &["--dis"], &["--tree"]] {
        let mut command = command(folder.path());
        command.arg(&weather).args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{args:?}: {err}");
        assert!(!err.contains("pkl2parquet:") && !err.contains("panick"), "{args:?}: {err}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn devices_are_written_as_they_are() {
    let folder = folder();
    assert_eq!(run(folder.path(), &["records.pkl", "/dev/null"]).code, Some(0));
    let done = run(folder.path(), &["records.pkl", "/dev/stdout", "--to", "csv"]);
    assert!(done.text().starts_with(",id,name,score,tags\n"), "{}", done.err);
    assert!(fs::metadata("/dev/null").unwrap().len() == 0 && !fs::metadata("/dev/null").unwrap().is_file());
    assert_eq!(names(folder.path()).len(), 3);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_standard_output_is_an_error() {
    let folder = folder();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let done = command(folder.path()).args(["records.pkl", "--tree"]).stdout(full).output().unwrap();
    assert_eq!(done.status.code(), Some(2));
    let err = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(err, "pkl2parquet: standard output: cannot write: no space left on device\n");
}

#[test]
#[cfg(target_os = "linux")]
fn a_named_pipe_is_read_and_written() {
    let folder = folder();
    let fifo = folder.path().join("fifo.csv");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    if !made.is_ok_and(|status| status.success()) {
        return;
    }
    let mut child = command(folder.path()).args(["records.pkl", "fifo.csv", "-q"]).spawn().unwrap();
    let text = fs::read_to_string(&fifo).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(text.starts_with(",id,name,score,tags\n"));
}
