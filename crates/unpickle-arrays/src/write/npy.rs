//! `.npy`: a header and the elements.

use std::io::Write;

use unpickle_core::{Category, Error, Result};

use super::Chunks;
use super::npy_header::header;
use super::plan::{How, Plan, Planned};

/// The only array, as `numpy.save` writes it.
pub(super) fn write_only(plan: &Plan<'_, '_>, sink: &mut dyn Write) -> Result<()> {
    match plan.arrays.as_slice() {
        [array] => write(array, sink),
        arrays => {
            let message = format!(
                "an .npy file holds one array, and here are {}; take one by its path, or write .npz",
                arrays.len()
            );
            Err(Error::message(Category::Unsupported, message))
        }
    }
}

/// One array. Column-major elements stay so, as numpy does it.
pub(super) fn write(planned: &Planned<'_, '_>, sink: &mut dyn Write) -> Result<()> {
    let array = planned.load()?;
    let reversed = array.transposed();
    let fortran = matches!(planned.how, How::Bytes)
        && array.as_contiguous().is_none()
        && reversed.as_contiguous().is_some();
    let mut out = Chunks::new(sink);
    out.push(&header(&planned.dtype, fortran, array.shape())?)?;
    planned.elements(if fortran { &reversed } else { &array }, false, &mut out)?;
    out.finish()
}

/// Bytes of the largest header that the array may have, and of its elements.
pub(super) fn size(planned: &Planned<'_, '_>) -> Result<u64> {
    let header = header(&planned.dtype, false, planned.array.shape())?.len() as u64;
    Ok(planned.bytes().saturating_add(header).saturating_add(64))
}
