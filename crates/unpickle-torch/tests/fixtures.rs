//! Each fixture against what torch itself loads from it: dtypes, shapes, strides, and the bytes of every element.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use unpickle_core::{Options, Pickle, Result, Value};
use unpickle_file::{Input, OpenOptions, Shared};
use unpickle_numpy::NdArray;
use unpickle_torch::{Layout, Quantizer, Tensor, TorchDtype};

/// The path of a fixture.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/torch").join(name)
}

/// A fixture, decoded.
pub(crate) fn open(name: &str) -> Pickle<Shared> {
    let input = Input::open(path(name), &OpenOptions::new()).expect("a file");
    let (input, options) = (Shared::new(input), Options::new());
    let pickle = unpickle_torch::read(&input, &options).unwrap_or_else(|error| panic!("{name}: {error}"));
    // One is a pickle that torch did not write.
    assert_eq!(pickle.is_none(), name == "plain.pt", "{name}");
    pickle.unwrap_or_else(|| options.parse(input).expect("a pickle"))
}

/// What is expected of a fixture.
pub(crate) fn note(name: &str) -> Json {
    let text = std::fs::read_to_string(path(name).with_extension("json")).expect("an expectation");
    serde_json::from_str(&text).expect("JSON")
}

/// The names of all fixtures.
pub(crate) fn names() -> Vec<String> {
    let entries = std::fs::read_dir(path("")).expect("the folder of fixtures");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".pt"))
        .collect();
    names.sort();
    assert!(names.len() > 20, "only {} fixtures", names.len());
    names
}

/// The elements in C order, least significant byte first, as hex.
pub(crate) fn hex(array: &NdArray<'_>, parts: usize) -> String {
    let mut out = String::new();
    for index in 0..array.len() {
        let mut bytes = array.element(index).expect("an element").to_vec();
        if array.dtype().is_big_endian() {
            let width = bytes.len() / parts;
            bytes.chunks_exact_mut(width).for_each(<[u8]>::reverse);
        }
        bytes.iter().for_each(|byte| out.push_str(&format!("{byte:02x}")));
    }
    out
}

fn elements(tensor: &Tensor<'_>) -> Result<String> {
    let parts = if tensor.dtype().name().starts_with("complex") { 2 } else { 1 };
    if tensor.is_conj() || tensor.is_neg() {
        assert!(tensor.array().is_err(), "signs are ignored");
        let resolved = tensor.resolve()?;
        return Ok(hex(&resolved.array(tensor.origin())?, parts));
    }
    Ok(hex(&tensor.array()?, parts))
}

