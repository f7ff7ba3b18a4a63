//! An array as numpy pickles it, the forms with a state:
//!
//! ```text
//! REDUCE numpy._core.multiarray._reconstruct (numpy.ndarray, (0,), b'b')
//!   BUILD (1, shape, dtype, is_fortran, bytes or list)
//! ```
//!
//! Version 0 has no number in front. A subclass may wrap the state in a pair with its own, or append to it.

use unpickle_core::{Call, Class, Error, Object, Result, Seq, Value};

use crate::array::NdArray;
use crate::cache::{DtypeCache, Form};
use crate::dtype::Dtype;
use crate::dtype_display::Brief;
use crate::joblib_array::Wrapper;
use crate::layout::Order;
use crate::shape::read_shape;
use crate::{frombuffer, joblib_array, npy};

/// Whether this is one of the modules that `_reconstruct` and `scalar` ever lived in.
pub(crate) fn is_multiarray(module: &str) -> bool {
    matches!(
        module,
        "numpy.core.multiarray"
            | "numpy._core.multiarray"
            | "numpy.core._multiarray_umath"
            | "numpy._core._multiarray_umath"
    )
}

/// An array of any spelling.
pub(crate) fn array<'p>(value: Value<'p>, cache: &mut DtypeCache<'p>) -> Result<NdArray<'p>> {
    let (form, object, args) = spelling(value, cache)?;
    match form {
        Form::State => reconstruct(value, object, args, cache),
        Form::Buffer => frombuffer::array(value, args, cache),
        Form::Npy => npy::array(value, args, cache),
        Form::Joblib(wrapper) => joblib_array::array(value, object, wrapper, cache),
    }
}

/// An array as numpy itself pickles it: what may stand inside of the other spellings.
pub(crate) fn pickled<'p>(value: Value<'p>, cache: &mut DtypeCache<'p>) -> Result<NdArray<'p>> {
    let (form, object, args) = spelling(value, cache)?;
    match form {
        Form::State => reconstruct(value, object, args, cache),
        Form::Buffer => frombuffer::array(value, args, cache),
        Form::Npy | Form::Joblib(_) => Err(Error::data(value, "a numpy array as numpy pickles it")),
    }
}

/// Dtype and shape of an array of any spelling. Bytes that are yet to be read stay so.
pub(crate) fn describe<'p>(value: Value<'p>, cache: &mut DtypeCache<'p>) -> Result<(Dtype, Vec<usize>)> {
    let (form, object, args) = spelling(value, cache)?;
    match form {
        Form::Npy => npy::describe(value, args, cache),
        Form::Joblib(wrapper) => joblib_array::describe(value, object, wrapper, cache),
        // Their bytes are at hand.
        Form::State | Form::Buffer => {
            let array = array(value, cache)?;
            Ok((array.dtype().clone(), array.shape().to_vec()))
        }
    }
}

fn spelling<'p>(value: Value<'p>, cache: &mut DtypeCache<'p>) -> Result<(Form, Object<'p>, Seq<'p>)> {
    let expected = || Error::data(value, "a numpy array");
    let object = value.as_object().ok_or_else(expected)?;
    let callable = object.callable();
    let form = match cache.form(callable) {
        Some(form) => form,
        None => {
            let call = value.call();
            let form = call.as_ref().and_then(form).ok_or_else(|| no_array(value, call))?;
            // What `copyreg._reconstructor` makes, its argument says.
            if object.class().is_some_and(|class| class.value().is(callable)) {
                cache.set_form(callable, form);
            }
            form
        }
    };
    Ok((form, object, object.args().as_tuple().ok_or_else(expected)?))
}

/// Whether it is an array, by how it is spelled.
pub(crate) fn is_array(value: Value<'_>) -> bool {
    value.call().is_some_and(|call| form(&call).is_some())
}

fn form(call: &Call<'_>) -> Option<Form> {
    match call.name {
        _ if call.method.is_some() => None,
        // numpy before 1.0 had it in a module of its own.
        "_reconstruct" if is_multiarray(call.module) || call.module == "numpy.core._internal" => {
            Some(Form::State)
        }
        "_frombuffer" if matches!(call.module, "numpy.core.numeric" | "numpy._core.numeric") => {
            Some(Form::Buffer)
        }
        "read_array" if call.module == "numpy.lib.format" => Some(Form::Npy),
        name => Wrapper::of(call.module, name).map(Form::Joblib),
    }
}

#[cold]
fn no_array(value: Value<'_>, call: Option<Call<'_>>) -> Error {
    match call {
        Some(call)
            if call.module.starts_with("numpy.ma")
                && matches!(call.name, "_mareconstruct" | "_mrreconstruct" | "MaskedConstant") =>
        {
            Error::data(value, "a numpy array (a masked one is read as MaskedArray)")
        }
        Some(call) if call.module.starts_with("torch") && call.name.starts_with("_rebuild") => {
            Error::data(value, "a numpy array (a tensor of torch is read as Tensor)")
        }
        _ => Error::data(value, "a numpy array"),
    }
}

