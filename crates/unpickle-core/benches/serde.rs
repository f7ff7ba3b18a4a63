//! Rust types to pickles and back, beside `serde-pickle`, in one run.
//!
//! `cargo bench -p unpickle-core --features serde --bench serde` ends with the factors, of the medians of the samples.
#![expect(missing_docs, reason = "criterion's macros make public items")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Record {
    id: u64,
    name: String,
    v: f64,
    tags: Vec<String>,
}

#[derive(Serialize, Deserialize)]
enum Event {
    Start,
    Move { x: f64, y: f64 },
    Say(String),
}

fn records(count: u64) -> Vec<Record> {
    let tags = || vec!["a".to_owned(), "b".to_owned()];
    (0..count).map(|id| Record { id, name: format!("n{id}"), v: id as f64 * 0.5, tags: tags() }).collect()
}

fn events(count: u64) -> Vec<Event> {
    let event = |i| match i % 3 {
        0 => Event::Start,
        1 => Event::Move { x: i as f64, y: 0.5 },
        _ => Event::Say(format!("word {i}")),
    };
    (0..count).map(event).collect()
}

struct Report(Vec<(String, f64, f64)>);

impl Report {
    fn time(&mut self, criterion: &mut Criterion, name: &str, ours: impl Fn(), theirs: impl Fn()) {
        let mut medians = [f64::NAN; 2];
        let mut group = criterion.benchmark_group(name);
        group
            .sample_size(10)
            .warm_up_time(Duration::from_millis(300))
            .measurement_time(Duration::from_secs(2));
        let runs: [(&str, &dyn Fn()); 2] = [("unpickle", &ours), ("serde-pickle", &theirs)];
        for ((who, run), median) in runs.into_iter().zip(&mut medians) {
            let mut seconds = Vec::new();
            group.bench_function(who, |bencher| {
                bencher.iter_custom(|count| {
                    let start = Instant::now();
                    (0..count).for_each(|_| run());
                    let elapsed = start.elapsed();
                    seconds.push(elapsed.as_secs_f64() / count as f64);
                    elapsed
                });
            });
            seconds.sort_by(f64::total_cmp);
            *median = seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN);
        }
        group.finish();
        self.0.push((name.to_owned(), medians[0], medians[1]));
    }

    fn both<T: Serialize + DeserializeOwned>(&mut self, criterion: &mut Criterion, name: &str, value: &T) {
        use std::hint::black_box;
        self.time(
            criterion,
            &format!("{name}, to"),
            || _ = black_box(unpickle_core::serde::to_vec(black_box(value))),
            || _ = black_box(serde_pickle::to_vec(black_box(value), serde_pickle::SerOptions::new())),
        );
        // Each reads what the other writes; here both read what we write, and what serde-pickle writes.
        let ours = unpickle_core::serde::to_vec(value).unwrap_or_default();
        let theirs = serde_pickle::to_vec(value, serde_pickle::SerOptions::new()).unwrap_or_default();
        for (whose, bytes) in [("ours", &ours), ("theirs", &theirs)] {
            self.time(
                criterion,
                &format!("{name}, from {whose}"),
                || _ = black_box(unpickle_core::serde::from_slice::<T>(bytes).is_ok()),
                || {
                    _ = black_box(
                        serde_pickle::from_slice::<T>(bytes, serde_pickle::DeOptions::new()).is_ok(),
                    )
                },
            );
        }
    }
}

#[expect(clippy::print_stderr, reason = "a benchmark says on the terminal what it found")]
fn all(criterion: &mut Criterion) {
    let mut report = Report(Vec::new());
    let count = 100_000;
    report.both(criterion, "records", &records(count));
    report.both(criterion, "strings", &(0..count).map(|i| format!("user_{i}")).collect::<Vec<_>>());
    report.both(criterion, "ints", &(0..count as i64).map(|i| i * 37 % 1_000_003).collect::<Vec<_>>());
    report.both(criterion, "floats", &(0..count).map(|i| i as f64 * 0.37).collect::<Vec<_>>());
    report.both(criterion, "events", &events(count));
    let map: BTreeMap<String, u64> = (0..count).map(|i| (format!("key {i}"), i)).collect();
    report.both(criterion, "map", &map);
    let nested: Vec<Vec<(i32, Option<bool>)>> = vec![vec![(1, None), (2, Some(true))]; 50_000];
    report.both(criterion, "nested", &nested);
    report.both(criterion, "small", &records(1));
    eprintln!("{:22} {:>12} {:>12} {:>6}", "workload", "unpickle", "serde-pickle", "times");
    for (name, ours, theirs) in report.0 {
        eprintln!("{name:22} {:9.1} us {:9.1} us {:6.1}", ours * 1e6, theirs * 1e6, theirs / ours);
    }
}

criterion_group!(benches, all);
criterion_main!(benches);
