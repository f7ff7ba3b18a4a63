//! Parts of an [`NdArray`]: rows, slices, transposes, fields. None of them copies.

use std::ops::Range;

use unpickle_core::{Error, Result};

use crate::array::{Data, NdArray};
use crate::dtype::{Dtype, DtypeKind, Field};
use crate::dtype_display::{Brief, Shape};
use crate::layout::Layout;

impl<'p> NdArray<'p> {
    /// The sub-array at `index` of the first axis: a column of a pandas block.
    pub fn row(&self, index: usize) -> Result<NdArray<'p>> {
        let layout = self.layout.row(index).ok_or_else(|| {
            let shape = Shape(self.shape());
            Error::invalid(self.origin, format!("no row {index} in a numpy array of shape {shape}"))
        })?;
        Ok(NdArray { layout, ..self.clone() })
    }

    /// Part of the first axis.
    pub fn slice(&self, range: Range<usize>) -> Result<NdArray<'p>> {
        let layout = self.layout.slice(range.clone()).ok_or_else(|| self.out_of(range))?;
        Ok(NdArray { layout, ..self.clone() })
    }

    /// All axes reversed, numpy's `.T`.
    #[must_use]
    pub fn transposed(&self) -> NdArray<'p> {
        let axes: Vec<usize> = (0..self.ndim()).rev().collect();
        NdArray {
            layout: self.layout.transpose(&axes).unwrap_or_else(|| self.layout.clone()),
            ..self.clone()
        }
    }

    /// The axes in another order, numpy's `.transpose(axes)`.
    pub fn permuted(&self, axes: &[usize]) -> Result<NdArray<'p>> {
        let layout = self.layout.transpose(axes).ok_or_else(|| {
            let message = format!("axes {} for a numpy array of {} dimensions", Shape(axes), self.ndim());
            Error::invalid(self.origin, message)
        })?;
        Ok(NdArray { layout, ..self.clone() })
    }

    /// One field of a structured array: a view that skips over the other fields. A field that is a subarray adds
    /// its axes to the shape, as in numpy.
    ///
    /// Of an array whose elements hold objects, numpy pickles a list of tuples. The view is then one of
    /// [`objects`](NdArray::objects), with the dtype of the field.
    pub fn field(&self, name: &str) -> Result<NdArray<'p>> {
        let position =
            self.dtype.fields().iter().position(|field| field.name == name).or_else(|| {
                self.dtype.fields().iter().position(|field| field.title.as_deref() == Some(name))
            });
        match position.and_then(|i| Some((i, self.dtype.fields().get(i)?))) {
            Some((i, field)) => self.field_at(i, field),
            None => {
                let message = format!("no field '{name}' in a numpy array of {}", Brief(&self.dtype));
                Err(Error::invalid(self.origin, message))
            }
        }
    }

    fn field_at(&self, i: usize, field: &Field) -> Result<NdArray<'p>> {
        let dtype = field.dtype.clone();
        match &self.data {
            Data::List(list) => {
                // The cell of a subarray is an array object.
                let dtype =
                    if matches!(dtype.kind(), DtypeKind::Subarray(..)) { Dtype::object() } else { dtype };
                let mut list = list.clone();
                list.path.push(i);
                Ok(NdArray { dtype, data: Data::List(list), ..self.clone() })
            }
            Data::Raw(bytes) => {
                let start = self.layout.start.saturating_add(field.offset);
                let layout = Layout { start, step: dtype.itemsize(), ..self.layout.clone() };
                NdArray { dtype, layout, data: Data::Raw(bytes), ..self.clone() }.without_subarray()
            }
        }
    }

    /// A dtype that is a subarray into further axes.
    pub(crate) fn without_subarray(self) -> Result<NdArray<'p>> {
        let DtypeKind::Subarray(base, shape) = self.dtype.kind() else { return Ok(self) };
        let base = base.clone();
        let layout = self
            .layout
            .expand(shape, base.itemsize())
            .ok_or_else(|| Error::invalid(self.origin, "a numpy array of too many dimensions"))?;
        // A subarray of a subarray is rare; the depth of dtypes bounds it.
        NdArray { dtype: base, layout, ..self }.without_subarray()
    }
}
