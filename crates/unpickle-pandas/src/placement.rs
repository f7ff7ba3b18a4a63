//! Which columns of a frame a block holds: `mgr_locs`.

use unpickle_core::{Error, FromPickle, Result, Value};
use unpickle_numpy::{DtypeKind, NdArray};

use crate::array::one_dimension;
use crate::names::{Made, Name};

/// The positions of a block's columns.
pub(crate) enum Placement {
    /// `slice (start, stop, step)`: pandas lets `stop` lie beyond the axis, so the block's own width counts.
    Steps { start: i64, step: i64 },
    /// int64 positions.
    Listed(Vec<i64>),
}

impl Placement {
    /// A slice, an array of positions, a list of them, one position, or a `BlockPlacement` of any of these.
    pub(crate) fn read(value: Value<'_>) -> Result<Placement> {
        let mut inner = value;
        if let Some(made) = Made::of(value).filter(|made| made.name == Name::BlockPlacement) {
            let Some(arg) = made.args.get(0) else {
                return Err(Error::data(value, "the placement of a block"));
            };
            inner = arg;
        }
        if let Some(at) = inner.as_i64() {
            return Ok(Placement::Steps { start: at, step: 1 });
        }
        if let Some(call) = inner.call() {
            if (call.module, call.name) == ("builtins", "slice") {
                let bound = |i: usize, default: i64| match call.args.get(i) {
                    Some(bound) if bound.is_none() => Ok(default),
                    Some(bound) => bound.as_i64().ok_or_else(|| Error::data(bound, "a bound of a slice")),
                    None => Ok(default),
                };
                return Ok(Placement::Steps { start: bound(0, 0)?, step: bound(2, 1)? });
            }
            return listed(inner);
        }
        let Some(seq) = inner.as_seq() else { return Err(Error::data(inner, "the placement of a block")) };
        let positions =
            seq.iter().map(|at| at.as_i64().ok_or_else(|| Error::data(at, "the position of a column")));
        Ok(Placement::Listed(positions.collect::<Result<_>>()?))
    }

    /// Where the `k`th column of the block goes, if that is anywhere below `width`.
    pub(crate) fn nth(&self, k: usize, width: usize) -> Option<usize> {
        let at = match self {
            Placement::Steps { start, step } => {
                start.checked_add(step.checked_mul(i64::try_from(k).ok()?)?)?
            }
            Placement::Listed(positions) => *positions.get(k)?,
        };
        usize::try_from(at).ok().filter(|at| *at < width)
    }

    /// How many positions are listed; a slice leaves that to the block.
    pub(crate) fn count(&self) -> Option<usize> {
        match self {
            Placement::Steps { .. } => None,
            Placement::Listed(positions) => Some(positions.len()),
        }
    }
}

fn listed(value: Value<'_>) -> Result<Placement> {
    let array = NdArray::from_pickle(value)?;
    one_dimension(value, &array)?;
    let rows = 0..array.len();
    match array.dtype().kind() {
        DtypeKind::Int(8) => {
            let mut positions: Vec<i64> = Vec::new();
            array.copy_native(rows, &mut positions)?;
            Ok(Placement::Listed(positions))
        }
        // Windows and 32-bit builds of old.
        DtypeKind::Int(4) => {
            let mut positions: Vec<i32> = Vec::new();
            array.copy_native(rows, &mut positions)?;
            Ok(Placement::Listed(positions.into_iter().map(i64::from).collect()))
        }
        _ => Err(Error::data(value, "positions of int64")),
    }
}
