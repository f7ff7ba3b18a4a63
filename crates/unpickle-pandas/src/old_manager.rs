//! Managers of pandas 0.13 and before: `BUILD (axes, values, items)`, where a block's labels say which columns it holds.

use std::collections::HashMap;

use unpickle_core::{Error, Result, Seq, Value};
use unpickle_numpy::DtypeKind;

use crate::array::Array;
use crate::block::Block;
use crate::index::Index;
use crate::manager::{Manager, in_block, read_axes};
use crate::names::{items, text};
use crate::placement::Placement;

pub(crate) fn read<'p>(value: Value<'p>, state: Seq<'p>, count: usize) -> Result<Manager<'p>> {
    let (Some(axes), Some(values)) = (state.get(0), state.get(1).and_then(items)) else {
        return Err(Error::data(value, "a BlockManager with axes and blocks"));
    };
    let axes = read_axes(axes, count)?;
    let labels = state.get(2).and_then(items);
    let mut blocks = Vec::new();
    for (i, block) in values.iter().enumerate() {
        let label = labels.and_then(|labels| labels.get(i));
        let placement = match (count, label, axes.first()) {
            // A series, or one block for the whole frame: duplicate labels do not matter.
            (1, ..) | (_, None, _) => Placement::Steps { start: 0, step: 1 },
            (_, Some(label), Some(axis)) => {
                let items = Index::from_axis(label).map_err(|error| in_block(error, i))?;
                if values.len() == 1 && items.len() == axis.len() {
                    Placement::Steps { start: 0, step: 1 }
                } else {
                    find(label, &items, axis).map_err(|error| in_block(error, i))?
                }
            }
            (_, _, None) => return Err(Error::data(value, "a BlockManager with axes")),
        };
        blocks
            .push(Block::new(block, placement).and_then(Block::checked).map_err(|error| in_block(error, i))?);
    }
    Ok(Manager { axes, blocks })
}

/// A label that can be looked up.
#[derive(PartialEq, Eq, Hash)]
enum Label<'p> {
    Text(&'p str),
    Int(i64),
    Float(u64),
}

/// Where the labels of a block stand on the axis.
fn find<'p>(value: Value<'p>, items: &Index<'p>, axis: &Index<'p>) -> Result<Placement> {
    let unclear =
        |what: &str| Err(Error::invalid(value, format!("{what} labels do not say which columns these are")));
    let (Some(items), Some(axis)) = (labels(items)?, labels(axis)?) else { return unclear("such") };
    let mut places = HashMap::new();
    for (at, label) in axis.into_iter().enumerate() {
        if places.insert(label, i64::try_from(at).unwrap_or(i64::MAX)).is_some() {
            return unclear("duplicate");
        }
    }
    let positions = items.iter().map(|label| places.get(label).copied());
    match positions.collect::<Option<Vec<i64>>>() {
        Some(positions) => Ok(Placement::Listed(positions)),
        None => unclear("unknown"),
    }
}

/// Text and numbers of an index, if it holds nothing else.
fn labels<'p>(index: &Index<'p>) -> Result<Option<Vec<Label<'p>>>> {
    let Index::Flat { array: Array::Numpy(array), .. } = index else { return Ok(None) };
    let rows = 0..array.len();
    Ok(match array.dtype().kind() {
        DtypeKind::Object => array.objects().and_then(|cells| {
            let label =
                |cell: Value<'p>| text(cell).map(Label::Text).or_else(|| cell.as_i64().map(Label::Int));
            cells.range(rows).map(label).collect()
        }),
        DtypeKind::Int(8) => {
            let mut out: Vec<i64> = Vec::new();
            array.copy_native(rows, &mut out)?;
            Some(out.into_iter().map(Label::Int).collect())
        }
        DtypeKind::Float(8) => {
            let mut out: Vec<f64> = Vec::new();
            array.copy_native(rows, &mut out)?;
            Some(out.into_iter().map(|float| Label::Float(float.to_bits())).collect())
        }
        _ => None,
    })
}
