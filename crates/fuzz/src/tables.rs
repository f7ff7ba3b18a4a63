//! Finding tables and asking every reader for every object never panics, and takes memory within a bound.

use unpickle::arrow::{Columns, Table};
use unpickle::{File, Input, Options};

use crate::graph::expands;
use crate::memory::peak;
use crate::reconstruct;

/// What readers may take for each byte, and for an input of any length: the text of a cell may be 64 MiB, counts twice while it
/// grows, and there are several. Sharing that is written out took 302 MB for 558 bytes, so this guards against running
/// away and no more.
const BYTES: usize = 4096;
const ALWAYS: usize = 512 << 20;
/// Values that share are written as often as they are held: where they become more than so many, one input takes as long as
/// ten thousand others.
const VALUES: usize = 50_000;

/// # Panics
///
/// The property does not hold.
pub fn check(data: &[u8]) {
    let input = Input::from_bytes(data.to_vec());
    let (_, took) = peak(|| {
        let Ok(file) = File::from_input(input, &Options::new()) else { return };
        if expands(file.whole(), VALUES) {
            return;
        }
        if let Ok(tables) = file.tables() {
            tables.iter().take(20).for_each(look);
        }
        _ = unpickle::arrow::candidates(file.root()).map(|tables| tables.len());
        reconstruct::all(&file);
    });
    assert!(took <= BYTES * data.len() + ALWAYS, "{took} bytes for {}", data.len());
}

/// The ends of a table, and what it says of itself.
fn look(table: &Table<'_>) {
    let rows = table.num_rows();
    let some = rows.min(50).min(Columns::most_rows(table));
    for rows in [0..some, rows - some..rows] {
        match table.batch(rows.clone()) {
            Ok(batch) => assert_eq!((batch.num_rows(), batch.schema()), (rows.len(), Table::schema(table))),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    _ = (table.path().len(), table.kind(), table.notes().len(), table.csv());
}
