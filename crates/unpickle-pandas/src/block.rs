//! A block: some columns of one dtype, and which columns of the frame they are.
//!
//! pandas 1.4 and later write `REDUCE pandas._libs.internals:_unpickle_block (values, placement, ndim)`; 1.3 calls a
//! `functools.partial` of `new_block`; managers with a state list dicts `{'values', 'mgr_locs'}`; very old files
//! hold `Block` objects with the state `(placement, values)`.

use unpickle_core::{Error, Result, Value};

use crate::array::{Array, DEEPEST, Stack, is_foreign};
use crate::envelope::Kind;
use crate::names::{Made, Name, get};
use crate::placement::Placement;

/// A block of a frame.
pub(crate) struct Block<'p> {
    value: Value<'p>,
    stack: Stack<'p>,
    placement: Placement,
}

impl<'p> Block<'p> {
    /// A block in any spelling, of a frame, a series or a panel.
    pub(crate) fn read(value: Value<'p>, kind: Kind) -> Result<Block<'p>> {
        let Some((values, placement)) = parts(value) else {
            return Err(Error::data(value, "a block of values with a placement"));
        };
        Block::new(values, Placement::read(placement)?, kind)
    }

    pub(crate) fn new(values: Value<'p>, placement: Placement, kind: Kind) -> Result<Block<'p>> {
        let stack = match Array::read_known(values, DEEPEST)? {
            Some(stack) => stack,
            // Other libraries' arrays come one to a block.
            None if is_foreign(values) => Stack::One(Array::Opaque(values)),
            None => return Err(Error::data(values, "the array of a block")),
        };
        if let Stack::Rows(backed) = &stack
            && kind != Kind::Panel
            && !(1..=2).contains(&backed.values.ndim())
        {
            let n = backed.values.ndim();
            return Err(Error::invalid(values, format!("expected a block of 1 or 2 dimensions, found {n}")));
        }
        Ok(Block { value: values, stack, placement })
    }

    /// The block, if it holds as many columns as its placement says.
    ///
    /// Not asked of a Series: its placement counts rows, `slice(0, 0, 1)` where there are none.
    pub(crate) fn checked(self) -> Result<Block<'p>> {
        match self.placement.count() {
            Some(count) if count != self.width() => {
                let message = format!("expected {count} columns by the placement, found {}", self.width());
                Err(Error::invalid(self.value, message))
            }
            _ => Ok(self),
        }
    }

    /// How many columns it holds.
    pub(crate) fn width(&self) -> usize {
        match &self.stack {
            Stack::Rows(backed) => match backed.values.shape() {
                [width, _, ..] => *width,
                _ => 1,
            },
            Stack::One(_) => 1,
        }
    }

    /// Hands out its columns with their positions in the frame of `width` columns.
    pub(crate) fn for_each(self, width: usize, mut put: impl FnMut(usize, Array<'p>) -> bool) -> Result<()> {
        let Block { value, stack, placement } = &self;
        let mut place = |k: usize, array: Array<'p>| {
            let Some(at) = placement.nth(k, width) else {
                return Err(Error::invalid(
                    *value,
                    format!("its column {k} lies outside the {width} of the frame"),
                ));
            };
            if put(at, array) {
                return Ok(());
            }
            Err(Error::invalid(*value, format!("column {at} of the frame is in two blocks")))
        };
        match stack {
            Stack::One(array) => place(0, array.clone()),
            Stack::Rows(backed) if backed.values.ndim() == 1 => {
                place(0, backed.meaning.clone().array(backed.values.clone()))
            }
            Stack::Rows(backed) => {
                for k in 0..self.width() {
                    place(k, backed.meaning.clone().array(backed.values.row(k)?))?;
                }
                Ok(())
            }
        }
    }

    /// The one column of a Series.
    pub(crate) fn into_array(self) -> Result<Array<'p>> {
        match self.stack {
            Stack::One(array) => Ok(array),
            Stack::Rows(backed) => backed.into_array(self.value),
        }
    }
}

/// Values and placement.
fn parts(value: Value<'_>) -> Option<(Value<'_>, Value<'_>)> {
    if let Some(dict) = value.as_dict() {
        return Some((get(dict, "values")?, get(dict, "mgr_locs")?));
    }
    if let Some(made) = Made::of(value) {
        return match made.name {
            Name::MakeBlock => Some((made.args.get(0)?, made.args.get(1)?)),
            Name::Block => {
                let state = made.state()?.as_seq()?;
                Some((state.get(1)?, state.get(0)?))
            }
            _ => None,
        };
    }
    // REDUCE (REDUCE functools:partial (new_block,) BUILD (new_block, (), {'ndim': 2}, None)) (values, placement)
    let object = value.as_object()?;
    let partial = object.callable().call()?;
    if (partial.module, partial.name) != ("functools", "partial") {
        return None;
    }
    let function = partial.args.get(0)?.as_class()?;
    match Name::of_class(function)? {
        Name::MakeBlock => Some((object.arg(0)?, object.arg(1)?)),
        _ => None,
    }
}
