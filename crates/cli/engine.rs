//! The seam to the library: the tables of a file, and writing one.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use unpickle::arrays::{ArrayFormat, ArrayOptions, Found, NamedArray};
use unpickle::arrow::{self, Columns, Compression, Format, Table, WriteOptions, describe};
use unpickle::{Category, File};

use crate::args::Args;
use crate::messages::{Messages, count};
use crate::output::Output;
use crate::progress::Progress;
use crate::source::shown;

/// The path that `-k` takes: `.` for the pickled value itself.
pub(crate) fn path<'t>(table: &'t Table<'_>) -> &'t str {
    match table.path() {
        "" => ".",
        path => path,
    }
}

/// The tables of a file; with a key, the one at that path.
pub(crate) fn tables<'f>(file: &'f File, key: Option<&str>) -> Result<Vec<Table<'f>>> {
    let found = match key {
        None => file.tables(),
        Some(key) => file.tables_at(key),
    };
    found.map_err(|error| anyhow!("{error}"))
}

/// The arrays of a file, and what else was found beside them; with a key, those of the value at that path.
pub(crate) fn found<'f>(file: &'f File, key: Option<&str>) -> Result<Found<'f>> {
    let found = match key {
        None => file.arrays(),
        Some(key) => file.arrays_at(key),
    };
    found.map_err(|error| anyhow!("{error}"))
}

/// Writes arrays, and gives what the user is to be told.
pub(crate) fn write_arrays(
    arrays: &[NamedArray<'_>],
    format: ArrayFormat,
    args: &Args,
    output: &mut Output,
) -> Result<Vec<String>> {
    let options = ArrayOptions::new()
        .with_compression(matches!(args.compression, Some(Compression::Gzip(_))))
        .with_skip(args.skip)
        .with_copies(args.copies);
    let written = unpickle::arrays::write(arrays, format, &options, output).map_err(|error| {
        match error.category() {
            Category::Unsupported if !args.skip && arrays.len() > 1 => {
                anyhow!("{error}; --skip leaves such arrays out")
            }
            _ => anyhow!("{error}"),
        }
    })?;
    if written.arrays == 0 {
        bail!("no array in it that a .{format} file can hold: {}", written.notes.join("; "));
    }
    Ok(written.notes)
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
    let what = what(file);
    anyhow!("no table in it; it holds {what}; --list shows what -k could take, --tree shows the values")
}

/// What a file holds, in a few words.
pub(crate) fn what(file: &File) -> String {
    match file.values().len() {
        1 => describe(file.root()),
        many => format!("{} pickles in a row, the first {}", count(many as u64), describe(file.root())),
    }
}

/// Tells of bytes behind the last pickle that are none.
pub(crate) fn note_rest(path: &Path, file: &File, messages: Messages<'_>) {
    if let Some(error) = file.pickle().rest() {
        let left = count((file.input().as_ref().len() as u64).saturating_sub(file.pickle().end()));
        messages
            .note(shown(path), format_args!("the last {left} bytes are no pickle, and left out: {error}"));
    }
}
