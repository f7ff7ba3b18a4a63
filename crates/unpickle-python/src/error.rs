//! `PickleError`: our errors as Python's.

use std::io::ErrorKind;
use std::path::Path;

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use unpickle::Error;

pyo3::create_exception!(
    unpickle,
    PickleError,
    PyValueError,
    "A pickle that cannot be read: what was expected, what was found, and where.\n\n`offset` is the byte it was found at, \
     `path` the file, where they are known; else None."
);

/// `error`, met in the file `path`. What the system said stays an `OSError`: `FileNotFoundError`, say.
pub(crate) fn raise(py: Python<'_>, error: &Error, path: Option<&Path>) -> PyErr {
    let text = error.to_string();
    if let Some(io) = error.io() {
        let named = path.map(|path| format!("{}: ", path.display()));
        let said = named.as_deref().and_then(|path| text.strip_prefix(path)).unwrap_or(&text);
        let said = said.split_once(" (os error").map_or(said, |(said, _)| said).to_owned();
        return match (io.raw_os_error().or_else(|| number(io.kind())), path) {
            (Some(number), Some(path)) => PyOSError::new_err((number, said, path.as_os_str().to_owned())),
            (Some(number), None) => PyOSError::new_err((number, said)),
            (None, _) => PyOSError::new_err(text),
        };
    }
    let text = match path.map(|path| path.display().to_string()) {
        // Errors of opening name the file already.
        Some(path) if !text.starts_with(&path) => format!("{path}: {text}"),
        _ => text,
    };
    let raised = PickleError::new_err(text);
    let value = raised.value(py);
    let told = value
        .setattr("offset", error.offset())
        .and_then(|()| value.setattr("path", path.map(Path::as_os_str)));
    match told {
        Ok(()) => raised,
        Err(other) => other,
    }
}

/// By this number Python chooses which `OSError` it is.
fn number(kind: ErrorKind) -> Option<i32> {
    match kind {
        ErrorKind::NotFound => Some(2),
        ErrorKind::PermissionDenied => Some(13),
        ErrorKind::IsADirectory => Some(21),
        _ => None,
    }
}
