//! What wrote a pickle, as far as its globals tell.

use unpickle::{Pickle, View};

/// "protocol 4, pandas 1.4 - 2.x, numpy 1.x".
pub(crate) fn producer<B: AsRef<[u8]>>(pickle: &Pickle<B>) -> String {
    let mut clues = Clues { protocol: pickle.protocol(), ..Clues::default() };
    for value in pickle.objects() {
        match value.view() {
            View::Class(class) => clues.add(class.raw_module(), class.raw_name()),
            // The class of a model is met before the model.
            View::Object(object) if clues.sklearn.is_none() && clues.others.contains(&SKLEARN) => {
                let version = object.attr("_sklearn_version").and_then(|version| version.as_str());
                clues.sklearn = version.filter(|version| is_version(version)).map(str::to_owned);
            }
            _ => {}
        }
    }
    clues.to_string()
}

const SKLEARN: &str = "scikit-learn";

/// Whether it is like `1.9.1` or `0.22.2.post1`: it is printed as it is.
fn is_version(text: &str) -> bool {
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'.' | b'+' | b'-');
    !text.is_empty() && text.len() <= 24 && text.bytes().all(plain)
}

/// What was seen, as bounds on versions.
#[derive(Debug, Default)]
struct Clues {
    protocol: u8,
    python2: bool,
    /// Whether arrays stand in numpy's own files.
    npy: bool,
    numpy: Option<&'static str>,
    pandas: Option<Span>,
    others: Vec<&'static str>,
    /// The version that the first model of scikit-learn says it is of.
    sklearn: Option<String>,
}

/// Major and minor.
type Version = (u32, u32);

/// From one version to another.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: Version,
    to: Version,
}

const NEWEST: Version = (u32::MAX, 0);
/// The last minor version of pandas 2 that matters: it is printed "2.x".
const TWO: Version = (2, u32::MAX);

/// Globals of pandas that only some versions write: the start of the module, the name (`*` is any), from, to.
const PANDAS: &[(&str, &str, Version, Version)] = &[
    ("pandas.core.index", "*", (0, 1), (0, 17)),
    ("pandas.indexes.", "*", (0, 18), (0, 19)),
    ("pandas.tslib", "*", (0, 1), (0, 19)),
    ("pandas.sparse.", "*", (0, 1), (0, 19)),
    ("pandas.core.internals", "BlockManager", (0, 1), (0, 23)),
    ("pandas.core.internals", "SingleBlockManager", (0, 13), (0, 23)),
    ("pandas.core.indexes.base", "*", (0, 20), NEWEST),
    ("pandas.core.indexes.", "Index", (0, 20), TWO),
    ("pandas.core.indexes.", "RangeIndex", (0, 20), TWO),
    ("pandas.core.indexes.numeric", "*", (0, 20), (1, 5)),
    ("pandas.core.internals.managers", "*", (0, 24), NEWEST),
    ("pandas.core.frame", "DataFrame", (0, 1), TWO),
    ("pandas.core.series", "Series", (0, 1), TWO),
    ("pandas.core.arrays.masked", "*", (1, 1), TWO),
    ("pandas.core.arrays.string_arrow", "*", (1, 3), TWO),
    ("pandas.core.arrays.string_", "*", (1, 0), TWO),
    ("pandas._libs.missing", "NA", (1, 0), TWO),
    ("pandas._libs.tslibs.offsets", "*", (1, 1), NEWEST),
    ("pandas._libs.tslibs.timestamps", "_unpickle_timestamp", (1, 3), NEWEST),
    ("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked", (1, 3), NEWEST),
    ("pandas.core.internals.blocks", "new_block", (1, 3), (1, 3)),
    ("pandas._libs.internals", "_unpickle_block", (1, 4), NEWEST),
    ("pandas._libs.tslibs.timedeltas", "_timedelta_unpickle", (1, 5), NEWEST),
    ("pandas._libs.tslibs.nattype", "_nat_unpickle", (3, 0), NEWEST),
    ("pandas.core.indexes.timedeltas", "_new_TimedeltaIndex", (3, 1), NEWEST),
    ("pandas.arrays", "*", (3, 0), NEWEST),
    ("pandas", "*", (3, 0), NEWEST),
];

impl Clues {
    fn add(&mut self, module: &str, name: &str) {
        let (package, _) = module.split_once('.').unwrap_or((module, ""));
        match package {
            "numpy" if module.starts_with("numpy._core") => self.numpy = Some("numpy >= 2"),
            "numpy" if module == "numpy.lib.format" => self.npy = true,
            "numpy" if module.starts_with("numpy.core") => self.numpy = Some("numpy 1.x"),
            "numpy" => _ = self.numpy.get_or_insert("numpy"),
            "pandas" => self.add_pandas(module, name),
            "sklearn" => self.other(SKLEARN),
            "joblib" => self.other("joblib"),
            "torch" => self.other("torch"),
            "scipy" => self.other("scipy"),
            "pyarrow" => self.other("pyarrow"),
            "geopandas" => self.other("geopandas"),
            "xgboost" => self.other("xgboost"),
            "lightgbm" => self.other("lightgbm"),
            "polars" => self.other("polars"),
            // Protocol 2 and below spell these so in Python 3 too; what only Python 2 has is telling.
            "__builtin__" => self.python2 |= matches!(name, "unicode" | "long" | "buffer"),
            _ => {}
        }
    }

