//! The dense parts of PyTorch's tensors, and the tensors of its modules.
//!
//! A plain tensor is one array. A quantised one is its integers, and beside them `scale` and `zero_point`, or `scales`,
//! `zero_points` and `axis`. A sparse one is what torch calls its parts: `indices` and `values`, or `crow_indices`,
//! `col_indices` (`ccol_indices`, `row_indices`) and `values`; and its `size`. A nested one is the arrays it is of: `[0]`,
//! `[1]`, …

use std::sync::{Arc, OnceLock};

use unpickle_core::{Object, Result, Value};
use unpickle_numpy::{Dtype, NdArray};
use unpickle_torch::{Layout, Quantizer, Sparse, Tensor, TorchDtype};

use crate::named::{Kind, NamedArray, Source};
use crate::path;

/// The parts of the tensor at `name`.
pub(crate) fn parts<'p>(name: &str, value: Value<'p>) -> Result<Vec<NamedArray<'p>>> {
    let tensor: Tensor<'p> = value.extract()?;
    let mut parts = Parts { name, value, class: class(&tensor), found: Vec::new() };
    if !tensor.has_bytes() {
        parts.push("", Some("without data"), dtype(&tensor), tensor.shape(), Source::Absent);
    } else if let Some(sparse) = tensor.sparse()? {
        parts.sparse(&tensor, &sparse)?;
    } else if let Some(nested) = tensor.nested()? {
        for (i, array) in nested.iter().enumerate() {
            let source = Source::Nested(value, i);
            parts.push(&format!("[{i}]"), None, array.dtype().clone(), array.shape(), source);
        }
    } else if let Some(quantizer) = tensor.quantizer()? {
        parts.quantised(&tensor, &quantizer);
    } else if tensor.is_conj() || tensor.is_neg() {
        let source = Source::Computed(value, Arc::new(OnceLock::new()));
        parts.push("", None, dtype(&tensor), tensor.shape(), source);
    } else {
        parts.found.push(dense(name.to_owned(), Kind { class: parts.class, part: None }, &tensor));
    }
    Ok(parts.found)
}

/// The elements of a tensor as a numpy array has them.
pub(crate) fn load<'p>(value: Value<'p>) -> Result<NdArray<'p>> {
    let tensor: Tensor<'p> = value.extract()?;
    if tensor.dtype().is_quantised() { tensor.int_repr() } else { tensor.array() }
}

/// One of the arrays of a nested tensor.
pub(crate) fn load_nested<'p>(value: Value<'p>, index: usize) -> Result<Option<NdArray<'p>>> {
    let tensor: Tensor<'p> = value.extract()?;
    Ok(tensor.nested()?.and_then(|parts| parts.into_iter().nth(index)))
}

/// The elements that no bytes of the file are: of conjugate and negative views, and of numbers quantised to less than a
/// byte.
pub(crate) fn compute(value: Value<'_>) -> Result<Vec<u8>> {
    let tensor: Tensor<'_> = value.extract()?;
    if tensor.dtype().is_quantised() {
        return Ok(tensor.dequantize()?.iter().flat_map(|number| number.to_le_bytes()).collect());
    }
    Ok(tensor.resolve()?.bytes().to_vec())
}

fn class<'p>(tensor: &Tensor<'p>) -> &'p str {
    match tensor.class() {
        Some(class) => class.name(),
        None if tensor.is_parameter() => "Parameter",
        None => "Tensor",
    }
}

/// The dtype of the bytes in the file.
fn dtype(tensor: &Tensor<'_>) -> Dtype {
    let big_endian = tensor.storage().is_some_and(unpickle_torch::Storage::is_big_endian);
    tensor.dtype().numpy().with_big_endian(big_endian)
}

/// A tensor that is a view of a storage.
fn dense<'p>(name: String, kind: Kind<'p>, tensor: &Tensor<'p>) -> NamedArray<'p> {
    let source = Source::Tensor(tensor.origin());
    let array = NamedArray::new(name, tensor.origin(), kind, dtype(tensor), tensor.shape(), source);
    let array = array.called(tensor.dtype().name());
    match (tensor.storage(), tensor.identity()) {
        (Some(storage), Some(identity)) => array.stored(storage.id(), storage.nbytes() as u64, identity),
        _ => array,
    }
}

struct Parts<'p, 'a> {
    name: &'a str,
    value: Value<'p>,
    class: &'p str,
    found: Vec<NamedArray<'p>>,
}

