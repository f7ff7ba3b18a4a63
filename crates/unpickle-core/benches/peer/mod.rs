//! A Python process to compare with.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A Python process that loads a file, or pickles what is in there, as often as it is told and says how many seconds that took.
pub(crate) struct Peer {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    pub(crate) folder: PathBuf,
}

const SCRIPT: &str = "
import gc, pickle, sys, time
try: import numpy as np
except ImportError: np = None
gc.disable()
for line in sys.stdin:
    path, count, make, dumps = line.rstrip('\\n').split('\\t')
    if make:
        try: pickle.dump(eval(make), open(path, 'wb'), protocol=5)
        except Exception as error: print(0.0, flush=True); continue
        print(1.0, flush=True)
        continue
    data = open(path, 'rb').read()
    spent = 0.0
    if dumps:
        value = pickle.loads(data)
        for _ in range(int(count)):
            start = time.perf_counter()
            data = pickle.dumps(value, protocol=5)
            spent += time.perf_counter() - start
            del data
        del value
        print(spent, flush=True)
        continue
    for _ in range(int(count)):
        start = time.perf_counter()
        value = pickle.loads(data)
        spent += time.perf_counter() - start
        del value
    print(spent, flush=True)
";

impl Peer {
    pub(crate) fn start() -> Option<Peer> {
        let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
        let folder = std::env::temp_dir().join(format!("unpickle-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).ok()?;
        let mut command = Command::new(python);
        let command = command.args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().ok()?;
        let stdin = child.stdin.take()?;
        let stdout = BufReader::new(child.stdout.take()?);
        Some(Peer { child, stdin, stdout, folder })
    }

    /// Pickles what a Python expression makes; whether that could be.
    pub(crate) fn make(&mut self, path: &Path, expression: &str) -> bool {
        self.ask(path, 0, expression, "") != 0.0
    }

    /// Seconds for loading the file so often.
    #[allow(dead_code, reason = "each benchmark times one of the two")]
    pub(crate) fn loads(&mut self, path: &Path, count: u64) -> f64 {
        self.ask(path, count, "", "")
    }

    /// Seconds for pickling what is in the file so often.
    #[allow(dead_code, reason = "each benchmark times one of the two")]
    pub(crate) fn dumps(&mut self, path: &Path, count: u64) -> f64 {
        self.ask(path, count, "", "dumps")
    }

    fn ask(&mut self, path: &Path, count: u64, make: &str, dumps: &str) -> f64 {
        let asked = writeln!(self.stdin, "{}\t{count}\t{make}\t{dumps}", path.display())
            .and_then(|()| self.stdin.flush());
        let mut answer = String::new();
        let answered = asked.and_then(|()| self.stdout.read_line(&mut answer));
        answered.ok().and_then(|_| answer.trim().parse().ok()).unwrap_or(0.0)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The sample in the middle.
pub(crate) fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
}
