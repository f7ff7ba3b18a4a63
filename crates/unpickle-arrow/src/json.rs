//! Cells for which Arrow has no type, as JSON text: plain values plain, others as `{"$type": …}`.
//!
//! The text is JSON as any reader takes it, and one value has one text. Nothing is left out: of an object whose class
//! nobody here knows there are its arguments, its attributes, its items and its pairs.

mod objects;
mod text;

use std::collections::HashSet;
use std::fmt::Write as _;

use unpickle_core::{Encoding, Error, Result, Value};
use unpickle_numpy::{self as numpy, DtypeKind, MaskedArray, NdArray};

use crate::build::Item;
use crate::cell::{Cell, Reader};
use crate::reader::is_masked;
use crate::times::Unit;
use crate::zone::Zone;
use text::{hex, integer, number, open, string, tagged};

/// Deeper values are cut: `{"$type": "…"}`.
const MAX_DEPTH: usize = 32;

/// Most bytes of one cell.
const MAX_BYTES: usize = 1 << 26;

/// A value as the JSON text that a cell of it is written as, where Arrow has no type for it.
///
/// ```
/// // {"a": [1, None]}
/// let pickle = unpickle_core::Pickle::parse(b"}X\x01\0\0\0a](K\x01Nes.")?;
/// assert_eq!(unpickle_arrow::json_text(pickle.root())?, r#"{"a": [1, null]}"#);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # Errors
///
/// It would be longer than 64 MiB, as a value that holds one value over and over may be.
pub fn json_text(value: Value<'_>) -> Result<String> {
    let mut reader = Reader::default();
    let cell = reader.read(value);
    let mut text = String::new();
    write(&mut text, &Item::Value(value), &cell, &mut reader)?;
    Ok(text)
}

/// Writes a cell.
///
/// # Errors
///
/// It would be longer than 64 MiB, as a cell that holds one value over and over may be.
pub(crate) fn write<'p>(
    out: &mut String,
    item: &Item<'p>,
    cell: &Cell<'p>,
    reader: &mut Reader<'p>,
) -> Result<()> {
    let value = match item {
        Item::Value(value) => Some(*value),
        _ => None,
    };
    let start = out.len();
    Writer { out, reader, start, path: Vec::new() }.cell(value, cell)
}

struct Writer<'o, 'p> {
    out: &'o mut String,
    reader: &'o mut Reader<'p>,
    /// Where the text of the cell begins.
    start: usize,
    /// The containers that are being written.
    path: Vec<Value<'p>>,
}

