//! `scan`: what loading a pickle with Python would import.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use unpickle::{Encoding, OpenOptions, View};

use crate::source::decode;

/// Every global that Python would import when it loads a pickle.
///
/// Dicts of `module`, `name` and `offset`, the byte that asks for it, in the order of the file. Nothing is imported, and
/// nothing is judged: a name such as `os.system` says what it is.
///
/// >>> import pickle, datetime, unpickle
/// >>> [(found["module"], found["name"]) for found in unpickle.scan(pickle.dumps(datetime.date(2024, 1, 1)))]
/// [('datetime', 'date')]
#[pyfunction]
pub(crate) fn scan<'py>(source: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let py = source.py();
    let (file, _) = decode(source, OpenOptions::new(), Encoding::default())?;
    let mut found = Vec::new();
    for value in file.pickle().objects() {
        if let View::Class(class) = value.view() {
            let one = PyDict::new(py);
            one.set_item("module", class.raw_module())?;
            one.set_item("name", class.raw_name())?;
            one.set_item("offset", value.offset())?;
            found.push(one);
        }
    }
    Ok(found)
}
