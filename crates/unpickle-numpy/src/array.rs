//! [`NdArray`]: a numpy array as it lies in the pickle.

use std::fmt;
use std::ops::Range;

use unpickle_core::{Class, Error, FromPickle, Result, Seq, Value};

use crate::cache::DtypeCache;
use crate::dtype::Dtype;
use crate::dtype_display::{Brief, Shape};
use crate::few::Few;
use crate::layout::{Layout, MAX_EMPTY, Order};
use crate::longdouble::{self, LongDoubleFormat};
use crate::objects::Objects;
use crate::reconstruct;

/// A numpy array: dtype, shape, and a strided view of the bytes in the pickle, or of the list of its objects.
///
/// Nothing is copied to make one, to take a [`row`](NdArray::row), a [`slice`](NdArray::slice) or a
/// [`field`](NdArray::field), or to transpose it. Elements are counted in logical order (C order, the last axis
/// fastest) everywhere, however they are stored.
///
/// ```
/// use unpickle_core::Pickle;
/// use unpickle_numpy::NdArray;
///
/// // pickle.dumps(numpy.array([[1, 2, 3], [4, 5, 6]], 'i1', order='F'), 5)
/// let pickle = Pickle::parse(
///     b"\x80\x05\x95l\0\0\0\0\0\0\0\x8c\x13numpy._core.numeric\x8c\x0b_frombuffer\x93(\x96\x06\0\0\0\0\0\0\0\
///     \x01\x04\x02\x05\x03\x06\x8c\x05numpy\x8c\x05dtype\x93\x8c\x02i1\x89\x88\x87R(K\x03\x8c\x01|NNNJ\xff\
///     \xff\xff\xffJ\xff\xff\xff\xffK\0tbK\x02K\x03\x86\x8c\x01FtR.",
/// )?;
/// let array: NdArray = pickle.root().extract()?;
/// assert_eq!(array.dtype().to_string(), "int8");
/// assert_eq!(array.shape(), [2, 3]);
/// let mut row = Vec::<i8>::new();
/// array.row(1)?.copy_native(0..3, &mut row)?;
/// assert_eq!(row, [4, 5, 6]);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone)]
pub struct NdArray<'p> {
    pub(crate) origin: Value<'p>,
    pub(crate) dtype: Dtype,
    pub(crate) layout: Layout,
    pub(crate) data: Data<'p>,
    pub(crate) long_double: LongDoubleFormat,
}

/// Where the elements are.
#[derive(Clone)]
pub(crate) enum Data<'p> {
    /// Bytes; strides count bytes.
    Raw(&'p [u8]),
    /// A list in C order; strides count cells.
    List(Box<List<'p>>),
}

/// The objects of an array.
#[derive(Clone)]
pub(crate) struct List<'p> {
    pub(crate) cells: Seq<'p>,
    /// Leads to one field of a structured cell, which is a tuple.
    pub(crate) path: Vec<usize>,
}

impl<'p> Data<'p> {
    fn list(cells: Seq<'p>) -> Data<'p> {
        Data::List(Box::new(List { cells, path: Vec::new() }))
    }
}

/// How often an element may be shown by strides of 0, on the average, before it counts as an attack …
const MOST_TIMES: usize = 4096;
/// … unless the array has no more elements than this.
const MAX_EXPANDED: usize = 1 << 24;

/// The general form of an array of bytes: the first element is at `offset`, further ones at multiples of `strides`.
#[derive(Clone, Copy, Debug)]
pub struct Raw<'a, 'p> {
    /// All the bytes of the array that this one is a view of.
    pub bytes: &'p [u8],
    /// The first byte of the first element.
    pub offset: usize,
    /// Bytes from one element to the next, for each axis.
    pub strides: &'a [isize],
}

impl<'p> NdArray<'p> {
    /// Reads an array, remembering its dtype in `cache`: for lists of many arrays.
    pub fn from_pickle_with(value: Value<'p>, cache: &mut DtypeCache<'p>) -> Result<NdArray<'p>> {
        reconstruct::array(value, cache)
    }

    /// Dtype and shape of the array that `value` is, without reading bytes that are yet to be read: those of a
    /// compressed member of an archive.
    ///
    /// # Errors
    ///
    /// It is no array, or what it says of itself cannot be.
    pub fn describe(value: Value<'p>, cache: &mut DtypeCache<'p>) -> Result<(Dtype, Vec<usize>)> {
        reconstruct::describe(value, cache)
    }

