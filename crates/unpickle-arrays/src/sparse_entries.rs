//! The entries of scipy's matrices of lists (`lil`) and of keys (`dok`), as the coordinates that `tocoo()` gives: they keep
//! Python objects, for which `save_npz` has no file.

use unpickle_core::{Error, Result, Value};
use unpickle_numpy::{Dtype, DtypeKind};
use unpickle_sklearn::{Coo, Sparse};

/// Rows, columns and elements, each as the bytes of an array.
pub(crate) struct Entries {
    pub(crate) index: Dtype,
    pub(crate) row: Vec<u8>,
    pub(crate) col: Vec<u8>,
    pub(crate) dtype: Dtype,
    pub(crate) data: Vec<u8>,
    pub(crate) len: usize,
}

/// The entries of a matrix of lists or keys.
pub(crate) fn read(value: Value<'_>) -> Result<Entries> {
    let sparse: Sparse<'_> = value.extract()?;
    macro_rules! entries {
        ($type:ty) => {
            entries(&sparse, &sparse.to_coo::<$type>()?, |element| element.to_le_bytes())
        };
    }
    match *sparse.dtype().kind() {
        DtypeKind::Bool => entries(&sparse, &sparse.to_coo::<bool>()?, |element| [u8::from(element)]),
        DtypeKind::Int(1) => entries!(i8),
        DtypeKind::Int(2) => entries!(i16),
        DtypeKind::Int(4) => entries!(i32),
        DtypeKind::Int(8) => entries!(i64),
        DtypeKind::UInt(1) => entries!(u8),
        DtypeKind::UInt(2) => entries!(u16),
        DtypeKind::UInt(4) => entries!(u32),
        DtypeKind::UInt(8) => entries!(u64),
        DtypeKind::Float(4) => entries!(f32),
        DtypeKind::Float(8) => entries!(f64),
        _ => {
            Err(Error::unsupported(value, format!("a sparse matrix of Python objects of {}", sparse.dtype())))
        }
    }
}

fn entries<T: Copy, const N: usize>(
    sparse: &Sparse<'_>,
    coo: &Coo<T>,
    bytes: impl Fn(T) -> [u8; N],
) -> Result<Entries> {
    // As scipy: narrow indexes where all of the shape fits.
    let (rows, columns) = coo.shape;
    let narrow = i32::try_from(rows.max(columns)).is_ok();
    let indexes = |all: &[usize]| -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for &index in all {
            let wide = i64::try_from(index);
            let wide = wide.map_err(|_| Error::invalid(sparse.origin(), "an index beyond 2^63"))?;
            let [a, b, c, d, ..] = wide.to_le_bytes();
            if narrow { bytes.extend([a, b, c, d]) } else { bytes.extend(wide.to_le_bytes()) }
        }
        Ok(bytes)
    };
    Ok(Entries {
        index: Dtype::int(if narrow { 4 } else { 8 }),
        row: indexes(&coo.row)?,
        col: indexes(&coo.col)?,
        dtype: sparse.dtype().to_little_endian(),
        data: coo.data.iter().flat_map(|&element| bytes(element)).collect(),
        len: coo.data.len(),
    })
}
