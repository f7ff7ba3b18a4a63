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

use unpickle_core::{Category, Dict, Error, Inline, Object, Payload, Result};

use crate::dtype_display::Shape;
use crate::dtype_state;
use crate::joblib_array::{Wrapper, attribute, filename, state};
use crate::npy_header::NpyHeader;
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
            let used = AtomicBool::new(false);
            (name, Sidecar { part, used })
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
        // joblib writes each array into a file of its own; what stands in one twice, would be decoded twice.
        if file.used.swap(true, Ordering::Relaxed) {
            let message = format!("two arrays are said to be in the file '{}'", name.escape_debug());
            return Err(Error::invalid(wrapper.value(), message));
        }
        let part = file.part.clone();
        let header = input.get(part.clone()).and_then(|bytes| NpyHeader::read(bytes).ok());
        Ok(Some(match header.filter(|header| header.dtype().has_object()) {
            Some(header) => {
                Payload::Pickle { start: part.start.saturating_add(header.end()), next: Some(at) }
            }
            None => Payload::Bytes { part, next: at },
        }))
    }
}

/// A file beside the pickle.
#[derive(Debug)]
struct Sidecar {
    part: Range<usize>,
    used: AtomicBool,
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
