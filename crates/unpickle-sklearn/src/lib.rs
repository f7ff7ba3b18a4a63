//! scikit-learn models found in pickles: estimators, trees, sparse matrices, as arrays and without Python.
//!
//! ```
//! use unpickle_core::Pickle;
//! use unpickle_sklearn::{Estimator, at};
//!
//! # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/sklearn/pipeline-1.9.1.pkl");
//! # let bytes = std::fs::read(path)?;
//! // pickle.dump(make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y), file)
//! let pickle = Pickle::parse(bytes)?;
//! let model: Estimator = pickle.root().extract()?;
//! assert_eq!((model.class(), model.sklearn_version().as_deref()), ("Pipeline", Some("1.9.1")));
//!
//! // Paths are what a Python user would write; `named_steps` is a property there, and resolved here.
//! let mean = at(pickle.root(), "named_steps.scale.mean_")?.array()?;
//! assert_eq!((mean.dtype().to_string(), mean.shape()), ("float64".to_owned(), &[3][..]));
//! # Ok::<(), unpickle_core::Error>(())
//! ```
//!
//! * [`Estimator`] is any model: class, version, parameters, what it learned; versions 0.18 to 1.9, older ones where the
//!   layout is the same, and the classes of other libraries by their attributes.
//! * [`at()`] and [`Item`] follow Python's paths.
//! * [`Tree`], [`Predictor`] and [`BinaryTree`] are the trees of forests, of histogram gradient boosting and of neighbours.
//! * [`Kernel`], [`Vocabulary`], [`RandomState`] and [`Generator`] are what else models hold.
//! * [`Sparse`] is every sparse matrix of scipy; [`Coo`] its entries.
//!
//! Nothing is computed that scikit-learn computes when asked: what is read is what was learned.
#![forbid(unsafe_code)]

mod at;
mod attribute;
mod class;
mod coo;
mod estimator;
mod format;
mod histogram;
mod item;
mod kernel;
mod modules;
mod near;
mod neighbors;
mod number;
mod parse;
mod property;
mod random;
mod sparse;
mod sparse_check;
mod sparse_format;
mod subscript;
mod tree;
mod vocabulary;
mod walk;

pub use crate::at::at;
pub use crate::coo::Coo;
pub use crate::estimator::{Estimator, is_estimator};
pub use crate::histogram::Predictor;
pub use crate::item::{Item, Named};
pub use crate::kernel::Kernel;
pub use crate::modules::todays_name;
pub use crate::neighbors::BinaryTree;
pub use crate::random::{BitGenerator, Generator, Pcg64, RandomState};
pub use crate::sparse::Sparse;
pub use crate::sparse_format::SparseFormat;
pub use crate::tree::Tree;
pub use crate::vocabulary::Vocabulary;
