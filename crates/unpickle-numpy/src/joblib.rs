//! [`Joblib`]: arrays as joblib dumps them, by its `numpy_pickle.py` and `numpy_pickle_compat.py`.
//!
//! From 0.10 on, an array is an object that says what it is, and the bytes of it behind that object's BUILD, between the
//! opcodes – or a pickle of it, for objects. Before, it is a `.npy` file of its own beside the pickle, compressed without
//! its header.
//!
//! ```text
//! NEWOBJ joblib.numpy_pickle.NumpyArrayWrapper ()
//!   BUILD {'subclass': numpy.ndarray, 'shape', 'order', 'dtype', 'allow_mmap', 'numpy_array_alignment_bytes'}
//!   one byte that says how many 0xff follow (from 1.2 on), those, and the bytes of the array
//! NEWOBJ joblib.numpy_pickle.NDArrayWrapper ()
//!   BUILD {'filename': 'model.pkl_01.npy', 'subclass', 'allow_mmap'}
//! NEWOBJ joblib.numpy_pickle.ZNDArrayWrapper ()
//!   BUILD {'filename': 'model.pkl_01.npy.z', 'init_args': (subclass, (0,), 'b'), 'state': (1, shape, dtype, is_fortran)}
//! ```

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use unpickle_core::{Category, Class, Dict, Error, Inline, Object, Payload, Result, Value};

use crate::array::NdArray;
use crate::cache::DtypeCache;
use crate::dtype::Dtype;
use crate::dtype_display::Shape;
use crate::dtype_state;
use crate::few::Few;
use crate::layout::Order;
use crate::npy_header::NpyHeader;
use crate::reconstruct;
use crate::shape::read_shape;

/// Knows what joblib writes between the opcodes of a pickle, and which files it puts beside it.
///
/// ```
/// use unpickle_core::Options;
/// use unpickle_numpy::{Joblib, ToArray};
///
/// // joblib.dump(numpy.array([1, 2], 'i1'), …), with joblib 1.1, shortened
/// let bytes = b"\x80\x04\x8c\x13joblib.numpy_pickle\x8c\x11NumpyArrayWrapper\x93)\x81}(\x8c\x05shapeK\x02\x85\x8c\x05ord\
///     er\x8c\x01C\x8c\x05dtype\x8c\x05numpy\x8c\x05dtype\x93\x8c\x02i1\x89\x88\x87R(K\x03\x8c\x01|NNNJ\xff\xff\xff\xffJ\xff\
///     \xff\xff\xffK\0tbub\x01\x02.";
/// let pickle = Options::new().with_inline(&Joblib::new()).parse(&bytes[..])?;
/// assert_eq!(pickle.root().to_array1::<i8>()?.to_vec(), [1, 2]);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Joblib {
    files: HashMap<String, Sidecar>,
    missing: Mutex<Vec<String>>,
}

impl Joblib {
    /// For a pickle that has all of it in one file, or of which that is yet to be found out.
    pub fn new() -> Joblib {
        Joblib::default()
    }

    /// For a pickle whose arrays lie in files beside it: where the content of each is in the input, by its name.
    pub fn with_sidecars(sidecars: HashMap<String, Range<usize>>) -> Joblib {
        let files = sidecars.into_iter().map(|(name, part)| {
            let decoded = AtomicBool::new(false);
            (name, Sidecar { part, decoded })
        });
        Joblib { files: files.collect(), missing: Mutex::default() }
    }

