//! Which Arrow types Parquet has, and the leaves that they are made of.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;
use unpickle_core::{Category, Error, Result};

/// Refuses types that the writer would panic on, or write so that readers do not get them back.
pub(super) fn writable(kind: &DataType, depth: u32) -> Result<()> {
    let refused = |why: &str| {
        let message = format!("Arrow type {kind} cannot be written to Parquet{why}");
        Err(Error::message(Category::Unsupported, message))
    };
    if depth >= 64 {
        return Err(Error::limit("more than 64 nested types cannot be written to Parquet"));
    }
    let inner = |kind: &DataType| writable(kind, depth + 1);
    use arrow_schema::TimeUnit::Second;
    match kind {
        DataType::Timestamp(Second, _) | DataType::Time32(Second) => refused(", which has no seconds"),
        DataType::Date64 => refused(", which has days only"),
        DataType::Interval(_) | DataType::Union(..) | DataType::RunEndEncoded(..) => refused(""),
        DataType::Struct(fields) if fields.is_empty() => refused(", which has no empty structs"),
        DataType::Struct(fields) => fields.iter().try_for_each(|field| inner(field.data_type())),
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::FixedSizeList(field, _)
        | DataType::ListView(field)
        | DataType::LargeListView(field) => inner(field.data_type()),
        DataType::Map(field, _) => match field.data_type() {
            DataType::Struct(fields) if fields.len() == 2 => inner(field.data_type()),
            _ => refused(": its entries are no pairs"),
        },
        DataType::Dictionary(_, values) if values.is_nested() => refused(""),
        DataType::Dictionary(_, values) => inner(values),
        _ => Ok(()),
    }
}

/// How many columns of Parquet an Arrow type takes. Its depth was checked by [`writable`].
pub(super) fn leaf_count(kind: &DataType) -> usize {
    match kind {
        DataType::Struct(fields) => fields.iter().map(|field| leaf_count(field.data_type())).sum(),
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::FixedSizeList(field, _)
        | DataType::ListView(field)
        | DataType::LargeListView(field)
        | DataType::Map(field, _) => leaf_count(field.data_type()),
        _ => 1,
    }
}

/// The leaves of an array, in Parquet's order; what lies outside a slice or below a null does no harm to a sample.
pub(super) fn collect_leaves(array: &ArrayRef, leaves: &mut Vec<ArrayRef>) {
    match array.data_type() {
        DataType::Struct(_) => {
            array.as_struct().columns().iter().for_each(|column| collect_leaves(column, leaves));
        }
        DataType::List(_) => collect_leaves(array.as_list::<i32>().values(), leaves),
        DataType::LargeList(_) => collect_leaves(array.as_list::<i64>().values(), leaves),
        DataType::FixedSizeList(..) => collect_leaves(array.as_fixed_size_list().values(), leaves),
        DataType::ListView(_) => collect_leaves(array.as_list_view::<i32>().values(), leaves),
        DataType::LargeListView(_) => collect_leaves(array.as_list_view::<i64>().values(), leaves),
        DataType::Map(..) => {
            array.as_map().entries().columns().iter().for_each(|column| collect_leaves(column, leaves));
        }
        _ => leaves.push(Arc::clone(array)),
    }
}
