//! What `str` makes of a label of a column.

use arrow_array::cast::AsArray as _;
use arrow_array::types as t;
use arrow_array::{Array as _, ArrayRef};
use arrow_schema::DataType;
use unpickle_core::Value;
use unpickle_pandas::{Cell as Known, PandasScalar, Recogniser, period_freq};

use crate::build::unit_of;
use crate::cell::{Cell, Reader};
use crate::column::Column;
use crate::text;
use crate::times::Unit;
use crate::write::Freq;
use crate::write::text::{self as written, Fraction};
use crate::zone::Zone;

/// `str(label)`, and for a tuple the `repr` of the texts of its items.
pub(crate) fn of_value(value: Value<'_>, cell: &Cell<'_>) -> String {
    match cell {
        Cell::List(items) if value.as_tuple().is_some() || value.as_object().is_some() => {
            let part = |item: Value<'_>| match Reader::default().read(item) {
                Cell::Null => "None".to_owned(),
                // A tuple in a tuple is printed as it is.
                Cell::List(_) => item.repr().to_string(),
                cell => quoted(&of_value(item, &cell)),
            };
            let parts: Vec<String> = items.iter().map(part).collect();
            if parts.len() == 1 {
                format!("({},)", parts.join(""))
            } else {
                format!("({})", parts.join(", "))
            }
        }
        _ => match scalar(value, cell) {
            Some(text) => text,
            None => interval(value).unwrap_or_else(|| value.repr().to_string()),
        },
    }
}

/// The text of what has an Arrow type and is no container.
fn scalar(value: Value<'_>, cell: &Cell<'_>) -> Option<String> {
    Some(match cell {
        Cell::Str(bytes) | Cell::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Cell::Str2(_) => value.as_text()?.into_owned(),
        Cell::Made(text) | Cell::Printed(text) => text.clone(),
        Cell::Int(int) => int.to_string(),
        Cell::UInt(int) => int.to_string(),
        Cell::Float(float) => text::float(*float),
        Cell::Narrow(float) => appended(|out| written::float32(*float, out)),
        Cell::Bool(value) => boolean(*value),
        Cell::Date(days) => text::date((*days).into()),
        Cell::Time(micros) => text::time(*micros),
        Cell::Stamp { value: count, unit, zone } => {
            // A zone is known by its name once the reader has read the label.
            let mut reader = Reader::default();
            reader.read(value);
            let zone = zone.map(|zone| reader.zone_name(zone));
            zoned(*count, *unit, zone)
        }
        Cell::Duration { value: count, unit } => {
            let class = value.as_object().and_then(|object| object.class());
            let python = class.is_some_and(|class| class.to_string().starts_with("datetime."));
            appended(|out| match python {
                true => written::python_timedelta(*count, unit.arrow(), out),
                false => written::timedelta(*count, unit.arrow(), Fraction::AsNeeded, out),
            })
        }
        Cell::Decimal(text) => (*text).to_owned(),
        Cell::Uuid(uuid) => text::uuid(*uuid),
        Cell::Complex(real, imag) => appended(|out| written::complex(*real, *imag, out)),
        Cell::Period { ordinal, freq } => {
            let freq = Freq::parse(&period_freq(*freq).ok()?)?;
            appended(|out| freq.write(*ordinal, out))
        }
        _ => return None,
    })
}

fn interval(value: Value<'_>) -> Option<String> {
    let Some(Known::Pandas(PandasScalar::Interval { left, right, closed })) =
        Recogniser::default().recognise(value)
    else {
        return None;
    };
    let end = |end: Value<'_>| scalar(end, &Reader::default().read(end));
    Some(between(&end(left)?, &end(right)?, closed.name()))
}

/// `(0, 1]`
fn between(left: &str, right: &str, closed: &str) -> String {
    let open = if matches!(closed, "left" | "both") { '[' } else { '(' };
    let close = if matches!(closed, "right" | "both") { ']' } else { ')' };
    format!("{open}{left}, {right}{close}")
}

fn boolean(value: bool) -> String {
    if value { "True" } else { "False" }.to_owned()
}

fn appended(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// Python's `repr` of a text.
pub(crate) fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for char in text.chars() {
        match char {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if char == quote => {
                out.push('\\');
                out.push(char);
            }
            _ if char.is_control() => out.push_str(&format!("\\x{:02x}", char as u32)),
            _ => out.push(char),
        }
    }
    out.push(quote);
    out
}

/// What the text of the labels in an array depends on beside their Arrow type.
pub(crate) struct Shown {
    zone: Option<String>,
    freq: Option<Freq>,
    closed: String,
    /// The text of a gap, if it has one.
    pub(crate) missing: Option<&'static str>,
}

impl Shown {
    pub(crate) fn of(column: &Column<'_>) -> Shown {
        let name = column.numpy_type.as_str();
        let freq = name.strip_prefix("period[").and_then(|rest| Freq::parse(rest.strip_suffix(']')?));
        let cells = match &column.data_type {
            DataType::Dictionary(_, values) => values,
            data_type => data_type,
        };
        let temporal = matches!(cells, DataType::Timestamp(..) | DataType::Duration(_));
        let missing = if column.is_nullable() {
            Some("<NA>")
        } else if temporal || freq.is_some() {
            Some("NaT")
        } else {
            None
        };
        let closed = name.rsplit_once(", ").map_or("", |(_, closed)| closed.trim_end_matches(']'));
        let zone = match cells {
            DataType::Timestamp(_, zone) => zone.as_deref().map(str::to_owned),
            DataType::Struct(ends) => match ends.first().map(|end| end.data_type()) {
                Some(DataType::Timestamp(_, zone)) => zone.as_deref().map(str::to_owned),
                _ => None,
            },
            _ => None,
        };
        Shown { zone, freq, closed: closed.to_owned(), missing }
    }

