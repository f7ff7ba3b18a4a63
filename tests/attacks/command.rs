//! Running the command within little memory and time.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use wait4::Wait4;

use crate::attack::Attack;

/// Address space that the command may have, beside three times its input.
const SPACE: u64 = 1 << 30;

/// What the command did.
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    /// What it wrote to standard error.
    pub(crate) text: String,
    /// Seconds of all processors together.
    pub(crate) processor: f64,
}

impl Done {
    /// What it said, without the names of the files, sizes and times.
    pub(crate) fn says(&self) -> String {
        let text = self.text.lines().last().unwrap_or_default();
        let text = text.strip_prefix("pkl2parquet: ").unwrap_or(text);
        let text =
            text.split_once(": ").filter(|(name, _)| name.contains('.')).map_or(text, |(_, said)| said);
        match self.code {
            Some(0) => text.split(", ").take(2).collect::<Vec<_>>().join(", "),
            _ => text.to_owned(),
        }
    }
}

/// A folder with an attacking file in it.
pub(crate) struct Folder {
    folder: TempDir,
    name: String,
    length: u64,
}

impl Folder {
    /// Writes the file. `_quiet` says that no allocations are being counted.
    pub(crate) fn new(attack: &Attack, _quiet: &impl Sized) -> Folder {
        let folder = tempfile::tempdir().expect("a folder");
        let name = format!("attack.{}", attack.ending);
        let bytes = attack.bytes();
        fs::write(folder.path().join(&name), &bytes).expect("the file");
        Folder { folder, name, length: bytes.len() as u64 }
    }

    /// Runs the command on the file.
    pub(crate) fn run(&self, args: &[&[&str]]) -> Done {
        self.run_by(&["timeout", "60"], args)
    }

    /// Runs it for the most memory that it has at once, in bytes, the mapped input too. `time` asks: of a process that this one
    /// starts by itself, the system says at least what this one had.
    pub(crate) fn memory(&self, args: &[&[&str]]) -> u64 {
        self.run_by(&["time", "--quiet", "--format=%M", "--output=peak", "timeout", "60"], args);
        let kib = fs::read_to_string(self.folder.path().join("peak")).expect("what `time` says");
        kib.trim().parse::<u64>().expect("a number") * 1024
    }

    fn run_by(&self, by: &[&str], args: &[&[&str]]) -> Done {
        let file = |name| File::create(self.folder.path().join(name)).expect("a file");
        let kib = (SPACE + 3 * self.length) / 1024;
        let mut command = Command::new(by[0]);
        command
            .current_dir(self.folder.path())
            .args(&by[1..])
            .args(["sh", "-c", r#"ulimit -c 0; ulimit -v $1; shift; exec "$@""#, "sh", &kib.to_string()])
            .args([env!("CARGO_BIN_EXE_pkl2parquet"), &self.name])
            .args(args.concat())
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(file("stdout"))
            .stderr(file("stderr"));
        let done = command.spawn().expect("the command").wait4().expect("its end");
        Done {
            code: done.status.code(),
            text: String::from_utf8_lossy(&fs::read(self.folder.path().join("stderr")).expect("its words"))
                .into_owned(),
            processor: (done.rusage.utime + done.rusage.stime).as_secs_f64(),
        }
    }
}