impl<'p> Writer<'_, 'p> {
    /// At most [`MAX_DEPTH`] calls deep.
    fn value(&mut self, value: Value<'p>) -> Result<()> {
        let cell = self.reader.read(value);
        self.cell(Some(value), &cell)
    }

    fn cell(&mut self, value: Option<Value<'p>>, cell: &Cell<'p>) -> Result<()> {
        if self.out.len().saturating_sub(self.start) > MAX_BYTES {
            return Err(Error::limit("a cell would be more than 64 MiB of JSON text"));
        }
        let out = &mut *self.out;
        match cell {
            Cell::Null => match value.and_then(Value::as_f64) {
                Some(nan) => text::float(nan, out),
                None => out.push_str("null"),
            },
            Cell::Bool(value) => _ = write!(out, "{value}"),
            Cell::Int(int) => integer(*int, out),
            Cell::UInt(int) => _ = write!(out, "{int}"),
            Cell::Float(float) => text::float(*float, out),
            Cell::Narrow(float) => text::float((*float).into(), out),
            Cell::Str(text) => string(text, out),
            Cell::Made(text) => string(text.as_bytes(), out),
            Cell::Surrogates(text) => string(text, out),
            Cell::Printed(text) => tagged(&objects::class_name(value), text, out),
            // What is no UTF-8 is not guessed to be text.
            Cell::Str2(bytes) => match value.map(Value::encoding) {
                Some(Encoding::Latin1) => {
                    string(value.and_then(Value::as_text).unwrap_or_default().as_bytes(), out);
                }
                Some(Encoding::Auto | Encoding::Utf8) if std::str::from_utf8(bytes).is_ok() => {
                    string(bytes, out)
                }
                _ => tagged("bytes", &hex(bytes), out),
            },
            Cell::Bytes(bytes) => tagged("bytes", &hex(bytes), out),
            Cell::Date(days) => tagged("datetime.date", &crate::text::date((*days).into()), out),
            Cell::Time(micros) => tagged("datetime.time", &crate::text::time(*micros), out),
            Cell::Stamp { value, unit, zone } => {
                let zone = zone.map(|zone| self.reader.zone_name(zone));
                tagged("datetime.datetime", &moment(*value, *unit, zone), self.out);
            }
            Cell::Duration { value, unit } => {
                let nanos = i128::from(*value) * i128::from(1_000_000_000 / unit.per_second());
                objects::seconds_of(nanos, out);
            }
            Cell::Decimal(text) => tagged("decimal.Decimal", text, out),
            Cell::Uuid(uuid) => tagged("uuid.UUID", &crate::text::uuid(*uuid), out),
            Cell::Complex(real, imag) => {
                open("complex", out);
                out.push_str(", \"real\": ");
                text::float(*real, out);
                out.push_str(", \"imag\": ");
                text::float(*imag, out);
                out.push('}');
            }
            Cell::List(items) => return self.inside(value, |writer| writer.items(items.iter())),
            Cell::Array(array) => return self.inside(value, |writer| writer.array(array)),
            Cell::Masked(masked) => return self.inside(value, |writer| writer.masked(masked)),
            Cell::Map(map) => {
                let mut pairs = Vec::new();
                map.each(|key, value| pairs.push((key, value)));
                return self.inside(value, |writer| writer.pairs(pairs));
            }
            Cell::Period { ordinal, freq } => return self.period(*ordinal, *freq),
            Cell::Interval { left, right, closed } => return self.interval(value, (*left, *right), *closed),
            Cell::Library(std) => return self.library(std),
            Cell::Other => match value {
                Some(value) => return self.opaque(value),
                None => tagged("object", "", out),
            },
        }
        Ok(())
    }

    fn items(&mut self, items: impl Iterator<Item = Value<'p>>) -> Result<()> {
        self.out.push('[');
        for (i, item) in items.enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            self.value(item)?;
        }
        self.out.push(']');
        Ok(())
    }

    /// As an object, if each key is text, a number, a bool or None and no two of them look alike; else by its pairs.
    fn pairs(&mut self, pairs: Vec<(Value<'p>, Value<'p>)>) -> Result<()> {
        let names: Option<Vec<String>> = pairs.iter().map(|(key, _)| key_text(*key)).collect();
        let Some(names) = names.filter(|names| are_distinct(names)) else {
            self.out.push_str("{\"$type\": \"dict\", \"pairs\": [");
            for (i, (key, value)) in pairs.into_iter().enumerate() {
                self.out.push_str(if i > 0 { ", [" } else { "[" });
                self.value(key)?;
                self.out.push_str(", ");
                self.value(value)?;
                self.out.push(']');
            }
            self.out.push_str("]}");
            return Ok(());
        };
        self.out.push('{');
        for (i, ((_, value), name)) in pairs.into_iter().zip(names).enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            self.out.push_str(&name);
            self.out.push_str(": ");
            self.value(value)?;
        }
        self.out.push('}');
        Ok(())
    }

    /// As lists in lists; a structure as an object of its fields.
    fn array(&mut self, array: &NdArray<'p>) -> Result<()> {
        let Some(&count) = array.shape().first() else { return self.element(array, 0) };
        self.out.push('[');
        for i in 0..count {
            if i > 0 {
                self.out.push_str(", ");
            }
            if array.ndim() > 1 {
                self.array(&array.row(i)?)?;
            } else {
                self.element(array, i)?;
            }
        }
        self.out.push(']');
        Ok(())
    }

    /// As a list, in which what is masked is null.
    fn masked(&mut self, masked: &MaskedArray<'p>) -> Result<()> {
        self.out.push('[');
        for i in 0..masked.data().len() {
            if i > 0 {
                self.out.push_str(", ");
            }
            match is_masked(masked, i) {
                true => self.out.push_str("null"),
                false => self.element(masked.data(), i)?,
            }
        }
        self.out.push(']');
        Ok(())
    }

    fn element(&mut self, array: &NdArray<'p>, i: usize) -> Result<()> {
        match array.cell(i) {
            // Objects may hold this very array: `value` looks.
            Some(numpy::Cell::Object(object)) => self.value(object),
            Some(numpy::Cell::Array(inner)) => match inner.dtype().kind() {
                // A dtype is at most as deep as its reader allows.
                DtypeKind::Struct(fields) if inner.ndim() == 0 => {
                    for (i, field) in fields.iter().enumerate() {
                        self.out.push_str(if i > 0 { ", " } else { "{" });
                        string(field.name.as_bytes(), self.out);
                        self.out.push_str(": ");
                        self.array(&inner.field(&field.name)?)?;
                    }
                    self.out.push_str(if fields.is_empty() { "{}" } else { "}" });
                    Ok(())
                }
                _ => self.array(&inner),
            },
            Some(cell) => {
                let ticks = match cell {
                    numpy::Cell::Datetime(count, _) | numpy::Cell::Timedelta(count, _) => Some(count),
                    _ => None,
                };
                match (self.reader.numpy(cell), ticks) {
                    // A unit that Arrow has not.
                    (Cell::Other, Some(count)) => {
                        open(&format!("numpy.{}", array.dtype()), self.out);
                        _ = write!(self.out, ", \"value\": {count}}}");
                        Ok(())
                    }
                    (Cell::Null, None) => {
                        text::float(f64::NAN, self.out);
                        Ok(())
                    }
                    (cell, _) => self.cell(None, &cell),
                }
            }
            None => self.cell(None, &Cell::Other),
        }
    }

    /// Writes what is inside a container, unless it is inside itself or too deep.
    fn inside(
        &mut self,
        value: Option<Value<'p>>,
        write: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let Some(value) = value else { return write(self) };
        if self.path.len() >= MAX_DEPTH || self.path.iter().any(|outer| outer.is(value)) {
            let what = if self.path.len() >= MAX_DEPTH { "deeper" } else { "cycle" };
            let kind = match value.as_object() {
                Some(_) => objects::class_name(Some(value)),
                None => value.kind().to_string(),
            };
            tagged(&kind, what, self.out);
            return Ok(());
        }
        self.path.push(value);
        let written = write(self);
        self.path.pop();
        written
    }
}

