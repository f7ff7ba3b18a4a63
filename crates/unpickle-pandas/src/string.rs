//! pandas' dtypes of strings, and the arrays that keep strings in numpy.
//!
//! `StringDtype` is `NEWOBJ` alone in 1.0 to 1.2, with `BUILD {'storage'}` in 1.3 to 2.2, and
//! `REDUCE (storage, na_value)` from 2.3 on, where NaN as `na_value` makes it the dtype `str`.

use unpickle_core::{Error, Result, Value};
use unpickle_numpy::{DtypeKind, NdArray};

use crate::extension::{Meaning, Parts};
use crate::names::{Made, Name, some, text};

/// Which of pandas' dtypes of strings.
///
/// ```
/// use unpickle_pandas::{Storage, StringDtype};
///
/// assert_eq!(StringDtype { storage: Storage::PyArrow, nan: true }.to_string(), "str");
/// assert_eq!(StringDtype { storage: Storage::Python, nan: false }.to_string(), "string");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StringDtype {
    /// Where the strings lie.
    pub storage: Storage,
    /// Whether missing cells are NaN (the dtype `str`) instead of NA (the dtype `string`).
    pub nan: bool,
}

/// Where pandas keeps strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// As Python's objects in a numpy array.
    Python,
    /// In a pyarrow array.
    PyArrow,
    /// In a pyarrow array, as pandas 2.1 and 2.2 called what is now `PyArrow` with NaN.
    PyArrowNumpy,
}

impl std::fmt::Display for StringDtype {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.nan { "str" } else { "string" })
    }
}

impl StringDtype {
    /// From a `StringDtype` of pandas; nothing if `dtype` is another one.
    pub(crate) fn read(dtype: Value<'_>) -> Result<Option<StringDtype>> {
        let Some(made) = Made::of(dtype).filter(|made| made.name == Name::StringDtype) else {
            return Ok(None);
        };
        let storage = some(made.args.get(0)).or_else(|| some(made.any_field(&["storage", "_storage"])));
        let na = made.args.get(1).or_else(|| made.any_field(&["_na_value", "na_value"]));
        let nan = na.is_some_and(|na| na.as_f64().is_some_and(f64::is_nan));
        let Some(storage) = storage else {
            return Ok(Some(StringDtype { storage: Storage::Python, nan }));
        };
        Ok(Some(match text(storage) {
            Some("python") => StringDtype { storage: Storage::Python, nan },
            Some("pyarrow") => StringDtype { storage: Storage::PyArrow, nan },
            Some("pyarrow_numpy") => StringDtype { storage: Storage::PyArrowNumpy, nan: true },
            _ => return Err(Error::data(storage, "\"python\", \"pyarrow\" or \"pyarrow_numpy\"")),
        }))
    }
}

pub(crate) fn meaning<'p>(made: &Made<'p>, parts: &Parts<'p>, cells: &NdArray<'p>) -> Result<Meaning<'p>> {
    if !matches!(cells.dtype().kind(), DtypeKind::Object | DtypeKind::String) {
        return Err(Error::data(parts.values, "an array of strings"));
    }
    let told = parts.dtype.map(StringDtype::read).transpose()?.flatten();
    let default = StringDtype { storage: Storage::Python, nan: made.name == Name::StringNan };
    Ok(Meaning::String(told.unwrap_or(default)))
}
