//! `Table`: a table in a pickle, for whatever reads Arrow.

use std::path::PathBuf;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_schema::ffi::FFI_ArrowSchema;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};
use unpickle::arrow::{Columns, Compression};
use unpickle::{Category, Error};

use crate::batches::Batches;
use crate::fit::Reader;
use crate::part::Part;
use crate::stream::Stream;
use crate::write::write_parquet;

/// A table in a pickle: a DataFrame, a Series, an array, a list of dicts. Whatever reads Arrow takes it, by
/// `polars.DataFrame(table)`, `pyarrow.table(table)`, `pandas.DataFrame.from_arrow(table)` or `duckdb.sql("from rows")`;
/// cells are made when they are asked for.
///
/// >>> import pickle, pyarrow, unpickle
/// >>> [table] = unpickle.open(pickle.dumps([{"a": 1}, {"a": 2}])).tables()
/// >>> pyarrow.table(table).to_pydict()
/// {'a': [1, 2]}
#[pyclass(frozen, module = "unpickle")]
pub(crate) struct Table(pub(crate) Part);

impl Table {
    fn look<R>(&self, py: Python<'_>, work: impl FnOnce(&dyn Columns) -> unpickle::Result<R>) -> PyResult<R> {
        self.0.with(work).map_err(|error| self.0.raise(py, &error))
    }
}

#[pymethods]
impl Table {
    /// Where in the pickle it is: empty for what was pickled itself, else such as `model.coef_` or `[3]`.
    #[getter]
    pub(crate) fn path(&self) -> String {
        self.0.whole(|table| table.path().to_owned())
    }

    /// What it is in Python: `DataFrame`, `ndarray`, `list of dicts`.
    #[getter]
    fn kind(&self) -> &'static str {
        self.0.whole(|table| table.kind())
    }

    /// What could not be kept exactly and was mapped by rule, one sentence each.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.0.whole(|table| table.notes().to_vec())
    }

    /// How many rows there are.
    #[getter]
    fn num_rows(&self, py: Python<'_>) -> PyResult<usize> {
        self.look(py, |table| Ok(table.num_rows()))
    }

    /// The names of the columns, those of the index last.
    #[getter]
    fn column_names(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.look(py, |table| Ok(table.schema().fields().iter().map(|field| field.name().clone()).collect()))
    }

    /// The columns: a dict of names and types of Arrow. For the types themselves: `pyarrow.schema(table)`.
    pub(crate) fn schema<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let schema = self.look(py, |table| Ok(table.schema()))?;
        let types = PyDict::new(py);
        for field in schema.fields() {
            types.set_item(field.name(), field.data_type().to_string())?;
        }
        Ok(types)
    }

    /// Some columns and rows of it: exactly those of `columns`, in that order; at most `n_rows` from row `offset` on. With
    /// `index=False` the columns of the index are left out.
    #[pyo3(signature = (columns=None, n_rows=None, index=true, offset=0))]
    fn select(
        &self,
        py: Python<'_>,
        columns: Option<Vec<String>>,
        n_rows: Option<usize>,
        index: bool,
        offset: usize,
    ) -> PyResult<Table> {
        let rows = offset..offset.saturating_add(n_rows.unwrap_or(usize::MAX));
        self.0.select(columns, rows, index).map(Table).map_err(|error| self.0.raise(py, &error))
    }

    /// All rows, made at once, of types that polars has: what is wrong is raised here rather than by polars.
    fn _batches(&self, py: Python<'_>) -> PyResult<Batches> {
        Batches::of(py, &self.0)
    }

    /// Writes it as a Parquet file, which appears at `path` when it is complete. `compression` is "snappy", "zstd", "zstd:9",
    /// "gzip", "lz4", "brotli" or "none".
    #[pyo3(signature = (path, compression="auto"))]
    fn write_parquet(&self, py: Python<'_>, path: PathBuf, compression: &str) -> PyResult<()> {
        let compression: Compression = compression.parse().map_err(|error| self.0.raise(py, &error))?;
        write_parquet(py, &self.0, path, compression)
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.num_rows(py)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (kind, path) = (self.kind(), self.path());
        let counted =
            |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let rows = counted(self.num_rows(py)?, "row");
        let columns = counted(self.column_names(py)?.len(), "column");
        let at = if path.is_empty() { String::new() } else { format!(" at {path}") };
        Ok(format!("<unpickle.Table: {kind}{at}, {rows} x {columns}>"))
    }

    /// The schema, by the Arrow PyCapsule interface.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = self.look(py, |table| {
            FFI_ArrowSchema::try_from(Reader::Any.schema(&table.schema()).as_ref())
                .map_err(|error| Error::message(Category::Unsupported, error.to_string()))
        })?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// The rows, by the Arrow PyCapsule interface. `requested_schema` is a wish, which the interface allows not to grant.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let stream = Stream::new(self.0.clone()).map_err(|error| self.0.raise(py, &error))?;
        let stream = FFI_ArrowArrayStream::new(Box::new(stream));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }
}
