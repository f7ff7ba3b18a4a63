//! `state_dict`, against torch's own.

use serde_json::Value as Json;
use unpickle_core::{Encoding, Options};
use unpickle_file::{Input, OpenOptions, Shared};
use unpickle_numpy::ToArray;
use unpickle_torch::{Tensor, is_tensor, state_dict};

use crate::fixtures::{describe, note, open, path};

#[test]
fn the_state_of_modules_is_what_torch_says() {
    let mut faults = Vec::new();
    for name in [
        "module.pt",
        "module-legacy.pt",
        "module-1.5.1.pt",
        "module-legacy-1.5.1.pt",
        "module-legacy-1.0.0.pt",
        "module-quantised.pt",
        "script.pt",
        "script-frozen.pt",
        "script-holder.pt",
        "script-quantised.pt",
    ] {
        let (pickle, note) = (open(name), note(name));
        let expected = note["state"].as_object().expect("a state");
        let state = state_dict(pickle.root()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let names: Vec<&str> = state.iter().map(|(name, _)| &**name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        let all: Vec<&str> = expected.keys().map(|key| &**key).collect();
        assert_eq!(sorted, all, "{name}");
        for (key, tensor) in state {
            let mut found = describe(tensor).unwrap_or_else(|error| panic!("{name} {key}: {error}"));
            // `state_dict` detaches: what comes out is no parameter, and needs no gradient.
            found["parameter"] = Json::Bool(false);
            found["requires_grad"] = Json::Bool(false);
            if found != expected[&key] {
                faults.push(format!("{name} {key}:\n  found    {found}\n  expected {}", expected[&key]));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn python_2_writes_tensors_whatever_its_text_is_taken_for() {
    let input =
        Shared::new(Input::open(path("values-legacy-1.0.0.pt"), &OpenOptions::new()).expect("a file"));
    let options = Options::new().with_encoding(Encoding::Bytes);
    let pickle = unpickle_torch::read(&input, &options).expect("sound").expect("of torch");
    let tensors: Vec<_> = pickle.objects().filter(|&value| is_tensor(value)).collect();
    assert_eq!(tensors.len(), 13); // a parameter and its data are two
    for tensor in tensors {
        tensor.extract::<Tensor<'_>>().and_then(|tensor| tensor.array()).expect("an array");
    }
}

#[test]
fn classes_saved_with_their_source_are_classes() {
    let pickle = open("module-legacy.pt");
    assert_eq!(pickle.root().kind().to_string(), "__main__.Net object");
    let state = state_dict(pickle.root()).expect("a module");
    let names: Vec<&str> = state.iter().map(|(name, _)| &**name).collect();
    let expected = ["kept", "embed.weight", "head.weight", "norm.weight", "norm.bias", "norm.running_mean"];
    assert_eq!(names[..6], expected);
    assert_eq!(names[8], "again.weight"); // the child that is there twice has both names
}

#[test]
fn a_checkpoint_is_no_state_dict_and_says_where_one_is() {
    let pickle = open("oldest-tar.pt");
    let error = state_dict(pickle.root()).expect_err("it holds one").to_string();
    let expected = "expected a state dict of torch, found a dict of 2 without tensors; there are some under the key 'state'";
    assert!(error.starts_with(expected), "{error}");
    assert_eq!(state_dict(pickle.root().item("state").expect("a dict")).expect("a state dict").len(), 4);
}

#[test]
fn who_asks_for_an_array_of_numpy_is_told_of_tensors() {
    let pickle = open("checkpoint.pt");
    let error =
        pickle.root().item("rng").and_then(|rng| rng.to_array::<u8>()).expect_err("a tensor").to_string();
    assert!(
        error.starts_with("expected a numpy array (a tensor of torch is read as Tensor), found"),
        "{error}"
    );
}

#[test]
fn threads_may_share_tensors() {
    fn shared<T: Send + Sync>(_: &T) {}
    let pickle = open("shared.pt");
    let tensor: Tensor<'_> =
        pickle.root().item("model").and_then(|model| model.item("weight")?.extract()).expect("a tensor");
    shared(&pickle);
    shared(&tensor);
    let sums: Vec<f32> = std::thread::scope(|scope| {
        let sum = || tensor.to_array::<f32>().expect("an array").sum();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(sum)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a sum")).collect()
    });
    assert!(sums.windows(2).all(|pair| pair[0] == pair[1]));
}
