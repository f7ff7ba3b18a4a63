//! Columns that `parquet`'s Arrow writer encodes: nested ones, decimals, differences, and the codecs it knows.

use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{Array as _, ArrayRef};
use arrow_schema::{FieldRef, Schema};
use bytes::Bytes;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::column::page_store::{PageKey, PageStore, PageStoreArgs, PageStoreFactory};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::SerializedFileWriter;
use unpickle_core::Result;

use super::chunk::Chunk;
use super::parquet_error;

/// Encodes rows of one column; `next` gives some of those it is asked for, from the first on.
pub(super) fn encode(
    field: &FieldRef,
    properties: &WriterPropertiesPtr,
    rows: Range<usize>,
    mut stretch: usize,
    mut next: impl FnMut(Range<usize>) -> Result<ArrayRef>,
) -> Result<Vec<Chunk>> {
    let inside = |error: ParquetError| parquet_error(error).within(format!("column `{}`", field.name()));
    let (mut writers, stores) = writers(field, properties).map_err(inside)?;
    let mut start = rows.start;
    while start < rows.end {
        let end = start.saturating_add(stretch).min(rows.end);
        let array = next(start..end)?;
        // As large as the next rows are, likely.
        stretch = stretch.min(array.len()).max(1);
        for (writer, leaf) in writers.iter_mut().zip(compute_leaves(field, &array).map_err(inside)?) {
            writer.write(&leaf).map_err(inside)?;
        }
        start = start.saturating_add(array.len().max(1));
    }
    writers.into_iter().zip(stores).map(|(writer, store)| close(writer, &store).map_err(inside)).collect()
}

/// The writers of a column's leaves, and where each puts its pages. The column is the only one of its schema: so no
/// writer is made for nothing.
fn writers(
    field: &FieldRef,
    properties: &WriterPropertiesPtr,
) -> Result<(Vec<ArrowColumnWriter>, Vec<Store>), ParquetError> {
    let schema = Arc::new(Schema::new(vec![Arc::clone(field)]));
    let root = ArrowSchemaConverter::new().convert(&schema)?.root_schema_ptr();
    let nowhere = SerializedFileWriter::new(io::sink(), root, Arc::clone(properties))?;
    let stores = Arc::new(Stores::default());
    let writers = ArrowRowGroupWriterFactory::new(&nowhere, schema)
        .with_page_store_factory(Arc::clone(&stores) as Arc<dyn PageStoreFactory>)
        .create_column_writers(0)?;
    let stores = std::mem::take(&mut *stores.0.lock().unwrap_or_else(PoisonError::into_inner));
    Ok((writers, stores))
}

/// The chunk that a writer has made.
fn close(writer: ArrowColumnWriter, store: &Store) -> Result<Chunk, ParquetError> {
    let close = writer.close()?.close().clone();
    let mut pieces = std::mem::take(&mut *store.0.lock().unwrap_or_else(PoisonError::into_inner));
    // The dictionary page was made when it was complete, behind data pages; it belongs before them all.
    let mut dictionary = 0;
    if let Some(offset) = close.metadata.dictionary_page_offset() {
        let mut start = 0;
        let at = pieces.iter().position(|piece| {
            let here = start == offset;
            start += piece.len() as i64;
            here
        });
        let lost = || ParquetError::General("internal error: the dictionary page is not there".to_owned());
        let at = at.ok_or_else(lost)?;
        let (before, _) = pieces.split_at_mut_checked(at + 2).ok_or_else(lost)?;
        before.rotate_right(2);
        dictionary = before.iter().take(2).map(Bytes::len).sum();
    }
    let close = close.update_dictionary_location(dictionary)?;
    Ok(Chunk {
        pieces,
        metadata: close.metadata,
        column_index: close.column_index,
        offset_index: close.offset_index,
    })
}

/// Where the pages of one leaf are put: header, body, header, body.
#[derive(Clone, Debug, Default)]
struct Store(Arc<Mutex<Vec<Bytes>>>);

impl PageStore for Store {
    fn put(&mut self, value: Bytes) -> Result<PageKey, ParquetError> {
        let mut pieces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pieces.push(value);
        Ok(PageKey::new(pieces.len() as u64))
    }

    fn take(&mut self, _: PageKey) -> Result<Bytes, ParquetError> {
        Err(ParquetError::General("internal error: pages are taken all at once".to_owned()))
    }
}

/// The stores, in the order of the leaves.
#[derive(Debug, Default)]
struct Stores(Mutex<Vec<Store>>);

impl PageStoreFactory for Stores {
    fn create(&self, _: &PageStoreArgs<'_>) -> Result<Box<dyn PageStore>, ParquetError> {
        let store = Store::default();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(store.clone());
        Ok(Box::new(store))
    }
}
