//! Python pickles to open data formats, without Python and without running a byte of them.
//!
//! ```
//! # #[cfg(feature = "ndarray")] {
//! use unpickle::{NdArray, ToArray};
//!
//! # let path = std::env::temp_dir().join(format!("unpickle-doc-{}.pkl", std::process::id()));
//! # std::fs::write(&path, b"\x80\x04}(\x8c\x04Name\x8c\x03Ada\x8c\x06Gradescnumpy._core.multiarray\n_reconstruct\n\
//! #   (cnumpy\nndarray\nK\0\x85C\x01btR(K\x01K\x02\x85cnumpy\ndtype\n(\x8c\x02f8\x89\x88tR(K\x03\x8c\x01<NNNJ\xff\xff\
//! #   \xff\xffJ\xff\xff\xff\xffK\0tb\x89C\x10\0\0\0\0\0\0\xf8?\0\0\0\0\0\0\x04@tbu.")?;
//! // pickle.dump({"Name": "Ada", "Grades": numpy.array([1.5, 2.5])}, open("ada.pkl", "wb")); ada.pkl.gz would do too
//! # #[cfg(any())]
//! let file = unpickle::open("ada.pkl")?;
//! # let file = unpickle::open(&path)?;
//! # std::fs::remove_file(&path)?;
//!
//! let ada = file.root();
//! assert_eq!(ada.item("Name")?.as_str(), Some("Ada"));
//!
//! let grades: NdArray = ada.item("Grades")?.extract()?; // a view: nothing is copied
//! assert_eq!(grades.shape(), [2]);
//! assert_eq!(grades.to_array::<f64>()?.sum(), 4.0);
//! # }
//! # Ok::<(), unpickle::Error>(())
//! ```
//!
//! * [`open`] gives a [`File`], whose [`root`](File::root) is the [`Value`] that was pickled; several pickles in one
//!   file are its [`values`](File::values).
//! * [`Value`] is a cursor: [`get`](Value::get), [`item`](Value::item), [`attr`](Value::attr),
//!   [`view`](Value::view) for `match`, [`extract`](Value::extract) for a Rust type.
#![cfg_attr(feature = "ndarray", doc = "* `NdArray`, `ToArray` and the rest of [`numpy`] are its arrays.")]
#![cfg_attr(feature = "pandas", doc = "* `DataFrame`, `Series` and the rest of [`pandas`] are its frames.")]
#![cfg_attr(feature = "sklearn", doc = "* `Estimator`, `at` and the rest of [`sklearn`] are its models.")]
#![cfg_attr(
    feature = "arrays",
    doc = "* [`arrays`] finds every array inside a value, by name, and writes them."
)]
#![cfg_attr(feature = "torch", doc = "* `Tensor`, `state_dict` and the rest of [`torch`] are PyTorch's.")]
#![cfg_attr(feature = "arrow", doc = "* [`File::tables`] finds what can be tabulated; [`arrow`] writes it.")]
#![cfg_attr(feature = "frames", doc = "* [`frames`] writes tables as pickles that pandas loads.")]
//!
//! # Arrays
//!
//! Dumps of joblib, numpy's `.npy` and `.npz`, and the files of PyTorch are opened as pickles are. Three lines lead to an
//! array:
//!
//! ```no_run
//! # #[cfg(feature = "ndarray")] {
//! use unpickle::ToArray;
//!
//! let file = unpickle::open("model.joblib")?;
//! let coef = file.root().attr("coef_")?.to_array2::<f64>()?;
//! # _ = coef;
//! # }
//! # Ok::<(), unpickle::Error>(())
//! ```
//!
//! `f64` is read from every dtype whose numbers it holds exactly, and from no other: `ToArray` has the table, and
//! `to_array_lossy`, which rounds. The array borrows from the file where it can, and `into_owned` gives one that outlives
//! it. A [`File`] may be shared by threads.
//!
//! # Safety
//!
//! Nothing is executed: a global is two strings, a call is a record. Memory is linear in the input, no bytes make it
//! panic, and decompression is bounded ([`OpenOptions`]). The only `unsafe` is the call that maps a file.
//!
//! # Features
//!
//! `arrow`, `arrays`, `frames`, `sklearn` and `torch` are the default. `arrow` includes `pandas`, which includes `ndarray`, as do the
//! others. Without any, there is the decoder.
#![forbid(unsafe_code)]

mod file;
#[cfg(feature = "ndarray")]
mod joblib;
#[cfg(feature = "arrays")]
mod named;
#[cfg(feature = "ndarray")]
mod npz;
#[cfg(all(feature = "arrow", feature = "frames"))]
mod table_source;

pub use unpickle_core as core;
pub use unpickle_core::*;
pub use unpickle_file::{Archive, Container, Input, MemberBytes, OpenOptions, Packing, Shared, looks_like};

#[cfg(feature = "arrays")]
pub use unpickle_arrays as arrays;
#[cfg(feature = "arrow")]
pub use unpickle_arrow as arrow;
#[cfg(feature = "frames")]
pub use unpickle_frames as frames;
#[cfg(feature = "ndarray")]
pub use unpickle_numpy as numpy;
#[cfg(feature = "ndarray")]
pub use unpickle_numpy::{NdArray, ToArray};
#[cfg(feature = "pandas")]
pub use unpickle_pandas as pandas;
#[cfg(feature = "pandas")]
pub use unpickle_pandas::{DataFrame, Index, Panel, Series};
#[cfg(feature = "sklearn")]
pub use unpickle_sklearn as sklearn;
#[cfg(feature = "sklearn")]
pub use unpickle_sklearn::{Estimator, at};
#[cfg(feature = "torch")]
pub use unpickle_torch as torch;
#[cfg(feature = "torch")]
pub use unpickle_torch::{Tensor, state_dict};

pub use crate::file::{File, open};
#[cfg(all(feature = "arrow", feature = "frames"))]
pub use crate::table_source::TableSource;
