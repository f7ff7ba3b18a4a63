//! [`NamedArray`]: one dense array inside a value, with the name that leads to it.

use std::fmt;
use std::sync::{Arc, OnceLock};

use unpickle_core::{Error, Id, Result, Value};
use unpickle_numpy::{Dtype, MaskedArray, NdArray};
use unpickle_torch::Identity;

use crate::tensor;

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
    called: Option<&'static str>,
    storage: Option<Storage>,
}

/// What a tensor is a view of.
#[derive(Clone)]
struct Storage {
    id: Id,
    bytes: u64,
    /// What it has in common with the same view under another name.
    view: Arc<Identity>,
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
    /// Bytes that stand nowhere in the file in this form: the shape of a sparse matrix, say.
    Made(Arc<[u8]>),
    /// A part of one, or one that is there already.
    View(NdArray<'p>),
    /// A tensor, or its integers if it is quantised.
    Tensor(Value<'p>),
    /// One of the arrays of a nested tensor.
    Nested(Value<'p>, usize),
    /// A tensor whose elements are computed from bytes of the file, when they are first asked for.
    Computed(Value<'p>, Arc<OnceLock<Vec<u8>>>),
    /// A tensor that has none.
    Absent,
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
        NamedArray { name, value, kind, dtype, shape: shape.into(), source, called: None, storage: None }
    }

    /// An array that was come by in another way, under a name: a row of one, say, or the column of a tree.
    ///
    /// ```
    /// use unpickle_arrays::{ArrayFormat, ArrayOptions, NamedArray, write};
    /// use unpickle_core::Pickle;
    /// use unpickle_numpy::NdArray;
    ///
    /// // pickle.dumps(numpy.array([1, 2], 'i1'), 5)
    /// let pickle = Pickle::parse(
    ///     b"\x80\x05\x8c\x13numpy._core.numeric\x8c\x0b_frombuffer\x93(\x96\x02\0\0\0\0\0\0\0\x01\x02\x8c\x05numpy\x8c\
    ///     \x05dtype\x93\x8c\x02i1\x89\x88\x87R(K\x03\x8c\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tbK\x02\x85\x8c\x01\
    ///     CtR.",
    /// )?;
    /// let last = pickle.root().extract::<NdArray>()?.slice(1..2)?;
    /// let array = NamedArray::of("last", last);
    /// let mut npz = Vec::new();
    /// assert_eq!(write([&array], ArrayFormat::Npz, &ArrayOptions::new(), &mut npz)?.arrays, 1);
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    pub fn of(name: impl Into<String>, array: NdArray<'p>) -> NamedArray<'p> {
        let (dtype, shape) = (array.dtype().clone(), array.shape().to_vec());
        let kind = Kind { class: "ndarray", part: None };
        NamedArray::new(name.into(), array.origin(), kind, dtype, &shape, Source::View(array))
    }

    /// With the name that its library has for the dtype.
    pub(crate) fn called(self, name: &'static str) -> NamedArray<'p> {
        NamedArray { called: Some(name), ..self }
    }

    /// As a view of a storage of so many bytes.
    pub(crate) fn stored(self, id: Id, bytes: u64, view: Identity) -> NamedArray<'p> {
        NamedArray { storage: Some(Storage { id, bytes, view: Arc::new(view) }), ..self }
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

    /// What its library calls the dtype: `float64`, `<U3`, `bfloat16`; of a quantised tensor `qint8`, where
    /// [`dtype`](NamedArray::dtype) is `int8`.
    pub fn dtype_name(&self) -> String {
        self.called.map_or_else(|| self.dtype.to_string(), str::to_owned)
    }

    /// The name that its library has for the dtype, where that is not the name of [`dtype`](NamedArray::dtype).
    pub(crate) fn other_dtype_name(&self) -> Option<&'static str> {
        self.called.filter(|&name| name != self.dtype.to_little_endian().to_string())
    }

    /// Whether it has elements: a tensor of the device `meta` has none.
    pub fn has_data(&self) -> bool {
        !matches!(self.source, Source::Absent)
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

    /// What its elements are stored in: tensors that are views of one storage have the same, so do two names of one
    /// array.
    pub fn storage(&self) -> Id {
        self.storage.as_ref().map_or(self.value.id(), |storage| storage.id)
    }

    /// Bytes of that storage.
    pub fn storage_bytes(&self) -> u64 {
        self.storage.as_ref().map_or(self.nbytes(), |storage| storage.bytes)
    }

    /// Bytes that are kept for it beside the file.
    pub(crate) fn made_bytes(&self) -> usize {
        match &self.source {
            Source::Made(bytes) => bytes.len(),
            _ => 0,
        }
    }

    /// What a tensor has in common with tensors that are the same view of the same storage: tied weights.
    pub(crate) fn tie(&self) -> Option<&Identity> {
        self.storage.as_ref().map(|storage| &*storage.view)
    }

    /// Whether both are the very same elements, seen the same way: tied weights, one array under two names.
    pub fn is_same(&self, other: &NamedArray<'_>) -> bool {
        match (self.tie(), other.tie()) {
            (Some(one), Some(other)) => one == other,
            // Two parts of one array are not told apart, and so taken for different.
            (None, None) if matches!(self.source, Source::View(_)) => false,
            (None, None) => self.value.is(other.value) && self.kind.part == other.kind.part,
            _ => false,
        }
    }

    /// Whether it is a tensor of PyTorch, or a part of one.
    pub fn is_tensor(&self) -> bool {
        unpickle_torch::is_tensor(self.value)
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
            Source::Made(bytes) => self.over(bytes),
            Source::View(array) => Ok(array.clone()),
            Source::Tensor(value) => tensor::load(*value),
            Source::Nested(value, i) => tensor::load_nested(*value, *i).and_then(|array| {
                array.ok_or_else(|| Error::invalid(self.value, "a nested tensor without it"))
            }),
            Source::Computed(value, computed) => match computed.get() {
                Some(bytes) => self.over(bytes),
                None => tensor::compute(*value).and_then(|bytes| self.over(computed.get_or_init(|| bytes))),
            },
            Source::Absent => Err(Error::invalid(self.value, "a tensor without data, of the device `meta`")),
        };
        array.map_err(|error| within(error, "array", &self.name))
    }
}

impl NamedArray<'_> {
    fn over<'a>(&'a self, bytes: &'a [u8]) -> Result<NdArray<'a>> {
        NdArray::from_bytes(self.value, self.dtype.clone(), &self.shape, bytes)
    }
}

/// The error, said to be in what is called so; what has no name is the value itself.
pub(crate) fn within(error: Error, what: &str, name: &str) -> Error {
    if name.is_empty() { error } else { error.within(format!("{what} `{name}`")) }
}

impl fmt::Debug for NamedArray<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NamedArray({:?}, {}, {}, {:?})", self.name, self.kind, self.dtype, self.shape)
    }
}
