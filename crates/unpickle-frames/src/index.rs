//! Indexes: what stands before the rows, and above the columns.

use std::io::Write;
use std::slice;

use serde_json::Value as Json;
use unpickle_core::{Category, Error, Result};

use crate::arrays::{array, ends, interval_kinds};
use crate::column::Column;
use crate::kind::Kind;
use crate::pen::Pen;

const BASE: &str = "pandas.core.indexes.base";

/// `_new_Index(cls, {…})`
fn begin<W: Write>(pen: &mut Pen<W>, module: &'static str, class: &'static str, len: usize) -> Result<()> {
    pen.begin_call(BASE, "_new_Index", 2)?;
    pen.global(module, class)?;
    pen.out.begin_dict(len).map(drop)
}

fn end<W: Write>(pen: &mut Pen<W>) -> Result<()> {
    pen.out.end()?;
    pen.end_call()
}

fn name<W: Write>(pen: &mut Pen<W>, name: Option<&Json>) -> Result<()> {
    pen.key("name")?;
    pen.json(name.unwrap_or(&Json::Null))
}

/// An index of counted rows.
pub(crate) fn range<W: Write>(pen: &mut Pen<W>, range: [i64; 3], named: Option<&Json>) -> Result<()> {
    begin(pen, "pandas.core.indexes.range", "RangeIndex", 4)?;
    name(pen, named)?;
    for (key, value) in ["start", "stop", "step"].into_iter().zip(range) {
        pen.key(key)?;
        pen.out.int(value)?;
    }
    end(pen)
}

/// An index of one level.
pub(crate) fn flat<W: Write>(
    pen: &mut Pen<W>,
    column: &Column<'_>,
    kind: &Kind,
    named: Option<&Json>,
) -> Result<()> {
    match kind {
        Kind::Moment(_) | Kind::Zoned(..) => {
            pen.begin_call("pandas.core.indexes.datetimes", "_new_DatetimeIndex", 2)?;
            pen.global("pandas.core.indexes.datetimes", "DatetimeIndex")?;
            pen.out.begin_dict(2)?;
        }
        Kind::Span(_) => begin(pen, "pandas.core.indexes.timedeltas", "TimedeltaIndex", 2)?,
        Kind::Period(_) => begin(pen, "pandas.core.indexes.period", "PeriodIndex", 2)?,
        Kind::Categorical { .. } => begin(pen, "pandas.core.indexes.category", "CategoricalIndex", 2)?,
        Kind::Interval(closed) => return intervals(pen, column, closed, named),
        _ => begin(pen, BASE, "Index", 2)?,
    }
    pen.key("data")?;
    array(pen, slice::from_ref(column), kind, false)?;
    name(pen, named)?;
    end(pen)
}

fn intervals<W: Write>(
    pen: &mut Pen<W>,
    column: &Column<'_>,
    closed: &str,
    named: Option<&Json>,
) -> Result<()> {
    let ends = ends(column)?;
    let kind = interval_kinds(pen, &ends)?;
    pen.begin_call("pandas.core.indexes.interval", "_new_IntervalIndex", 2)?;
    pen.global("pandas.core.indexes.interval", "IntervalIndex")?;
    pen.out.begin_dict(4)?;
    for (key, end) in ["left", "right"].into_iter().zip(&ends) {
        pen.key(key)?;
        flat(pen, end, &kind, None)?;
    }
    pen.key("closed")?;
    pen.key(closed)?;
    name(pen, named)?;
    end(pen)
}

/// A level of an index of several: its distinct values, a code for each row, a name.
pub(crate) struct Level {
    pub(crate) values: Column<'static>,
    pub(crate) kind: Kind,
    pub(crate) codes: Vec<i32>,
    pub(crate) name: Json,
}

/// An index of several levels.
pub(crate) fn multi<W: Write>(pen: &mut Pen<W>, levels: &[Level]) -> Result<()> {
    if levels.is_empty() {
        return Err(Error::message(Category::Data, "an index of no levels"));
    }
    begin(pen, "pandas.core.indexes.multi", "MultiIndex", 4)?;
    pen.key("levels")?;
    pen.out.begin_list(levels.len())?;
    for level in levels {
        flat(pen, &level.values, &level.kind, Some(&level.name))?;
    }
    pen.out.end()?;
    pen.key("codes")?;
    pen.out.begin_list(levels.len())?;
    for level in levels {
        crate::categories::write_codes(pen, &level.codes, level.values.len)?;
    }
    pen.out.end()?;
    pen.key("sortorder")?;
    pen.out.none()?;
    pen.key("names")?;
    pen.out.begin_list(levels.len())?;
    levels.iter().try_for_each(|level| pen.json(&level.name))?;
    pen.out.end()?;
    end(pen)
}
