//! The command on every fixture: what cannot be converted is one clear line, never a panic, and `--tree`, `--dis` and
//! `--list` work on whatever decodes.

use std::ffi::OsStr;
use std::process::{Command, Output, Stdio};

use super::{fixtures, report};

fn run(args: &[&OsStr]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pkl2parquet"))
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect("the command")
}

#[test]
fn hostile_files_are_refused_in_one_line_that_names_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut faults = Vec::new();
    for fixture in fixtures("hostile") {
        let out = folder.path().join("out.parquet");
        let done = run(&[fixture.path.as_os_str(), out.as_os_str()]);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        let file = format!("{}.pkl", fixture.name);
        match done.status.code() {
            Some(2) if said.lines().count() == 1 && said.contains(&file) && !out.exists() => {}
            Some(0)
                if fixture.note["error"] != "eof" && fixture.note["error"] != "syntax" && out.exists() =>
            {
                std::fs::remove_file(&out).expect("the output can be removed");
            }
            code => faults.push(format!("{}: exit {code:?}: {said}", fixture.name)),
        }
        let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").collect();
        if !left.is_empty() {
            faults.push(format!("{}: left {left:?}", fixture.name));
        }
    }
    report(&faults);
}

#[test]
fn inspection_works_on_whatever_decodes() {
    let mut faults = Vec::new();
    for folder in ["builtins", "numpy"] {
        for fixture in fixtures(folder) {
            for flag in ["--tree", "--dis", "--globals"] {
                let done = run(&[fixture.path.as_os_str(), flag.as_ref()]);
                if !done.status.success() || (done.stdout.is_empty() && flag != "--globals") {
                    faults.push(format!(
                        "{} {flag}: {} {}",
                        fixture.name,
                        done.status,
                        String::from_utf8_lossy(&done.stderr)
                    ));
                }
            }
        }
    }
    report(&faults);
}

#[test]
fn every_array_and_value_that_is_a_table_is_written_in_every_format() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut faults = Vec::new();
    for fixture in fixtures("numpy").into_iter().chain(fixtures("builtins")) {
        for format in ["parquet", "csv", "arrow", "jsonl"] {
            let out = folder.path().join(format!("{}-{format}", fixture.name));
            std::fs::create_dir(&out).expect("a new folder");
            let flags = [OsStr::new("--to"), OsStr::new(format), OsStr::new("-q"), OsStr::new("-d")];
            let done = run(&[&flags[..], &[out.as_os_str(), fixture.path.as_os_str()]].concat());
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            let empty = std::fs::read_dir(&out).expect("the folder").next().is_none();
            let fine = match done.status.code() {
                Some(0) => !empty,
                Some(2) => empty && said.contains("no table in it"),
                _ => false,
            };
            if !fine {
                faults.push(format!("{} to {format}: {}: {said}", fixture.name, done.status));
            }
        }
    }
    report(&faults);
}
