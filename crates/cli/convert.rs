//! Converting: one input to one output, or many into a folder.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, anyhow, bail};
use unpickle::arrow::{Columns, Format, Select, Table};

use crate::args::Args;
use crate::engine;
use crate::format::{is_text, name as format_name};
use crate::guard::guarded;
use crate::messages::{Messages, bytes, count, counted, time};
use crate::names::{self, SafeNames};
use crate::output::{Inputs, Output, Target, reason};
use crate::progress::Progress;
use crate::source::{self, shown};

/// How tables are written, whatever they are.
pub(crate) struct Converter<'a> {
    pub args: &'a Args,
    pub messages: Messages,
    pub format: Format,
}

/// How one input of many fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// All of it was written.
    Whole,
    /// Some of its tables.
    Part,
    /// None of it.
    None,
}

impl Converter<'_> {
    /// One input to one output.
    pub(crate) fn one(&self, input: &Path, target: &Target, replace: bool) -> Result<()> {
        let start = Instant::now();
        self.check(target, replace, &Inputs::new(&[input.to_owned()]))?;
        let file = source::file(input, self.args)?;
        let tables = engine::tables(&file, self.args.key.as_deref())?;
        engine::note_rest(input, &file, self.messages);
        match &*tables {
            [] => Err(engine::no_table(&file)),
            [table] => self.write(input, table, target, replace, start),
            many => Err(several(many)),
        }
    }

    /// One input into a folder: a file for its table, or a folder for its tables.
    pub(crate) fn folder(&self, input: &Path, dir: &Path, inputs: &Inputs) -> Fate {
        match guarded(|| self.try_folder(input, dir, inputs)) {
            Ok(fate) => fate,
            Err(error) => {
                self.messages.error(Some(shown(input)), error);
                Fate::None
            }
        }
    }

    fn try_folder(&self, input: &Path, dir: &Path, inputs: &Inputs) -> Result<Fate> {
        let start = Instant::now();
        let stem = names::stem(input);
        let ending = self.format.extension();
        let force = self.args.force;
        let single = Target::File(dir.join(format!("{stem}.{ending}")));
        let file = source::file(input, self.args)?;
        let tables = engine::tables(&file, self.args.key.as_deref())?;
        engine::note_rest(input, &file, self.messages);
        if let [table] = &*tables {
            self.check(&single, force, inputs)?;
            self.write(input, table, &single, force, start)?;
            return Ok(Fate::Whole);
        }
        if tables.is_empty() {
            return Err(engine::no_table(&file));
        }
        let folder = dir.join(&stem);
        if let Err(error) = fs::create_dir(&folder)
            && error.kind() != io::ErrorKind::AlreadyExists
        {
            bail!("cannot make the folder {}: {}", folder.display(), reason(&error));
        }
        let mut safe = SafeNames::new();
        let (mut written, mut failed) = (0, 0);
        for table in &tables {
            let target = Target::File(folder.join(format!("{}.{ending}", safe.name(engine::path(table)))));
            let done = self
                .check(&target, force, inputs)
                .and_then(|()| self.write(input, table, &target, force, Instant::now()));
            match done {
                Ok(()) => written += 1,
                Err(error) => {
                    failed += 1;
                    self.messages
                        .error(Some(shown(input)), format_args!("{}: {error:#}", engine::path(table)));
                }
            }
        }
        // Only if it is empty, and then it is ours.
        if written == 0 {
            _ = fs::remove_dir(&folder);
        }
        Ok(match (written, failed) {
            (_, 0) => Fate::Whole,
            (0, _) => Fate::None,
            _ => Fate::Part,
        })
    }

    /// Refuses an output that cannot be, and names it.
    fn check(&self, target: &Target, replace: bool, inputs: &Inputs) -> Result<()> {
        if target.is_terminal() && !is_text(self.format) {
            bail!(
                "standard output is a terminal, {} is not text; name a file, or give --to csv",
                format_name(self.format)
            );
        }
        target.check(replace, inputs).map_err(|error| anyhow!("{}: {error:#}", name(target)))
    }

    /// Writes one table.
    fn write(
        &self,
        input: &Path,
        table: &Table<'_>,
        target: &Target,
        replace: bool,
        start: Instant,
    ) -> Result<()> {
        let args = self.args;
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
        let name = name(target);
        let mut output = target.create(replace).map_err(|error| anyhow!("{name}: {error:#}"))?;
        let rows = selected.num_rows() as u64;
        let done = {
            let progress = Progress::new(&name, rows, self.messages.quiet, start);
            engine::write(&selected, self.format, args.compression, &progress, &mut output)
        };
        let size = match finish(done, output) {
            Ok(size) => size,
            Err(Trouble::Pipe) => return Err(io::Error::from(io::ErrorKind::BrokenPipe).into()),
            Err(Trouble::Writing(error)) => bail!("{name}: cannot write: {}", reason(&error)),
            Err(Trouble::Table(error)) => return Err(error),
        };
        // Of a table that was not asked for by its path, that is told.
        let path = Some(table.path()).filter(|path| !path.is_empty() && args.key.as_deref() != Some(path));
        for note in table.notes() {
            match path {
                Some(path) => self.messages.note(shown(input), format_args!("at `{path}`: {note}")),
                None => self.messages.note(shown(input), note),
            }
        }
        let columns = counted(selected.csv().columns.len() as u64, "column");
        let rows = counted(rows, "row");
        self.messages.done(format_args!(
            "{name}: {rows}, {columns}, {} in {}",
            bytes(size),
            time(start.elapsed())
        ));
        Ok(())
    }
}

enum Trouble {
    /// Nobody reads any more: no error.
    Pipe,
    Writing(io::Error),
    Table(anyhow::Error),
}

/// Makes the output appear, or leaves nothing of it.
fn finish(done: Result<()>, mut output: Output) -> Result<u64, Trouble> {
    let of_io = |error: io::Error| match error.kind() {
        io::ErrorKind::BrokenPipe => Trouble::Pipe,
        _ => Trouble::Writing(error),
    };
    if let Err(error) = done.and_then(|()| Ok(output.flush()?)) {
        let kept = output.take_error();
        output.abandon();
        return Err(kept.map_or(Trouble::Table(error), of_io));
    }
    output.commit().map_err(of_io)
}

fn name(target: &Target) -> String {
    match target {
        Target::Stdout => "standard output".into(),
        Target::Stream(path) | Target::File(path) => path.display().to_string(),
    }
}

/// Several tables and one output.
#[cold]
fn several(tables: &[Table<'_>]) -> anyhow::Error {
    let mut paths: Vec<&str> = tables.iter().take(10).map(engine::path).collect();
    if tables.len() > 10 {
        paths.push("… (--list shows all)");
    }
    anyhow!(
        "it holds {} tables; take one with -k PATH, or all with -d DIR; the paths are: {}",
        count(tables.len() as u64),
        paths.join(", ")
    )
}
