//! The classes that stand for an array in a dump of joblib, and the arrays that they stand for. What they look like is
//! said in `joblib`.

use unpickle_core::{Class, Dict, Error, Object, Result, Value};

use crate::array::NdArray;
use crate::cache::DtypeCache;
use crate::dtype::Dtype;
use crate::dtype_display::Shape;
use crate::few::Few;
use crate::layout::Order;
use crate::reconstruct;
use crate::shape::read_shape;

/// The three classes that stand for an array.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Wrapper {
    Inline,
    Sidecar,
    PackedSidecar,
}

impl Wrapper {
    /// scikit-learn had a copy of joblib, other libraries may.
    pub(crate) fn of(module: &str, name: &str) -> Option<Wrapper> {
        let wrapper = match name {
            "NumpyArrayWrapper" => Wrapper::Inline,
            "NDArrayWrapper" => Wrapper::Sidecar,
            "ZNDArrayWrapper" => Wrapper::PackedSidecar,
            _ => return None,
        };
        let module = module.strip_suffix("_compat").unwrap_or(module);
        let parent = module.strip_suffix("joblib.numpy_pickle")?;
        (parent.is_empty() || parent.ends_with('.')).then_some(wrapper)
    }
}

/// Most attributes of a wrapper: it has six, and each array would pay for more.
const MAX_ATTRIBUTES: usize = 16;

/// The attributes of a wrapper.
pub(crate) fn state<'p>(value: Value<'p>, object: Object<'p>) -> Result<Dict<'p>> {
    let state = object.states().next().unwrap_or(value);
    let dict = state.as_dict().filter(|dict| dict.len() <= MAX_ATTRIBUTES);
    dict.ok_or_else(|| Error::data(state, "the attributes of an array of joblib (a small dict)"))
}

pub(crate) fn attribute<'p>(object: Object<'p>, state: Dict<'p>, name: &str) -> Result<Value<'p>> {
    state.get(name).ok_or_else(|| {
        Error::invalid(object.value(), format!("an array of joblib without the attribute '{name}'"))
    })
}

/// The name of the file beside the pickle: never one of another folder.
pub(crate) fn filename(object: Object<'_>, state: Dict<'_>) -> Result<String> {
    let value = attribute(object, state, "filename")?;
    let name = value.as_text().ok_or_else(|| Error::data(value, "the name of a file beside the pickle"))?;
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', ':', '\0']) {
        let message =
            format!("the array is said to be in the file '{}', not beside the pickle", name.escape_debug());
        return Err(Error::invalid(value, message));
    }
    Ok(name.into_owned())
}

/// The array that a wrapper stands for.
pub(crate) fn array<'p>(
    value: Value<'p>,
    object: Object<'p>,
    wrapper: Wrapper,
    cache: &mut DtypeCache<'p>,
) -> Result<NdArray<'p>> {
    let state = state(value, object)?;
    let payload = object.states().nth(1);
    match wrapper {
        Wrapper::Inline => {
            let payload = payload.ok_or_else(|| {
                Error::invalid(value, "an array of joblib, read without what stands behind it in the file")
            })?;
            if payload.as_object().is_some() {
                return objects(object, state, payload, cache);
            }
            let (dtype, shape, order) = said(object, state, cache)?;
            NdArray::raw_parts(value, dtype, shape, order, payload.load()?)
        }
        Wrapper::Sidecar => {
            let name = filename(object, state)?;
            let payload = payload.ok_or_else(|| missing(value, &name))?;
            if payload.as_object().is_some() {
                return reconstruct::pickled(payload, cache).map_err(|error| error.within(name));
            }
            let bytes = payload.load()?;
            NdArray::from_npy(value, bytes).map_err(|error| error.within(name))
        }
        Wrapper::PackedSidecar => {
            let name = filename(object, state)?;
            let bytes = payload.ok_or_else(|| missing(value, &name))?.load()?;
            let (dtype, shape, order) = packed(object, state, cache)?;
            NdArray::raw_parts(value, dtype, shape, order, bytes).map_err(|error| error.within(name))
        }
    }
}

