//! `FromPickle`: Rust types that a value can be taken as.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

use crate::error::{Error, Result};
use crate::value::Value;

/// A type that a [`Value`] can be taken as; see [`Value::extract`].
///
/// ```
/// // pickle.dumps([("a", 1), ("b", None)], protocol=2)
/// let bytes = b"\x80\x02](X\x01\0\0\0aK\x01\x86X\x01\0\0\0bN\x86e.";
/// let pickle = unpickle_core::Pickle::parse(&bytes[..])?;
/// let rows: Vec<(&str, Option<i64>)> = pickle.root().extract()?;
/// assert_eq!(rows, [("a", Some(1)), ("b", None)]);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
pub trait FromPickle<'p>: Sized {
    /// Takes the value.
    ///
    /// # Errors
    ///
    /// The value is not of this type.
    fn from_pickle(value: Value<'p>) -> Result<Self>;
}

impl<'p> FromPickle<'p> for Value<'p> {
    fn from_pickle(value: Value<'p>) -> Result<Self> {
        Ok(value)
    }
}

impl<'p> FromPickle<'p> for bool {
    fn from_pickle(value: Value<'p>) -> Result<Self> {
        value.as_bool().ok_or_else(|| Error::data(value, "a bool"))
    }
}

macro_rules! integers {
    ($($int:ty)*) => {$(
        impl<'p> FromPickle<'p> for $int {
            fn from_pickle(value: Value<'p>) -> Result<Self> {
                let Some(int) = value.as_int() else { return Err(Error::data(value, "an int")) };
                let fits = int.as_i128().and_then(|int| <$int>::try_from(int).ok());
                fits.ok_or_else(|| Error::invalid(value, concat!("the int does not fit ", stringify!($int))))
            }
        }
    )*};
}
integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 usize);

/// An `int` too, as Python's `float()`.
impl<'p> FromPickle<'p> for f64 {
    fn from_pickle(value: Value<'p>) -> Result<Self> {
        let float = value.as_f64().or_else(|| Some(value.as_int()?.to_f64()));
        float.ok_or_else(|| Error::data(value, "a float"))
    }
}

impl<'p> FromPickle<'p> for &'p str {
    fn from_pickle(value: Value<'p>) -> Result<Self> {
        value.as_str().ok_or_else(|| not_text(value))
    }
}

impl<'p> FromPickle<'p> for Cow<'p, str> {
    fn from_pickle(value: Value<'p>) -> Result<Self> {
        value.as_text().ok_or_else(|| not_text(value))
    }
}

impl<'p> FromPickle<'p> for String {
    fn from_pickle(value: Value<'p>) -> Result<Self> {
        value.as_text().map(Cow::into_owned).ok_or_else(|| not_text(value))
    }
}

fn not_text(value: Value<'_>) -> Error {
    match value.str_bytes() {
        Some(_) => Error::invalid(value, "the text has lone surrogates or is not UTF-8"),
        None => Error::data(value, "a str"),
    }
}

impl<'p> FromPickle<'p> for &'p [u8] {
    fn from_pickle(value: Value<'p>) -> Result<Self> {
        value.as_bytes().ok_or_else(|| Error::data(value, "bytes"))
    }
}

/// `None` is Python's `None`.
impl<'p, T: FromPickle<'p>> FromPickle<'p> for Option<T> {
    fn from_pickle(value: Value<'p>) -> Result<Self> {
        if value.is_none() { Ok(None) } else { T::from_pickle(value).map(Some) }
    }
}

/// A list, tuple, set or frozenset.
impl<'p, T: FromPickle<'p>> FromPickle<'p> for Vec<T> {
    fn from_pickle(value: Value<'p>) -> Result<Self> {
        let Some(seq) = value.as_seq() else { return Err(Error::data(value, "a list or tuple")) };
        seq.iter().map(T::from_pickle).collect()
    }
}

macro_rules! tuples {
    ($($len:literal: $($t:ident)*;)*) => {$(
        impl<'p, $($t: FromPickle<'p>),*> FromPickle<'p> for ($($t,)*) {
            fn from_pickle(value: Value<'p>) -> Result<Self> {
                let expected = concat!("a tuple of ", $len);
                let seq = value.as_tuple().or_else(|| value.as_list()).filter(|seq| seq.len() == $len);
                let Some(seq) = seq else { return Err(Error::data(value, expected)) };
                let mut items = seq.iter();
                Ok(($(match items.next() {
                    Some(item) => $t::from_pickle(item)?,
                    None => return Err(Error::data(value, expected)),
                },)*))
            }
        }
    )*};
}
tuples! {
    1: A;
    2: A B;
    3: A B C;
    4: A B C D;
}

impl<'p, K, V, S> FromPickle<'p> for HashMap<K, V, S>
where
    K: FromPickle<'p> + Eq + Hash,
    V: FromPickle<'p>,
    S: BuildHasher + Default,
{
    fn from_pickle(value: Value<'p>) -> Result<Self> {
        pairs(value)
    }
}

impl<'p, K: FromPickle<'p> + Ord, V: FromPickle<'p>> FromPickle<'p> for BTreeMap<K, V> {
    fn from_pickle(value: Value<'p>) -> Result<Self> {
        pairs(value)
    }
}

/// A dict or dict-like object.
fn pairs<'p, K: FromPickle<'p>, V: FromPickle<'p>, C: FromIterator<(K, V)>>(value: Value<'p>) -> Result<C> {
    let dict = value.as_dict().or_else(|| value.as_object()?.pairs());
    let Some(dict) = dict else { return Err(Error::data(value, "a dict")) };
    dict.iter().map(|(key, value)| Ok((K::from_pickle(key)?, V::from_pickle(value)?))).collect()
}
