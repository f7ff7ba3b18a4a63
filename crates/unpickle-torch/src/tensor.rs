//! [`Tensor`]: a tensor as it lies in the file.

use std::borrow::Cow;
use std::fmt;

use ndarray::{CowArray, Dimension, Ix1, Ix2, Ix3, IxDyn};
use unpickle_core::{Class, Error, FromPickle, Id, Result, Value};
use unpickle_numpy::{Element, NdArray, ToArray};

use crate::dtype::TorchDtype;
use crate::layout::Layout;
use crate::nested::NestedValues;
use crate::rebuild;
use crate::signs;
use crate::sparse::{Sparse, SparseValues};
use crate::storage::Storage;

/// A tensor: dtype, shape, and where its elements are. No bytes are read to make one.
///
/// ```
/// use unpickle_numpy::ToArray;
/// use unpickle_torch::{Tensor, TorchDtype};
///
/// let input = unpickle_file::Input::open("../../fixtures/torch/views.pt", &Default::default())?;
/// let pickle = unpickle_torch::read(&unpickle_file::Shared::new(input), &Default::default())?.expect("a file of torch");
///
/// let tensor: Tensor<'_> = pickle.root().item("transposed")?.extract()?;
/// assert_eq!(tensor.dtype(), TorchDtype::Float32);
/// assert_eq!(tensor.shape(), [6, 4]);
/// assert_eq!(tensor.strides(), Some(&[1, 6][..]));
///
/// let array = tensor.to_array::<f32>()?; // a view of the file, where it lies aligned
/// assert_eq!(array[[1, 2]], 13.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// * Dense ones are [`array`](Tensor::array)s; conjugate and negative views only when they are copied
///   ([`ToArray`]).
/// * [`quantizer`](Tensor::quantizer), [`sparse`](Tensor::sparse) and [`nested`](Tensor::nested) are of those that are
///   more than an array.
/// * Tensors of the device `meta` and hollow subclasses have a dtype and a shape, and [no bytes](Tensor::has_bytes).
#[derive(Clone)]
pub struct Tensor<'p> {
    pub(crate) origin: Value<'p>,
    pub(crate) dtype: TorchDtype,
    pub(crate) shape: Vec<usize>,
    pub(crate) device: Cow<'p, str>,
    pub(crate) requires_grad: bool,
    pub(crate) parameter: bool,
    pub(crate) class: Option<Class<'p>>,
    pub(crate) own: Option<Value<'p>>,
    pub(crate) content: Content<'p>,
}

