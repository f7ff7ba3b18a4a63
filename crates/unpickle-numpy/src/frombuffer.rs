//! An array as numpy pickles it in protocol 5, when it is one block of plain memory:
//!
//! ```text
//! REDUCE numpy._core.numeric._frombuffer (buffer, dtype, shape, 'C' | 'F')
//! REDUCE numpy._core.numeric._frombuffer (buffer, dtype, shape, 'K', axis_order)
//! ```
//!
//! The buffer is a bytearray, bytes, or lies outside of the pickle. With `'K'` it is in C order for `shape`, and the
//! array is the transpose of that: its axis `i` is axis `axis_order[i]` of `shape`.

use unpickle_core::{Error, Result, Seq, Value};

use crate::array::NdArray;
use crate::cache::DtypeCache;
use crate::layout::Order;
use crate::reconstruct::bytes_of;
use crate::shape::read_shape;

pub(crate) fn array<'p>(value: Value<'p>, args: Seq<'p>, cache: &mut DtypeCache<'p>) -> Result<NdArray<'p>> {
    let expected = || Error::data(value, "a numpy array (_frombuffer with 4 or 5 arguments)");
    let arg = |i: usize| args.get(i).ok_or_else(expected);
    let dtype = cache.dtype(arg(1)?)?;
    if dtype.has_object() {
        return Err(Error::invalid(
            value,
            format!("a numpy array of {dtype} in a buffer: objects have no bytes"),
        ));
    }
    let shape = read_shape(arg(2)?)?;
    let axes = args.get(4).filter(|axes| !axes.is_none());
    let order = arg(3)?;
    let letter = order.as_str().or_else(|| std::str::from_utf8(order.as_bytes()?).ok());
    let order = match (letter, axes) {
        (Some("C" | "A"), _) | (Some("K"), Some(_)) => Order::C,
        (Some("F"), _) => Order::F,
        _ => return Err(Error::data(order, "the order of a numpy array ('C', 'F' or 'K')")),
    };
    let buffer = arg(0)?;
    let bytes = bytes_of(buffer)
        .ok_or_else(|| Error::data(buffer, format!("the bytes of a numpy array of {dtype}")))?;
    let array = NdArray::raw_parts(value, dtype, shape, order, bytes);
    match axes {
        Some(axes) if letter == Some("K") => array?.permuted(read_shape(axes)?.as_slice()),
        _ => array,
    }
}
