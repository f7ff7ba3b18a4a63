//! Column labels and names of levels, as the texts that pyarrow makes of them.

use arrow_array::cast::AsArray as _;
use arrow_array::types as t;
use arrow_array::{Array as _, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use serde_json::{Value as Json, json};
use unpickle_core::{Result, Value};
use unpickle_pandas::{Index, checked_codes};

use crate::build::unit_of;
use crate::cell::{Cell, Reader};
use crate::column::{Column, object_cells};
use crate::text;
use crate::write::Freq;

/// The labels of the columns of a frame.
pub(crate) struct Labels {
    /// One text a column; `None` for a missing label.
    pub(crate) texts: Vec<Option<String>>,
    /// `column_indexes` of the `pandas` metadata, one entry a level.
    pub(crate) levels: Vec<Json>,
    /// What pandas cannot read back.
    pub(crate) note: Option<String>,
}

/// A level's labels, and what kind they are.
struct Level {
    texts: Vec<Option<String>>,
    pandas_type: String,
    numpy_type: String,
    metadata: Json,
    note: Option<String>,
}

/// The labels in `index`.
pub(crate) fn labels(index: &Index<'_>, budget: usize) -> Result<Labels> {
    let names: Vec<Option<String>> = index.names().into_iter().map(|name| name.and_then(name_text)).collect();
    if let Index::Multi { levels, codes, .. } = index {
        let mut parts = Vec::new();
        for (level, codes) in levels.iter().zip(codes) {
            let read = level_labels(level, budget)?;
            let codes = checked_codes(codes, level.len(), 0..codes.len())?;
            parts.push((read, codes));
        }
        let texts = (0..index.len()).map(|i| {
            let cell = |(level, codes): &(Level, Vec<i32>)| {
                let code = codes.get(i).copied().and_then(|code| usize::try_from(code).ok());
                match code.and_then(|code| level.texts.get(code)) {
                    Some(Some(text)) => quoted(text),
                    Some(None) => "None".to_owned(),
                    None => "'nan'".to_owned(),
                }
            };
            let cells: Vec<String> = parts.iter().map(cell).collect();
            Some(if cells.len() == 1 {
                format!("({},)", cells.join(""))
            } else {
                format!("({})", cells.join(", "))
            })
        });
        let texts = texts.collect();
        let note = parts.iter().find_map(|(level, _)| level.note.clone());
        let levels = parts.iter().zip(&names).map(|((level, _), name)| entry(level, name)).collect();
        return Ok(Labels { texts, levels, note });
    }
    let level = level_labels(index, budget)?;
    let name = names.into_iter().next().flatten();
    Ok(Labels { levels: vec![entry(&level, &name)], note: level.note, texts: level.texts })
}

/// The label that `Series.to_frame` makes of the name of a series; of a tuple, one of several levels.
pub(crate) fn of_name(name: Value<'_>) -> Labels {
    let text = name_text(name).unwrap_or_else(|| "0".to_owned());
    let parts = name.as_tuple().filter(|items| !items.is_empty());
    let levels = match parts {
        Some(items) => items.iter().map(|item| key_level(std::iter::once(item))).collect(),
        None => vec![key_level(std::iter::once(name))],
    };
    Labels { texts: vec![Some(text)], levels, note: None }
}

/// The labels that pandas makes of the keys of dicts: of tuples of one length, several levels. `None` if a key is no
/// label.
pub(crate) fn of_keys(keys: &[Value<'_>]) -> Option<Labels> {
    let texts: Option<Vec<String>> = keys.iter().map(|key| key_text(*key)).collect();
    let width = |key: &Value<'_>| key.as_tuple().map_or(0, |items| items.len());
    let depth = keys.first().map_or(0, width);
    let levels = if depth > 0 && keys.iter().all(|key| width(key) == depth) {
        let level = |i| key_level(keys.iter().filter_map(move |key| key.as_tuple()?.get(i)));
        (0..depth).map(level).collect()
    } else {
        vec![key_level(keys.iter().copied())]
    };
    Some(Labels { texts: texts?.into_iter().map(Some).collect(), levels, note: None })
}

/// The text of a key of a dict, if it is what a label of a column may be.
pub(crate) fn key_text(key: Value<'_>) -> Option<String> {
    let plain = |cell: &Cell<'_>| match cell {
        Cell::Str(text) => std::str::from_utf8(text).is_ok(),
        Cell::Null | Cell::Complex(..) | Cell::Period { .. } | Cell::Duration { .. } => false,
        Cell::Interval { .. } | Cell::Library(_) => false,
        Cell::List(_) | Cell::Map(_) | Cell::Array(_) | Cell::Other => false,
        _ => true,
    };
    let mut reader = Reader::default();
    let cell = reader.read(key);
    let sound = match key.as_tuple() {
        Some(items) => {
            !items.is_empty() && items.len() <= 64 && items.iter().all(|item| plain(&reader.read(item)))
        }
        None => plain(&cell),
    };
    sound.then(|| cell_text(key, &cell))
}

/// An entry of `column_indexes` for a level without a name.
fn key_level<'p>(keys: impl Iterator<Item = Value<'p>>) -> Json {
    let mut kind = None;
    for key in keys {
        let own = match Reader::default().read(key) {
            Cell::Int(_) => "int64",
            Cell::Float(_) => "float64",
            _ => "unicode",
        };
        if *kind.get_or_insert(own) != own {
            kind = Some("mixed");
            break;
        }
    }
    let (pandas_type, numpy_type, metadata) = match kind {
        Some(number @ ("int64" | "float64")) => (number, number, Json::Null),
        Some("mixed") => ("mixed", "object", Json::Null),
        _ => ("unicode", "object", json!({ "encoding": "UTF-8" })),
    };
    json!({
        "name": null, "field_name": null, "pandas_type": pandas_type, "numpy_type": numpy_type,
        "metadata": metadata,
    })
}

