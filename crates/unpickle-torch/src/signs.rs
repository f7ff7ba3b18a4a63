//! Conjugate and negative views: torch marks the tensor and leaves the numbers as they are.

use unpickle_core::{Result, Value};
use unpickle_numpy::{Dtype, NdArray};

use crate::tensor::Tensor;

/// A copy of a tensor's elements, in C order.
///
/// ```
/// use unpickle_torch::Tensor;
///
/// let input = unpickle_file::Input::open("../../fixtures/torch/wrapped.pt", &Default::default())?;
/// let pickle = unpickle_torch::read(&unpickle_file::Shared::new(input), &Default::default())?.expect("a file of torch");
/// let tensor: Tensor<'_> = pickle.root().item("negative")?.extract()?; // torch.tensor([1 + 2j, 3 - 4j]).conj().imag
/// assert!(tensor.is_neg() && tensor.array().is_err());
///
/// let resolved = tensor.resolve()?;
/// let numbers = resolved.array(tensor.origin())?;
/// assert_eq!(numbers.element(0), Some(&(-2.0_f32).to_le_bytes()[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Resolved {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Resolved {
    /// What the elements are, in the byte order of the file.
    pub fn dtype(&self) -> &Dtype {
        &self.dtype
    }

    /// How many elements along each axis.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The elements.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The elements as a numpy array; errors point to `origin`.
    ///
    /// # Errors
    ///
    /// None that is known: shape and bytes agree.
    pub fn array<'a>(&'a self, origin: Value<'a>) -> Result<NdArray<'a>> {
        NdArray::from_bytes(origin, self.dtype.clone(), &self.shape, &self.bytes)
    }
}

/// Copies the elements, and flips the signs that are to be.
pub(crate) fn resolve(tensor: &Tensor<'_>) -> Result<Resolved> {
    let (conj, neg) = (tensor.is_conj(), tensor.is_neg());
    if !conj && !neg {
        tensor.array()?;
    }
    let array = tensor.stored()?;
    let size = array.dtype().itemsize();
    let mut bytes = Vec::new();
    for index in 0..array.len() {
        bytes.extend_from_slice(array.element(index).unwrap_or_default());
    }
    let part = tensor.dtype.complex_part();
    if (conj && part.is_none()) || (neg && !tensor.dtype.has_sign_bit()) {
        return Err(tensor.refused("a conjugate or negative view of numbers that have no sign bit"));
    }
    let width = part.unwrap_or(size).max(1);
    for (i, number) in bytes.chunks_exact_mut(width).enumerate() {
        let imaginary = part.is_some() && i % 2 == 1;
        if neg != (conj && imaginary) {
            let top = if array.dtype().is_big_endian() { number.first_mut() } else { number.last_mut() };
            if let Some(top) = top {
                *top ^= 0x80;
            }
        }
    }
    Ok(Resolved { dtype: array.dtype().clone(), shape: tensor.shape().to_vec(), bytes })
}
