//! Which objects are arrays, and which are not to be looked into.

use unpickle_core::Value;
use unpickle_numpy::NdArray;

/// What an object is to the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class<'p> {
    /// A numpy array, however it was written.
    Array,
    /// A numpy masked array.
    Masked,
    /// A tensor of PyTorch, however it was written.
    Tensor,
    /// A sparse matrix of scipy, by the name of its class.
    Sparse(&'p str),
    /// A table of another library, or something else that is no array though it is made of such, by the name of its class.
    Other(&'p str),
    /// Of a library whose objects are told apart elsewhere, or with nothing inside: a scalar, a dtype.
    Closed,
    /// Anything else: what it holds is looked at.
    Open,
}

/// What an object is to the walk.
pub(crate) fn class<'p>(value: Value<'p>) -> Class<'p> {
    let Some(call) = value.call().filter(|call| call.method.is_none()) else { return Class::Open };
    let package = call.module.split('.').next().unwrap_or_default();
    match package {
        "numpy" => match call.name {
            "_mareconstruct" | "_mrreconstruct" | "MaskedConstant" => Class::Masked,
            "dtype" | "scalar" | "_convert_to_stringdtype_kwargs" => Class::Closed,
            _ if !NdArray::is_array(value) => Class::Open,
            // Series and Index of pandas before 0.13 were arrays.
            _ => match subclass(value).filter(|class| class.module().starts_with("pandas.")) {
                Some(class) => table(class.name()),
                None => Class::Array,
            },
        },
        // They have no shape yet.
        "torch" if call.name.starts_with("Uninitialized") => Class::Other(call.name),
        "torch" if unpickle_torch::is_tensor(value) => Class::Tensor,
        "scipy" if call.module.starts_with("scipy.sparse") => sparse(call.name),
        "pandas" | "pyarrow" | "polars" => table(call.name),
        // What joblib writes in place of an array, in whatever copy of joblib.
        _ if call.name.ends_with("ArrayWrapper") && NdArray::is_array(value) => Class::Array,
        _ => Class::Open,
    }
}

/// Whether it is a numpy array, however it was written; a masked one is none.
pub fn is_array(value: Value<'_>) -> bool {
    class(value) == Class::Array
}

/// Whether it is a tensor of PyTorch, of any layout.
pub fn is_tensor(value: Value<'_>) -> bool {
    class(value) == Class::Tensor
}

/// Whether it is a masked array of numpy.
pub fn is_masked(value: Value<'_>) -> bool {
    class(value) == Class::Masked
}

/// The class of an array, if it is said: `numpy.ndarray` or a subclass.
fn subclass<'p>(value: Value<'p>) -> Option<unpickle_core::Class<'p>> {
    let call = value.call()?;
    match call.name {
        "_reconstruct" => call.args.get(0)?.as_class(),
        _ => call.object.attr("subclass")?.as_class(),
    }
}

/// The name of the class of an array: `ndarray`, or that of a subclass.
pub(crate) fn array_class<'p>(value: Value<'p>) -> &'p str {
    subclass(value).map_or("ndarray", |class| class.name())
}

/// `csr_matrix`, `coo_array` and their like: a format of three letters and what it is.
fn sparse(name: &str) -> Class<'_> {
    match name.split_once('_') {
        Some((format, "matrix" | "array")) if format.len() == 3 => Class::Sparse(name),
        _ => Class::Open,
    }
}

/// Only what a user takes for a table is told of: not dtypes, blocks and scalars.
fn table(name: &str) -> Class<'_> {
    let tables = ["Frame", "Series", "Index", "Panel", "Table", "Categorical"];
    match name.rsplit('.').next() {
        Some("_new_Index" | "_new_DatetimeIndex") => Class::Other("Index"),
        Some(last) if tables.iter().any(|table| last.ends_with(table)) => Class::Other(last),
        _ => Class::Closed,
    }
}
