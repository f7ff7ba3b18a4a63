//! The command `pkl2parquet`, which comes with the wheel.

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the command `pkl2parquet` with these arguments, its own name first, and gives its exit code.
#[pyfunction]
pub(crate) fn run(py: Python<'_>, args: Vec<OsString>) -> u8 {
    py.detach(|| pkl2parquet::code(args))
}
