//! `Value`: what a path leads to.

use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use self_cell::self_cell;
use unpickle::sklearn::Item;
use unpickle::{Result, arrow, at};

use crate::array::Array;
use crate::error::raise;
use crate::file::Opened;
use crate::part::Part;
use crate::plain;
use crate::table::Table;
use crate::work::unlocked;

self_cell!(
    /// An item, and the file that it is in.
    struct Held {
        owner: Arc<Opened>,
        #[not_covariant]
        dependent: Item,
    }
);

/// Any value inside a pickle. Nothing of it is executed: a model is its attributes.
///
/// >>> import numpy, pickle, unpickle
/// >>> file = unpickle.open(pickle.dumps({"coef_": numpy.array([1.5, 2.5]), "steps": [("scale", 1)]}))
/// >>> file["coef_"].to_numpy()
/// array([1.5, 2.5])
/// >>> file["steps"][0].to_python()
/// ('scale', 1)
#[pyclass(frozen, module = "unpickle")]
pub(crate) struct Value {
    held: Held,
    path: String,
}

impl Value {
    /// What `path` leads to in `file`.
    pub(crate) fn find(py: Python<'_>, file: &Arc<Opened>, path: String) -> PyResult<Value> {
        let held = Held::try_new(Arc::clone(file), |file| match path.as_str() {
            "." => Ok(Item::Value(file.file.whole())),
            path => at(file.file.whole(), path),
        });
        match held {
            Ok(held) => Ok(Value { held, path }),
            Err(error) => Err(raise(py, &error, file.path.as_deref())),
        }
    }

    fn with<R>(&self, py: Python<'_>, work: impl FnOnce(&Item<'_>) -> Result<R>) -> PyResult<R> {
        let done = self.held.with_dependent(|_, item| work(item));
        done.map_err(|error| raise(py, &error, self.held.borrow_owner().path.as_deref()))
    }
}

/// A step of a path, as Python spells it: `[3]` for a number, else what was said.
pub(crate) fn step(key: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Ok(index) = key.extract::<i64>() {
        return Ok(format!("[{index}]"));
    }
    key.extract::<String>()
        .map_err(|_| PyTypeError::new_err("expected a path such as 'model.coef_', or a number"))
}

#[pymethods]
impl Value {
    /// Items are got by their paths; the numbers of a sequence are known only to `len`.
    #[classattr]
    #[pyo3(name = "__iter__")]
    const ITER: Option<bool> = None;

    /// The path that led here.
    #[getter]
    fn path(&self) -> &str {
        &self.path
    }

    /// What it is, in a few words: "the int 5", "an array of float64 and shape (2, 3)".
    fn describe(&self) -> String {
        self.held.with_dependent(|_, item| match item.value() {
            Some(value) => arrow::describe(value),
            None => item.to_string(),
        })
    }

    /// It and what is below it as an indented tree, cut by depth and length.
    fn tree(&self) -> String {
        self.held.with_dependent(|_, item| match item.value() {
            Some(value) => pkl2parquet::tree(value),
            None => format!("{item}\n"),
        })
    }

    /// What can be tabulated of it.
    fn tables(&self, py: Python<'_>) -> PyResult<Vec<Table>> {
        let owner = self.held.borrow_owner();
        let (file, path) = (Arc::clone(owner), self.path.clone());
        let found = unlocked(py, move |_| Part::find(file, Some(&path)))?;
        let parts = found.map_err(|error| raise(py, &error, owner.path.as_deref()))?;
        Ok(parts.into_iter().map(Table).collect())
    }

    /// An array or tensor as numpy's. It is the bytes of the file, where they are, and so read only; only bfloat16 and float8,
    /// which numpy has not, are made anew, as float32.
    fn to_numpy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let owner = Arc::clone(self.held.borrow_owner());
        self.with(py, |item| Array::of(item, owner))?.into_numpy(py)
    }

    /// Plain data as Python's own objects: None, bool, int, float, str, bytes, bytearray, list, tuple, dict, set, frozenset.
    /// What is shared stays shared. Anything else in it is an error, which names it.
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.held.with_dependent(|owner, item| plain::to_python(py, item, owner.path.as_deref()))
    }

    fn __getitem__(&self, py: Python<'_>, key: &Bound<'_, PyAny>) -> PyResult<Value> {
        let step = step(key)?;
        let path = match self.path.as_str() {
            "." => step,
            path if step.starts_with('[') => format!("{path}{step}"),
            path => format!("{path}.{step}"),
        };
        Value::find(py, self.held.borrow_owner(), path)
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.with(py, |item| match item.value() {
            Some(value) => Ok(value.len()),
            None => item.array().map(|array| array.shape().first().copied().unwrap_or(0)),
        })
    }

    /// It is something, also where it has no items.
    fn __bool__(&self) -> bool {
        true
    }

    fn __repr__(&self) -> String {
        format!("<unpickle.Value at {}: {}>", self.path, self.describe())
    }
}
