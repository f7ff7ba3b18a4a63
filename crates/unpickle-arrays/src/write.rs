//! From arrays to the bytes of a file.

mod chunks;
mod gather;
mod npy;
mod npy_header;
mod npz;
mod plan;
mod safetensors;
mod tied;

use std::io::{self, Write};

use unpickle_core::Result;

use crate::named::NamedArray;
use crate::options::{ArrayFormat, ArrayOptions, Written};

pub(crate) use chunks::Chunks;

/// Writes arrays in one of the formats.
///
/// All that the format cannot hold is found before a byte is written. Elements go from the file to the sink where they
/// are, or in stretches where they must be reordered or converted: nothing of the size of an array is held. The first
/// error ends it; what the sink holds then is no complete file.
///
/// * What numpy has no dtype for (`bfloat16`, the floats of one byte, torch's `complex32`) becomes `float32` or
///   `complex64` in `.npy` and `.npz`, exactly; of these `.safetensors` lacks `complex32` alone.
/// * An array of objects is written where its cells are all texts, all bytes, or all numbers of one kind.
/// * An array without a name is `arr_0`, as in `numpy.savez`.
/// * Tensors of PyTorch that are tied are written once into `.safetensors`, under the first of their names; the others
///   are in its metadata, as `safetensors.torch.save_model` does it. See [`ArrayOptions::with_copies`].
///
/// Each of these is told in [`Written::notes`].
///
/// ```
/// use unpickle_arrays::{ArrayFormat, ArrayOptions, arrays, write};
/// use unpickle_core::Pickle;
///
/// // pickle.dumps(numpy.array([1.5, 2.5]), 2), shortened
/// let pickle = Pickle::parse(
///     b"\x80\x02cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85U\x01btR(K\x01K\x02\x85cnumpy\ndtype\n\
///     (U\x02f8\x89\x88tR(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89U\x10\0\0\0\0\0\0\xf8?\0\0\0\0\0\0\
///     \x04@tb.",
/// )?;
/// let mut file = Vec::new();
/// let written = write(&arrays(pickle.root())?, ArrayFormat::Npy, &ArrayOptions::new(), &mut file)?;
/// assert_eq!((written.arrays, written.bytes), (1, 144));
/// assert!(file.starts_with(b"\x93NUMPY\x01\0v\0{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }"));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # Errors
///
/// An array is damaged, or the format cannot hold one, or two have one name, or there is not one for `.npy`; or the sink
/// fails.
pub fn write<'a, 'p: 'a, W: Write>(
    arrays: impl IntoIterator<Item = &'a NamedArray<'p>>,
    format: ArrayFormat,
    options: &ArrayOptions,
    sink: W,
) -> Result<Written> {
    let arrays: Vec<&NamedArray<'p>> = arrays.into_iter().collect();
    let mut plan = plan::Plan::new(&arrays, format, options)?;
    let mut sink = Counted { sink, bytes: 0 };
    match format {
        ArrayFormat::Npy => npy::write_only(&plan, &mut sink)?,
        ArrayFormat::Npz => npz::write(&plan, options.compress, &mut sink)?,
        ArrayFormat::Safetensors => safetensors::write(&mut plan, options.copies, &mut sink)?,
    }
    sink.flush()?;
    Ok(Written { arrays: plan.arrays.len(), bytes: sink.bytes, notes: plan.notes.into_sentences() })
}

/// Counts what goes through.
struct Counted<W> {
    sink: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.sink.write(bytes)?;
        self.bytes = self.bytes.saturating_add(count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}
