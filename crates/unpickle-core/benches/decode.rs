//! Decoding against `pickle.loads` with Python's collector off, both in one run.
//!
//! `cargo bench -p unpickle-core` makes its pickles with `python3` (`PYTHON` names another), in a folder that goes
//! when it is done. Without Python, only this crate is timed, on nothing: it says so. At the end stand the factors, of the
//! medians of the samples; they mean something if nothing else runs.
#![expect(missing_docs, reason = "criterion's macros make public items")]

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use peer::{Peer, median};
use unpickle_core::Pickle;

mod peer;

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
        if !peer.make(&path, make) {
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
                let seconds = peer.loads(&path, count);
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

criterion_group!(benches, decode);
criterion_main!(benches);
