//! `MultiIndex`: `{'levels', 'codes' (before 0.24 'labels'), 'sortorder', 'names'}`.

use unpickle_core::{Dict, Error, FromPickle, Result, Seq, Value};
use unpickle_numpy::{DtypeKind, NdArray};

use crate::array::{one_dimension, same_len};
use crate::index::Index;
use crate::names::{get, items, some};

pub(crate) fn read<'p>(value: Value<'p>, fields: Dict<'p>, depth: u8) -> Result<Index<'p>> {
    let levels = get(fields, "levels").and_then(items);
    let codes = get(fields, "codes").or_else(|| get(fields, "labels")).and_then(items);
    let (Some(levels), Some(codes)) = (levels, codes) else {
        return Err(Error::data(value, "a MultiIndex with levels and codes"));
    };
    of_parts(value, levels, codes, get(fields, "names").and_then(items), depth)
}

/// A MultiIndex of its levels, codes and names.
pub(crate) fn of_parts<'p>(
    value: Value<'p>,
    levels: Seq<'p>,
    codes: Seq<'p>,
    names: Option<Seq<'p>>,
    depth: u8,
) -> Result<Index<'p>> {
    same_len(value, "arrays of codes, one to a level", levels.len(), codes.len())?;
    let within = |error: Error, level: usize| error.within(format!("level {level}"));
    let mut all_levels = Vec::new();
    let mut all_names = Vec::new();
    for (i, level) in levels.iter().enumerate() {
        let index = Index::read(level, depth).map_err(|error| within(error, i))?;
        let own = match &index {
            Index::Range { name, .. } | Index::Flat { name, .. } => *name,
            Index::Multi { .. } => {
                return Err(within(Error::data(level, "a level, not a MultiIndex again"), i));
            }
        };
        // The list of names wins over what the levels say themselves.
        all_names.push(match names {
            Some(names) => some(names.get(i)),
            None => own,
        });
        all_levels.push(index);
    }
    let mut all_codes: Vec<NdArray<'p>> = Vec::new();
    for (i, codes) in codes.iter().enumerate() {
        let array = read_codes(codes).map_err(|error| within(error, i))?;
        if let Some(first) = all_codes.first() {
            same_len(codes, "codes", first.len(), array.len()).map_err(|error| within(error, i))?;
        }
        all_codes.push(array);
    }
    Ok(Index::Multi { levels: all_levels, codes: all_codes, names: all_names })
}

fn read_codes(value: Value<'_>) -> Result<NdArray<'_>> {
    let codes = NdArray::from_pickle(value)?;
    one_dimension(value, &codes)?;
    match codes.dtype().kind() {
        DtypeKind::Int(_) => Ok(codes),
        _ => Err(Error::data(value, "an array of signed codes")),
    }
}
