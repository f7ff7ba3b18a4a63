//! Parquet: each column is read by itself, a batch at a time.

use std::fs::File;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use unpickle_core::Result;

use super::{ask, each, unsound};
use crate::source::{Chunks, Source, no_column};

/// Rows that are read at a time.
const BATCH: usize = 1 << 16;

/// A Parquet file.
pub(super) struct Parquet {
    file: File,
    metadata: ArrowReaderMetadata,
    rows: usize,
}

impl Parquet {
    pub(super) fn open(file: File) -> Result<Parquet> {
        let metadata = ask("Parquet", || ArrowReaderMetadata::load(&file, Default::default()))?;
        let rows = metadata.metadata().file_metadata().num_rows();
        let rows = usize::try_from(rows).map_err(|error| unsound("Parquet", error))?;
        Ok(Parquet { file, metadata, rows })
    }
}

impl Source for Parquet {
    fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    fn num_rows(&self) -> usize {
        self.rows
    }

    fn column(&self, index: usize) -> Result<Chunks<'_>> {
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), [index]);
        let file = self.file.try_clone()?;
        let reader = ask("Parquet", || {
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                .with_projection(mask)
                .with_batch_size(BATCH)
                .build()
        })?;
        let first =
            move |batch: RecordBatch| batch.columns().first().cloned().ok_or_else(|| no_column(index));
        Ok(Box::new(each("Parquet", reader).map(move |batch| batch.and_then(first))))
    }

    /// By the statistics: of a column that is one leaf, if each row group has them.
    fn null_count(&self, index: usize) -> Option<usize> {
        let schema = self.metadata.parquet_schema();
        let mut leaves = (0..schema.num_columns()).filter(|&leaf| schema.get_column_root_idx(leaf) == index);
        let (leaf, None) = (leaves.next()?, leaves.next()) else { return None };
        if schema.column(leaf).max_rep_level() > 0 || schema.column(leaf).max_def_level() > 1 {
            return None;
        }
        let nulls = |group: &parquet::file::metadata::RowGroupMetaData| {
            usize::try_from(group.column(leaf).statistics()?.null_count_opt()?).ok()
        };
        self.metadata.metadata().row_groups().iter().map(nulls).sum()
    }
}
