//! Keys: how Python compares them, and what [`Value::get`] takes.

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};

use crate::int::Int;
use crate::value::{Value, View};

mod sealed {
    pub trait Sealed {}
}

/// What [`Value::get`] and [`Value::item`] look up: text, an integer (a dict's key or a sequence's index), or a
/// value of the pickle. Sealed.
pub trait Key: sealed::Sealed + Copy {
    #[doc(hidden)]
    fn query(&self) -> Query<'_>;
}

/// A key to look up.
#[derive(Clone, Copy)]
#[doc(hidden)]
pub enum Query<'a> {
    Str(&'a str),
    Int(i64),
    Value(Value<'a>),
}

impl Query<'_> {
    pub(crate) fn index(self) -> Option<usize> {
        match self {
            Query::Int(index) => usize::try_from(index).ok(),
            Query::Str(_) => None,
            Query::Value(value) => value.as_usize(),
        }
    }

    pub(crate) fn matches(self, key: Value<'_>) -> bool {
        match self {
            Query::Str(text) => {
                key.as_str_bytes() == Some(text.as_bytes()) || (key.as_str2().is_some() && is_text(key, text))
            }
            Query::Int(int) => match Atom::of(key) {
                Atom::Int(value) => value == i128::from(int),
                _ => false,
            },
            Query::Value(value) => same(value, key),
        }
    }

    pub(crate) fn hash(self, state: &impl BuildHasher) -> u64 {
        match self {
            Query::Str(text) => one(state, &Atom::Text(Cow::Borrowed(text.as_bytes()))),
            Query::Int(int) => one(state, &Atom::Int(int.into())),
            Query::Value(value) => hash(state, value),
        }
    }
}

fn is_text(key: Value<'_>, text: &str) -> bool {
    key.as_text().is_some_and(|key| key == text)
}

impl fmt::Display for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Query::Str(text) => {
                let mut out = String::new();
                crate::repr::quote_str(text.as_bytes(), 80, &mut out);
                f.write_str(&out)
            }
            Query::Int(int) => int.fmt(f),
            Query::Value(value) => fmt::Display::fmt(&value.repr(), f),
        }
    }
}

impl sealed::Sealed for &str {}
impl Key for &str {
    fn query(&self) -> Query<'_> {
        Query::Str(self)
    }
}

impl sealed::Sealed for &String {}
impl Key for &String {
    fn query(&self) -> Query<'_> {
        Query::Str(self)
    }
}

macro_rules! integers {
    ($($int:ty)*) => {$(
        impl sealed::Sealed for $int {}
        impl Key for $int {
            fn query(&self) -> Query<'_> {
                Query::Int(i64::try_from(*self).unwrap_or(i64::MAX))
            }
        }
    )*};
}
integers!(i32 i64 u32 usize);

impl sealed::Sealed for Value<'_> {}
impl Key for Value<'_> {
    fn query(&self) -> Query<'_> {
        Query::Value(*self)
    }
}

/// What a key is to Python's `==` and `hash`: `1`, `1.0` and `True` are one.
#[derive(PartialEq, Hash)]
enum Atom<'a> {
    None,
    Int(i128),
    Big(&'a [u8]),
    Float(u64),
    Text(Cow<'a, [u8]>),
    Bytes(&'a [u8]),
    Tuple(usize),
    /// Whatever Python compares by a method of its own: here by identity.
    Object(u64),
}

impl<'a> Atom<'a> {
    fn of(value: Value<'a>) -> Atom<'a> {
        match value.view() {
            View::None => Atom::None,
            View::Bool(value) => Atom::Int(value.into()),
            View::Int(int) => Atom::int(int, value),
            View::Float(float) if float.fract() == 0.0 && float.abs() < 1e38 => Atom::Int(float as i128),
            View::Float(float) if !float.is_nan() => Atom::Float(float.to_bits()),
            View::Str(text) => Atom::Text(Cow::Borrowed(text.as_bytes())),
            // What it is decides the encoding.
            View::Str2(bytes) => match value.as_text() {
                Some(Cow::Borrowed(text)) => Atom::Text(Cow::Borrowed(text.as_bytes())),
                Some(Cow::Owned(text)) => Atom::Text(Cow::Owned(text.into_bytes())),
                None => Atom::Bytes(bytes),
            },
            View::Bytes(bytes) => Atom::Bytes(bytes),
            View::Tuple(items) => Atom::Tuple(items.len()),
            _ => Atom::Object(value.id().0),
        }
    }

    fn int(int: Int<'a>, value: Value<'a>) -> Atom<'a> {
        match int.as_i128() {
            Some(int) => Atom::Int(int),
            None => match value.leaf() {
                Some(crate::leaf::Leaf::Big(bytes)) => Atom::Big(bytes),
                _ => Atom::Object(value.id().0),
            },
        }
    }
}

fn one(state: &impl BuildHasher, atom: &Atom<'_>) -> u64 {
    state.hash_one(atom)
}

/// Most values that are looked at inside one key. Nested tuples may share, and so hold more than memory does.
const BUDGET: usize = 1024;

/// The hash of a key; what is beyond the budget does not count.
pub(crate) fn hash(state: &impl BuildHasher, key: Value<'_>) -> u64 {
    let mut hasher = state.build_hasher();
    let mut budget = BUDGET;
    let mut queue = vec![key];
    let mut next = 0;
    while let Some(&value) = queue.get(next) {
        next += 1;
        Atom::of(value).hash(&mut hasher);
        if let Some(items) = value.as_tuple() {
            let take = items.len().min(budget);
            budget -= take;
            queue.extend(items.range(0..take));
        }
    }
    hasher.finish()
}

/// Python's `==` of keys; identity for what is neither plain nor a tuple of plain values, or beyond the budget.
pub(crate) fn same(a: Value<'_>, b: Value<'_>) -> bool {
    let mut budget = BUDGET;
    let mut stack = vec![(a, b)];
    while let Some((a, b)) = stack.pop() {
        if a.is(b) {
            continue;
        }
        if budget == 0 || Atom::of(a) != Atom::of(b) {
            return false;
        }
        budget -= 1;
        if let (Some(a), Some(b)) = (a.as_tuple(), b.as_tuple()) {
            if a.len() > budget {
                return false;
            }
            stack.extend(a.iter().zip(b.iter()));
        }
    }
    true
}