fn are_distinct(names: &[String]) -> bool {
    let mut known = HashSet::with_capacity(names.len());
    names.iter().all(|name| known.insert(name.as_str()))
}

/// A key of a dict as a name in JSON, quoted: as Python's `json` makes one of it. `$type` is ours.
fn key_text(key: Value<'_>) -> Option<String> {
    let mut out = String::new();
    match key.as_str_bytes() {
        Some(b"$type") => return None,
        Some(text) => string(text, &mut out),
        None => {
            let text = if let Some(bool) = key.as_bool() {
                bool.to_string()
            } else if let Some(int) = key.as_int() {
                int.is_decimal().then(|| int.to_string())?
            } else if let Some(float) = key.as_f64().filter(|float| float.is_finite()) {
                let mut text = String::new();
                number(float, &mut text);
                text
            } else if key.is_none() {
                "null".to_owned()
            } else {
                key.as_str2()?;
                key.as_text().filter(|text| text != "$type")?.into_owned()
            };
            string(text.as_bytes(), &mut out);
        }
    }
    Some(out)
}

/// `2020-01-31T23:59:59`, and behind it the offset and the name of the zone: `+01:00[Europe/Paris]`.
fn moment(value: i64, unit: Unit, zone: Option<&str>) -> String {
    let per_second = unit.per_second();
    let iso = |value| crate::text::timestamp(value, unit).replacen(' ', "T", 1);
    let Some(zone) = zone else { return iso(value) };
    let offset = Zone::shown(zone).offset(value.div_euclid(per_second));
    match offset.checked_mul(per_second).and_then(|offset| value.checked_add(offset)) {
        Some(local) => {
            let (sign, seconds) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
            let mut text = format!("{}{sign}{:02}:{:02}", iso(local), seconds / 3600, seconds / 60 % 60);
            if seconds % 60 != 0 {
                _ = write!(text, ":{:02}", seconds % 60);
            }
            if !text.ends_with(zone) {
                _ = write!(text, "[{zone}]");
            }
            text
        }
        None => format!("{}+00:00[{zone}]", iso(value)),
    }
}
