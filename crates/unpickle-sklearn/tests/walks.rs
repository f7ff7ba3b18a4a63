//! Samples walk through trees as they do in scikit-learn.

use serde_json::Value as Json;
use unpickle_sklearn::{Predictor, Tree, at};

use crate::fixtures::{fixture, note};

fn numbers(json: &Json) -> Vec<f64> {
    let cells = json.as_array().expect("a list").iter();
    cells.map(|cell| cell.as_str().expect("a number").parse().expect("a number")).collect()
}

#[test]
fn samples_end_in_the_leaves_of_scikit_learn() {
    for version in ["0.18.2", "0.24.2", "1.3.2", "1.9.1"] {
        let (pickle, _) = fixture(&format!("trees-{version}"));
        let note = note(&format!("walks-{version}"));
        let tree: Tree<'_> =
            at(pickle.root(), "['regressor'].tree_").and_then(|item| item.extract()).expect("a tree");
        let samples = note["samples"].as_array().expect("samples");
        let leaves: Vec<u64> =
            note["leaves"].as_array().expect("leaves").iter().filter_map(Json::as_u64).collect();
        let mut values = numbers(&note["values"]).into_iter();
        for (sample, leaf) in samples.iter().zip(leaves) {
            let sample: Vec<f32> = numbers(sample).into_iter().map(|x| x as f32).collect();
            let found = tree.apply(&sample).expect("a leaf");
            assert_eq!(found as u64, leaf, "{version}");
            assert_eq!(tree.value_of(found).expect("a value").first().copied(), values.next());
        }
        assert!(
            tree.apply(&[0.5])
                .unwrap_err()
                .to_string()
                .contains("a sample of 1 features for a tree of 3 features")
        );
    }
}

#[test]
fn categories_of_histogram_trees_are_told() {
    for version in ["0.24.2", "1.3.2", "1.9.1"] {
        let (pickle, _) = fixture(&format!("histogram-{version}"));
        let item = at(pickle.root(), "['kinds']._predictors[0][0]").expect("a predictor");
        let tree: Predictor<'_> = item.extract().expect("a predictor");
        let categorical: Vec<Vec<u8>> =
            (0..tree.node_count()).filter_map(|node| tree.left_categories(node).expect("a node")).collect();
        // The target is greater where the category is 1; which side that is depends on the version.
        let told = categorical == [vec![1]] || categorical == [vec![0, 2]];
        assert!(told, "{version}: {categorical:?}");
        assert!(tree.left_categories(tree.node_count()).is_err());
        assert_eq!(
            tree.is_leaf().expect("leaves").iter().filter(|&&leaf| leaf).count(),
            tree.node_count().div_ceil(2)
        );
    }
}

#[test]
fn the_columns_of_old_histogram_trees_go_by_their_new_names() {
    for (version, bytes) in [("0.22.2.post1", 47), ("0.24.2", 52), ("1.3.2", 56), ("1.9.1", 56)] {
        let (pickle, _) = fixture(&format!("histogram-{version}"));
        let item = at(pickle.root(), "['classes']._predictors[0][0]").expect("a predictor");
        let tree: Predictor<'_> = item.extract().expect("a predictor");
        assert_eq!(tree.nodes().dtype().itemsize(), bytes, "{version}");
        assert_eq!(tree.column("num_threshold").expect("thresholds").dtype().to_string(), "float64");
        assert_eq!(tree.column("is_categorical").is_ok(), version != "0.22.2.post1");
        assert_eq!(tree.left_categories(0).expect("a node"), None);
    }
}
