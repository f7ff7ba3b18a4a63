//! JSON lines: one object a row, its keys the physical columns; and single cells as JSON, for CSV.
//!
//! Numbers are numbers of any size, decimals keep their digits; NaN is `null`, infinities are `"Infinity"` and
//! `"-Infinity"`, which JSON has no numbers for; bytes are base64; dates and times are ISO 8601; periods are what
//! pandas prints; lists and structs are arrays and objects.

use std::io::Write;

use arrow_array::Array;
use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_schema::{DataType, Field};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use unpickle_core::Result;

use super::cells::{self, Cells, Clock};
use super::lines;
use super::options::WriteOptions;
use super::period::Freq;
use super::text::{self, Fraction};
use crate::columns::Columns;
use crate::zone::Zone;

pub(super) fn write<W: Write>(table: &dyn Columns, options: &WriteOptions<'_>, sink: W) -> Result<()> {
    let schema = table.schema();
    // `{"a":` in front of the first cell, `,"b":` in front of the next.
    let keys: Vec<Vec<u8>> = schema
        .fields()
        .iter()
        .enumerate()
        .map(|(column, field)| {
            let mut key = vec![if column == 0 { b'{' } else { b',' }];
            text::json_string(field.name(), &mut key);
            key.push(b':');
            key
        })
        .collect();
    lines::write(table, options, sink, |rows, out| {
        let batch = table.batch(rows)?;
        let columns = schema.fields().iter().zip(batch.columns());
        let cells = columns
            .map(|(field, array)| {
                cells_of(field, array, Nesting::lines())
                    .map_err(|error| error.within(format!("column `{}`", field.name())))
            })
            .collect::<Result<Vec<_>>>()?;
        for row in 0..batch.num_rows() {
            out.line(|out| {
                if keys.is_empty() {
                    out.push(b'{');
                }
                for (key, cell) in keys.iter().zip(&cells) {
                    out.extend_from_slice(key);
                    cell(row, out);
                }
                out.extend_from_slice(b"}\n");
            })?;
        }
        Ok(())
    })
}

/// How deep a value is, and whether there are spaces in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nesting {
    depth: u32,
    spaced: bool,
}

impl Nesting {
    /// For JSON lines: no spaces.
    fn lines() -> Nesting {
        Nesting { depth: 0, spaced: false }
    }

    /// For a cell of CSV: as Python's `json.dumps` writes it, so that a list of numbers looks like pandas' own.
    pub(super) fn cell() -> Nesting {
        Nesting { depth: 0, spaced: true }
    }

    fn deeper(self) -> Result<Nesting> {
        Ok(Nesting { depth: cells::deeper(self.depth)?, ..self })
    }

    fn comma(self) -> &'static [u8] {
        if self.spaced { b", " } else { b"," }
    }

    fn colon(self) -> &'static [u8] {
        if self.spaced { b": " } else { b":" }
    }
}

/// Appends the text of each cell: texts as they are, others as JSON.
pub(crate) fn cell_texts(array: &dyn Array, out: &mut StringBuilder) -> Result<()> {
    let field = Field::new("", array.data_type().clone(), true);
    let cells = match cells::strings(array, |text, out| out.extend_from_slice(text.as_bytes())) {
        Some(cells) => cells,
        None => cells_of(&field, array, Nesting::cell())?,
    };
    let mut text = Vec::new();
    for row in 0..array.len() {
        if array.is_null(row) {
            out.append_null();
            continue;
        }
        text.clear();
        cells(row, &mut text);
        out.append_value(String::from_utf8_lossy(&text));
    }
    Ok(())
}

/// The cells of an array as JSON.
pub(super) fn cells_of<'a>(field: &Field, array: &'a dyn Array, nesting: Nesting) -> Result<Cells<'a>> {
    if matches!(array.data_type(), DataType::Null) {
        return Ok(Box::new(|_, out| out.extend_from_slice(b"null")));
    }
    Ok(cells::or_null(array, b"null", values(field, array, nesting.deeper()?)?))
}

