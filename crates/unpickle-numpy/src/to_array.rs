//! [`ToArray`]: numpy arrays as `ndarray` arrays.

use ndarray::{Array, ArrayView, CowArray, IxDyn, ShapeBuilder};
use unpickle_core::{Error, Result, Value};

use crate::array::{Data, NdArray};
use crate::element::Element;

/// Reads a value as an `ndarray` array.
///
/// ```
/// use unpickle_core::Pickle;
/// use unpickle_numpy::ToArray;
///
/// // pickle.dumps({'x': numpy.array([[1.5, 2.5]])}, 2)
/// let pickle = Pickle::parse(
///     b"\x80\x02}X\x01\0\0\0xcnumpy._core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85c_codecs\nencode\
///     \nq\0X\x01\0\0\0bX\x06\0\0\0latin1q\x01\x86R\x87R(K\x01K\x01K\x02\x86cnumpy\ndtype\nX\x02\0\0\0f8\
///     \x89\x88\x87R(K\x03X\x01\0\0\0<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89h\0X\x11\0\0\0\0\0\0\0\
///     \0\0\xc3\xb8?\0\0\0\0\0\0\x04@h\x01\x86Rtbs.",
/// )?;
/// let x = pickle.root().item("x")?.to_array::<f64>()?;
/// assert_eq!(x.shape(), [1, 2]);
/// assert_eq!(x[[0, 1]], 2.5);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
pub trait ToArray<'p> {
    /// A view where memory allows – aligned and of this machine's byte order – and a copy otherwise; C and F order
    /// are kept.
    ///
    /// The dtype must be exactly that of `T`, nothing is widened; [`DynArray`](crate::DynArray) takes any.
    fn to_array<T: Element>(self) -> Result<CowArray<'p, T, IxDyn>>;
}

impl<'p> ToArray<'p> for Value<'p> {
    fn to_array<T: Element>(self) -> Result<CowArray<'p, T, IxDyn>> {
        self.extract::<NdArray<'p>>()?.to_array()
    }
}

impl<'p> ToArray<'p> for &NdArray<'p> {
    fn to_array<T: Element>(self) -> Result<CowArray<'p, T, IxDyn>> {
        self.check::<T>()?;
        if let Some(view) = self.view::<T>() {
            return Ok(CowArray::from(view));
        }
        let shape = IxDyn(self.shape());
        // Column-major data stay that way, so that copying is one pass over memory.
        let reversed = (!self.layout().is_c() && self.layout().is_f()).then(|| self.transposed());
        let mut elements = Vec::new();
        let array = match reversed {
            Some(reversed) => {
                reversed.copy_native(0..self.len(), &mut elements)?;
                Array::from_shape_vec(shape.f(), elements)
            }
            None => {
                self.copy_native(0..self.len(), &mut elements)?;
                Array::from_shape_vec(shape, elements)
            }
        };
        array.map(CowArray::from).map_err(|error| self.shape_error(&error))
    }
}

impl<'p> NdArray<'p> {
    /// The elements where they are, when they are aligned and of this machine's byte order.
    pub fn view<T: Element>(&self) -> Option<ArrayView<'p, T, IxDyn>> {
        let Data::Raw(bytes) = *self.data() else { return None };
        if !T::accepts(self.dtype()) || (self.dtype().is_big_endian() && T::SIZE > 1) {
            return None;
        }
        let shape = IxDyn(self.shape());
        if self.is_empty() {
            return ArrayView::from_shape(shape, &[]).ok();
        }
        let mut last = self.layout().start;
        let mut strides = Vec::new();
        for (&len, &stride) in self.shape().iter().zip(self.layout().strides()) {
            let stride = usize::try_from(stride).ok()?;
            last = last.checked_add(stride.checked_mul(len.checked_sub(1)?)?)?;
            // The stride of an axis of one means nothing, and ndarray would check it.
            let stride = if len == 1 { T::SIZE } else { stride };
            if stride % T::SIZE != 0 {
                return None;
            }
            strides.push(stride / T::SIZE);
        }
        let elements = T::view(bytes.get(self.layout().start..last.checked_add(T::SIZE)?)?)?;
        if self.layout().is_c() {
            return ArrayView::from_shape(shape, elements).ok();
        }
        ArrayView::from_shape(shape.strides(IxDyn(&strides)), elements).ok()
    }

    pub(crate) fn shape_error(&self, error: &ndarray::ShapeError) -> Error {
        Error::invalid(self.origin(), format!("a numpy array that ndarray cannot hold: {error}"))
    }
}
