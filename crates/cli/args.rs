//! What the user may say: every flag, once, for the parser and the help.

use std::ffi::OsString;
use std::num::NonZero;
use std::path::PathBuf;

use clap::{ArgAction, Parser};
use unpickle::arrow::Compression;
use unpickle::frames::Target;
use unpickle::{Encoding, Protocol};

use crate::format::{Format, parse_compression, parse_format};

const EXAMPLES: &str = "\
Examples:
  pkl2parquet grades.pkl out.parquet   convert; the ending decides the format
  pkl2parquet exports/*.pkl.gz -d out/ convert many, each to out/NAME.parquet
  pkl2parquet model.pt w.safetensors   every tensor by its name; .npz likewise
  pkl2parquet in.parquet out.pkl       a DataFrame for pandas; --for says which
  pkl2parquet model.pkl --list         see what is inside; then -k PATH takes one";

const ABOUT: &str = "Convert Python pickles, models and checkpoints to open formats, executing nothing";

const LONG_ABOUT: &str = "\
Convert Python pickles, models and checkpoints to Parquet, CSV, Arrow, JSON lines, npz or safetensors. No Python, \
nothing is executed.

INPUT is a file, or `-` for standard input: a pickle as written by pandas, numpy, scikit-learn or Python itself, a dump \
of joblib, a .npy or .npz of numpy, a checkpoint of PyTorch; plain or in gzip, bzip2, xz, lzma, zstd, lz4, zlib, zip or \
tar (told by content, not by name).

Arrays: .npz and .safetensors take all of them by their names, .npy takes one. In a table, several arrays are a row \
each (name, dtype, shape, values); one alone is its columns; -k takes one by its path.

OUTPUT is a file whose ending decides the format, or `-` for standard output (Parquet unless --to says otherwise). \
Without OUTPUT the name is that of INPUT with another ending, beside it: grades.pkl.gz becomes grades.parquet. A file \
that you name is replaced when the new one is complete; one whose name is derived only with --force.

A table to a pickle: where INPUT is Parquet, CSV, Arrow or JSON lines by its ending, and OUTPUT ends in .pkl or .pickle, \
OUTPUT becomes a DataFrame that pandas loads.

Exit codes: 0 all was written, 1 some of many inputs failed, 2 nothing was written.";

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "pkl2parquet",
    version,
    about = ABOUT,
    long_about = LONG_ABOUT,
    after_help = EXAMPLES,
    override_usage = "pkl2parquet [OPTIONS] INPUT [OUTPUT]\n       pkl2parquet [OPTIONS] INPUT... -d DIR",
    disable_help_flag = true,
    disable_version_flag = true
)]
pub(crate) struct Args {
    /// Pickle files, and the OUTPUT last; `-` is stdin or stdout
    #[arg(value_name = "INPUT", required = true, hide = true)]
    pub paths: Vec<PathBuf>,

    /// Write into DIR: DIR/NAME.parquet for each input
    ///
    /// An input that holds several tables becomes a folder, DIR/NAME/PATH.parquet. DIR is made if it is not there.
    /// Files that exist are left alone unless --force is given.
    #[arg(short, long, value_name = "DIR", help_heading = "Convert", conflicts_with = "look")]
    pub dir: Option<PathBuf>,

    /// Take the table at PATH, as --list shows it
    ///
    /// Any value inside may be named: `model.coef_`, `rows[3]`, `[0].name`; `.` is the pickled value itself.
    #[arg(short, long, value_name = "PATH", help_heading = "Convert", conflicts_with_all = ["tree", "dis", "globals"])]
    pub key: Option<String>,

    /// parquet, csv, arrow, arrows, jsonl, npz, npy or safetensors
    ///
    /// By default the ending of OUTPUT says it, and it is Parquet where there is none. Endings: .parquet .pq (Parquet),
    /// .csv (CSV), .arrow .feather .ipc (Arrow file), .arrows (Arrow stream), .jsonl .ndjson (JSON lines); and for arrays
    /// by their names .npz and .npy (numpy) and .safetensors.
    #[arg(long, value_name = "FORMAT", value_parser = parse_format, help_heading = "Convert", conflicts_with = "look")]
    pub to: Option<Format>,

    /// snappy, zstd[:N], gzip, lz4, brotli, none or auto [default: auto]
    ///
    /// auto is, for Parquet, zstd for the columns that it makes smaller, and Snappy for small tables; for Arrow it is
    /// none. Arrow takes zstd, lz4 or none, .npz gzip or none; the others take none. zstd has levels 1 to 22 [default: 1], gzip
    /// 0 to 9 [default: 6], brotli 0 to 11 [default: 1].
    #[arg(long, value_name = "CODEC", value_parser = parse_compression, help_heading = "Convert", conflicts_with = "look")]
    pub compression: Option<Compression>,

    /// Only these columns, and the index [default: all]
    ///
    /// Names separated by commas; a name that holds a comma is given by an option of its own.
    #[arg(long, value_name = "A,B", action = ArgAction::Append, help_heading = "Convert", conflicts_with = "look")]
    pub columns: Vec<String>,

    /// Only the first N rows [default: all]
    #[arg(long, value_name = "N", help_heading = "Convert", conflicts_with = "look")]
    pub head: Option<usize>,

    /// Leave the index out, as index=False in pandas
    #[arg(long, help_heading = "Convert", conflicts_with = "look")]
    pub no_index: bool,

    /// Python 2 str as utf8, latin1 or bytes [default: by its bytes]
    ///
    /// By default it is text where it is UTF-8; else names are read as Latin-1, and columns are bytes.
    #[arg(long, value_name = "NAME", value_parser = encoding, help_heading = "Convert")]
    pub encoding: Option<Encoding>,

    /// Write a pickle for pandas-1.5, pandas-2 or pandas-3
    ///
    /// OUTPUT is a pickle if it ends in .pkl or .pickle, behind which .gz, .bz2, .xz, .zst or .zip compress it; INPUT then is
    /// .parquet, .csv, .arrow, .arrows or .jsonl, or the pickle of a DataFrame by another pandas. By default it is for
    /// pandas-2, which pandas 3 loads, too, and pandas 1.5 where it has the dtypes. For pandas-3, text is of its dtype `str`.
    #[arg(long = "for", value_name = "PANDAS", value_parser = pandas, help_heading = "Convert", conflicts_with = "look")]
    pub for_pandas: Option<Target>,

    /// The protocol of that pickle, 2 to 5 [default: 4]
    #[arg(long, value_name = "N", value_parser = protocol, help_heading = "Convert", conflicts_with = "look")]
    pub protocol: Option<Protocol>,

    /// Leave out arrays that the format cannot hold
    ///
    /// Each is told. Without it they are refused by name, and nothing is written. For .npz, .npy and .safetensors.
    #[arg(long, help_heading = "Convert", conflicts_with = "look", hide_short_help = true)]
    pub skip: bool,

    /// Write tied tensors to .safetensors under each name
    ///
    /// By default they are written once, and the metadata say which other names there are.
    #[arg(long, help_heading = "Convert", conflicts_with = "look", hide_short_help = true)]
    pub copies: bool,

    /// Replace files whose names are derived
    #[arg(short, long, help_heading = "Convert", conflicts_with = "look")]
    pub force: bool,

    /// Tell errors only
    #[arg(short, long, help_heading = "Convert")]
    pub quiet: bool,

    /// Threads at most [default: one a core]
    ///
    /// What is written does not depend on it.
    #[arg(long, value_name = "N", help_heading = "Convert")]
    pub threads: Option<NonZero<usize>>,

    /// Times its size a compressed file may grow to [default: 100000]
    ///
    /// Growing to 512 MB is always allowed.
    #[arg(long, value_name = "N", help_heading = "Convert")]
    pub max_ratio: Option<u64>,

    /// Bytes that it may grow to, or a pipe give [default: 3/4 of memory]
    ///
    /// Units: k, M, G, T, as in 8G.
    #[arg(long, value_name = "N", value_parser = size, help_heading = "Convert")]
    pub max_bytes: Option<u64>,

    /// Values that may be written for shared ones [default: 5M]
    ///
    /// They come on top of four for each byte of the pickle. A cell counts for a quarter of a value, a byte of text for a
    /// 64th. Units: k, M, G.
    #[arg(long, value_name = "N", value_parser = count, help_heading = "Convert", hide_short_help = true)]
    pub max_expand: Option<usize>,

    /// List the tables and arrays inside, with their sizes
    ///
    /// Tables with path, kind, rows x columns; arrays with name, kind, dtype, shape and bytes. Above them stands the
    /// protocol, and what wrote the pickle as far as it can be told. With --json for programs.
    #[arg(short, long, group = "look", help_heading = "Look inside")]
    pub list: bool,

    /// With --list: one line of JSON for each input
    #[arg(long, requires = "list", help_heading = "Look inside")]
    pub json: bool,

    /// Show the columns of each table and their Arrow types
    #[arg(long, group = "look", help_heading = "Look inside")]
    pub schema: bool,

    /// Show the values as a tree, cut by depth and length
    ///
    /// Below it: the globals that no branch shows, with their bytes. Of a broken pickle, those before the break.
    #[arg(long, group = "look", help_heading = "Look inside")]
    pub tree: bool,

    /// List the opcodes, as Python's pickletools does
    #[arg(long, group = "look", help_heading = "Look inside")]
    pub dis: bool,

    /// List every global that loading would import, with its byte
    ///
    /// Of a broken pickle, those before the break.
    #[arg(long, group = "look", help_heading = "Look inside")]
    pub globals: bool,

    /// Print help (`--help`: all of it)
    #[arg(short, long, action = ArgAction::Help, help_heading = "Other")]
    help: Option<bool>,

    /// Print the version
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = "Other")]
    version: Option<bool>,
}

impl Args {
    /// Parses the command line; on trouble, or when help was asked for, gives the text and whether it is an error.
    pub(crate) fn read(args: impl IntoIterator<Item = OsString>) -> Result<Args, (String, bool)> {
        Args::try_parse_from(args).map_err(|error| {
            let text = error.render().to_string();
            if error.use_stderr() { (one_line(&text), true) } else { (text, false) }
        })
    }

    /// What is to be shown, if nothing is to be converted.
    pub(crate) fn look(&self) -> Option<Look> {
        let flags = [self.list, self.schema, self.tree, self.dis, self.globals];
        let looks = [Look::List, Look::Schema, Look::Tree, Look::Dis, Look::Globals];
        flags.into_iter().zip(looks).find_map(|(flag, look)| flag.then_some(look))
    }

    /// What was said that only tables have.
    pub(crate) fn of_tables(&self) -> Option<&'static str> {
        let said = [!self.columns.is_empty(), self.head.is_some(), self.no_index];
        said.into_iter()
            .zip(["--columns", "--head", "--no-index"])
            .find_map(|(said, flag)| said.then_some(flag))
    }

    /// What was said that only files of arrays have.
    pub(crate) fn of_arrays(&self) -> Option<&'static str> {
        [self.skip, self.copies]
            .into_iter()
            .zip(["--skip", "--copies"])
            .find_map(|(said, flag)| said.then_some(flag))
    }

    /// What was said that only pickles have that are written.
    pub(crate) fn of_pickles(&self) -> Option<&'static str> {
        let said = [self.for_pandas.is_some(), self.protocol.is_some()];
        said.into_iter().zip(["--for", "--protocol"]).find_map(|(said, flag)| said.then_some(flag))
    }

    /// Threads at most.
    pub(crate) fn threads(&self) -> usize {
        self.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get)
    }

    /// The columns asked for.
    pub(crate) fn columns(&self) -> Option<Vec<&str>> {
        match &*self.columns {
            [] => None,
            [one] => Some(one.split(',').collect()),
            many => Some(many.iter().map(|name| &**name).collect()),
        }
    }
}

/// What to show of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    List,
    Schema,
    Tree,
    Dis,
    Globals,
}

/// The parser's message up to its usage, on one line.
fn one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("For more information"));
    let text = lines.collect::<Vec<_>>().join(" ");
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    format!("{text}; --help tells all")
}

fn encoding(text: &str) -> Result<Encoding, String> {
    match &*text.to_ascii_lowercase().replace('-', "") {
        "utf8" => Ok(Encoding::Utf8),
        "latin1" => Ok(Encoding::Latin1),
        "bytes" => Ok(Encoding::Bytes),
        _ => Err("expected utf8, latin1 or bytes".into()),
    }
}

fn pandas(text: &str) -> Result<Target, String> {
    text.parse().map_err(|_| "expected pandas-1.5, pandas-2 or pandas-3".into())
}

fn protocol(text: &str) -> Result<Protocol, String> {
    let number = text.parse::<u8>().ok().filter(|number| (2..=5).contains(number));
    number.and_then(|number| Protocol::try_from(number).ok()).ok_or_else(|| "expected 2, 3, 4 or 5".into())
}

/// `8G` is eight times 2^30.
fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|char: char| char.is_ascii_alphabetic());
    let shift = match &*text[digits.len()..].to_ascii_lowercase() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        _ => return Err("expected a number of bytes, as in 500M or 8G".into()),
    };
    let number: u64 = digits.parse().map_err(|_| "expected a number of bytes, as in 500M or 8G")?;
    number.checked_mul(1 << shift).ok_or_else(|| "more bytes than there are numbers for".into())
}

/// `8M` is eight millions.
fn count(text: &str) -> Result<usize, String> {
    let wrong = || "expected a number, as in 500k or 20M".to_owned();
    let (digits, factor) = match text.char_indices().next_back() {
        Some((at, 'k' | 'K')) => (text.get(..at), 1_000),
        Some((at, 'm' | 'M')) => (text.get(..at), 1_000_000),
        Some((at, 'g' | 'G')) => (text.get(..at), 1_000_000_000),
        _ => (Some(text), 1),
    };
    let number = digits.and_then(|digits| digits.parse::<usize>().ok()).ok_or_else(wrong)?;
    number.checked_mul(factor).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn read(args: &[&str]) -> Result<Args, (String, bool)> {
        Args::read(["pkl2parquet"].iter().chain(args).map(OsString::from))
    }

    #[test]
    fn the_parser_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn an_error_of_usage_is_one_line() {
        for args in [&[][..], &["--no-such"], &["a", "--head", "x"], &["a", "--tree", "--dis"], &["a", "-d"]]
        {
            let (text, is_error) = read(args).unwrap_err();
            assert!(is_error && text.lines().count() == 1 && !text.contains("error:"), "{text}");
        }
        let (text, _) = read(&["a", "--compression", "rar"]).unwrap_err();
        assert!(text.contains("'rar'") && text.contains("expected snappy, zstd"), "{text}");
    }

    #[test]
    fn short_help_fits_a_screen() {
        let (text, is_error) = read(&["-h"]).unwrap_err();
        assert!(!is_error);
        assert!(text.lines().count() <= 40, "{} lines\n{text}", text.lines().count());
        assert!(text.lines().all(|line| line.chars().count() <= 96), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("  pkl2parquet ")).count(), 5);
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("12"), Ok(12));
        assert_eq!(size("2k"), Ok(2048));
        assert_eq!(size("1GiB"), Ok(1 << 30));
        assert!(
            size("x").is_err() && size("99999999999T").is_err() && size("").is_err() && size("1é").is_err()
        );
    }

    #[test]
    fn counts_have_units() {
        assert_eq!((count("12"), count("3k"), count("2M")), (Ok(12), Ok(3_000), Ok(2_000_000)));
        assert!(
            ["", "M", "x", "1é", "99999999999999999999", "9999999999999999G"]
                .iter()
                .all(|text| count(text).is_err())
        );
    }

    #[test]
    fn columns_are_split_at_commas_unless_given_one_by_one() {
        assert_eq!(read(&["a", "--columns", "x,y"]).unwrap().columns(), Some(vec!["x", "y"]));
        let args = read(&["a", "--columns", "x,y", "--columns", "z"]).unwrap();
        assert_eq!(args.columns(), Some(vec!["x,y", "z"]));
    }
}