/// Where the elements are.
#[derive(Clone)]
pub(crate) enum Content<'p> {
    Strided(Strided<'p>),
    Numpy(NdArray<'p>),
    Sparse(SparseValues<'p>),
    Nested(NestedValues<'p>),
    /// Nowhere.
    Absent,
}

/// A view of a storage; offset and strides count elements.
#[derive(Clone)]
pub(crate) struct Strided<'p> {
    pub(crate) storage: Storage<'p>,
    pub(crate) offset: usize,
    pub(crate) strides: Vec<usize>,
    /// Each number is to be conjugated.
    pub(crate) conj: bool,
    /// Each number is to be negated.
    pub(crate) neg: bool,
    /// Scheme, scale and zero point, as torch pickles them.
    pub(crate) quantizer: Option<Value<'p>>,
}

/// What two tensors that are the same view of one storage have in common: tied weights.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    storage: Id,
    dtype: TorchDtype,
    offset: usize,
    shape: Vec<usize>,
    strides: Vec<usize>,
    signs: (bool, bool),
}

impl<'p> Tensor<'p> {
    /// The value that it was read from.
    pub fn origin(&self) -> Value<'p> {
        self.origin
    }

    /// What the elements are; of a sparse tensor its values.
    pub fn dtype(&self) -> TorchDtype {
        self.dtype
    }

    /// How many elements along each axis. Of a nested tensor it is empty, for its parts differ.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// How many elements in all, torch's `numel()`; of a sparse tensor with those that are zero.
    #[allow(clippy::len_without_is_empty)] // there is one, below
    pub fn len(&self) -> usize {
        // Reading has checked the product.
        self.shape.iter().fold(1_usize, |len, &axis| len.saturating_mul(axis))
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }

    /// How the elements are kept.
    pub fn layout(&self) -> Layout {
        match &self.content {
            Content::Sparse(sparse) => sparse.layout,
            Content::Nested(_) => Layout::Nested,
            _ => Layout::Strided,
        }
    }

    /// From one element to the next, in elements, for each axis of a view of a storage; 0 is one element for all.
    pub fn strides(&self) -> Option<&[usize]> {
        self.strided().map(|strided| &*strided.strides)
    }

    /// The first element's number in the storage, torch's `storage_offset()`.
    pub fn storage_offset(&self) -> Option<usize> {
        self.strided().map(|strided| strided.offset)
    }

    /// What it is a view of.
    pub fn storage(&self) -> Option<&Storage<'p>> {
        self.strided().map(|strided| &strided.storage)
    }

    pub(crate) fn strided(&self) -> Option<&Strided<'p>> {
        match &self.content {
            Content::Strided(strided) => Some(strided),
            _ => None,
        }
    }

    /// What it has in common with other names for the same elements.
    pub fn identity(&self) -> Option<Identity> {
        let strided = self.strided()?;
        Some(Identity {
            storage: strided.storage.id(),
            dtype: self.dtype,
            offset: strided.offset,
            shape: self.shape.clone(),
            strides: strided.strides.clone(),
            signs: (strided.conj, strided.neg),
        })
    }

    /// Whether gradients are computed for it.
    pub fn requires_grad(&self) -> bool {
        self.requires_grad
    }

    /// Whether it is a `torch.nn.Parameter`.
    pub fn is_parameter(&self) -> bool {
        self.parameter
    }

    /// The class, if it is neither `torch.Tensor` nor `torch.nn.Parameter`.
    pub fn class(&self) -> Option<Class<'p>> {
        self.class
    }

    /// The attributes that Python code set on it, as they were pickled.
    pub fn own_state(&self) -> Option<Value<'p>> {
        self.own
    }

    /// The device that it was on: `cpu`, `cuda:0`, `meta` …
    pub fn device(&self) -> &str {
        &self.device
    }

    /// Whether its elements are anywhere; those of the device `meta` are not.
    pub fn has_bytes(&self) -> bool {
        !matches!(self.content, Content::Absent)
    }

    /// Whether each complex number is stored with its imaginary part negated.
    pub fn is_conj(&self) -> bool {
        self.strided().is_some_and(|strided| strided.conj)
    }

    /// Whether each number is stored negated.
    pub fn is_neg(&self) -> bool {
        self.strided().is_some_and(|strided| strided.neg)
    }

    /// The elements as a numpy array, a view of the storage: nothing is copied. The dtype is
    /// [`TorchDtype::numpy`].
    ///
    /// # Errors
    ///
    /// The bytes are missing, too few or damaged. It is sparse, nested or quantised, has no bytes, or is a conjugate or
    /// negative view.
    pub fn array(&self) -> Result<NdArray<'p>> {
        match &self.content {
            Content::Strided(strided) if strided.quantizer.is_some() => Err(self.refused(
                "quantised, no plain array; `int_repr` has its integers and `dequantize` its numbers",
            )),
            Content::Strided(strided) if strided.conj || strided.neg => Err(self.refused(
                "a conjugate or negative view, no plain view of its bytes; `to_array` and `resolve` apply that",
            )),
            _ => self.stored(),
        }
    }

    /// The elements as they are stored: those of a conjugate or negative view are yet to be negated, those of a
    /// quantised tensor are integers.
    pub(crate) fn stored(&self) -> Result<NdArray<'p>> {
        match &self.content {
            Content::Numpy(array) => Ok(array.clone()),
            Content::Strided(strided) => strided.array(self),
            Content::Sparse(_) => Err(self.refused("sparse, no plain array; `sparse` has its parts")),
            Content::Nested(_) => Err(self.refused("nested, no plain array; `nested` has its parts")),
            Content::Absent => Err(self.refused("without bytes: it is of a device or class that keeps none")),
        }
    }

    #[cold]
    pub(crate) fn refused(&self, why: &str) -> Error {
        let Tensor { dtype, shape, .. } = self;
        Error::invalid(self.origin, format!("the torch tensor of {dtype} and shape {shape:?} is {why}"))
    }

    /// A copy, if the signs of numbers are yet to be applied.
    fn resolved(&self) -> Result<Option<signs::Resolved>> {
        if self.is_conj() || self.is_neg() { self.resolve().map(Some) } else { Ok(None) }
    }

    /// The parts of a sparse tensor; `None` of any other.
    ///
    /// # Errors
    ///
    /// A part is no plain tensor.
    pub fn sparse(&self) -> Result<Option<Sparse<'p>>> {
        match &self.content {
            Content::Sparse(sparse) => {
                sparse.open().map(Some).map_err(|error| error.within(format!("{} tensor", sparse.layout)))
            }
            _ => Ok(None),
        }
    }

    /// The tensors that a nested tensor is of, torch's `unbind()`; `None` of any other.
    ///
    /// ```
    /// use unpickle_numpy::ToArray;
    /// use unpickle_torch::Tensor;
    ///
    /// let input = unpickle_file::Input::open("../../fixtures/torch/nested.pt", &Default::default())?;
    /// let pickle = unpickle_torch::read(&unpickle_file::Shared::new(input), &Default::default())?.expect("a file of torch");
    /// let tensor: Tensor<'_> = pickle.root().item("jagged")?.extract()?;
    /// let parts = tensor.nested()?.expect("nested");
    /// assert_eq!(parts[1].to_array::<i64>()?.as_slice(), Some(&[0, 1, 2][..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Tensor::array`]; sizes, strides or offsets are not within the values.
    pub fn nested(&self) -> Result<Option<Vec<NdArray<'p>>>> {
        match &self.content {
            Content::Nested(nested) => {
                nested.parts().map(Some).map_err(|error| error.within("nested tensor"))
            }
            _ => Ok(None),
        }
    }

    /// A copy of the elements in C order, with the signs of conjugate and negative views applied.
    ///
    /// # Errors
    ///
    /// As [`Tensor::array`].
    pub fn resolve(&self) -> Result<signs::Resolved> {
        signs::resolve(self)
    }
}

