//! An array: its dtype, its shape, and its elements as bytes or as a list.

use std::io::Write;

use ndarray::{ArrayView, Dimension};
use unpickle_core::{Category, Encoder, Error, Make, Protocol, Result};

use super::dtype::shape_tuple;
use super::{ArrayEncoder, Global};
use crate::array::NdArray;
use crate::dtype::{Dtype, DtypeKind};
use crate::element::Element;

/// Elements that are copied at a time.
const CHUNK: usize = 1 << 14;

impl ArrayEncoder {
    /// An array of `ndarray`, in Fortran order if it lies so.
    ///
    /// # Errors
    ///
    /// Writing fails; numpy has no such dtype (`bf16`).
    pub fn array<W: Write, T: Element, D: Dimension>(
        &mut self,
        out: &mut Encoder<W>,
        array: &ArrayView<'_, T, D>,
    ) -> Result<()> {
        let dtype = Dtype::of_code(T::NAME)
            .ok_or_else(|| Error::message(Category::Unsupported, format!("numpy has no {}", T::NAME)))?;
        self.array_as(out, &dtype, array)
    }

    /// As [`array`](ArrayEncoder::array), of a dtype that the elements are the numbers of: `datetime64[ns]` for `i64`, say, or
    /// numbers whose most significant byte comes first.
    ///
    /// ```
    /// use ndarray::array;
    /// use unpickle_core::{Encoder, Pickle, Protocol};
    /// use unpickle_numpy::{ArrayEncoder, Dtype, NdArray, NumpyNames};
    ///
    /// let dtype = Dtype::of_code("M8[D]").unwrap();
    /// let mut encoder = Encoder::new(Vec::new(), Protocol::V2)?;
    /// ArrayEncoder::new(NumpyNames::Core).array_as(&mut encoder, &dtype, &array![19_723_i64].view())?;
    /// let pickle = Pickle::parse(encoder.finish()?)?;
    /// let array: NdArray = pickle.root().extract()?;
    /// assert_eq!(array.dtype().to_string(), "datetime64[D]");
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Writing fails; the elements are no numbers of the dtype.
    pub fn array_as<W: Write, T: Element, D: Dimension>(
        &mut self,
        out: &mut Encoder<W>,
        dtype: &Dtype,
        array: &ArrayView<'_, T, D>,
    ) -> Result<()> {
        if !T::accepts(dtype) {
            let message = format!("{} are no elements of a numpy array of {dtype}", T::NAME);
            return Err(Error::message(Category::Data, message));
        }
        let fortran = array.ndim() > 1 && !array.is_standard_layout() && array.t().is_standard_layout();
        let big_endian = dtype.is_big_endian();
        let view = if fortran { array.t() } else { array.view() };
        let fill = |out: &mut dyn Write| {
            let mut bytes = Vec::new();
            if let Some(slice) = view.as_slice() {
                for chunk in slice.chunks(CHUNK) {
                    bytes.clear();
                    T::put(chunk, big_endian, &mut bytes);
                    out.write_all(&bytes)?;
                }
                return Ok(());
            }
            for element in &view {
                T::put(std::slice::from_ref(element), big_endian, &mut bytes);
                if bytes.len() >= CHUNK {
                    out.write_all(&bytes)?;
                    bytes.clear();
                }
            }
            Ok(out.write_all(&bytes)?)
        };
        self.raw(out, dtype, array.shape(), fortran, fill)
    }

    /// An array that was read from a pickle, an `.npy` file or the like: plain, whatever subclass it was, and in C order.
    ///
    /// # Errors
    ///
    /// Writing fails; numpy has no such dtype; the elements are Python objects, for which there is
    /// [`begin_objects`](ArrayEncoder::begin_objects).
    pub fn nd_array<W: Write>(&mut self, out: &mut Encoder<W>, array: &NdArray<'_>) -> Result<()> {
        let len = array.len();
        let fill = |out: &mut dyn Write| {
            if let Some(bytes) = array.as_contiguous() {
                return Ok(out.write_all(bytes)?);
            }
            let mut bytes = Vec::new();
            for start in (0..len).step_by(CHUNK) {
                bytes.clear();
                array.copy_bytes(start..len.min(start + CHUNK), &mut bytes)?;
                out.write_all(&bytes)?;
            }
            Ok(())
        };
        self.raw(out, array.dtype(), array.shape(), false, fill)
    }

