//! The managers: axes, and the blocks or arrays between them.
//!
//! * `REDUCE BlockManager (blocks, axes)`: frames from 1.3 on.
//! * `NEWOBJ`, `BUILD (axes, values, items, {'0.14.1': {'axes', 'blocks': [{'values', 'mgr_locs'}, …]}})`: frames from
//!   0.14 to 1.2, and every Series. The first three items repeat the fourth for older readers.
//! * `NEWOBJ`, `BUILD (axes, values, items)`: 0.13 and before; a block is placed by its labels.
//! * `ArrayManager`: `BUILD (arrays, axes)`, and the axes the other way round, rows first.

use unpickle_core::{Error, Result, Value};

use crate::block::Block;
use crate::envelope::Kind;
use crate::index::Index;
use crate::names::{Made, Name, get, items};
use crate::old_manager;
use crate::placement::Placement;

/// A manager, its parts in one order whatever the spelling.
pub(crate) struct Manager<'p> {
    /// Columns first, then rows; rows alone in a series; items first in a panel, and two axes or more behind.
    pub(crate) axes: Vec<Index<'p>>,
    pub(crate) blocks: Vec<Block<'p>>,
}

impl<'p> Manager<'p> {
    /// The manager of a frame, a series or a panel, in any spelling.
    pub(crate) fn read(value: Value<'p>, kind: Kind) -> Result<Manager<'p>> {
        let Some(made) = Made::of(value) else { return Err(Error::data(value, "a BlockManager")) };
        match made.name {
            Name::ArrayManager => Manager::of_arrays(value, &made, kind),
            _ => Manager::of_blocks(value, &made, kind),
        }
    }

    fn of_blocks(value: Value<'p>, made: &Made<'p>, kind: Kind) -> Result<Manager<'p>> {
        let state = made.state().and_then(Value::as_seq);
        let (blocks, axes) = match state {
            None => (made.args.get(0), made.args.get(1)),
            Some(state) => match state.get(3).and_then(|extra| get(extra.as_dict()?, "0.14.1")?.as_dict()) {
                Some(extra) => (get(extra, "blocks"), get(extra, "axes")),
                None => return old_manager::read(value, state, kind),
            },
        };
        let (Some(blocks), Some(axes)) = (blocks.and_then(items), axes) else {
            return Err(Error::data(value, "a BlockManager with blocks and axes"));
        };
        let axes = read_axes(axes, kind)?;
        let mut room = Room::new(value, kind, &axes)?;
        let read = |(i, block)| {
            let block = Block::read(block, kind).and_then(|block| match kind {
                Kind::Series => Ok(block),
                _ => block.checked(),
            });
            let block = block.map_err(|error| in_block(error, i))?;
            room.take(block.width())?;
            Ok(block)
        };
        let blocks = blocks.iter().enumerate().map(read).collect::<Result<_>>()?;
        Ok(Manager { axes, blocks })
    }

    fn of_arrays(value: Value<'p>, made: &Made<'p>, kind: Kind) -> Result<Manager<'p>> {
        let parts = made.state().and_then(Value::as_seq).unwrap_or(made.args);
        let arrays = parts.get(0).and_then(items);
        let (Some(arrays), Some(axes)) = (arrays, parts.get(1)) else {
            return Err(Error::data(value, "an ArrayManager with arrays and axes"));
        };
        let mut axes = read_axes(axes, kind)?;
        axes.reverse();
        let blocks = arrays.iter().enumerate().map(|(i, array)| {
            let start = i64::try_from(i).unwrap_or(i64::MAX);
            Block::new(array, Placement::Steps { start, step: 1 }, kind).map_err(|error| in_block(error, i))
        });
        Ok(Manager { axes, blocks: blocks.collect::<Result<_>>()? })
    }
}

/// Says in which block it was.
pub(crate) fn in_block(error: Error, block: usize) -> Error {
    error.within(format!("block {block}"))
}

/// No frame has more columns than this: their number may be a mere claim of the file, and each costs memory.
const MOST_COLUMNS: usize = 1 << 21;

/// A column costs as much as so many [values](Value::most_values).
const VALUES_OF_COLUMN: usize = 8;

/// How many columns may still come: blocks may be shared by the pickle, and each costs as much memory as it has columns.
pub(crate) struct Room<'p> {
    manager: Value<'p>,
    width: usize,
    left: usize,
}

impl<'p> Room<'p> {
    /// Room for the columns that the first of `axes` has labels for.
    pub(crate) fn new(manager: Value<'p>, kind: Kind, axes: &[Index<'p>]) -> Result<Room<'p>> {
        let width = match kind {
            Kind::Series => 1,
            _ => axes.first().map_or(0, Index::len),
        };
        // Columns without rows and with numbers for names take no bytes at all.
        let most = (manager.most_values() / VALUES_OF_COLUMN).min(MOST_COLUMNS);
        if width > most {
            return Err(Error::limit(format!("a frame of {width} columns, of more than {most}")));
        }
        Ok(Room { manager, width, left: width })
    }

    /// Fails unless there is room for `count` columns more.
    pub(crate) fn take(&mut self, count: usize) -> Result<()> {
        match self.left.checked_sub(count) {
            Some(left) => self.left = left,
            None => {
                let text =
                    format!("expected {} columns by their labels, found more in the blocks", self.width);
                return Err(Error::invalid(self.manager, text));
            }
        }
        Ok(())
    }
}

/// Most axes: pandas went to four, and left room for more.
const MOST_AXES: usize = 8;

/// The axes of a frame, a series or a panel.
pub(crate) fn read_axes(value: Value<'_>, kind: Kind) -> Result<Vec<Index<'_>>> {
    let (what, counts, names): (_, _, &[&str]) = match kind {
        Kind::Series => ("one axis", 1..=1, &["the index"]),
        Kind::Frame => ("two axes, columns and rows", 2..=2, &["the columns axis", "the index"]),
        Kind::Panel => ("three axes or more, items first", 3..=MOST_AXES, &["the items axis"]),
    };
    let Some(axes) = items(value).filter(|axes| counts.contains(&axes.len())) else {
        return Err(Error::data(value, what));
    };
    let read = |(i, axis)| {
        let within = |error: Error| match names.get(i) {
            Some(name) => error.within(*name),
            None => error.within(format!("axis {i}")),
        };
        Index::from_axis(axis).map_err(within)
    };
    axes.iter().enumerate().map(read).collect()
}
