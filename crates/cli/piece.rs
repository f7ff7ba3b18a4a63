//! `Piece`: what one output is made of.

use std::path::Path;

use anyhow::{Result, anyhow};
use unpickle::File;
use unpickle::arrays::{ArrayFormat, NamedArray};
use unpickle::arrow::{Columns, Format as TableFormat, Select, Table};

use crate::args::Args;
use crate::engine;
use crate::format::Format;
use crate::messages::{Messages, count, counted};
use crate::output::Output;
use crate::progress::Progress;
use crate::source::shown;

/// Most things of a kind that are told.
const TOLD: usize = 5;

/// What one output is made of: a table, or arrays.
pub(crate) enum Piece<'f> {
    Table(Table<'f>, TableFormat),
    Arrays(Vec<NamedArray<'f>>, ArrayFormat),
}

impl Piece<'_> {
    /// The pieces that a file has for a format.
    pub(crate) fn of<'f>(file: &'f File, format: Format, key: Option<&str>) -> Result<Vec<Piece<'f>>> {
        let format = match format {
            Format::Table(format) => {
                let tables = engine::tables(file, key)?;
                return Ok(tables.into_iter().map(|table| Piece::Table(table, format)).collect());
            }
            Format::Arrays(format) => format,
        };
        let arrays = engine::found(file, key)?.arrays;
        Ok(match format {
            _ if arrays.is_empty() => Vec::new(),
            ArrayFormat::Npy => arrays.into_iter().map(|array| Piece::Arrays(vec![array], format)).collect(),
            _ => vec![Piece::Arrays(arrays, format)],
        })
    }

    /// The path that `-k` takes: `.` for the pickled value itself, or for all arrays in it.
    pub(crate) fn path(&self) -> &str {
        match self {
            Piece::Table(table, _) => engine::path(table),
            Piece::Arrays(arrays, _) => match &**arrays {
                [array] if !array.name().is_empty() => array.name(),
                _ => ".",
            },
        }
    }

    /// The piece with the rows and columns that were asked for.
    pub(crate) fn selected<'p>(&'p self, args: &Args) -> Result<Selected<'p>> {
        let (table, format) = match self {
            Piece::Arrays(arrays, format) => return Ok(Selected::Arrays(arrays, *format)),
            Piece::Table(table, format) => (table, *format),
        };
        let mut selected = Select::new(table);
        if let Some(names) = args.columns() {
            selected =
                selected.with_columns(names).map_err(|error| anyhow!("{error}; --schema shows all"))?;
        }
        if args.no_index {
            selected = selected.without_index();
        }
        if let Some(head) = args.head {
            selected = selected.with_head(head);
        }
        Ok(Selected::Table { table, selected, format })
    }
}

/// A piece, as it is written.
pub(crate) enum Selected<'p> {
    Table { table: &'p Table<'p>, selected: Select<'p>, format: TableFormat },
    Arrays(&'p [NamedArray<'p>], ArrayFormat),
}

impl Selected<'_> {
    /// How many rows progress is told in; none for arrays.
    pub(crate) fn rows(&self) -> u64 {
        match self {
            Selected::Table { selected, .. } => selected.num_rows() as u64,
            Selected::Arrays(..) => 0,
        }
    }

    /// Writes it, and gives what was mapped, a sentence each.
    pub(crate) fn write(&self, args: &Args, progress: &Progress, output: &mut Output) -> Result<Vec<String>> {
        match self {
            Selected::Table { table, selected, format } => {
                engine::write(selected, *format, args.compression, progress, output)?;
                // Of a table that was not asked for by its path, that is told.
                let path =
                    Some(table.path()).filter(|path| !path.is_empty() && args.key.as_deref() != Some(path));
                Ok(table
                    .notes()
                    .iter()
                    .map(|note| path.map_or_else(|| note.clone(), |path| format!("at `{path}`: {note}")))
                    .collect())
            }
            Selected::Arrays(arrays, format) => engine::write_arrays(arrays, *format, args, output),
        }
    }

    /// Its size: "3 rows, 2 columns".
    pub(crate) fn size(&self) -> String {
        match self {
            Selected::Table { selected, .. } => {
                let columns = counted(selected.csv().columns.len() as u64, "column");
                format!("{}, {columns}", counted(selected.num_rows() as u64, "row"))
            }
            Selected::Arrays(arrays, _) => counted(arrays.len() as u64, "array"),
        }
    }
}

/// What a file has nothing of.
#[cold]
pub(crate) fn none(file: &File, format: Format) -> anyhow::Error {
    match format {
        Format::Table(_) => engine::no_table(file),
        Format::Arrays(_) => {
            anyhow!("no array in it; it holds {}; --tree shows the values", engine::what(file))
        }
    }
}

/// Several pieces and one output.
#[cold]
pub(crate) fn several(pieces: &[Piece<'_>], format: Format) -> anyhow::Error {
    let mut paths: Vec<&str> = pieces.iter().take(10).map(Piece::path).collect();
    if pieces.len() > 10 {
        paths.push("… (--list shows all)");
    }
    let (paths, many) = (paths.join(", "), count(pieces.len() as u64));
    match format {
        Format::Table(_) => anyhow!(
            "it holds {many} tables; take one with -k PATH, or all with -d DIR; the paths are: {paths}"
        ),
        Format::Arrays(_) => anyhow!(
            "it holds {many} arrays, a .npy file takes one; take one with -k PATH, all in a .npz, or each with -d DIR; \
             the names are: {paths}"
        ),
    }
}

/// Tells of what files of arrays leave out: tables, and further names of one object.
pub(crate) fn note_others(input: &Path, file: &File, args: &Args, messages: Messages) -> Result<()> {
    let found = engine::found(file, args.key.as_deref())?;
    let told = |what: &str, all: Vec<String>| {
        let more = if all.len() > TOLD {
            format!("; and {} more", count((all.len() - TOLD) as u64))
        } else {
            String::new()
        };
        let some = all.get(..all.len().min(TOLD)).unwrap_or_default().join("; ");
        if !some.is_empty() {
            messages.note(shown(input), format_args!("{what}: {some}{more}"));
        }
    };
    told("left out", found.others.iter().map(ToString::to_string).collect());
    told("written under one name only", found.repeats.iter().map(ToString::to_string).collect());
    Ok(())
}
