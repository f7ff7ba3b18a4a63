//! [`Scalar`]: one number, text or structure as numpy pickles it:
//!
//! ```text
//! REDUCE numpy._core.multiarray.scalar (dtype, bytes)
//! ```
//!
//! Where the dtype holds objects there are no bytes: for `object` itself the second argument is the object, for a
//! structure it is an array of no dimensions.

use std::fmt;

use unpickle_core::{Error, FromPickle, Result, Value};

use crate::array::NdArray;
use crate::cache::DtypeCache;
use crate::cell::Cell;
use crate::dtype::{Dtype, DtypeKind};
use crate::element::Element;
use crate::few::Few;
use crate::layout::Order;
use crate::reconstruct::{bytes_of, is_multiarray};

/// A numpy scalar: `numpy.float64(1.5)`, `numpy.datetime64('2020-01-01')`, one element of a structured array.
///
/// ```
/// use unpickle_core::Pickle;
/// use unpickle_numpy::{Cell, Scalar};
///
/// // pickle.dumps(numpy.int16(-2), 2), with Python 2
/// let pickle = Pickle::parse(
///     b"\x80\x02cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nU\x02i2K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\
///     \xffJ\xff\xff\xff\xffK\x00tbU\x02\xfe\xff\x86R.",
/// )?;
/// let scalar: Scalar = pickle.root().extract()?;
/// assert_eq!(scalar.dtype().to_string(), "int16");
/// assert_eq!(scalar.get::<i16>()?, -2);
/// assert_eq!(scalar.cell(), Some(Cell::Int(-2)));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Scalar<'p> {
    array: NdArray<'p>,
    object: Option<Value<'p>>,
}

impl<'p> Scalar<'p> {
    /// Reads a scalar, remembering its dtype in `cache`: for long lists of them.
    pub fn from_pickle_with(value: Value<'p>, cache: &mut DtypeCache<'p>) -> Result<Scalar<'p>> {
        let expected = || Error::data(value, "a numpy scalar");
        let call = value.call().filter(|call| call.method.is_none()).ok_or_else(expected)?;
        if call.name != "scalar" || !is_multiarray(call.module) {
            return Err(expected());
        }
        let dtype = cache.dtype(call.args.get(0).ok_or_else(expected)?)?;
        let data =
            call.args.get(1).ok_or_else(|| Error::invalid(value, "a numpy scalar without its data"))?;
        if *dtype.kind() == DtypeKind::Object {
            let array = NdArray::one_object(value, dtype, call.args, 1);
            return Ok(Scalar { array, object: Some(data) });
        }
        if dtype.has_object() {
            let array = NdArray::from_pickle_with(data, cache)?;
            if array.len() != 1 || *array.dtype() != dtype {
                return Err(Error::invalid(data, format!("{} elements for a numpy scalar", array.len())));
            }
            let object = array.objects().and_then(|objects| objects.get(0));
            return Ok(Scalar { array, object });
        }
        let bytes = bytes_of(data)
            .ok_or_else(|| Error::data(data, format!("the bytes of a numpy {dtype} scalar")))?;
        let array = NdArray::raw_parts(value, dtype, Few::new(), Order::C, bytes)?;
        Ok(Scalar { array, object: None })
    }

    /// What it is.
    pub fn dtype(&self) -> &Dtype {
        self.array.dtype()
    }

    /// Its bytes, in the dtype's byte order; `None` when it holds objects.
    pub fn bytes(&self) -> Option<&'p [u8]> {
        self.array.as_contiguous()
    }

    /// The object that it is, or the tuple of a structure that holds objects.
    pub fn object(&self) -> Option<Value<'p>> {
        self.object
    }

    /// It, as an array of no dimensions (of one, where numpy wrote it so).
    pub fn as_array(&self) -> &NdArray<'p> {
        &self.array
    }

    /// It, as a number of exactly its dtype.
    pub fn get<T: Element>(&self) -> Result<T> {
        let mut number = Vec::with_capacity(1);
        self.array.copy_native(0..1, &mut number)?;
        number.pop().ok_or_else(|| Error::invalid(self.array.origin(), "a numpy scalar without its data"))
    }

    /// It, whatever its dtype.
    pub fn cell(&self) -> Option<Cell<'p>> {
        match self.object {
            Some(object) if *self.dtype().kind() == DtypeKind::Object => Some(Cell::Object(object)),
            _ => self.array.cell(0),
        }
    }

    /// The value that it was read from.
    pub fn origin(&self) -> Value<'p> {
        self.array.origin()
    }
}

impl<'p> FromPickle<'p> for Scalar<'p> {
    fn from_pickle(value: Value<'p>) -> Result<Scalar<'p>> {
        Scalar::from_pickle_with(value, &mut DtypeCache::once())
    }
}

impl fmt::Debug for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scalar({}, {:?})", self.dtype(), self.cell())
    }
}
