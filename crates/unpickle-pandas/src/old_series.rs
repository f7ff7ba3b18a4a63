//! The Series of pandas 0.12 and before: a subclass of ndarray.
//!
//! `REDUCE numpy.core.multiarray:_reconstruct (Series, (0,), 'b')`, `BUILD (ndarray state, (index[, name]))`; sparse ones
//! have `(index, fill_value, sp_index[, name])` instead.

use unpickle_core::{Error, FromPickle, Result, Value};
use unpickle_numpy::NdArray;

use crate::array::{Array, looks_like_numpy, one_dimension};
use crate::index::Index;
use crate::names::{Name, some};
use crate::sparse;

/// Whether it is one of these.
pub(crate) fn is_in(value: Value<'_>) -> bool {
    let class = || value.as_object()?.arg(0)?.as_class();
    looks_like_numpy(value) && class().and_then(Name::of_class) == Some(Name::Series)
}

/// What a series is made of.
pub(crate) struct Parts<'p> {
    pub(crate) array: Array<'p>,
    pub(crate) index: Index<'p>,
    /// Where the index was read from.
    pub(crate) index_value: Value<'p>,
    pub(crate) name: Option<Value<'p>>,
}

impl<'p> Parts<'p> {
    pub(crate) fn read(value: Value<'p>) -> Result<Parts<'p>> {
        let values = NdArray::from_pickle(value)?;
        one_dimension(value, &values)?;
        let own = values.own_state().and_then(Value::as_tuple);
        let Some((own, index_value)) = own.and_then(|own| Some((own, own.get(0)?))) else {
            return Err(Error::data(value, "a Series with an index"));
        };
        let (array, name) = match (own.get(1), own.get(2)) {
            (Some(fill), Some(positions)) => {
                (sparse::of_parts(value, positions, value, values, Some(fill))?, own.get(3))
            }
            (name, _) => (Array::Numpy(values), name),
        };
        let index = Index::from_axis(index_value).map_err(|error| error.within("the index"))?;
        Ok(Parts { array, index, index_value, name: some(name) })
    }
}
