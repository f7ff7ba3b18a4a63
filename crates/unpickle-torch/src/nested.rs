//! Nested tensors: tensors of several shapes that share a storage.

use unpickle_core::{Error, Result, Value};
use unpickle_numpy::{DtypeKind, NdArray};

use crate::rebuild::dense;
use crate::tensor::Tensor;

/// Where the parts of a nested tensor are told.
#[derive(Clone)]
pub(crate) struct NestedValues<'p> {
    pub(crate) values: Value<'p>,
    form: Form<'p>,
}

#[derive(Clone)]
enum Form<'p> {
    /// A row of sizes and one of strides for each part, and its first element.
    Strided { sizes: Value<'p>, strides: Value<'p>, offsets: Value<'p> },
    /// One axis of `values` is cut: where, and how long each part is if not up to the next.
    Jagged { arguments: Value<'p> },
}

impl<'p> NestedValues<'p> {
    /// (buffer, sizes, strides, offsets)
    pub(crate) fn strided([values, sizes, strides, offsets]: [Value<'p>; 4]) -> NestedValues<'p> {
        NestedValues { values, form: Form::Strided { sizes, strides, offsets } }
    }

    /// {'values', 'offsets', 'lengths', '_ragged_idx', 'requires_grad', …}
    pub(crate) fn jagged(arguments: Value<'p>) -> Result<NestedValues<'p>> {
        Ok(NestedValues { values: arguments.item("values")?, form: Form::Jagged { arguments } })
    }

    pub(crate) fn requires_grad(&self) -> Option<bool> {
        match self.form {
            Form::Strided { .. } => None,
            Form::Jagged { arguments } => arguments.get("requires_grad")?.as_bool(),
        }
    }

    /// The arrays that it is of.
    pub(crate) fn parts(&self) -> Result<Vec<NdArray<'p>>> {
        let values = dense(self.values)?;
        match self.form {
            Form::Strided { sizes, strides, offsets } => {
                let (sizes, strides) = (integers(sizes, 2)?, integers(strides, 2)?);
                let offsets = if offsets.as_seq().is_some() {
                    Integers { numbers: offsets.extract()?, width: 1 }
                } else {
                    integers(offsets, 1)?
                };
                let count = offsets.numbers.len();
                if !sizes.has(count) || !strides.has(count) || sizes.width != strides.width {
                    return Err(
                        values.refused("nested, and has sizes, strides and offsets that differ in number")
                    );
                }
                let each = offsets.numbers.iter().enumerate();
                each.map(|(i, &offset)| part(&values, sizes.row(i), strides.row(i), offset)).collect()
            }
            Form::Jagged { arguments } => jagged(&values, arguments),
        }
    }
}

/// One part of the storage of `values`.
fn part<'p>(values: &Tensor<'p>, size: &[i64], stride: &[i64], offset: i64) -> Result<NdArray<'p>> {
    let array = values.array()?;
    let strided =
        values.strided().ok_or_else(|| values.refused("nested, and its values are no view of a storage"))?;
    let shape: Option<Vec<usize>> = size.iter().map(|&len| usize::try_from(len).ok()).collect();
    let strides: Option<Vec<isize>> = stride.iter().map(|&stride| isize::try_from(stride).ok()).collect();
    let offset = usize::try_from(offset).ok().and_then(|offset| offset.checked_add(strided.offset));
    let (Some(shape), Some(strides), Some(offset)) = (shape, strides, offset) else {
        return Err(values.refused("nested, and has a part of a size that cannot be"));
    };
    NdArray::strided(values.origin, array.dtype().clone(), &shape, &strides, offset, strided.storage.bytes()?)
}

fn jagged<'p>(values: &Tensor<'p>, arguments: Value<'p>) -> Result<Vec<NdArray<'p>>> {
    let wrong = || values.refused("nested, and is cut where it cannot be");
    let offsets = integers(arguments.item("offsets")?, 1)?.numbers;
    let lengths = match arguments.get("lengths").filter(|lengths| !lengths.is_none()) {
        Some(lengths) => integers(lengths, 1)?.numbers,
        None => {
            let pairs = offsets.iter().zip(offsets.iter().skip(1));
            let lengths: Option<Vec<i64>> = pairs.map(|(&start, &end)| end.checked_sub(start)).collect();
            lengths.ok_or_else(wrong)?
        }
    };
    // Axis 0 is that of the parts.
    let axis = arguments.get("_ragged_idx").and_then(Value::as_usize).unwrap_or(1);
    let axis = axis.checked_sub(1).filter(|&axis| axis < values.shape().len()).ok_or_else(wrong)?;
    let strides = values.strides().ok_or_else(wrong)?;
    let number = |&number: &usize| i64::try_from(number).ok();
    let strides: Vec<i64> = strides.iter().map(number).collect::<Option<_>>().ok_or_else(wrong)?;
    let mut size: Vec<i64> = values.shape().iter().map(number).collect::<Option<_>>().ok_or_else(wrong)?;
    let cut = *strides.get(axis).ok_or_else(wrong)?;
    let mut parts = Vec::new();
    for (&start, &len) in offsets.iter().zip(&lengths) {
        *size.get_mut(axis).ok_or_else(wrong)? = len;
        let offset = start.checked_mul(cut).ok_or_else(wrong)?;
        parts.push(part(values, &size, &strides, offset)?);
    }
    Ok(parts)
}

/// The numbers of a tensor of `int64`, and how many are in a row.
struct Integers {
    numbers: Vec<i64>,
    width: usize,
}

impl Integers {
    /// Whether it is of this many rows.
    fn has(&self, rows: usize) -> bool {
        Some(self.numbers.len()) == rows.checked_mul(self.width)
    }

    fn row(&self, i: usize) -> &[i64] {
        let start = i.saturating_mul(self.width);
        self.numbers.get(start..start.saturating_add(self.width)).unwrap_or_default()
    }
}

fn integers(value: Value<'_>, axes: usize) -> Result<Integers> {
    let tensor = dense(value)?;
    let array = tensor.array()?;
    if array.shape().len() != axes {
        return Err(Error::data(value, format!("a torch tensor of {axes} axes")));
    }
    // One number shown as many would make many parts of few bytes.
    let stored = tensor.storage().map_or(0, |storage| storage.nbytes());
    if array.len() > stored {
        return Err(tensor.refused("expanded, where numbers of a nested tensor are expected"));
    }
    let width = if axes == 1 { 1 } else { array.shape().last().copied().unwrap_or(1) };
    let mut numbers = Vec::new();
    if *array.dtype().kind() == DtypeKind::Int(4) {
        let mut narrow = Vec::<i32>::new();
        array.copy_native(0..array.len(), &mut narrow)?;
        numbers.extend(narrow.into_iter().map(i64::from));
    } else {
        array.copy_native(0..array.len(), &mut numbers)?;
    }
    Ok(Integers { numbers, width })
}
