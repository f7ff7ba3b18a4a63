//! What the objects in a column of Python objects are: one look per class instead of one per cell.

use std::collections::HashMap;

use unpickle_core::{Id, Object, Value};

use crate::geometry;
use crate::names::Name;
use crate::scalar::{self, PandasScalar};
use crate::shape;
use crate::stdlib::{self, Std, StdName};

/// A cell that is no plain value of pickle's own.
#[derive(Clone, Debug)]
pub enum Cell<'p> {
    /// A value of Python's standard library.
    Std(Std<'p>),
    /// A scalar of pandas, or its NaT and NA.
    Pandas(PandasScalar<'p>),
    /// A scalar of numpy.
    NumpyScalar,
    /// An array of numpy.
    NumpyArray,
    /// A geometry of shapely, as well-known binary.
    Geometry(&'p [u8]),
}

/// Tells what cells are, and remembers the classes it has met.
///
/// In a column the same classes come again and again, and each is one object in the pickle: their names are looked
/// at once.
///
/// ```
/// use unpickle_core::Pickle;
/// use unpickle_pandas::{Cell, Recogniser, Std};
///
/// let pickle = Pickle::parse(b"(lcdecimal\nDecimal\np0\n(V1.50\ntRag0\n(V2\ntRa.".to_vec())?;
/// let mut recogniser = Recogniser::new();
/// let cells = pickle.root().iter().map(|cell| match recogniser.recognise(cell) {
///     Some(Cell::Std(Std::Decimal(text))) => text,
///     _ => "?",
/// });
/// assert_eq!(cells.collect::<Vec<_>>(), ["1.50", "2"]);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Recogniser {
    last: Option<(Id, Known)>,
    known: HashMap<Id, Known>,
}

/// What a callable makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Std(StdName),
    Pandas(Name),
    NumpyScalar,
    NumpyArray,
    /// `numpy.ma.masked`
    Masked,
    Geometry,
    /// A class or function nobody here knows.
    Other,
}

/// A column with more classes than this is not worth remembering.
const MOST: usize = 4096;

impl Recogniser {
    /// One that has met nothing yet. It serves one pickle: of another one the same ids mean other things.
    #[must_use]
    pub fn new() -> Recogniser {
        Recogniser::default()
    }

    /// What `value` is; nothing if it is a plain value, or an object that is not known.
    pub fn recognise<'p>(&mut self, value: Value<'p>) -> Option<Cell<'p>> {
        if let Some(object) = value.as_object() {
            return self.object(object);
        }
        value.as_class()?;
        match self.known(value) {
            Known::Pandas(name) => scalar::missing(name).map(Cell::Pandas),
            _ => None,
        }
    }

    fn object<'p>(&mut self, object: Object<'p>) -> Option<Cell<'p>> {
        let mut known = self.known(object.callable());
        if known == Known::Std(StdName::Reconstructor) {
            known = self.known(object.arg(0)?);
        }
        match known {
            Known::Std(name) => stdlib::of(name, object).map(Cell::Std),
            Known::Pandas(name) => scalar::of(name, object).map(Cell::Pandas),
            Known::NumpyScalar => Some(Cell::NumpyScalar),
            Known::NumpyArray => Some(Cell::NumpyArray),
            Known::Masked => Some(Cell::Pandas(PandasScalar::NA)),
            Known::Geometry => geometry::wkb(object).map(Cell::Geometry),
            Known::Other => shape::shaped(object).map(Cell::Std),
        }
    }

    /// What a callable makes, by memory if it was met before.
    fn known(&mut self, callable: Value<'_>) -> Known {
        let id = callable.id();
        if let Some((last, known)) = self.last
            && last == id
        {
            return known;
        }
        let known = match self.known.get(&id) {
            Some(known) => *known,
            None => {
                let known = look(callable);
                if self.known.len() < MOST {
                    self.known.insert(id, known);
                }
                known
            }
        };
        self.last = Some((id, known));
        known
    }
}

fn look(callable: Value<'_>) -> Known {
    let Some(class) = callable.as_class() else { return Known::Other };
    let (module, name) = (class.module(), class.name());
    if module == "numpy" || module.starts_with("numpy.") {
        return match name {
            "scalar" => Known::NumpyScalar,
            "_reconstruct" | "_frombuffer" | "_mareconstruct" => Known::NumpyArray,
            "MaskedConstant" => Known::Masked,
            _ => Known::Other,
        };
    }
    if geometry::is_shapely(module) {
        return Known::Geometry;
    }
    if module.ends_with("joblib.numpy_pickle") {
        return if name.ends_with("ArrayWrapper") { Known::NumpyArray } else { Known::Other };
    }
    match (StdName::of(module, name), Name::of(module, name)) {
        (Some(name), _) => Known::Std(name),
        (None, Some(name)) => Known::Pandas(name),
        (None, None) => Known::Other,
    }
}
