//! `Panel` and `Panel4D`: what pandas had for three and four dimensions, up to 0.24.

use unpickle_core::{Error, FromPickle, Result, Value};

use crate::array::Array;
use crate::envelope::{Envelope, Kind};
use crate::frame::{Column, columns};
use crate::index::Index;
use crate::manager::Manager;
use crate::old_panel;

/// A pandas `Panel`, read as the long table that `Panel.to_frame(filter_observations=False)` makes of it: a column for
/// each item, and a row for each pair of a label of the major axis and one of the minor axis, the minor fastest.
///
/// A `Panel4D` has one axis more, of rows too. That the arrays of the items have the lengths of the axes has been
/// checked.
///
/// ```no_run
/// use unpickle_core::Pickle;
/// use unpickle_pandas::Panel;
///
/// let pickle = Pickle::parse(std::fs::read("panel.pkl")?)?;
/// let panel: Panel = pickle.root().extract()?;
/// println!("{} items, {} rows of {} axes", panel.columns().len(), panel.len(), panel.axes().len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Panel<'p> {
    columns: Vec<Column<'p>>,
    labels: Index<'p>,
    axes: Vec<Index<'p>>,
    rows: usize,
}

/// Most rows of a panel without items: no byte of the file pays for them.
const MOST_ROWS_OF_NOTHING: usize = 1 << 20;

impl<'p> Panel<'p> {
    /// Whether `value` looks like a panel: a look at its keys, which does not read it.
    #[must_use]
    pub fn is_in(value: Value<'p>) -> bool {
        Envelope::of(value).is_some_and(|envelope| envelope.kind == Kind::Panel) || old_panel::is_in(value)
    }

    /// The panel in `value`.
    ///
    /// # Errors
    /// If it is none, or a broken one.
    pub fn from_value(value: Value<'p>) -> Result<Panel<'p>> {
        if old_panel::is_in(value) {
            return old_panel::read(value).map_err(|error| error.within("pandas Panel"));
        }
        let envelope = Envelope::of(value).filter(|envelope| envelope.kind == Kind::Panel);
        let Some(envelope) = envelope else { return Err(Error::data(value, "a pandas Panel")) };
        Panel::read(&envelope).map_err(|error| error.within("pandas Panel"))
    }

    fn read(envelope: &Envelope<'p>) -> Result<Panel<'p>> {
        let Manager { mut axes, blocks } = Manager::read(envelope.manager, Kind::Panel)?;
        // There are three or more.
        let labels = axes.remove(0);
        let columns = columns(envelope.manager, blocks, labels.len())?;
        Panel::of_parts(envelope.manager, columns, labels, axes)
    }

    /// A panel of its parts; fails unless each item has the shape that the axes say.
    pub(crate) fn of_parts(
        value: Value<'p>,
        columns: Vec<Column<'p>>,
        labels: Index<'p>,
        axes: Vec<Index<'p>>,
    ) -> Result<Panel<'p>> {
        let lengths: Vec<usize> = axes.iter().map(Index::len).collect();
        for (i, column) in columns.iter().enumerate() {
            match &column.array {
                Array::Numpy(values) if values.shape() == lengths => {}
                Array::Numpy(values) => {
                    let found = values.shape();
                    let text = format!("expected items of shape {lengths:?} by the axes, found {found:?}");
                    return Err(Error::invalid(value, text).within(format!("item {i}")));
                }
                _ => {
                    return Err(Error::data(value, "items that are numpy arrays").within(format!("item {i}")));
                }
            }
        }
        let rows = lengths.iter().try_fold(1usize, |rows, length| rows.checked_mul(*length));
        match rows {
            Some(rows) if !columns.is_empty() || rows <= MOST_ROWS_OF_NOTHING => {
                Ok(Panel { columns, labels, axes, rows })
            }
            _ => Err(Error::limit(format!("a Panel of no items and axes of {lengths:?} labels"))),
        }
    }

    /// The items: arrays of as many dimensions as there are axes of rows. Their cells are counted in the order of the
    /// rows, whichever way they lie.
    #[must_use]
    pub fn columns(&self) -> &[Column<'p>] {
        &self.columns
    }

    /// The labels of the items.
    #[must_use]
    pub fn labels(&self) -> &Index<'p> {
        &self.labels
    }

    /// The axes of rows: major and minor, and before them the items of a `Panel4D`.
    #[must_use]
    pub fn axes(&self) -> &[Index<'p>] {
        &self.axes
    }

    /// How many rows there are: the product of the lengths of the axes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<'p> FromPickle<'p> for Panel<'p> {
    fn from_pickle(value: Value<'p>) -> Result<Panel<'p>> {
        Panel::from_value(value)
    }
}
