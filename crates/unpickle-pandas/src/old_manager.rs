//! Managers of pandas 0.13 and before: `BUILD (axes, values, items)`, where a block's labels say which columns it holds.

use std::collections::HashMap;

use unpickle_core::{Error, Result, Seq, Value};

use crate::block::Block;
use crate::envelope::Kind;
use crate::index::Index;
use crate::label::labels;
use crate::manager::{Manager, in_block, read_axes};
use crate::names::items;
use crate::placement::Placement;

pub(crate) fn read<'p>(value: Value<'p>, state: Seq<'p>, kind: Kind) -> Result<Manager<'p>> {
    let (Some(axes), Some(values)) = (state.get(0), state.get(1).and_then(items)) else {
        return Err(Error::data(value, "a BlockManager with axes and blocks"));
    };
    let axes = read_axes(axes, kind)?;
    let labels = state.get(2).and_then(items);
    let mut blocks = Vec::new();
    for (i, block) in values.iter().enumerate() {
        let label = labels.and_then(|labels| labels.get(i));
        let placement = match (kind, label, axes.first()) {
            // A series, or one block for the whole frame: duplicate labels do not matter.
            (Kind::Series, ..) | (_, None, _) => Placement::Steps { start: 0, step: 1 },
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
        let block = Block::new(block, placement, kind).and_then(Block::checked);
        blocks.push(block.map_err(|error| in_block(error, i))?);
    }
    Ok(Manager { axes, blocks })
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