fn entry(level: &Level, name: &Option<String>) -> Json {
    json!({
        "name": name, "field_name": name, "pandas_type": level.pandas_type, "numpy_type": level.numpy_type,
        "metadata": level.metadata,
    })
}

fn level_labels(index: &Index<'_>, budget: usize) -> Result<Level> {
    let unicode = || json!({ "encoding": "UTF-8" });
    if let Index::Range { start, step, .. } = index {
        let texts = (0..index.len() as i64).map(|i| Some((start + i * step).to_string())).collect();
        return Ok(Level {
            texts,
            pandas_type: "int64".into(),
            numpy_type: "int64".into(),
            metadata: Json::Null,
            note: None,
        });
    }
    if let Index::Flat { array, .. } = index
        && let Some(cells) = object_cells(array)
    {
        let mut reader = Reader::default();
        let (mut texts, mut kinds) = (Vec::with_capacity(cells.len()), Vec::new());
        for cell in cells.iter() {
            let read = reader.read(cell);
            let kind = kind_name(&read);
            if !kind.is_empty() && !kinds.contains(&kind) {
                kinds.push(kind);
            }
            texts.push(match read {
                Cell::Null => None,
                read => Some(cell_text(cell, &read)),
            });
        }
        let numpy_type = match array {
            unpickle_pandas::Array::String { dtype, .. } if dtype.nan => "str",
            unpickle_pandas::Array::String { .. } => "string",
            _ => "object",
        };
        let (pandas_type, note) = match kinds[..] {
            ["unicode"] => ("unicode", None),
            [] if numpy_type != "object" => ("unicode", None),
            [] => ("empty", None),
            ["bytes"] => ("bytes", None),
            ["integer"] => ("integer", None),
            ["floating"] => ("floating", None),
            ["datetime"] => ("datetime", None),
            [one] => ("unicode", Some(format!("column labels of kind {one}, written as text"))),
            ["unicode", "integer"] | ["integer", "unicode"] => {
                ("mixed-integer", Some("column labels of several kinds, written as text".to_owned()))
            }
            _ => ("mixed", Some("column labels of several kinds, written as text".to_owned())),
        };
        let metadata = if pandas_type == "unicode" { unicode() } else { Json::Null };
        let pandas_type = pandas_type.to_owned();
        return Ok(Level { texts, pandas_type, numpy_type: numpy_type.to_owned(), metadata, note });
    }
    let column = Column::from_index(index, budget)?;
    let array = column.array(0..index.len())?;
    let zone = column.extra.get("timezone").and_then(Json::as_str).map(str::to_owned);
    let freq = period_freq(&column);
    let text = |i: usize| match (freq, array.as_primitive_opt::<t::Int64Type>()) {
        (Some(freq), Some(ordinals)) if ordinals.is_valid(i) => {
            let mut text = Vec::new();
            freq.write(ordinals.value(i), &mut text);
            Some(String::from_utf8_lossy(&text).into_owned())
        }
        _ => array_text(&array, i, zone.as_deref()),
    };
    let texts = (0..array.len()).map(text).collect();
    let lost = |kind: &str| {
        let note = Some(format!("column labels of kind {kind}, written as text"));
        ("unicode".to_owned(), "object".to_owned(), unicode(), note)
    };
    let (pandas_type, numpy_type, metadata, note) = match &column.data_type {
        _ if !column.metadata.is_empty() => lost(&column.numpy_type),
        DataType::Dictionary(..) => lost("category"),
        DataType::Boolean => lost("bool"),
        DataType::Duration(_) => lost("timedelta"),
        DataType::Utf8 | DataType::LargeUtf8 => {
            ("unicode".into(), column.numpy_type.clone(), unicode(), None)
        }
        DataType::Timestamp(_, Some(_)) => {
            ("datetimetz".into(), column.numpy_type.clone(), column.extra.clone(), None)
        }
        DataType::Timestamp(_, None) => ("datetime".into(), column.numpy_type.clone(), Json::Null, None),
        _ => (column.numpy_type.clone(), column.numpy_type.clone(), Json::Null, None),
    };
    Ok(Level { texts, pandas_type, numpy_type, metadata, note })
}

