//! Whether the parts of a [`Sparse`] matrix fit together.

use unpickle_core::{Dict, Error, Result};
use unpickle_numpy::NdArray;

use crate::number::indexes;
use crate::sparse::{Parts, Sparse};
use crate::sparse_format::SparseFormat;

impl Sparse<'_> {
    /// Rows and columns; an array of one dimension is one row.
    pub(crate) fn size(&self) -> Result<(usize, usize)> {
        match *self.shape {
            [columns] => Ok((1, columns)),
            [rows, columns] => Ok((rows, columns)),
            _ => Err(Error::unsupported(
                self.origin,
                format!("a sparse array of {} dimensions", self.shape.len()),
            )),
        }
    }

    fn wrong(&self, message: String) -> Error {
        Error::invalid(self.origin, message)
    }

    /// Entries that are stored, zeros too: scipy's `nnz`.
    pub(crate) fn stored(&self) -> Result<usize> {
        match &self.parts {
            Parts::Coordinates { data, .. } => Ok(data.len()),
            Parts::Keys { entries, .. } => Ok(entries.map_or(0, Dict::len)),
            // What lies behind the end of the last row is not counted.
            _ => Ok(self.coordinates()?.len()),
        }
    }

    pub(crate) fn check(&self) -> Result<()> {
        match &self.parts {
            Parts::Compressed { data, indices, indptr } => self.check_compressed(data, indices, indptr),
            Parts::Coordinates { data, coords } => {
                if coords.len() != self.shape.len() {
                    let message =
                        format!("{} arrays of coordinates for {} dimensions", coords.len(), self.shape.len());
                    return Err(self.wrong(message));
                }
                for (coord, &size) in coords.iter().zip(&self.shape) {
                    if coord.len() != data.len() {
                        return Err(self.wrong(format!(
                            "{} coordinates for {} entries",
                            coord.len(),
                            data.len()
                        )));
                    }
                    self.check_below(&indexes(coord, "coordinates")?, size)?;
                }
                Ok(())
            }
            Parts::Diagonals { data, offsets } => match *data.shape() {
                [rows, _] if rows == offsets.len() => Ok(()),
                _ => Err(self.wrong(format!(
                    "data of shape {:?} for {} diagonals",
                    data.shape(),
                    offsets.len()
                ))),
            },
            Parts::Lists { data, rows, .. } => {
                let (count, _) = self.size()?;
                if rows.len() != count || data.len() != count {
                    let message = format!(
                        "{} lists of columns and {} of data for {count} rows",
                        rows.len(),
                        data.len()
                    );
                    return Err(self.wrong(message));
                }
                Ok(())
            }
            Parts::Keys { .. } => Ok(()),
        }
    }

    fn check_compressed(
        &self,
        data: &NdArray<'_>,
        indices: &NdArray<'_>,
        indptr: &NdArray<'_>,
    ) -> Result<()> {
        let (rows, columns) = self.size()?;
        let blocks = match (self.format, data.shape()) {
            (SparseFormat::Bsr, &[blocks, height, width]) if height > 0 && width > 0 => {
                if rows % height != 0 || columns % width != 0 {
                    return Err(self
                        .wrong(format!("blocks of {height} by {width} in a matrix of {rows} by {columns}")));
                }
                (blocks, rows / height, columns / width)
            }
            (SparseFormat::Bsr, shape) => return Err(self.wrong(format!("blocks of shape {shape:?}"))),
            (SparseFormat::Csc, &[entries]) => (entries, columns, rows),
            (_, &[entries]) => (entries, rows, columns),
            (_, shape) => return Err(self.wrong(format!("data of shape {shape:?}, not of one dimension"))),
        };
        let (entries, major, minor) = blocks;
        let starts = indexes(indptr, "indptr")?;
        if starts.len().checked_sub(1) != Some(major) {
            return Err(self.wrong(format!("indptr of {} numbers, not {major} and one", starts.len())));
        }
        if starts.first() != Some(&0) || !starts.is_sorted() {
            return Err(self.wrong("indptr that does not rise from 0".to_owned()));
        }
        let end = starts.last().copied().unwrap_or(0);
        if end > indices.len() || end > entries {
            let message =
                format!("indptr that ends at {end}, with {} indices and {entries} data", indices.len());
            return Err(self.wrong(message));
        }
        self.check_below(&indexes(indices, "indices")?, minor)
    }

    fn check_below(&self, indexes: &[usize], size: usize) -> Result<()> {
        match indexes.iter().find(|&&index| index >= size) {
            Some(index) => Err(self.wrong(format!("an index {index} along an axis of {size}"))),
            None => Ok(()),
        }
    }
}
