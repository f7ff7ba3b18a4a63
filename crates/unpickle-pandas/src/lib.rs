//! pandas DataFrame, Series, Panel and every Index found in pickles, as columns.
//!
//! Those of every pandas from 0.7 on are read, and the tuples that came before it. Nothing is copied and no cell is looked at:
//! a [`DataFrame`] is a list of [`Column`]s whose [`Array`]s are views into the pickle.
//!
//! ```
//! use unpickle_core::Pickle;
//! use unpickle_pandas::Index;
//!
//! // pickle.dumps(pandas.RangeIndex(0, 10, 2, name="n"), protocol=0)
//! let pickle = Pickle::parse(
//!     b"cpandas.core.indexes.base\n_new_Index\n(cpandas\nRangeIndex\n\
//!       (dVname\nVn\nsVstart\nI0\nsVstop\nI10\nsVstep\nI2\nstR."
//!         .to_vec(),
//! )?;
//! let index: Index = pickle.root().extract()?;
//! assert_eq!(index.len(), 5);
//! assert!(matches!(index, Index::Range { start: 0, stop: 10, step: 2, name: Some(_) }));
//! # Ok::<(), unpickle_core::Error>(())
//! ```
//!
//! What a global of pandas is, is told by its last name alone, in any module of pandas: the classes moved often, and
//! were hardly ever renamed. Subclasses of other libraries (geopandas' frames) are told by the keys of their state.
//!
//! Cells of Python objects are told apart by [`Recogniser`]: scalars of pandas, and of Python's standard library.
#![forbid(unsafe_code)]

mod array;
mod arrow;
mod block;
mod categorical;
mod cells;
mod civil;
mod datetime;
mod envelope;
mod extension;
mod frame;
mod freq;
mod geometry;
mod index;
mod interval;
mod label;
mod manager;
mod mapping;
mod masked;
mod multi_index;
mod names;
mod npy;
mod old_frame;
mod old_index;
mod old_manager;
mod old_panel;
mod old_series;
mod panel;
mod period;
mod placement;
mod print;
mod pyarray;
mod range_index;
pub mod scalar;
mod series;
mod shape;
mod sparse;
pub mod stdlib;
mod string;
mod timezone;

pub use array::Array;
pub use arrow::ArrowDtype;
pub use categorical::checked_codes;
pub use cells::{Cell, Recogniser};
pub use civil::{Date, DateTime, Time, TimeDelta};
pub use frame::{Column, DataFrame};
pub use freq::period_freq;
pub use geometry::Geometries;
pub use index::{Index, IndexKind};
pub use interval::Closed;
pub use label::Label;
pub use mapping::{ChainMap, Mapping, SeqOfPairs};
pub use old_panel::sparse_panel;
pub use panel::Panel;
pub use scalar::PandasScalar;
pub use series::Series;
pub use sparse::{Sparse, SparseIndex};
pub use stdlib::Std;
pub use string::{Storage, StringDtype};
pub use timezone::TimeZone;
