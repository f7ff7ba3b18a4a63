//! [`ToArray`]: numpy arrays as `ndarray` arrays.

use ndarray::{Array, ArrayView, CowArray, Dimension, Ix1, Ix2, Ix3, IxDyn, ShapeBuilder};
use unpickle_core::{Error, Result, Value};

use crate::array::{Data, NdArray};
use crate::convert;
use crate::dtype_display::{Brief, Shape};
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
/// let x = pickle.root().item("x")?.to_array2::<f64>()?;
/// assert_eq!(x.shape(), [1, 2]);
/// assert_eq!(x[[0, 1]], 2.5);
///
/// let rounded = pickle.root().item("x")?.to_array_lossy::<i32>()?;
/// assert_eq!(rounded.as_slice(), Some(&[1, 2][..]));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # Which types hold which dtypes
///
/// A type is asked for, and any dtype is read whose every number that type has: each value comes out as it is. All
/// others are refused, but by [`to_array_lossy`](ToArray::to_array_lossy).
///
/// | dtype | read as |
/// |---|---|
/// | `bool` | every type: 0 and 1 |
/// | `int8` | `i8` to `i64`, `f16`, `bf16`, `f32`, `f64` |
/// | `int16` | `i16` to `i64`, `f32`, `f64` |
/// | `int32` | `i32`, `i64`, `f64` |
/// | `int64`, `datetime64`, `timedelta64` | `i64` |
/// | `uint8` | `u8` to `u64`, `i16` to `i64`, `f16`, `bf16`, `f32`, `f64` |
/// | `uint16` | `u16` to `u64`, `i32`, `i64`, `f32`, `f64` |
/// | `uint32` | `u32`, `u64`, `i64`, `f64` |
/// | `uint64` | `u64` |
/// | `float16` | `f16`, `f32`, `f64` |
/// | `bfloat16` | `bf16`, `f32`, `f64` |
/// | `float8_e4m3fn` and its kin | `f16`, `bf16`, `f32`, `f64`; `float8_e8m0fnu` not `f16` |
/// | `float32` | `f32`, `f64` |
/// | `float64` | `f64` |
/// | `complex32`, `complex64` | `Complex<f32>`, `Complex<f64>` |
/// | `complex128` | `Complex<f64>` |
/// | `longdouble`, `object` and all others | none |
///
/// What `f32` or `f64` hold, `Complex` of it does. (numpy's own "safe" conversions also round `int64` to `float64`.)
///
/// # How long an array lives
///
/// A view borrows from the opened file. `into_owned`, of every `CowArray`, gives an `Array` that outlives it.
pub trait ToArray<'p>: Sized {
    /// A view where the dtype is `T`'s and memory allows – aligned and of this machine's byte order – and a copy
    /// otherwise; C and F order are kept.
    ///
    /// # Errors
    ///
    /// It is no array, or one of a dtype that has numbers which `T` has not.
    fn to_array<T: Element>(self) -> Result<CowArray<'p, T, IxDyn>>;

    /// The same for any dtype of numbers, each made the `T` nearest to it, as numpy's `astype` does: floats are rounded
    /// to the nearest; integers of floats are cut off towards zero; integers of wider ones keep their low bits; of
    /// complex numbers the real part is taken; `datetime64` and `timedelta64` are their ticks; objects must be Python
    /// numbers. Where numpy leaves it to the machine, there is one answer: a float beyond the integers is the last of
    /// them, NaN is 0. `longdouble` goes through `f64`.
    ///
    /// # Errors
    ///
    /// It is no array, or none of numbers.
    fn to_array_lossy<T: Element>(self) -> Result<CowArray<'p, T, IxDyn>>;

    /// [`to_array`](ToArray::to_array) for an array of one axis.
    ///
    /// # Errors
    ///
    /// The same, and any other number of axes.
    fn to_array1<T: Element>(self) -> Result<CowArray<'p, T, Ix1>>;

    /// [`to_array`](ToArray::to_array) for an array of two axes.
    ///
    /// # Errors
    ///
    /// The same, and any other number of axes.
    fn to_array2<T: Element>(self) -> Result<CowArray<'p, T, Ix2>>;

    /// [`to_array`](ToArray::to_array) for an array of three axes.
    ///
    /// # Errors
    ///
    /// The same, and any other number of axes.
    fn to_array3<T: Element>(self) -> Result<CowArray<'p, T, Ix3>>;
}

