//! Names of files: what is a pickle's, what an output is called.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Endings of compression, taken off one by one.
const PACKED: &[&str] = &["gz", "gzip", "bz2", "xz", "lzma", "zst", "zstd", "lz4", "zip", "tar", "z", "zz"];
const PACKED_TARS: &[&str] = &["tgz", "tbz", "tbz2", "txz"];
/// Endings that files of pickles have, and of what else is read.
const PICKLES: &[&str] = &[
    "pkl", "pickle", "pck", "pcl", "pk", "p", "pkl2", "pkl3", "pkl4", "pkl5", "joblib", "jl", "npy", "npz",
    "pt", "pth", "ckpt",
];

/// Whether a file of this name would be taken for a pickle by its reader: `x.pkl`, `x.pickle.gz`.
pub(crate) fn is_pickle(path: &Path) -> bool {
    stripped(path).1
}

/// Whether a frame is pickled under this name: `x.pkl`, `x.pickle.gz`.
pub(crate) fn is_frame(path: &Path) -> bool {
    let inner = if unpickle::Packing::of(path) == unpickle::Packing::None {
        path
    } else {
        Path::new(path.file_stem().unwrap_or_default())
    };
    inner
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("pkl") || ending.eq_ignore_ascii_case("pickle"))
}

/// The name of what is compressed: `grades.pkl` of `old/grades.pkl.zip`.
pub(crate) fn unpacked(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The name without the endings of compression and pickle: `grades` of `old/grades.pkl.gz`.
pub(crate) fn stem(path: &Path) -> String {
    stripped(path).0
}

fn stripped(path: &Path) -> (String, bool) {
    let name = path.file_name().unwrap_or(OsStr::new("stdin")).to_string_lossy().into_owned();
    let name = if name == "-" { "stdin".to_owned() } else { name };
    let mut rest = &*name;
    let mut pickle = false;
    while let Some((stem, ending)) = rest.rsplit_once('.') {
        let ending = ending.to_ascii_lowercase();
        let ending = &*ending;
        let known = if PICKLES.contains(&ending) {
            !std::mem::replace(&mut pickle, true)
        } else {
            !pickle && (PACKED.contains(&ending) || PACKED_TARS.contains(&ending))
        };
        if !known || stem.is_empty() {
            break;
        }
        rest = stem;
        if pickle {
            break;
        }
    }
    (rest.to_owned(), pickle)
}

/// The output beside `input`: `old/grades.parquet` for `old/grades.pkl.gz`.
pub(crate) fn beside(input: &Path, ending: &str) -> PathBuf {
    input.with_file_name(format!("{}.{ending}", stem(input)))
}

/// Names of files for the paths of tables within one folder: no separators, nothing hidden, no two alike.
pub(crate) struct SafeNames {
    taken: HashSet<String>,
}

impl SafeNames {
    pub(crate) fn new() -> SafeNames {
        SafeNames { taken: HashSet::new() }
    }

    /// A name for the table at `path`, unlike those given before, even where case does not count.
    pub(crate) fn name(&mut self, path: &str) -> String {
        // `rows[3].name` is `rows.3.name`.
        let mut name: String = path
            .chars()
            .filter_map(|char| match char {
                '[' => Some('.'),
                ']' => None,
                '_' | '-' | '.' | ' ' => Some(char),
                _ if char.is_alphanumeric() => Some(char),
                _ => Some('_'),
            })
            .collect();
        // File systems stop at 255 bytes; an ending and a number must find room.
        let end = (0..=name.len().min(120)).rev().find(|&end| name.is_char_boundary(end)).unwrap_or(0);
        name.truncate(end);
        let trimmed = name.trim_matches(|char: char| matches!(char, '_' | '.' | ' '));
        let name = match trimmed {
            "" => "table",
            // `coef_` keeps its underscore, `(3)` loses those of its brackets.
            _ if path.ends_with('_') => name.trim_start_matches(['_', '.', ' ']).trim_end_matches(['.', ' ']),
            _ => trimmed,
        };
        let mut number = 1_u64;
        loop {
            let candidate = if number == 1 { name.to_owned() } else { format!("{name}-{number}") };
            if self.taken.insert(candidate.to_lowercase()) {
                return candidate;
            }
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_of_compression_and_pickle_come_off() {
        for (name, expected) in [
            ("old/grades.pkl", "grades"),
            ("grades.pkl.gz", "grades"),
            ("grades.PKL.GZ", "grades"),
            ("grades.pickle.tar.bz2", "grades"),
            ("grades.gz", "grades"),
            ("grades.tgz", "grades"),
            ("v1.2.p", "v1.2"),
            ("model.pt", "model"),
            ("arrays.npz", "arrays"),
            ("v1.2", "v1.2"),
            ("a.pkl.pkl", "a.pkl"),
            (".pkl", ".pkl"),
            ("-", "stdin"),
        ] {
            assert_eq!(stem(Path::new(name)), expected, "{name}");
        }
        assert!(is_pickle(Path::new("a.pkl.zst")) && is_pickle(Path::new("a.PICKLE")));
        assert!(
            !is_pickle(Path::new("a.parquet"))
                && !is_pickle(Path::new("a.csv.gz"))
                && !is_pickle(Path::new("p"))
        );
        assert_eq!(beside(Path::new("old/grades.pkl.gz"), "csv"), Path::new("old/grades.csv"));
        for (name, frame) in
            [("a.pkl", true), ("a.Pickle.zip", true), ("a.pt", false), ("a.pkl.tar", false), ("pkl", false)]
        {
            assert_eq!(is_frame(Path::new(name)), frame, "{name}");
        }
        assert_eq!(unpacked(Path::new("old/grades.pkl.zip")), "grades.pkl");
    }

    #[test]
    fn paths_of_tables_become_harmless_names() {
        let mut names = SafeNames::new();
        for (path, name) in [
            ("Student 1", "Student 1"),
            ("model.coef_", "model.coef_"),
            ("steps[1][1].coef_", "steps.1.1.coef_"),
            ("[3]", "3"),
            ("(3)", "3-2"),
            ("rows[3].name", "rows.3.name"),
            ("[1][0]", "1.0"),
            ("../../etc/passwd", "etc_passwd"),
            ("", "table"),
            ("..", "table-2"),
            ("A", "A"),
            ("a", "a-2"),
            ("a\nb\0", "a_b"),
            (".hidden", "hidden"),
            ("naïve", "naïve"),
        ] {
            assert_eq!(names.name(path), name, "{path}");
        }
        assert!(names.name(&"é".repeat(500)).len() <= 120);
    }
}
