//! [`NamedArray`]: one dense array inside a value, with the name that leads to it.

use std::fmt;
use std::sync::Arc;

use unpickle_core::{Id, Result, Value};
use unpickle_numpy::{Dtype, MaskedArray, NdArray};

/// One dense array inside a value: its name, what it is, and the way to its elements. Made by [`arrays`](crate::arrays).
///
/// Nothing of the elements is read before [`load`](NamedArray::load).
#[derive(Clone)]
pub struct NamedArray<'p> {
    name: String,
    value: Value<'p>,
    kind: Kind<'p>,
    dtype: Dtype,
    shape: Box<[usize]>,
    source: Source<'p>,
}

/// What an array is, or what it is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind<'p> {
    pub(crate) class: &'p str,
    pub(crate) part: Option<&'static str>,
}

impl fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.class)?;
        match self.part {
            Some(part) => write!(f, " {part}"),
            None => Ok(()),
        }
    }
}

/// Where the elements are.
#[derive(Clone)]
pub(crate) enum Source<'p> {
    /// A numpy array.
    Array(Value<'p>),
    /// The elements of a masked array.
    Data(Value<'p>),
    /// The mask of one.
    Mask(Value<'p>),
    /// A few bytes that stand nowhere in the file in this form: the shape of a sparse matrix, say.
    Made(Arc<[u8]>),
}

impl<'p> NamedArray<'p> {
    pub(crate) fn new(
        name: String,
        value: Value<'p>,
        kind: Kind<'p>,
        dtype: Dtype,
        shape: &[usize],
        source: Source<'p>,
    ) -> NamedArray<'p> {
        NamedArray { name, value, kind, dtype, shape: shape.into(), source }
    }

    /// The path that leads to it from the value searched: keys and attributes joined by dots, `[3]` for items, `[0,2]`
    /// for cells. Empty if it is that value.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same array under another name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> NamedArray<'p> {
        self.name = name.into();
        self
    }

    /// The value that it is, or is a part of.
    pub fn value(&self) -> Value<'p> {
        self.value
    }

    /// What it is in Python: `ndarray`, `masked array`, `csr_matrix data`, `Tensor`, `Parameter`.
    pub fn kind(&self) -> String {
        self.kind.to_string()
    }

    /// What its elements are.
    pub fn dtype(&self) -> &Dtype {
        &self.dtype
    }

    /// How many elements along each axis.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// How many elements in all.
    #[allow(clippy::len_without_is_empty)] // a shape tells
    pub fn len(&self) -> usize {
        self.shape.iter().fold(1, |len: usize, &axis| len.saturating_mul(axis))
    }

    /// Bytes of all elements, numpy's `nbytes`.
    pub fn nbytes(&self) -> u64 {
        (self.len() as u64).saturating_mul(self.dtype.itemsize() as u64)
    }

    /// What its elements are stored in: arrays with the same storage, of which one may be a part of the other, have the
    /// same.
    pub fn storage(&self) -> Id {
        self.value.id()
    }

    /// Whether both are the very same elements, seen the same way: tied weights, one array under two names.
    pub fn is_same(&self, other: &NamedArray<'_>) -> bool {
        self.value.is(other.value)
            && self.kind.part == other.kind.part
            && std::mem::discriminant(&self.source) == std::mem::discriminant(&other.source)
    }

    /// The array itself: a view of the file wherever it can be.
    ///
    /// # Errors
    ///
    /// Its elements cannot be read; the error names the array.
    pub fn load(&self) -> Result<NdArray<'_>> {
        let array = match &self.source {
            Source::Array(value) => value.extract::<NdArray<'_>>(),
            Source::Data(value) => value.extract::<MaskedArray<'_>>().map(|masked| masked.data().clone()),
            Source::Mask(value) => value.extract::<MaskedArray<'_>>().map(|masked| masked.mask().clone()),
            Source::Made(bytes) => NdArray::from_bytes(self.value, self.dtype.clone(), &self.shape, bytes),
        };
        array.map_err(|error| error.within(format!("array `{}`", self.name)))
    }
}

impl fmt::Debug for NamedArray<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NamedArray({:?}, {}, {}, {:?})", self.name, self.kind, self.dtype, self.shape)
    }
}