    /// `str(label)` of a label in an array; `None` for one that is missing, and has no text of its own.
    pub(crate) fn text(&self, array: &ArrayRef, i: usize) -> Option<String> {
        if array.is_null(i) {
            return self.missing.map(str::to_owned);
        }
        if let (Some(freq), Some(ordinals)) = (self.freq, array.as_primitive_opt::<t::Int64Type>()) {
            return Some(appended(|out| freq.write(ordinals.value(i), out)));
        }
        match array.data_type() {
            DataType::Struct(_) => {
                let parts = array.as_struct();
                let (first, second) = (parts.columns().first()?, parts.columns().get(1)?);
                match parts.column_names().first() {
                    Some(&"real") => {
                        let part = |array: &ArrayRef| match array.data_type() {
                            DataType::Float32 => f64::from(array.as_primitive::<t::Float32Type>().value(i)),
                            _ => array.as_primitive::<t::Float64Type>().value(i),
                        };
                        Some(appended(|out| written::complex(part(first), part(second), out)))
                    }
                    _ => Some(between(&self.plain(first, i)?, &self.plain(second, i)?, &self.closed)),
                }
            }
            _ => self.plain(array, i),
        }
    }

    fn plain(&self, array: &ArrayRef, i: usize) -> Option<String> {
        let zone = self.zone.as_deref();
        Some(match array.data_type() {
            DataType::Utf8 => array.as_string::<i32>().value(i).to_owned(),
            DataType::LargeUtf8 => array.as_string::<i64>().value(i).to_owned(),
            DataType::Boolean => boolean(array.as_boolean().value(i)),
            DataType::Float64 => text::float(array.as_primitive::<t::Float64Type>().value(i)),
            // Python sees these as floats of its own.
            DataType::Float32 => text::float(array.as_primitive::<t::Float32Type>().value(i).into()),
            DataType::Float16 => text::float(array.as_primitive::<t::Float16Type>().value(i).into()),
            DataType::Date32 => text::date(array.as_primitive::<t::Date32Type>().value(i).into()),
            DataType::Binary => String::from_utf8_lossy(array.as_binary::<i32>().value(i)).into_owned(),
            DataType::Timestamp(unit, _) => zoned(count(array, i)?, unit_of(*unit), zone),
            DataType::Duration(unit) => {
                let count = count(array, i)?;
                appended(|out| written::timedelta(count, *unit, Fraction::AsNeeded, out))
            }
            _ => integer(array, i)?,
        })
    }
}

/// The count that a moment or a span is.
fn count(array: &ArrayRef, i: usize) -> Option<i64> {
    let data = array.to_data();
    let values = data.buffers().first()?.typed_data::<i64>();
    values.get(data.offset() + i).copied()
}

fn integer(array: &ArrayRef, i: usize) -> Option<String> {
    Some(match array.data_type() {
        DataType::Int8 => array.as_primitive::<t::Int8Type>().value(i).to_string(),
        DataType::Int16 => array.as_primitive::<t::Int16Type>().value(i).to_string(),
        DataType::Int32 => array.as_primitive::<t::Int32Type>().value(i).to_string(),
        DataType::Int64 => array.as_primitive::<t::Int64Type>().value(i).to_string(),
        DataType::UInt8 => array.as_primitive::<t::UInt8Type>().value(i).to_string(),
        DataType::UInt16 => array.as_primitive::<t::UInt16Type>().value(i).to_string(),
        DataType::UInt32 => array.as_primitive::<t::UInt32Type>().value(i).to_string(),
        DataType::UInt64 => array.as_primitive::<t::UInt64Type>().value(i).to_string(),
        _ => return None,
    })
}

/// `str(Timestamp)`, with the offset of its zone.
fn zoned(value: i64, unit: Unit, zone: Option<&str>) -> String {
    let Some(zone) = zone else { return text::timestamp(value, unit) };
    let seconds = value.div_euclid(unit.per_second());
    let offset = Zone::shown(zone).offset(seconds);
    let local = value.saturating_add(offset.saturating_mul(unit.per_second()));
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.unsigned_abs() / 60;
    format!("{}{sign}{:02}:{:02}", text::timestamp(local, unit), minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_show_which_ends_belong() {
        assert_eq!(between("0", "1", "right"), "(0, 1]");
        assert_eq!(between("0", "1", "left"), "[0, 1)");
        assert_eq!(between("0", "1", "both"), "[0, 1]");
        assert_eq!(between("0", "1", "neither"), "(0, 1)");
    }

    #[test]
    fn texts_in_tuples_are_quoted_as_python_does() {
        assert_eq!(quoted("a"), "'a'");
        assert_eq!(quoted("it's"), "\"it's\"");
        assert_eq!(quoted("'\"\n\0"), r#"'\'"\n\x00'"#);
    }
}
