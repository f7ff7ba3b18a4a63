//! Managers of pandas 0.13 and before: `BUILD (axes, values, items)`, where a block's labels say which columns it holds.

use std::collections::HashMap;

use unpickle_core::{Error, Result, Seq, Value};

use crate::block::Block;
use crate::envelope::Kind;
use crate::index::Index;
use crate::label::{Label, labels};
use crate::manager::{Manager, Room, in_block, read_axes};
use crate::names::items;
use crate::placement::Placement;

pub(crate) fn read<'p>(value: Value<'p>, state: Seq<'p>, kind: Kind) -> Result<Manager<'p>> {
    let (Some(axes), Some(values)) = (state.get(0), state.get(1).and_then(items)) else {
        return Err(Error::data(value, "a BlockManager with axes and blocks"));
    };
    let axes = read_axes(axes, kind)?;
    let mut room = Room::new(value, kind, &axes)?;
    let mut places = None;
    let labels = state.get(2).and_then(items);
    let mut blocks = Vec::new();
    for (i, block) in values.iter().enumerate() {
        let within = |error| in_block(error, i);
        let label = labels.and_then(|labels| labels.get(i));
        let placement = match (kind, label, axes.first()) {
            (Kind::Frame | Kind::Panel, Some(label), Some(axis)) => {
                let items = Index::from_axis(label).map_err(within)?;
                room.take(items.len()).map_err(within)?;
                // One block for the whole frame: duplicate labels do not matter.
                if values.len() == 1 && items.len() == axis.len() {
                    FIRST
                } else {
                    let places = match &places {
                        Some(places) => places,
                        None => places.insert(Places::of(label, axis).map_err(within)?),
                    };
                    places.find(label, &items).map_err(within)?
                }
            }
            _ => FIRST,
        };
        let block = Block::new(block, placement, kind).and_then(Block::checked).map_err(within)?;
        if label.is_none() {
            room.take(block.width()).map_err(within)?;
        }
        blocks.push(block);
    }
    Ok(Manager { axes, blocks })
}

/// From the first column on.
const FIRST: Placement = Placement::Steps { start: 0, step: 1 };

/// Where the labels of an axis stand.
struct Places(HashMap<Label, i64>);

impl Places {
    fn of(value: Value<'_>, axis: &Index<'_>) -> Result<Places> {
        let Some(axis) = labels(axis)? else { return Err(unclear(value, "such")) };
        let mut places = HashMap::new();
        for (at, label) in axis.into_iter().enumerate() {
            if places.insert(label, i64::try_from(at).unwrap_or(i64::MAX)).is_some() {
                return Err(unclear(value, "duplicate"));
            }
        }
        Ok(Places(places))
    }

    /// Where the labels of a block stand on the axis.
    fn find(&self, value: Value<'_>, items: &Index<'_>) -> Result<Placement> {
        let Some(items) = labels(items)? else { return Err(unclear(value, "such")) };
        let positions = items.iter().map(|label| self.0.get(label).copied());
        match positions.collect() {
            Some(positions) => Ok(Placement::Listed(positions)),
            None => Err(unclear(value, "unknown")),
        }
    }
}

fn unclear(value: Value<'_>, what: &str) -> Error {
    Error::invalid(value, format!("{what} labels do not say which columns these are"))
}
