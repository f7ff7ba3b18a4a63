//! Text as pandas 3 has it: arrays of pyarrow, whose buffers are written as they are, a chunk for each batch.

use std::io::Write;

use arrow_array::cast::AsArray as _;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use unpickle_core::{Protocol, Result};

use crate::column::Column;
use crate::numbers::unexpected;
use crate::pen::Pen;

/// `pandas.arrays.ArrowStringArray` of the dtype `str`.
pub(crate) fn array<W: Write>(pen: &mut Pen<W>, column: &Column<'_>) -> Result<()> {
    pen.begin_object("pandas.arrays", "ArrowStringArray", 3)?;
    pen.key("_pa_array")?;
    pen.begin_call("pyarrow.lib", "chunked_array", 2)?;
    pen.out.begin_list(None)?;
    column.for_each(|part| chunk(pen, part))?;
    pen.out.end()?;
    large_string(pen)?;
    pen.end_call()?;
    pen.key("_dtype")?;
    pen.begin_call("pandas", "StringDtype", 2)?;
    pen.key("pyarrow")?;
    pen.out.float(f64::NAN)?;
    pen.end_call()?;
    pen.key("_cache")?;
    pen.out.begin_dict(0)?;
    pen.out.end()?;
    pen.end_object()
}

fn large_string<W: Write>(pen: &mut Pen<W>) -> Result<()> {
    pen.begin_call("pyarrow.lib", "type_for_alias", 1)?;
    pen.key("large_string")?;
    pen.end_call()
}

/// One array: its length, its nulls, and the buffers of validity, offsets and text.
fn chunk<W: Write>(pen: &mut Pen<W>, array: &ArrayRef) -> Result<()> {
    pen.begin_call("pyarrow.lib", "_restore_array", 1)?;
    pen.out.begin_tuple(7)?;
    large_string(pen)?;
    pen.out.int(array.len() as i64)?;
    pen.out.int(array.null_count() as i64)?;
    pen.out.int(0)?;
    pen.out.begin_list(3)?;
    match array.nulls().filter(|nulls| nulls.null_count() > 0) {
        Some(nulls) => buffer(pen, &nulls.inner().sliced())?,
        None => pen.out.none()?,
    }
    match array.data_type() {
        DataType::Utf8 => {
            let array = array.as_string::<i32>();
            let offsets: Vec<i64> = array.value_offsets().iter().map(|&offset| offset.into()).collect();
            texts(pen, offsets, array.value_data())?;
        }
        DataType::LargeUtf8 => {
            let array = array.as_string::<i64>();
            texts(pen, array.value_offsets().to_vec(), array.value_data())?;
        }
        DataType::Utf8View => {
            let (mut offsets, mut data) = (vec![0], Vec::new());
            for cell in array.as_string_view().iter() {
                data.extend_from_slice(cell.unwrap_or_default().as_bytes());
                offsets.push(data.len() as i64);
            }
            texts(pen, offsets, &data)?;
        }
        other => return Err(unexpected(other)),
    }
    pen.out.end()?;
    pen.out.begin_list(0)?;
    pen.out.end()?;
    pen.out.none()?;
    pen.out.end()?;
    pen.end_call()
}

/// Offsets from 0 on, and the text between the first and the last.
fn texts<W: Write>(pen: &mut Pen<W>, mut offsets: Vec<i64>, data: &[u8]) -> Result<()> {
    let (first, last) = (offsets.first().copied().unwrap_or(0), offsets.last().copied().unwrap_or(0));
    let text = data.get(first as usize..last as usize).unwrap_or_default();
    offsets.iter_mut().for_each(|offset| *offset -= first);
    // pyarrow runs on machines of this byte order only.
    let bytes: Vec<u8> = offsets.iter().flat_map(|offset| offset.to_le_bytes()).collect();
    buffer(pen, &bytes)?;
    buffer(pen, text)
}

fn buffer<W: Write>(pen: &mut Pen<W>, bytes: &[u8]) -> Result<()> {
    pen.begin_call("pyarrow.lib", "py_buffer", 1)?;
    if pen.out.protocol() >= Protocol::V5 {
        pen.out.bytearray(bytes)?;
    } else {
        pen.out.bytes(bytes)?;
    }
    pen.end_call()
}
