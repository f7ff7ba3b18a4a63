//! A table as a Parquet file.

use std::io::{self, Write};
use std::path::PathBuf;

use pyo3::prelude::*;
use unpickle::arrow::{Compression, Format, WriteOptions, write};

use crate::error::raise;
use crate::part::Part;
use crate::work::{Wanted, unlocked};

/// Writes `part` to `path`, where it appears when it is complete; after Ctrl-C, never.
pub(crate) fn write_parquet(
    py: Python<'_>,
    part: &Part,
    path: PathBuf,
    compression: Compression,
) -> PyResult<()> {
    let (of, to) = (part.clone(), path.clone());
    let written = unlocked(py, move |wanted| {
        let inputs: Vec<PathBuf> = of.file().map(PathBuf::from).into_iter().collect();
        pkl2parquet::write_whole(&to, &inputs, |out| {
            let options = WriteOptions::new().with_compression(compression);
            of.with(|table| write(table, Format::Parquet, &options, WhileWanted { out, wanted }).map(drop))
        })
    })?;
    written.map_err(|error| match error.io() {
        // It is the output that the system speaks of.
        Some(_) => raise(py, &error, Some(&path)),
        None => part.raise(py, &error),
    })
}

/// Fails when nobody waits for it any more.
struct WhileWanted<'o> {
    out: &'o mut (dyn Write + Send),
    wanted: &'o Wanted,
}

impl Write for WhileWanted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.wanted.is_still() {
            return Err(io::Error::other("interrupted"));
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.wanted.is_still() {
            return Err(io::Error::other("interrupted"));
        }
        self.out.flush()
    }
}
