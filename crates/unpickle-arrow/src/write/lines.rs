//! Text made of lines: stretches of rows are written to memory by several threads, and out in order.

use std::io::Write;
use std::ops::Range;

use unpickle_core::Result;

use super::options::WriteOptions;
use super::pieces::Stretch;
use super::pipeline::{self, Bounds};
use crate::columns::Columns;
use crate::weight::fits;

/// Cells of a stretch, about: enough that starting one is nothing, few enough to stay in the cache.
const CELLS: usize = 1 << 17;
/// Text that may wait to be written.
const WAITING: usize = 32 << 20;

/// The lines of a stretch.
pub(super) struct Text(Vec<u8>);

impl Text {
    /// Adds a line, of any length, unless there is too much text already.
    pub(super) fn line(&mut self, line: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        fits(self.0.len())?;
        line(&mut self.0);
        Ok(())
    }
}

/// Calls `write` for stretches of rows, and hands what it wrote to the sink.
pub(super) fn write<W: Write>(
    table: &dyn Columns,
    options: &WriteOptions<'_>,
    mut sink: W,
    write: impl Fn(Range<usize>, &mut Text) -> Result<()> + Sync,
) -> Result<()> {
    let rows = table.num_rows();
    let fields = table.schema().fields().len();
    let size = options.batch_size.min((CELLS / fields.max(1)).max(64));
    let count = rows.div_ceil(size);
    let threads = options.threads_for(rows.saturating_mul(fields));
    let bounds = Bounds { threads, tasks: threads.saturating_mul(4), bytes: WAITING };
    let text = |rows: Range<usize>| {
        let mut text = Text(Vec::new());
        write(rows, &mut text)?;
        Ok(text.0)
    };
    let make = |task: usize| {
        let start = task.saturating_mul(size);
        Stretch::of(start..start.saturating_add(size).min(rows), text)
    };
    let weigh = |stretch: &Stretch<Vec<u8>>| stretch.weigh(Vec::len);
    pipeline::run(count, bounds, make, weigh, |texts| {
        for task in 0..count {
            texts.next()?.take(text, |text| Ok(sink.write_all(&text)?))?;
            options.report(task.saturating_add(1).saturating_mul(size).min(rows));
        }
        Ok(())
    })
}
