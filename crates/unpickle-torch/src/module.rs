//! What modules look like when they are pickled: whole ones, TorchScript, quantised ones.

use unpickle_core::Value;

/// Whether it is an object with the dicts that `torch.nn.Module` keeps its children in.
pub(crate) fn is_module(value: Value<'_>) -> bool {
    value
        .as_object()
        .is_some_and(|object| object.attr("_parameters").is_some() && object.attr("_modules").is_some())
}

/// Whether it is a module of TorchScript.
pub(crate) fn is_script(value: Value<'_>) -> bool {
    let class = value.as_object().and_then(|object| object.class());
    class.is_some_and(|class| class.module().starts_with("__torch__"))
}

pub(crate) fn key_text(key: Value<'_>) -> String {
    key.as_text().map_or_else(|| key.to_string(), std::borrow::Cow::into_owned)
}

/// The pairs of a dict or an OrderedDict, as Python 2 writes it, too.
pub(crate) fn pairs(value: Value<'_>) -> Option<Vec<(Value<'_>, Value<'_>)>> {
    if let Some(dict) = value.as_dict().or_else(|| value.as_object()?.pairs()) {
        return Some(dict.iter().collect());
    }
    let given = value.as_object()?.given_pairs()?;
    given.iter().map(|pair| Some((pair.get(0)?, pair.get(1)?))).collect()
}

/// TorchScript wraps lists and dicts into calls that say their type: `torch.jit._pickle.restore_type_tag(list, 'List[int]')`,
/// `build_intlist(list)`.
pub(crate) fn contained(value: Value<'_>) -> Value<'_> {
    let call = value.call().filter(|call| call.module == "torch.jit._pickle");
    call.and_then(|call| call.args.get(0)).unwrap_or(value)
}

/// The parts of an object whose code is in C++, which is how quantised modules keep weight and bias:
/// `torch.ScriptObject` with the state (parts, class).
pub(crate) fn packed(value: Value<'_>) -> Option<Value<'_>> {
    let object = value.as_object()?;
    let class = object.class().filter(|class| class.name() == "ScriptObject")?;
    class.module().starts_with("torch").then_some(())?;
    object.state()?.as_tuple()?.get(0)
}

/// Weight and bias of a quantised convolution, whose state is a tuple: `_ConvNd.__getstate__` in
/// `torch/ao/nn/quantized/modules/conv.py`.
pub(crate) fn quantised_conv(value: Value<'_>) -> Option<[Value<'_>; 2]> {
    let object = value.as_object()?;
    object.class().filter(|class| class.module().contains(".quantized.") && class.name().contains("Conv"))?;
    let state = object.state()?.as_tuple().filter(|state| state.len() >= 12)?;
    Some([state.get(10)?, state.get(11)?])
}
