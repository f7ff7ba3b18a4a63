//! [`SparseFormat`]: how a sparse matrix is kept.

/// How a [`Sparse`](crate::Sparse)(crate::Sparse) matrix is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SparseFormat {
    /// Compressed rows.
    Csr,
    /// Compressed columns.
    Csc,
    /// Compressed rows of blocks.
    Bsr,
    /// Coordinates.
    Coo,
    /// Diagonals.
    Dia,
    /// A dict of coordinates.
    Dok,
    /// Lists of each row.
    Lil,
}

impl SparseFormat {
    /// scipy's name of it, `csr`.
    pub fn name(self) -> &'static str {
        match self {
            SparseFormat::Csr => "csr",
            SparseFormat::Csc => "csc",
            SparseFormat::Bsr => "bsr",
            SparseFormat::Coo => "coo",
            SparseFormat::Dia => "dia",
            SparseFormat::Dok => "dok",
            SparseFormat::Lil => "lil",
        }
    }

    pub(crate) fn of_name(name: &str) -> Option<SparseFormat> {
        let all = [
            SparseFormat::Csr,
            SparseFormat::Csc,
            SparseFormat::Bsr,
            SparseFormat::Coo,
            SparseFormat::Dia,
            SparseFormat::Dok,
            SparseFormat::Lil,
        ];
        all.into_iter().find(|format| format.name() == name)
    }
}