/// The class of a subclass of `numpy.ndarray`.
pub(crate) fn subclass<'p>(value: Value<'p>) -> Option<Class<'p>> {
    let call = value.call()?;
    let class = match call.name {
        "_reconstruct" | "_mareconstruct" | "_mrreconstruct" => call.args.get(0)?.as_class()?,
        _ if Wrapper::of(call.module, call.name).is_some() => joblib_array::subclass(call.object)?,
        _ => return None,
    };
    (!class.is("numpy", "ndarray")).then_some(class)
}

/// What a subclass added to the state.
pub(crate) fn own_state(value: Value<'_>) -> Option<Value<'_>> {
    let state = value.as_object()?.state()?;
    let items = state.as_seq()?;
    match items.len() {
        2 | 3 => items.get(1),
        6 => items.get(5),
        _ => None,
    }
}

/// Finds the array's state in a state: it may be the first of two or three, several times for subclasses of
/// subclasses.
fn array_state(state: Value<'_>) -> Value<'_> {
    let mut state = state;
    // Deeper is no array's state; and a pair could hold itself.
    for _ in 0..8 {
        let first =
            state.as_seq().filter(|items| matches!(items.len(), 2 | 3)).and_then(|items| items.get(0));
        match first {
            Some(inner) if inner.as_seq().is_some_and(|inner| inner.len() >= 2) => state = inner,
            _ => break,
        }
    }
    state
}

fn reconstruct<'p>(
    value: Value<'p>,
    object: Object<'p>,
    args: Seq<'p>,
    cache: &mut DtypeCache<'p>,
) -> Result<NdArray<'p>> {
    match object.state() {
        Some(state) => State::read(array_state(state), cache)?.array(value),
        // Without a state it is what `_reconstruct` made: an empty array of bytes.
        None => {
            let shape = args.get(1).map(read_shape).transpose()?.unwrap_or_else(|| [0].into_iter().collect());
            if shape.as_slice().contains(&0) {
                NdArray::raw_parts(value, Dtype::int(1), shape, Order::C, &[])
            } else {
                Err(Error::invalid(value, "a numpy array without its data"))
            }
        }
    }
}

/// The state of an array, without the version.
pub(crate) struct State<'p> {
    pub(crate) shape: Value<'p>,
    pub(crate) dtype: Dtype,
    pub(crate) order: Order,
    pub(crate) data: Value<'p>,
}

impl<'p> State<'p> {
    /// Takes the first four items, after the version if there is one.
    pub(crate) fn read(state: Value<'p>, cache: &mut DtypeCache<'p>) -> Result<State<'p>> {
        let expected = || Error::data(state, "the state of a numpy array (a tuple of 5)");
        let items = state.as_seq().ok_or_else(expected)?;
        // A bare number of elements in place of a shape is not written in version 0.
        let skip = match items.get(0).ok_or_else(expected)?.as_i64() {
            Some(0 | 1) => 1,
            Some(version) => {
                return Err(Error::unsupported(state, format!("a numpy array of version {version}")));
            }
            None => 0,
        };
        let item = |i: usize| items.get(skip + i).ok_or_else(expected);
        let fortran = item(2)?;
        let fortran = fortran.as_bool().or_else(|| fortran.as_i64().map(|flag| flag != 0));
        Ok(State {
            shape: item(0)?,
            dtype: cache.dtype(item(1)?)?,
            order: if fortran.ok_or_else(expected)? { Order::F } else { Order::C },
            data: item(3)?,
        })
    }

    /// The array that this is the state of.
    pub(crate) fn array(&self, origin: Value<'p>) -> Result<NdArray<'p>> {
        let shape = read_shape(self.shape)?;
        if self.dtype.has_object() {
            // The flag only tells how memory was laid out; the list is in C order all the same.
            let expected =
                || Error::data(self.data, format!("a list of the {} of a numpy array", Brief(&self.dtype)));
            let cells = self.data.as_seq().ok_or_else(expected)?;
            return NdArray::list_parts(origin, self.dtype.clone(), shape, cells);
        }
        let bytes = bytes_of(self.data).ok_or_else(|| {
            Error::data(self.data, format!("the bytes of a numpy array of {}", Brief(&self.dtype)))
        })?;
        NdArray::raw_parts(origin, self.dtype.clone(), shape, self.order, bytes)
    }
}

/// Bytes in any spelling; text of ASCII letters too, which Python 3 makes of Python 2's bytes.
pub(crate) fn bytes_of(value: Value<'_>) -> Option<&[u8]> {
    value.as_bytes().or_else(|| value.as_str_bytes().filter(|bytes| bytes.is_ascii()))
}
