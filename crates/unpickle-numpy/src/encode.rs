//! The other way: arrays to pickles that numpy loads.

mod array;
mod dtype;

use std::io::Write;

use unpickle_core::{Encoder, Memo, Result};

use crate::dtype::Dtype;

/// By which names an array calls numpy's functions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum NumpyNames {
    /// `numpy.core`, as numpy 1 writes them. numpy 2 loads them, too.
    #[default]
    Core,
    /// `numpy._core`, as numpy 2 writes them. numpy loads them from 1.26 on.
    UnderscoreCore,
}

/// Writes arrays into a pickle, as numpy itself pickles them. One for each pickle: dtypes and names of functions are written once
/// and fetched from the memo of the [`Encoder`] afterwards.
///
/// From protocol 5 on an array of numbers is `numpy.core.numeric._frombuffer(bytearray, …)`, else
/// `numpy.core.multiarray._reconstruct(…)` with its state.
///
/// ```
/// use ndarray::array;
/// use unpickle_core::{Encoder, Pickle, Protocol};
/// use unpickle_numpy::{ArrayEncoder, NumpyNames, ToArray};
///
/// let mut encoder = Encoder::new(Vec::new(), Protocol::DEFAULT)?;
/// ArrayEncoder::new(NumpyNames::Core).array(&mut encoder, &array![[1.5, 2.5], [3.5, 4.5]].view())?;
/// let bytes = encoder.finish()?; // numpy loads this
///
/// let pickle = Pickle::parse(bytes)?;
/// assert_eq!(pickle.root().to_array2::<f64>()?, array![[1.5, 2.5], [3.5, 4.5]]);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct ArrayEncoder {
    names: NumpyNames,
    /// What each function and class is in the memo.
    globals: [Option<Memo>; Global::COUNT],
    dtypes: Vec<(Dtype, Memo)>,
}

/// Functions and classes of numpy.
#[derive(Clone, Copy)]
enum Global {
    Reconstruct,
    FromBuffer,
    NdArray,
    Dtype,
    Record,
    StringDtype,
}

impl Global {
    const COUNT: usize = 6;
}

impl ArrayEncoder {
    /// For a pickle whose arrays call numpy's functions by these names.
    pub fn new(names: NumpyNames) -> ArrayEncoder {
        ArrayEncoder { names, ..ArrayEncoder::default() }
    }

    fn global<W: Write>(&mut self, out: &mut Encoder<W>, global: Global) -> Result<()> {
        if let Some(memo) = self.globals[global as usize] {
            return out.get(memo);
        }
        let core = match self.names {
            NumpyNames::Core => "numpy.core",
            NumpyNames::UnderscoreCore => "numpy._core",
        };
        match global {
            Global::Reconstruct => out.global(&format!("{core}.multiarray"), "_reconstruct")?,
            Global::FromBuffer => out.global(&format!("{core}.numeric"), "_frombuffer")?,
            Global::NdArray => out.global("numpy", "ndarray")?,
            Global::Dtype => out.global("numpy", "dtype")?,
            Global::Record => out.global("numpy", "record")?,
            // Of numpy 2 only.
            Global::StringDtype => out.global("numpy._core._internal", "_convert_to_stringdtype_kwargs")?,
        };
        self.globals[global as usize] = Some(out.memoize()?);
        Ok(())
    }
}
