//! Parquet: one task for each row group and column, encoded by several threads, written in order.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::Write;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, SchemaRef};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::add_encoded_arrow_schema_to_metadata;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{BrotliLevel, Compression as Codec, Encoding as Coding, GzipLevel, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::SchemaDescriptor;
use unpickle_core::{Category, Error, Result};

use super::categories;
use super::options::{Compression, WriteOptions};
use super::pipeline::{self, Bounds};
use super::sample::{self, Decision, Encoding};
use crate::columns::{Columns, checked_column};

/// Encoded bytes that may wait to be written.
const WAITING: usize = 64 << 20;
/// One column of a row group is about this large at most, before it is encoded.
const CHUNK_BYTES: usize = 64 << 20;
/// One row group is about this large at most, before it is encoded.
const GROUP_BYTES: usize = 1 << 30;
/// Tables below this take Snappy if nothing else is asked for: a context of zstd costs more than it saves.
const SMALL_BYTES: usize = 256 << 10;

pub(super) fn write<W: Write + Send>(table: &dyn Columns, options: &WriteOptions<'_>, sink: W) -> Result<()> {
    let schema = table.schema();
    for field in schema.fields() {
        writable(field.data_type(), 0).map_err(|error| error.within(format!("column `{}`", field.name())))?;
    }
    let descriptor = ArrowSchemaConverter::new().convert(&schema).map_err(parquet_error)?;
    let rows = table.num_rows();
    let fields = schema.fields().len();
    let threads = options.threads_for(rows.saturating_mul(fields));
    let decisions = decide(table, &schema, threads, options)?;
    let group_rows = group_rows(&decisions, options);
    let properties = properties(&schema, &descriptor, &decisions, rows, options)?;

    let properties = Arc::new(properties);
    let codecs = Arc::clone(&properties);
    let mut writer =
        SerializedFileWriter::new(sink, descriptor.root_schema_ptr(), properties).map_err(parquet_error)?;
    let factory = ArrowRowGroupWriterFactory::new(&writer, Arc::clone(&schema));
    let groups = Groups { factory, schema: Arc::clone(&schema), ready: Mutex::new(BTreeMap::new()) };
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
        let writers = groups.take(group, column)?;
        let text =
            schema.fields().get(column).is_some_and(|field| categories::is_categories(field.data_type()));
        if text && let Some(leaf) = first_leaves.get(column).and_then(|leaf| descriptor.columns().get(*leaf))
        {
            let codec = categories::codec_of(codecs.compression(leaf.path()));
            let next = |rows| checked_column(table, &schema, column, rows).map_err(Trouble);
            return match categories::encode(leaf, codec, span(group), next) {
                Ok(chunk) => Ok(vec![Chunk::Categories(Box::new(chunk))]),
                Err(Trouble(error)) => Err(error),
            };
        }
        encode(table, &schema, column, span(group), options.batch_size, writers)
    };
    let tasks = count.saturating_mul(fields);
    let bounds = Bounds { threads, tasks: fields.saturating_mul(2).max(threads * 2), bytes: WAITING };
    let weigh = |chunks: &Vec<Chunk>| chunks.iter().map(Chunk::len).sum();
    pipeline::run(tasks, bounds, encode, weigh, |chunks| {
        if fields == 0 {
            return Ok(());
        }
        for group in 0..count {
            let mut row_group = writer.next_row_group().map_err(parquet_error)?;
            let span = span(group);
            for column in 0..fields {
                for chunk in chunks.next()? {
                    chunk.append(&mut row_group).map_err(parquet_error)?;
                }
                // Rows are done when all their columns are: a column is its share of them.
                let share = span.len() as f64 * (column + 1) as f64 / fields as f64;
                options.report(span.start.saturating_add(share as usize));
            }
            row_group.close().map_err(parquet_error)?;
        }
        Ok(())
    })?;
    writer.close().map_err(parquet_error)?;
    Ok(())
}

/// An encoded column of one row group.
enum Chunk {
    Arrow(Box<ArrowColumnChunk>),
    Categories(Box<categories::Chunk>),
}

impl Chunk {
    fn len(&self) -> usize {
        match self {
            Chunk::Arrow(chunk) => usize::try_from(chunk.close().bytes_written).unwrap_or(usize::MAX),
            Chunk::Categories(chunk) => chunk.len(),
        }
    }

