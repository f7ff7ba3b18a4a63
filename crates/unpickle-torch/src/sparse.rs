//! [`Sparse`]: the parts of a sparse tensor.

use unpickle_core::{Error, Result, Value};

use crate::layout::Layout;
use crate::rebuild::dense;
use crate::tensor::Tensor;

/// A sparse tensor: where the values are, and the values.
///
/// ```
/// use unpickle_numpy::ToArray;
/// use unpickle_torch::{Layout, Tensor};
///
/// let input = unpickle_file::Input::open("../../fixtures/torch/sparse.pt", &Default::default())?;
/// let pickle = unpickle_torch::read(&unpickle_file::Shared::new(input), &Default::default())?.expect("a file of torch");
/// let tensor: Tensor<'_> = pickle.root().item("csr")?.extract()?;
/// assert_eq!((tensor.layout(), tensor.shape()), (Layout::SparseCsr, &[4, 4][..]));
///
/// let sparse = tensor.sparse()?.expect("sparse");
/// let rows = sparse.indices.to_array::<i64>()?;
/// assert_eq!(rows.as_slice(), Some(&[0, 1, 1, 3, 4][..]));
/// assert_eq!(sparse.values.to_array::<f32>()?.as_slice(), Some(&[2.5, -1.0, 4.0, 3.0][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sparse<'p> {
    /// Which of the layouts.
    pub layout: Layout,
    /// Of COO: a row for each axis that is sparse, a column for each value. Else the compressed indices, torch's
    /// `crow_indices()` or `ccol_indices()`.
    pub indices: Tensor<'p>,
    /// The indices that are not compressed, torch's `col_indices()` or `row_indices()`; none of COO.
    pub plain_indices: Option<Tensor<'p>>,
    /// The values; each may have axes of its own.
    pub values: Tensor<'p>,
    /// Of COO: whether coordinates are sorted and each is there once. Where not, values of the same coordinates add up.
    /// `None` where the file does not say.
    pub coalesced: Option<bool>,
}

/// The same, before the parts are looked at.
#[derive(Clone)]
pub(crate) struct SparseValues<'p> {
    pub(crate) layout: Layout,
    indices: Value<'p>,
    plain: Option<Value<'p>>,
    pub(crate) values: Value<'p>,
    pub(crate) size: Value<'p>,
    coalesced: Option<bool>,
}

impl<'p> SparseValues<'p> {
    /// (indices, values, size[, coalesced]), or (compressed, plain, values, size)
    pub(crate) fn read(layout: Layout, data: Value<'p>) -> Result<SparseValues<'p>> {
        let expected = || Error::data(data, format!("the parts of a {layout} tensor (a tuple)"));
        let parts = data.as_tuple().ok_or_else(expected)?;
        let part = |i: usize| parts.get(i).ok_or_else(expected);
        match layout {
            Layout::SparseCoo => Ok(SparseValues {
                layout,
                indices: part(0)?,
                plain: None,
                values: part(1)?,
                size: part(2)?,
                coalesced: parts.get(3).and_then(Value::as_bool),
            }),
            Layout::Strided | Layout::Nested => Err(expected()),
            _ => Ok(SparseValues {
                layout,
                indices: part(0)?,
                plain: Some(part(1)?),
                values: part(2)?,
                size: part(3)?,
                coalesced: None,
            }),
        }
    }

    /// The parts.
    pub(crate) fn open(&self) -> Result<Sparse<'p>> {
        let part = |value, name: &str| dense(value).map_err(|error| error.within(name.to_owned()));
        Ok(Sparse {
            layout: self.layout,
            indices: part(self.indices, "indices")?,
            plain_indices: self.plain.map(|plain| part(plain, "plain indices")).transpose()?,
            values: part(self.values, "values")?,
            coalesced: self.coalesced,
        })
    }
}
