//! The arrays of pandas: what holds the cells of one column, or of several of a kind.

use std::io::Write;

use arrow_array::cast::AsArray as _;
use arrow_array::{Array as _, ArrayRef};
use unpickle_core::{Category, Error, Result};
use unpickle_numpy::{Dtype, Unit};

use crate::cells::{Missing, cells};
use crate::column::Column;
use crate::kind::{Kind, datetime, timedelta};
use crate::numbers::{self, Null};
use crate::pen::Pen;
use crate::{arrow_text, categories, offsets, zone};

/// Cells as pandas keeps them. `two_dimensional` is said for a block of a frame: there, each column is a row of an array of two
/// dimensions, but for arrays of pandas' own, which have one.
pub(crate) fn array<W: Write>(
    pen: &mut Pen<W>,
    columns: &[Column<'_>],
    kind: &Kind,
    two_dimensional: bool,
) -> Result<()> {
    let Some(first) = columns.first() else { return Ok(()) };
    let shape = if two_dimensional { vec![columns.len(), first.len] } else { vec![first.len] };
    match kind {
        Kind::Number(dtype) => pen.arrays.raw(&mut pen.out, &native(dtype), &shape, false, |out| {
            columns.iter().try_for_each(|column| within(column, numbers::plain(column, Null::Nan, out)))
        }),
        Kind::Widened => {
            let mut rounded = Vec::new();
            pen.arrays.raw(&mut pen.out, &native(&Dtype::float(8)), &shape, false, |out| {
                for column in columns {
                    if within(column, numbers::widened(column, out))? {
                        rounded.push(column.name().to_owned());
                    }
                }
                Ok(())
            })?;
            for name in rounded {
                pen.note(format!(
                    "column `{name}`: whole numbers beside nulls are float64, where some are rounded"
                ));
            }
            Ok(())
        }
        Kind::Complex(dtype) => pen.arrays.raw(&mut pen.out, &native(dtype), &shape, false, |out| {
            columns.iter().try_for_each(|column| within(column, numbers::complex(column, out)))
        }),
        Kind::Objects => {
            pen.arrays.begin_objects(&mut pen.out, &shape)?;
            for column in columns {
                within(column, cells(pen, column, Missing::None))?;
            }
            pen.arrays.end_objects(&mut pen.out)
        }
        Kind::Moment(unit) => {
            let dtype = native(&datetime(*unit));
            backed(
                pen,
                "pandas.core.arrays.datetimes",
                "DatetimeArray",
                |pen| pen.arrays.dtype(&mut pen.out, &dtype),
                |pen| ticks(pen, columns, &dtype, *unit, &shape),
            )
        }
        Kind::Span(unit) => {
            let dtype = native(&timedelta(*unit));
            backed(
                pen,
                "pandas.core.arrays.timedeltas",
                "TimedeltaArray",
                |pen| pen.arrays.dtype(&mut pen.out, &dtype),
                |pen| ticks(pen, columns, &dtype, *unit, &shape),
            )
        }
        Kind::Zoned(unit, name) => {
            let dtype = native(&datetime(*unit));
            let zoned = |pen: &mut Pen<W>| {
                pen.begin_object("pandas.core.dtypes.dtypes", "DatetimeTZDtype", 2)?;
                pen.key("unit")?;
                pen.key(unit.symbol())?;
                pen.key("tz")?;
                zone::zone(pen, name)?;
                pen.end_object()
            };
            backed(pen, "pandas.core.arrays.datetimes", "DatetimeArray", zoned, |pen| {
                ticks(pen, columns, &dtype, *unit, &shape)
            })
        }
        Kind::Period(freq) => {
            let dtype = |pen: &mut Pen<W>| {
                pen.begin_call("pandas.core.dtypes.dtypes", "PeriodDtype", 1)?;
                offsets::offset(pen, freq)?;
                pen.end_call()
            };
            backed(pen, "pandas.core.arrays.period", "PeriodArray", dtype, |pen| {
                let dtype = native(&Dtype::int(8));
                pen.arrays.raw(&mut pen.out, &dtype, &shape, false, |out| within(first, ordinals(first, out)))
            })
        }
        Kind::PythonText => {
            let dtype = |pen: &mut Pen<W>| {
                pen.begin_object("pandas.core.arrays.string_", "StringDtype", 1)?;
                pen.key("storage")?;
                pen.key("python")?;
                pen.end_object()
            };
            backed(pen, "pandas.core.arrays.string_", "StringArray", dtype, |pen| {
                pen.arrays.begin_objects(&mut pen.out, &[first.len])?;
                within(first, cells(pen, first, Missing::Na))?;
                pen.arrays.end_objects(&mut pen.out)
            })
        }
        Kind::ArrowText => within(first, arrow_text::array(pen, first)),
        Kind::Masked(module, class, dtype) => within(first, masked(pen, first, module, class, dtype)),
        Kind::Categorical { ordered } => within(first, categories::categorical(pen, first, *ordered)),
        Kind::Interval(closed) => within(first, intervals(pen, first, closed)),
    }
}

/// What went wrong is in this column.
pub(crate) fn within<T>(column: &Column<'_>, result: Result<T>) -> Result<T> {
    result.map_err(
        |error| if error.is_io() { error } else { error.within(format!("column `{}`", column.name())) },
    )
}

/// The dtype in the byte order of this machine, in which Arrow has its numbers.
pub(crate) fn native(dtype: &Dtype) -> Dtype {
    dtype.with_big_endian(cfg!(target_endian = "big"))
}

/// An array of pandas around one of numpy, of whatever dtype.
pub(crate) fn backed<W: Write>(
    pen: &mut Pen<W>,
    module: &'static str,
    class: &'static str,
    dtype: impl FnOnce(&mut Pen<W>) -> Result<()>,
    values: impl FnOnce(&mut Pen<W>) -> Result<()>,
) -> Result<()> {
    pen.out.begin_object()?;
    pen.begin_call("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked", 3)?;
    pen.global(module, class)?;
    // The checksum of the class' attributes that pandas 1.3 to 2.1 have, which later ones take, too.
    pen.out.int(223_698_104)?;
    pen.out.none()?;
    pen.end_call()?;
    pen.out.begin_tuple(3)?;
    dtype(pen)?;
    values(pen)?;
    pen.out.begin_dict(0)?;
    pen.out.end()?;
    pen.out.end()?;
    pen.out.build()?;
    pen.out.end().map(drop)
}

fn ticks<W: Write>(
    pen: &mut Pen<W>,
    columns: &[Column<'_>],
    dtype: &Dtype,
    unit: Unit,
    shape: &[usize],
) -> Result<()> {
    pen.arrays.raw(&mut pen.out, dtype, shape, false, |out| {
        columns.iter().try_for_each(|column| within(column, numbers::ticks(column, unit, out)))
    })
}

/// Periods, by their number; nulls as NaT.
fn ordinals(column: &Column<'_>, out: &mut dyn Write) -> Result<()> {
    column.for_each(|chunk| {
        let cells = chunk.as_primitive::<arrow_array::types::Int64Type>().iter();
        let bytes: Vec<u8> = cells.flat_map(|cell| cell.unwrap_or(i64::MIN).to_ne_bytes()).collect();
        Ok(out.write_all(&bytes)?)
    })
}

/// A nullable array: values, and a mask of those that are missing.
fn masked<W: Write>(
    pen: &mut Pen<W>,
    column: &Column<'_>,
    module: &'static str,
    class: &'static str,
    dtype: &Dtype,
) -> Result<()> {
    let boolean = class == "BooleanArray";
    pen.begin_object(module, class, if boolean { 3 } else { 2 })?;
    if boolean {
        pen.key("_dtype")?;
        pen.empty_object(module, "BooleanDtype")?;
    }
    pen.key("_data")?;
    let shape = [column.len];
    pen.arrays
        .raw(&mut pen.out, &native(dtype), &shape, false, |out| numbers::plain(column, Null::Masked, out))?;
    pen.key("_mask")?;
    pen.arrays.raw(&mut pen.out, &Dtype::bool(), &shape, false, |out| mask(column, out))?;
    pen.end_object()
}

fn mask(column: &Column<'_>, out: &mut dyn Write) -> Result<()> {
    column.for_each(|chunk| {
        let bytes: Vec<u8> = (0..chunk.len()).map(|i| chunk.is_null(i).into()).collect();
        Ok(out.write_all(&bytes)?)
    })
}

/// Intervals: the array of the left ends, and that of the right ones.
fn intervals<W: Write>(pen: &mut Pen<W>, column: &Column<'_>, closed: &str) -> Result<()> {
    let ends = ends(column)?;
    let kinds = interval_kinds(pen, &ends)?;
    pen.out.begin_object()?;
    pen.begin_call("pandas._libs.interval", "__pyx_unpickle_IntervalMixin", 3)?;
    pen.global("pandas.core.arrays.interval", "IntervalArray")?;
    // As above.
    pen.out.int(222_419_149)?;
    pen.out.none()?;
    pen.end_call()?;
    pen.out.begin_tuple(1)?;
    pen.out.begin_dict(3)?;
    pen.key("_dtype")?;
    pen.begin_object("pandas.core.dtypes.dtypes", "IntervalDtype", 2)?;
    pen.key("subtype")?;
    let subtype = match &kinds {
        Kind::Number(dtype) => native(dtype),
        Kind::Moment(unit) => native(&datetime(*unit)),
        Kind::Span(unit) => native(&timedelta(*unit)),
        _ => native(&Dtype::float(8)),
    };
    pen.arrays.dtype(&mut pen.out, &subtype)?;
    pen.key("closed")?;
    pen.key(closed)?;
    pen.end_object()?;
    for (name, end) in ["_left", "_right"].into_iter().zip(&ends) {
        pen.key(name)?;
        array(pen, std::slice::from_ref(end), &kinds, false)?;
    }
    pen.out.end()?;
    pen.out.end()?;
    pen.out.build()?;
    pen.out.end().map(drop)
}

/// The two ends of intervals, null where the whole is.
pub(crate) fn ends(column: &Column<'_>) -> Result<[Column<'static>; 2]> {
    let whole: ArrayRef = column.whole()?;
    let parts = whole.as_struct();
    let (fields, nulls) = (parts.fields(), parts.nulls());
    let mut ends = fields.iter().zip(parts.columns()).map(|(field, part)| {
        let data = part.to_data().into_builder().nulls(arrow_buffer::NullBuffer::union(part.nulls(), nulls));
        let part = data.build().map_err(crate::source::arrow_error)?;
        Ok::<_, Error>(Column::of_array(field.clone(), arrow_array::make_array(part)))
    });
    match (ends.next(), ends.next()) {
        (Some(left), Some(right)) => Ok([left?, right?]),
        _ => Err(Error::message(Category::Data, "intervals without two ends")),
    }
}

/// What both ends are; they are alike.
pub(crate) fn interval_kinds<W: Write>(pen: &Pen<W>, ends: &[Column<'_>; 2]) -> Result<Kind> {
    let [left, right] = ends;
    let nulls = left.null_count()? + right.null_count()? > 0;
    let kind = Kind::of(&left.field, nulls, None, pen.target)?.of_index(pen.target);
    let other = Kind::of(&right.field, nulls, None, pen.target)?.of_index(pen.target);
    match kind {
        Kind::Number(_) | Kind::Widened | Kind::Moment(_) | Kind::Span(_) if kind == other => Ok(kind),
        _ => Err(Error::message(
            Category::Unsupported,
            format!("intervals of {} are not supported", left.data_type()),
        )),
    }
}
