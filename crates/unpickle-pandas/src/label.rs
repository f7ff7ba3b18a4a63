//! Labels of an axis one by one, to look them up: what pandas before 0.14 placed columns by.

use std::cmp::Ordering;
use std::fmt;

use unpickle_core::{Error, Result, Value};
use unpickle_numpy::{DtypeKind, NdArray};

use crate::array::Array;
use crate::categorical::checked_codes;
use crate::index::Index;
use crate::names::text;
use crate::stdlib::{self, Std};

/// A label that can be compared: as Python's, `1` and `1.0` are one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Label {
    /// `None`, or no label at all.
    Missing,
    /// An integer, or a float without a fraction.
    Int(i64),
    /// Another float, by its bits.
    Float(u64),
    /// A `datetime.datetime` without a zone: microseconds since 1970.
    Time(i64),
    /// Text.
    Text(String),
    /// A tuple, of a `MultiIndex` or as it is.
    Tuple(Vec<Label>),
}

/// Deepest tuple of tuples, which a pickle may share without end.
const DEEPEST: u8 = 2;

/// Most labels that are looked at one by one, over all levels of an axis.
pub(crate) const MOST: usize = 1 << 22;

impl Label {
    /// The label in `value`, if it is of a kind that can be compared here.
    pub(crate) fn of(value: Value<'_>) -> Option<Label> {
        Label::nested(value, DEEPEST)
    }

    fn nested(value: Value<'_>, depth: u8) -> Option<Label> {
        if let Some(text) = text(value) {
            return Some(Label::Text(text.to_owned()));
        }
        if value.is_none() {
            return Some(Label::Missing);
        }
        let int = value.as_i64().or_else(|| value.as_bool().map(i64::from));
        if let Some(int) = int {
            return Some(Label::Int(int));
        }
        if let Some(float) = value.as_f64() {
            return Some(Label::float(float));
        }
        if let Some(items) = value.as_tuple() {
            let depth = depth.checked_sub(1)?;
            // Labels of more parts are no labels.
            let items = items.iter().take(64).map(|item| Label::nested(item, depth));
            return items.collect::<Option<_>>().map(Label::Tuple);
        }
        match stdlib::recognise(value)? {
            Std::DateTime(time) if time.time.zone.is_none() => Some(Label::Time(time.micros())),
            _ => None,
        }
    }

    fn float(float: f64) -> Label {
        #[expect(clippy::cast_possible_truncation, reason = "it has just been seen to be whole and small")]
        if float.fract() == 0.0 && float.abs() < 1e15 {
            Label::Int(float as i64)
        } else if float.is_nan() {
            Label::Missing
        } else {
            Label::Float(float.to_bits())
        }
    }

    /// The order that `sorted` has in Python 2: numbers, then text.
    pub(crate) fn order(&self, other: &Label) -> Ordering {
        let number = |label: &Label| match label {
            Label::Int(int) => Some(*int as f64),
            Label::Float(bits) => Some(f64::from_bits(*bits)),
            _ => None,
        };
        match (number(self), number(other)) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => self.cmp(other),
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Label::Missing => f.write_str("None"),
            Label::Int(int) => write!(f, "{int}"),
            Label::Float(bits) => write!(f, "{}", f64::from_bits(*bits)),
            Label::Time(micros) => write!(f, "the time {micros}"),
            Label::Text(text) => write!(f, "`{text}`"),
            Label::Tuple(items) => {
                f.write_str("(")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str(")")
            }
        }
    }
}

/// The labels of an index, if all can be compared.
pub(crate) fn labels(index: &Index<'_>) -> Result<Option<Vec<Label>>> {
    let cost = match index {
        // A level may have more labels than the axis.
        Index::Multi { levels, codes, .. } => {
            let own = levels.iter().fold(0usize, |sum, level| sum.saturating_add(level.len()));
            index.len().saturating_mul(codes.len()).saturating_add(own)
        }
        index => index.len(),
    };
    if cost > MOST {
        return Err(Error::limit(format!("more than {MOST} labels of an axis to be looked up")));
    }
    match index {
        Index::Range { start, step, .. } => {
            let label = |i: usize| {
                let i = i64::try_from(i).ok()?;
                Some(Label::Int(start.checked_add(step.checked_mul(i)?)?))
            };
            Ok((0..index.len()).map(label).collect())
        }
        Index::Flat { array, .. } => of_array(array),
        Index::Multi { levels, codes, .. } => {
            let mut all = vec![Vec::new(); index.len()];
            for (level, codes) in levels.iter().zip(codes) {
                let Some(labels) = labels_of_level(level)? else { return Ok(None) };
                let codes = checked_codes(codes, labels.len(), 0..codes.len())?;
                for (label, code) in all.iter_mut().zip(codes) {
                    let part = usize::try_from(code).ok().and_then(|code| labels.get(code));
                    label.push(part.cloned().unwrap_or(Label::Missing));
                }
            }
            Ok(Some(all.into_iter().map(Label::Tuple).collect()))
        }
    }
}

/// The labels of a level, which is no `MultiIndex` again.
fn labels_of_level(level: &Index<'_>) -> Result<Option<Vec<Label>>> {
    match level {
        Index::Multi { .. } => Ok(None),
        level => labels(level),
    }
}

fn of_array(array: &Array<'_>) -> Result<Option<Vec<Label>>> {
    match array {
        Array::Numpy(array) => of_numpy(array),
        Array::Labels(labels) => Ok(Some(labels.to_vec())),
        _ => Ok(None),
    }
}

/// The labels in a numpy array, if all can be compared. Times are compared by their counts, which have one unit in a
/// frame.
pub(crate) fn of_numpy(array: &NdArray<'_>) -> Result<Option<Vec<Label>>> {
    let rows = 0..array.len();
    Ok(match array.dtype().kind() {
        DtypeKind::Object => array.objects().and_then(|cells| cells.iter().map(Label::of).collect()),
        DtypeKind::Int(8) | DtypeKind::Datetime(_) => {
            let mut out: Vec<i64> = Vec::new();
            array.copy_native(rows, &mut out)?;
            Some(out.into_iter().map(Label::Int).collect())
        }
        DtypeKind::Int(4) => {
            let mut out: Vec<i32> = Vec::new();
            array.copy_native(rows, &mut out)?;
            Some(out.into_iter().map(|int| Label::Int(int.into())).collect())
        }
        DtypeKind::Float(8) => {
            let mut out: Vec<f64> = Vec::new();
            array.copy_native(rows, &mut out)?;
            Some(out.into_iter().map(Label::float).collect())
        }
        _ => None,
    })
}
