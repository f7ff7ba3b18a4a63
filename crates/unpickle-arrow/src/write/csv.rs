//! CSV as `DataFrame.to_csv` writes it: the index in front, labels above, what is missing empty.
//!
//! Cells are what pandas prints: floats by Python's `repr`, `True`, `2020-01-31` for columns of whole days and
//! `2020-01-31 12:00:00` for others, `1 days 00:00:00`, `2020Q1`, `(0, 1]`, `(1+2j)`, `b'..'`. Lists and structs are
//! JSON, where pandas would print Python.

use std::io::Write;
use std::sync::Arc;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_schema::{DataType, Field, SchemaRef};
use serde_json::Value as Json;
use unpickle_core::Result;

use super::cells::{self, Cells, Clock};
use super::options::WriteOptions;
use super::period::Freq;
use super::pipeline::{self, Bounds};
use super::text::{self, Fraction};
use super::{json, lines};
use crate::columns::{Columns, checked_column};
use crate::csv_layout::CsvCells;
use crate::zone::Zone;

pub(super) fn write<W: Write>(table: &dyn Columns, options: &WriteOptions<'_>, mut sink: W) -> Result<()> {
    let schema = table.schema();
    let layout = table.csv();
    let looks = looks(table, &schema, options)?;
    let mut head = Vec::new();
    for line in layout.header() {
        let mut cells = line.iter();
        if let Some(cell) = cells.next() {
            push_text(cell, &mut head);
        }
        for cell in cells {
            head.push(b',');
            push_text(cell, &mut head);
        }
        end_line(0, line.len(), &mut head);
    }
    sink.write_all(&head)?;

    let index = layout.index.iter().map(|level| level.cells);
    let fields: Vec<CsvCells> =
        index.chain(layout.columns.iter().map(|column| CsvCells::Column(column.column))).collect();
    lines::write(table, options, sink, |rows, out| {
        let arrays = fields
            .iter()
            .map(|cells| match cells {
                CsvCells::Column(column) => checked_column(table, &schema, *column, rows.clone()).map(Some),
                CsvCells::Range { .. } => Ok(None),
            })
            .collect::<Result<Vec<_>>>()?;
        let mut columns: Vec<(Cells<'_>, bool)> = Vec::with_capacity(fields.len());
        for (cells, array) in fields.iter().zip(&arrays) {
            columns.push(match (cells, array) {
                (CsvCells::Column(column), Some(array)) => {
                    let field = schema.field(*column);
                    let look = looks.get(*column).copied().unwrap_or_default();
                    let cells = column_cells(field, array, look)
                        .map_err(|error| error.within(format!("column `{}`", field.name())))?;
                    (cells, may_need_quotes(array.data_type()))
                }
                (CsvCells::Range { start, step }, _) => {
                    let (start, step) = (i128::from(*start), i128::from(*step));
                    let first = rows.start as i128;
                    (
                        Box::new(move |row, out| text::display(start + (first + row as i128) * step, out)),
                        false,
                    )
                }
                (CsvCells::Column(_), None) => (Box::new(|_, _| {}), false),
            });
        }
        for row in 0..rows.len() {
            out.line(|out| {
                let start = out.len();
                for (at, (cell, quotes)) in columns.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    let start = out.len();
                    cell(row, out);
                    if *quotes {
                        quote(start, out);
                    }
                }
                end_line(start, columns.len(), out);
            })?;
        }
        Ok(())
    })
}

/// Ends a line. One that is empty altogether would be skipped by readers, so its only field is quoted.
fn end_line(start: usize, fields: usize, out: &mut Vec<u8>) {
    if fields == 1 && out.len() == start {
        out.extend_from_slice(b"\"\"");
    }
    out.push(b'\n');
}

fn push_text(text: &str, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(text.as_bytes());
    quote(start, out);
}

/// Quotes what was appended since `start`, if it must be.
fn quote(start: usize, out: &mut Vec<u8>) {
    let cell = out.get(start..).unwrap_or_default();
    if !cell.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        return;
    }
    let cell = cell.to_vec();
    out.truncate(start);
    out.push(b'"');
    for byte in cell {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

fn may_need_quotes(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => may_need_quotes(values),
        DataType::Boolean | DataType::Null | DataType::Timestamp(..) => false,
        kind => !kind.is_numeric(),
    }
}

/// How pandas shows all the times of a column; it decides by looking at each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    /// Nothing but whole days.
    days: bool,
    fraction: Fraction,
    /// The cells were `datetime.timedelta`, which Python prints in its own way.
    python: bool,
}

impl Default for Look {
    fn default() -> Self {
        Look { days: false, fraction: Fraction::AsNeeded, python: false }
    }
}