/// As those of an array; conjugate and negative views are always copied, and come out as numbers.
impl<'p> ToArray<'p> for &Tensor<'p> {
    fn to_array<T: Element>(self) -> Result<CowArray<'p, T, IxDyn>> {
        match self.resolved()? {
            None => self.array()?.to_array(),
            Some(resolved) => Ok(owned(resolved.array(self.origin)?.to_array()?)),
        }
    }

    fn to_array_lossy<T: Element>(self) -> Result<CowArray<'p, T, IxDyn>> {
        match self.resolved()? {
            None => self.array()?.to_array_lossy(),
            Some(resolved) => Ok(owned(resolved.array(self.origin)?.to_array_lossy()?)),
        }
    }

    fn to_array1<T: Element>(self) -> Result<CowArray<'p, T, Ix1>> {
        match self.resolved()? {
            None => self.array()?.to_array1(),
            Some(resolved) => Ok(owned(resolved.array(self.origin)?.to_array1()?)),
        }
    }

    fn to_array2<T: Element>(self) -> Result<CowArray<'p, T, Ix2>> {
        match self.resolved()? {
            None => self.array()?.to_array2(),
            Some(resolved) => Ok(owned(resolved.array(self.origin)?.to_array2()?)),
        }
    }

    fn to_array3<T: Element>(self) -> Result<CowArray<'p, T, Ix3>> {
        match self.resolved()? {
            None => self.array()?.to_array3(),
            Some(resolved) => Ok(owned(resolved.array(self.origin)?.to_array3()?)),
        }
    }
}

fn owned<'p, T: Element, D: Dimension>(array: CowArray<'_, T, D>) -> CowArray<'p, T, D> {
    CowArray::from(array.into_owned())
}

impl<'p> Strided<'p> {
    fn array(&self, tensor: &Tensor<'p>) -> Result<NdArray<'p>> {
        if tensor.dtype.packed().is_some() {
            return Err(tensor.refused("of several elements in a byte; `dequantize` has its numbers"));
        }
        let bytes = self.storage.bytes()?;
        let dtype = tensor.dtype.numpy().with_big_endian(self.storage.is_big_endian());
        let strides: Option<Vec<isize>> =
            self.strides.iter().map(|&stride| isize::try_from(stride).ok()).collect();
        let strides = strides.ok_or_else(|| tensor.refused("of strides larger than memory"))?;
        NdArray::strided(tensor.origin, dtype, &tensor.shape, &strides, self.offset, bytes)
    }
}

impl<'p> FromPickle<'p> for Tensor<'p> {
    fn from_pickle(value: Value<'p>) -> Result<Tensor<'p>> {
        rebuild::tensor(value)
    }
}

impl fmt::Debug for Tensor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dtype, shape, layout) = (self.dtype, &self.shape, self.layout());
        write!(f, "Tensor({dtype}, {shape:?}, {layout} at byte {})", self.origin.offset())
    }
}
