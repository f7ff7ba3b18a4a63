//! Parquet: one task for each row group and column, encoded by several threads, written in order.

mod booleans;
mod categories;
mod chunk;
mod distinct;
mod file;
mod leaves;
mod levels;
mod numbers;
mod page;
mod settings;
#[cfg(test)]
mod tests;
mod texts;
mod types;
mod words;

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array as _, ArrayRef};
use arrow_schema::{DataType, SchemaRef};
use parquet::arrow::ArrowSchemaConverter;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterPropertiesPtr;
use parquet::schema::types::ColumnDescPtr;
use unpickle_core::{Category, Error, Result};

use self::chunk::{Builder, Chunk};
use self::types::{collect_leaves, leaf_count, writable};
use super::options::WriteOptions;
use super::pieces;
use super::pipeline::{self, Bounds};
use super::sample::{self, Decision, Encoding};
use crate::columns::{Columns, arrow_error, checked_column};

/// Encoded bytes that may wait to be written.
const WAITING: usize = 64 << 20;
/// One column of a row group is about this large at most, before it is encoded.
const CHUNK_BYTES: usize = 64 << 20;
/// One row group is about this large at most, before it is encoded.
const GROUP_BYTES: usize = 1 << 30;
/// Cells of this many bytes make a page, however few they are.
const PAGE_BYTES: usize = 1 << 20;
/// Rows of a page that is written here: half a megabyte of numbers, which stays in a core's own cache.
const PAGE_ROWS: usize = 1 << 16;

pub(super) fn write<W: Write + Send>(table: &dyn Columns, options: &WriteOptions<'_>, sink: W) -> Result<()> {
    let schema = table.schema();
    for field in schema.fields() {
        writable(field.data_type(), 0).map_err(|error| error.within(format!("column `{}`", field.name())))?;
    }
    let descriptor = Arc::new(ArrowSchemaConverter::new().convert(&schema).map_err(parquet_error)?);
    let rows = table.num_rows();
    let fields = schema.fields().len();
    let threads = options.threads_for(rows.saturating_mul(fields));
    let decisions = decide(table, &schema, threads, options)?;
    let group_rows = group_rows(&decisions, options);
    let properties = Arc::new(settings::properties(&schema, &descriptor, &decisions, rows, options)?);

    let count = rows.div_ceil(group_rows);
    let span = |group: usize| {
        let start = group.saturating_mul(group_rows);
        start..start.saturating_add(group_rows).min(rows)
    };
    let first_leaves: Vec<usize> = schema
        .fields()
        .iter()
        .scan(0, |next, field| Some(std::mem::replace(next, *next + leaf_count(field.data_type()))))
        .collect();
    let encode = |task: usize| -> Result<Vec<Chunk>> {
        let (group, column) = (task / fields, task % fields);
        let rows = span(group);
        let leaf = first_leaves.get(column).and_then(|leaf| descriptor.columns().get(*leaf));
        let decision = decisions.get(column).and_then(|leaves| leaves.first());
        let (Some(field), Some(leaf), Some(decision)) = (schema.fields().get(column), leaf, decision) else {
            return Ok(Vec::new());
        };
        let inside = |error: ParquetError| parquet_error(error).within(format!("column `{}`", field.name()));
        match pages(field.data_type(), leaf, &properties, decision.encoding) {
            Some(mut pages) => {
                each_page(table, &schema, column, rows, options.batch_size, |array| {
                    pages.add(&array).map_err(inside)
                })?;
                Ok(vec![pages.finish().map_err(inside)?])
            }
            None => leaves::encode(field, &properties, rows, options.batch_size, |rows| {
                first_of(table, &schema, column, rows)
            }),
        }
    };
    let mut file = file::File::new(sink, Arc::clone(&descriptor))?;
    let tasks = count.saturating_mul(fields);
    let bounds = Bounds { threads, tasks: fields.saturating_mul(2).max(threads * 2), bytes: WAITING };
    let weigh = |chunks: &Vec<Chunk>| chunks.iter().map(Chunk::len).sum();
    pipeline::run(tasks, bounds, encode, weigh, |chunks| {
        if fields == 0 {
            return Ok(());
        }
        for group in 0..count {
            let span = span(group);
            for column in 0..fields {
                for chunk in chunks.next()? {
                    file.push(chunk).map_err(parquet_error)?;
                }
                // Rows are done when all their columns are: a column is its share of them.
                let share = span.len() as f64 * (column + 1) as f64 / fields as f64;
                options.report(span.start.saturating_add(share as usize));
            }
            file.end_group(span.len()).map_err(parquet_error)?;
        }
        Ok(())
    })?;
    file.finish(rows, &properties).map_err(parquet_error)
}

/// Makes the pages of one column, of arrays of its rows that come in order.
trait Pages {
    fn add(&mut self, array: &ArrayRef) -> Result<(), ParquetError>;
    fn finish(self: Box<Self>) -> Result<Chunk, ParquetError>;
}

