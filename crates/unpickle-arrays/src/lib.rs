//! The arrays inside a pickle by their names; npy, npz, safetensors.
//!
//! ```
//! use unpickle_arrays::{ArrayFormat, ArrayOptions, search, write};
//! use unpickle_core::Pickle;
//!
//! let pickle = Pickle::parse(std::fs::read("../../fixtures/named/shared.pkl")?)?;
//!
//! // {'model': weights, 'ema': weights, 'first': model, 'second': [model], ..}
//! let found = search(pickle.root())?;
//! let names: Vec<&str> = found.arrays.iter().map(|array| array.name()).collect();
//! assert_eq!(names, ["model.w", "model.b", "ema.w", "ema.b", "first.coef_"]);
//! assert_eq!(found.repeats[0].to_string(), "`second[0]` is `first`");
//!
//! let mut file = Vec::new();
//! let written = write(&found.arrays, ArrayFormat::Npz, &ArrayOptions::new(), &mut file)?;
//! assert_eq!((written.arrays, written.notes.len()), (5, 0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! * [`search`] finds arrays of numpy, tensors and modules of PyTorch, sparse matrices of scipy, wherever they are; it says
//!   what they are called, and what is made of those that are not one dense array. [`arrays`] gives the list alone.
//! * [`NamedArray`] tells dtype, shape and bytes without reading an element; [`NamedArray::load`] gives the array.
//! * [`write()`] makes `.npy`, `.npz` and `.safetensors` of them, and says what was mapped rather than kept.
//! * [`path`] leads from a name to the value.
#![forbid(unsafe_code)]

mod cells;
mod found;
mod growth;
mod inside;
mod named;
mod notes;
mod options;
pub mod path;
mod recognise;
mod sparse;
mod sparse_entries;
mod tensor;
mod walk;
mod write;

pub use crate::found::{Found, Other, Repeat, arrays, listed, search};
pub use crate::growth::check_growth;
pub use crate::named::NamedArray;
pub use crate::options::{ArrayFormat, ArrayOptions, Written};
pub use crate::recognise::{is_array, is_masked, is_tensor};
pub use crate::write::write;