    /// The names of the files that a pickle decoded with it needs and that it was not given, in the order in which they
    /// are needed.
    pub fn missing(&self) -> Vec<String> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn sidecar(
        &self,
        wrapper: Object<'_>,
        state: Dict<'_>,
        input: &[u8],
        at: usize,
    ) -> Result<Option<Payload>> {
        let name = filename(wrapper, state)?;
        let Some(file) = self.files.get(&name) else {
            let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
            if missing.last() != Some(&name) {
                missing.push(name);
            }
            return Ok(None);
        };
        let part = file.part.clone();
        let header = input.get(part.clone()).and_then(|bytes| NpyHeader::read(bytes).ok());
        let Some(header) = header.filter(|header| header.dtype().has_object()) else {
            return Ok(Some(Payload::Bytes { part, next: at }));
        };
        // Bytes cost nothing to refer to, but a pickle is decoded each time. joblib writes each array anew.
        if file.decoded.swap(true, Ordering::Relaxed) {
            let message =
                format!("two arrays of objects are said to be in the file '{}'", name.escape_debug());
            return Err(Error::invalid(wrapper.value(), message));
        }
        let start = part.start.saturating_add(header.end());
        Ok(Some(Payload::Pickle { start, next: Some(at) }))
    }
}

/// A file beside the pickle.
#[derive(Debug)]
struct Sidecar {
    part: Range<usize>,
    decoded: AtomicBool,
}

impl Inline for Joblib {
    fn follows(&self, module: &str, name: &str) -> bool {
        Wrapper::of(module, name).is_some()
    }

    fn after_build(&self, object: Object<'_>, input: &[u8], at: usize) -> Result<Option<Payload>> {
        let wrapper = object.call().and_then(|call| Wrapper::of(call.module, call.name));
        if object.states().nth(1).is_some() {
            let message = "an array of joblib that is said to be two";
            return Err(Error::invalid(object.value(), message));
        }
        let state = state(object.value(), object)?;
        match wrapper {
            Some(Wrapper::Inline) => inline(object, state, input, at).map(Some),
            Some(Wrapper::Sidecar | Wrapper::PackedSidecar) => self.sidecar(object, state, input, at),
            None => Ok(None),
        }
    }
}

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
fn state<'p>(value: Value<'p>, object: Object<'p>) -> Result<Dict<'p>> {
    let state = object.states().next().unwrap_or(value);
    let dict = state.as_dict().filter(|dict| dict.len() <= MAX_ATTRIBUTES);
    dict.ok_or_else(|| Error::data(state, "the attributes of an array of joblib (a small dict)"))
}

fn attribute<'p>(object: Object<'p>, state: Dict<'p>, name: &str) -> Result<Value<'p>> {
    state.get(name).ok_or_else(|| {
        Error::invalid(object.value(), format!("an array of joblib without the attribute '{name}'"))
    })
}

/// The name of the file beside the pickle: never one of another folder.
fn filename(object: Object<'_>, state: Dict<'_>) -> Result<String> {
    let value = attribute(object, state, "filename")?;
    let name = value.as_text().ok_or_else(|| Error::data(value, "the name of a file beside the pickle"))?;
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', ':', '\0']) {
        let message =
            format!("the array is said to be in the file '{}', not beside the pickle", name.escape_debug());
        return Err(Error::invalid(value, message));
    }
    Ok(name.into_owned())
}

/// What stands between the opcodes.
fn inline(object: Object<'_>, state: Dict<'_>, input: &[u8], at: usize) -> Result<Payload> {
    let (itemsize, has_object) = dtype_state::size(attribute(object, state, "dtype")?)?;
    if has_object {
        return Ok(Payload::Pickle { start: at, next: None });
    }
    let shape = read_shape(attribute(object, state, "shape")?)?;
    let size = shape.as_slice().iter().try_fold(itemsize, |size, &len| size.checked_mul(len));
    let padding = match state.get("numpy_array_alignment_bytes").filter(|bytes| !bytes.is_none()) {
        Some(_) => 1 + input.get(at).copied().map_or(0, usize::from),
        None => 0,
    };
    let start = at.saturating_add(padding);
    let end = size.and_then(|size| start.checked_add(size)).filter(|&end| end <= input.len());
    let end = end.ok_or_else(|| {
        let (shape, found) = (Shape(shape.as_slice()), input.len().saturating_sub(start));
        let message = format!(
            "a numpy array of shape {shape} and {itemsize} bytes an element, of which the file has {found} bytes"
        );
        Error::at(Category::Eof, at as u64, message).within("array of joblib")
    })?;
    Ok(Payload::Bytes { part: start..end, next: end })
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
