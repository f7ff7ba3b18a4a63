//! Converting: one input to one output, or many into a folder.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, anyhow, bail};
use unpickle::File;

use crate::args::Args;
use crate::engine;
use crate::format::Format;
use crate::guard::guarded;
use crate::messages::{Messages, bytes, time};
use crate::names::{self, SafeNames};
use crate::output::{Inputs, Output, Target, reason};
use crate::piece::{self, Content, Piece};
use crate::progress::Progress;
use crate::reading::{self, Reading};
use crate::source::{self, shown};

/// How pieces are written, whatever they are.
pub(crate) struct Converter<'a> {
    pub args: &'a Args,
    pub messages: Messages<'a>,
    pub format: Format,
    /// Whether plain files are mapped, or read: of those that are mapped there is one at a time.
    pub map: bool,
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
        let (_reading, file) = self.open(input)?;
        let Content { pieces, beside } = self.content(input, &file)?;
        match &*pieces {
            [] => Err(piece::none(&file, self.format)),
            [piece] => {
                self.write(input, piece, target, replace, start)?;
                self.note_beside(input, &beside);
                Ok(())
            }
            many => Err(piece::several(many, self.format)),
        }
    }

    /// The file, and what names it as long as it is read.
    fn open(&self, input: &Path) -> Result<(Option<Reading>, File)> {
        let reading = self.map.then(|| Reading::of(shown(input)));
        Ok((reading, source::file(input, self.args, self.map)?))
    }

    /// What the file is written as.
    fn content<'f>(&self, input: &Path, file: &'f File) -> Result<Content<'f>> {
        let content = Content::of(file, self.format, self.args.key.as_deref())?;
        engine::note_rest(input, file, self.messages);
        Ok(content)
    }

    /// Tells of what is in the file beside what was written.
    fn note_beside(&self, input: &Path, beside: &[String]) {
        for what in beside {
            self.messages.note(shown(input), what);
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
        let (_reading, file) = self.open(input)?;
        let Content { pieces, beside } = self.content(input, &file)?;
        if let [piece] = &*pieces {
            self.check(&single, force, inputs)?;
            self.write(input, piece, &single, force, start)?;
            self.note_beside(input, &beside);
            return Ok(Fate::Whole);
        }
        if pieces.is_empty() {
            return Err(piece::none(&file, self.format));
        }
        let folder = dir.join(&stem);
        if let Err(error) = fs::create_dir(&folder)
            && error.kind() != io::ErrorKind::AlreadyExists
        {
            bail!("cannot make the folder {}: {}", folder.display(), reason(&error));
        }
        let mut safe = SafeNames::new();
        let (mut written, mut failed) = (0, 0);
        for piece in &pieces {
            let target = Target::File(folder.join(format!("{}.{ending}", safe.name(piece.path()))));
            let done = self
                .check(&target, force, inputs)
                .and_then(|()| self.write(input, piece, &target, force, Instant::now()));
            match done {
                Ok(()) => written += 1,
                Err(error) => {
                    failed += 1;
                    self.messages.error(Some(shown(input)), format_args!("{}: {error:#}", piece.path()));
                }
            }
        }
        // Only if it is empty, and then it is ours.
        if written == 0 {
            _ = fs::remove_dir(&folder);
        } else {
            self.note_beside(input, &beside);
        }
        Ok(match (written, failed) {
            (_, 0) => Fate::Whole,
            (0, _) => Fate::None,
            _ => Fate::Part,
        })
    }

    /// Refuses an output that cannot be, and names it.
    fn check(&self, target: &Target, replace: bool, inputs: &Inputs) -> Result<()> {
        if target.is_terminal() && !self.format.is_text() {
            bail!(
                "standard output is a terminal, {} is not text; name a file, or give --to csv",
                self.format.name()
            );
        }
        target.check(replace, inputs).map_err(|error| anyhow!("{}: {error:#}", name(target)))
    }

    /// Writes one piece.
    fn write(
        &self,
        input: &Path,
        piece: &Piece<'_>,
        target: &Target,
        replace: bool,
        start: Instant,
    ) -> Result<()> {
        let selected = piece.selected(self.args)?;
        let name = name(target);
        let mut output = target.create(replace).map_err(|error| anyhow!("{name}: {error:#}"))?;
        let mut notes = Vec::new();
        let done = {
            let progress = Progress::new(&name, selected.rows(), self.messages, start);
            selected.write(self.args, &progress, &mut output).map(|told| notes = told)
        };
        let size = match finish(done, output) {
            Ok(size) => size,
            Err(Trouble::Pipe) => return Err(io::Error::from(io::ErrorKind::BrokenPipe).into()),
            Err(Trouble::Writing(error)) => bail!("{name}: cannot write: {}", reason(&error)),
            Err(Trouble::Piece(error)) => return Err(error),
        };
        reading::some_done();
        for note in notes {
            self.messages.note(shown(input), note);
        }
        self.messages.done(format_args!(
            "{name}: {}, {} in {}",
            selected.size(),
            bytes(size),
            time(start.elapsed())
        ));
        Ok(())
    }
}

/// Why an output was not completed.
pub(crate) enum Trouble {
    /// Nobody reads any more: no error.
    Pipe,
    Writing(io::Error),
    Piece(anyhow::Error),
}

/// Makes the output appear, or leaves nothing of it.
pub(crate) fn finish(done: Result<()>, mut output: Output) -> Result<u64, Trouble> {
    let of_io = |error: io::Error| match error.kind() {
        io::ErrorKind::BrokenPipe => Trouble::Pipe,
        _ => Trouble::Writing(error),
    };
    if let Err(error) = done.and_then(|()| Ok(output.flush()?)) {
        let kept = output.take_error();
        output.abandon();
        return Err(kept.map_or(Trouble::Piece(error), of_io));
    }
    output.commit().map_err(of_io)
}

/// What to call an output.
pub(crate) fn name(target: &Target) -> String {
    match target {
        Target::Stdout => "standard output".into(),
        Target::Stream(path) | Target::File(path) => path.display().to_string(),
    }
}
