//! From the command line to what is read and where it goes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::args::Args;
use crate::dump::Dump;
use crate::format::Format;
use crate::names;
use crate::output::Target;
use anyhow::{Result, anyhow, bail};

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Plan {
    /// One input to one output.
    One { input: PathBuf, target: Target, replace: bool, format: Format },
    /// A table to a pickle.
    Dump(Dump),
    /// Each input into a folder.
    Folder { inputs: Vec<PathBuf>, dir: PathBuf, format: Format },
}

impl Plan {
    /// What `args` ask for, or why it cannot be meant.
    pub(crate) fn of(args: &Args) -> Result<Plan> {
        if let (None, [input, output]) = (&args.dir, &*args.paths)
            && let Some(dump) = Dump::of(args, input, output)?
        {
            return Ok(Plan::Dump(dump));
        }
        if let Some(flag) = args.of_pickles() {
            bail!(
                "{flag} is for writing pickles: end OUTPUT in .pkl, and INPUT in .parquet, .csv, .arrow, .arrows or .jsonl"
            );
        }
        let plan = match (&args.dir, &*args.paths) {
            (Some(dir), inputs) => Plan::folder(args, inputs, dir)?,
            (None, [input]) if input == Path::new("-") => Plan::one(args, input, input)?,
            (None, [input]) => {
                let format = args.to.unwrap_or(Format::PARQUET);
                let target = Target::File(names::beside(input, format.extension()));
                Plan::One { input: input.clone(), target, replace: args.force, format }
            }
            (None, [input, output]) if is_output(output) => Plan::one(args, input, output)?,
            (None, paths) => return Err(several(paths)),
        };
        let (Plan::One { format, .. } | Plan::Folder { format, .. }) = &plan else { return Ok(plan) };
        if let Some(why) = args.compression.and_then(|codec| format.refuses(codec)) {
            bail!("{why}");
        }
        match format {
            Format::Arrays(_) => {
                if let Some(flag) = args.of_tables() {
                    bail!("{flag} is for tables, not for {}", format.name());
                }
            }
            Format::Table(_) => {
                if let Some(flag) = args.of_arrays() {
                    bail!("{flag} is for .npz, .npy and .safetensors, not for {}", format.name());
                }
            }
        }
        Ok(plan)
    }

    fn one(args: &Args, input: &Path, output: &Path) -> Result<Plan> {
        let target = Target::of(output);
        let format = args.to.or_else(|| Format::from_path(output)).or(match target {
            Target::File(_) => None,
            // A pipe has no ending.
            _ => Some(Format::PARQUET),
        });
        let Some(format) = format else {
            if output.is_dir() {
                bail!("{}: it is a directory; `-d {0}` writes into it", output.display());
            }
            bail!(
                "{}: the ending says no format; end it in .parquet, .csv, .arrow, .arrows, .jsonl, .npz, .npy or .safetensors, or \
                 give --to",
                output.display()
            );
        };
        Ok(Plan::One { input: input.to_owned(), target, replace: true, format })
    }

    fn folder(args: &Args, inputs: &[PathBuf], dir: &Path) -> Result<Plan> {
        let format = args.to.unwrap_or(Format::PARQUET);
        let mut stems: HashMap<String, &Path> = HashMap::new();
        for input in inputs {
            // Where case does not count, `A.pkl` and `a.pkl` are one output, too.
            if let Some(other) = stems.insert(names::stem(input).to_lowercase(), input) {
                bail!(
                    "{} and {} would both become {}; convert them apart",
                    other.display(),
                    input.display(),
                    dir.join(format!("{}.{}", names::stem(input), format.extension())).display()
                );
            }
        }
        Ok(Plan::Folder { inputs: inputs.to_vec(), dir: dir.to_owned(), format })
    }
}

/// Whether the last of two names is meant to be written: anything but a pickle's.
fn is_output(path: &Path) -> bool {
    path == Path::new("-") || Format::from_path(path).is_some() || !names::is_pickle(path)
}