/// The array of objects behind a `NumpyArrayWrapper`.
fn objects<'p>(
    object: Object<'p>,
    state: Dict<'p>,
    pickled: Value<'p>,
    cache: &mut DtypeCache<'p>,
) -> Result<NdArray<'p>> {
    let array = reconstruct::pickled(pickled, cache)?;
    let said = read_shape(attribute(object, state, "shape")?)?;
    if array.shape() != said.as_slice() {
        let (found, said) = (Shape(array.shape()), Shape(said.as_slice()));
        let message = format!("an array of shape {found}, which joblib says has shape {said}");
        return Err(Error::invalid(pickled, message));
    }
    Ok(array)
}

#[cold]
fn missing(value: Value<'_>, name: &str) -> Error {
    let message =
        format!("the array is in the file '{}' beside the pickle, which is not there", name.escape_debug());
    Error::invalid(value, message)
}

/// Dtype and shape; files beside the pickle are read for them, where only they say.
pub(crate) fn describe<'p>(
    value: Value<'p>,
    object: Object<'p>,
    wrapper: Wrapper,
    cache: &mut DtypeCache<'p>,
) -> Result<(Dtype, Vec<usize>)> {
    let state = state(value, object)?;
    let is_pickled = object.states().nth(1).is_some_and(|payload| payload.as_object().is_some());
    let (dtype, shape, _) = match wrapper {
        Wrapper::Inline if !is_pickled => said(object, state, cache)?,
        Wrapper::PackedSidecar => packed(object, state, cache)?,
        Wrapper::Inline | Wrapper::Sidecar => {
            let array = array(value, object, wrapper, cache)?;
            return Ok((array.dtype().clone(), array.shape().to_vec()));
        }
    };
    Ok((dtype, shape.as_slice().to_vec()))
}

/// What the attributes of a `NumpyArrayWrapper` say.
fn said<'p>(
    object: Object<'p>,
    state: Dict<'p>,
    cache: &mut DtypeCache<'p>,
) -> Result<(Dtype, Few<usize>, Order)> {
    let dtype = cache.dtype(attribute(object, state, "dtype")?)?;
    let shape = read_shape(attribute(object, state, "shape")?)?;
    let order = attribute(object, state, "order")?;
    match order.as_text().as_deref() {
        Some("C") => Ok((dtype, shape, Order::C)),
        Some("F") => Ok((dtype, shape, Order::F)),
        _ => Err(Error::data(order, "the order of an array of joblib ('C' or 'F')")),
    }
}

/// What the state of a `ZNDArrayWrapper` says: that of an array, without its bytes.
fn packed<'p>(
    object: Object<'p>,
    state: Dict<'p>,
    cache: &mut DtypeCache<'p>,
) -> Result<(Dtype, Few<usize>, Order)> {
    let state = attribute(object, state, "state")?;
    let expected = || Error::data(state, "the state of a numpy array without its bytes (a tuple of 4)");
    let items = state.as_tuple().filter(|items| items.len() == 4).ok_or_else(expected)?;
    let item = |i: usize| items.get(i).ok_or_else(expected);
    let fortran = item(3)?;
    let fortran =
        fortran.as_bool().or_else(|| fortran.as_i64().map(|flag| flag != 0)).ok_or_else(expected)?;
    let order = if fortran { Order::F } else { Order::C };
    Ok((cache.dtype(item(2)?)?, read_shape(item(1)?)?, order))
}

/// The class of the array that a wrapper stands for.
pub(crate) fn subclass<'p>(object: Object<'p>) -> Option<Class<'p>> {
    let state = state(object.value(), object).ok()?;
    match state.get("subclass") {
        Some(class) => class.as_class(),
        None => state.get("init_args")?.as_tuple()?.get(0)?.as_class(),
    }
}
