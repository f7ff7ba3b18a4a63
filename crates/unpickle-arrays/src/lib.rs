//! The arrays inside a pickle by their names; npy, npz, safetensors.
#![forbid(unsafe_code)]

mod cells;
mod found;
mod named;
mod notes;
mod options;
pub mod path;
mod recognise;
mod sparse;
mod tensor;
mod walk;
mod write;

pub use crate::found::{Found, Other, Repeat, arrays, listed, search};
pub use crate::named::NamedArray;
pub use crate::options::{ArrayFormat, ArrayOptions, Written};
pub use crate::recognise::{is_array, is_masked, is_tensor};
pub use crate::write::write;
