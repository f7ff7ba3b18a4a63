//! The entries of a [`Sparse`] matrix of any format, and the dense array.

use std::ops::Add;

use ndarray::Array2;
use unpickle_core::{Error, Result, Value};
use unpickle_numpy::{Element, NdArray, number};

use crate::number::{indexes, integer, integers};
use crate::sparse::{Parts, Sparse};
use crate::sparse_format::SparseFormat;

/// The entries of a sparse matrix by their coordinates, in the order in which they are stored. Coordinates may come
/// more than once: such entries are to be added.
///
/// ```
/// use unpickle_sklearn::{Coo, Sparse};
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/sklearn/sparse-1.9.1.pkl");
/// # let pickle = unpickle_core::Pickle::parse(std::fs::read(path)?)?;
/// let matrix: Sparse = pickle.root().item("dok")?.extract()?;
/// let entries: Coo<f64> = matrix.to_coo()?;
/// assert_eq!(entries.shape, (4, 4));
/// assert_eq!(entries.iter().map(|(row, _, entry)| (row, entry)).next_back(), Some((3, 8.0)));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Coo<T> {
    /// Rows and columns of the matrix; an array of one dimension is one row.
    pub shape: (usize, usize),
    /// The row of each entry.
    pub row: Vec<usize>,
    /// The column of each entry.
    pub col: Vec<usize>,
    /// The entries.
    pub data: Vec<T>,
}

impl<T: Copy> Coo<T> {
    /// (row, column, entry) of each entry.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (usize, usize, T)> + '_ {
        self.row.iter().zip(&self.col).zip(&self.data).map(|((&row, &col), &entry)| (row, col, entry))
    }
}

/// Where an entry is: row, column, and its number among the data.
type Place = (usize, usize, usize);

impl Sparse<'_> {
    /// The entries by their coordinates. The dtype must be exactly `T`'s, as everywhere.
    ///
    /// # Errors
    ///
    /// The dtype is another, or the entries are not what the format says.
    pub fn to_coo<T: Element>(&self) -> Result<Coo<T>> {
        let mut places = self.coordinates()?;
        let data = match &self.parts {
            Parts::Compressed { data, .. }
            | Parts::Coordinates { data, .. }
            | Parts::Diagonals { data, .. } => {
                let mut all = Vec::new();
                data.copy_native::<T>(0..data.len(), &mut all)?;
                let entries = places.iter().map(|&(_, _, number)| all.get(number).copied());
                entries
                    .collect::<Option<Vec<T>>>()
                    .ok_or_else(|| Error::invalid(self.origin, "fewer data than entries"))?
            }
            Parts::Lists { data, .. } => {
                let cells = self.cells(data)?;
                cells.into_iter().map(number).collect::<Result<Vec<T>>>()?
            }
            Parts::Keys { entries, .. } => {
                let entries = entries.iter().flat_map(|entries| entries.iter());
                entries.map(|(_, entry)| number(entry)).collect::<Result<Vec<T>>>()?
            }
        };
        if data.len() != places.len() {
            let message = format!("{} data for {} coordinates", data.len(), places.len());
            return Err(Error::invalid(self.origin, message));
        }
        let shape = self.size()?;
        let col = places.iter().map(|place| place.1).collect();
        let row = places.drain(..).map(|place| place.0).collect();
        Ok(Coo { shape, row, col, data })
    }

    /// The dense array, if it has not more than `max_cells` elements: a sparse matrix of a few bytes may be one of
    /// terabytes. Entries of the same place are added, as scipy does.
    ///
    /// # Errors
    ///
    /// As [`Sparse::to_coo`]; or it has more elements.
    pub fn to_dense<T: Element + Add<Output = T>>(&self, max_cells: usize) -> Result<Array2<T>> {
        let (rows, columns) = self.size()?;
        if rows.checked_mul(columns).is_none_or(|cells| cells > max_cells) {
            let message = format!(
                "the sparse matrix of {rows} by {columns} has more than {max_cells} elements when dense; take its \
                 entries, or allow more"
            );
            return Err(Error::limit(message));
        }
        let mut dense = Array2::from_elem((rows, columns), T::default());
        for (row, col, entry) in self.to_coo::<T>()?.iter() {
            if let Some(cell) = dense.get_mut((row, col)) {
                *cell = *cell + entry;
            }
        }
        Ok(dense)
    }

    /// Where each entry is. All are inside the shape.
    pub(crate) fn coordinates(&self) -> Result<Vec<Place>> {
        let (rows, columns) = self.size()?;
        let mut places = Vec::new();
        match &self.parts {
            Parts::Compressed { data, indices, indptr } => {
                let starts = indexes(indptr, "indptr")?;
                let minors = indexes(indices, "indices")?;
                let (height, width) = match *data.shape() {
                    [_, height, width] => (height, width),
                    _ => (1, 1),
                };
                for (major, range) in starts.windows(2).enumerate() {
                    let &[start, end] = range else { continue };
                    for (at, &minor) in (start..end).zip(minors.get(start..end).unwrap_or_default()) {
                        match self.format {
                            SparseFormat::Csc => places.push((minor, major, at)),
                            SparseFormat::Csr => places.push((major, minor, at)),
                            // Blocks stand inside the shape, so none of this overflows.
                            _ => places.extend((0..height * width).map(|cell| {
                                let (i, j) = (cell / width, cell % width);
                                (major * height + i, minor * width + j, at * height * width + cell)
                            })),
                        }
                    }
                }
            }
            Parts::Coordinates { coords, .. } => {
                let coords =
                    coords.iter().map(|coord| indexes(coord, "coordinates")).collect::<Result<Vec<_>>>()?;
                match &*coords {
                    [col] => places.extend(col.iter().enumerate().map(|(at, &col)| (0, col, at))),
                    [row, col] => {
                        places
                            .extend(row.iter().zip(col).enumerate().map(|(at, (&row, &col))| (row, col, at)));
                    }
                    _ => {}
                }
            }
            Parts::Diagonals { data, offsets } => {
                let width = data.shape().get(1).copied().unwrap_or(0);
                for (diagonal, offset) in integers(offsets)?.into_iter().enumerate() {
                    for col in 0..width.min(columns) {
                        let row = i64::try_from(col).ok().and_then(|col| col.checked_sub(offset));
                        let row = row.and_then(|row| usize::try_from(row).ok()).filter(|&row| row < rows);
                        if let Some(row) = row {
                            places.push((row, col, diagonal * width + col));
                        }
                    }
                }
            }
            Parts::Lists { rows, .. } => {
                for (row, list) in self.lists(rows)?.into_iter().enumerate() {
                    for col in list.iter() {
                        let col = self.index(col, columns)?;
                        places.push((row, col, places.len()));
                    }
                }
            }
            Parts::Keys { entries, .. } => {
                for (key, _) in entries.iter().flat_map(|entries| entries.iter()) {
                    let (row, col) = match key.as_tuple().map(|key| (key.len(), key.get(0), key.get(1))) {
                        Some((2, Some(row), Some(col))) => {
                            (self.index(row, rows)?, self.index(col, columns)?)
                        }
                        Some((1, Some(col), _)) => (0, self.index(col, columns)?),
                        _ => (0, self.index(key, columns)?),
                    };
                    places.push((row, col, places.len()));
                }
            }
        }
        Ok(places)
    }

    fn index(&self, value: Value<'_>, size: usize) -> Result<usize> {
        let index = integer(value).ok_or_else(|| Error::data(value, "an index of a sparse matrix"))?;
        let inside = usize::try_from(index).ok().filter(|&index| index < size);
        inside.ok_or_else(|| Error::invalid(value, format!("an index {index} along an axis of {size}")))
    }
}

