//! The command `pkl2parquet`.
//!
//! [`run`] is all of it; whoever wraps it (a Python wheel, say) has the same command.

mod args;
mod batch;
mod convert;
mod dump;
mod engine;
mod folder;
mod format;
mod guard;
mod imports;
mod inspect;
mod leftover;
mod list;
mod messages;
mod names;
mod output;
mod piece;
mod plan;
mod producer;
mod progress;
mod reading;
mod report;
mod room;
#[cfg(unix)]
mod signals;
mod source;
mod temporary;
mod texts;
mod tree;
mod whole;

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use unpickle::arrow::with_threads;

use crate::args::{Args, Look};
use crate::convert::{Converter, Fate};
use crate::folder::Folder;
use crate::messages::Messages;
use crate::output::Inputs;
use crate::plan::Plan;
use crate::reading::Reading;

pub use crate::texts::{tree, tree_of};
pub use crate::whole::write_whole;

/// All was written, or shown.
const WHOLE: u8 = 0;
/// Some of many inputs failed.
const PART: u8 = 1;
/// Nothing was written.
const NOTHING: u8 = 2;

/// Runs the command with these arguments, its own name first.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    ExitCode::from(code(args))
}

/// Runs the command as [`run`] does; the exit code as a number.
pub fn code(args: impl IntoIterator<Item = OsString>) -> u8 {
    #[cfg(unix)]
    let _handled = signals::Handled::new();
    match Args::read(args) {
        Ok(args) => guard::quietly(|| with_threads(args.threads(), || obey(&args))),
        Err((text, true)) => {
            Messages::new(true).error(None, text);
            NOTHING
        }
        Err((help, false)) => match io::stdout().write_all(help.as_bytes()) {
            Ok(()) => WHOLE,
            Err(error) => of_stdout(&error),
        },
    }
}

fn obey(args: &Args) -> u8 {
    let messages = Messages::new(args.quiet);
    if let Some(look) = args.look() {
        return look_inside(args, look, messages);
    }
    match Plan::of(args) {
        Ok(Plan::One { input, target, replace, format }) => {
            let converter = Converter { args, messages, format, map: true };
            match guard::guarded(|| converter.one(&input, &target, replace)) {
                Ok(()) => WHOLE,
                Err(error) if is_closed_pipe(&error) => WHOLE,
                Err(error) => {
                    messages.error(Some(source::shown(&input)), format_args!("{error:#}"));
                    NOTHING
                }
            }
        }
        Ok(Plan::Dump(dump)) => match guard::guarded(|| dump.run(args, messages)) {
            Ok(()) => WHOLE,
            Err(error) if is_closed_pipe(&error) => WHOLE,
            Err(error) => {
                messages.error(Some(&dump.input), format_args!("{error:#}"));
                NOTHING
            }
        },
        Ok(Plan::Folder { inputs, dir, format }) => {
            let start = std::time::Instant::now();
            let folder = match Folder::at(&dir) {
                Ok(folder) => folder,
                Err(error) => {
                    messages.error(None, format_args!("{error:#}"));
                    return NOTHING;
                }
            };
            let converter = Converter { args, messages, format, map: true };
            let files = Inputs::new(&inputs);
            let fates = batch::convert(&converter, &inputs, &dir, &files);
            report::report(&inputs, &fates, &dir, start.elapsed(), messages);
            let code = exit_code(&fates);
            if code == NOTHING {
                folder.withdraw();
            }
            code
        }
        Err(error) => {
            messages.error(None, format_args!("{error:#}"));
            NOTHING
        }
    }
}

fn exit_code(fates: &[Fate]) -> u8 {
    if fates.iter().all(|fate| *fate == Fate::Whole) {
        WHOLE
    } else if fates.iter().all(|fate| *fate == Fate::None) {
        NOTHING
    } else {
        PART
    }
}

fn look_inside(args: &Args, look: Look, messages: Messages<'_>) -> u8 {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut fates = Vec::new();
    for path in &args.paths {
        let _reading = Reading::of(source::shown(path));
        let shown = guard::guarded(|| inspect::inspect(path, look, args, messages, &mut out));
        // What was listed before the trouble comes before its message.
        if let Err(error) = out.flush() {
            return of_stdout(&error);
        }
        match shown {
            Ok(()) => {
                reading::some_done();
                fates.push(Fate::Whole);
            }
            Err(error) if is_closed_pipe(&error) => return WHOLE,
            Err(error) => {
                messages.error(Some(source::shown(path)), format_args!("{error:#}"));
                fates.push(Fate::None);
            }
        }
    }
    exit_code(&fates)
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn of_stdout(error: &io::Error) -> u8 {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return WHOLE;
    }
    Messages::new(true).error(None, format_args!("standard output: cannot write: {}", output::reason(error)));
    NOTHING
}
