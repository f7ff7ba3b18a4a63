//! The command when the system is against it: full disks, signals, folders that go away, inputs that change.

mod batch;
mod disk;
mod interrupted;
mod limits;
mod links;
mod shrinking;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Rows of the array of [`big`].
const ROWS: u32 = 3_000_000;

/// Writes the pickle of an array of zeros, whose bytes take no room on the disk. As CSV it takes a good while.
fn big(path: &Path) {
    let header =
        b"\x80\x04cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01J";
    let dtype = b"\x85cnumpy\ndtype\nX\x02\0\0\0f8\x89\x88\x87R(K\x03X\x01\0\0\0<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89\x8e";
    let bytes = u64::from(ROWS) * 8;
    let start = [header, &ROWS.to_le_bytes()[..], dtype, &bytes.to_le_bytes()].concat();
    let mut file = File::create(path).unwrap();
    file.write_all(&start).unwrap();
    file.seek_relative(bytes as i64).unwrap();
    file.write_all(b"tb.").unwrap();
}

/// The command below a shell that does `first`: `ulimit`, `trap`, a redirection by `exec`. What runs the tests may ignore
/// signals, as `nohup` does: here they are as they come, where `env` can do that.
fn below(folder: &Path, first: &str, args: &[impl AsRef<OsStr>]) -> Command {
    let (all, mut command) = ("--default-signal=HUP,INT,QUIT,TERM", Command::new("sh"));
    if can("env", &[all, "true"]) {
        command = Command::new("env");
        command.args([all, "sh"]);
    }
    command.arg("-c").arg(format!("{first}\nexec \"$0\" \"$@\"")).arg(env!("CARGO_BIN_EXE_pkl2parquet"));
    command.args(args).current_dir(folder).stdin(Stdio::null());
    command
}

/// Its exit code, and what it said.
#[track_caller]
fn ended(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Waits until it is so.
#[track_caller]
fn wait_until(mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited for a minute");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Whether a program is there and does this.
fn can(program: &str, args: &[&str]) -> bool {
    let done = Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
    done.is_ok_and(|status| status.success())
}
