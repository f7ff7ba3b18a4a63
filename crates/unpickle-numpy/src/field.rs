//! The fields of a structured dtype as numpy pickles them: the names in order, and a dict of name to
//! `(dtype, offset)` or `(dtype, offset, title)`. A title is a key of the dict too.

use std::borrow::Cow;
use std::collections::HashMap;

use unpickle_core::{Dict, Error, Result, Seq, Value};

use crate::cache::DtypeCache;
use crate::dtype::{Dtype, DtypeKind, Field};
use crate::dtype_display::Brief;
use crate::dtype_state::is_plain;
use crate::reconstruct::{bytes_of, is_multiarray};
use crate::text::{Text, bytes_cell, str_cell};

/// Most bytes of the names and titles of a dtype's fields.
const MAX_NAMES: usize = 1 << 20;

/// The fields in the order of their names.
pub(crate) fn read_fields<'p>(
    names: Seq<'p>,
    fields: Dict<'p>,
    itemsize: usize,
    cache: &mut DtypeCache<'p>,
) -> Result<Vec<Field>> {
    let mut read = Vec::new();
    let mut text = 0_usize;
    let mut by_name = None;
    for key in names.iter() {
        let name = name(key).ok_or_else(|| Error::data(key, "the name of a field of a numpy dtype"))?;
        let entry = fields.get(key).or_else(|| {
            // Keys that are `numpy.str_`: equal for Python, but objects here.
            let by_name: &mut HashMap<_, _> = by_name.get_or_insert_with(|| {
                fields.iter().filter_map(|(key, entry)| Some((self::name(key)?, entry))).collect()
            });
            by_name.get(&name).copied()
        });
        let entry = entry.ok_or_else(|| Error::invalid(key, format!("no field '{name}'")))?;
        let within = |error: Error| error.within(format!("field '{name}' of numpy dtype"));
        let expected = || within(Error::data(entry, "a tuple of dtype and offset"));
        let items = entry.as_seq().ok_or_else(expected)?;
        let dtype = cache.dtype(items.get(0).ok_or_else(expected)?).map_err(within)?;
        let offset = items.get(1).and_then(Value::as_u64).ok_or_else(expected)?;
        let offset = usize::try_from(offset)
            .ok()
            .filter(|offset| offset.checked_add(dtype.itemsize()).is_some_and(|end| end <= itemsize));
        let offset = offset.ok_or_else(|| {
            let dtype = Brief(&dtype);
            within(Error::invalid(entry, format!("a {dtype} field outside of its {itemsize} byte element")))
        })?;
        let title = items.get(2).and_then(self::name).map(Cow::into_owned);
        // Names may be shared in the pickle, here each field has its own.
        text += name.len() + title.as_ref().map_or(0, String::len);
        if text > MAX_NAMES {
            return Err(Error::limit("a numpy dtype whose field names take more than a megabyte"));
        }
        read.push(Field { name: name.into_owned(), title, dtype, offset });
    }
    Ok(read)
}

/// The name of a field: text, bytes of Python 2, or a `numpy.str_`.
fn name(value: Value<'_>) -> Option<Cow<'_, str>> {
    if let Some(text) = value.as_text() {
        return Some(text);
    }
    let call = value.call().filter(|call| call.name == "scalar" && is_multiarray(call.module))?;
    // A dtype of its own, never a structure: there is no recursion.
    let dtype = call.args.get(0).filter(|&dtype| is_plain(dtype))?.extract::<Dtype>().ok()?;
    let bytes = bytes_of(call.args.get(1)?)?;
    let text = match dtype.kind() {
        DtypeKind::Str => {
            let mut out = Vec::new();
            match str_cell(bytes, dtype.is_big_endian(), &mut out) {
                Text::Utf8 => out,
                _ => return None,
            }
        }
        DtypeKind::Bytes => bytes_cell(bytes).to_vec(),
        _ => return None,
    };
    String::from_utf8(text).ok().map(Cow::Owned)
}
