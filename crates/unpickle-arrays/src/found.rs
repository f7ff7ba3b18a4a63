//! [`arrays`] and [`search`]: what is found inside a value.

use std::fmt;

use unpickle_core::{Result, Value};

use crate::named::NamedArray;
use crate::walk::Walk;

/// Every array inside `value`, or the one that it is, each with its name; see [`search`].
///
/// ```
/// use unpickle_arrays::arrays;
/// use unpickle_core::Pickle;
///
/// // pickle.dumps({"w": [numpy.array([1.5, 2.5])], "epoch": 7}, 2), shortened
/// let pickle = Pickle::parse(
///     b"\x80\x02}(X\x01\0\0\0w]cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85U\x01btR(K\x01K\x02\
///     \x85cnumpy\ndtype\n(U\x02f8\x89\x88tR(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89U\x10\0\0\0\0\0\
///     \0\xf8?\0\0\0\0\0\0\x04@tbaX\x05\0\0\0epochK\x07u.",
/// )?;
/// let found = arrays(pickle.root())?;
/// assert_eq!(found[0].name(), "w[0]");
/// assert_eq!((found[0].kind(), found[0].dtype().to_string()), ("ndarray".into(), "float64".into()));
/// assert_eq!((found[0].shape(), found[0].nbytes()), (&[2][..], 16));
/// assert_eq!(found[0].load()?.as_contiguous().map(<[u8]>::len), Some(16));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # Errors
///
/// As [`search`].
pub fn arrays(value: Value<'_>) -> Result<Vec<NamedArray<'_>>> {
    Ok(search(value)?.arrays)
}

/// Every array inside `value`, and what else there is that holds arrays. No element is read.
///
/// * Lists, dicts and what is like them are looked through wherever they are held: two names of one dict make two names
///   of each array in it. An object with attributes is looked through where it comes first; see [`Found::repeats`].
/// * A masked array is listed as its elements, under its name, and its `mask`, and its `fill_value` if it was set.
/// * A sparse matrix of scipy is listed as the arrays that `scipy.sparse.save_npz` makes of it: `data`, `indices`,
///   `indptr`, `shape`, `format`. One of lists or keys, which it refuses, is listed as its `tocoo()`; those are Python
///   objects, and read.
/// * An array of objects is looked through if its cells hold arrays, and is an array itself otherwise.
/// * What Python reaches by no attribute, but pickled all the same, goes by where it is: `__getstate__()[3]`. The arrays of
///   the trees for neighbours, of scikit-learn and scipy, have the names that Python has for them.
///
/// What holds itself is looked through once on each way: each array has one name at least.
///
/// # Errors
///
/// An array is damaged; or sharing makes more names than a file of its size can honestly have.
pub fn search(value: Value<'_>) -> Result<Found<'_>> {
    Walk::new(value).run(value)
}

/// The array that [`search`] lists under `name`, if it lists one. Parts of arrays have names that are no paths to a value:
/// `masked.mask`.
///
/// ```
/// use unpickle_arrays::{listed, path};
/// use unpickle_core::Pickle;
///
/// // numpy.ma.array([1, 2], 'i1', mask=[0, 1]) in a dict, under 'm'; shortened
/// let pickle = Pickle::parse(
///     b"\x80\x02}X\x01\0\0\0mcnumpy.ma.core\n_mareconstruct\n(cnumpy.ma\nMaskedArray\ncnumpy\nndarray\nK\0\x85U\x01bt\
///     R(K\x01K\x02\x85cnumpy\ndtype\n(U\x02i1\x89\x88tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89U\x02\
///     \x01\x02U\x02\0\x01Ntbs.",
/// )?;
/// assert!(path::find(pickle.root(), "m.mask").is_none());
/// let mask = listed(pickle.root(), "m.mask")?.expect("the mask");
/// assert_eq!(mask.load()?.as_contiguous(), Some(&[0, 1][..]));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # Errors
///
/// As [`search`].
pub fn listed<'p>(value: Value<'p>, name: &str) -> Result<Option<NamedArray<'p>>> {
    Ok(search(value)?.arrays.into_iter().find(|array| array.name() == name))
}

/// What [`search`] found.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Found<'p> {
    /// The arrays, in the order of the file.
    pub arrays: Vec<NamedArray<'p>>,
    /// Tables and other things made of arrays that are no arrays, and were not looked into.
    pub others: Vec<Other<'p>>,
    /// Further names of objects whose arrays are listed under another.
    pub repeats: Vec<Repeat>,
}

/// A table, or something else made of arrays that is not taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Other<'p> {
    /// The path to it.
    pub name: String,
    /// The name of its class: `DataFrame`, `Series`.
    pub class: &'p str,
}

impl fmt::Display for Other<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is a {}, not an array", self.name, self.class)
    }
}

/// Another name of an object that is listed already.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repeat {
    /// This name.
    pub name: String,
    /// The name under which its arrays are listed.
    pub first: String,
}

impl fmt::Display for Repeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is `{}`", self.name, self.first)
    }
}