fn values<'a>(field: &Field, array: &'a dyn Array, nesting: Nesting) -> Result<Cells<'a>> {
    if let Some(freq) = cells::extension(field, "pandas.period", "freq").and_then(|name| Freq::parse(&name))
        && let DataType::Int64 = array.data_type()
    {
        let ordinals = array.as_primitive::<arrow_array::types::Int64Type>();
        return Ok(Box::new(move |row, out| quoted(out, |out| freq.write(ordinals.value(row), out))));
    }
    if let Some(cells) = cells::exact_numbers(array).or_else(|| cells::floats(array, special)) {
        return Ok(cells);
    }
    if let Some(cells) = cells::strings(array, text::json_string) {
        return Ok(cells);
    }
    let uuid = cells::is_extension(field, "arrow.uuid");
    let bytes = move |bytes: &[u8], out: &mut Vec<u8>| {
        quoted(
            out,
            |out| if uuid { text::uuid(bytes, out) } else { out.extend(BASE64.encode(bytes).bytes()) },
        );
    };
    if let Some(cells) = cells::binaries(array, bytes) {
        return Ok(cells);
    }
    if let Some(cells) = times(array) {
        return Ok(cells);
    }
    if let Some((elements, items)) = cells::elements(array) {
        let item = cells_of(item_field(array.data_type()).unwrap_or(field), items, nesting)?;
        let inner = cells::inner_lists(field);
        // How many inner lists begin, and end, before an element.
        let at_bounds = move |at: usize| inner.iter().filter(|&&len| at.is_multiple_of(len)).count();
        return Ok(Box::new(move |row, out| {
            out.push(b'[');
            for (at, element) in elements(row).enumerate() {
                if at > 0 {
                    out.extend_from_slice(nesting.comma());
                }
                out.extend(std::iter::repeat_n(b'[', at_bounds(at)));
                item(element, out);
                out.extend(std::iter::repeat_n(b']', at_bounds(at + 1)));
            }
            out.push(b']');
        }));
    }
    if let Some((keys, values)) = cells::keys(array) {
        let field = Field::new("", values.data_type().clone(), true);
        let value = cells_of(&field, values, nesting)?;
        return Ok(Box::new(move |row, out| match keys(row) {
            Some(at) => value(at, out),
            None => out.extend_from_slice(b"null"),
        }));
    }
    match array.data_type() {
        DataType::Boolean => {
            let array = array.as_boolean();
            Ok(Box::new(move |row, out| text::display(array.value(row), out)))
        }
        DataType::Struct(fields) => {
            let mut members = Vec::with_capacity(fields.len());
            for (field, array) in fields.iter().zip(array.as_struct().columns()) {
                let mut key = Vec::new();
                text::json_string(field.name(), &mut key);
                key.extend_from_slice(nesting.colon());
                members.push((key, cells_of(field, array, nesting)?));
            }
            Ok(Box::new(move |row, out| {
                out.push(b'{');
                for (at, (key, member)) in members.iter().enumerate() {
                    if at > 0 {
                        out.extend_from_slice(nesting.comma());
                    }
                    out.extend_from_slice(key);
                    member(row, out);
                }
                out.push(b'}');
            }))
        }
        DataType::Map(..) => map(array, nesting),
        other => Err(cells::no_text(other, "JSON")),
    }
}

/// A map as an object if its keys are text, as a list of pairs otherwise.
fn map(array: &dyn Array, nesting: Nesting) -> Result<Cells<'_>> {
    let map = array.as_map();
    let DataType::Struct(fields) = map.entries().data_type() else {
        return Err(cells::no_text(array.data_type(), "JSON"));
    };
    let [key, value] = fields.as_ref() else { return Err(cells::no_text(array.data_type(), "JSON")) };
    let (keys, values) = (map.keys(), map.values());
    let textual = matches!(keys.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    let (key, value) = (cells_of(key, keys, nesting)?, cells_of(value, values, nesting)?);
    let offsets = map.value_offsets();
    let at = |row: usize| offsets.get(row).map_or(0, |at| usize::try_from(*at).unwrap_or_default());
    Ok(Box::new(move |row, out| {
        out.push(if textual { b'{' } else { b'[' });
        for (count, entry) in (at(row)..at(row.saturating_add(1))).enumerate() {
            if count > 0 {
                out.extend_from_slice(nesting.comma());
            }
            if !textual {
                out.push(b'[');
            }
            key(entry, out);
            out.extend_from_slice(if textual { nesting.colon() } else { nesting.comma() });
            value(entry, out);
            if !textual {
                out.push(b']');
            }
        }
        out.push(if textual { b'}' } else { b']' });
    }))
}

fn times(array: &dyn Array) -> Option<Cells<'_>> {
    let (clock, unit, numbers) = cells::times(array)?;
    let zone = match array.data_type() {
        DataType::Timestamp(_, zone) => zone.as_deref().map(Zone::shown),
        _ => None,
    };
    Some(Box::new(move |row, out| {
        let value = numbers(row);
        let (seconds, nanos) = text::split(value, unit);
        quoted(out, |out| match clock {
            Clock::Date => text::date(seconds.div_euclid(86_400), out),
            Clock::Time => {
                text::clock(seconds, out);
                text::fraction(nanos, Fraction::Shortest, out);
            }
            Clock::Timestamp => {
                let offset = zone.as_ref().map(|zone| zone.offset(seconds));
                text::timestamp(value, unit, offset.unwrap_or_default(), b'T', Fraction::Shortest, out);
                if let Some(offset) = offset {
                    text::offset(offset, out);
                }
            }
            Clock::Duration => text::iso_duration(value, unit, out),
        });
    }))
}

/// What JSON has no number for.
fn special(value: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(if value.is_nan() {
        b"null"
    } else if value > 0.0 {
        br#""Infinity""#
    } else {
        br#""-Infinity""#
    });
}

fn quoted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

fn item_field(kind: &DataType) -> Option<&Field> {
    match kind {
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::FixedSizeList(field, _)
        | DataType::ListView(field)
        | DataType::LargeListView(field) => Some(field),
        _ => None,
    }
}
