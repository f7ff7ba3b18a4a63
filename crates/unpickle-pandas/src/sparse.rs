//! `SparseArray`: `NEWOBJ`, `BUILD {'_sparse_index', '_sparse_values', '_dtype'}` from 0.24 on; before, a subclass
//! of ndarray with `BUILD (ndarray state, (fill_value, sp_index))`.

use unpickle_core::{Category, Error, FromPickle, Object, Result, Value};
use unpickle_numpy::{Dtype, DtypeKind, NdArray};

use crate::array::{Array, one_dimension, same_len};
use crate::names::{Made, Name};

/// A sparse array.
#[derive(Clone, Debug)]
pub struct Sparse<'p> {
    /// How many cells there are. Nothing in the file backs this number: do not reserve memory by it.
    pub len: usize,
    /// Where the values go.
    pub index: SparseIndex<'p>,
    /// The cells that are not the fill value.
    pub values: NdArray<'p>,
    /// The value of all other cells; absent if the file does not say (then zero or NaN, by `dtype`).
    pub fill: Option<Value<'p>>,
    /// The dtype of the cells.
    pub dtype: Dtype,
}

/// Where the values of a sparse array go.
#[derive(Clone, Debug)]
pub enum SparseIndex<'p> {
    /// int32 positions.
    Positions(NdArray<'p>),
    /// Runs: int32 first positions, and int32 lengths.
    Blocks {
        /// Where each run begins.
        starts: NdArray<'p>,
        /// How long it is.
        lengths: NdArray<'p>,
    },
}

impl Sparse<'_> {
    /// The positions of the values, each checked: increasing, and below `len`.
    ///
    /// Reading a frame does not touch its cells, so this is where wrong positions are found.
    ///
    /// # Errors
    /// If there are more or fewer positions than values, or one is out of range or order.
    pub fn positions(&self) -> Result<Vec<usize>> {
        let (len, count) = (self.len, self.values.len());
        let fail = |text: String| Err(Error::message(Category::Data, text).within("pandas SparseArray"));
        let mut out = Vec::new();
        let mut next = 0usize;
        match &self.index {
            SparseIndex::Positions(positions) => {
                for at in whole(positions)? {
                    match usize::try_from(at) {
                        Ok(at) if at >= next && at < len => {
                            out.push(at);
                            next = at + 1;
                        }
                        _ => return fail(format!("expected rising positions below {len}, found {at}")),
                    }
                }
            }
            SparseIndex::Blocks { starts, lengths } => {
                for (start, length) in whole(starts)?.into_iter().zip(whole(lengths)?) {
                    let run = usize::try_from(start).ok().zip(usize::try_from(length).ok());
                    let run = run.and_then(|(start, length)| Some((start, start.checked_add(length)?)));
                    match run {
                        Some((start, end)) if start >= next && end <= len => {
                            // Checked before the run is written out, for its length is only a claim.
                            if end - start > count.saturating_sub(out.len()) {
                                return fail(format!("expected {count} positions, found more"));
                            }
                            out.extend(start..end);
                            next = end;
                        }
                        _ => {
                            return fail(format!(
                                "expected rising runs below {len}, found {length} cells from {start} on"
                            ));
                        }
                    }
                }
            }
        }
        if out.len() == count {
            return Ok(out);
        }
        fail(format!("expected {count} positions, found {}", out.len()))
    }
}

/// All cells of an int32 array.
fn whole(array: &NdArray<'_>) -> Result<Vec<i32>> {
    let mut out = Vec::new();
    array.copy_native(0..array.len(), &mut out)?;
    Ok(out)
}

pub(crate) fn read<'p>(value: Value<'p>, made: &Made<'p>) -> Result<Array<'p>> {
    let (Some(index), Some(cells)) = (made.field("_sparse_index"), made.field("_sparse_values")) else {
        return Err(Error::data(value, "a SparseArray with an index and values"));
    };
    let dtype = made.field("_dtype").and_then(Made::of).filter(|dtype| dtype.name == Name::SparseDtype);
    let fill = dtype.and_then(|dtype| dtype.any_field(&["_fill_value", "fill_value"]));
    of_parts(value, index, cells, NdArray::from_pickle(cells)?, fill)
}

/// Whether this is the subclass of ndarray that pandas used before 0.24.
pub(crate) fn is_old(object: Object<'_>) -> bool {
    let class = object.arg(0).and_then(Value::as_class);
    class.and_then(Name::of_class) == Some(Name::SparseArray)
}

pub(crate) fn read_old<'p>(value: Value<'p>, cells: NdArray<'p>) -> Result<Array<'p>> {
    let own = cells.own_state().and_then(Value::as_seq);
    let Some((fill, index)) = own.and_then(|own| Some((own.get(0)?, own.get(1)?))) else {
        return Err(Error::data(value, "a SparseArray with a fill value and an index"));
    };
    of_parts(value, index, value, cells, Some(fill))
}

/// A sparse array of its parts; `cells` is where the values come from.
pub(crate) fn of_parts<'p>(
    value: Value<'p>,
    index: Value<'p>,
    cells: Value<'p>,
    values: NdArray<'p>,
    fill: Option<Value<'p>>,
) -> Result<Array<'p>> {
    one_dimension(cells, &values)?;
    if values.dtype().itemsize() == 0 {
        return Err(Error::data(cells, "values of some size"));
    }
    let Some(made) = Made::of(index) else {
        return Err(Error::data(index, "an IntIndex or a BlockIndex"));
    };
    let Some(len) = made.args.get(0).and_then(Value::as_u64).and_then(|len| usize::try_from(len).ok()) else {
        return Err(Error::data(value, "a SparseArray with a length"));
    };
    let part = |i: usize| match made.args.get(i) {
        Some(part) => positions(part),
        None => Err(Error::data(index, "an index with its positions")),
    };
    let index = match made.name {
        Name::IntIndex => {
            let positions = part(1)?;
            same_len(index, "positions of sparse values", values.len(), positions.len())?;
            SparseIndex::Positions(positions)
        }
        Name::BlockIndex => {
            let (starts, lengths) = (part(1)?, part(2)?);
            same_len(index, "lengths of sparse runs", starts.len(), lengths.len())?;
            SparseIndex::Blocks { starts, lengths }
        }
        _ => return Err(Error::data(index, "an IntIndex or a BlockIndex")),
    };
    let dtype = values.dtype().clone();
    Ok(Array::Sparse(Box::new(Sparse { len, index, values, fill, dtype })))
}

fn positions(value: Value<'_>) -> Result<NdArray<'_>> {
    let array = NdArray::from_pickle(value)?;
    one_dimension(value, &array)?;
    match array.dtype().kind() {
        DtypeKind::Int(4) => Ok(array),
        _ => Err(Error::data(value, "positions of int32")),
    }
}
