//! What the file is written with: encodings and codecs, column by column, and the metadata of pandas.

use arrow_schema::SchemaRef;
use parquet::arrow::add_encoded_arrow_schema_to_metadata;
use parquet::basic::{BrotliLevel, Compression as Codec, Encoding as Coding, GzipLevel, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};
use unpickle_core::Result;

use super::parquet_error;
use crate::write::options::{Compression, WriteOptions};
use crate::write::sample::{self, Decision, Encoding};

/// Tables below this take Snappy if nothing else is asked for: a context of zstd costs more than it saves.
const SMALL_BYTES: usize = 256 << 10;

pub(super) fn properties(
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
    leaf: &ColumnDescriptor,
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