/// What the tensor is, in the words of the expectation.
pub(crate) fn describe(value: Value<'_>) -> Result<Json> {
    if let Some(call) = value.call().filter(|call| call.name.starts_with("Uninitialized")) {
        assert!(unpickle_torch::is_tensor(value) && call.module == "torch.nn.parameter");
        let error = value.extract::<Tensor<'_>>().expect_err("it has no shape");
        assert!(error.to_string().contains("not initialised"), "{error}");
        return Ok(json!({"layout": "uninitialised"}));
    }
    assert!(unpickle_torch::is_tensor(value));
    let tensor: Tensor<'_> = value.extract()?;
    let mut out = json!({
        "dtype": tensor.dtype().name(),
        "shape": tensor.shape(),
        "requires_grad": tensor.requires_grad(),
        "parameter": tensor.is_parameter(),
        "layout": tensor.layout().name(),
    });
    if let Some(parts) = tensor.nested()? {
        assert_eq!(tensor.layout(), Layout::Nested);
        out["shape"] = Json::Null;
        out["parts"] = parts.iter().map(|part| json!({"shape": part.shape(), "hex": hex(part, 1)})).collect();
    } else if let Some(sparse) = tensor.sparse()? {
        let first = if tensor.layout() == Layout::SparseCoo { "indices" } else { "compressed" };
        out[first] = describe(sparse.indices.origin())?;
        out["values"] = describe(sparse.values.origin())?;
        if let Some(plain) = sparse.plain_indices {
            out["plain"] = describe(plain.origin())?;
        }
        if let Some(coalesced) = sparse.coalesced {
            out["coalesced"] = json!(coalesced);
        }
    } else if !tensor.has_bytes() {
        assert!(tensor.array().is_err());
        out["hex"] = Json::Null;
    } else {
        out["strides"] = json!(tensor.strides());
        out["offset"] = json!(tensor.storage_offset());
        if let Some(quantizer) = tensor.quantizer()? {
            assert!(tensor.array().is_err(), "the integers are taken for numbers");
            let (axis, scale, zero_point) = match quantizer {
                Quantizer::Tensor { scale, zero_point } => (None, json!(scale), json!(zero_point)),
                Quantizer::Channel { axis, scales, zero_points } => {
                    (Some(axis), json!(scales), json!(zero_points))
                }
                Quantizer::FloatChannel { axis, scales, zero_points } => {
                    (Some(axis), json!(scales), json!(zero_points))
                }
                _ => (None, Json::Null, Json::Null),
            };
            out["axis"] = json!(axis);
            out["scale"] = scale;
            out["zero_point"] = zero_point;
            out["integers"] = match tensor.int_repr() {
                Ok(integers) => json!(hex(&integers, 1)),
                Err(_) if tensor.dtype() == TorchDtype::QUInt4x2 => Json::Null,
                Err(error) => json!(error.to_string()),
            };
            let numbers = tensor.dequantize()?;
            assert_eq!(numbers.shape(), tensor.shape());
            let bytes = numbers.iter().flat_map(|number| number.to_le_bytes());
            out["numbers"] = json!(bytes.map(|byte| format!("{byte:02x}")).collect::<String>());
        } else {
            out["hex"] = json!(elements(&tensor)?);
        }
    }
    Ok(out)
}

fn step<'p>(value: Value<'p>, step: &Json) -> Result<Value<'p>> {
    match (step.as_str(), step.as_i64()) {
        (Some(key), _) => value.item(key),
        (None, Some(index)) => value.item(index),
        _ => panic!("no step: {step}"),
    }
}

#[test]
fn every_tensor_is_what_torch_loads() {
    let mut faults = Vec::new();
    let mut count = 0;
    for name in names() {
        let pickle = open(&name);
        for pair in note(&name)["tensors"].as_array().expect("tensors") {
            let (steps, expected) = (pair[0].as_array().expect("steps"), &pair[1]);
            let value = steps.iter().try_fold(pickle.root(), step);
            match value.and_then(describe) {
                Err(error) => faults.push(format!("{name} {}: {error}", pair[0])),
                Ok(found) if found != *expected => {
                    faults.push(format!("{name} {}:\n  found    {found}\n  expected {expected}", pair[0]));
                }
                Ok(_) => count += 1,
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(count > 280, "only {count} tensors");
}

#[test]
fn fixtures_are_small() {
    for name in names() {
        assert!(path(&name).metadata().expect("a file").len() < 50_000, "{name} is too big");
        assert!(note(&name)["what"].is_string(), "{name} says not what it is");
    }
}

fn tensor(value: Result<Value<'_>>) -> Tensor<'_> {
    value.and_then(Value::extract).expect("a tensor")
}

#[test]
fn storages_are_shared_as_they_were() {
    for name in ["shared.pt", "shared-legacy.pt"] {
        let pickle = open(name);
        let root = pickle.root();
        let weight = |model: &str| tensor(root.item(model).unwrap().item("weight"));
        // The same dict, and another with the same tensors.
        assert!(root.item("model").unwrap().is(root.item("ema").unwrap()), "{name}");
        assert_eq!(weight("model").identity(), weight("copy").identity(), "{name}");
        let tied = root.item("tied").unwrap();
        assert_eq!(tensor(tied.item(0)).identity(), tensor(tied.item(1)).identity());
        let halves = root.item("halves").unwrap();
        let (one, other) = (tensor(halves.item(0)), tensor(halves.item(1)));
        assert_eq!(one.storage().unwrap().id(), other.storage().unwrap().id());
        assert_ne!(one.identity(), other.identity());
        let storage: unpickle_torch::Storage<'_> = root.item("storage").unwrap().extract().unwrap();
        assert_eq!((storage.id(), storage.nbytes()), (one.storage().unwrap().id(), 40));
    }
}
