//! Arrays of pyarrow, as they stand in pickles: types, buffers and children, taken over as they are.
//!
//! `pyarrow.lib:_restore_array ((type, length, null_count, offset, buffers, children, dictionary),)`, the children
//! being such tuples themselves; `chunked_array ([arrays], type)`; `py_buffer (bytes)`. Before pyarrow 1 the tuple
//! ends with the children. All is checked: the buffers may be anyone's.

use std::collections::HashSet;

use arrow_array::{Array as _, ArrayRef, make_array, new_empty_array};
use arrow_buffer::Buffer;
use arrow_data::ArrayData;
use arrow_schema::DataType;
use unpickle_core::{Error, Id, Result, Value};

use crate::columns::arrow_error;

mod names;
mod texts;
mod types;
mod views;
mod writable;

#[cfg(test)]
mod tests;

pub(crate) use names::type_name;
pub(crate) use texts::Texts;
pub(crate) use types::schema;
pub(crate) use writable::writable;

/// Arrays in arrays are read to this depth.
const MAX_DEPTH: usize = 32;

/// Most arrays in one, for children may be shared.
const MAX_NODES: usize = 100_000;

/// Most bytes of buffers that come again, as shared ones do: each is copied for each array that has it.
const MAX_SHARED: usize = 1 << 28;

/// Longer arrays cannot be backed by bytes in memory, whatever their type.
const MAX_LEN: usize = 1 << 48;

/// A pyarrow `Array` or `ChunkedArray` of `expected` cells.
///
/// # Errors
///
/// The value is neither, has another length, or its buffers do not hold what its type says.
pub(crate) fn array(value: Value<'_>, expected: usize) -> Result<ArrayRef> {
    let made = read(value).map_err(|error| error.within("pyarrow array"))?;
    if made.len() != expected {
        return Err(Error::invalid(value, format!("expected {expected} cells, found {}", made.len())));
    }
    Ok(made)
}

/// A pyarrow `Array` or `ChunkedArray` of any length.
pub(crate) fn any(value: Value<'_>) -> Result<ArrayRef> {
    read(value).map_err(|error| error.within("pyarrow array"))
}

fn read(value: Value<'_>) -> Result<ArrayRef> {
    let bounds = &mut Bounds { nodes: MAX_NODES, shared: MAX_SHARED, seen: HashSet::new() };
    let call = value.call().filter(|call| call.module.starts_with("pyarrow"));
    let Some(call) = call else { return Err(Error::data(value, "a pyarrow array")) };
    match call.name {
        "_restore_array" => one(value, bounds),
        "chunked_array" => {
            let chunks = call.args.get(0).and_then(Value::as_seq);
            let Some(chunks) = chunks else { return Err(Error::data(value, "a list of pyarrow arrays")) };
            let arrays = chunks.iter().map(|chunk| one(chunk, bounds)).collect::<Result<Vec<_>>>()?;
            match &arrays[..] {
                [] => match call.args.get(1) {
                    Some(data_type) => Ok(new_empty_array(&types::data_type(data_type)?)),
                    None => Err(Error::invalid(value, "a pyarrow array of no chunks and no type")),
                },
                [array] => Ok(array.clone()),
                [first, rest @ ..] => {
                    if let Some(other) = rest.iter().find(|array| array.data_type() != first.data_type()) {
                        let (a, b) = (first.data_type(), other.data_type());
                        return Err(Error::invalid(value, format!("chunks of several types, {a} and {b}")));
                    }
                    let items = arrays.iter().map(|array| most_items(&array.to_data()));
                    if items.fold(0, usize::saturating_add) > i32::MAX as usize {
                        return Err(Error::limit("chunks of more than 2,147,483,647 items of lists"));
                    }
                    let arrays: Vec<&dyn arrow_array::Array> = arrays.iter().map(|array| &**array).collect();
                    arrow_select::concat::concat(&arrays).map_err(arrow_error)
                }
            }
        }
        _ => Err(Error::data(value, "a pyarrow array")),
    }
}

/// No fewer items than any list in it has of offsets of 32 bits: where those of several chunks are more than such
/// offsets count, joining them panics.
fn most_items(data: &ArrayData) -> usize {
    let counted = matches!(data.data_type(), DataType::List(_) | DataType::Map(..));
    let children = data.child_data().iter();
    children.map(|child| most_items(child).max(if counted { child.len() } else { 0 })).max().unwrap_or(0)
}

/// What one array may still be made of.
struct Bounds {
    nodes: usize,
    shared: usize,
    /// The buffers there were.
    seen: HashSet<Id>,
}

/// One chunk.
fn one(value: Value<'_>, bounds: &mut Bounds) -> Result<ArrayRef> {
    let call =
        value.call().filter(|call| call.module.starts_with("pyarrow") && call.name == "_restore_array");
    let state = call.and_then(|call| call.args.get(0));
    let Some(state) = state else { return Err(Error::data(value, "a pyarrow array")) };
    Ok(make_array(data(state, 0, bounds)?))
}

