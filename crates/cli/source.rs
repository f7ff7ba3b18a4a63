//! Opening an input as the command line says.

use std::io::{self, IsTerminal};
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use unpickle::{Category, Error, File, Input, Limits, OpenOptions, Options, Shared};

use crate::args::Args;

/// The bytes of an input: a file, mapped if `map`, or standard input for `-`.
pub(crate) fn input(path: &Path, args: &Args, map: bool) -> Result<Input> {
    let mut options = OpenOptions::new().with_map(map);
    if let Some(ratio) = args.max_ratio {
        options = options.with_max_ratio(ratio);
    }
    if let Some(bytes) = args.max_bytes {
        options = options.with_max_bytes(bytes);
    }
    let input = if path == Path::new("-") {
        let stdin = io::stdin();
        if stdin.is_terminal() {
            bail!("standard input is a terminal; name a file, or pipe a pickle into it");
        }
        Input::from_reader(stdin.lock(), &options)
    } else {
        Input::open(path, &options)
    };
    input.map_err(|error| anyhow!("{}", error.message()))
}

/// The pickles of an input, decoded.
pub(crate) fn file(path: &Path, args: &Args, map: bool) -> Result<File> {
    decoded(input(path, args, map)?, args).map_err(|error| explained(&error))
}

/// The pickles in these bytes.
pub(crate) fn decoded(input: impl Into<Shared>, args: &Args) -> unpickle::Result<File> {
    let mut options = Options::new().with_encoding(args.encoding.unwrap_or_default());
    if let Some(values) = args.max_expand {
        options = options.with_limits(Limits::default().with_expand(values));
    }
    File::from_input(input, &options)
}

/// An error of decoding, in words for who has the file.
pub(crate) fn explained(error: &Error) -> anyhow::Error {
    match error.category() {
        Category::Eof if error.offset() != Some(0) => {
            anyhow!("{error}; the file is cut short, fetch or write it again")
        }
        Category::Eof => anyhow!("expected a pickle, found an empty file"),
        _ => anyhow!("{error}"),
    }
}

/// What to call an input in messages.
pub(crate) fn shown(path: &Path) -> &Path {
    if path == Path::new("-") { Path::new("standard input") } else { path }
}
