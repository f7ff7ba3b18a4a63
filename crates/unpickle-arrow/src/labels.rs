//! Column labels and names of levels, as the texts that pyarrow makes of them, and what pandas is told of them.

use arrow_array::Array as _;
use arrow_array::cast::AsArray as _;
use arrow_schema::DataType;
use serde_json::{Value as Json, json};
use unpickle_core::{FromPickle as _, Result, Value};
use unpickle_numpy::{DtypeKind, Objects, Scalar};
use unpickle_pandas::{Array, Cell as Known, Index, PandasScalar, Recogniser, Std, checked_codes};

use crate::budget::Budget;
use crate::cell::{Cell, Reader};
use crate::column::{Column, object_cells};
use crate::label_text::{self, Shown, quoted};

/// The labels of the columns of a frame.
pub(crate) struct Labels {
    /// One text a column; `None` for a missing label.
    pub(crate) texts: Vec<Option<String>>,
    /// `column_indexes` of the `pandas` metadata, one entry a level.
    pub(crate) levels: Vec<Json>,
    /// What pandas cannot read back.
    pub(crate) note: Option<String>,
    /// Whether the texts are those of tuples, an item a level.
    nested: bool,
}

impl Labels {
    /// Labels that are texts.
    pub(crate) fn plain(texts: Vec<String>) -> Labels {
        let level = Level::of(Vec::new(), "unicode", "object");
        Labels {
            texts: texts.into_iter().map(Some).collect(),
            levels: vec![entry(&level, None)],
            note: None,
            nested: false,
        }
    }

    /// Whether the texts are those of tuples, an item a level.
    pub(crate) fn is_nested(&self) -> bool {
        self.nested
    }

    /// Makes text of the last level: its labels have got suffixes, so that no other type would be read from them.
    pub(crate) fn last_is_text(&mut self) {
        if let Some(Json::Object(level)) = self.levels.last_mut() {
            level.insert("pandas_type".to_owned(), json!("unicode"));
            level.insert("numpy_type".to_owned(), json!("object"));
            level.insert("metadata".to_owned(), json!({ "encoding": "UTF-8" }));
        }
    }
}