impl<'p> ToArray<'p> for Value<'p> {
    fn to_array<T: Element>(self) -> Result<CowArray<'p, T, IxDyn>> {
        self.extract::<NdArray<'p>>()?.to_array()
    }

    fn to_array_lossy<T: Element>(self) -> Result<CowArray<'p, T, IxDyn>> {
        self.extract::<NdArray<'p>>()?.to_array_lossy()
    }

    fn to_array1<T: Element>(self) -> Result<CowArray<'p, T, Ix1>> {
        self.extract::<NdArray<'p>>()?.to_array1()
    }

    fn to_array2<T: Element>(self) -> Result<CowArray<'p, T, Ix2>> {
        self.extract::<NdArray<'p>>()?.to_array2()
    }

    fn to_array3<T: Element>(self) -> Result<CowArray<'p, T, Ix3>> {
        self.extract::<NdArray<'p>>()?.to_array3()
    }
}

impl<'p> ToArray<'p> for &NdArray<'p> {
    fn to_array<T: Element>(self) -> Result<CowArray<'p, T, IxDyn>> {
        if T::accepts(self.dtype()) {
            return match self.view::<T>() {
                Some(view) => Ok(CowArray::from(view)),
                None => self.collect(|array, out| array.copy_native(0..array.len(), out)),
            };
        }
        if convert::is_exact::<T>(self.dtype()) {
            return self.collect(NdArray::convert);
        }
        let message = format!(
            "expected a numpy array whose numbers {} holds, found one of {} and shape {} (`to_array_lossy` rounds)",
            T::NAME,
            Brief(self.dtype()),
            Shape(self.shape())
        );
        Err(Error::invalid(self.origin(), message))
    }

    fn to_array_lossy<T: Element>(self) -> Result<CowArray<'p, T, IxDyn>> {
        if T::accepts(self.dtype()) { self.to_array() } else { self.collect(NdArray::convert) }
    }

    fn to_array1<T: Element>(self) -> Result<CowArray<'p, T, Ix1>> {
        self.of_axes()
    }

    fn to_array2<T: Element>(self) -> Result<CowArray<'p, T, Ix2>> {
        self.of_axes()
    }

    fn to_array3<T: Element>(self) -> Result<CowArray<'p, T, Ix3>> {
        self.of_axes()
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

    /// [`ToArray::to_array`] for as many axes as `D` has; the data are not looked at where there are others.
    fn of_axes<T: Element, D: Dimension>(&self) -> Result<CowArray<'p, T, D>> {
        let expected = D::NDIM.unwrap_or(self.ndim());
        if self.ndim() != expected {
            let axes = if expected == 1 { "axis" } else { "axes" };
            let message = format!(
                "expected a numpy array of {expected} {axes}, found one of {} and shape {}",
                Brief(self.dtype()),
                Shape(self.shape())
            );
            return Err(Error::invalid(self.origin(), message));
        }
        self.to_array()?.into_dimensionality().map_err(|error| self.shape_error(&error))
    }

    /// A new array of what `fill` makes of all elements.
    fn collect<T>(
        &self,
        fill: impl Fn(&NdArray<'p>, &mut Vec<T>) -> Result<()>,
    ) -> Result<CowArray<'p, T, IxDyn>> {
        let shape = IxDyn(self.shape());
        // Column-major data stay that way, so that copying is one pass over memory.
        let reversed = (!self.layout().is_c() && self.layout().is_f()).then(|| self.transposed());
        let mut elements = Vec::new();
        let array = match reversed {
            Some(reversed) => {
                fill(&reversed, &mut elements)?;
                Array::from_shape_vec(shape.f(), elements)
            }
            None => {
                fill(self, &mut elements)?;
                Array::from_shape_vec(shape, elements)
            }
        };
        array.map(CowArray::from).map_err(|error| self.shape_error(&error))
    }

    pub(crate) fn shape_error(&self, error: &ndarray::ShapeError) -> Error {
        Error::invalid(self.origin(), format!("a numpy array that ndarray cannot hold: {error}"))
    }
}
