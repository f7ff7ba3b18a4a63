//! Encoding against `pickle.dumps` with Python's collector off, both in one run, at protocol 5 into memory.
//!
//! `cargo bench -p unpickle-core --bench encode` makes its pickles as the benchmark `decode` does. Timed is the encoding of what was
//! decoded, and of the same values out of Rust's own, one call each. At the end stand the factors, of the medians of the samples.
#![expect(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use peer::{Peer, median};
use unpickle_core::{EncodeOptions, Encoder, Pickle, Protocol, Result};

mod peer;

/// Name, the Python expression of what is pickled, and the same in Rust.
type Workload = (&'static str, &'static str, fn() -> Values);

const WORKLOADS: [Workload; 6] = [
    ("strings", "[f'user_{i}' for i in range(3_000_000)]", || {
        Values::Strings((0..3_000_000).map(|i| format!("user_{i}")).collect())
    }),
    ("strings_nulls", "[None if i % 7 == 0 else f'user_{i}' for i in range(3_000_000)]", || {
        Values::Nullable((0..3_000_000).map(|i| (i % 7 != 0).then(|| format!("user_{i}"))).collect())
    }),
    (
        "records",
        "[{'id': i, 'name': f'n{i}', 'v': i * .5, 'tags': ['a', 'b']} for i in range(300_000)]",
        || Values::Records((0..300_000).map(|i| (i, format!("n{i}"), i as f64 * 0.5)).collect()),
    ),
    ("ints", "[i * 37 % 1_000_003 for i in range(3_000_000)]", || {
        Values::Ints((0..3_000_000).map(|i| i * 37 % 1_000_003).collect())
    }),
    ("floats", "[i * .37 for i in range(3_000_000)]", || {
        Values::Floats((0..3_000_000).map(|i| f64::from(i) * 0.37).collect())
    }),
    ("int_lists", "[[i, i + 1] for i in range(500_000)]", || {
        Values::Lists((0..500_000).map(|i| vec![i, i + 1]).collect())
    }),
];

enum Values {
    Strings(Vec<String>),
    Nullable(Vec<Option<String>>),
    Records(Vec<(i64, String, f64)>),
    Ints(Vec<i64>),
    Floats(Vec<f64>),
    Lists(Vec<Vec<i64>>),
}

impl Values {
    fn encode(&self) -> Result<Vec<u8>> {
        let mut encoder = Encoder::new(Vec::new(), Protocol::V5)?;
        match self {
            Values::Strings(all) => {
                encoder.begin_list(all.len())?;
                all.iter().try_for_each(|text| encoder.str(text).map(drop))?;
            }
            Values::Nullable(all) => {
                encoder.begin_list(all.len())?;
                all.iter().try_for_each(|text| match text {
                    Some(text) => encoder.str(text).map(drop),
                    None => encoder.none(),
                })?;
            }
            Values::Records(all) => {
                encoder.begin_list(all.len())?;
                let mut names = Vec::new();
                for (id, name, v) in all {
                    encoder.begin_dict(4)?;
                    for (i, key) in ["id", "name", "v", "tags"].into_iter().enumerate() {
                        match names.get(i) {
                            Some(&memo) => encoder.get(memo)?,
                            None => names.push(encoder.str(key)?),
                        }
                        match i {
                            0 => encoder.int(*id)?,
                            1 => _ = encoder.str(name)?,
                            2 => encoder.float(*v)?,
                            _ => {
                                encoder.begin_list(2)?;
                                encoder.str("a")?;
                                encoder.str("b")?;
                                encoder.end()?;
                            }
                        }
                    }
                    encoder.end()?;
                }
            }
            Values::Ints(all) => {
                encoder.begin_list(all.len())?;
                all.iter().try_for_each(|&int| encoder.int(int))?;
            }
            Values::Floats(all) => {
                encoder.begin_list(all.len())?;
                all.iter().try_for_each(|&float| encoder.float(float))?;
            }
            Values::Lists(all) => {
                encoder.begin_list(all.len())?;
                for list in all {
                    encoder.begin_list(list.len())?;
                    list.iter().try_for_each(|&int| encoder.int(int))?;
                    encoder.end()?;
                }
            }
        }
        encoder.end()?;
        encoder.finish()
    }
}

#[expect(
    clippy::print_stderr,
    reason = "a benchmark says on the terminal what it found and what it left out"
)]
fn encode(criterion: &mut Criterion) {
    let Some(mut peer) = Peer::start() else {
        eprintln!("no python3: nothing to encode");
        return;
    };
    let mut factors = Vec::new();
    for (name, make, values) in WORKLOADS {
        let path = peer.folder.join(format!("{name}.pkl"));
        if !peer.make(&path, make) {
            eprintln!("{name}: Python could not make it");
            continue;
        }
        let Ok(data) = std::fs::read(&path) else { continue };
        let Ok(pickle) = Pickle::parse(&data[..]) else { continue };
        let (values, options) = (values(), EncodeOptions::new().with_protocol(Protocol::V5));
        let decoded = || options.to_vec(pickle.root());
        for written in [decoded(), values.encode()] {
            assert!(written.is_ok_and(|written| written == data), "{name}: other bytes than Python's");
        }
        let mut medians = Vec::new();
        let mut group = criterion.benchmark_group(name);
        group
            .sample_size(10)
            .warm_up_time(Duration::from_millis(300))
            .measurement_time(Duration::from_secs(2));
        group.throughput(Throughput::Bytes(data.len() as u64));
        let runs: [(&str, &dyn Fn()); 2] = [
            ("of what was decoded", &|| _ = black_box(decoded())),
            ("of Rust's own", &|| _ = black_box(values.encode())),
        ];
        for (what, run) in runs {
            let mut seconds = Vec::new();
            group.bench_function(what, |bencher| {
                bencher.iter_custom(|count| {
                    let start = Instant::now();
                    (0..count).for_each(|_| run());
                    let elapsed = start.elapsed();
                    seconds.push(elapsed.as_secs_f64() / count as f64);
                    elapsed
                });
            });
            medians.push(median(seconds));
        }
        let mut theirs = Vec::new();
        group.bench_function("pickle.dumps", |bencher| {
            bencher.iter_custom(|count| {
                let seconds = peer.dumps(&path, count);
                theirs.push(seconds / count as f64);
                Duration::from_secs_f64(seconds)
            });
        });
        group.finish();
        factors.push((name, medians, median(theirs)));
    }
    eprintln!("{:14} {:>20} {:>20} {:>15}", "values", "of what was decoded", "of Rust's own", "pickle.dumps");
    for (name, ours, theirs) in factors {
        eprint!("{name:14}");
        for ours in ours {
            eprint!(" {:9.1} ms {:6.1} x", ours * 1e3, theirs / ours);
        }
        eprintln!(" {:12.1} ms", theirs * 1e3);
    }
}

criterion_group!(benches, encode);
criterion_main!(benches);
