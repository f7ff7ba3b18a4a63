//! An array that lies in a `.npy` file. There, numpy pickles nothing but objects; in the graph the file is the call that
//! reads it:
//!
//! ```text
//! REDUCE numpy.lib.format.read_array (buffer, header, start, array or None)
//! ```
//!
//! The elements are the bytes of the buffer from `start` on, or those of the array that is pickled there.

use unpickle_core::{Assembly, Category, Error, Id, Result, Seq, Value};

use crate::array::NdArray;
use crate::cache::DtypeCache;
use crate::dtype::Dtype;
use crate::dtype_display::{Brief, Shape};
use crate::layout::Order;
use crate::npy_header::{NpyHeader, Said};
use crate::reconstruct;

impl NpyHeader {
    /// The value that stands for the array: `buffer` holds all the bytes of the file. For objects, `pickled` is the
    /// array in the pickle behind the header.
    ///
    /// ```
    /// use unpickle_core::Options;
    /// use unpickle_numpy::{NpyHeader, ToArray};
    ///
    /// let bytes = b"\x93NUMPY\x01\0\x37\0{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}\x01\x02\x03";
    /// let pickle = Options::new().assemble(&bytes[..], |assembly| {
    ///     let header = NpyHeader::read(assembly.input())?;
    ///     let buffer = assembly.part(0..bytes.len())?;
    ///     header.array(assembly, buffer, None)
    /// })?;
    /// assert_eq!(pickle.root().to_array1::<i32>()?.to_vec(), [1, 2, 3]);
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A limit of the assembly is reached.
    pub fn array(&self, assembly: &mut Assembly<'_>, buffer: Id, pickled: Option<Id>) -> Result<Id> {
        let header = assembly.str(self.text())?;
        let start =
            i64::try_from(self.end()).map_err(|_| Error::limit("a .npy header larger than memory"))?;
        let start = assembly.int(start)?;
        let pickled = match pickled {
            Some(pickled) => pickled,
            None => assembly.none()?,
        };
        assembly.call("numpy.lib.format", "read_array", &[buffer, header, start, pickled])
    }
}

impl<'p> NdArray<'p> {
    /// The array in the bytes of a `.npy` file, as some libraries put them into a pickle. `origin` is the value that
    /// errors point to.
    ///
    /// # Errors
    ///
    /// The header is damaged, or the bytes behind it are fewer than it says, or a pickle of objects.
    pub fn from_npy(origin: Value<'p>, bytes: &'p [u8]) -> Result<NdArray<'p>> {
        let header = NpyHeader::read(bytes)
            .map_err(|error| Error::invalid(origin, format!("in a .npy file: {error}")))?;
        if header.dtype().has_object() {
            let message = format!("a .npy file of {} inside a pickle", Brief(header.dtype()));
            return Err(Error::unsupported(origin, message));
        }
        let data = bytes.get(header.end()..).unwrap_or_default();
        header.said().over(origin, data)
    }
}

impl Said {
    /// The array of the first bytes of `data`; numpy leaves what follows unread, too.
    fn over<'p>(self, origin: Value<'p>, data: &'p [u8]) -> Result<NdArray<'p>> {
        let size = self.shape.iter().try_fold(self.dtype.itemsize(), |size, &len| size.checked_mul(len));
        let data = size.and_then(|size| data.get(..size)).unwrap_or(data);
        let order = if self.fortran { Order::F } else { Order::C };
        NdArray::raw_parts(origin, self.dtype, self.shape.into_iter().collect(), order, data)
    }
}

/// The arguments of `read_array`.
struct Call<'p> {
    buffer: Value<'p>,
    said: Said,
    start: usize,
    pickled: Option<Value<'p>>,
}

impl<'p> Call<'p> {
    fn read(value: Value<'p>, args: Seq<'p>, cache: &mut DtypeCache<'p>) -> Result<Call<'p>> {
        let expected = || Error::data(value, "a numpy array (read_array with 4 arguments)");
        let arg = |i: usize| args.get(i).ok_or_else(expected);
        let header = arg(1)?;
        let said = cache.header(header, || {
            let text = header.as_str().ok_or_else(|| Error::data(header, "the header of a .npy file"))?;
            Said::parse(text).map_err(|trouble| Error::invalid(header, trouble.what))
        })?;
        let start = arg(2)?.as_usize().ok_or_else(expected)?;
        let pickled = Some(arg(3)?).filter(|pickled| !pickled.is_none());
        if said.dtype.has_object() && pickled.is_none() {
            return Err(Error::invalid(value, "a numpy array of objects without the pickle of them"));
        }
        Ok(Call { buffer: arg(0)?, said, start, pickled })
    }
}

pub(crate) fn array<'p>(value: Value<'p>, args: Seq<'p>, cache: &mut DtypeCache<'p>) -> Result<NdArray<'p>> {
    let call = Call::read(value, args, cache)?;
    if let Some(pickled) = call.pickled {
        let array = reconstruct::pickled(pickled, cache)?;
        if array.shape() != call.said.shape {
            let (found, said) = (Shape(array.shape()), Shape(&call.said.shape));
            let message =
                format!("the array pickled in a .npy file has shape {found}, its header says {said}");
            return Err(Error::invalid(pickled, message));
        }
        return Ok(array);
    }
    let bytes = call.buffer.load()?;
    let data = bytes.get(call.start..).ok_or_else(|| {
        Error::at(Category::Eof, value.offset(), "the header of the .npy file is cut short")
    })?;
    call.said.over(value, data)
}

/// Dtype and shape; the bytes are not looked at.
pub(crate) fn describe<'p>(
    value: Value<'p>,
    args: Seq<'p>,
    cache: &mut DtypeCache<'p>,
) -> Result<(Dtype, Vec<usize>)> {
    let call = Call::read(value, args, cache)?;
    match call.pickled {
        // A dtype that numpy has no code for is `object` in the header.
        Some(pickled) => Ok((reconstruct::pickled(pickled, cache)?.dtype().clone(), call.said.shape)),
        None => Ok((call.said.dtype, call.said.shape)),
    }
}
