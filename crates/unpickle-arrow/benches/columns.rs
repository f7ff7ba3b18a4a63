//! Columns of Python objects: their types found, and their cells made arrays, of a pickle that is decoded already.
#![expect(missing_docs, reason = "criterion's macros make public items")]

#[path = "../tests/columns/opcodes.rs"]
#[expect(dead_code, reason = "the tests have more of it")]
mod opcodes;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use opcodes::{Opcodes, rows};
use unpickle_arrow::{Columns as _, tables};
use unpickle_core::Pickle;

const ROWS: usize = 1_000_000;

/// Rows that are asked for at once, as the writers ask.
const BATCH: usize = 1 << 16;

/// A list of rows of one cell.
fn column(mut cell: impl FnMut(&mut Opcodes, usize)) -> Pickle {
    rows(ROWS, |out, row| out.list(|out| cell(out, row)))
}

fn columns(c: &mut Criterion) {
    let workloads = [
        ("strings", 1, rows(ROWS, |out, row| out.text(&format!("user_{row}")))),
        (
            "ints_with_none",
            1,
            rows(ROWS, |out, row| if row % 5 == 0 { out.none() } else { out.int(row as i64) }),
        ),
        (
            "lists",
            2,
            column(|out, row| {
                out.list(|out| {
                    out.int(row as i64);
                    out.int(row as i64 + 1);
                });
            }),
        ),
        (
            "records",
            3,
            rows(ROWS, |out, row| {
                out.dict(|out| {
                    for (i, key) in ["id", "name", "v"].into_iter().enumerate() {
                        if row == 0 {
                            out.text(key);
                            out.memoise();
                        } else {
                            out.again(i as u32);
                        }
                        match i {
                            0 => out.int(row as i64),
                            1 => out.text(&format!("n{row}")),
                            _ => out.float(row as f64 * 0.5),
                        }
                    }
                });
            }),
        ),
    ];
    let mut group = c.benchmark_group("columns");
    group.sample_size(10);
    for (name, cells, pickle) in &workloads {
        group.throughput(Throughput::Elements((ROWS * cells) as u64));
        group.bench_function(format!("{name}/types"), |b| {
            b.iter(|| black_box(tables(pickle.root()).expect("a table")).len());
        });
        let found = tables(pickle.root()).expect("a table");
        group.bench_function(format!("{name}/arrays"), |b| {
            b.iter(|| {
                for table in &found {
                    for start in (0..ROWS).step_by(BATCH) {
                        black_box(table.batch(start..(start + BATCH).min(ROWS)).expect("cells"));
                    }
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, columns);
criterion_main!(benches);
