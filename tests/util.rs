//! Running the command.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the command did.
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

impl Done {
    /// Its standard output, which must be text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.out).expect("text")
    }
}

/// The command, to be run in `folder`.
pub(crate) fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pkl2parquet"));
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// Runs the command in `folder`.
pub(crate) fn run(folder: &Path, args: &[impl AsRef<OsStr>]) -> Done {
    finish(command(folder).args(args).output().expect("the command"))
}

/// Runs the command in `folder` with `input` on its standard input.
pub(crate) fn pipe(folder: &Path, args: &[impl AsRef<OsStr>], input: &[u8]) -> Done {
    let mut command = command(folder);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command");
    let mut stdin = child.stdin.take().expect("a pipe");
    // The command may refuse before it has read all.
    _ = stdin.write_all(input);
    drop(stdin);
    finish(child.wait_with_output().expect("its end"))
}

fn finish(output: std::process::Output) -> Done {
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    Done { code: output.status.code(), out: output.stdout, err }
}

/// The path of a fixture.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// The names in a folder, hidden ones too, in order.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
