//! `DataFrame`.

use unpickle_core::{Dict, Error, FromPickle, Result, Value};

use crate::array::Array;
use crate::block::Block;
use crate::envelope::{Envelope, Kind};
use crate::index::Index;
use crate::manager::{Manager, in_block};
use crate::old_frame;

/// A pandas `DataFrame`: columns in order, with the labels of both axes.
///
/// Making one reads its headers alone, so a frame of many million rows opens in microseconds. It has been checked
/// that every column is there exactly once and that every length is that of the index; what only the cells can tell
/// is checked when they are read (see [`Array`]).
///
/// ```no_run
/// use unpickle_core::Pickle;
/// use unpickle_pandas::DataFrame;
///
/// let pickle = Pickle::parse(std::fs::read("frame.pkl")?)?;
/// let frame: DataFrame = pickle.root().extract()?;
/// println!("{} columns of {} rows", frame.columns().len(), frame.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct DataFrame<'p> {
    columns: Vec<Column<'p>>,
    labels: Index<'p>,
    index: Index<'p>,
    attrs: Option<Dict<'p>>,
    allows_duplicate_labels: bool,
    rows: usize,
}

/// A column of a frame.
#[derive(Clone, Debug)]
pub struct Column<'p> {
    /// Its cells.
    pub array: Array<'p>,
    /// The block it lies in, for messages.
    pub block: usize,
}

impl<'p> DataFrame<'p> {
    /// Whether `value` looks like a frame: a look at its keys, which does not read it.
    #[must_use]
    pub fn is_in(value: Value<'p>) -> bool {
        Envelope::of(value).is_some_and(|envelope| envelope.kind == Kind::Frame) || old_frame::is_in(value)
    }

    /// The frame in `value`.
    ///
    /// # Errors
    /// If it is none, or a broken one.
    pub fn from_value(value: Value<'p>) -> Result<DataFrame<'p>> {
        if old_frame::is_in(value) {
            return DataFrame::read_old(value).map_err(|error| error.within("pandas DataFrame"));
        }
        let envelope = Envelope::of(value).filter(|envelope| envelope.kind == Kind::Frame);
        let Some(envelope) = envelope else { return Err(Error::data(value, "a pandas DataFrame")) };
        DataFrame::read(value, &envelope).map_err(|error| error.within("pandas DataFrame"))
    }

    fn read(value: Value<'p>, envelope: &Envelope<'p>) -> Result<DataFrame<'p>> {
        let Manager { axes, blocks } = Manager::read(envelope.manager, Kind::Frame)?;
        let mut axes = axes.into_iter();
        let (Some(labels), Some(index)) = (axes.next(), axes.next()) else {
            return Err(Error::data(value, "a frame of two axes"));
        };
        let columns = columns(envelope.manager, blocks, labels.len())?;
        // The index counts the rows, unless it is another library's and nobody knows its length.
        let rows =
            index.known_len().or_else(|| columns.iter().find_map(|column| column.array.len())).unwrap_or(0);
        for (at, column) in columns.iter().enumerate() {
            if let Some(found) = column.array.len()
                && found != rows
            {
                let text = format!("expected {rows} rows by the index, found {found} in column {at}");
                return Err(in_block(Error::invalid(envelope.manager, text), column.block));
            }
        }
        let attrs = envelope.attrs();
        let allows_duplicate_labels = envelope.allows_duplicate_labels();
        Ok(DataFrame { columns, labels, index, attrs, allows_duplicate_labels, rows })
    }

    fn read_old(value: Value<'p>) -> Result<DataFrame<'p>> {
        let (columns, labels, index) = old_frame::read(value)?;
        let rows = index.len();
        Ok(DataFrame { columns, labels, index, attrs: None, allows_duplicate_labels: true, rows })
    }

    /// The columns, in the order of [`labels`](DataFrame::labels).
    #[must_use]
    pub fn columns(&self) -> &[Column<'p>] {
        &self.columns
    }

    /// The labels of the columns: `df.columns`.
    #[must_use]
    pub fn labels(&self) -> &Index<'p> {
        &self.labels
    }

    /// The labels of the rows: `df.index`.
    #[must_use]
    pub fn index(&self) -> &Index<'p> {
        &self.index
    }

    /// How many rows there are. If the index is a range, nothing in the file need back this number.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `df.attrs`, unless it is empty.
    #[must_use]
    pub fn attrs(&self) -> Option<Dict<'p>> {
        self.attrs
    }

    /// `df.flags.allows_duplicate_labels`.
    #[must_use]
    pub fn allows_duplicate_labels(&self) -> bool {
        self.allows_duplicate_labels
    }
}

/// The columns that the blocks of `manager` hold, `width` of them, in order.
pub(crate) fn columns<'p>(
    manager: Value<'p>,
    blocks: Vec<Block<'p>>,
    width: usize,
) -> Result<Vec<Column<'p>>> {
    let found = blocks.iter().try_fold(0usize, |sum, block| sum.checked_add(block.width()));
    if found != Some(width) {
        let found = found.map_or("far more".to_owned(), |found| found.to_string());
        let text = format!("expected {width} columns by their labels, found {found} in the blocks");
        return Err(Error::invalid(manager, text));
    }
    let mut columns: Vec<Option<Column<'p>>> = Vec::new();
    columns.resize_with(width, || None);
    for (i, block) in blocks.into_iter().enumerate() {
        let put = |at: usize, array: Array<'p>| match columns.get_mut(at) {
            Some(slot @ None) => {
                *slot = Some(Column { array, block: i });
                true
            }
            _ => false,
        };
        block.for_each(width, put).map_err(|error| in_block(error, i))?;
    }
    // As many columns as places, and no place twice: none is left out.
    Ok(columns.into_iter().flatten().collect())
}

impl<'p> FromPickle<'p> for DataFrame<'p> {
    fn from_pickle(value: Value<'p>) -> Result<DataFrame<'p>> {
        DataFrame::from_value(value)
    }
}
