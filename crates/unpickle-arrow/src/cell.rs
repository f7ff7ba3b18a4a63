//! What a cell of Python objects is to Arrow.

use unpickle_core::{Id, Int, Seq, Value};
use unpickle_numpy::{MaskedArray, NdArray};
use unpickle_pandas::{Closed, Mapping, Std};

pub(crate) use crate::reader::Reader;
use crate::times;

/// A cell, as far as Arrow has a type for it.
#[derive(Clone, Debug)]
pub(crate) enum Cell<'p> {
    Null,
    Bool(bool),
    Int(Int<'p>),
    /// A numpy unsigned integer beyond int64.
    UInt(u64),
    Float(f64),
    /// A float that is narrower: numpy's float16 and float32.
    Narrow(f32),
    Str(&'p [u8]),
    /// A Python 2 `str`, which may be text.
    Str2(&'p [u8]),
    /// Text that is made, not found in the pickle.
    Made(String),
    /// The same with lone surrogates, as Python's `surrogatepass` writes them.
    Surrogates(Vec<u8>),
    /// What is known by its text: a path, an address, a fraction.
    Printed(String),
    Bytes(&'p [u8]),
    /// Days since 1970.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// An instant in UTC, or a time on a clock without a zone.
    Stamp {
        value: i64,
        unit: times::Unit,
        zone: Option<Id>,
    },
    Duration {
        value: i64,
        unit: times::Unit,
    },
    Decimal(&'p str),
    Uuid(u128),
    Complex(f64, f64),
    Period {
        ordinal: i64,
        freq: Value<'p>,
    },
    Interval {
        left: Value<'p>,
        right: Value<'p>,
        closed: Closed,
    },
    /// A value of the standard library that Arrow has no type for: a range, a time with a zone, …
    Library(Box<Std<'p>>),
    List(Seq<'p>),
    Array(Box<NdArray<'p>>),
    /// An array of one dimension, some of whose elements are missing.
    Masked(Box<MaskedArray<'p>>),
    Map(Map<'p>),
    /// An object of a class that nobody here knows, or a global.
    Other,
}

/// The pairs of a dict, or of what is like one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Map<'p> {
    Dict(unpickle_core::Dict<'p>),
    Like(Mapping<'p>),
}

impl<'p> Map<'p> {
    pub(crate) fn each(self, mut each: impl FnMut(Value<'p>, Value<'p>)) {
        match self {
            Map::Dict(dict) => dict.iter().for_each(|(key, value)| each(key, value)),
            Map::Like(mapping) => mapping.iter().for_each(|(key, value)| each(key, value)),
        }
    }
}
