//! Arrays that pandas 0.7 and before wrote into a pickle as the bytes of a `.npy` file: `pandas.core.common._pickle_array`.

use unpickle_core::{Error, FromPickle as _, Pickle, Result, Value};
use unpickle_numpy::{Dtype, DtypeKind, NdArray, NpyHeader, TimeUnit, Unit};

use crate::array::{Array, DEEPEST, one_dimension};
use crate::index::Index;
use crate::label;

/// Longest pickle inside a pickle, in bytes: its labels are copied out of it, wherever it is shared.
const LONGEST: usize = 1 << 20;

/// An axis: an Index, or the bytes of a file of labels.
pub(crate) fn index(value: Value<'_>) -> Result<Index<'_>> {
    if bytes(value).is_none() {
        return Index::read(value, DEEPEST);
    }
    let array = array(value)?;
    if let Array::Numpy(values) = &array {
        one_dimension(value, values)?;
    }
    Ok(Index::plain(array))
}

fn bytes(value: Value<'_>) -> Option<&[u8]> {
    value.as_bytes().or_else(|| value.as_str2())
}

/// The array in the bytes of a file, or an array as it is.
pub(crate) fn array(value: Value<'_>) -> Result<Array<'_>> {
    let Some(bytes) = bytes(value) else { return NdArray::from_pickle(value).map(Array::Numpy) };
    let header = NpyHeader::read(bytes)
        .map_err(|error| Error::invalid(value, format!("in the bytes of a .npy file: {error}")))?;
    let data = bytes.get(header.end()..).unwrap_or_default();
    let mut shape = header.shape().to_vec();
    // More axes than a panel has, nobody wrote.
    if shape.len() > 3 {
        return Err(Error::data(value, "the .npy file of an array of pandas"));
    }
    if header.dtype().has_object() {
        return nested(value, data, &shape);
    }
    let dtype = match header.dtype().kind() {
        // numpy 1.6 wrote nanoseconds under the name of microseconds.
        DtypeKind::Datetime(_) => Dtype::datetime(TimeUnit::one(Unit::Nanosecond)),
        _ => header.dtype().clone(),
    };
    if !header.is_fortran() {
        return NdArray::from_bytes(value, dtype, &shape, data).map(Array::Numpy);
    }
    shape.reverse();
    Ok(Array::Numpy(NdArray::from_bytes(value, dtype, &shape, data)?.transposed()))
}

/// The labels in a pickle of an array of objects.
fn nested<'p>(value: Value<'p>, data: &[u8], shape: &[usize]) -> Result<Array<'p>> {
    if data.len() > LONGEST {
        return Err(Error::limit(format!("labels that are a pickle of more than {LONGEST} bytes")));
    }
    let within = |error: Error| Error::invalid(value, format!("the pickle inside it: {error}"));
    let pickle = Pickle::parse(data).map_err(within)?;
    let array: NdArray<'_> = pickle.root().extract().map_err(within)?;
    if array.objects().is_none() || array.shape() != shape || array.ndim() != 1 {
        return Err(Error::invalid(value, format!("expected objects of shape {shape:?}, found {array:?}")));
    }
    match label::of_numpy(&array).map_err(within)? {
        Some(labels) => Ok(Array::Labels(labels.into())),
        None => Err(Error::unsupported(value, "labels that are neither text, numbers nor times")),
    }
}