/// The tuple of one array, and those of its children.
fn data(state: Value<'_>, depth: usize, bounds: &mut Bounds) -> Result<ArrayData> {
    let parts = state.as_seq().filter(|parts| parts.len() >= 6);
    let Some(parts) = parts else { return Err(Error::data(state, "the state of a pyarrow array")) };
    bounds.nodes = bounds
        .nodes
        .checked_sub(1)
        .ok_or_else(|| Error::limit("a pyarrow array of more than 100,000 parts"))?;
    if depth > MAX_DEPTH {
        return Err(Error::limit("pyarrow arrays in arrays beyond a depth of 32"));
    }
    let part = |i| parts.get(i).ok_or_else(|| Error::data(state, "the state of a pyarrow array"));
    let data_type = types::data_type(part(0)?)?;
    let (len, offset) = (length(part(1)?)?, length(part(3)?)?);
    let mut buffers = buffers(part(4)?, bounds)?.into_iter();
    let mut children = Vec::new();
    for child in part(5)?.as_seq().into_iter().flatten() {
        children.push(data(child, depth + 1, bounds)?);
    }
    if let DataType::Dictionary(..) = data_type {
        match parts.get(6).filter(|values| !values.is_none()) {
            Some(values) => children = vec![data(values, depth + 1, bounds)?],
            None => return Err(Error::unsupported(state, "a pyarrow dictionary written without its values")),
        }
    }
    if let Some(call) = part(0)?.call()
        && matches!(call.name, "list_view" | "large_list_view")
    {
        let [validity, offsets, sizes] =
            [buffers.next(), buffers.next(), buffers.next()].map(Option::flatten);
        let view = views::ListView { data_type, len, offset, validity, offsets, sizes };
        let items = children.into_iter().next();
        return view.list(items, &mut bounds.shared).map_err(|why| Error::invalid(state, why));
    }
    if let DataType::FixedSizeList(_, size) = data_type {
        // The validation multiplies the two, and panics where that overflows.
        let items = usize::try_from(size).ok().and_then(|size| len.checked_add(offset)?.checked_mul(size));
        if items.is_none() {
            return Err(Error::invalid(state, format!("{len} lists of {size} items in a pyarrow array")));
        }
    }
    let mut builder = ArrayData::builder(data_type.clone()).len(len).offset(offset).align_buffers(true);
    if data_type != DataType::Null && !matches!(data_type, DataType::Union(..)) {
        builder = builder.null_bit_buffer(buffers.next().flatten());
    }
    if data_type != DataType::Null {
        let mut buffers: Vec<Buffer> =
            buffers.map(|buffer| buffer.unwrap_or_else(|| Buffer::from_slice_ref([0u8; 0]))).collect();
        if let Some(first) = buffers.first_mut() {
            pad(first);
        }
        builder = builder.buffers(buffers);
    }
    let made = builder.child_data(children).build();
    made.map_err(|error| Error::invalid(state, format!("unsound Arrow data: {error}")))
}

/// Fills a buffer up to a multiple of 16 bytes: the validation of offsets, keys and views panics where their buffer
/// ends within one.
fn pad(buffer: &mut Buffer) {
    if !buffer.len().is_multiple_of(16) {
        let mut bytes = buffer.to_vec();
        bytes.resize(bytes.len().next_multiple_of(16), 0);
        *buffer = Buffer::from_vec(bytes);
    }
}

fn length(value: Value<'_>) -> Result<usize> {
    let length = value.as_usize().filter(|&length| length <= MAX_LEN);
    length.ok_or_else(|| Error::data(value, "a length"))
}

/// Each buffer, in memory of its own: what is in a pickle is aligned by chance only.
fn buffers(value: Value<'_>, bounds: &mut Bounds) -> Result<Vec<Option<Buffer>>> {
    let Some(list) = value.as_seq() else { return Err(Error::data(value, "a list of pyarrow buffers")) };
    let mut one = |buffer: Value<'_>| {
        if buffer.is_none() {
            return Ok(None);
        }
        let inner = match buffer.call() {
            Some(call) if call.module.starts_with("pyarrow") && call.name == "py_buffer" => call.args.get(0),
            _ => Some(buffer),
        };
        match inner.and_then(Value::as_bytes) {
            Some(bytes) => {
                if !bounds.seen.insert(inner.unwrap_or(buffer).id()) {
                    let left = bounds.shared.checked_sub(bytes.len());
                    bounds.shared = left.ok_or_else(|| Error::limit("pyarrow arrays that share too much"))?;
                }
                Ok(Some(Buffer::from_slice_ref(bytes)))
            }
            None => Err(Error::data(buffer, "a pyarrow buffer")),
        }
    };
    list.iter().map(&mut one).collect()
}