    /// Whether `value` is an array, by how it is spelled; whether it is sound is not looked at.
    pub fn is_array(value: Value<'_>) -> bool {
        reconstruct::is_array(value)
    }

    /// An array over `bytes` in C order, the dtype's byte order. `origin` is the value that errors point to.
    pub fn from_bytes(
        origin: Value<'p>,
        dtype: Dtype,
        shape: &[usize],
        bytes: &'p [u8],
    ) -> Result<NdArray<'p>> {
        NdArray::raw_parts(origin, dtype, shape.iter().copied().collect(), Order::C, bytes)
    }

    /// An array over part of `bytes`, as PyTorch keeps tensors: `offset` and `strides` count elements. A stride may be
    /// 0 (one element for all of an axis) or negative.
    ///
    /// # Errors
    ///
    /// An element would be outside of `bytes`; there are not as many strides as axes; the shape is larger than memory; an
    /// element is shown more than 4096 times on the average, in an array of more than 16 million.
    pub fn strided(
        origin: Value<'p>,
        dtype: Dtype,
        shape: &[usize],
        strides: &[isize],
        offset: usize,
        bytes: &'p [u8],
    ) -> Result<NdArray<'p>> {
        let layout = Layout::strided(shape, strides, offset, dtype.itemsize(), bytes.len());
        let layout = layout.ok_or_else(|| {
            let (shape, has) = (Shape(shape), bytes.len());
            let message = format!(
                "an array of {} and shape {shape} from element {offset} with strides {strides:?} is not within the {has} \
                 bytes of its data",
                Brief(&dtype)
            );
            Error::invalid(origin, message)
        })?;
        let elements = bytes.len().checked_div(dtype.itemsize()).unwrap_or(0);
        if layout.len > elements.saturating_mul(MOST_TIMES).max(MAX_EXPANDED) {
            let (shape, len) = (Shape(shape), layout.len);
            return Err(Error::limit(format!(
                "an array of shape {shape} shows {elements} elements as {len}"
            )));
        }
        Ok(NdArray { origin, dtype, layout, data: Data::Raw(bytes), long_double: LongDoubleFormat::X87 })
    }

    /// An array of objects over the items of a list or tuple, in C order.
    pub fn from_objects(
        origin: Value<'p>,
        dtype: Dtype,
        shape: &[usize],
        cells: Seq<'p>,
    ) -> Result<NdArray<'p>> {
        NdArray::list_parts(origin, dtype, shape.iter().copied().collect(), cells)
    }

    pub(crate) fn raw_parts(
        origin: Value<'p>,
        dtype: Dtype,
        shape: Few<usize>,
        order: Order,
        bytes: &'p [u8],
    ) -> Result<NdArray<'p>> {
        let layout = Layout::new(shape, dtype.itemsize(), order).ok_or_else(|| too_large(origin, &dtype))?;
        if layout.dense() != bytes.len() {
            let (shape, dense) = (Shape(layout.shape()), layout.dense());
            let has = bytes.len();
            let message =
                format!("{has} bytes for a numpy array of {dtype} and shape {shape}, which takes {dense}");
            return Err(Error::invalid(origin, message));
        }
        if dtype.itemsize() == 0 && layout.len > MAX_EMPTY {
            return Err(Error::limit(format!("a numpy array of {} empty elements", layout.len)));
        }
        let has_long_double = dtype.has_long_double();
        let long_double = LongDoubleFormat::X87;
        let array = NdArray { origin, dtype, layout, data: Data::Raw(bytes), long_double };
        if has_long_double {
            return Ok(NdArray { long_double: longdouble::detect(&array), ..array });
        }
        Ok(array)
    }

    pub(crate) fn list_parts(
        origin: Value<'p>,
        dtype: Dtype,
        shape: Few<usize>,
        cells: Seq<'p>,
    ) -> Result<NdArray<'p>> {
        let layout = Layout::new(shape, 1, Order::C).ok_or_else(|| too_large(origin, &dtype))?;
        if layout.len != cells.len() {
            let message = format!(
                "{} objects for a numpy array of shape {}, which takes {}",
                cells.len(),
                Shape(layout.shape()),
                layout.len
            );
            return Err(Error::invalid(origin, message));
        }
        Ok(NdArray { origin, dtype, layout, data: Data::list(cells), long_double: LongDoubleFormat::X87 })
    }

    /// An array of no dimensions over one of `cells`.
    pub(crate) fn one_object(origin: Value<'p>, dtype: Dtype, cells: Seq<'p>, index: usize) -> NdArray<'p> {
        let layout = Layout { shape: Few::new(), strides: Few::new(), start: index, len: 1, step: 1 };
        NdArray { origin, dtype, layout, data: Data::list(cells), long_double: LongDoubleFormat::X87 }
    }

    /// What the elements are.
    pub fn dtype(&self) -> &Dtype {
        &self.dtype
    }

    /// How many elements along each axis.
    pub fn shape(&self) -> &[usize] {
        self.layout.shape()
    }

    /// How many axes.
    pub fn ndim(&self) -> usize {
        self.shape().len()
    }

    /// How many elements in all, numpy's `size`.
    #[allow(clippy::len_without_is_empty)] // there is one, below
    pub fn len(&self) -> usize {
        self.layout.len
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.layout.len == 0
    }

    /// The value that it was read from.
    pub fn origin(&self) -> Value<'p> {
        self.origin
    }

    /// The byte of the pickle where it was made.
    pub fn offset(&self) -> u64 {
        self.origin.offset()
    }

    /// The class, if it is a subclass of `numpy.ndarray`: `numpy.matrix`, `numpy.rec.recarray`, `numpy.memmap` …
    pub fn class(&self) -> Option<Class<'p>> {
        reconstruct::subclass(self.origin)
    }

    /// What a subclass of `numpy.ndarray` pickled of its own beside the array.
    pub fn own_state(&self) -> Option<Value<'p>> {
        reconstruct::own_state(self.origin)
    }

    /// The bytes of all elements in logical order, in the dtype's byte order, at any alignment – when that is how
    /// they are stored.
    pub fn as_contiguous(&self) -> Option<&'p [u8]> {
        match self.data {
            Data::Raw(bytes) if self.layout.is_c() => {
                let start = if self.is_empty() { 0 } else { self.layout.start };
                bytes.get(start..start.checked_add(self.layout.dense())?)
            }
            _ => None,
        }
    }

    /// Bytes and strides; `None` for an array of [`objects`](NdArray::objects).
    pub fn raw(&self) -> Option<Raw<'_, 'p>> {
        match self.data {
            Data::Raw(bytes) => {
                Some(Raw { bytes, offset: self.layout.start, strides: self.layout.strides() })
            }
            Data::List(_) => None,
        }
    }

    /// The elements that are Python objects, in logical order; `None` for an array of bytes.
    pub fn objects(&self) -> Option<Objects<'p>> {
        match &self.data {
            Data::Raw(_) => None,
            Data::List(list) => Some(Objects::new(List::clone(list), self.layout.clone())),
        }
    }

    /// The bytes of the element of this logical number.
    pub fn element(&self, index: usize) -> Option<&'p [u8]> {
        let Data::Raw(bytes) = self.data else { return None };
        let at = self.layout.position(index)?;
        bytes.get(at..at.checked_add(self.layout.step)?)
    }

    /// How the bytes of `longdouble` numbers are to be understood, told from all of the array in the pickle.
    pub fn long_double_format(&self) -> LongDoubleFormat {
        self.long_double
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn data(&self) -> &Data<'p> {
        &self.data
    }

    pub(crate) fn out_of(&self, range: Range<usize>) -> Error {
        let message = format!(
            "no elements {} to {} in a numpy array of shape {}",
            range.start,
            range.end,
            Shape(self.shape())
        );
        Error::invalid(self.origin, message)
    }
}

#[cold]
fn too_large(origin: Value<'_>, dtype: &Dtype) -> Error {
    Error::invalid(origin, format!("a numpy array of {} whose shape is larger than memory", Brief(dtype)))
}

impl<'p> FromPickle<'p> for NdArray<'p> {
    fn from_pickle(value: Value<'p>) -> Result<NdArray<'p>> {
        reconstruct::array(value, &mut DtypeCache::once())
    }
}

impl fmt::Debug for NdArray<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NdArray({}, {} at byte {})", self.dtype, Shape(self.shape()), self.offset())
    }
}