    fn append<W: Write + Send>(
        self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> std::result::Result<(), ParquetError> {
        match self {
            Chunk::Arrow(chunk) => chunk.append_to_row_group(group),
            Chunk::Categories(chunk) => chunk.append(group),
        }
    }
}

/// An error of ours, or of the Parquet writer in our words.
struct Trouble(Error);

impl From<ParquetError> for Trouble {
    fn from(error: ParquetError) -> Trouble {
        Trouble(parquet_error(error))
    }
}

/// The column writers of the row groups at work, taken one column at a time.
struct Groups {
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    ready: Mutex<BTreeMap<usize, Vec<Option<Vec<ArrowColumnWriter>>>>>,
}

impl Groups {
    fn take(&self, group: usize, column: usize) -> Result<Vec<ArrowColumnWriter>> {
        let missing = || Error::message(Category::Unsupported, "internal error: no writer for a column");
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        let columns = match ready.entry(group) {
            Entry::Occupied(columns) => columns.into_mut(),
            Entry::Vacant(free) => {
                let writers = self.factory.create_column_writers(group).map_err(parquet_error)?;
                let mut writers = writers.into_iter();
                let fields = self.schema.fields().iter();
                let columns =
                    fields.map(|field| Some(writers.by_ref().take(leaf_count(field.data_type())).collect()));
                free.insert(columns.collect())
            }
        };
        let writers = columns.get_mut(column).and_then(Option::take).ok_or_else(missing)?;
        if columns.iter().all(Option::is_none) {
            ready.remove(&group);
        }
        Ok(writers)
    }
}

/// One column of one row group, a stretch at a time.
fn encode(
    table: &dyn Columns,
    schema: &SchemaRef,
    column: usize,
    rows: Range<usize>,
    batch_size: usize,
    mut writers: Vec<ArrowColumnWriter>,
) -> Result<Vec<Chunk>> {
    let Some(field) = schema.fields().get(column) else { return Ok(Vec::new()) };
    let inside = |error: ParquetError| parquet_error(error).within(format!("column `{}`", field.name()));
    let mut start = rows.start;
    while start < rows.end {
        let end = start.saturating_add(batch_size).min(rows.end);
        let array = first_of(table, schema, column, start..end)?;
        for (writer, leaf) in writers.iter_mut().zip(compute_leaves(field, &array).map_err(inside)?) {
            writer.write(&leaf).map_err(inside)?;
        }
        start = start.saturating_add(array.len().max(1));
    }
    let close = |writer: ArrowColumnWriter| writer.close().map(|chunk| Chunk::Arrow(Box::new(chunk)));
    writers.into_iter().map(|writer| close(writer).map_err(inside)).collect()
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
            Err(error) if error.category() == Category::Limit && rows.len() > 1 => {
                rows.end = rows.start.saturating_add(rows.len() / 2);
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

fn properties(
    schema: &SchemaRef,
    descriptor: &SchemaDescriptor,
    decisions: &[Vec<Decision>],
    rows: usize,
    options: &WriteOptions<'_>,
) -> Result<WriterProperties> {
    let width = decisions.iter().flatten().map(|leaf| leaf.width).sum::<usize>();
    let codec = match options.compression {
        Compression::Auto if rows.saturating_mul(width) < SMALL_BYTES => Codec::SNAPPY,
        Compression::Auto => codec(Compression::Zstd(1))?,
        given => codec(given)?,
    };
    let pandas: Vec<KeyValue> = sorted_metadata(schema)
        .into_iter()
        .map(|(key, value)| KeyValue::new(key.clone(), value.clone()))
        .collect();
    let mut builder = WriterProperties::builder()
        .set_created_by(format!("unpickle version {}", env!("CARGO_PKG_VERSION")))
        .set_compression(codec)
        .set_dictionary_page_size_limit(sample::DICTIONARY_BYTES)
        .set_key_value_metadata((!pandas.is_empty()).then_some(pandas));
    let leaves = descriptor.columns().iter().zip(decisions.iter().flatten());
    if descriptor.num_columns() == decisions.iter().map(Vec::len).sum::<usize>() {
        for (leaf, decision) in leaves {
            builder = leaf_properties(builder, leaf, *decision, codec, options);
        }
    }
    let mut properties = builder.build();
    add_encoded_arrow_schema_to_metadata(schema, &mut properties);
    Ok(properties)
}

fn leaf_properties(
    mut builder: WriterPropertiesBuilder,
    leaf: &parquet::schema::types::ColumnDescriptor,
    decision: Decision,
    codec: Codec,
    options: &WriteOptions<'_>,
) -> WriterPropertiesBuilder {
    use parquet::basic::Type;
    let path = leaf.path();
    let integer = matches!(leaf.physical_type(), Type::INT32 | Type::INT64);
    match decision.encoding {
        Encoding::Dictionary => {}
        Encoding::Delta if integer => {
            builder = builder
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path.clone(), Coding::DELTA_BINARY_PACKED);
        }
        Encoding::Plain | Encoding::Delta => {
            builder = builder.set_column_dictionary_enabled(path.clone(), false);
        }
    }
    let wasted = options.compression == Compression::Auto && !decision.compress;
    if wasted && codec != Codec::SNAPPY {
        builder = builder.set_column_compression(path.clone(), Codec::UNCOMPRESSED);
    }
    builder
}

/// The schema's metadata in one order, so that the same table makes the same file.
fn sorted_metadata(schema: &SchemaRef) -> Vec<(&String, &String)> {
    let mut entries: Vec<_> = schema.metadata().iter().filter(|(key, _)| *key != "ARROW:schema").collect();
    entries.sort();
    entries
}

fn codec(compression: Compression) -> Result<Codec> {
    Ok(match compression {
        Compression::None => Codec::UNCOMPRESSED,
        Compression::Snappy => Codec::SNAPPY,
        Compression::Auto => Codec::ZSTD(ZstdLevel::try_new(1).map_err(parquet_error)?),
        Compression::Zstd(level) => Codec::ZSTD(ZstdLevel::try_new(level).map_err(parquet_error)?),
        Compression::Gzip(level) => Codec::GZIP(GzipLevel::try_new(level).map_err(parquet_error)?),
        // Parquet's older `LZ4` is a framing that its readers never agreed on.
        Compression::Lz4 => Codec::LZ4_RAW,
        Compression::Brotli(level) => Codec::BROTLI(BrotliLevel::try_new(level).map_err(parquet_error)?),
    })
}

/// Refuses types that the writer would panic on, or write so that readers do not get them back.
fn writable(kind: &DataType, depth: u32) -> Result<()> {
    let refused = |why: &str| {
        let message = format!("Arrow type {kind} cannot be written to Parquet{why}");
        Err(Error::message(Category::Unsupported, message))
    };
    if depth >= 64 {
        return Err(Error::limit("more than 64 nested types cannot be written to Parquet"));
    }
    let inner = |kind: &DataType| writable(kind, depth + 1);
    use arrow_schema::TimeUnit::Second;
    match kind {
        DataType::Timestamp(Second, _) | DataType::Time32(Second) => refused(", which has no seconds"),
        DataType::Date64 => refused(", which has days only"),
        DataType::Interval(_) | DataType::Union(..) | DataType::RunEndEncoded(..) => refused(""),
        DataType::Struct(fields) if fields.is_empty() => refused(", which has no empty structs"),
        DataType::Struct(fields) => fields.iter().try_for_each(|field| inner(field.data_type())),
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::FixedSizeList(field, _)
        | DataType::ListView(field)
        | DataType::LargeListView(field) => inner(field.data_type()),
        DataType::Map(field, _) => match field.data_type() {
            DataType::Struct(fields) if fields.len() == 2 => inner(field.data_type()),
            _ => refused(": its entries are no pairs"),
        },
        DataType::Dictionary(_, values) if values.is_nested() => refused(""),
        DataType::Dictionary(_, values) => inner(values),
        _ => Ok(()),
    }
}

/// How many columns of Parquet an Arrow type takes. Its depth was checked by [`writable`].
fn leaf_count(kind: &DataType) -> usize {
    match kind {
        DataType::Struct(fields) => fields.iter().map(|field| leaf_count(field.data_type())).sum(),
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::FixedSizeList(field, _)
        | DataType::ListView(field)
        | DataType::LargeListView(field)
        | DataType::Map(field, _) => leaf_count(field.data_type()),
        _ => 1,
    }
}

/// The leaves of an array, in Parquet's order; what lies outside a slice or below a null does no harm to a sample.
fn collect_leaves(array: &ArrayRef, leaves: &mut Vec<ArrayRef>) {
    match array.data_type() {
        DataType::Struct(_) => {
            array.as_struct().columns().iter().for_each(|column| collect_leaves(column, leaves));
        }
        DataType::List(_) => collect_leaves(array.as_list::<i32>().values(), leaves),
        DataType::LargeList(_) => collect_leaves(array.as_list::<i64>().values(), leaves),
        DataType::FixedSizeList(..) => collect_leaves(array.as_fixed_size_list().values(), leaves),
        DataType::ListView(_) => collect_leaves(array.as_list_view::<i32>().values(), leaves),
        DataType::LargeListView(_) => collect_leaves(array.as_list_view::<i64>().values(), leaves),
        DataType::Map(..) => {
            array.as_map().entries().columns().iter().for_each(|column| collect_leaves(column, leaves));
        }
        _ => leaves.push(Arc::clone(array)),
    }
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