/// The frequency of labels that are periods.
fn period_freq(column: &Column<'_>) -> Option<Freq> {
    if !column.metadata.iter().any(|(_, value)| value == "pandas.period") {
        return None;
    }
    column.numpy_type.strip_prefix("period[")?.strip_suffix(']').and_then(Freq::parse)
}

/// What `pandas.api.types.infer_dtype` calls a cell.
fn kind_name(cell: &Cell<'_>) -> &'static str {
    match cell {
        Cell::Null => "",
        Cell::Str(_) | Cell::Str2(_) | Cell::Made(_) => "unicode",
        Cell::Bytes(_) => "bytes",
        Cell::Int(_) | Cell::UInt(_) => "integer",
        Cell::Float(_) | Cell::Narrow(_) => "floating",
        Cell::Bool(_) => "boolean",
        Cell::Stamp { .. } => "datetime",
        Cell::Date(_) => "date",
        Cell::Duration { .. } => "timedelta",
        _ => "mixed",
    }
}

/// The text of an index name.
pub(crate) fn name_text(name: Value<'_>) -> Option<String> {
    let cell = Reader::default().read(name);
    match cell {
        Cell::Null => None,
        cell => Some(cell_text(name, &cell)),
    }
}

/// `str(label)`, and for a tuple the `repr` of the texts of its items.
fn cell_text(value: Value<'_>, cell: &Cell<'_>) -> String {
    match cell {
        Cell::Str(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Cell::Str2(_) => value.as_text().map_or_else(|| value.repr().to_string(), |text| text.into_owned()),
        Cell::Made(text) | Cell::Printed(text) => text.clone(),
        Cell::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Cell::Int(int) => int.to_string(),
        Cell::UInt(int) => int.to_string(),
        Cell::Float(float) => text::float(*float),
        Cell::Narrow(float) => text::float((*float).into()),
        Cell::Bool(true) => "True".to_owned(),
        Cell::Bool(false) => "False".to_owned(),
        Cell::Date(days) => text::date((*days).into()),
        Cell::Time(micros) => text::time(*micros),
        Cell::Stamp { value, unit, .. } => text::timestamp(*value, *unit),
        Cell::Decimal(text) => (*text).to_owned(),
        Cell::Uuid(uuid) => text::uuid(*uuid),
        Cell::List(items) if value.as_tuple().is_some() || value.as_object().is_some() => {
            let part = |item: Value<'_>| match Reader::default().read(item) {
                Cell::Null => "None".to_owned(),
                // A tuple in a tuple is printed as it is.
                Cell::List(_) => item.repr().to_string(),
                cell => quoted(&cell_text(item, &cell)),
            };
            let parts: Vec<String> = items.iter().map(part).collect();
            if parts.len() == 1 {
                format!("({},)", parts.join(""))
            } else {
                format!("({})", parts.join(", "))
            }
        }
        _ => value.repr().to_string(),
    }
}

/// Python's `repr` of a text.
fn quoted(text: &str) -> String {
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

/// `str(label)` of a label in an array.
fn array_text(array: &ArrayRef, i: usize, zone: Option<&str>) -> Option<String> {
    if array.is_null(i) {
        return None;
    }
    macro_rules! integer {
        ($($variant:ident)*) => {
            match array.data_type() {
                $(DataType::$variant => array.as_primitive::<paste!($variant)>().value(i).to_string(),)*
                _ => return None,
            }
        };
    }
    macro_rules! paste {
        (Int8) => {
            t::Int8Type
        };
        (Int16) => {
            t::Int16Type
        };
        (Int32) => {
            t::Int32Type
        };
        (Int64) => {
            t::Int64Type
        };
        (UInt8) => {
            t::UInt8Type
        };
        (UInt16) => {
            t::UInt16Type
        };
        (UInt32) => {
            t::UInt32Type
        };
        (UInt64) => {
            t::UInt64Type
        };
    }
    Some(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(i).to_owned(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(i).to_owned(),
        DataType::Boolean => if array.as_boolean().value(i) { "True" } else { "False" }.to_owned(),
        DataType::Float64 => text::float(array.as_primitive::<t::Float64Type>().value(i)),
        DataType::Float32 => text::float(array.as_primitive::<t::Float32Type>().value(i).into()),
        DataType::Float16 => text::float(array.as_primitive::<t::Float16Type>().value(i).into()),
        DataType::Date32 => text::date(array.as_primitive::<t::Date32Type>().value(i).into()),
        DataType::Binary => String::from_utf8_lossy(array.as_binary::<i32>().value(i)).into_owned(),
        DataType::Timestamp(unit, _) => {
            let value = match unit {
                TimeUnit::Nanosecond => array.as_primitive::<t::TimestampNanosecondType>().value(i),
                TimeUnit::Microsecond => array.as_primitive::<t::TimestampMicrosecondType>().value(i),
                TimeUnit::Millisecond => array.as_primitive::<t::TimestampMillisecondType>().value(i),
                TimeUnit::Second => array.as_primitive::<t::TimestampSecondType>().value(i),
            };
            zoned(value, unit_of(*unit), zone)
        }
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let key = dictionary.normalized_keys().get(i).copied()?;
            return array_text(dictionary.values(), key, zone);
        }
        DataType::Duration(unit) => {
            let value = match unit {
                TimeUnit::Nanosecond => array.as_primitive::<t::DurationNanosecondType>().value(i),
                TimeUnit::Microsecond => array.as_primitive::<t::DurationMicrosecondType>().value(i),
                TimeUnit::Millisecond => array.as_primitive::<t::DurationMillisecondType>().value(i),
                TimeUnit::Second => array.as_primitive::<t::DurationSecondType>().value(i),
            };
            let per_day = unit_of(*unit).per_second() * 86_400;
            let clock = text::timestamp(value.rem_euclid(per_day), unit_of(*unit));
            format!(
                "{} days {}",
                value.div_euclid(per_day),
                clock.split_once(' ').map_or("", |(_, clock)| clock)
            )
        }
        DataType::Struct(_) => {
            let parts = array.as_struct();
            let part = |at: usize| array_text(parts.columns().get(at)?, i, zone);
            format!("({}, {}]", part(0)?, part(1)?)
        }
        _ => integer!(Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64),
    })
}

/// `str(Timestamp)`, with the offset of its zone.
fn zoned(value: i64, unit: crate::times::Unit, zone: Option<&str>) -> String {
    let Some(zone) = zone else { return text::timestamp(value, unit) };
    let seconds = value.div_euclid(unit.per_second());
    let offset = crate::times::offset_at(zone, seconds).unwrap_or(0);
    let local = value.saturating_add(offset.saturating_mul(unit.per_second()));
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.unsigned_abs() / 60;
    format!("{}{sign}{:02}:{:02}", text::timestamp(local, unit), minutes / 60, minutes % 60)
}
