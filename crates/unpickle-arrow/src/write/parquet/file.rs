//! The file around the chunks: row groups, page index, footer.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Arc;

use parquet::errors::ParquetError;
use parquet::file::metadata::page_index::PageIndexBuilder;
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, ParquetMetaDataBuilder, ParquetMetaDataWriter, RowGroupMetaData,
};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::page_index::offset_index::OffsetIndexMetaData;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::TrackedWrite;
use parquet::schema::types::SchemaDescPtr;

use super::chunk::Chunk;

/// Puts chunks one after the other, and tells where each is.
///
/// `parquet`'s own writer of files takes foreign chunks in pieces of 8 KiB, each copied and written by itself.
pub(super) struct File<W: Write> {
    sink: TrackedWrite<Watched<W>>,
    failed: Failure,
    schema: SchemaDescPtr,
    groups: Vec<RowGroupMetaData>,
    indexes: Vec<Vec<Indexes>>,
    /// Of the row group at work.
    columns: Vec<ColumnChunkMetaData>,
    column_indexes: Vec<Indexes>,
    start: i64,
}

type Indexes = (Option<ColumnIndexMetaData>, Option<OffsetIndexMetaData>);
type Failure = Rc<RefCell<Option<io::Error>>>;

impl<W: Write> File<W> {
    pub(super) fn new(sink: W, schema: SchemaDescPtr) -> io::Result<File<W>> {
        let failed = Failure::default();
        let mut sink = TrackedWrite::new(Watched { sink, failed: Rc::clone(&failed) });
        sink.write_all(b"PAR1")?;
        let start = sink.bytes_written() as i64;
        Ok(File {
            sink,
            failed,
            schema,
            groups: Vec::new(),
            indexes: Vec::new(),
            columns: Vec::new(),
            column_indexes: Vec::new(),
            start,
        })
    }

    /// Writes the next column of a row group.
    pub(super) fn push(&mut self, chunk: Chunk) -> Result<(), ParquetError> {
        let start = self.sink.bytes_written() as i64;
        for piece in chunk.pieces {
            self.sink.write_all(&piece)?;
        }
        let metadata = chunk.metadata;
        let dictionary = metadata.dictionary_page_offset().map(|offset| start + offset);
        let data = start + metadata.data_page_offset();
        let metadata = metadata
            .into_builder()
            .set_dictionary_page_offset(dictionary)
            .set_data_page_offset(data)
            .build()?;
        let mut offset_index = chunk.offset_index;
        for location in offset_index.iter_mut().flat_map(|index| &mut index.page_locations) {
            location.offset += start;
        }
        self.columns.push(metadata);
        self.column_indexes.push((chunk.column_index, offset_index));
        Ok(())
    }

    /// Ends a row group.
    pub(super) fn end_group(&mut self, rows: usize) -> Result<(), ParquetError> {
        let columns = std::mem::take(&mut self.columns);
        let size = columns.iter().map(ColumnChunkMetaData::uncompressed_size).sum();
        let ordinal = i32::try_from(self.groups.len())
            .map_err(|_| ParquetError::General("more than 2,147,483,647 row groups".to_owned()))?;
        let group = RowGroupMetaData::builder(Arc::clone(&self.schema))
            .set_column_metadata(columns)
            .set_num_rows(rows as i64)
            .set_total_byte_size(size)
            .set_file_offset(self.start)
            .set_ordinal(ordinal)
            .build()?;
        self.start = self.sink.bytes_written() as i64;
        self.groups.push(group);
        self.indexes.push(std::mem::take(&mut self.column_indexes));
        Ok(())
    }

    /// Writes the page index and the footer.
    pub(super) fn finish(self, rows: usize, properties: &WriterProperties) -> Result<(), ParquetError> {
        let mut index = PageIndexBuilder::new(self.groups.len(), self.schema.num_columns());
        for (group, columns) in self.indexes.into_iter().enumerate() {
            for (column, (column_index, offset_index)) in columns.into_iter().enumerate() {
                if let Some(column_index) = column_index {
                    index.put_column_index(column_index, group, column);
                }
                if let Some(offset_index) = offset_index {
                    index.put_offset_index(offset_index, group, column);
                }
            }
        }
        let file = FileMetaData::new(
            properties.writer_version().as_num(),
            rows as i64,
            Some(properties.created_by().to_owned()),
            properties.key_value_metadata().cloned(),
            self.schema,
            None,
        );
        let metadata = ParquetMetaDataBuilder::new(file)
            .set_row_groups(self.groups)
            .set_page_index(Some(Arc::new(index.build())))
            .build();
        ParquetMetaDataWriter::new_with_tracked(self.sink, &metadata).finish()?;
        match self.failed.take() {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }
}

/// Keeps an error for the end: the writer of the footer flushes by being dropped, where none can be told.
struct Watched<W> {
    sink: W,
    failed: Failure,
}

impl<W> Watched<W> {
    fn noted<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                let same =
                    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
                *self.failed.borrow_mut() = Some(same);
            }
        })
    }
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.sink.write(bytes);
        self.noted(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.sink.flush();
        self.noted(result)
    }
}

#[cfg(test)]
mod tests {
    use parquet::schema::parser::parse_message_type;
    use parquet::schema::types::SchemaDescriptor;

    use super::*;

    /// A disk that is full after so many bytes.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_footer_that_does_not_fit_is_an_error() {
        let schema = parse_message_type("message schema { }").unwrap();
        let schema = Arc::new(SchemaDescriptor::new(Arc::new(schema)));
        let write = |room| {
            let file = File::new(Full(room), Arc::clone(&schema)).unwrap();
            file.finish(0, &WriterProperties::builder().build())
        };
        assert!(write(1000).is_ok());
        for room in [0, 4, 10] {
            assert!(write(room).is_err(), "{room} bytes");
        }
    }
}
