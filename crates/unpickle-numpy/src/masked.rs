//! [`MaskedArray`]: an array some of whose elements are hidden.
//!
//! ```text
//! REDUCE numpy.ma.core._mareconstruct (numpy.ma.MaskedArray, numpy.ndarray, (0,), 'b')
//!   BUILD (1, shape, dtype, is_fortran, data, mask, fill_value)
//! REDUCE numpy.ma.core.MaskedConstant ()                            numpy.ma.masked
//! ```
//!
//! The mask has a byte for each element (of a structure: for each of its leaves) and runs the same way as the data –
//! also where the data are a list of objects, which is in C order whatever the flag says.

use unpickle_core::{Call, Class, Error, FromPickle, Result, Value};

use crate::array::NdArray;
use crate::cache::DtypeCache;
use crate::dtype::{Dtype, DtypeKind, Field};
use crate::few::Few;
use crate::layout::Order;
use crate::reconstruct::{State, bytes_of, subclass};
use crate::shape::read_shape;

/// A numpy masked array.
///
/// ```
/// use unpickle_core::Pickle;
/// use unpickle_numpy::MaskedArray;
///
/// // pickle.dumps(numpy.ma.array([1, 2], 'i1', mask=[0, 1]), 2), shortened
/// let pickle = Pickle::parse(
///     b"\x80\x02cnumpy.ma.core\n_mareconstruct\n(cnumpy.ma\nMaskedArray\ncnumpy\nndarray\nK\x00\x85U\x01btR(K\x01K\
///     \x02\x85cnumpy\ndtype\nU\x02i1\x89\x88\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x02\
///     \x01\x02U\x02\x00\x01Ntb.",
/// )?;
/// let array: MaskedArray = pickle.root().extract()?;
/// let (mut data, mut mask) = (Vec::<i8>::new(), Vec::<bool>::new());
/// array.data().copy_native(0..2, &mut data)?;
/// array.mask().copy_native(0..2, &mut mask)?;
/// assert_eq!((data, mask), (vec![1, 2], vec![false, true]));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MaskedArray<'p> {
    data: NdArray<'p>,
    mask: NdArray<'p>,
    fill_value: Option<Value<'p>>,
}

impl<'p> MaskedArray<'p> {
    /// Reads a masked array, remembering its dtype in `cache`.
    pub fn from_pickle_with(value: Value<'p>, cache: &mut DtypeCache<'p>) -> Result<MaskedArray<'p>> {
        let expected = || Error::data(value, "a numpy masked array");
        let call =
            value.call().filter(|call| call.method.is_none() && is_masked(call)).ok_or_else(expected)?;
        if call.name == "MaskedConstant" {
            return constant(value);
        }
        let state =
            call.object.state().ok_or_else(|| Error::invalid(value, "a masked array without its data"))?;
        let items = state
            .as_seq()
            .filter(|items| items.len() == 7)
            .ok_or_else(|| Error::data(state, "the state of a numpy masked array (a tuple of 7)"))?;
        let common = State::read(state, cache)?;
        let data = common.array(value)?;
        let mask_dtype = mask_dtype(&common.dtype)?;
        let mask = items.get(5).ok_or_else(expected)?;
        let bytes =
            bytes_of(mask).ok_or_else(|| Error::data(mask, "the bytes of the mask of a masked array"))?;
        let mask = NdArray::raw_parts(value, mask_dtype, read_shape(common.shape)?, common.order, bytes)
            .map_err(|error| error.within("mask of numpy masked array"))?;
        let fill_value = items.get(6).filter(|fill| !fill.is_none());
        Ok(MaskedArray { data, mask, fill_value })
    }

    /// All the elements, the hidden ones too.
    pub fn data(&self) -> &NdArray<'p> {
        &self.data
    }

    /// `true` where an element is hidden. Of a structured array it has the same fields, each of `bool`.
    pub fn mask(&self) -> &NdArray<'p> {
        &self.mask
    }

    /// What to show in place of hidden elements: an array of no dimensions, if it was ever set.
    pub fn fill_value(&self) -> Option<Value<'p>> {
        self.fill_value
    }

    /// The class: `numpy.ma.MaskedArray`, `numpy.ma.core.mvoid` or another.
    pub fn class(&self) -> Option<Class<'p>> {
        subclass(self.data.origin())
    }

    /// One field of a structured array, with its mask.
    pub fn field(&self, name: &str) -> Result<MaskedArray<'p>> {
        Ok(MaskedArray { data: self.data.field(name)?, mask: self.mask.field(name)?, fill_value: None })
    }
}

impl<'p> FromPickle<'p> for MaskedArray<'p> {
    fn from_pickle(value: Value<'p>) -> Result<MaskedArray<'p>> {
        MaskedArray::from_pickle_with(value, &mut DtypeCache::once())
    }
}

fn is_masked(call: &Call<'_>) -> bool {
    match call.name {
        "_mareconstruct" | "MaskedConstant" => matches!(call.module, "numpy.ma.core" | "numpy.ma"),
        "_mrreconstruct" => call.module == "numpy.ma.mrecords",
        _ => false,
    }
}

/// `numpy.ma.masked`: a float that is not there.
fn constant(value: Value<'_>) -> Result<MaskedArray<'_>> {
    Ok(MaskedArray {
        data: NdArray::raw_parts(value, Dtype::float(8), Few::new(), Order::C, &[0; 8])?,
        mask: NdArray::raw_parts(value, Dtype::bool(), Few::new(), Order::C, &[1])?,
        fill_value: None,
    })
}

/// The dtype of the mask: `bool` for each leaf, packed. numpy's `make_mask_descr`.
fn mask_dtype(dtype: &Dtype) -> Result<Dtype> {
    let too_large = || Error::limit("the mask of a numpy masked array with too large elements");
    match dtype.kind() {
        // Depth and number of fields are bounded where dtypes are read.
        DtypeKind::Struct(fields) => {
            let mut masks = Vec::new();
            let mut offset = 0_usize;
            for Field { name, title, dtype, .. } in fields {
                let dtype = mask_dtype(dtype)?;
                let next = offset.checked_add(dtype.itemsize()).ok_or_else(too_large)?;
                masks.push(Field { name: name.clone(), title: title.clone(), dtype, offset });
                offset = next;
            }
            Dtype::structured(masks, offset, false, false).ok_or_else(too_large)
        }
        DtypeKind::Subarray(base, shape) => {
            let base = mask_dtype(base)?;
            let size = shape.iter().try_fold(base.itemsize(), |size, &len| size.checked_mul(len));
            Ok(Dtype::subarray(base, shape.clone(), size.ok_or_else(too_large)?))
        }
        _ => Ok(Dtype::bool()),
    }
}
