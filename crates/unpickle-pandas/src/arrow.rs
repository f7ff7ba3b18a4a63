//! Arrays that pandas keeps in pyarrow: `NEWOBJ`, `BUILD {'_pa_array' or '_data', '_dtype'}`.
//!
//! The pyarrow object stays undecoded: this crate knows pandas alone. Only its length is read.

use unpickle_core::{Error, Result, Value};

use crate::array::Array;
use crate::names::{Made, Name, some};
use crate::string::{Storage, StringDtype};

/// The dtype that pandas gives to a pyarrow array.
#[derive(Clone, Copy, Debug)]
pub enum ArrowDtype<'p> {
    /// `string` or `str`.
    String(StringDtype),
    /// `ArrowDtype`, with the pyarrow type as it was pickled.
    Arrow(Value<'p>),
    /// `ArrowDtype`, of whatever type the data has.
    Untold,
}

pub(crate) fn read<'p>(value: Value<'p>, made: &Made<'p>) -> Result<Array<'p>> {
    let Some(data) = made.any_field(&["_pa_array", "_data"]) else {
        return Err(Error::data(value, "an array with pyarrow data"));
    };
    let dtype = some(made.any_field(&["_dtype", "dtype"]));
    let told = dtype.map(read_dtype).transpose()?.flatten();
    let dtype = told.unwrap_or(match made.name {
        Name::ArrowStringArray => ArrowDtype::String(StringDtype { storage: Storage::PyArrow, nan: false }),
        Name::ArrowStringNan => ArrowDtype::String(StringDtype { storage: Storage::PyArrowNumpy, nan: true }),
        _ => ArrowDtype::Untold,
    });
    Ok(Array::Arrow { data, len: len(data)?, dtype })
}

fn read_dtype(dtype: Value<'_>) -> Result<Option<ArrowDtype<'_>>> {
    if let Some(string) = StringDtype::read(dtype)? {
        return Ok(Some(ArrowDtype::String(string)));
    }
    Ok(Made::of(dtype)
        .filter(|made| made.name == Name::ArrowDtype)
        .and_then(|made| some(made.field("pyarrow_dtype")).or_else(|| some(made.args.get(0))))
        .map(ArrowDtype::Arrow))
}

/// The length a pyarrow `Array` or `ChunkedArray` says it has.
fn len(data: Value<'_>) -> Result<usize> {
    let Some(call) = data.call().filter(|call| call.module.starts_with("pyarrow")) else {
        return Err(Error::data(data, "a pyarrow array"));
    };
    match call.name {
        "_restore_array" => array_len(data),
        "chunked_array" => {
            let Some(chunks) = call.args.get(0).and_then(Value::as_seq) else {
                return Err(Error::data(data, "a pyarrow array of chunks"));
            };
            chunks.iter().try_fold(0usize, |sum, chunk| {
                let len = array_len(chunk)?;
                sum.checked_add(len).ok_or_else(|| Error::invalid(chunk, "the chunks are too long"))
            })
        }
        _ => Err(Error::data(data, "a pyarrow array")),
    }
}

/// `REDUCE pyarrow.lib:_restore_array ((type, length, null_count, offset, buffers, children, dictionary),)`
fn array_len(array: Value<'_>) -> Result<usize> {
    array
        .call()
        .filter(|call| call.name == "_restore_array")
        .and_then(|call| call.args.get(0)?.as_seq()?.get(1)?.as_u64())
        .and_then(|len| usize::try_from(len).ok())
        .ok_or_else(|| Error::data(array, "a pyarrow array with a length"))
}
