//! `Index` and its kin: `REDUCE _new_Index (cls, dict)`, and the like functions for times and intervals.

use unpickle_core::{Class, Dict, Error, FromPickle, Result, Value};
use unpickle_numpy::NdArray;

use crate::array::{Array, DEEPEST, Stack, is_foreign};
use crate::names::{IndexName, Made, Name, get, some};
use crate::{datetime, freq, interval, multi_index, old_index, period, range_index};

/// The labels of an axis, the categories of a categorical, or the levels of a `MultiIndex`.
///
/// ```no_run
/// use unpickle_core::Pickle;
/// use unpickle_pandas::Index;
///
/// let pickle = Pickle::parse(std::fs::read("index.pkl")?)?;
/// match pickle.root().extract()? {
///     Index::Range { start, stop, step, .. } => println!("from {start} to {stop} by {step}"),
///     Index::Flat { array, .. } => println!("{:?} labels", array.len()),
///     Index::Multi { levels, .. } => println!("{} levels", levels.len()),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub enum Index<'p> {
    /// Numbers in even steps, as Python's `range`. Nothing in the file backs their count.
    Range {
        /// The first.
        start: i64,
        /// Where they end, exclusively.
        stop: i64,
        /// The step, never zero.
        step: i64,
        /// `index.name`, unless it is `None`.
        name: Option<Value<'p>>,
    },
    /// One array of labels.
    Flat {
        /// The labels.
        array: Array<'p>,
        /// `index.name`, unless it is `None`.
        name: Option<Value<'p>>,
        /// Which class of Index.
        kind: IndexKind,
        /// `index.freqstr` as pandas prints it today, of times with a frequency.
        freq: Option<String>,
    },
    /// Tuples, as codes into levels.
    Multi {
        /// The distinct labels of each level; none of them is a `MultiIndex`.
        levels: Vec<Index<'p>>,
        /// As many arrays of codes as levels, all of one length; -1 is missing.
        /// Read them by [`checked_codes`](crate::checked_codes).
        codes: Vec<NdArray<'p>>,
        /// The names of the levels, as many as levels.
        names: Vec<Option<Value<'p>>>,
    },
}

/// The classes of [`Index::Flat`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexKind {
    /// `Index`, and the classes for numbers that pandas had before 2.0.
    Plain,
    /// `DatetimeIndex`
    Datetime,
    /// `TimedeltaIndex`
    Timedelta,
    /// `PeriodIndex`
    Period,
    /// `IntervalIndex`
    Interval,
    /// `CategoricalIndex`
    Categorical,
}

impl<'p> Index<'p> {
    /// Whether `value` looks like an index: a look at its class, which does not read it.
    #[must_use]
    pub fn is_in(value: Value<'p>) -> bool {
        Made::of(value).is_some_and(|made| matches!(made.name, Name::NewIndex | Name::Index(_)))
            || old_index::name(value).is_some()
    }

    /// The index in `value`, of one level or more, as it stands on an axis or alone.
    pub(crate) fn from_axis(value: Value<'p>) -> Result<Index<'p>> {
        if let Some(name) = old_index::name(value) {
            return old_index::read(value, name, DEEPEST);
        }
        match Parts::of(value)? {
            Some(parts) if parts.name == IndexName::Multi => {
                multi_index::read(value, parts.fields, DEEPEST).map_err(|error| parts.within(error))
            }
            _ => Index::read(value, DEEPEST),
        }
    }

    /// The index in `value`, if it has one level, and no more than `depth` arrays lie in one another.
    ///
    /// A `MultiIndex` is refused unread: levels of levels of levels, all of them shared, would take for ever.
    pub(crate) fn read(value: Value<'p>, depth: u8) -> Result<Index<'p>> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(Error::invalid(value, "indexes lie in one another without end"));
        };
        match old_index::name(value) {
            Some(IndexName::Multi) => return Err(Error::data(value, "an index of one level")),
            Some(name) => return old_index::read(value, name, depth),
            None => {}
        }
        let Some(parts) = Parts::of(value)? else {
            // Very old files have plain arrays as axes.
            return match Array::read_known(value, depth)? {
                Some(Stack::Rows(backed)) => backed.into_array(value).map(Index::plain),
                Some(Stack::One(array)) => Ok(Index::plain(array)),
                None => Err(Error::data(value, "a pandas Index")),
            };
        };
        match parts.name {
            IndexName::Range => range_index::read(value, parts.fields),
            IndexName::Multi => Err(Error::data(value, "an index of one level")),
            name => Index::read_flat(value, name, parts.fields, depth),
        }
        .map_err(|error| parts.within(error))
    }

