//! The labels of columns, from the texts that they are in a file.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, Float64Array, Int64Array, StringArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
};
use arrow_schema::Field;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value as Json;
use unpickle_core::Result;

use crate::column::Column;
use crate::index::{self, Level};
use crate::kind::Kind;
use crate::levels;
use crate::literal;
use crate::pen::Pen;

/// The index above the columns. `texts` has a label for each, `levels` what the metadata say of them.
pub(crate) fn labels<W: std::io::Write>(
    pen: &mut Pen<W>,
    texts: &[Option<String>],
    levels: &[Json],
) -> Result<()> {
    if levels.len() > 1
        && let Some(parts) = tuples(texts, levels.len())
    {
        let made: Vec<Level> = parts
            .iter()
            .zip(levels)
            .map(|(texts, level)| nested(pen, texts, level))
            .collect::<Result<_>>()?;
        return index::multi(pen, &made);
    }
    let level = levels.first().filter(|_| levels.len() == 1);
    let (column, numpy_type) = typed(texts, level);
    let nulls = column.null_count()? > 0;
    let kind = Kind::of(&column.field, nulls, numpy_type, pen.target)?.of_index(pen.target);
    index::flat(pen, &column, &kind, level.and_then(|level| level.get("name")))
}

fn nested<W: std::io::Write>(pen: &Pen<W>, texts: &[Option<String>], level: &Json) -> Result<Level> {
    let (column, numpy_type) = typed(texts, Some(level));
    let name = level.get("name").cloned().unwrap_or_default();
    levels::level(&column, numpy_type, name, pen.target)
}

/// The items of labels that are texts of tuples, a list for each level.
fn tuples(texts: &[Option<String>], depth: usize) -> Option<Vec<Vec<Option<String>>>> {
    let mut parts = vec![Vec::with_capacity(texts.len()); depth];
    for text in texts {
        let items = literal::tuple(text.as_deref()?).filter(|items| items.len() == depth)?;
        parts.iter_mut().zip(items).for_each(|(part, item)| part.push(item));
    }
    Some(parts)
}

/// Labels as what the metadata say they were; as text where they are not.
fn typed<'l>(texts: &[Option<String>], level: Option<&'l Json>) -> (Column<'static>, Option<&'l str>) {
    let said = |key: &str| level.and_then(|level| level.get(key)).and_then(Json::as_str);
    let numpy_type = said("numpy_type");
    let array = match said("pandas_type").unwrap_or_default() {
        kind if kind.starts_with("int") || kind.starts_with("uint") => {
            parsed(texts, |text| text.parse::<i64>().ok())
                .map(|labels| Arc::new(Int64Array::from(labels)) as ArrayRef)
        }
        kind if kind.starts_with("float") => {
            let number = |text: &str| text.parse::<f64>().ok();
            parsed(texts, number).map(|labels| Arc::new(Float64Array::from(labels)) as ArrayRef)
        }
        "datetime" => instants(texts, numpy_type.unwrap_or_default()),
        "bytes" => {
            let labels = texts.iter().map(|text| text.as_deref().map(str::as_bytes));
            Some(Arc::new(BinaryArray::from_iter(labels)) as ArrayRef)
        }
        _ => None,
    };
    let array = array.unwrap_or_else(|| Arc::new(StringArray::from_iter(texts)));
    let field = Arc::new(Field::new("labels", arrow_array::Array::data_type(&array).clone(), true));
    // Other names than these say nothing of labels.
    let numpy_type = numpy_type.filter(|name| name.starts_with("string"));
    (Column::of_array(field, array), numpy_type)
}

/// What each label is, if each is.
fn parsed<T>(texts: &[Option<String>], parse: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    texts.iter().map(|text| parse(text.as_deref()?)).collect()
}

/// Labels that are times without a zone.
fn instants(texts: &[Option<String>], dtype: &str) -> Option<ArrayRef> {
    let nanos = parsed(texts, |text| {
        let time: DateTime = text.parse().ok()?;
        Some(TimeZone::UTC.to_timestamp(time).ok()?.as_nanosecond())
    })?;
    let ticks = |nanos_each: i128| -> Option<Vec<i64>> {
        nanos.iter().map(|nanos| i64::try_from(nanos.div_euclid(nanos_each)).ok()).collect()
    };
    Some(match dtype {
        "datetime64[s]" => Arc::new(TimestampSecondArray::from(ticks(1_000_000_000)?)),
        "datetime64[ms]" => Arc::new(TimestampMillisecondArray::from(ticks(1_000_000)?)),
        "datetime64[us]" => Arc::new(TimestampMicrosecondArray::from(ticks(1_000)?)),
        _ => Arc::new(TimestampNanosecondArray::from(ticks(1)?)),
    })
}
