//! numpy arrays, scalars and dtypes found in pickles, and put there.
//!
//! ```
//! use unpickle_core::Pickle;
//! use unpickle_numpy::{NdArray, ToArray};
//!
//! // pickle.dumps(numpy.array([1.5, 2.5]), 4), shortened
//! let pickle = Pickle::parse(
//!     b"\x80\x04\x8c\x16numpy._core.multiarray\x8c\x0c_reconstruct\x93\x8c\x05numpy\x94\x8c\x07ndarray\x93K\x00\x85C\
//!     \x01b\x87R(K\x01K\x02\x85h\x00\x8c\x05dtype\x93\x8c\x02f8\x89\x88\x87R(K\x03\x8c\x01<NNNJ\xff\xff\xff\xffJ\xff\
//!     \xff\xff\xffK\x00tb\x89C\x10\x00\x00\x00\x00\x00\x00\xf8?\x00\x00\x00\x00\x00\x00\x04@tb.",
//! )?;
//!
//! let array: NdArray = pickle.root().extract()?; // nothing is copied
//! assert_eq!(array.dtype().to_string(), "float64");
//! assert_eq!(array.shape(), [2]);
//!
//! let numbers = array.to_array::<f64>()?; // an `ndarray` array: a view if it can be, else a copy
//! assert_eq!(numbers.sum(), 4.0);
//! # Ok::<(), unpickle_core::Error>(())
//! ```
//!
//! * [`NdArray`] is every spelling of an array: those of numpy 1 and 2 and of Python 2, all protocols, C, F and K
//!   order, subclasses (`matrix`, `recarray`, `memmap`, `chararray`, others' own).
//! * [`Dtype`] is every dtype: numbers of either byte order, `longdouble` too, bytes and text, structures with their
//!   padding, offsets and titles, `datetime64` of every unit, objects, `StringDType`.
//! * [`ToArray`] and [`DynArray`] lead to `ndarray`; [`NdArray::copy_native`] to a `Vec`, chunk by chunk.
//! * [`MaskedArray`] and [`Scalar`] are the two that are not quite arrays.
//! * [`NpyHeader`] reads `.npy` files, [`Joblib`] what joblib writes between the opcodes of a pickle.
//! * [`DtypeCache`] makes long lists of arrays cheap.
//! * [`ArrayEncoder`] is the other way: arrays to pickles.
//!
//! numpy checks that bytes and shape agree, and so does this crate, before anything is made of them.
#![forbid(unsafe_code)]

mod array;
mod cache;
mod cast;
mod cell;
mod code;
mod convert;
mod copy;
mod dtype;
mod dtype_descr;
mod dtype_display;
mod dtype_state;
mod dynamic;
mod element;
mod encode;
mod few;
mod field;
mod frombuffer;
mod joblib;
mod joblib_array;
mod layout;
mod literal;
pub mod longdouble;
mod masked;
mod narrow;
mod npy;
mod npy_dtype;
mod npy_header;
mod number;
mod objects;
mod reconstruct;
mod scalar;
mod shape;
mod text;
mod to_array;
mod unit;
mod view;

pub use crate::array::{NdArray, Raw};
pub use crate::cache::DtypeCache;
pub use crate::cell::Cell;
pub use crate::dtype::{Dtype, DtypeKind, Field, NaObject};
pub use crate::dynamic::DynArray;
pub use crate::element::Element;
pub use crate::encode::{ArrayEncoder, NumpyNames};
pub use crate::joblib::Joblib;
pub use crate::longdouble::{LongDoubleFormat, Rounded};
pub use crate::masked::MaskedArray;
pub use crate::narrow::Float8;
pub use crate::npy_header::NpyHeader;
pub use crate::number::number;
pub use crate::objects::{Objects, ObjectsIter};
pub use crate::scalar::Scalar;
pub use crate::text::{Text, bytes_cell, str_cell};
pub use crate::to_array::ToArray;
pub use crate::unit::{TimeUnit, Unit};
