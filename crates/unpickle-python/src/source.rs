//! Where a pickle comes from: a path, bytes, or a file object of Python.

use std::io::{self, Read};
use std::path::PathBuf;

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use unpickle::{Encoding, File, Input, OpenOptions, Options};

use crate::error::raise;
use crate::work::unlocked;

/// Bytes asked of a file object at a time.
const STEP: usize = 1 << 20;

/// The pickles at `source`, decoded, and the path if there is one. Python's lock is not held while decoding.
pub(crate) fn decode(
    source: &Bound<'_, PyAny>,
    options: OpenOptions,
    encoding: Encoding,
) -> PyResult<(File, Option<PathBuf>)> {
    let py = source.py();
    let (given, path) = if let Ok(bytes) = source.cast::<PyBytes>() {
        (Given::Bytes(bytes.clone().into()), None)
    } else if let Ok(buffer) = PyBuffer::<u8>::get(source) {
        (Given::Buffer(buffer.to_vec(py)?), None)
    } else if source.hasattr("read")? {
        let mut reader = FileObject { object: source, failed: None };
        let read = Input::from_reader(&mut reader, &options);
        if let Some(failed) = reader.failed {
            return Err(failed);
        }
        (Given::Read(read.map_err(unpickle::Error::from)), None)
    } else if let Ok(path) = source.extract::<PathBuf>() {
        (Given::Path(path.clone()), Some(path))
    } else {
        let found = source.get_type().name()?;
        let message = format!("expected a path, bytes or a file opened in binary mode, found {found}");
        return Err(PyTypeError::new_err(message));
    };
    let decoded = unlocked(py, move |_| {
        let input = match given {
            Given::Path(path) => Input::open(path, &options)?,
            Given::Bytes(bytes) => Input::from_reader(&*bytes, &options)?,
            Given::Buffer(bytes) => Input::from_reader(&*bytes, &options)?,
            Given::Read(input) => input?,
        };
        File::from_input(input, &Options::new().with_encoding(encoding))
    })?;
    match decoded {
        Ok(file) => Ok((file, path)),
        Err(error) => Err(raise(py, &error, path.as_deref())),
    }
}

/// What can be taken to another thread.
enum Given {
    Path(PathBuf),
    Bytes(PyBackedBytes),
    /// A copy: what Python may change meanwhile.
    Buffer(Vec<u8>),
    Read(unpickle::Result<Input>),
}

/// An object with `read(n)`, as a reader. What Python raises is kept for Python.
struct FileObject<'o, 'py> {
    object: &'o Bound<'py, PyAny>,
    failed: Option<PyErr>,
}

impl Read for FileObject<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let wanted = out.len().min(STEP);
        let read = self.object.call_method1("read", (wanted,)).and_then(|read| {
            read.cast_into::<PyBytes>().map_err(|_| {
                PyTypeError::new_err("expected a file opened in binary mode: read() gives no bytes")
            })
        });
        let read = match read {
            Ok(read) => read,
            Err(error) => {
                self.failed = Some(error);
                return Err(io::Error::other("the file object raised an exception"));
            }
        };
        let bytes = read.as_bytes();
        match out.get_mut(..bytes.len()) {
            Some(out) => out.copy_from_slice(bytes),
            None => return Err(io::Error::other("read() gave more bytes than were asked for")),
        }
        Ok(bytes.len())
    }
}
