//! [`Layout`]: how the elements of a tensor are kept.

use std::fmt;

use unpickle_core::{Error, Result, Value};

use crate::storage::word;

/// How the elements of a tensor are kept, called as torch calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layout {
    /// In a storage, at multiples of strides.
    Strided,
    /// Coordinates and values.
    SparseCoo,
    /// Row by row.
    SparseCsr,
    /// Column by column.
    SparseCsc,
    /// Block by block, along rows.
    SparseBsr,
    /// Block by block, along columns.
    SparseBsc,
    /// Tensors of several shapes in one storage.
    Nested,
}

impl Layout {
    /// torch's name of it, without the `torch.`.
    pub fn name(self) -> &'static str {
        match self {
            Layout::Strided => "strided",
            Layout::SparseCoo => "sparse_coo",
            Layout::SparseCsr => "sparse_csr",
            Layout::SparseCsc => "sparse_csc",
            Layout::SparseBsr => "sparse_bsr",
            Layout::SparseBsc => "sparse_bsc",
            Layout::Nested => "nested",
        }
    }

    /// Whether the compressed indices are those of columns.
    pub fn is_by_column(self) -> bool {
        matches!(self, Layout::SparseCsc | Layout::SparseBsc)
    }

    /// `torch.serialization._get_layout('torch.sparse_coo')`, or the name alone.
    pub(crate) fn of_value(value: Value<'_>) -> Result<Layout> {
        let named = value.call().filter(|call| call.name == "_get_layout").and_then(|call| call.args.get(0));
        let text = word(named.unwrap_or(value));
        let name = text.as_deref().map(|text| text.strip_prefix("torch.").unwrap_or(text));
        let all = [
            Layout::Strided,
            Layout::SparseCoo,
            Layout::SparseCsr,
            Layout::SparseCsc,
            Layout::SparseBsr,
            Layout::SparseBsc,
        ];
        let known = all.into_iter().find(|layout| Some(layout.name()) == name);
        known.ok_or_else(|| Error::data(value, "a layout of torch"))
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