    fn read_flat(value: Value<'p>, class: IndexName, fields: Dict<'p>, depth: u8) -> Result<Index<'p>> {
        let name = some(get(fields, "name"));
        let freq_field = some(get(fields, "freq"));
        let Some(data) = some(get(fields, "data")) else {
            let (Some(left), Some(right)) = (get(fields, "left"), get(fields, "right")) else {
                return Err(Error::data(value, "an index with data"));
            };
            let array = interval::of_sides(value, left, right, some(get(fields, "closed")), depth)?;
            return Ok(Index::Flat { array, name, kind: IndexKind::Interval, freq: None });
        };
        let (array, array_freq) = match Array::read_known(data, depth)? {
            Some(Stack::Rows(backed)) => {
                let freq = backed.freq;
                (backed.into_array(data)?, freq)
            }
            Some(Stack::One(array)) => (array, None),
            None if is_foreign(data) => (Array::Opaque(data), None),
            None => return Err(Error::data(data, "the array of an index")),
        };
        let freq = || freq_field.or(array_freq).and_then(freq::offset_freq);
        let (array, kind, freq) = match class {
            IndexName::Datetime => {
                (datetime::with_zone(array, some(get(fields, "tz")))?, IndexKind::Datetime, freq())
            }
            IndexName::Timedelta => (array, IndexKind::Timedelta, freq()),
            IndexName::Period => (period::with_freq(array, data, freq_field)?, IndexKind::Period, None),
            IndexName::Interval => (array, IndexKind::Interval, None),
            IndexName::Categorical => (array, IndexKind::Categorical, None),
            _ => (array, IndexKind::Plain, None),
        };
        Ok(Index::Flat { array, name, kind, freq })
    }

    /// An array as an index without a name.
    pub(crate) fn plain(array: Array<'p>) -> Index<'p> {
        Index::Flat { array, name: None, kind: IndexKind::Plain, freq: None }
    }

    /// The labels, if they are one array.
    pub(crate) fn into_array(self) -> Option<Array<'p>> {
        match self {
            Index::Flat { array, .. } => Some(array),
            _ => None,
        }
    }

    /// How many labels there are; none that is known of, in another library's array.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known_len().unwrap_or(0)
    }

    /// How many labels there are, unless they are in another library's array.
    pub(crate) fn known_len(&self) -> Option<usize> {
        match self {
            Index::Range { start, stop, step, .. } => Some(range_index::len(*start, *stop, *step)),
            Index::Flat { array, .. } => array.len(),
            Index::Multi { codes, .. } => Some(codes.first().map_or(0, NdArray::len)),
        }
    }

    /// Whether there are no labels.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names: one, or one to a level.
    #[must_use]
    pub fn names(&self) -> Vec<Option<Value<'p>>> {
        match self {
            Index::Range { name, .. } | Index::Flat { name, .. } => vec![*name],
            Index::Multi { names, .. } => names.clone(),
        }
    }
}

/// What an index was made of.
struct Parts<'p> {
    name: IndexName,
    class: Option<Class<'p>>,
    fields: Dict<'p>,
}

impl<'p> Parts<'p> {
    /// `REDUCE _new_Index (cls, dict)`, or `NEWOBJ cls`, `BUILD dict`; nothing if it is neither.
    fn of(value: Value<'p>) -> Result<Option<Parts<'p>>> {
        let Some(made) = Made::of(value) else { return Ok(None) };
        let (class, fields) = match made.name {
            Name::NewIndex => (made.args.get(0).and_then(Value::as_class), made.args.get(1)),
            Name::Index(_) => (made.object.class(), made.state()),
            _ => return Ok(None),
        };
        let Some(fields) = fields.and_then(Value::as_dict) else {
            return Err(Error::data(value, "an index with its parts"));
        };
        let name = match class.and_then(Name::of_class) {
            Some(Name::Index(name)) => name,
            // A subclass of another library: its parts tell.
            _ if get(fields, "levels").is_some() => IndexName::Multi,
            _ if get(fields, "data").is_none() && get(fields, "start").is_some() => IndexName::Range,
            _ => IndexName::Plain,
        };
        Ok(Some(Parts { name, class, fields }))
    }

    /// Says in which class of index it was.
    fn within(&self, error: Error) -> Error {
        error.within(format!("pandas {}", self.class.map_or("Index", Class::name)))
    }
}

impl<'p> FromPickle<'p> for Index<'p> {
    fn from_pickle(value: Value<'p>) -> Result<Index<'p>> {
        if !Index::is_in(value) {
            return Err(Error::data(value, "a pandas Index"));
        }
        Index::from_axis(value)
    }
}
