//! No room, no folder, no right to write.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{below, big, can, ended};
use crate::cli::skipped;
use crate::util::{command, fixture, names};

const FORMATS: [&str; 7] = ["parquet", "csv", "arrow", "arrows", "jsonl", "npz", "npy"];

#[test]
fn a_file_that_may_grow_no_further_is_an_error_and_not_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    big(&folder.path().join("big.pkl"));
    for format in FORMATS {
        let out = format!("out.{format}");
        // Zeros as Parquet take some kilobytes unless they are written as they are.
        let args = ["big.pkl", &out, "--compression", "none"];
        let args = if matches!(format, "csv" | "jsonl" | "npy") { &args[..2] } else { &args };
        let done = below(folder.path(), "ulimit -f 1", args).output().unwrap();
        let said = format!("pkl2parquet: big.pkl: {out}: cannot write: file too large\n");
        assert_eq!(ended(&done), (Some(2), said));
        assert_eq!(names(folder.path()), ["big.pkl"]);
    }
}

/// Does `script` where `out` is a file system of 64 kB, `$0` is the command and nobody else is concerned; `None` where that
/// cannot be had.
fn on_a_small_disk(folder: &Path, script: &str) -> Option<String> {
    fs::create_dir(folder.join("out")).unwrap();
    let script = format!("mount -t tmpfs -o size=64k tmpfs out || exit 77\n{script}");
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", &script, env!("CARGO_BIN_EXE_pkl2parquet")]).current_dir(folder);
    let done = command.stdin(Stdio::null()).output().ok()?;
    if !done.status.success() {
        skipped("no file system of our own");
        return None;
    }
    Some(String::from_utf8(done.stdout).unwrap())
}

#[test]
fn a_full_disk_keeps_what_was_there_and_nothing_else() {
    // With `/proc`, files have no name until they are complete; without, they have a temporary one.
    for without_proc in ["", "mount -t tmpfs tmpfs /proc || exit 77"] {
        let folder = tempfile::tempdir().unwrap();
        big(&folder.path().join("big.pkl"));
        let script = format!(
            "{without_proc}\necho old > out/big.csv\n$0 big.pkl out/big.csv 2>&1; echo code $?\nls -A out; cat out/big.csv"
        );
        let Some(said) = on_a_small_disk(folder.path(), &script) else { return };
        let expected = "pkl2parquet: big.pkl: out/big.csv: cannot write: no space left on device\ncode 2\nbig.csv\nold\n";
        assert_eq!(said, expected);
    }
}

#[test]
fn where_files_have_names_from_the_start_signals_remove_them() {
    let folder = tempfile::tempdir().unwrap();
    big(&folder.path().join("big.pkl"));
    // The signal is sent as soon as the temporary file is there: the input takes far longer than that to write.
    let script = "mount -t tmpfs tmpfs /proc || exit 77
        mount -o remount,size=1g out
        $0 big.pkl out/big.csv & child=$!
        until ls -A out | grep -q '^\\.pkl2parquet-.*\\.tmp$'; do kill -0 $child || exit 1; done
        kill -TERM $child; wait $child; echo code $?; ls -A out";
    let Some(said) = on_a_small_disk(folder.path(), script) else { return };
    assert_eq!(said, "code 143\n");
}

/// The command, its checks done and half of its input read; then `meanwhile` happens, and it gets the rest.
fn meanwhile(command: &mut Command, meanwhile: impl FnOnce()) -> (Option<i32>, String) {
    let mut pickle = fs::read(fixture("builtins/records.pkl")).unwrap();
    pickle.resize(1 << 20, 0);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // More than a pipe holds: when it is written, some of it was read.
    let (first, rest) = pickle.split_at(pickle.len() / 2);
    stdin.write_all(first).unwrap();
    meanwhile();
    stdin.write_all(rest).unwrap();
    drop(stdin);
    ended(&child.wait_with_output().unwrap())
}

#[test]
fn a_folder_that_goes_away_meanwhile_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    let done = meanwhile(command(folder.path()).args(["-", "out/a.csv", "-q"]), || {
        fs::remove_dir(&out).unwrap();
    });
    let said = "pkl2parquet: standard input: out/a.csv: cannot write: no such file or directory\n";
    assert_eq!(done, (Some(2), said.to_owned()));
    assert!(names(folder.path()).is_empty());
}

/// The command as somebody who may not write everywhere; `None` where the tests run as root and cannot become another.
fn as_nobody(folder: &Path) -> Option<Command> {
    let is_root =
        fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
    if !is_root {
        return Some(command(folder));
    }
    let drop = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    if !can("setpriv", &[&drop[..], &[env!("CARGO_BIN_EXE_pkl2parquet"), "--version"]].concat()) {
        skipped("no way to run it as another than root");
        return None;
    }
    let mut command = Command::new("setpriv");
    command.args(drop).arg(env!("CARGO_BIN_EXE_pkl2parquet")).current_dir(folder).stdin(Stdio::null());
    Some(command)
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_folder_that_is_read_only_is_named() {
    let folder = tempfile::tempdir().unwrap();
    mode(folder.path(), 0o755);
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    let Some(mut command) = as_nobody(folder.path()) else { return };
    mode(&out, 0o555);
    let records = fixture("builtins/records.pkl");
    let said = "records.pkl: out/a.csv: cannot write: permission denied\n";
    let (code, err) = ended(&command.arg(&records).arg("out/a.csv").output().unwrap());
    assert!(code == Some(2) && err.ends_with(said) && err.lines().count() == 1, "{err}");

    // Meanwhile.
    mode(&out, 0o777);
    let Some(mut command) = as_nobody(folder.path()) else { return };
    let done = meanwhile(command.args(["-", "out/a.csv", "-q"]), || mode(&out, 0o555));
    assert_eq!(done.0, Some(2));
    assert!(done.1.ends_with("standard input: out/a.csv: cannot write: permission denied\n"), "{}", done.1);

    // A folder for many, that cannot be made.
    let Some(mut command) = as_nobody(folder.path()) else { return };
    let (code, err) = ended(&command.arg(&records).args(["-d", "out/new"]).output().unwrap());
    assert_eq!((code, &*err), (Some(2), "pkl2parquet: cannot make the folder out/new: permission denied\n"));
    assert!(names(&out).is_empty());
}

#[test]
fn a_file_that_is_read_only_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a.csv");
    fs::write(&out, "mine").unwrap();
    mode(&out, 0o444);
    let records = fixture("builtins/records.pkl");
    let (code, err) = ended(&command(folder.path()).arg(&records).arg("a.csv").output().unwrap());
    assert_eq!(code, Some(2));
    assert!(err.ends_with("a.csv: it is read-only; choose another name, or remove it first\n"), "{err}");
    assert_eq!(fs::read(&out).unwrap(), b"mine");
}