/// `('a', 'b.1')`, which pandas can take apart: a suffix for the last text in the text of a tuple.
pub(crate) fn suffixed(tuple: &str, count: usize) -> String {
    let ends = ["',)", "\",)", "')", "\")"];
    match ends.iter().find_map(|end| Some((tuple.strip_suffix(end)?, end))) {
        Some((start, end)) => format!("{start}.{count}{end}"),
        // `None` is the one item that is not quoted.
        None => match tuple.strip_suffix("None)") {
            Some(start) => format!("{start}'None.{count}')"),
            None => format!("{tuple}.{count}"),
        },
    }
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
pub(crate) fn labels(index: &Index<'_>, budget: &Budget) -> Result<Labels> {
    let names = index.names();
    if let Index::Multi { levels, codes, .. } = index {
        let mut parts = Vec::new();
        for (i, (level, codes)) in levels.iter().zip(codes).enumerate() {
            let mut read = level_labels(level, budget)?;
            // pyarrow looks for the zone of any level in the first.
            if i > 0 && read.pandas_type == "datetimetz" {
                read = Level::lost(read.texts, "datetimetz");
            }
            let codes = checked_codes(codes, level.len(), 0..codes.len())?;
            // Of a single level pandas reads the texts of tuples as they are.
            if levels.len() == 1 && read.pandas_type != "unicode" {
                read = Level::lost(read.texts, &read.numpy_type);
            }
            // There is no missing integer.
            if read.pandas_type.contains("int") && codes.iter().any(|&code| code < 0) {
                read = Level::lost(read.texts, &read.numpy_type);
            }
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
        let levels = parts.iter().zip(&names).map(|((level, _), name)| entry(level, *name)).collect();
        return Ok(Labels { texts, levels, note, nested: true });
    }
    let level = level_labels(index, budget)?;
    let name = names.into_iter().next().flatten();
    Ok(Labels { levels: vec![entry(&level, name)], note: level.note, texts: level.texts, nested: false })
}

/// The label that `Series.to_frame` makes of the name of a series; of a tuple, one of several levels.
pub(crate) fn of_name(name: Value<'_>) -> Labels {
    let text = name_text(name).unwrap_or_else(|| "0".to_owned());
    let parts = name.as_tuple().filter(|items| !items.is_empty());
    let levels = match parts {
        Some(items) => items.iter().map(|item| key_level(std::iter::once(item))).collect(),
        None => vec![key_level(std::iter::once(name))],
    };
    Labels { texts: vec![Some(text)], levels, note: None, nested: parts.is_some() }
}

/// The labels that pandas makes of the keys of dicts: of tuples of one length, several levels. `None` if a key is no
/// label.
pub(crate) fn of_keys(keys: &[Value<'_>]) -> Option<Labels> {
    let texts: Option<Vec<String>> = keys.iter().map(|key| key_text(*key)).collect();
    let width = |key: &Value<'_>| key.as_tuple().map_or(0, |items| items.len());
    let depth = keys.first().map_or(0, width);
    let nested = depth > 0 && keys.iter().all(|key| width(key) == depth);
    let levels = if nested {
        let level = |i| key_level(keys.iter().filter_map(move |key| key.as_tuple()?.get(i)));
        (0..depth).map(level).collect()
    } else {
        vec![key_level(keys.iter().copied())]
    };
    Some(Labels { texts: texts?.into_iter().map(Some).collect(), levels, note: None, nested })
}

/// The text of a key of a dict, if it is what a label of a column may be.
pub(crate) fn key_text(key: Value<'_>) -> Option<String> {
    let plain = |cell: &Cell<'_>| match cell {
        Cell::Str(text) => std::str::from_utf8(text).is_ok(),
        Cell::Null | Cell::Complex(..) | Cell::Period { .. } | Cell::Duration { .. } => false,
        Cell::Interval { .. } | Cell::Library(_) | Cell::Masked(_) | Cell::Surrogates(_) => false,
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
    sound.then(|| label_text::of_value(key, &cell))
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

fn entry(level: &Level, name: Option<Value<'_>>) -> Json {
    let name = name.map_or(Json::Null, name_json);
    json!({
        "name": name, "field_name": name, "pandas_type": level.pandas_type, "numpy_type": level.numpy_type,
        "metadata": level.metadata,
    })
}

/// The name of a level in the metadata: numbers and booleans as they are, all else as text.
fn name_json(name: Value<'_>) -> Json {
    match Reader::default().read(name) {
        Cell::Bool(value) => json!(value),
        Cell::Int(int) if int.as_i64().is_some() => json!(int.as_i64()),
        Cell::Float(float) if float.is_finite() => json!(float),
        _ => json!(name_text(name)),
    }
}

fn level_labels(index: &Index<'_>, budget: &Budget) -> Result<Level> {
    match index {
        Index::Range { start, step, .. } => {
            let label = |i: usize| i128::from(*start) + i as i128 * i128::from(*step);
            let texts = (0..index.len()).map(|i| Some(label(i).to_string())).collect();
            Ok(Level::of(texts, "int64", "int64"))
        }
        Index::Flat { array, .. } => match object_cells(array) {
            Some(cells) => Ok(object_level(array, &cells)),
            None => array_level(index, budget),
        },
        Index::Multi { .. } => array_level(index, budget),
    }
}

impl Level {
    fn of(texts: Vec<Option<String>>, pandas_type: &str, numpy_type: &str) -> Level {
        let metadata = if pandas_type == "unicode" { json!({ "encoding": "UTF-8" }) } else { Json::Null };
        Level {
            texts,
            pandas_type: pandas_type.to_owned(),
            numpy_type: numpy_type.to_owned(),
            metadata,
            note: None,
        }
    }

    /// Labels that pandas can read back as text only.
    fn lost(texts: Vec<Option<String>>, kind: &str) -> Level {
        let note = Some(format!("column labels of kind {kind}, written as text"));
        Level { note, ..Level::of(texts, "unicode", "object") }
    }
}

/// Labels that are Python objects, or pandas' text.
fn object_level<'p>(array: &Array<'p>, cells: &Objects<'p>) -> Level {
    let mut reader = Reader::default();
    let (mut texts, mut kinds) = (Vec::with_capacity(cells.len()), Vec::new());
    for cell in cells.iter() {
        let read = reader.read(cell);
        let kind = kind_name(&read, cell);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
        texts.push(match read {
            Cell::Null => missing_text(cell).map(str::to_owned),
            read => Some(label_text::of_value(cell, &read)),
        });
    }
    if let Array::String { dtype, .. } = array {
        return Level::of(texts, "unicode", if dtype.nan { "str" } else { "string" });
    }
    let several = |name: &str| Level {
        note: Some("column labels of several kinds, written as text".to_owned()),
        ..Level::of(texts.clone(), name, "object")
    };
    match kinds[..] {
        [] => Level::of(texts, "empty", "object"),
        [one @ ("unicode" | "bytes" | "integer" | "floating" | "datetime" | "complex" | "decimal")] => {
            Level::of(texts, one, "object")
        }
        // None and NaN are read back as missing labels.
        ["missing"] => Level::of(texts, "empty", "object"),
        ["unicode", "missing"] | ["missing", "unicode"] => Level::of(texts, "unicode", "object"),
        [one] => Level::lost(texts, one),
        _ if kinds.contains(&"integer") => several("mixed-integer"),
        _ => several("mixed"),
    }
}

/// Labels in an array of a type.
fn array_level(index: &Index<'_>, budget: &Budget) -> Result<Level> {
    let column = Column::from_index(index, budget)?;
    let array = column.array(0..index.len())?;
    let shown = Shown::of(&column);
    let texts: Vec<Option<String>> = match array.as_any_dictionary_opt() {
        Some(dictionary) => {
            let values = dictionary.values();
            let values: Vec<Option<String>> = (0..values.len()).map(|i| shown.text(values, i)).collect();
            // Without categories there is nothing but gaps, and keys have no meaning.
            let keys = if values.is_empty() { Vec::new() } else { dictionary.normalized_keys() };
            let text = |i: usize| match array.is_valid(i) {
                true => values.get(*keys.get(i)?).cloned().flatten(),
                false => shown.missing.map(str::to_owned),
            };
            (0..array.len()).map(text).collect()
        }
        None => (0..array.len()).map(|i| shown.text(&array, i)).collect(),
    };
    let name = column.numpy_type.as_str();
    let gaps = array.null_count() > 0;
    Ok(match &column.data_type {
        DataType::Timestamp(_, Some(_)) => {
            Level { metadata: column.extra.clone(), ..Level::of(texts, "datetimetz", name) }
        }
        DataType::Timestamp(_, None) => Level::of(texts, "datetime", name),
        DataType::Struct(_) if name.starts_with("complex") && !gaps => Level::of(texts, "complex", name),
        _ if !column.metadata.is_empty() => Level::lost(texts, name),
        DataType::Dictionary(..) => Level::lost(texts, "category"),
        // Read as booleans, all of them would be true.
        DataType::Boolean if texts.is_empty() => Level::of(texts, "bool", name),
        DataType::Boolean => Level::lost(texts, "bool"),
        DataType::Duration(_) => Level::lost(texts, "timedelta"),
        DataType::Utf8 | DataType::LargeUtf8 => Level::of(texts, "unicode", name),
        // Of these pandas reads numbers, but no gaps.
        _ if column.is_nullable() && gaps => Level::lost(texts, name),
        data_type if data_type.is_integer() && name.ends_with("[pyarrow]") => {
            Level::of(texts, "integer", name)
        }
        data_type if data_type.is_floating() && name.ends_with("[pyarrow]") => {
            Level::of(texts, "floating", name)
        }
        data_type if data_type.is_numeric() && !data_type.is_decimal() => {
            Level::of(texts, &name.to_lowercase(), name)
        }
        _ => Level::lost(texts, name),
    })
}

/// What `pandas.api.types.infer_dtype` calls a label.
fn kind_name(cell: &Cell<'_>, value: Value<'_>) -> &'static str {
    match cell {
        // Not a number is a float to it.
        Cell::Null if value.as_f64().is_some() => "floating",
        Cell::Null => "missing",
        Cell::Str(_) | Cell::Str2(_) | Cell::Made(_) => "unicode",
        Cell::Bytes(_) => "bytes",
        Cell::Int(int) if int.as_i64().is_some() => "integer",
        Cell::Int(_) | Cell::UInt(_) => "large integer",
        Cell::Float(_) | Cell::Narrow(_) => "floating",
        Cell::Bool(_) => "boolean",
        Cell::Stamp { zone: None, .. } => "datetime",
        Cell::Stamp { .. } => "datetime of a zone",
        Cell::Date(_) => "date",
        Cell::Time(_) => "time",
        Cell::Duration { .. } => "timedelta",
        Cell::Decimal(_) => "decimal",
        Cell::Complex(..) => "complex",
        Cell::Period { .. } => "period",
        Cell::Uuid(_) => "UUID",
        Cell::Interval { .. } => "interval",
        Cell::List(_) => "tuple",
        _ => "object",
    }
}

/// The text of a missing label; `None` for `None` and NaN, which are read back as missing.
fn missing_text(value: Value<'_>) -> Option<&'static str> {
    match Recogniser::default().recognise(value)? {
        Known::Pandas(PandasScalar::NA) => Some("<NA>"),
        Known::Pandas(_) => Some("NaT"),
        Known::Std(Std::Decimal(_)) => Some("NaN"),
        Known::NumpyScalar => {
            let scalar = Scalar::from_pickle(value).ok()?;
            let time = matches!(scalar.dtype().kind(), DtypeKind::Datetime(_) | DtypeKind::Timedelta(_));
            time.then_some("NaT")
        }
        _ => None,
    }
}

/// The text of an index name.
pub(crate) fn name_text(name: Value<'_>) -> Option<String> {
    let cell = Reader::default().read(name);
    match cell {
        Cell::Null => None,
        cell => Some(label_text::of_value(name, &cell)),
    }
}
