//! Which columns there are, of what kind, and which of them are the index.

use std::collections::HashSet;

use arrow_schema::Schema;
use serde_json::Value as Json;
use unpickle_core::{Category, Error, Result};

use crate::arrays::within;
use crate::column::Column;
use crate::kind::Kind;
use crate::metadata::Metadata;
use crate::options::FrameOptions;
use crate::source::Source;

/// What is to be written.
pub(crate) struct Plan<'a> {
    pub(crate) rows: usize,
    pub(crate) index: Rows<'a>,
    pub(crate) columns: Vec<Planned<'a>>,
    pub(crate) metadata: Metadata,
}

/// What stands before the rows.
pub(crate) enum Rows<'a> {
    /// Start, stop and step, and a name.
    Range([i64; 3], Json),
    Levels(Vec<Planned<'a>>),
}

/// A column, and what becomes of it.
pub(crate) struct Planned<'a> {
    pub(crate) column: Column<'a>,
    pub(crate) kind: Kind,
    /// Its label, or the name of the level.
    pub(crate) name: Json,
}

impl<'a> Plan<'a> {
    pub(crate) fn of(source: &'a dyn Source, options: &FrameOptions) -> Result<Plan<'a>> {
        let schema = source.schema();
        let metadata = Metadata::of(schema);
        let all = source.num_rows();
        let rows = options.head.map_or(all, |head| head.min(all));
        let planned = |i: usize, index: bool| -> Result<Planned<'a>> {
            let column = Column::of(source, i, rows)?;
            let nulls = column.null_count()? > 0;
            let numpy_type = metadata.numpy_type(column.name());
            let mut kind = within(&column, Kind::of(&column.field, nulls, numpy_type, options.target))?;
            if options.objects && numpy_type == Some("object") && kind.is_consolidated() {
                kind = Kind::Objects;
            }
            if let Kind::Categorical { ordered } = &mut kind {
                *ordered = metadata.is_ordered(column.name()).unwrap_or(*ordered);
            }
            let kind = if index { kind.of_index(options.target) } else { kind };
            let name = metadata.name(column.name());
            Ok(Planned { column, kind, name })
        };

        let described: &[Json] = metadata.index.as_deref().unwrap_or_default();
        let (mut levels, mut range) = (Vec::new(), None);
        for entry in described {
            match entry {
                Json::String(field) => levels.extend(schema.index_of(field).ok()),
                entry => range = Some(entry),
            }
        }
        let is_level: HashSet<usize> = levels.iter().copied().collect();
        let wanted: Vec<usize> = match &options.columns {
            None => (0..schema.fields().len()).collect(),
            Some(names) => names.iter().map(|name| place(schema, name)).collect::<Result<_>>()?,
        };
        let columns = wanted.into_iter().filter(|i| !is_level.contains(i)).map(|i| planned(i, false));
        let columns = columns.collect::<Result<_>>()?;
        let index = match (options.index, &levels[..], range) {
            (true, [_, ..], _) => {
                Rows::Levels(levels.iter().map(|&i| planned(i, true)).collect::<Result<_>>()?)
            }
            (true, [], Some(described)) => counted(described, all, rows),
            _ => Rows::Range([0, rows as i64, 1], Json::Null),
        };
        Ok(Plan { rows, index, columns, metadata })
    }
}

/// The range that the metadata describe, if it is one of so many rows; else one from 0 on.
fn counted(described: &Json, all: usize, rows: usize) -> Rows<'static> {
    let number = |key: &str| described.get(key).and_then(Json::as_i64);
    let name = described.get("name").cloned().unwrap_or_default();
    if let (Some(start), Some(stop), Some(step)) = (number("start"), number("stop"), number("step"))
        && step != 0
    {
        let (start, stop, wide) = (i128::from(start), i128::from(stop), i128::from(step));
        let span = if wide > 0 { stop - start } else { start - stop };
        let len = if span <= 0 { 0 } else { (span + wide.abs() - 1) / wide.abs() };
        let end = if rows == all { stop } else { start + wide * rows as i128 };
        if len == all as i128
            && let (Ok(start), Ok(end)) = (i64::try_from(start), i64::try_from(end))
        {
            return Rows::Range([start, end, step], name);
        }
    }
    Rows::Range([0, rows as i64, 1], name)
}

/// Where the column of this name is.
fn place(schema: &Schema, name: &str) -> Result<usize> {
    schema.index_of(name).map_err(|_| {
        let message = format!("no column `{name}`; there are: {}", some_names(schema));
        Error::message(Category::Data, message)
    })
}

fn some_names(schema: &Schema) -> String {
    let names: Vec<&str> = schema.fields().iter().take(10).map(|field| field.name().as_str()).collect();
    names.join(", ") + if schema.fields().len() > 10 { ", …" } else { "" }
}