impl<'p> Parts<'p, '_> {
    fn named(&self, step: &str) -> String {
        let mut name = self.name.to_owned();
        path::push(&mut name, step);
        name
    }

    fn push(
        &mut self,
        step: &str,
        part: Option<&'static str>,
        dtype: Dtype,
        shape: &[usize],
        source: Source<'p>,
    ) {
        let kind = Kind { class: self.class, part };
        self.found.push(NamedArray::new(self.named(step), self.value, kind, dtype, shape, source));
    }

    /// A few numbers that are no array in the file.
    fn made<const N: usize>(
        &mut self,
        step: &'static str,
        dtype: Dtype,
        shape: &[usize],
        numbers: impl Iterator<Item = [u8; N]>,
    ) {
        let bytes: Vec<u8> = numbers.flatten().collect();
        self.push(step, Some(step), dtype, shape, Source::Made(bytes.into()));
    }

    fn sparse(&mut self, tensor: &Tensor<'p>, sparse: &Sparse<'p>) -> Result<()> {
        let (compressed, plain) = match sparse.layout {
            Layout::SparseCoo => ("indices", ""),
            layout if layout.is_by_column() => ("ccol_indices", "row_indices"),
            _ => ("crow_indices", "col_indices"),
        };
        let stored = [(compressed, Some(&sparse.indices)), (plain, sparse.plain_indices.as_ref())];
        let stored = stored.into_iter().chain([("values", Some(&sparse.values))]);
        for (step, part) in stored.filter_map(|(step, part)| Some((step, part?))) {
            let kind = Kind { class: self.class, part: Some(step) };
            self.found.push(dense(self.named(step), kind, part));
        }
        let size = tensor.shape().iter().map(|&len| (len as u64).to_le_bytes());
        self.made("size", Dtype::int(8), &[tensor.shape().len()], size);
        if let Some(coalesced) = sparse.coalesced {
            self.made("is_coalesced", Dtype::bool(), &[], std::iter::once([u8::from(coalesced)]));
        }
        Ok(())
    }

    fn quantised(&mut self, tensor: &Tensor<'p>, quantizer: &Quantizer) {
        // Numbers of less than a byte are no array as they lie.
        if matches!(tensor.dtype(), TorchDtype::QUInt4x2 | TorchDtype::QUInt2x4) {
            let source = Source::Computed(self.value, Arc::new(OnceLock::new()));
            self.push("", Some("dequantised"), Dtype::float(4), tensor.shape(), source);
        } else {
            let kind = Kind { class: self.class, part: None };
            self.found.push(dense(self.name.to_owned(), kind, tensor));
        }
        match quantizer {
            Quantizer::Tensor { scale, zero_point } => {
                self.made("scale", Dtype::float(8), &[], std::iter::once(scale.to_le_bytes()));
                self.made("zero_point", Dtype::int(8), &[], std::iter::once(zero_point.to_le_bytes()));
            }
            Quantizer::Channel { axis, scales, zero_points } => {
                let shape = [scales.len()];
                self.made("scales", Dtype::float(8), &shape, scales.iter().map(|scale| scale.to_le_bytes()));
                let points = zero_points.iter().map(|point| point.to_le_bytes());
                self.made("zero_points", Dtype::int(8), &shape, points);
                self.made("axis", Dtype::int(8), &[], std::iter::once((*axis as u64).to_le_bytes()));
            }
            Quantizer::FloatChannel { axis, scales, zero_points } => {
                let shape = [scales.len()];
                self.made("scales", Dtype::float(4), &shape, scales.iter().map(|scale| scale.to_le_bytes()));
                let points = zero_points.iter().map(|point| point.to_le_bytes());
                self.made("zero_points", Dtype::float(4), &shape, points);
                self.made("axis", Dtype::int(8), &[], std::iter::once((*axis as u64).to_le_bytes()));
            }
            _ => {}
        }
    }
}

/// Whether it is a module of PyTorch, whose tensors [`unpickle_torch::state_dict`] names: it keeps them in these two dicts.
pub(crate) fn is_module(object: Object<'_>) -> bool {
    (object.attr("_parameters").is_some() && object.attr("_modules").is_some()) || is_script(object)
}

/// Whether it is a module of TorchScript.
fn is_script(object: Object<'_>) -> bool {
    object.class().is_some_and(|class| class.module().split('.').next() == Some("__torch__"))
}

/// Whether it is what a file of TorchScript is read as: a module, and the constants of its code.
pub(crate) fn is_archive(value: Value<'_>) -> bool {
    value.as_dict().is_some() && value.get("data").and_then(Value::as_object).is_some_and(is_script)
}

/// The tensors of a module of PyTorch, or of what a file of TorchScript is read as, by their names; none of anything else.
pub(crate) fn state(value: Value<'_>) -> Vec<(String, Value<'_>)> {
    if is_archive(value) || value.as_object().is_some_and(is_module) {
        return unpickle_torch::state_dict(value).unwrap_or_default();
    }
    Vec::new()
}
