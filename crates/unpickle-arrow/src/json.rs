//! Cells for which Arrow has no type, as JSON text: plain values plain, others as `{"$type": …}`.

use std::fmt::Write as _;

use unpickle_core::{Error, Result, Value, View};
use unpickle_numpy::NdArray;

use crate::build::Item;
use crate::cell::{Cell, Reader};

/// Deeper values are cut: `{"$type": "…"}`.
const MAX_DEPTH: usize = 32;

/// Most bytes of one cell.
const MAX_BYTES: usize = 1 << 26;

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
    let most = out.len() + MAX_BYTES;
    Writer { out, reader, most, path: Vec::new() }.cell(value, cell)
}

struct Writer<'o, 'p> {
    out: &'o mut String,
    reader: &'o mut Reader<'p>,
    most: usize,
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
        if self.out.len() > self.most {
            return Err(Error::limit("a cell would be more than 64 MiB of JSON text"));
        }
        let out = &mut *self.out;
        match cell {
            Cell::Null => match value.and_then(Value::as_f64) {
                Some(_) => out.push_str("NaN"),
                None => out.push_str("null"),
            },
            Cell::Bool(value) => _ = write!(out, "{value}"),
            Cell::Int(int) => _ = write!(out, "{int}"),
            Cell::UInt(int) => _ = write!(out, "{int}"),
            Cell::Float(float) => number(*float, out),
            Cell::Narrow(float) => number((*float).into(), out),
            Cell::Str(text) => string(text, out),
            Cell::Made(text) => string(text.as_bytes(), out),
            Cell::Str2(bytes) => match value.and_then(Value::as_text) {
                Some(text) => string(text.as_bytes(), out),
                None => tagged("bytes", &hex(bytes), out),
            },
            Cell::Bytes(bytes) => tagged("bytes", &hex(bytes), out),
            Cell::Date(days) => tagged("datetime.date", &crate::text::date((*days).into()), out),
            Cell::Time(micros) => tagged("datetime.time", &crate::text::time(*micros), out),
            Cell::Stamp { value, unit, zone } => {
                let mut text = crate::text::timestamp(*value, *unit);
                if let Some(zone) = zone.and_then(|zone| self.reader.zone_name(zone)) {
                    _ = write!(text, "+00:00[{zone}]");
                }
                tagged("datetime.datetime", &text, self.out);
            }
            Cell::Duration { value, unit } => {
                let seconds = *value as f64 / unit.per_second() as f64;
                out.push_str("{\"$type\": \"datetime.timedelta\", \"seconds\": ");
                number(seconds, out);
                out.push('}');
            }
            Cell::Decimal(text) => tagged("decimal.Decimal", text, out),
            Cell::Uuid(uuid) => tagged("uuid.UUID", &crate::text::uuid(*uuid), out),
            Cell::Complex(real, imag) => {
                out.push_str("{\"$type\": \"complex\", \"real\": ");
                number(*real, out);
                out.push_str(", \"imag\": ");
                number(*imag, out);
                out.push('}');
            }
            Cell::List(items) => {
                return self.inside(value, |writer| {
                    writer.out.push('[');
                    for (i, item) in items.iter().enumerate() {
                        if i > 0 {
                            writer.out.push_str(", ");
                        }
                        writer.value(item)?;
                    }
                    writer.out.push(']');
                    Ok(())
                });
            }
            Cell::Array(array) => return self.inside(value, |writer| writer.array(value, array)),
            Cell::Map(map) => {
                let map = *map;
                return self.inside(value, |writer| {
                    let mut pairs = Vec::new();
                    map.each(|key, value| pairs.push((key, value)));
                    writer.out.push('{');
                    for (i, (key, value)) in pairs.into_iter().enumerate() {
                        if i > 0 {
                            writer.out.push_str(", ");
                        }
                        match key.as_str_bytes() {
                            Some(text) => string(text, writer.out),
                            None => string(key.repr().to_string().as_bytes(), writer.out),
                        }
                        writer.out.push_str(": ");
                        writer.value(value)?;
                    }
                    writer.out.push('}');
                    Ok(())
                });
            }
            Cell::Period { .. } | Cell::Other => return self.opaque(value),
        }
        Ok(())
    }

    /// As lists in lists; an array of no dimensions as what it holds.
    fn array(&mut self, value: Option<Value<'p>>, array: &NdArray<'p>) -> Result<()> {
        let Some(&count) = array.shape().first() else { return self.element(value, array, 0) };
        self.out.push('[');
        for i in 0..count {
            if i > 0 {
                self.out.push_str(", ");
            }
            if array.ndim() > 1 {
                self.array(None, &array.row(i)?)?;
            } else {
                self.element(None, array, i)?;
            }
        }
        self.out.push(']');
        Ok(())
    }

    fn element(&mut self, value: Option<Value<'p>>, array: &NdArray<'p>, i: usize) -> Result<()> {
        let cell = match array.cell(i) {
            // Objects may hold this very array: `value` looks.
            Some(unpickle_numpy::Cell::Object(object)) => return self.value(object),
            Some(cell) => self.reader.numpy(cell),
            None => Cell::Other,
        };
        match cell {
            // A structure in an array: by its repr, no deeper.
            Cell::Array(inner) if inner.ndim() == 0 => self.opaque(value),
            cell => self.cell(None, &cell),
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
            tagged(&value.kind().to_string(), what, self.out);
            return Ok(());
        }
        self.path.push(value);
        let written = write(self);
        self.path.pop();
        written
    }

    fn opaque(&mut self, value: Option<Value<'p>>) -> Result<()> {
        let Some(value) = value else {
            self.out.push_str("{\"$type\": \"numpy.void\"}");
            return Ok(());
        };
        let kind = match value.view() {
            View::Object(object) => object.class().map_or("object".to_owned(), |class| class.to_string()),
            _ => value.kind().to_string(),
        };
        tagged(&kind, &value.repr().to_string(), self.out);
        Ok(())
    }
}

fn tagged(kind: &str, text: &str, out: &mut String) {
    out.push_str("{\"$type\": ");
    string(kind.as_bytes(), out);
    out.push_str(", \"value\": ");
    string(text.as_bytes(), out);
    out.push('}');
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

/// As Python's `json` writes it, `NaN` and `Infinity` too.
fn number(float: f64, out: &mut String) {
    if float.is_nan() {
        out.push_str("NaN");
    } else if float.is_infinite() {
        out.push_str(if float > 0.0 { "Infinity" } else { "-Infinity" });
    } else {
        out.push_str(&crate::text::float(float));
    }
}

/// A JSON string of UTF-8, in which a lone surrogate is written as its escape.
pub(crate) fn string(text: &[u8], out: &mut String) {
    out.push('"');
    let mut rest = text;
    while !rest.is_empty() {
        let (valid, bad) = match std::str::from_utf8(rest) {
            Ok(valid) => (valid, &[][..]),
            Err(error) => {
                let (valid, bad) = rest.split_at(error.valid_up_to());
                (std::str::from_utf8(valid).unwrap_or_default(), bad)
            }
        };
        for char in valid.chars() {
            match char {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\0'..' ' => _ = write!(out, "\\u{:04x}", char as u32),
                _ => out.push(char),
            }
        }
        rest = match *bad {
            [] => &[],
            [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, ref rest @ ..] => {
                let code = 0xd000 | u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f);
                _ = write!(out, "\\u{code:04x}");
                rest
            }
            [_, ref rest @ ..] => {
                out.push('\u{fffd}');
                rest
            }
        };
    }
    out.push('"');
}
