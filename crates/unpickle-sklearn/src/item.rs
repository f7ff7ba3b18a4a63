//! [`Item`]: what a path leads to.

use std::borrow::Cow;
use std::fmt;

use ndarray::{CowArray, Ix1, Ix2, Ix3, IxDyn};
use unpickle_core::{Error, FromPickle, Result, Value};
use unpickle_numpy::{Element, NdArray, Scalar, ToArray, number};

use crate::at::follow;
use crate::parse::{self, Key, Step};

/// What a path or an attribute leads to: mostly a value of the pickle, sometimes a part of one that Python would make
/// when asked, such as the column of a tree or the `named_steps` of a pipeline.
///
/// Made by [`at`](crate::at()) and [`Estimator::attr`](crate::Estimator::attr); more attributes and items follow with
/// [`Item::attr`] and [`Item::at`].
///
/// ```
/// use unpickle_numpy::ToArray;
/// use unpickle_sklearn::{Estimator, at};
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/sklearn/pipeline-1.9.1.pkl");
/// # let pickle = unpickle_core::Pickle::parse(std::fs::read(path)?)?;
/// let scaler = at(pickle.root(), "named_steps.scale")?;
/// assert_eq!(scaler.extract::<Estimator>()?.class(), "StandardScaler");
/// assert_eq!(scaler.attr("mean_")?.to_array1::<f64>()?.len(), 3); // an `ndarray` array
/// assert_eq!(scaler.at("mean_[-1]")?.number::<f64>()?, 0.51375);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum Item<'p> {
    /// A value as it was pickled.
    Value(Value<'p>),
    /// A part of an array, or an array that a property shows.
    Array(NdArray<'p>),
    /// A mapping that scikit-learn makes of a list of names and estimators.
    Named(Named<'p>),
    /// A number that a property counts.
    Int(i64),
}

impl<'p> Item<'p> {
    /// An attribute of it, Python's properties too.
    ///
    /// # Errors
    ///
    /// There is none of this name; the message tells names that are near.
    pub fn attr(&self, name: &str) -> Result<Item<'p>> {
        follow(self.clone(), vec![Step::Attr(name.to_owned())])
    }

    /// The item of this number, from the end if negative.
    ///
    /// # Errors
    ///
    /// It has no items, or not so many.
    pub fn item(&self, index: i64) -> Result<Item<'p>> {
        follow(self.clone(), vec![Step::Index(vec![Key::Int(index)])])
    }

    /// What `path` leads to from here; see [`at`](crate::at()).
    ///
    /// # Errors
    ///
    /// The path is not Python's, or leads nowhere.
    pub fn at(&self, path: &str) -> Result<Item<'p>> {
        follow(self.clone(), parse::steps(path)?)
    }

    /// The value, if it is one of the pickle's.
    pub fn value(&self) -> Option<Value<'p>> {
        match self {
            Item::Value(value) => Some(*value),
            _ => None,
        }
    }

    /// It, as an array; a numpy scalar is one of no dimensions.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn array(&self) -> Result<NdArray<'p>> {
        match self {
            Item::Array(array) => Ok(array.clone()),
            Item::Value(value) => {
                let scalar = value.extract::<Scalar<'p>>().ok();
                scalar.map_or_else(|| value.extract(), |scalar| Ok(scalar.as_array().clone()))
            }
            Item::Named(named) => {
                Err(Error::invalid(named.origin, "expected an array, found names of estimators"))
            }
            Item::Int(int) => Err(Error::message(
                unpickle_core::Category::Data,
                format!("expected an array, found the number {int}"),
            )),
        }
    }

    /// It, as one number: Python's, numpy's, or the one of an array of one.
    ///
    /// # Errors
    ///
    /// It is no number, or one of a dtype that has numbers which `T` has not.
    pub fn number<T: Element>(&self) -> Result<T> {
        match self {
            Item::Value(value) if value.call().is_none() => number(*value),
            _ => {
                let array = self.array()?;
                let numbers = array.to_array::<T>()?;
                match numbers.first() {
                    Some(number) if numbers.len() == 1 => Ok(*number),
                    _ => {
                        let message = format!("expected a number, found {} of them", numbers.len());
                        Err(Error::invalid(array.origin(), message))
                    }
                }
            }
        }
    }

    /// It, as a Rust type that a pickled value can be taken as: an [`Estimator`](crate::Estimator), a
    /// [`Tree`](crate::Tree), a `String`.
    ///
    /// # Errors
    ///
    /// It is no value of the pickle, or not of that type.
    pub fn extract<T: FromPickle<'p>>(&self) -> Result<T> {
        match self {
            Item::Value(value) => value.extract(),
            Item::Array(array) => {
                Err(Error::invalid(array.origin(), "expected a pickled value, found a part of an array"))
            }
            Item::Named(named) => {
                Err(Error::invalid(named.origin, "expected a pickled value, found names of estimators"))
            }
            Item::Int(int) => Err(Error::message(
                unpickle_core::Category::Data,
                format!("expected a pickled value, found the number {int}, which a property counts"),
            )),
        }
    }
}