/// What writes the pages of a column here; nothing for those that `parquet`'s Arrow writer has to encode.
fn pages(
    data_type: &DataType,
    leaf: &ColumnDescPtr,
    properties: &WriterPropertiesPtr,
    encoding: Encoding,
) -> Option<Box<dyn Pages>> {
    let codec = properties.compression(leaf.path());
    let builder = || Builder::new(leaf, codec);
    if categories::is_categories(data_type) {
        return Some(categories::pages(builder()));
    }
    if !Builder::knows(codec) || encoding == Encoding::Delta {
        return None;
    }
    let dictionary = encoding == Encoding::Dictionary;
    numbers::pages(data_type, builder(), dictionary)
        .or_else(|| texts::pages(data_type, builder(), dictionary))
        .or_else(|| booleans::pages(data_type, builder()))
}

/// Hands over the rows of a column in arrays of a page's size, put together where fewer are asked for at once.
fn each_page(
    table: &dyn Columns,
    schema: &SchemaRef,
    column: usize,
    mut rows: Range<usize>,
    batch_size: usize,
    mut add: impl FnMut(ArrayRef) -> Result<()>,
) -> Result<()> {
    let fixed = schema.fields().get(column).is_some_and(|field| {
        let data_type = field.data_type();
        data_type.is_primitive() || *data_type == DataType::Boolean || categories::is_categories(data_type)
    });
    let mut stretch = if fixed { PAGE_ROWS } else { batch_size.min(PAGE_ROWS) };
    while !rows.is_empty() {
        let end = rows.start.saturating_add(PAGE_ROWS).min(rows.end);
        let (mut parts, mut held) = (Vec::new(), 0usize);
        while rows.start < end {
            let until = rows.start.saturating_add(stretch).min(end);
            let array = first_of(table, schema, column, rows.start..until)?;
            if array.len() < until - rows.start {
                // As large as the next rows are, likely.
                stretch = array.len();
            }
            rows.start = rows.start.saturating_add(array.len().max(1));
            held = held.saturating_add(array.get_array_memory_size());
            parts.push(array);
            if held >= PAGE_BYTES {
                break;
            }
        }
        match parts.as_slice() {
            [array] => add(Arc::clone(array))?,
            parts => {
                let parts: Vec<_> = parts.iter().map(AsRef::as_ref).collect();
                add(arrow_select::concat::concat(&parts).map_err(arrow_error)?)?;
            }
        }
    }
    Ok(())
}

/// As many of the rows as one array can hold: fewer, where cells are very large.
fn first_of(
    table: &dyn Columns,
    schema: &SchemaRef,
    column: usize,
    mut rows: Range<usize>,
) -> Result<ArrayRef> {
    loop {
        match checked_column(table, schema, column, rows.clone()) {
            Err(error) if pieces::is_too_much(&error, &rows) => {
                rows.end = rows.start.saturating_add(pieces::fewer(rows.len()));
            }
            made => return made,
        }
    }
}

/// What is decided for each leaf of each column.
fn decide(
    table: &dyn Columns,
    schema: &SchemaRef,
    threads: usize,
    options: &WriteOptions<'_>,
) -> Result<Vec<Vec<Decision>>> {
    let rows = table.num_rows();
    let stretches: Vec<Range<usize>> = sample::stretches(rows)
        .into_iter()
        .map(|stretch| stretch.start..stretch.end.min(stretch.start.saturating_add(options.batch_size)))
        .collect();
    let group = rows.min(options.row_group_size);
    let fields = schema.fields().len();
    let bounds = Bounds { threads, tasks: usize::MAX, bytes: usize::MAX };
    let work = |column: usize| -> Result<Vec<Decision>> {
        let Some(field) = schema.fields().get(column) else { return Ok(Vec::new()) };
        let mut samples = vec![Vec::new(); leaf_count(field.data_type())];
        let mut sampled = 0;
        for stretch in &stretches {
            let array = first_of(table, schema, column, stretch.clone())?;
            sampled += array.len();
            let mut leaves = Vec::new();
            collect_leaves(&array, &mut leaves);
            for (samples, leaf) in samples.iter_mut().zip(leaves) {
                samples.push(leaf);
            }
        }
        Ok(samples.iter().map(|samples| sample::decide(samples, sampled, group)).collect())
    };
    pipeline::run(fields, bounds, work, |_| 0, |results| (0..fields).map(|_| results.next()).collect())
}

/// Rows of a row group: fewer than asked for if they are very large.
fn group_rows(decisions: &[Vec<Decision>], options: &WriteOptions<'_>) -> usize {
    let width = |leaves: &Vec<Decision>| leaves.iter().map(|leaf| leaf.width).sum::<usize>();
    let widest = decisions.iter().map(width).max().unwrap_or_default().max(1);
    let row = decisions.iter().map(width).sum::<usize>().max(1);
    let fit = (CHUNK_BYTES / widest).min(GROUP_BYTES / row).max(1024);
    options.row_group_size.min(fit).max(1)
}

/// An error of the Parquet writer in our words; the operating system's stay what they are.
fn parquet_error(error: ParquetError) -> Error {
    match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(io) => Error::from(*io),
            Err(other) => Error::message(Category::Data, other.to_string()),
        },
        ParquetError::NYI(what) => Error::message(Category::Unsupported, what),
        ParquetError::General(what) => Error::message(Category::Data, what),
        other => Error::message(Category::Data, other.to_string()),
    }
}
