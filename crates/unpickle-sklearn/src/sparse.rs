//! [`Sparse`]: scipy's sparse matrices and arrays, of every format.
//!
//! ```text
//! NEWOBJ scipy.sparse._csr.csr_matrix       up to 1.7 scipy.sparse.csr
//!   BUILD {'_shape': (r, c), 'data', 'indices', 'indptr'}           csr, csc, and bsr, whose data are blocks
//!         {'_shape', 'data', 'row', 'col'}                          coo, up to 1.10
//!         {'_shape', 'data', 'coords': (row, col)}                  coo, from 1.11 on; one of them in one dimension
//!         {'_shape', 'data', 'offsets'}                             dia
//!         {'_shape', 'dtype', 'rows': lists, 'data': lists}         lil
//! REDUCE copyreg._reconstructor (dok_matrix, dict, {(i, j): v})     dok; Python 2: a dict subclass
//!   BUILD {'_shape', 'dtype'[, '_dict']}
//! ```

use unpickle_core::{Dict, Error, FromPickle, Result, Value};
use unpickle_numpy::{Dtype, NdArray};

use crate::class::raw_class;
use crate::item::Item;
use crate::number::integer;
use crate::sparse_format::SparseFormat;

/// The attributes that Python makes up; all others are attributes in the pickle.
pub(crate) const COLUMNS: &[&str] = &["shape", "nnz", "row", "col", "coords", "dtype"];

/// A sparse matrix or array of scipy, checked: counts agree and indexes are inside the shape.
///
/// Its parts are arrays as they lie in the pickle; [`to_coo`](Sparse::to_coo) gives the entries of any format,
/// [`to_dense`](Sparse::to_dense) a dense array.
///
/// ```
/// use unpickle_sklearn::Sparse;
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/sklearn/sparse-1.9.1.pkl");
/// # let pickle = unpickle_core::Pickle::parse(std::fs::read(path)?)?;
/// let matrix: Sparse = pickle.root().item("csr")?.extract()?;
/// assert_eq!((matrix.format().name(), matrix.shape()), ("csr", &[4, 4][..]));
/// let entries = matrix.to_coo::<f64>()?; // of any format
/// assert_eq!(entries.iter().next(), Some((0, 1, 1.5)));
/// assert_eq!(matrix.to_dense::<f64>(1_000_000)?.sum(), 15.0);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sparse<'p> {
    pub(crate) origin: Value<'p>,
    pub(crate) format: SparseFormat,
    is_array: bool,
    pub(crate) shape: Vec<usize>,
    pub(crate) parts: Parts<'p>,
}

/// What each format keeps.
#[derive(Clone, Debug)]
pub(crate) enum Parts<'p> {
    /// csr, csc, bsr
    Compressed { data: NdArray<'p>, indices: NdArray<'p>, indptr: NdArray<'p> },
    /// coo: an array of indexes for each dimension.
    Coordinates { data: NdArray<'p>, coords: Vec<NdArray<'p>> },
    /// dia: a row of data for each diagonal.
    Diagonals { data: NdArray<'p>, offsets: NdArray<'p> },
    /// lil: lists of column numbers and of data, for each row.
    Lists { data: NdArray<'p>, rows: NdArray<'p>, dtype: Dtype },
    /// dok: entries by coordinates; no dict where none was ever set.
    Keys { entries: Option<Dict<'p>>, dtype: Dtype },
}

impl<'p> Sparse<'p> {
    /// How it is kept.
    pub fn format(&self) -> SparseFormat {
        self.format
    }

    /// Whether it is a sparse array (`csr_array`), for which `*` is elementwise, and not a matrix.
    pub fn is_array(&self) -> bool {
        self.is_array
    }

    /// How many elements along each axis: two as a rule, one for some arrays.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// What the elements are.
    pub fn dtype(&self) -> &Dtype {
        match &self.parts {
            Parts::Compressed { data, .. }
            | Parts::Coordinates { data, .. }
            | Parts::Diagonals { data, .. } => data.dtype(),
            Parts::Lists { dtype, .. } | Parts::Keys { dtype, .. } => dtype,
        }
    }

    /// The entries: one dimension; blocks of two for bsr, a row for each diagonal for dia, lists for lil. `None` for dok.
    pub fn data(&self) -> Option<&NdArray<'p>> {
        match &self.parts {
            Parts::Compressed { data, .. }
            | Parts::Coordinates { data, .. }
            | Parts::Diagonals { data, .. }
            | Parts::Lists { data, .. } => Some(data),
            Parts::Keys { .. } => None,
        }
    }

    /// csr, csc, bsr: the column (csc: row) of each entry.
    pub fn indices(&self) -> Option<&NdArray<'p>> {
        match &self.parts {
            Parts::Compressed { indices, .. } => Some(indices),
            _ => None,
        }
    }

    /// csr, csc, bsr: where the entries of each row (csc: column) start, and the end of the last.
    pub fn indptr(&self) -> Option<&NdArray<'p>> {
        match &self.parts {
            Parts::Compressed { indptr, .. } => Some(indptr),
            _ => None,
        }
    }

    /// coo: an array of indexes for each dimension.
    pub fn coords(&self) -> Option<&[NdArray<'p>]> {
        match &self.parts {
            Parts::Coordinates { coords, .. } => Some(coords),
            _ => None,
        }
    }

    /// dia: the diagonal of each row of data, 0 the main one, above it positive.
    pub fn offsets(&self) -> Option<&NdArray<'p>> {
        match &self.parts {
            Parts::Diagonals { offsets, .. } => Some(offsets),
            _ => None,
        }
    }

    /// lil: the column numbers of each row, a list each.
    pub fn rows(&self) -> Option<&NdArray<'p>> {
        match &self.parts {
            Parts::Lists { rows, .. } => Some(rows),
            _ => None,
        }
    }

    /// dok: the entries by their coordinates.
    pub fn entries(&self) -> Option<Dict<'p>> {
        match self.parts {
            Parts::Keys { entries, .. } => entries,
            _ => None,
        }
    }

    /// The value that it was read from.
    pub fn origin(&self) -> Value<'p> {
        self.origin
    }

    pub(crate) fn property(&self, name: &str) -> Result<Option<Item<'p>>> {
        let object = self.origin.as_object();
        let attr = |name| object.and_then(|object| object.attr(name)).map(Item::Value);
        Ok(match (name, &self.parts) {
            ("shape", _) => attr("_shape"),
            ("nnz", _) => Some(Item::Int(i64::try_from(self.stored()?).unwrap_or(i64::MAX))),
            ("row", Parts::Coordinates { coords, .. }) if coords.len() == 2 => {
                coords.first().cloned().map(Item::Array)
            }
            ("col", Parts::Coordinates { coords, .. }) => coords.last().cloned().map(Item::Array),
            _ => None,
        })
    }
}

