//! Signals in the middle: what was there stays, nothing new is left, and the shell sees the signal.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::{below, big, wait_until};
use crate::util::names;

/// The command as it writes `out.csv`, begun and not done.
fn writing(folder: &Path, first: &str) -> Child {
    big(&folder.join("big.pkl"));
    fs::write(folder.join("out.csv"), "old").unwrap();
    let mut child = below(folder, first, &["big.pkl", "out.csv"]).stderr(Stdio::piped()).spawn().unwrap();
    // A file of the folder that is open for writing: its links are the names, or that it has none.
    let open = format!("/proc/{}/fd", child.id());
    let folder = folder.canonicalize().unwrap();
    wait_until(|| {
        assert!(child.try_wait().unwrap().is_none(), "it was too fast");
        fs::read_dir(&open).unwrap().flatten().any(|file| {
            fs::read_link(file.path())
                .is_ok_and(|file| file.starts_with(&folder) && !file.ends_with("big.pkl"))
        })
    });
    child
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

#[test]
fn a_signal_ends_it_and_leaves_what_was_there() {
    for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1), ("QUIT", 3), ("KILL", 9)] {
        let folder = tempfile::tempdir().unwrap();
        let child = writing(folder.path(), "ulimit -c 0");
        send(signal, &child);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.signal(), Some(number), "{signal}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{signal}");
        assert_eq!(names(folder.path()), ["big.pkl", "out.csv"], "{signal}");
        assert_eq!(fs::read(folder.path().join("out.csv")).unwrap(), b"old", "{signal}");
    }
}

#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    let folder = tempfile::tempdir().unwrap();
    // As `nohup` does.
    let child = writing(folder.path(), "trap '' HUP");
    send("HUP", &child);
    assert!(child.wait_with_output().unwrap().status.success());
    assert!(fs::read(folder.path().join("out.csv")).unwrap().starts_with(b",0\n0,0.0\n"));
}
