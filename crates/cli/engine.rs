//! The seam to the library: the tables of a file, and writing one.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use unpickle::File;
use unpickle::arrow::{self, Columns, Compression, Format, Table, WriteOptions};

use crate::messages::{Messages, count};
use crate::output::Output;
use crate::progress::Progress;
use crate::source::{shown, what};

/// The path that `-k` takes: `.` for the pickled value itself.
pub(crate) fn path<'t>(table: &'t Table<'_>) -> &'t str {
    match table.path() {
        "" => ".",
        path => path,
    }
}

/// The tables of a file; with a key, the one at that path.
pub(crate) fn tables<'f>(file: &'f File, key: Option<&str>) -> Result<Vec<Table<'f>>> {
    let mut found = file.tables().map_err(|error| anyhow!("{error}"))?;
    let Some(key) = key else { return Ok(found) };
    if let Some(at) = found.iter().position(|table| path(table) == key) {
        return Ok(vec![found.swap_remove(at)]);
    }
    let known: Vec<&str> = found.iter().take(10).map(path).collect();
    match &*known {
        [] => Err(no_table(file)),
        _ => {
            let more = if found.len() > known.len() { ", … (--list shows all)" } else { "" };
            bail!("no table at `{key}`; the paths are: {}{more}", known.join(", "))
        }
    }
}

/// Writes the table.
pub(crate) fn write(
    table: &dyn Columns,
    format: Format,
    compression: Option<Compression>,
    progress: &Progress,
    output: &mut Output,
) -> Result<()> {
    let report = |rows: usize| progress.at(rows as u64);
    let options =
        WriteOptions::new().with_compression(compression.unwrap_or_default()).with_progress(&report);
    arrow::write(table, format, &options, output).map_err(|error| anyhow!("{error}"))?;
    Ok(())
}

/// A pickle without a table: what it is, and how to see more of it.
#[cold]
pub(crate) fn no_table(file: &File) -> anyhow::Error {
    anyhow!("no table in it; it holds {}; --tree shows the values", what(file.root()))
}

/// Tells of bytes behind the last pickle that are none.
pub(crate) fn note_rest(path: &Path, file: &File, messages: Messages) {
    if let Some(error) = file.rest() {
        let end = file.pickles().last().map_or(0, |pickle| pickle.end());
        let left = count((file.input().as_ref().len() as u64).saturating_sub(end));
        messages
            .note(shown(path), format_args!("the last {left} bytes are no pickle, and left out: {error}"));
    }
}