#[cold]
fn several(paths: &[PathBuf]) -> anyhow::Error {
    match paths {
        [.., last] if last.is_dir() => {
            anyhow!("several inputs; `-d {}` writes them into that folder", last.display())
        }
        [.., last] if Format::from_path(last).is_some() => {
            anyhow!("several inputs cannot become one {}; -d DIR writes one file for each", last.display())
        }
        _ => anyhow!("{} inputs and no OUTPUT; -d DIR writes one file for each", paths.len()),
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use unpickle::arrow::Format as TableFormat;

    use super::*;

    fn plan(args: &[&str]) -> Result<Plan, String> {
        let args = Args::read(["pkl2parquet"].iter().chain(args).map(OsString::from)).unwrap();
        Plan::of(&args).map_err(|error| error.to_string())
    }

    fn target(args: &[&str]) -> (Target, bool, Format) {
        match plan(args).unwrap() {
            Plan::One { target, replace, format, .. } => (target, replace, format),
            plan => panic!("{plan:?}"),
        }
    }

    #[test]
    fn the_last_of_two_is_the_output_unless_it_is_a_pickle() {
        let file = |name: &str| Target::File(name.into());
        assert_eq!(target(&["a.pkl", "b.csv"]), (file("b.csv"), true, Format::Table(TableFormat::Csv)));
        assert_eq!(target(&["a.pkl"]), (file("a.parquet"), false, Format::PARQUET));
        assert_eq!(
            target(&["x/a.pkl.gz", "--to", "jsonl", "-f"]),
            (file("x/a.jsonl"), true, Format::Table(TableFormat::JsonLines))
        );
        assert_eq!(
            target(&["a.pkl", "b.x", "--to", "arrow"]),
            (file("b.x"), true, Format::Table(TableFormat::Arrow))
        );
        assert_eq!(target(&["a.pkl", "-"]), (Target::Stdout, true, Format::PARQUET));
        assert_eq!(target(&["-"]), (Target::Stdout, true, Format::PARQUET));
        assert_eq!(target(&["-", "b.feather"]), (file("b.feather"), true, Format::Table(TableFormat::Arrow)));
        assert!(plan(&["a.pkl", "b.pkl"]).unwrap_err().contains("-d DIR"));
        assert!(plan(&["a.pkl", "b.pkl", "c.csv"]).unwrap_err().contains("cannot become one c.csv"));
        assert!(plan(&["a.pkl", "b.xlsx"]).unwrap_err().contains("the ending says no format"));
    }

    #[test]
    fn a_table_and_a_pickle_are_the_other_direction() {
        assert!(matches!(plan(&["a.parquet", "b.pkl.gz", "--for", "pandas-1.5"]), Ok(Plan::Dump(_))));
        assert!(matches!(plan(&["a.csv", "b.pickle", "--protocol", "5", "--head", "3"]), Ok(Plan::Dump(_))));
        assert!(matches!(plan(&["old.pkl.gz", "new.pkl", "--for", "pandas-1.5"]), Ok(Plan::Dump(_))));
        assert!(plan(&["old.pkl", "new.pkl"]).unwrap_err().contains("-d DIR"));
        assert!(matches!(plan(&["a.parquet", "b.csv"]), Ok(Plan::One { .. })));
        assert!(
            plan(&["a.parquet", "b.pkl", "--compression", "zstd"]).unwrap_err().contains("the ending says")
        );
        assert!(plan(&["a.parquet", "b.pkl", "-k", "x"]).unwrap_err().contains("--key is not for"));
        assert!(plan(&["a.pkl", "b.csv", "--for", "pandas-2"]).unwrap_err().contains("--for is for writing"));
        assert!(
            plan(&["a.pkl", "b.csv", "--protocol", "4"]).unwrap_err().contains("--protocol is for writing")
        );
    }

    #[test]
    fn two_inputs_never_become_one_output() {
        let error = plan(&["x/a.pkl", "y/A.pkl.gz", "-d", "."]).unwrap_err();
        assert!(error.contains("x/a.pkl and y/A.pkl.gz would both become ./A.parquet"), "{error}");
    }

    #[test]
    fn a_codec_must_fit_the_format() {
        assert!(plan(&["a.pkl", "a.csv", "--compression", "zstd"]).unwrap_err().contains("does not fit CSV"));
        assert!(plan(&["a.pkl", "a.arrow", "--compression", "snappy"]).is_err());
        assert!(plan(&["a.pkl", "a.arrow", "--compression", "lz4"]).is_ok());
    }

    #[test]
    fn what_only_tables_have_is_refused_for_arrays() {
        assert!(plan(&["a.pt", "a.safetensors"]).is_ok());
        for args in [&["a.pt", "a.npz", "--head", "3"][..], &["a.pt", "a.npz", "--columns", "a"]] {
            assert!(plan(args).unwrap_err().contains("is for tables, not for a .npz file"));
        }
        assert!(plan(&["a.pt", "a.npz", "--skip"]).is_ok());
        assert!(plan(&["a.pt", "a.csv", "--skip"]).unwrap_err().contains("not for CSV"));
    }
}
