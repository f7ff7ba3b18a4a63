//! `Piece`: what one output is made of.

use std::fmt::Display;

use anyhow::{Result, anyhow};
use unpickle::File;
use unpickle::arrays::{ArrayFormat, Found, NamedArray};
use unpickle::arrow::{Columns, Format as TableFormat, Select, Table};

use crate::args::Args;
use crate::engine;
use crate::format::Format;
use crate::messages::{count, counted};
use crate::output::Output;
use crate::progress::Progress;

/// Most things of a kind that are told.
const TOLD: usize = 5;

/// What one output is made of: a table, or arrays.
pub(crate) enum Piece<'f> {
    Table(Table<'f>, TableFormat),
    Arrays(Vec<NamedArray<'f>>, ArrayFormat),
}

/// What a file has for a format.
pub(crate) struct Content<'f> {
    pub pieces: Vec<Piece<'f>>,
    /// What there is beside them that files of arrays leave out, a sentence for each kind.
    pub beside: Vec<String>,
}

impl<'f> Content<'f> {
    pub(crate) fn of(file: &'f File, format: Format, key: Option<&str>) -> Result<Content<'f>> {
        let format = match format {
            Format::Table(format) => {
                let tables = engine::tables(file, key)?;
                let pieces = tables.into_iter().map(|table| Piece::Table(table, format)).collect();
                return Ok(Content { pieces, beside: Vec::new() });
            }
            Format::Arrays(format) => format,
        };
        let Found { arrays, others, repeats, .. } = engine::found(file, key)?;
        let beside = [told("left out", &others), told("written under one name only", &repeats)];
        let beside = beside.into_iter().flatten().collect();
        let pieces = match format {
            _ if arrays.is_empty() => Vec::new(),
            ArrayFormat::Npy => arrays.into_iter().map(|array| Piece::Arrays(vec![array], format)).collect(),
            _ => vec![Piece::Arrays(arrays, format)],
        };
        Ok(Content { pieces, beside })
    }
}

/// Some things of a kind in a sentence, if there are any.
fn told(what: &str, all: &[impl Display]) -> Option<String> {
    let some: Vec<String> = all.iter().take(TOLD).map(ToString::to_string).collect();
    let more = match all.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!("; and {} more", count(more as u64)),
    };
    (!some.is_empty()).then(|| format!("{what}: {}{more}", some.join("; ")))
}

impl Piece<'_> {
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
