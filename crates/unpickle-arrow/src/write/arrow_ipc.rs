//! Arrow IPC, as a file and as a stream.

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use unpickle_core::{Category, Error, Result};

use super::options::{Compression, WriteOptions};
use super::pieces::Stretch;
use super::pipeline::{self, Bounds};
use crate::columns::{Columns, arrow_error};

/// Arrays that may wait to be written.
const WAITING: usize = 64 << 20;

pub(super) fn write_file<W: Write>(table: &dyn Columns, options: &WriteOptions<'_>, sink: W) -> Result<()> {
    let schema = table.schema();
    let settings = settings(options)?;
    let mut writer = FileWriter::try_new_with_options(sink, &schema, settings).map_err(arrow_error)?;
    each_batch(table, options, |batch| writer.write(&batch).map_err(arrow_error))?;
    writer.finish().map_err(arrow_error)
}

pub(super) fn write_stream<W: Write>(table: &dyn Columns, options: &WriteOptions<'_>, sink: W) -> Result<()> {
    let schema = table.schema();
    let settings = settings(options)?;
    let mut writer = StreamWriter::try_new_with_options(sink, &schema, settings).map_err(arrow_error)?;
    each_batch(table, options, |batch| writer.write(&batch).map_err(arrow_error))?;
    writer.finish().map_err(arrow_error)
}

/// Makes the batches, several at once, and hands them over in order.
fn each_batch(
    table: &dyn Columns,
    options: &WriteOptions<'_>,
    mut write: impl FnMut(RecordBatch) -> Result<()>,
) -> Result<()> {
    let rows = table.num_rows();
    let size = options.batch_size;
    let count = rows.div_ceil(size);
    let threads = options.threads_for(rows.saturating_mul(table.schema().fields().len()));
    let bounds = Bounds { threads, tasks: threads.saturating_mul(4), bytes: WAITING };
    let batch = |rows| table.batch(rows);
    let make = |task: usize| {
        let start = task.saturating_mul(size);
        Stretch::of(start..start.saturating_add(size).min(rows), batch)
    };
    let weigh = |stretch: &Stretch<RecordBatch>| stretch.weigh(RecordBatch::get_array_memory_size);
    pipeline::run(count, bounds, make, weigh, |batches| {
        for task in 0..count {
            batches.next()?.take(batch, &mut write)?;
            options.report(task.saturating_add(1).saturating_mul(size).min(rows));
        }
        Ok(())
    })
}

fn settings(options: &WriteOptions<'_>) -> Result<IpcWriteOptions> {
    let codec = match options.compression {
        Compression::Auto | Compression::None => None,
        Compression::Lz4 => Some(CompressionType::LZ4_FRAME),
        Compression::Zstd(_) => Some(CompressionType::ZSTD),
        other => {
            let message = format!("Arrow files know lz4, zstd and none, not {other}");
            return Err(Error::message(Category::Unsupported, message));
        }
    };
    IpcWriteOptions::default().try_with_compression(codec).map_err(arrow_error)
}
