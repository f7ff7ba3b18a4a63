//! `Batches`: rows that are made, for whatever reads Arrow.

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator};
use arrow_schema::SchemaRef;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use unpickle::arrow::{Columns, batches};

use crate::fit::{Fitted, Reader};
use crate::part::Part;
use crate::stream::{AHEAD, BATCH};
use crate::work::unlocked;

/// Rows of a table that are made: nothing can be wrong with them any more.
#[pyclass(frozen, module = "pkl2parquet._native")]
pub(crate) struct Batches {
    schema: SchemaRef,
    made: Vec<RecordBatch>,
}

impl Batches {
    /// All rows of `part`, made by all threads, of types that polars has; Python looks at signals now and then.
    pub(crate) fn of(py: Python<'_>, part: &Part) -> PyResult<Batches> {
        let size = part.with(|table| {
            let table = Fitted::new(table, Reader::Polars);
            Ok((table.schema(), table.num_rows()))
        });
        let (schema, rows) = size.map_err(|error| part.raise(py, &error))?;
        let of = part.clone();
        let made = unlocked(py, move |wanted| {
            of.with(|table| {
                let table = Fitted::new(table, Reader::Polars);
                let mut made = Vec::new();
                for start in (0..rows).step_by(AHEAD) {
                    if wanted.is_still() {
                        made.extend(batches(&table, start..start.saturating_add(AHEAD).min(rows), BATCH)?);
                    }
                }
                Ok(made)
            })
        })?;
        let made = made.map_err(|error| part.raise(py, &error))?;
        Ok(Batches { schema, made })
    }
}

impl Batches {
    /// Rows that are there.
    pub(crate) fn made(schema: SchemaRef, made: Vec<RecordBatch>) -> Batches {
        Batches { schema, made }
    }
}

#[pymethods]
impl Batches {
    /// The rows, by the Arrow PyCapsule interface.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let made = self.made.clone().into_iter().map(Ok);
        let reader = RecordBatchIterator::new(made, self.schema.clone());
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), c"arrow_array_stream")
    }
}