/// The format of a sparse matrix, and whether it is an array.
fn class(value: Value<'_>) -> Option<(SparseFormat, bool)> {
    let (module, name) = raw_class(value)?;
    if !module.starts_with("scipy.sparse") {
        return None;
    }
    let (format, kind) = name.split_once('_')?;
    let is_array = match kind {
        "matrix" => false,
        "array" => true,
        _ => return None,
    };
    Some((SparseFormat::of_name(format)?, is_array))
}

/// Whether it is a sparse matrix or array of scipy.
pub(crate) fn is_sparse(value: Value<'_>) -> bool {
    class(value).is_some()
}

impl<'p> FromPickle<'p> for Sparse<'p> {
    fn from_pickle(value: Value<'p>) -> Result<Sparse<'p>> {
        let (format, is_array) =
            class(value).ok_or_else(|| Error::data(value, "a sparse matrix of scipy"))?;
        read(value, format, is_array).map_err(|error| error.within(format!("scipy {} matrix", format.name())))
    }
}

fn read(value: Value<'_>, format: SparseFormat, is_array: bool) -> Result<Sparse<'_>> {
    let shape = value.attr("_shape").or_else(|error| value.attr("shape").map_err(|_| error))?;
    let sizes = shape.as_tuple().or_else(|| shape.as_list()).into_iter().flat_map(|sizes| sizes.iter());
    let sizes = sizes.map(|size| integer(size).and_then(|size| usize::try_from(size).ok()));
    let shape = sizes.collect::<Option<Vec<usize>>>().filter(|sizes| !sizes.is_empty()).ok_or_else(|| {
        Error::invalid(shape, format!("the shape of a sparse matrix is no tuple of sizes: {}", shape.repr()))
    })?;
    let array = |name: &str| -> Result<NdArray<'_>> {
        value.attr(name)?.extract().map_err(|error: Error| error.within(name.to_owned()))
    };
    let dtype = || value.attr("dtype")?.extract::<Dtype>().map_err(|error| error.within("dtype"));
    let parts = match format {
        SparseFormat::Csr | SparseFormat::Csc | SparseFormat::Bsr => {
            Parts::Compressed { data: array("data")?, indices: array("indices")?, indptr: array("indptr")? }
        }
        SparseFormat::Coo => {
            let coords = match value.attr("coords") {
                Ok(coords) => coords.extract::<Vec<NdArray<'_>>>().map_err(|error| error.within("coords"))?,
                Err(_) => vec![array("row")?, array("col")?],
            };
            Parts::Coordinates { data: array("data")?, coords }
        }
        SparseFormat::Dia => Parts::Diagonals { data: array("data")?, offsets: array("offsets")? },
        SparseFormat::Lil => Parts::Lists { data: array("data")?, rows: array("rows")?, dtype: dtype()? },
        SparseFormat::Dok => Parts::Keys { entries: entries(value), dtype: dtype()? },
    };
    let sparse = Sparse { origin: value, format, is_array, shape, parts };
    sparse.check()?;
    Ok(sparse)
}

/// The dict of a dok: what `_dict` holds, else what the object was made of as a dict, else what was set by key.
fn entries(value: Value<'_>) -> Option<Dict<'_>> {
    let object = value.as_object()?;
    let attribute = object.attr("_dict").and_then(Value::as_dict);
    attribute.or_else(|| value.call()?.args.iter().find_map(Value::as_dict)).or_else(|| object.pairs())
}