impl<'p> ToArray<'p> for &Item<'p> {
    fn to_array<T: Element>(self) -> Result<CowArray<'p, T, IxDyn>> {
        self.array()?.to_array()
    }

    fn to_array_lossy<T: Element>(self) -> Result<CowArray<'p, T, IxDyn>> {
        self.array()?.to_array_lossy()
    }

    fn to_array1<T: Element>(self) -> Result<CowArray<'p, T, Ix1>> {
        self.array()?.to_array1()
    }

    fn to_array2<T: Element>(self) -> Result<CowArray<'p, T, Ix2>> {
        self.array()?.to_array2()
    }

    fn to_array3<T: Element>(self) -> Result<CowArray<'p, T, Ix3>> {
        self.array()?.to_array3()
    }
}

/// In a few words, cut by length.
impl fmt::Display for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Item::Value(value) => fmt::Display::fmt(&value.repr().with_depth(2).with_max_bytes(200), f),
            Item::Array(array) => write!(f, "an array of {} and shape {:?}", array.dtype(), array.shape()),
            Item::Named(named) => {
                let names: Vec<&str> = named.iter().take(10).map(|(name, _)| name).collect();
                let more = if named.len() > names.len() { ", …" } else { "" };
                write!(f, "estimators named {}{more}", names.join(", "))
            }
            Item::Int(int) => write!(f, "the number {int}"),
        }
    }
}

impl fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Item::Value(value) => fmt::Debug::fmt(value, f),
            Item::Array(array) => fmt::Debug::fmt(array, f),
            Item::Named(named) => fmt::Debug::fmt(named, f),
            Item::Int(int) => fmt::Debug::fmt(int, f),
        }
    }
}

/// Estimators by name, in order: `named_steps`, `named_transformers_`, `named_estimators`.
///
/// ```
/// use unpickle_sklearn::{Estimator, Item, at};
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/sklearn/pipeline-1.9.1.pkl");
/// # let pickle = unpickle_core::Pickle::parse(std::fs::read(path)?)?;
/// if let Item::Named(steps) = at(pickle.root(), "named_steps")? {
///     assert_eq!(steps.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["scale", "model"]);
///     let model: Estimator = steps.get("model").unwrap().extract()?;
///     assert_eq!(model.class(), "LogisticRegression");
/// }
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Named<'p> {
    pub(crate) origin: Value<'p>,
    pub(crate) pairs: Vec<(Cow<'p, str>, Value<'p>)>,
}

impl<'p> Named<'p> {
    /// Reads a list of tuples whose first two items are a name and an estimator; more items are left out.
    pub(crate) fn of(list: Value<'p>) -> Result<Named<'p>> {
        let expected = |value| Error::data(value, "a tuple of a name and an estimator");
        let items = list.as_seq().ok_or_else(|| Error::data(list, "a list of names and estimators"))?;
        let pairs = items.iter().map(|pair| {
            let parts = pair.as_seq().ok_or_else(|| expected(pair))?;
            let (name, estimator) = parts.get(0).zip(parts.get(1)).ok_or_else(|| expected(pair))?;
            Ok((name.as_text().ok_or_else(|| expected(pair))?, estimator))
        });
        Ok(Named { origin: list, pairs: pairs.collect::<Result<_>>()? })
    }

    /// The names and what they stand for, in order. A name that comes twice is there twice.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, Value<'p>)> {
        self.pairs.iter().map(|(name, value)| (&**name, *value))
    }

    /// What a name stands for; of a name that comes twice the last, as in Python.
    pub fn get(&self, name: &str) -> Option<Value<'p>> {
        self.pairs.iter().rev().find(|(known, _)| known == name).map(|&(_, value)| value)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

impl fmt::Debug for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
