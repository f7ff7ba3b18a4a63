//! One column of cells, in each of the forms pandas keeps them.

use std::sync::Arc;

use unpickle_core::{Call, Dict, Error, FromPickle, Result, Seq, Value, View};
use unpickle_numpy::{Dtype, DtypeKind, NdArray};

use crate::arrow::{self, ArrowDtype};
use crate::extension::Backed;
use crate::index::Index;
use crate::interval::{self, Closed};
use crate::label::Label;
use crate::masked;
use crate::names::{Made, Name};
use crate::sparse::{self, Sparse};
use crate::string::StringDtype;
use crate::timezone::TimeZone;

/// One column of cells: what a `Series`, an `Index` or a column of a `DataFrame` holds.
///
/// All of them have one dimension (but for items of a [`Panel`](crate::Panel), whose cells are counted as if they had) and
/// [`len`](Array::len) cells. Making one looks at the headers alone, never at
/// the cells: what only the cells can tell (codes in range, positions in order) is checked by
/// [`checked_codes`](crate::checked_codes) and [`Sparse::positions`] when the cells are read.
///
/// ```
/// use unpickle_core::Pickle;
/// use unpickle_pandas::Array;
///
/// let pickle = Pickle::parse(b"\x80\x02K\x2a.".to_vec())?;
/// let error = pickle.root().extract::<Array>().unwrap_err();
/// assert!(error.to_string().starts_with("expected a pandas array, found int"));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub enum Array<'p> {
    /// A numpy array of any dtype, objects and naive times among them.
    Numpy(NdArray<'p>),
    /// Codes into a list of categories; -1 is missing.
    Categorical {
        /// Signed integers. Read them by [`checked_codes`](crate::checked_codes).
        codes: NdArray<'p>,
        /// What the codes count.
        categories: Box<Index<'p>>,
        /// Whether the order of the categories means something.
        ordered: bool,
    },
    /// Instants with a time zone to show them in.
    DatetimeTz {
        /// `datetime64[unit]`, in UTC.
        values: NdArray<'p>,
        /// The zone.
        zone: TimeZone,
    },
    /// Periods: ordinals in a frequency.
    Period {
        /// int64; `i64::MIN` is missing.
        ordinals: NdArray<'p>,
        /// The frequency as pandas prints it today: `"M"`, `"Q-DEC"`, `"2h"`.
        freq: String,
    },
    /// Intervals: two arrays of the same length.
    Interval {
        /// The left ends; NaN or NaT is missing.
        left: Box<Array<'p>>,
        /// The right ends.
        right: Box<Array<'p>>,
        /// Which ends belong to the intervals.
        closed: Closed,
    },
    /// One value nearly everywhere, and the others with their positions.
    Sparse(Box<Sparse<'p>>),
    /// pandas' nullable integers, floats and booleans.
    Masked {
        /// The cells; anything may stand under the mask.
        values: NdArray<'p>,
        /// bool; true is missing.
        mask: Box<NdArray<'p>>,
    },
    /// Strings as Python objects or as numpy's strings.
    String {
        /// object (str, and None, NaN or NA for missing) or numpy's `StringDType`.
        cells: NdArray<'p>,
        /// Which of pandas' dtypes of strings.
        dtype: StringDtype,
    },
    /// A pyarrow `Array` or `ChunkedArray`, not decoded here.
    Arrow {
        /// The pyarrow object.
        data: Value<'p>,
        /// How many cells its headers promise; whoever decodes them checks.
        len: usize,
        /// The dtype pandas gives it.
        dtype: ArrowDtype<'p>,
    },
    /// Labels of an axis that do not lie in the pickle as they are: they were pickled once more, or sorted.
    Labels(Arc<[Label]>),
    /// An extension array that pandas itself does not have.
    Opaque(Value<'p>),
}

/// How deep arrays and indexes may lie in one another: pandas goes to about four
/// (a categorical of intervals of times), and cycles must end.
pub(crate) const DEEPEST: u8 = 16;

impl<'p> Array<'p> {
    /// How many cells there are; `None` for an array of another library.
    #[must_use]
    pub fn len(&self) -> Option<usize> {
        Some(match self {
            Array::Numpy(values) | Array::DatetimeTz { values, .. } | Array::Masked { values, .. } => {
                values.len()
            }
            Array::Categorical { codes, .. } => codes.len(),
            Array::Period { ordinals, .. } => ordinals.len(),
            Array::Interval { left, .. } => return left.len(),
            Array::Sparse(sparse) => sparse.len,
            Array::Arrow { len, .. } => *len,
            Array::String { cells, .. } => cells.len(),
            Array::Labels(labels) => labels.len(),
            Array::Opaque(_) => return None,
        })
    }

    /// Whether there are no cells; `None` as for [`len`](Array::len).
    #[must_use]
    pub fn is_empty(&self) -> Option<bool> {
        self.len().map(|len| len == 0)
    }

    /// What an array of another library is stored as, if its state has exactly one numpy array of `rows` cells of one
    /// dimension: geometries of geopandas as WKB, say. What the cells mean only that library knows.
    #[must_use]
    pub fn storage(&self, rows: usize) -> Option<NdArray<'p>> {
        let Array::Opaque(value) = self else { return None };
        let mut found = None;
        for state in value.as_object()?.states() {
            let of_dict = state.as_dict().into_iter().flat_map(Dict::iter).map(|(_, part)| part);
            let of_tuple = state.as_tuple().into_iter().flat_map(Seq::iter);
            // Few, for the parts of a state are the fields of a class.
            for part in of_dict.chain(of_tuple).chain([state]).take(64).filter(|part| looks_like_numpy(*part))
            {
                let Ok(array) = NdArray::from_pickle(part) else { continue };
                if array.shape() == [rows] && found.replace(array).is_some() {
                    return None;
                }
            }
        }
        found
    }

    /// The array in `value`, which may be any array or index of pandas or numpy.
    pub(crate) fn read(value: Value<'p>, depth: u8) -> Result<Array<'p>> {
        match Array::read_known(value, depth)? {
            Some(Stack::One(array)) => Ok(array),
            Some(Stack::Rows(backed)) => backed.into_array(value),
            None if is_foreign(value) => Ok(Array::Opaque(value)),
            None => Err(Error::data(value, "a pandas array")),
        }
    }

    /// What a block holds: one column, or the columns as rows of an array of two dimensions.
    ///
    /// `None` if it is nothing that pandas or numpy wrote.
    pub(crate) fn read_known(value: Value<'p>, depth: u8) -> Result<Option<Stack<'p>>> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(Error::invalid(value, "arrays lie in one another without end"));
        };
        if let Some(made) = Made::of(value) {
            return Array::made(value, &made, depth);
        }
        let Some(object) = value.as_object() else { return Ok(None) };
        // Whatever numpy does not know either is another library's.
        if !looks_like_numpy(value) {
            return Ok(None);
        }
        let values = NdArray::from_pickle(value)?;
        if sparse::is_old(object) {
            return sparse::read_old(value, values).map(|array| Some(Stack::One(array)));
        }
        Ok(Some(Stack::Rows(Backed::plain(values))))
    }

    fn made(value: Value<'p>, made: &Made<'p>, depth: u8) -> Result<Option<Stack<'p>>> {
        let one = match made.name {
            Name::Categorical
            | Name::DatetimeArray
            | Name::TimedeltaArray
            | Name::PeriodArray
            | Name::StringArray
            | Name::StringNan
            | Name::NumpyArray => {
                return Backed::read(value, made, depth).map(|backed| Some(Stack::Rows(backed)));
            }
            Name::IntervalArray => interval::read(value, made, depth)?,
            Name::MaskedArray => masked::read(value, made)?,
            Name::SparseArray => sparse::read(value, made)?,
            Name::ArrowArray | Name::ArrowStringArray | Name::ArrowStringNan => arrow::read(value, made)?,
            Name::NewIndex | Name::Index(_) => match Index::read(value, depth)?.into_array() {
                Some(array) => array,
                None => return Err(Error::data(value, "an array")),
            },
            _ => return Ok(None),
        };
        Ok(Some(Stack::One(one)))
    }
}

