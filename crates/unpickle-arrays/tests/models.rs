//! Models of scikit-learn.

use std::path::Path;

use unpickle_arrays::arrays;
use unpickle_core::Pickle;

/// The names of the arrays in a fixture of `fixtures/sklearn` that begin so.
fn names(fixture: &str, prefix: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/sklearn").join(fixture);
    let pickle = Pickle::parse(std::fs::read(path).unwrap()).unwrap();
    let found = arrays(pickle.root()).unwrap();
    let names = found.iter().map(|array| array.name().to_owned());
    names.filter(|name| name.starts_with(prefix)).collect()
}

#[test]
fn trees_for_neighbours_have_the_names_of_their_attributes() {
    let tree = ["data", "idx_array", "node_data", "node_bounds"].map(|name| format!("kd.{name}"));
    assert_eq!(names("neighbors-1.9.1.pkl", "kd.")[..4], tree);
    assert_eq!(names("neighbors-0.18.2.pkl", "kd.")[..4], tree);
    let scipy = names("neighbors-1.9.1.pkl", "scipy.");
    assert!(
        scipy.contains(&"scipy.maxes".to_owned()) && scipy.contains(&"scipy.indices".to_owned()),
        "{scipy:?}"
    );
}

#[test]
fn decision_trees_have_their_nodes_and_values() {
    assert_eq!(
        names("trees-1.9.1.pkl", "classifier.tree_"),
        ["classifier.tree_.nodes", "classifier.tree_.values"]
    );
    assert_eq!(names("trees-0.18.2.pkl", "forest.estimators_[0].tree_").len(), 2);
}
