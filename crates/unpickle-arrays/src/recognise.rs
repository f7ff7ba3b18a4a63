//! Which objects are arrays, and which are not to be looked into.

use unpickle_core::{Call, Value};

/// What an object is to the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class<'p> {
    /// A numpy array, however it was written.
    Array,
    /// A numpy masked array.
    Masked,
    /// A sparse matrix of scipy, by the name of its class.
    Sparse(&'p str),
    /// A table of another library, by the name of its class.
    Table(&'p str),
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
        "numpy" => numpy(&call),
        "scipy" if call.module.starts_with("scipy.sparse") => sparse(call.name),
        "pandas" | "pyarrow" | "polars" => table(call.name),
        _ if is_wrapper(&call) => Class::Array,
        _ => Class::Open,
    }
}

/// Whether it is a numpy array, however it was written; a masked one is none.
pub fn is_array(value: Value<'_>) -> bool {
    class(value) == Class::Array
}

/// Whether it is a masked array of numpy.
pub fn is_masked(value: Value<'_>) -> bool {
    class(value) == Class::Masked
}

fn numpy<'p>(call: &Call<'p>) -> Class<'p> {
    match call.name {
        "_reconstruct" => match call.args.get(0).and_then(Value::as_class) {
            // Series and Index of pandas before 0.13 were arrays.
            Some(class) if class.module().starts_with("pandas.") => table(class.name()),
            _ => Class::Array,
        },
        "_frombuffer" => Class::Array,
        "_mareconstruct" | "_mrreconstruct" | "MaskedConstant" => Class::Masked,
        "dtype" | "scalar" | "_convert_to_stringdtype_kwargs" => Class::Closed,
        _ => Class::Open,
    }
}

/// What joblib writes in place of an array, in whatever copy of joblib.
fn is_wrapper(call: &Call<'_>) -> bool {
    matches!(call.name, "NumpyArrayWrapper" | "NDArrayWrapper" | "ZNDArrayWrapper")
        && call.module.ends_with("numpy_pickle")
        || call.name.ends_with("NDArrayWrapper") && call.module.ends_with("numpy_pickle_compat")
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
        Some("_new_Index" | "_new_DatetimeIndex") => Class::Table("Index"),
        Some(last) if tables.iter().any(|table| last.ends_with(table)) => Class::Table(last),
        _ => Class::Closed,
    }
}
