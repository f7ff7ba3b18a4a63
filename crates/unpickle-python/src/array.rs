//! `Array`: the elements of an array or tensor where they lie in the file, for numpy.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use unpickle::numpy::{DtypeKind, NdArray, ToArray};
use unpickle::sklearn::Item;
use unpickle::{Error, Result, Tensor, arrays};

use crate::file::Opened;

/// An array as numpy's array interface tells it: where the bytes are, and how they are to be read. It holds the file, whose
/// bytes they are; numpy holds it.
#[pyclass(frozen, module = "pkl2parquet._native")]
pub(crate) struct Array {
    /// What keeps the bytes where they are.
    _owner: Arc<Opened>,
    /// Elements that stand nowhere in the file in this form.
    _made: Vec<f32>,
    address: usize,
    shape: Vec<usize>,
    strides: Option<Vec<isize>>,
    itemsize: usize,
    descr: String,
}

impl Array {
    pub(crate) fn of(item: &Item<'_>, owner: Arc<Opened>) -> Result<Array> {
        let array = match item.value() {
            Some(value) if arrays::is_tensor(value) => {
                let tensor: Tensor<'_> = value.extract()?;
                if tensor.is_conj() || tensor.is_neg() {
                    return Err(Error::unsupported(
                        value,
                        "a tensor that is lazily conjugated or negated as numpy",
                    ));
                }
                tensor.array()?
            }
            _ => item.array()?,
        };
        let shape = array.shape().to_vec();
        if matches!(array.dtype().kind(), DtypeKind::BFloat16 | DtypeKind::Float8(_)) {
            return Array::widened(&array, owner);
        }
        let none = || {
            let what = format!("an array of {} as numpy", array.dtype());
            Error::unsupported(array.origin(), what)
        };
        let raw = array.raw().ok_or_else(none)?;
        let descr = array.dtype().descr().ok_or_else(none)?;
        // Of no elements numpy reads none, wherever they are.
        let first =
            if array.is_empty() { raw.bytes } else { raw.bytes.get(raw.offset..).unwrap_or_default() };
        Ok(Array {
            _owner: owner,
            _made: Vec::new(),
            address: first.as_ptr().addr(),
            strides: Some(raw.strides.to_vec()),
            itemsize: array.dtype().itemsize(),
            shape,
            descr,
        })
    }

    /// Numbers that numpy lacks, as float32, which holds all of theirs.
    fn widened(array: &NdArray<'_>, owner: Arc<Opened>) -> Result<Array> {
        let numbers = array.to_array::<f32>()?;
        let made: Vec<f32> = numbers.iter().copied().collect();
        Ok(Array {
            _owner: owner,
            address: made.as_ptr().addr(),
            _made: made,
            shape: array.shape().to_vec(),
            strides: None,
            itemsize: 4,
            descr: if cfg!(target_endian = "little") { "'<f4'" } else { "'>f4'" }.to_owned(),
        })
    }
}

impl Array {
    /// It, as numpy's.
    pub(crate) fn into_numpy(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let numpy = py.import("numpy")?;
        // The dtype as `numpy.lib.format` spells it in the head of a file, a literal of Python.
        let descr = py.import("ast")?.call_method1("literal_eval", (&self.descr,))?;
        let dtype = numpy.call_method1("dtype", (descr,))?;
        if self.shape.contains(&0) || self.itemsize == 0 {
            return numpy.call_method1("zeros", (PyTuple::new(py, &self.shape)?, dtype));
        }
        let bytes = numpy.call_method1("asarray", (Bound::new(py, self)?,))?;
        bytes.call_method1("view", (dtype,))
    }
}

#[pymethods]
impl Array {
    /// numpy's array interface, version 3, of elements that are so many bytes each: read only, for it is the file that numpy sees.
    ///
    /// Within `address` and what strides lead to are the bytes of the array, or `NdArray` would not be there; and they stay, for
    /// numpy holds this object, and it what they lie in.
    #[getter]
    fn __array_interface__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let interface = PyDict::new(py);
        interface.set_item("version", 3)?;
        interface.set_item("shape", PyTuple::new(py, &self.shape)?)?;
        interface.set_item("typestr", format!("|V{}", self.itemsize))?;
        interface.set_item("data", (self.address, true))?;
        let strides = self.strides.as_ref().map(|strides| PyTuple::new(py, strides)).transpose()?;
        interface.set_item("strides", strides)?;
        Ok(interface)
    }
}
