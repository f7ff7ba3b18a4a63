//! Quantised tensors: integers, and what they stand for.

use ndarray::{Array, ArrayD, IxDyn};
use unpickle_core::{Error, Result, Value};
use unpickle_numpy::{DtypeKind, NdArray};

use crate::dtype::TorchDtype;
use crate::form::is_tensor;
use crate::rebuild::dense;
use crate::tensor::Tensor;

/// How the integers of a quantised tensor stand for numbers: `(integer - zero point) * scale`.
///
/// ```
/// use unpickle_torch::{Quantizer, Tensor};
///
/// let input = unpickle_file::Input::open("../../fixtures/torch/quantised.pt", &Default::default())?;
/// let pickle = unpickle_torch::read(&unpickle_file::Shared::new(input), &Default::default())?.expect("a file of torch");
/// let tensor: Tensor<'_> = pickle.root().item("quint8")?.extract()?;
/// assert_eq!(tensor.quantizer()?, Some(Quantizer::Tensor { scale: 0.1, zero_point: 10 }));
/// assert_eq!(tensor.int_repr()?.element(2), Some(&[18][..]));
/// assert_eq!(tensor.dequantize()?[[0, 2]], 0.8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Quantizer {
    /// One scale and zero point for all.
    Tensor {
        /// torch's `q_scale()`.
        scale: f64,
        /// torch's `q_zero_point()`.
        zero_point: i64,
    },
    /// A scale and zero point for each index of one axis.
    Channel {
        /// torch's `q_per_channel_axis()`.
        axis: usize,
        /// torch's `q_per_channel_scales()`.
        scales: Vec<f64>,
        /// torch's `q_per_channel_zero_points()`.
        zero_points: Vec<i64>,
    },
    /// The same with zero points that are no integers, as embeddings have them.
    FloatChannel {
        /// torch's `q_per_channel_axis()`.
        axis: usize,
        /// torch's `q_per_channel_scales()`.
        scales: Vec<f32>,
        /// torch's `q_per_channel_zero_points()`.
        zero_points: Vec<f32>,
    },
}

impl<'p> Tensor<'p> {
    /// How the integers of a quantised tensor stand for numbers; `None` of any other tensor.
    ///
    /// # Errors
    ///
    /// Scales or zero points cannot be read, or are not as many as the axis is long.
    pub fn quantizer(&self) -> Result<Option<Quantizer>> {
        match self.strided().and_then(|strided| strided.quantizer) {
            Some(params) => {
                read(self, params).map(Some).map_err(|error| error.within("quantizer of a torch tensor"))
            }
            None => Ok(None),
        }
    }

    /// The integers of a quantised tensor, torch's `int_repr()`.
    ///
    /// # Errors
    ///
    /// As [`Tensor::array`]; it is not quantised, or to less than a byte for each element.
    pub fn int_repr(&self) -> Result<NdArray<'p>> {
        if self.dtype().is_quantised() { self.stored() } else { Err(self.refused("not quantised")) }
    }

    /// The numbers of a quantised tensor, torch's `dequantize()`: to the bit what torch computes on x86.
    ///
    /// # Errors
    ///
    /// As [`Tensor::quantizer`] and [`Tensor::int_repr`].
    pub fn dequantize(&self) -> Result<ArrayD<f32>> {
        let quantizer = self.quantizer()?.ok_or_else(|| self.refused("not quantised"))?;
        let integers = integers(self)?;
        let numbers = numbers(self, &quantizer, &integers)
            .ok_or_else(|| self.refused("quantised by fewer scales than it has"))?;
        Array::from_shape_vec(IxDyn(self.shape()), numbers)
            .map_err(|error| self.refused(&format!("nothing that ndarray can hold: {error}")))
    }
}

fn numbers(tensor: &Tensor<'_>, quantizer: &Quantizer, integers: &[i64]) -> Option<Vec<f32>> {
    let channels = |axis: usize| {
        let count = *tensor.shape().get(axis)?;
        let inner: usize = tensor.shape().iter().skip(axis + 1).product();
        Some(move |i: usize| i.checked_div(inner)?.checked_rem(count))
    };
    let each = integers.iter().enumerate();
    match quantizer {
        &Quantizer::Tensor { scale, zero_point } => {
            Some(integers.iter().map(|&q| q.wrapping_sub(zero_point) as f32 * scale as f32).collect())
        }
        Quantizer::Channel { axis, scales, zero_points } => {
            let channel = channels(*axis)?;
            each.map(|(i, &q)| {
                let channel = channel(i)?;
                let difference = q.wrapping_sub(*zero_points.get(channel)?);
                Some((difference as f64 * scales.get(channel)?) as f32)
            })
            .collect()
        }
        Quantizer::FloatChannel { axis, scales, zero_points } => {
            let channel = channels(*axis)?;
            each.map(|(i, &q)| {
                let channel = channel(i)?;
                Some((q as f32 - zero_points.get(channel)?) * scales.get(channel)?)
            })
            .collect()
        }
    }
}

