//! `open` and `File`: the pickles of one file.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use unpickle::{Encoding, OpenOptions};

use crate::error::raise;
use crate::part::Part;
use crate::source::decode;
use crate::table::Table;
use crate::value::{Value, step};
use crate::work::unlocked;

/// An opened file, and where it is.
pub(crate) struct Opened {
    pub(crate) file: unpickle::File,
    pub(crate) path: Option<PathBuf>,
}

/// The pickles of one file, decoded; nothing of them is executed. Made by `open`.
///
/// >>> import pickle, unpickle
/// >>> file = unpickle.open(pickle.dumps({"Name": "Ada", "Grades": [1.5, 2.5]}))
/// >>> file["Grades[1]"].to_python()
/// 2.5
/// >>> print(file.tree(), end="")
/// dict of 2
///   'Name': 'Ada'
///   'Grades': list of 2
///     0: 1.5
///     1: 2.5
#[pyclass(frozen, module = "unpickle")]
pub(crate) struct File(Arc<Opened>);

/// Opens a pickle: a path, bytes, or a file opened in binary mode; compressed or not. Nothing of it is executed.
///
/// `encoding` says what a `str` of Python 2 is: "utf8" (bytes, where it is none), "latin1" or "bytes". `max_bytes` and
/// `max_ratio` bound what a compressed file may grow to: so many bytes, so many times its size. With `map=False` a file is read
/// rather than mapped: for files that another process may cut short meanwhile.
///
/// >>> import pickle, unpickle
/// >>> unpickle.open(pickle.dumps([{"a": 1}, {"a": 2}])).tables()
/// [<unpickle.Table: list of dicts, 2 rows x 1 column>]
#[pyfunction]
#[pyo3(signature = (source, *, encoding="utf8", max_bytes=None, max_ratio=None, map=true))]
pub(crate) fn open(
    source: &Bound<'_, PyAny>,
    encoding: &str,
    max_bytes: Option<u64>,
    max_ratio: Option<u64>,
    map: bool,
) -> PyResult<File> {
    let encoding = match encoding {
        "utf8" => Encoding::Utf8,
        "latin1" => Encoding::Latin1,
        "bytes" => Encoding::Bytes,
        other => {
            let message = format!("expected encoding=\"utf8\", \"latin1\" or \"bytes\", found {other:?}");
            return Err(PyValueError::new_err(message));
        }
    };
    let mut options = OpenOptions::new().with_map(map);
    if let Some(bytes) = max_bytes {
        options = options.with_max_bytes(bytes);
    }
    if let Some(ratio) = max_ratio {
        options = options.with_max_ratio(ratio);
    }
    let (file, path) = decode(source, options, encoding)?;
    Ok(File(Arc::new(Opened { file, path })))
}

#[pymethods]
impl File {
    /// What can be tabulated: all of it, or that at `path`, which may be any value inside, such as `model.coef_` or `[3]`.
    #[pyo3(signature = (path=None))]
    fn tables(&self, py: Python<'_>, path: Option<String>) -> PyResult<Vec<Table>> {
        let file = Arc::clone(&self.0);
        let found = unlocked(py, move |_| Part::find(file, path.as_deref()))?;
        match found {
            Ok(parts) => Ok(parts.into_iter().map(Table).collect()),
            Err(error) => Err(raise(py, &error, self.0.path.as_deref())),
        }
    }

    /// The columns of each table: a dict by path (empty for what was pickled itself) of dicts of names and types of Arrow.
    fn schema<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let schemas = PyDict::new(py);
        for table in self.tables(py, None)? {
            schemas.set_item(table.path(), table.schema(py)?)?;
        }
        Ok(schemas)
    }

    /// What was pickled and what is below it, as an indented tree, cut by depth and length; behind it, the globals that are named
    /// on no branch.
    fn tree(&self) -> String {
        pkl2parquet::tree_of(&self.0.file)
    }

    /// What a path leads to: `file["model.coef_"]`, `file["rows[3]"]`, `file[0]`; `file["."]` is what was pickled.
    fn __getitem__(&self, py: Python<'_>, key: &Bound<'_, PyAny>) -> PyResult<Value> {
        Value::find(py, &self.0, step(key)?)
    }

    /// Items are got by their paths.
    #[classattr]
    #[pyo3(name = "__iter__")]
    const ITER: Option<bool> = None;

    fn __repr__(&self) -> String {
        let path = self.0.path.as_deref().map(|path| format!(": {}", path.display())).unwrap_or_default();
        format!("<unpickle.File{path}>")
    }
}