    /// An array whose elements `fill` writes, part by part: their bytes as the dtype has them, in C order or in Fortran order.
    ///
    /// # Errors
    ///
    /// Writing fails, or `fill` does; it writes more or fewer bytes than the shape takes; the elements are Python objects.
    pub fn raw<W: Write>(
        &mut self,
        out: &mut Encoder<W>,
        dtype: &Dtype,
        shape: &[usize],
        fortran: bool,
        fill: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<()> {
        if dtype.has_object() {
            let message = format!("an array of {dtype} holds Python objects, not bytes");
            return Err(Error::message(Category::Unsupported, message));
        }
        let elements = elements(shape)?;
        let len = elements.checked_mul(dtype.itemsize()).ok_or_else(too_large)? as u64;
        let time = matches!(dtype.kind(), DtypeKind::Datetime(_) | DtypeKind::Timedelta(_));
        // As numpy does: a buffer can neither be of times nor empty.
        if out.protocol() >= Protocol::V5 && !time && len > 0 {
            out.begin_call(Make::Reduce)?;
            self.global(out, Global::FromBuffer)?;
            out.begin_tuple(4)?;
            out.bytearray_in_parts(len, fill)?;
            self.dtype(out, dtype)?;
            shape_tuple(out, shape)?;
            out.str(if fortran { "F" } else { "C" })?;
            out.end()?;
            out.end()?;
            return Ok(());
        }
        self.begin_state(out, dtype, shape, fortran)?;
        out.bytes_in_parts(len, fill)?;
        self.end_state(out)
    }

    /// Begins an array of Python objects, in C order: as many values as the shape has elements follow, then
    /// [`end_objects`](ArrayEncoder::end_objects).
    ///
    /// ```
    /// use unpickle_core::{Encoder, Pickle, Protocol};
    /// use unpickle_numpy::{ArrayEncoder, NdArray, NumpyNames};
    ///
    /// let mut encoder = Encoder::new(Vec::new(), Protocol::DEFAULT)?;
    /// let mut arrays = ArrayEncoder::new(NumpyNames::Core);
    /// arrays.begin_objects(&mut encoder, &[2])?;
    /// encoder.str("a")?;
    /// encoder.none()?;
    /// arrays.end_objects(&mut encoder)?;
    /// let pickle = Pickle::parse(encoder.finish()?)?;
    /// let array: NdArray = pickle.root().extract()?;
    /// assert_eq!(array.objects().unwrap().get(0).unwrap().as_str(), Some("a"));
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn begin_objects<W: Write>(&mut self, out: &mut Encoder<W>, shape: &[usize]) -> Result<()> {
        self.begin_state(out, &Dtype::object(), shape, false)?;
        out.begin_list(elements(shape)?)?;
        Ok(())
    }

    /// Ends an array of objects.
    ///
    /// # Errors
    ///
    /// Writing fails; there were not as many objects as elements.
    pub fn end_objects<W: Write>(&mut self, out: &mut Encoder<W>) -> Result<()> {
        out.end()?;
        self.end_state(out)
    }

    /// `_reconstruct(ndarray, (0,), b'b')`, and its state up to the elements.
    fn begin_state<W: Write>(
        &mut self,
        out: &mut Encoder<W>,
        dtype: &Dtype,
        shape: &[usize],
        fortran: bool,
    ) -> Result<()> {
        out.begin_object()?;
        out.begin_call(Make::Reduce)?;
        self.global(out, Global::Reconstruct)?;
        out.begin_tuple(3)?;
        self.global(out, Global::NdArray)?;
        shape_tuple(out, &[0])?;
        out.bytes(b"b")?;
        out.end()?;
        out.end()?;
        out.begin_tuple(5)?;
        out.int(1)?;
        shape_tuple(out, shape)?;
        self.dtype(out, dtype)?;
        out.bool(fortran)
    }

    fn end_state<W: Write>(&mut self, out: &mut Encoder<W>) -> Result<()> {
        out.end()?;
        out.build()?;
        out.end()?;
        Ok(())
    }
}

fn elements(shape: &[usize]) -> Result<usize> {
    shape.iter().try_fold(1_usize, |all, &len| all.checked_mul(len)).ok_or_else(too_large)
}

#[cold]
fn too_large() -> Error {
    Error::limit("an array whose shape is larger than memory")
}
