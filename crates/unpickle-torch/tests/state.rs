//! `state_dict`, against torch's own.

use serde_json::Value as Json;
use unpickle_torch::state_dict;

use crate::fixtures::{describe, note, open};

#[test]
fn the_state_of_modules_is_what_torch_says() {
    let mut faults = Vec::new();
    for name in [
        "module.pt",
        "module-legacy.pt",
        "module-1.5.1.pt",
        "module-legacy-1.5.1.pt",
        "module-legacy-1.0.0.pt",
        "script.pt",
        "script-frozen.pt",
        "script-holder.pt",
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
fn classes_saved_with_their_source_are_classes() {
    let pickle = open("module-legacy.pt");
    assert_eq!(pickle.root().kind().to_string(), "__main__.Net object");
    let state = state_dict(pickle.root()).expect("a module");
    let names: Vec<&str> = state.iter().map(|(name, _)| &**name).collect();
    let expected = ["kept", "embed.weight", "head.weight", "norm.weight", "norm.bias", "norm.running_mean"];
    assert_eq!(names[..6], expected);
    assert_eq!(names[8], "again.weight"); // the child that is there twice has both names
}
