//! `Series`.

use unpickle_core::{Dict, Error, FromPickle, Result, Value};

use crate::array::{Array, same_len};
use crate::envelope::{Envelope, Kind};
use crate::index::Index;
use crate::manager::{Manager, in_block};
use crate::old_series;

/// A pandas `Series`: one column with the labels of its rows.
///
/// ```no_run
/// use unpickle_core::Pickle;
/// use unpickle_pandas::Series;
///
/// let pickle = Pickle::parse(std::fs::read("series.pkl")?)?;
/// let series: Series = pickle.root().extract()?;
/// println!("{} rows", series.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Series<'p> {
    array: Array<'p>,
    index: Index<'p>,
    name: Option<Value<'p>>,
    attrs: Option<Dict<'p>>,
    allows_duplicate_labels: bool,
    rows: usize,
}

impl<'p> Series<'p> {
    /// Whether `value` looks like a series: a look at its keys, which does not read it.
    #[must_use]
    pub fn is_in(value: Value<'p>) -> bool {
        Envelope::of(value).is_some_and(|envelope| envelope.kind == Kind::Series) || old_series::is_in(value)
    }

    /// The series in `value`.
    ///
    /// # Errors
    /// If it is none, or a broken one.
    pub fn from_value(value: Value<'p>) -> Result<Series<'p>> {
        if old_series::is_in(value) {
            return Series::read_old(value).map_err(|error| error.within("pandas Series"));
        }
        let envelope = Envelope::of(value).filter(|envelope| envelope.kind == Kind::Series);
        let Some(envelope) = envelope else { return Err(Error::data(value, "a pandas Series")) };
        Series::read(&envelope).map_err(|error| error.within("pandas Series"))
    }

    fn read(envelope: &Envelope<'p>) -> Result<Series<'p>> {
        let Manager { axes, blocks } = Manager::read(envelope.manager, Kind::Series)?;
        let mut blocks = blocks.into_iter();
        let (Some(index), Some(block), None) = (axes.into_iter().next(), blocks.next(), blocks.next()) else {
            return Err(Error::data(envelope.manager, "one block"));
        };
        let array = block.into_array().map_err(|error| in_block(error, 0))?;
        if let (Some(expected), Some(found)) = (index.known_len(), array.len()) {
            same_len(envelope.manager, "rows by the index", expected, found)?;
        }
        let rows = index.known_len().or(array.len()).unwrap_or(0);
        let (name, attrs) = (envelope.name(), envelope.attrs());
        let allows_duplicate_labels = envelope.allows_duplicate_labels();
        Ok(Series { array, index, name, attrs, allows_duplicate_labels, rows })
    }

    fn read_old(value: Value<'p>) -> Result<Series<'p>> {
        let old_series::Parts { array, index, name, .. } = old_series::Parts::read(value)?;
        let rows = array.len().unwrap_or(0);
        if let Some(expected) = index.known_len() {
            same_len(value, "rows by the index", expected, rows)?;
        }
        Ok(Series { array, index, name, attrs: None, allows_duplicate_labels: true, rows })
    }

    /// The cells.
    #[must_use]
    pub fn array(&self) -> &Array<'p> {
        &self.array
    }

    /// The labels of the rows.
    #[must_use]
    pub fn index(&self) -> &Index<'p> {
        &self.index
    }

    /// `series.name`, any hashable value, unless it is `None`.
    #[must_use]
    pub fn name(&self) -> Option<Value<'p>> {
        self.name
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `series.attrs`, unless it is empty.
    #[must_use]
    pub fn attrs(&self) -> Option<Dict<'p>> {
        self.attrs
    }

    /// `series.flags.allows_duplicate_labels`.
    #[must_use]
    pub fn allows_duplicate_labels(&self) -> bool {
        self.allows_duplicate_labels
    }
}

impl<'p> FromPickle<'p> for Series<'p> {
    fn from_pickle(value: Value<'p>) -> Result<Series<'p>> {
        Series::from_value(value)
    }
}
