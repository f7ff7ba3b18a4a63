//! [`number`]: one number, numpy's or Python's.

use unpickle_core::{Error, Result, Value};

use crate::element::Element;
use crate::scalar::Scalar;

/// A number of exactly the type `T`: a numpy scalar of its dtype, or a Python number that loses nothing by it.
///
/// Lists of numbers in pickles are often a mixture of both.
///
/// ```
/// use unpickle_core::Pickle;
/// use unpickle_numpy::number;
///
/// // pickle.dumps([numpy.int16(-2), 3], 2), with Python 2
/// let pickle = Pickle::parse(
///     b"\x80\x02](cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nU\x02i2K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\
///     \xffJ\xff\xff\xff\xffK\x00tbU\x02\xfe\xff\x86RK\x03e.",
/// )?;
/// let numbers = pickle.root().iter().map(number::<i16>).collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(numbers, [-2, 3]);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # Errors
///
/// It is no number, or one of another dtype, or does not fit.
pub fn number<T: Element>(value: Value<'_>) -> Result<T> {
    if value.as_object().is_some()
        && let Ok(scalar) = value.extract::<Scalar<'_>>()
    {
        return scalar.get();
    }
    T::from_value(value).ok_or_else(|| Error::data(value, T::NAME))
}