/// Looks at the columns of times: the others look like themselves.
fn looks(table: &dyn Columns, schema: &SchemaRef, options: &WriteOptions<'_>) -> Result<Vec<Look>> {
    let pandas = schema.metadata().get("pandas").and_then(|text| serde_json::from_str::<Json>(text).ok());
    let numpy_type = |field: &Field| {
        let entries = pandas.as_ref()?.get("columns")?.as_array()?;
        let is = |entry: &&Json| entry.get("field_name").and_then(Json::as_str) == Some(field.name());
        entries.iter().find(is)?.get("numpy_type")?.as_str().map(str::to_owned)
    };
    let rows = table.num_rows();
    let fields = schema.fields();
    let bounds = Bounds {
        threads: options.threads_for(rows.saturating_mul(fields.len())),
        tasks: usize::MAX,
        bytes: usize::MAX,
    };
    let work = |column: usize| -> Result<Look> {
        let Some(field) = fields.get(column) else { return Ok(Look::default()) };
        let kind = match field.data_type() {
            DataType::Dictionary(_, values) => values.as_ref(),
            kind => kind,
        };
        if !matches!(kind, DataType::Timestamp(..) | DataType::Duration(_)) {
            return Ok(Look::default());
        }
        match numpy_type(field) {
            Some(name) if name == "object" => {
                return Ok(Look { python: matches!(kind, DataType::Duration(_)), ..Look::default() });
            }
            Some(name) if name.ends_with("[pyarrow]") => return Ok(Look::default()),
            _ => {}
        }
        let mut seen = Seen::default();
        let mut start = 0;
        while start < rows {
            let end = start.saturating_add(options.batch_size).min(rows);
            seen.look(&checked_column(table, schema, column, start..end)?);
            start = end;
        }
        Ok(seen.look_of(kind))
    };
    pipeline::run(
        fields.len(),
        bounds,
        work,
        |_| 0,
        |results| (0..fields.len()).map(|_| results.next()).collect(),
    )
}

/// What the times of a column have between days and nanoseconds.
#[derive(Default)]
struct Seen {
    clock: bool,
    millis: bool,
    micros: bool,
    nanos: bool,
}

impl Seen {
    fn look(&mut self, array: &arrow_array::ArrayRef) {
        let Some((_, unit, numbers)) = cells::times(array) else {
            if let Some((keys, values)) = cells::keys(array)
                && let Some((_, unit, numbers)) = cells::times(values)
            {
                (0..array.len()).filter_map(keys).for_each(|at| self.add(numbers(at), unit));
            }
            return;
        };
        (0..array.len()).filter(|row| array.is_valid(*row)).for_each(|row| self.add(numbers(row), unit));
    }

    fn add(&mut self, value: i64, unit: arrow_schema::TimeUnit) {
        let (seconds, nanos) = text::split(value, unit);
        self.clock |= seconds.rem_euclid(86_400) != 0 || nanos != 0;
        self.millis |= nanos != 0;
        self.micros |= nanos % 1_000_000 != 0;
        self.nanos |= nanos % 1_000 != 0;
    }

    fn look_of(&self, kind: &DataType) -> Look {
        let duration = matches!(kind, DataType::Duration(_));
        let zoned = matches!(kind, DataType::Timestamp(_, Some(_)));
        let digits = match self {
            Seen { nanos: true, .. } => 9,
            Seen { micros: true, .. } => 6,
            // Differences of time have no milliseconds in pandas.
            Seen { millis: true, .. } if duration => 6,
            Seen { millis: true, .. } => 3,
            _ => 0,
        };
        Look { days: !self.clock && !zoned, fraction: Fraction::Digits(digits), python: false }
    }
}

fn column_cells<'a>(field: &Field, array: &'a dyn Array, look: Look) -> Result<Cells<'a>> {
    if matches!(array.data_type(), DataType::Null) {
        return Ok(Box::new(|_, _| {}));
    }
    Ok(cells::or_null(array, b"", values(field, array, look)?))
}

