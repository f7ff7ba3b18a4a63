//! `.npz`: a zip of `.npy` files, as `numpy.savez` writes it.
//!
//! It is written from front to back, so a pipe will do: as numpy does it there, sizes and checksums follow the members.

use std::io::Write;

use unpickle_core::{Category, Error, Result};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZIP64_BYTES_THR, ZipWriter};

use super::npy;
use super::plan::Plan;

/// All arrays, each under its name.
pub(super) fn write(plan: &Plan<'_, '_>, compress: bool, sink: &mut dyn Write) -> Result<()> {
    let mut zip = ZipWriter::new_stream(sink);
    let method = if compress { CompressionMethod::Deflated } else { CompressionMethod::Stored };
    for planned in &plan.arrays {
        // Deflating may add a little.
        let size = npy::size(planned)?;
        let large = size.saturating_add(size / 1000) >= ZIP64_BYTES_THR;
        let options = SimpleFileOptions::default().compression_method(method).large_file(large);
        zip.start_file(format!("{}.npy", planned.name), options).map_err(of_zip)?;
        npy::write(planned, &mut zip)?;
    }
    zip.finish().map_err(of_zip)?;
    Ok(())
}

#[cold]
fn of_zip(error: ZipError) -> Error {
    match error {
        ZipError::Io(error) => error.into(),
        error => Error::message(Category::Unsupported, format!("cannot write the .npz file: {error}")),
    }
}
