//! The dense parts of scipy's sparse matrices, by the names that `scipy.sparse.save_npz` gives them.
//!
//! So a matrix that is all of a pickle becomes an `.npz` file that `scipy.sparse.load_npz` reads (scipy's
//! `sparse/_matrix_io.py`).

use std::sync::Arc;

use unpickle_core::{Error, Result, Value};
use unpickle_numpy::{Dtype, DtypeCache, NdArray};

use crate::named::{Kind, NamedArray, Source};
use crate::path;
use crate::sparse_entries;

/// The parts of the matrix at `name`; `None` if its format is none that is known. Matrices of lists (`lil`) and of keys
/// (`dok`), of which scipy makes no files, are those of the `coo` matrix that scipy makes of them.
pub(crate) fn parts<'p>(
    name: &str,
    value: Value<'p>,
    class: &'p str,
    cache: &mut DtypeCache<'p>,
) -> Result<Option<Vec<NamedArray<'p>>>> {
    let format = class.split('_').next().unwrap_or_default();
    let stored: &[&'static str] = match format {
        "csr" | "csc" | "bsr" => &["indices", "indptr"],
        "dia" => &["offsets"],
        "coo" => &["row", "col"],
        "lil" | "dok" => &[],
        _ => return Ok(None),
    };
    let mut parts = Parts { name, value, class, cache, found: Vec::new() };
    let coords = value.attr("coords").ok().and_then(Value::as_tuple).filter(|_| format == "coo");
    match coords {
        Some(coords) if coords.len() == 2 => {
            for (&part, coords) in stored.iter().zip(coords.iter()) {
                parts.stored(part, part, coords)?;
            }
        }
        // Of one axis, or of many.
        Some(coords) => {
            for (i, coords) in coords.iter().enumerate() {
                parts.stored("coords", &format!("coords[{i}]"), coords)?;
            }
        }
        None => {
            for &part in stored {
                parts.stored(part, part, value.attr(part)?)?;
            }
        }
    }
    let entries = matches!(format, "lil" | "dok").then(|| sparse_entries::read(value)).transpose()?;
    let format = if entries.is_some() { "coo" } else { format };
    let shape = shape(value)?;
    if let Some(entries) = &entries {
        let index = || Some(entries.index.clone());
        if shape.len() == 1 {
            parts.made_at("coords", "coords[0]", index(), &[entries.len], &entries.col);
        } else {
            parts.made("row", index(), &[entries.len], &entries.row);
            parts.made("col", index(), &[entries.len], &entries.col);
        }
    }
    parts.made("format", Dtype::of_code("|S3"), &[], format.as_bytes());
    let bytes: Vec<u8> = shape.iter().flat_map(|len| len.to_le_bytes()).collect();
    parts.made("shape", Some(Dtype::int(8)), &[shape.len()], &bytes);
    match entries {
        Some(entries) => parts.made("data", Some(entries.dtype), &[entries.len], &entries.data),
        None => parts.stored("data", "data", value.attr("data")?)?,
    }
    if class.ends_with("_array") {
        parts.made("_is_array", Some(Dtype::bool()), &[], &[1]);
    }
    Ok(Some(parts.found))
}

/// How many rows and columns.
fn shape(value: Value<'_>) -> Result<Vec<i64>> {
    let shape = value.attr("_shape")?;
    let axes =
        shape.as_tuple().ok_or_else(|| Error::data(shape, "the shape of a sparse matrix (a tuple)"))?;
    let axis = |axis: Value<'_>| match axis.as_i64().or_else(|| scalar(axis)) {
        Some(len) if len >= 0 => Ok(len),
        _ => Err(Error::data(axis, "the length of an axis of a sparse matrix")),
    };
    axes.iter().map(axis).collect()
}

/// A length that is a numpy integer.
fn scalar(value: Value<'_>) -> Option<i64> {
    match value.extract::<unpickle_numpy::Scalar<'_>>().ok()?.cell()? {
        unpickle_numpy::Cell::Int(len) => Some(len),
        _ => None,
    }
}

struct Parts<'p, 'a> {
    name: &'a str,
    value: Value<'p>,
    class: &'p str,
    cache: &'a mut DtypeCache<'p>,
    found: Vec<NamedArray<'p>>,
}

impl<'p> Parts<'p, '_> {
    fn named(&self, part: &str) -> String {
        let mut name = self.name.to_owned();
        path::push(&mut name, part);
        name
    }

    /// A part that is an array of its own.
    fn stored(&mut self, part: &'static str, name: &str, value: Value<'p>) -> Result<()> {
        let name = self.named(name);
        let array = NdArray::from_pickle_with(value, self.cache)
            .map_err(|error| error.within(format!("`{name}` of {}", self.class)))?;
        let kind = Kind { class: self.class, part: Some(part) };
        let (dtype, shape) = (array.dtype().clone(), array.shape());
        self.found.push(NamedArray::new(name, value, kind, dtype, shape, Source::Array(value)));
        Ok(())
    }

    /// A part that is no array in the file.
    fn made(&mut self, part: &'static str, dtype: Option<Dtype>, shape: &[usize], bytes: &[u8]) {
        self.made_at(part, part, dtype, shape, bytes);
    }

    fn made_at(
        &mut self,
        part: &'static str,
        name: &str,
        dtype: Option<Dtype>,
        shape: &[usize],
        bytes: &[u8],
    ) {
        let Some(dtype) = dtype else { return };
        let kind = Kind { class: self.class, part: Some(part) };
        let source = Source::Made(Arc::from(bytes));
        self.found.push(NamedArray::new(self.named(name), self.value, kind, dtype, shape, source));
    }
}
