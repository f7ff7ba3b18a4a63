//! stub
use arrow_array::ArrayRef;
use arrow_schema::DataType;
use unpickle_core::{Error, Result, Value};
pub(crate) fn array(value: Value<'_>, _expected_len: usize) -> Result<ArrayRef> {
    Err(Error::unsupported(value, "pyarrow"))
}
pub(crate) fn type_name(_: &DataType) -> Option<String> {
    None
}
