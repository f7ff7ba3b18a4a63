//! How many bytes arrays have, where that is worth a thought: sharing makes few bytes of a pickle any number of them.

use arrow_array::cast::AsArray as _;
use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_buffer::ArrowNativeType as _;
use arrow_schema::DataType;
use unpickle_core::{Error, Result};

use crate::budget::RAISE;
use crate::columns::arrow_error;

/// Most bytes of text in one array, before the last cell. Whoever asks for rows that have more asks for fewer, as long as
/// the table [may be written](crate::Columns::most_bytes).
pub(crate) const MOST_TEXT: usize = 64 << 20;

/// Whether another cell may be appended to so many bytes of text.
#[inline]
pub(crate) fn fits(bytes: usize) -> Result<()> {
    if bytes <= MOST_TEXT { Ok(()) } else { Err(too_long()) }
}

#[cold]
pub(crate) fn too_long() -> Error {
    Error::limit(format!("the cells share so much text that it would be too much to be written; {RAISE}"))
}

/// So many bytes of numbers are made and written as quickly as one of text.
const NUMBERS: usize = 4;

/// What the array costs, in bytes of text. What it shares with others, such as the labels of its codes, is not counted.
pub(crate) fn weight(array: &dyn Array) -> usize {
    let length = array.len();
    match array.data_type() {
        DataType::Null | DataType::Boolean => length / (8 * NUMBERS),
        DataType::Dictionary(..) => length.saturating_mul(8) / NUMBERS,
        DataType::Utf8View | DataType::BinaryView => length.saturating_mul(16) / NUMBERS,
        kind => match kind.primitive_width() {
            Some(width) => length.saturating_mul(width) / NUMBERS,
            None => array.to_data().get_slice_memory_size().unwrap_or(length),
        },
    }
}

/// The values at these places.
///
/// # Errors
///
/// One long text many times is more than an array may hold; a single one never is.
pub(crate) fn take<T: ArrowPrimitiveType>(values: &ArrayRef, places: &PrimitiveArray<T>) -> Result<ArrayRef> {
    if let Some(texts) = values.as_string_opt::<i32>() {
        let length = |place: usize| if place < texts.len() { texts.value_length(place) as usize } else { 0 };
        let lengths = places.iter().flatten().map(|place| length(place.as_usize()));
        let last = lengths.clone().last().unwrap_or_default();
        fits(lengths.fold(0, usize::saturating_add) - last)?;
    }
    arrow_select::take::take(values, places, None).map_err(arrow_error)
}
