//! PyTorch tensors and modules, out of checkpoints of every format.
//!
//! ```
//! use unpickle_core::Options;
//! use unpickle_file::{Input, Shared};
//! use unpickle_numpy::ToArray;
//! use unpickle_torch::Tensor;
//!
//! let input = Input::open("../../fixtures/torch/checkpoint.pt", &Default::default())?; // mapped, not read
//! let pickle = unpickle_torch::read(&Shared::new(input), &Options::new())?.expect("a file of torch");
//!
//! let weight: Tensor<'_> = pickle.root().item("model")?.item("0.weight")?.extract()?;
//! assert_eq!((weight.dtype().name(), weight.shape()), ("float32", &[4, 3][..]));
//!
//! let numbers = weight.to_array::<f32>()?; // an `ndarray` array: a view of the file if it can be, else a copy
//! assert_eq!(numbers.len(), 12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! * [`read`] decodes a file: zip archives, the legacy stream, the tar of before 0.1.10, TorchScript. What was saved is a
//!   `Value`; the bytes of tensors are left where they are until they are asked for.
//! * [`Tensor`] is every form of a tensor: all dtypes ([`TorchDtype`]), views with strides and offset, expanded and tied
//!   ones, parameters, subclasses, quantised ([`Quantizer`]), [`Sparse`], nested, and those without bytes.
//! * [`state_dict`] names the tensors of a state dict, of a whole module, or of a TorchScript module, as torch does.
//! * [`is_tensor`] tells what [`Tensor`] reads.
//!
//! torch's own safe loader keeps a list of what may be called; here nothing is called at all.
#![forbid(unsafe_code)]

mod archive;
mod dtype;
mod form;
mod layout;
mod module;
mod nested;
mod oldest;
mod quantised;
mod read;
mod rebuild;
mod signs;
mod sparse;
mod state_dict;
mod storage;
mod stream;
mod tensor;

pub use crate::dtype::TorchDtype;
pub use crate::form::is_tensor;
pub use crate::layout::Layout;
pub use crate::quantised::Quantizer;
pub use crate::read::read;
pub use crate::signs::Resolved;
pub use crate::sparse::Sparse;
pub use crate::state_dict::state_dict;
pub use crate::storage::Storage;
pub use crate::tensor::{Identity, Tensor};
