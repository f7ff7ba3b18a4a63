//! An input that is cut short while it is mapped.

use std::fs::{self, File};
use std::io::Read;
use std::process::Stdio;

use super::{big, can, ended};
use crate::cli::skipped;
use crate::util::{command, names};

#[test]
fn an_input_that_shrinks_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let (input, pipe) = (folder.path().join("big.pkl"), folder.path().join("pipe.csv"));
    if !can("mkfifo", &[pipe.to_str().unwrap()]) {
        return skipped("no named pipes");
    }
    for threads in ["1", "4"] {
        big(&input);
        let mut command = command(folder.path());
        command.args(["big.pkl", "pipe.csv", "--threads", threads]).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let mut reader = File::open(&pipe).unwrap();
        let mut first = [0; 9];
        reader.read_exact(&mut first).unwrap();
        assert_eq!(&first, b",0\n0,0.0\n");
        // Some is written, and most waits until the pipe is read: the rest of the input is needed still.
        fs::OpenOptions::new().write(true).open(&input).unwrap().set_len(1000).unwrap();
        reader.read_to_end(&mut Vec::new()).unwrap();
        let (code, err) = ended(&child.wait_with_output().unwrap());
        assert_eq!(code, Some(2), "{err}");
        assert_eq!(
            err,
            "pkl2parquet: big.pkl: a part of it is gone: another process cut it short while it was read, or its disk failed\n"
        );
    }
    assert_eq!(names(folder.path()), ["big.pkl", "pipe.csv"]);
}