/// What a block holds.
pub(crate) enum Stack<'p> {
    /// One column.
    One(Array<'p>),
    /// Columns, one below the other, or one column of one dimension.
    Rows(Backed<'p>),
}

impl<'p> FromPickle<'p> for Array<'p> {
    fn from_pickle(value: Value<'p>) -> Result<Array<'p>> {
        match Array::read_known(value, DEEPEST)? {
            Some(Stack::One(array)) => Ok(array),
            Some(Stack::Rows(backed)) => backed.into_array(value),
            None => Err(Error::data(value, "a pandas array")),
        }
    }
}

/// Whether numpy may have written this object, or joblib in its place.
pub(crate) fn looks_like_numpy(value: Value<'_>) -> bool {
    let masked = |call: Call<'_>| call.name == "_mareconstruct" && call.module.starts_with("numpy");
    NdArray::is_array(value) || value.call().is_some_and(masked)
}

/// Whether this is an object, of another library as nobody here knows it.
pub(crate) fn is_foreign(value: Value<'_>) -> bool {
    matches!(value.view(), View::Object(_))
}

/// Fails unless `values` has one dimension.
pub(crate) fn one_dimension(value: Value<'_>, values: &NdArray<'_>) -> Result<()> {
    match values.ndim() {
        1 => Ok(()),
        n => Err(Error::invalid(value, format!("expected an array of one dimension, found {n} dimensions"))),
    }
}

/// Fails unless `found` is `expected`.
pub(crate) fn same_len(value: Value<'_>, what: &str, expected: usize, found: usize) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    Err(Error::invalid(value, format!("expected {expected} {what}, found {found}")))
}

/// Whether these are numpy's times.
pub(crate) fn is_datetime(dtype: &Dtype) -> bool {
    matches!(dtype.kind(), DtypeKind::Datetime(_))
}
