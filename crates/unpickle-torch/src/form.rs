//! The callables that make tensors, by name.

use unpickle_core::Value;

use crate::dtype::TorchDtype;

/// What a callable makes of its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// (storage, offset, size, stride[, requires_grad, hooks[, metadata]])
    Strided,
    /// (storage, offset, size, stride, requires_grad, hooks, dtype[, metadata])
    StridedDtype,
    /// (storage, offset, size, stride, quantizer, requires_grad, hooks)
    Quantised,
    /// (layout, (indices, values, size[, coalesced])) or (layout, (compressed, plain, values, size))
    Sparse,
    /// (buffer, sizes, strides, offsets)
    Nested,
    /// ({'values', 'offsets', 'lengths', '_ragged_idx', …},)
    Jagged,
    /// (dtype, size, stride, requires_grad)
    Meta,
    /// (class, dtype, size, stride, offset, layout, device, requires_grad)
    Hollow,
    /// (numpy array, dtype, device, requires_grad)
    Numpy,
    /// (tensor, dtype, device, requires_grad)
    Device,
    /// (tensor, requires_grad, hooks[, state])
    Parameter,
    /// (callable, class, arguments, state)
    FromType,
    /// A class of modern tensors called with a tensor, or of old ones with a state of four or five.
    Class(Option<TorchDtype>),
    /// `Parameter` and `Variable`, called with a tensor, or with a state of five.
    Variable,
    /// A parameter whose shape is yet unknown.
    Uninitialised,
}

impl Form {
    /// Modules moved between versions: `torch._tensor` was `torch.tensor`, and before that in `torch._utils`.
    pub(crate) fn of(module: &str, name: &str) -> Option<Form> {
        if !module.starts_with("torch") {
            return None;
        }
        Some(match (module, name) {
            ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Form::Strided,
            ("torch._utils", "_rebuild_tensor_v3") => Form::StridedDtype,
            ("torch._utils", "_rebuild_qtensor") => Form::Quantised,
            ("torch._utils", "_rebuild_sparse_tensor" | "_rebuild_sparse_csr_tensor") => Form::Sparse,
            ("torch._utils", "_rebuild_nested_tensor") => Form::Nested,
            ("torch.nested._internal.nested_tensor", "_rebuild_njt") => Form::Jagged,
            ("torch._utils", "_rebuild_meta_tensor_no_storage") => Form::Meta,
            ("torch._utils", "_rebuild_wrapper_subclass") => Form::Hollow,
            (
                "torch._utils",
                "_rebuild_device_tensor_from_numpy"
                | "_rebuild_xla_tensor"
                | "_rebuild_mlc_tensor"
                | "_rebuild_ort_tensor"
                | "_rebuild_hpu_tensor",
            ) => Form::Numpy,
            ("torch._utils", "_rebuild_device_tensor_from_cpu_tensor") => Form::Device,
            ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => Form::Parameter,
            (
                "torch._tensor" | "torch.tensor" | "torch._utils",
                "_rebuild_from_type" | "_rebuild_from_type_v2",
            ) => Form::FromType,
            ("torch.nn.parameter", "UninitializedParameter" | "UninitializedBuffer") => Form::Uninitialised,
            ("torch.nn.parameter", "Parameter") => Form::Variable,
            ("torch.autograd.variable" | "torch.autograd", "Variable") => Form::Variable,
            ("torch" | "torch._tensor" | "torch.tensor", "Tensor") => Form::Class(None),
            ("torch" | "torch.cuda" | "torch.tensor", name) => {
                Form::Class(Some(TorchDtype::of_tensor_class(name)?))
            }
            _ => return None,
        })
    }
}

/// Whether `value` is a tensor, of any form: what [`Tensor`](crate::Tensor) reads.
///
/// ```
/// // (torch.float32, torch.nn.parameter.UninitializedParameter(True))
/// let bytes = b"\x80\x02ctorch\nfloat32\nctorch.nn.parameter\nUninitializedParameter\n\x88\x85R\x86.";
/// let pickle = unpickle_core::Pickle::parse(&bytes[..])?;
/// let tensors: Vec<_> = pickle.root().iter().map(unpickle_torch::is_tensor).collect();
/// assert_eq!(tensors, [false, true]);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
pub fn is_tensor(value: Value<'_>) -> bool {
    // A persistent id may be that of a tensor, in the oldest format.
    let value = value.loaded().unwrap_or(value);
    let call = value.call().filter(|call| call.method.is_none());
    call.is_some_and(|call| Form::of(call.module, call.name).is_some())
}
