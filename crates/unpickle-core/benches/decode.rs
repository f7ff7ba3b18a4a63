//! Decoding against `pickle.loads` with Python's collector off, both in one run.
//!
//! `cargo bench -p unpickle-core` makes its pickles with `python3` (`PYTHON` names another), in a folder that goes
//! when it is done. Without Python, only this crate is timed, on nothing: it says so. At the end stand the factors, of the
//! medians of the samples; they mean something if nothing else runs.
#![expect(missing_docs, reason = "criterion's macros make public items")]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use unpickle_core::Pickle;

/// Name, and the Python expression of what is pickled.
const WORKLOADS: [(&str, &str); 7] = [
    ("strings", "[f'user_{i}' for i in range(10_000_000)]"),
    ("strings_nulls", "[None if i % 7 == 0 else f'user_{i}' for i in range(10_000_000)]"),
    ("records", "[{'id': i, 'name': f'n{i}', 'v': i * .5, 'tags': ['a', 'b']} for i in range(1_000_000)]"),
    ("ints", "[i * 37 % 1_000_003 for i in range(3_000_000)]"),
    ("floats", "[i * .37 for i in range(3_000_000)]"),
    ("small_arrays", "[np.arange(3.0) + i for i in range(200_000)]"),
    ("int_lists", "[[i, i + 1] for i in range(1_000_000)]"),
];

/// A Python process that loads a file as often as it is told and says how many seconds that took.
struct Peer {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    folder: PathBuf,
}

const SCRIPT: &str = "
import gc, pickle, sys, time
try: import numpy as np
except ImportError: np = None
gc.disable()
for line in sys.stdin:
    path, count, make = line.rstrip('\\n').split('\\t')
    if make:
        try: pickle.dump(eval(make), open(path, 'wb'), protocol=5)
        except Exception as error: print(0.0, flush=True); continue
        print(1.0, flush=True)
        continue
    data = open(path, 'rb').read()
    spent = 0.0
    for _ in range(int(count)):
        start = time.perf_counter()
        value = pickle.loads(data)
        spent += time.perf_counter() - start
        del value
    print(spent, flush=True)
";

impl Peer {
    fn start() -> Option<Peer> {
        let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
        let folder = std::env::temp_dir().join(format!("unpickle-decode-{}", std::process::id()));
        std::fs::create_dir_all(&folder).ok()?;
        let mut command = Command::new(python);
        let command = command.args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().ok()?;
        let stdin = child.stdin.take()?;
        let stdout = BufReader::new(child.stdout.take()?);
        Some(Peer { child, stdin, stdout, folder })
    }

    fn ask(&mut self, path: &Path, count: u64, make: &str) -> f64 {
        let asked =
            writeln!(self.stdin, "{}\t{count}\t{make}", path.display()).and_then(|()| self.stdin.flush());
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

#[expect(
    clippy::print_stderr,
    reason = "a benchmark says on the terminal what it found and what it left out"
)]
fn decode(criterion: &mut Criterion) {
    let Some(mut peer) = Peer::start() else {
        eprintln!("no python3: nothing to decode");
        return;
    };
    let mut factors = Vec::new();
    for (name, make) in WORKLOADS {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let path = peer.folder.join(format!("{name}.pkl"));
        if peer.ask(&path, 0, make) == 0.0 {
            eprintln!("{name}: Python could not make it (numpy is missing?)");
            continue;
        }
        let Ok(data) = std::fs::read(&path) else { continue };
        let mut group = criterion.benchmark_group(name);
        group
            .sample_size(10)
            .warm_up_time(Duration::from_millis(500))
            .measurement_time(Duration::from_secs(4));
        group.throughput(Throughput::Bytes(data.len() as u64));
        group.bench_function("unpickle", |bencher| {
            // Dropping is part of it, as `del` is not of the peer's: ours is a few deallocations.
            bencher.iter_custom(|count| {
                let start = Instant::now();
                for _ in 0..count {
                    std::hint::black_box(Pickle::parse(&data[..]).map(|pickle| pickle.end()).ok());
                }
                let elapsed = start.elapsed();
                ours.push(elapsed.as_secs_f64() / count as f64);
                elapsed
            });
        });
        group.bench_function("pickle.loads", |bencher| {
            bencher.iter_custom(|count| {
                let seconds = peer.ask(&path, count, "");
                theirs.push(seconds / count as f64);
                Duration::from_secs_f64(seconds)
            });
        });
        group.finish();
        factors.push((name, median(ours), median(theirs)));
    }
    eprintln!("{:14} {:>9} {:>12} {:>6}", "pickle", "unpickle", "pickle.loads", "times");
    for (name, ours, theirs) in factors {
        eprintln!("{name:14} {:6.1} ms {:9.1} ms {:6.1}", ours * 1e3, theirs * 1e3, theirs / ours);
    }
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
}

criterion_group!(benches, decode);
criterion_main!(benches);
