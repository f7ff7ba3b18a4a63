//! Tables, record batches and arrays of pyarrow.

use std::collections::HashMap;

use unpickle_core::{Error, Result, Value};

use super::numbered;
use crate::budget::Budget;
use crate::column::Column;
use crate::frame::unique;
use crate::pyarrow;
use crate::table::Table;

/// The table that an object of pyarrow is, its own metadata with it.
pub(crate) fn table<'p>(value: Value<'p>, _: &Budget) -> Result<Option<Table<'p>>> {
    let Some(call) = value.call().filter(|call| call.module.starts_with("pyarrow")) else {
        return Ok(None);
    };
    let kind = match call.name {
        "_restore_array" | "chunked_array" => {
            let column = Column::pyarrow_array(pyarrow::any(value)?)?;
            let len = column.1;
            return numbered("pyarrow array", vec![("0".to_owned(), column.0)], len).map(Some);
        }
        "_reconstruct_table" => "pyarrow Table",
        "_reconstruct_record_batch" => "pyarrow RecordBatch",
        _ => return Ok(None),
    };
    let (Some(arrays), Some(schema)) = (call.args.get(0).and_then(Value::as_seq), call.args.get(1)) else {
        return Err(Error::data(value, "the columns and the schema of a pyarrow table"));
    };
    let (fields, metadata) = pyarrow::schema(schema)?;
    if fields.len() != arrays.len() {
        let message = format!("expected {} columns, found {}", fields.len(), arrays.len());
        return Err(Error::invalid(value, message));
    }
    let (mut rows, mut columns) = (None, Vec::new());
    for (field, array) in fields.iter().zip(arrays.iter()) {
        let name = format!("column `{}`", field.name());
        let array = pyarrow::any(array).map_err(|error| error.within(name))?;
        let (mut column, len) = Column::pyarrow_array(array)?;
        if *rows.get_or_insert(len) != len {
            return Err(Error::invalid(value, "the columns of a pyarrow table are of several lengths"));
        }
        column.metadata = field.metadata().iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        columns.push(column);
    }
    let mut notes = Vec::new();
    let texts: Vec<Option<String>> = fields.iter().map(|field| Some(field.name().clone())).collect();
    let names = unique(&texts, |text, count| format!("{text}.{count}"), &mut notes);
    let metadata: HashMap<String, String> = metadata;
    let columns = names.into_iter().zip(columns).collect();
    Ok(Some(Table::new(kind, rows.unwrap_or(0), columns, metadata, notes)))
}
