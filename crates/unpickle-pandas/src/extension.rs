//! Arrays that are a numpy array and a dtype: `NDArrayBackedExtensionArray` and what came before it.
//!
//! pandas 1.3 and later write
//! `REDUCE pandas._libs.arrays:__pyx_unpickle_NDArrayBacked (cls, checksum, None)`, `BUILD (dtype, ndarray, attrs)`,
//! where `attrs` is absent in pandas 3 when it is empty. Before, it is `NEWOBJ cls ()`, `BUILD {'_data', '_dtype', …}`.

use unpickle_core::{Dict, Error, FromPickle, Result, Value};
use unpickle_numpy::NdArray;

use crate::array::{Array, looks_like_numpy, one_dimension};
use crate::index::Index;
use crate::names::{Made, Name, get, some};
use crate::string::StringDtype;
use crate::timezone::TimeZone;
use crate::{categorical, datetime, period, string};

/// A numpy array of one or two dimensions and what its cells mean.
pub(crate) struct Backed<'p> {
    pub(crate) values: NdArray<'p>,
    pub(crate) meaning: Meaning<'p>,
    /// The offset a DatetimeArray carries along.
    pub(crate) freq: Option<Value<'p>>,
}

/// What the cells of a numpy array mean.
#[derive(Clone)]
pub(crate) enum Meaning<'p> {
    Plain,
    Categorical { categories: Box<Index<'p>>, ordered: bool },
    DatetimeTz(TimeZone),
    Period(String),
    String(StringDtype),
}

/// The parts of a state, before anybody asked what they mean.
pub(crate) struct Parts<'p> {
    pub(crate) dtype: Option<Value<'p>>,
    pub(crate) values: Value<'p>,
    pub(crate) freq: Option<Value<'p>>,
}

impl<'p> Backed<'p> {
    pub(crate) fn plain(values: NdArray<'p>) -> Backed<'p> {
        Backed { values, meaning: Meaning::Plain, freq: None }
    }

    /// An array of pandas that is made of a numpy array.
    pub(crate) fn read(value: Value<'p>, made: &Made<'p>, depth: u8) -> Result<Backed<'p>> {
        let within = |error: Error| error.within(format!("pandas {}", label(made.name)));
        let parts = Parts::of(value, made).map_err(within)?;
        let values = NdArray::from_pickle(parts.values).map_err(within)?;
        let meaning = match made.name {
            Name::Categorical => categorical::meaning(value, made, &parts, &values, depth),
            Name::DatetimeArray => datetime::meaning(&parts, &values),
            Name::PeriodArray => period::meaning(value, made, &parts, &values),
            Name::StringArray | Name::StringNan => string::meaning(made, &parts, &values),
            _ => Ok(Meaning::Plain),
        }
        .map_err(within)?;
        if values.ndim() == 0 || values.ndim() > 2 {
            let n = values.ndim();
            return Err(within(Error::invalid(
                parts.values,
                format!("expected 1 or 2 dimensions, found {n}"),
            )));
        }
        Ok(Backed { values, meaning, freq: parts.freq })
    }

    /// The one column; an array of one row counts as one.
    pub(crate) fn into_array(self, value: Value<'p>) -> Result<Array<'p>> {
        let values = match self.values.shape() {
            [1, _] => self.values.row(0)?,
            _ => self.values,
        };
        one_dimension(value, &values)?;
        Ok(self.meaning.array(values))
    }
}

impl<'p> Meaning<'p> {
    /// `values`, of one dimension, as a column.
    pub(crate) fn array(self, values: NdArray<'p>) -> Array<'p> {
        match self {
            Meaning::Plain => Array::Numpy(values),
            Meaning::Categorical { categories, ordered } => {
                Array::Categorical { codes: values, categories, ordered }
            }
            Meaning::DatetimeTz(zone) => Array::DatetimeTz { values, zone },
            Meaning::Period(freq) => Array::Period { ordinals: values, freq },
            Meaning::String(dtype) => Array::String { cells: values, dtype },
        }
    }
}

impl<'p> Parts<'p> {
    /// Finds dtype and values in a state of any version.
    fn of(value: Value<'p>, made: &Made<'p>) -> Result<Parts<'p>> {
        let Some(state) = made.state() else {
            return Err(Error::data(value, "an array with a state"));
        };
        if let Some(dict) = state.as_dict() {
            return Parts::of_dict(state, dict);
        }
        let Some(state_parts) = state.as_seq() else {
            return Err(Error::data(state, "the state of an array"));
        };
        if let Some(dict) = state_parts.get(0).and_then(Value::as_dict) {
            return Parts::of_dict(state, dict);
        }
        let dtype = state_parts.get(0);
        let Some(mut values) = state_parts.get(1) else {
            return Err(Error::data(state, "a dtype and a numpy array"));
        };
        let attrs = state_parts.get(2).and_then(Value::as_dict);
        // Cython's own order is (attrs of the class, …): take whichever of the two is the array.
        let mut dtype = dtype;
        if let Some(first) = dtype
            && looks_like_numpy(first)
        {
            dtype = Some(values);
            values = first;
        }
        let freq = some(attrs.and_then(|attrs| get(attrs, "_freq")));
        Ok(Parts { dtype, values, freq })
    }

    fn of_dict(state: Value<'p>, dict: Dict<'p>) -> Result<Parts<'p>> {
        let values = ["_ndarray", "_codes", "_data", "labels"].iter().find_map(|key| get(dict, key));
        let Some(values) = values else {
            return Err(Error::data(state, "a state with the array in it"));
        };
        Ok(Parts { dtype: some(get(dict, "_dtype")), values, freq: some(get(dict, "_freq")) })
    }
}

fn label(name: Name) -> &'static str {
    match name {
        Name::Categorical => "Categorical",
        Name::DatetimeArray => "DatetimeArray",
        Name::TimedeltaArray => "TimedeltaArray",
        Name::PeriodArray => "PeriodArray",
        Name::StringArray | Name::StringNan => "StringArray",
        _ => "NumpyExtensionArray",
    }
}