/// (scheme, scale, zero point), or (scheme, scales, zero points, axis)
fn read(tensor: &Tensor<'_>, params: Value<'_>) -> Result<Quantizer> {
    let parts = params.as_tuple().ok_or_else(|| Error::data(params, "a tuple of scheme and scales"))?;
    let part =
        |i: usize| parts.get(i).ok_or_else(|| Error::data(params, "a scheme, a scale and a zero point"));
    let scheme = part(0)?;
    let name = scheme.as_class().filter(|class| class.module() == "torch").map(|class| class.name());
    match name {
        Some("per_tensor_affine" | "per_tensor_symmetric") => {
            Ok(Quantizer::Tensor { scale: part(1)?.extract()?, zero_point: part(2)?.extract()? })
        }
        // torch writes the first for both; the zero points tell.
        Some("per_channel_affine" | "per_channel_affine_float_qparams" | "per_channel_symmetric") => {
            let axis: usize = part(3)?.extract()?;
            let scales = Row::read(part(1)?)?;
            let zero_points = Row::read(part(2)?)?;
            let len = tensor.shape().get(axis).copied();
            if len != Some(scales.len()) || len != Some(zero_points.len()) {
                let (scales, zeros) = (scales.len(), zero_points.len());
                let message =
                    format!("{scales} scales and {zeros} zero points for axis {axis} of a torch tensor");
                return Err(Error::invalid(params, message));
            }
            Ok(match zero_points {
                Row::Integers(zero_points) => {
                    Quantizer::Channel { axis, scales: scales.floats(), zero_points }
                }
                Row::Floats(zero_points) => {
                    let narrow = |wide: Vec<f64>| wide.into_iter().map(|number| number as f32).collect();
                    let (scales, zero_points) = (narrow(scales.floats()), narrow(zero_points));
                    Quantizer::FloatChannel { axis, scales, zero_points }
                }
            })
        }
        _ => Err(Error::unsupported(scheme, format!("the quantisation {scheme}"))),
    }
}

/// Scales or zero points: a tensor, or a list of numbers.
enum Row {
    Integers(Vec<i64>),
    Floats(Vec<f64>),
}

impl Row {
    fn read(value: Value<'_>) -> Result<Row> {
        if !is_tensor(value) {
            return match value.extract() {
                Ok(integers) => Ok(Row::Integers(integers)),
                Err(_) => value.extract().map(Row::Floats),
            };
        }
        let tensor = dense(value)?;
        let array = tensor.array()?;
        let all = 0..array.len();
        match tensor.dtype() {
            TorchDtype::Int64 => {
                let mut integers = Vec::new();
                array.copy_native(all, &mut integers)?;
                Ok(Row::Integers(integers))
            }
            TorchDtype::Int32 => {
                let mut integers = Vec::<i32>::new();
                array.copy_native(all, &mut integers)?;
                Ok(Row::Integers(integers.into_iter().map(i64::from).collect()))
            }
            TorchDtype::Float64 => {
                let mut floats = Vec::new();
                array.copy_native(all, &mut floats)?;
                Ok(Row::Floats(floats))
            }
            _ => {
                let mut floats = Vec::<f32>::new();
                array.copy_native(all, &mut floats)?;
                Ok(Row::Floats(floats.into_iter().map(f64::from).collect()))
            }
        }
    }

    fn len(&self) -> usize {
        match self {
            Row::Integers(integers) => integers.len(),
            Row::Floats(floats) => floats.len(),
        }
    }

    fn floats(self) -> Vec<f64> {
        match self {
            Row::Integers(integers) => integers.into_iter().map(|int| int as f64).collect(),
            Row::Floats(floats) => floats,
        }
    }
}

/// The integers in logical order.
fn integers(tensor: &Tensor<'_>) -> Result<Vec<i64>> {
    if let Some(packed) = tensor.dtype().packed() {
        return unpacked(tensor, packed);
    }
    let array = tensor.int_repr()?;
    let all = 0..array.len();
    Ok(match array.dtype().kind() {
        DtypeKind::UInt(1) => widened::<u8>(&array, all)?,
        DtypeKind::Int(1) => widened::<i8>(&array, all)?,
        _ => widened::<i32>(&array, all)?,
    })
}

fn widened<T: unpickle_numpy::Element + Into<i64>>(
    array: &NdArray<'_>,
    all: std::ops::Range<usize>,
) -> Result<Vec<i64>> {
    let mut narrow = Vec::<T>::new();
    array.copy_native(all, &mut narrow)?;
    Ok(narrow.into_iter().map(Into::into).collect())
}

/// Of several integers in a byte, the first in the lowest bits.
fn unpacked(tensor: &Tensor<'_>, packed: usize) -> Result<Vec<i64>> {
    let strided = tensor.strided().ok_or_else(|| tensor.refused("not quantised"))?;
    let bytes = strided.storage.bytes()?;
    if tensor.len() > bytes.len().saturating_mul(packed) {
        return Err(tensor.refused("of more elements than its storage"));
    }
    let bits = 8_usize.checked_div(packed).unwrap_or(8);
    let integer = |index: usize| {
        let mut rest = index;
        let mut at = strided.offset;
        for (&len, &stride) in tensor.shape().iter().zip(&strided.strides).rev() {
            at = at.checked_add(rest.checked_rem(len)?.checked_mul(stride)?)?;
            rest = rest.checked_div(len)?;
        }
        let byte = *bytes.get(at.checked_div(packed)?)?;
        let shift = at.checked_rem(packed)?.checked_mul(bits)?;
        Some(i64::from(byte >> shift & (u8::MAX >> (8 - bits))))
    };
    let integers: Option<Vec<i64>> = (0..tensor.len()).map(integer).collect();
    integers.ok_or_else(|| tensor.refused("of elements beyond its storage"))
}
