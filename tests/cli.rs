//! The command as its user sees it: every flag, every refusal, and nothing left behind.

mod arrays;
mod dump;
#[cfg(target_os = "linux")]
mod faults;
mod files;
mod flags;
mod hostile;
mod inspect;
mod refusals;
mod streams;

use std::path::Path;

use tempfile::TempDir;

use crate::util::{Done, fixture, names, run};

/// A folder with `students.pkl`, `train-test.pkl` (two tables) and `list.pkl` (none) in it.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = |from: &str, to: &str| {
        std::fs::copy(fixture(from), folder.path().join(to)).expect("a copy");
    };
    copy("builtins/records.pkl", "records.pkl");
    copy("pandas/nested-frames-3.1.1.pkl", "train-test.pkl");
    std::fs::write(folder.path().join("seven.pkl"), b"\x80\x04K\x07.").expect("a file");
    folder
}

/// A test of which this machine cannot have the ground.
#[allow(clippy::print_stderr)] // said by `cargo test -- --nocapture`
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

/// The command ends well, and says one line about what it wrote.
#[track_caller]
fn writes(folder: &Path, args: &[&str], output: &str) -> Done {
    let done = run(folder, args);
    assert_eq!(done.code, Some(0), "{args:?}: {}", done.err);
    assert!(folder.join(output).exists(), "{args:?}: no {output} but {:?}", names(folder));
    done
}

/// The command ends with 2, says one line that holds all of `texts`, and changes nothing.
#[track_caller]
fn refuses(folder: &Path, args: &[&str], texts: &[&str]) {
    let before = names(folder);
    let done = run(folder, args);
    assert_eq!(done.code, Some(2), "{args:?}: {}", done.err);
    assert_eq!(done.err.lines().count(), 1, "{args:?}: {}", done.err);
    assert!(done.err.starts_with("pkl2parquet: "), "{args:?}: {}", done.err);
    for text in texts {
        assert!(done.err.contains(text), "{args:?}: no {text:?} in {}", done.err);
    }
    assert_eq!(names(folder), before, "{args:?}");
}
