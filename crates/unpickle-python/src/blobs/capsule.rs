//! The one place where memory of others is taken over: a stream of the Arrow PyCapsule interface.
#![allow(unsafe_code)]

use arrow_array::RecordBatch;
use arrow_array::RecordBatchReader;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_schema::SchemaRef;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyCapsuleMethods};

/// All that `object` gives by `__arrow_c_stream__`.
pub(super) fn read(object: &Bound<'_, PyAny>) -> PyResult<(SchemaRef, Vec<RecordBatch>)> {
    let capsule = object.call_method0("__arrow_c_stream__")?;
    let capsule = capsule.cast::<PyCapsule>()?;
    let pointer = capsule.pointer_checked(Some(c"arrow_array_stream"))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: a capsule of this name holds a stream, says the interface; its producer vouches for what is in it, as it does to every
    // other reader. It is moved out, and an empty one left in its place, by `from_raw`: so the capsule, which outlives this call,
    // releases nothing twice.
    let reader = unsafe { RecordBatchStreamReader::from_raw(pointer.as_ptr()) };
    let reader = reader.map_err(|error| PyValueError::new_err(error.to_string()))?;
    let schema = reader.schema();
    let batches = reader.collect::<Result<Vec<_>, _>>();
    Ok((schema, batches.map_err(|error| PyValueError::new_err(error.to_string()))?))
}
