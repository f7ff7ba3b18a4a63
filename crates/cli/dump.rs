//! The other direction: a table of another format, or a frame that one pandas pickled, as a pickle that another pandas loads.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, bail};
use unpickle::arrow::Table;
use unpickle::frames::{self, FrameOptions, InputFormat, Source, Written};
use unpickle::{Error, Packing, TableSource};

use crate::args::Args;
use crate::convert::{Trouble, finish, name};
use crate::engine;
use crate::messages::{Messages, bytes, counted, time};
use crate::names;
use crate::output::{Inputs, Target, reason};
use crate::reading::{self, Reading};
use crate::source;

/// A table, and the pickle that it becomes.
#[derive(Debug)]
pub(crate) struct Dump {
    pub input: PathBuf,
    from: From,
    output: PathBuf,
}

/// What the input is.
#[derive(Debug)]
enum From {
    Table(InputFormat),
    Pickle,
}

impl Dump {
    /// What is meant where the second of two names is a pickle's, and the first a table's; or another pickle's, if it was said for
    /// which pandas.
    pub(crate) fn of(args: &Args, input: &Path, output: &Path) -> Result<Option<Dump>> {
        let from = match InputFormat::of(input) {
            _ if !names::is_frame(output) => return Ok(None),
            Some(format) => From::Table(format),
            None if args.for_pandas.is_some() => From::Pickle,
            None => return Ok(None),
        };
        let said = [
            (args.key.is_some(), "--key"),
            (args.encoding.is_some() && matches!(from, From::Table(_)), "--encoding"),
            (args.to.is_some(), "--to"),
            (args.of_arrays().is_some(), args.of_arrays().unwrap_or_default()),
        ];
        if let Some((_, flag)) = said.into_iter().find(|(said, _)| *said) {
            bail!("{flag} is not for writing pickles");
        }
        if args.compression.is_some() {
            bail!("the ending says how a pickle is compressed: .gz, .bz2, .xz, .zst or .zip");
        }
        Ok(Some(Dump { input: input.to_owned(), from, output: output.to_owned() }))
    }

    /// Writes the pickle.
    pub(crate) fn run(&self, args: &Args, messages: Messages<'_>) -> Result<()> {
        let start = Instant::now();
        let target = Target::of(&self.output);
        let inputs = Inputs::new(std::slice::from_ref(&self.input));
        target.check(true, &inputs).map_err(|error| anyhow!("{}: {error:#}", name(&target)))?;
        match self.from {
            From::Table(format) => {
                let table = frames::open(&self.input, format).map_err(|error| anyhow!("{error}"))?;
                self.write(&*table, &options(args), &target, messages, start)
            }
            From::Pickle => {
                let _reading = Reading::of(source::shown(&self.input));
                let file = source::file(&self.input, args, true)?;
                let tables = engine::tables(&file, None)?;
                let table = TableSource::new(repairable(&tables)?);
                self.write(&table, &options(args).with_objects(true), &target, messages, start)
            }
        }
    }

    fn write(
        &self,
        table: &dyn Source,
        options: &FrameOptions,
        target: &Target,
        messages: Messages<'_>,
        start: Instant,
    ) -> Result<()> {
        let shown = name(target);
        let mut output = target.create(true).with_context(|| shown.clone())?;
        let write = |out: &mut dyn Write| frames::write_frame(table, options, out);
        let inside = names::unpacked(&self.output);
        let written: Result<Written, Error> = Packing::of(&self.output).pack(&inside, &mut output, write);
        let mut told = None;
        let done = written.map(|written| told = Some(written)).map_err(|error| anyhow!("{error}"));
        let size = match finish(done, output) {
            Ok(size) => size,
            Err(Trouble::Pipe) => return Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe).into()),
            Err(Trouble::Writing(error)) => bail!("{shown}: cannot write: {}", reason(&error)),
            Err(Trouble::Piece(error)) => return Err(error),
        };
        reading::some_done();
        let Some(Written { rows, columns, notes, .. }) = told else { return Ok(()) };
        for note in notes {
            messages.note(&self.input, note);
        }
        messages.done(format_args!(
            "{shown}: {}, {}, {} in {}",
            counted(rows as u64, "row"),
            counted(columns as u64, "column"),
            bytes(size),
            time(start.elapsed())
        ));
        Ok(())
    }
}

/// The frame in a pickle, if it can be written again with nothing lost.
fn repairable<'t>(tables: &'t [Table<'t>]) -> Result<&'t Table<'t>> {
    let table = match tables {
        [table] if table.kind() == "DataFrame" && table.path().is_empty() => table,
        _ => bail!("it is no DataFrame, and others are not written for another pandas"),
    };
    if let Some(note) = table.notes().first() {
        bail!("it would not be the same frame: {note}");
    }
    for field in table.schema().fields() {
        // Cells that Arrow has no type for are JSON there.
        if field.metadata().contains_key("pickle.encoding") {
            bail!("column `{}` holds objects that would not be the same", field.name());
        }
    }
    Ok(table)
}

fn options(args: &Args) -> FrameOptions {
    let mut options = FrameOptions::new().with_index(!args.no_index);
    if let Some(target) = args.for_pandas {
        options = options.with_target(target);
    }
    if let Some(protocol) = args.protocol {
        options = options.with_protocol(protocol);
    }
    if let Some(columns) = args.columns() {
        options = options.with_columns(columns);
    }
    if let Some(rows) = args.head {
        options = options.with_head(rows);
    }
    options
}