    fn add_pandas(&mut self, module: &str, name: &str) {
        let span = self.pandas.get_or_insert(Span { from: (0, 0), to: NEWEST });
        for &(start, only, from, to) in PANDAS {
            let here = if start.ends_with('.') { module.starts_with(start) } else { module == start };
            // A later clue may only narrow the span; one that contradicts is a hand-made pickle's, and left out.
            if here && (only == "*" || only == name) && from <= span.to && to >= span.from {
                *span = Span { from: span.from.max(from), to: span.to.min(to) };
            }
        }
    }

    fn other(&mut self, name: &'static str) {
        if !self.others.contains(&name) {
            self.others.push(name);
        }
    }
}

impl std::fmt::Display for Clues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Such a file has no protocol, unless there are pickles in it too.
        match (self.npy, self.protocol) {
            (true, 0) => f.write_str("numpy's own format")?,
            (true, protocol) => write!(f, "numpy's own format, protocol {protocol}")?,
            (false, protocol) => write!(f, "protocol {protocol}")?,
        }
        if self.python2 {
            f.write_str(", Python 2")?;
        }
        match self.pandas {
            None => {}
            Some(Span { from: (0, 0), to: NEWEST }) => f.write_str(", pandas")?,
            Some(Span { from: (major, minor), to: NEWEST }) => write!(f, ", pandas >= {major}.{minor}")?,
            Some(Span { from: (0, 0 | 1), to: (major, minor) }) if (major, minor) != TWO => {
                write!(f, ", pandas <= {major}.{minor}")?;
            }
            Some(Span { from: (0, 0 | 1), to: _ }) => f.write_str(", pandas < 3")?,
            Some(Span { from, to }) if from == to => write!(f, ", pandas {}.{}", from.0, from.1)?,
            Some(Span { from, to: TWO }) => write!(f, ", pandas {}.{} - 2.x", from.0, from.1)?,
            Some(Span { from, to }) => write!(f, ", pandas {}.{} - {}.{}", from.0, from.1, to.0, to.1)?,
        }
        for library in self.numpy.iter().chain(&self.others) {
            write!(f, ", {library}")?;
            if let Some(version) = self.sklearn.as_ref().filter(|_| *library == SKLEARN) {
                write!(f, " {version}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clues(globals: &[(&str, &str)]) -> String {
        let mut clues = Clues { protocol: 4, ..Clues::default() };
        globals.iter().for_each(|(module, name)| clues.add(module, name));
        clues.to_string()
    }

    #[test]
    fn globals_bound_the_version_of_pandas() {
        let old = [("pandas.core.frame", "DataFrame"), ("pandas.indexes.base", "Index")];
        assert_eq!(clues(&old), "protocol 4, pandas 0.18 - 0.19");
        let middle = [("pandas.core.frame", "DataFrame"), ("pandas._libs.internals", "_unpickle_block")];
        assert_eq!(clues(&middle), "protocol 4, pandas 1.4 - 2.x");
        let new = [("pandas", "DataFrame"), ("numpy._core.numeric", "_frombuffer")];
        assert_eq!(clues(&new), "protocol 4, pandas >= 3.0, numpy >= 2");
        assert_eq!(clues(&[("pandas.core.internals.blocks", "new_block")]), "protocol 4, pandas 1.3");
        assert_eq!(clues(&[("pandas.core.frame", "DataFrame")]), "protocol 4, pandas < 3");
        assert_eq!(clues(&[("pandas.tslib", "Timestamp")]), "protocol 4, pandas <= 0.19");
        let oldest = [("pandas.core.internals", "BlockManager"), ("pandas.core.index", "Index")];
        assert_eq!(clues(&oldest), "protocol 4, pandas <= 0.17");
    }

    #[test]
    fn a_model_tells_its_version() {
        let told = |version: &str| {
            let size = version.len() as u8;
            let head = b"\x80\x02csklearn.svm\nSVC\n)\x81}X\x10\0\0\0_sklearn_versionX";
            let bytes = [&head[..], &[size, 0, 0, 0], version.as_bytes(), b"sb."].concat();
            producer(&Pickle::parse(bytes).unwrap())
        };
        assert_eq!(told("0.22.2.post1"), "protocol 2, scikit-learn 0.22.2.post1");
        assert_eq!(told("\x1b[31m"), "protocol 2, scikit-learn");
    }

    #[test]
    fn a_plain_pickle_tells_only_its_protocol() {
        assert_eq!(clues(&[]), "protocol 4");
        assert_eq!(clues(&[("__builtin__", "set")]), "protocol 4");
        assert_eq!(clues(&[("numpy.lib.format", "read_array")]), "numpy's own format, protocol 4");
    }
}