fn values<'a>(field: &Field, array: &'a dyn Array, look: Look) -> Result<Cells<'a>> {
    if let Some(freq) = cells::extension(field, "pandas.period", "freq").and_then(|name| Freq::parse(&name))
        && let DataType::Int64 = array.data_type()
    {
        let ordinals = array.as_primitive::<arrow_array::types::Int64Type>();
        return Ok(Box::new(move |row, out| freq.write(ordinals.value(row), out)));
    }
    // NaN is missing, to pandas.
    let special = |value: f64, out: &mut Vec<u8>| {
        if !value.is_nan() {
            text::float(value, out);
        }
    };
    if let Some(cells) = cells::exact_numbers(array).or_else(|| cells::floats(array, special)) {
        return Ok(cells);
    }
    if let Some(cells) = cells::strings(array, |text, out| out.extend_from_slice(text.as_bytes())) {
        return Ok(cells);
    }
    let uuid = cells::is_extension(field, "arrow.uuid");
    let bytes = move |bytes: &[u8], out: &mut Vec<u8>| {
        if uuid { text::uuid(bytes, out) } else { text::python_bytes(bytes, out) }
    };
    if let Some(cells) = cells::binaries(array, bytes).or_else(|| times(array, look)) {
        return Ok(cells);
    }
    if let Some((keys, values)) = cells::keys(array) {
        let field = Field::new(field.name(), values.data_type().clone(), true);
        let value = column_cells(&field, values, look)?;
        return Ok(Box::new(move |row, out| {
            if let Some(at) = keys(row) {
                value(at, out);
            }
        }));
    }
    match array.data_type() {
        DataType::Boolean => {
            let array = array.as_boolean();
            Ok(Box::new(move |row, out| {
                out.extend_from_slice(if array.value(row) { b"True" } else { b"False" })
            }))
        }
        DataType::Struct(_) => match (complex(field, array), interval(field, array)?) {
            (Some(cells), _) | (None, Some(cells)) => Ok(cells),
            _ => json::cells_of(field, array, json::Nesting::cell()),
        },
        _ => json::cells_of(field, array, json::Nesting::cell()),
    }
}

fn times(array: &dyn Array, look: Look) -> Option<Cells<'_>> {
    let (clock, unit, numbers) = cells::times(array)?;
    let zone = match array.data_type() {
        DataType::Timestamp(_, zone) => zone.as_deref().map(Zone::shown),
        _ => None,
    };
    Some(Box::new(move |row, out| {
        let value = numbers(row);
        let (seconds, nanos) = text::split(value, unit);
        let days = seconds.div_euclid(86_400);
        match clock {
            Clock::Date => text::date(days, out),
            Clock::Timestamp if look.days => text::date(days, out),
            Clock::Time => {
                text::clock(seconds, out);
                text::fraction(nanos, Fraction::AsNeeded, out);
            }
            Clock::Timestamp => {
                let offset = zone.as_ref().map(|zone| zone.offset(seconds));
                text::timestamp(value, unit, offset.unwrap_or_default(), b' ', look.fraction, out);
                if let Some(offset) = offset {
                    text::offset(offset, out);
                }
            }
            Clock::Duration if look.python => text::python_timedelta(value, unit, out),
            Clock::Duration if look.days => {
                text::display(days, out);
                out.extend_from_slice(b" days");
            }
            Clock::Duration => text::timedelta(value, unit, look.fraction, out),
        }
    }))
}

/// A struct of two floats that was a complex number.
fn complex<'a>(field: &Field, array: &'a dyn Array) -> Option<Cells<'a>> {
    use arrow_array::types::{Float32Type, Float64Type};
    if !field.metadata().get("pickle.numpy_dtype")?.starts_with("complex") {
        return None;
    }
    let [real, imag] = array.as_struct().columns() else { return None };
    let part = |array: &'a Arc<dyn Array>| -> Option<Box<dyn Fn(usize) -> f64 + 'a>> {
        Some(match array.data_type() {
            DataType::Float32 => {
                let array = array.as_primitive::<Float32Type>();
                Box::new(move |row| if array.is_null(row) { f64::NAN } else { array.value(row).into() })
            }
            DataType::Float64 => {
                let array = array.as_primitive::<Float64Type>();
                Box::new(move |row| if array.is_null(row) { f64::NAN } else { array.value(row) })
            }
            _ => return None,
        })
    };
    let (real, imag) = (part(real)?, part(imag)?);
    Some(Box::new(move |row, out| {
        let (real, imag) = (real(row), imag(row));
        if !real.is_nan() && !imag.is_nan() {
            text::complex(real, imag, out);
        }
    }))
}

/// A struct of two bounds that was an interval.
fn interval<'a>(field: &Field, array: &'a dyn Array) -> Result<Option<Cells<'a>>> {
    let Some(closed) = cells::extension(field, "pandas.interval", "closed") else { return Ok(None) };
    let (DataType::Struct(fields), [left, right]) = (array.data_type(), array.as_struct().columns()) else {
        return Ok(None);
    };
    let [left_field, right_field] = fields.as_ref() else { return Ok(None) };
    let open = if matches!(closed.as_str(), "left" | "both") { b'[' } else { b'(' };
    let close = if matches!(closed.as_str(), "right" | "both") { b']' } else { b')' };
    let bounds = (
        column_cells(left_field, left, Look::default())?,
        column_cells(right_field, right, Look::default())?,
    );
    Ok(Some(Box::new(move |row, out| {
        let start = out.len();
        out.push(open);
        let empty = out.len();
        (bounds.0)(row, out);
        if out.len() == empty {
            // An interval without a bound is a missing one.
            out.truncate(start);
            return;
        }
        out.extend_from_slice(b", ");
        (bounds.1)(row, out);
        out.push(close);
    })))
}