impl<'p> Sparse<'p> {
    /// The items of a lil, which are lists. Lists may be shared: all their items together must be fewer than the bytes
    /// of the pickle, as they are in any that scipy wrote.
    fn lists(&self, array: &NdArray<'p>) -> Result<Vec<unpickle_core::Seq<'p>>> {
        let objects = array.objects().ok_or_else(|| Error::data(array.origin(), "an array of lists"))?;
        let mut lists = Vec::new();
        let mut total = 0_usize;
        for list in &objects {
            let items = list.as_list().ok_or_else(|| Error::data(list, "a list"))?;
            total = total.saturating_add(items.len());
            if total > self.origin.input_len() {
                return Err(Error::limit(
                    "the lists of a sparse matrix hold more items than its file has bytes",
                ));
            }
            lists.push(items);
        }
        Ok(lists)
    }

    fn cells(&self, array: &NdArray<'p>) -> Result<Vec<Value<'p>>> {
        Ok(self.lists(array)?.into_iter().flat_map(|list| list.iter()).collect())
    }

    /// The data of a matrix that has nothing but a main diagonal, as scikit-learn keeps weights.
    pub(crate) fn diagonal(&self) -> Result<NdArray<'p>> {
        let places = self.coordinates()?;
        let is_diagonal = places.iter().enumerate().all(|(i, place)| *place == (i, i, i));
        let data = match (&self.parts, is_diagonal) {
            (Parts::Diagonals { data, .. }, true) => data.row(0)?,
            (Parts::Compressed { data, .. }, true) if data.ndim() == 1 => data.slice(0..places.len())?,
            _ => {
                return Err(Error::unsupported(self.origin, "a matrix of weights that is no plain diagonal"));
            }
        };
        Ok(data)
    }
}
