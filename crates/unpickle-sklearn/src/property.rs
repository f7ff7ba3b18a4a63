//! Attributes that are no data in the pickle: Python's properties, resolved to the data that they show.

use unpickle_core::{Error, Object, Result, Value};

use crate::at::Found;
use crate::class::{ClassName, with_attributes};
use crate::item::{Item, Named};
use crate::neighbors::{self, BinaryTree};
use crate::number::integer;
use crate::sparse::{self, Sparse};
use crate::tree::{self, Tree};

/// A property that passes on: its name, the attribute that an object has which has this property, and the path that
/// it stands for.
struct Pass {
    name: &'static str,
    needs: &'static str,
    path: &'static str,
}

const fn pass(name: &'static str, needs: &'static str, path: &'static str) -> Pass {
    Pass { name, needs, path }
}

/// As of scikit-learn 1.9; the file that defines the property stands behind it.
#[rustfmt::skip]
const PASSES: &[Pass] = &[
    pass("classes_", "best_estimator_", "best_estimator_.classes_"),                       // model_selection/_search.py
    pass("n_features_in_", "best_estimator_", "best_estimator_.n_features_in_"),           // model_selection/_search.py
    pass("classes_", "steps", "steps[-1][1].classes_"),                                    // pipeline.py, Pipeline
    pass("n_features_in_", "steps", "steps[0][1].n_features_in_"),                         // pipeline.py, Pipeline
    pass("feature_names_in_", "steps", "steps[0][1].feature_names_in_"),                   // pipeline.py, Pipeline
    pass("n_features_in_", "transformer_list", "transformer_list[0][1].n_features_in_"),   // pipeline.py, FeatureUnion
    pass("feature_names_in_", "transformer_list", "transformer_list[0][1].feature_names_in_"),
    pass("classes_", "estimator_", "estimator_.classes_"),                                 // feature_selection/_rfe.py
    pass("n_features_in_", "estimator_", "estimator_.n_features_in_"),                     // feature_selection/_from_model.py
    pass("n_features_in_", "regressor_", "regressor_.n_features_in_"),                     // compose/_target.py
    pass("n_features_in_", "estimators_", "estimators_[0].n_features_in_"),                // ensemble/_voting.py, _stacking.py
    pass("classes_", "label_binarizer_", "label_binarizer_.classes_"),                     // multiclass.py, up to 0.24
    pass("kernel_", "base_estimator_", "base_estimator_.kernel_"),                         // gaussian_process/_gpc.py
    pass("idf_", "_tfidf", "_tfidf.idf_"),                                                 // feature_extraction/text.py
    pass("probA_", "_probA", "_probA"),                                                    // svm/_base.py
    pass("probB_", "_probB", "_probB"),                                                    // svm/_base.py
];

/// Properties of names: the attribute with the list.
const NAMED: &[(&str, &str)] = &[
    ("named_steps", "steps"),
    ("named_transformers_", "transformers_"),
    ("named_transformers", "transformer_list"),
    ("named_estimators", "estimators"),
];

/// Properties that scikit-learn computes: an attribute of the objects that have it, and what there is instead.
const COMPUTED: &[(&str, &str, &str)] = &[
    ("coef_", "dual_coef_", "`dual_coef_` and `support_vectors_` are"),
    ("coef_", "_dual_coef_", "`_dual_coef_` and `support_vectors_` are"),
    ("feature_importances_", "tree_", "`tree_.impurity` and `tree_.weighted_n_node_samples` are"),
    ("feature_importances_", "estimators_", "the trees in `estimators_` are"),
    ("estimators_samples_", "estimators_", "`_seeds` or the `random_state` of each of the `estimators_` are"),
    ("n_classes_", "label_binarizer_", "`classes_` is"),
    ("multilabel_", "label_binarizer_", "`label_binarizer_.y_type_` is"),
    ("sparse_coef_", "coef_", "`coef_` is"),
    ("threshold_", "estimator_", "`threshold` and `estimator_` are"),
    ("biclusters_", "rows_", "`rows_` and `columns_` are"),
    ("powers_", "n_output_features_", "`degree` and `interaction_only` are"),
    ("infrequent_categories_", "_infrequent_indices", "`_infrequent_indices` and `categories_` are"),
];

/// The property `name` of an object that has no such attribute; `None` if it has none either.
pub(crate) fn get<'p>(value: Value<'p>, name: &str) -> Result<Option<Found<'p>>> {
    if let Some(item) = of_structures(value, name)? {
        return Ok(Some(Found::Item(item)));
    }
    let Some(object) = with_attributes(value) else { return Ok(None) };
    if let Some(found) = of_search(object, name) {
        return Ok(Some(found));
    }
    if let Some(item) = of_estimators(object, name)? {
        return Ok(Some(Found::Item(item)));
    }
    if let Some(pass) = PASSES.iter().find(|pass| pass.name == name && object.attr(pass.needs).is_some()) {
        return Ok(Some(Found::Path(pass.path.into())));
    }
    let computed = COMPUTED.iter().find(|(known, needs, _)| *known == name && object.attr(needs).is_some());
    if let Some((_, _, instead)) = computed {
        let message = format!("`{name}` is computed by scikit-learn and not in the pickle; {instead}");
        return Err(Error::invalid(value, message));
    }
    Ok(None)
}

/// What the extension classes show: trees, trees for neighbours, sparse matrices.
fn of_structures<'p>(value: Value<'p>, name: &str) -> Result<Option<Item<'p>>> {
    if tree::COLUMNS.contains(&name) && tree::is_tree(value) {
        return value.extract::<Tree<'p>>()?.property(name);
    }
    if neighbors::COLUMNS.contains(&name) && neighbors::is_binary_tree(value) {
        return value.extract::<BinaryTree<'p>>()?.property(name);
    }
    if sparse::COLUMNS.contains(&name) && sparse::is_sparse(value) {
        return value.extract::<Sparse<'p>>()?.property(name);
    }
    Ok(None)
}

fn of_estimators<'p>(object: Object<'p>, name: &str) -> Result<Option<Item<'p>>> {
    if let Some((_, list)) = NAMED.iter().find(|(known, list)| *known == name && object.attr(list).is_some())
    {
        return object.attr(list).map(|list| Named::of(list).map(Item::Named)).transpose();
    }
    match name {
        // svm/_base.py: of regressors and one-class machines the first number counts all, the second nothing.
        "n_support_" => {
            let Some(counts) = object.attr("_n_support") else { return Ok(None) };
            let counts = counts.extract::<unpickle_numpy::NdArray<'p>>()?;
            let class = ClassName::of(object.value());
            let classifies = class.is_some_and(|class| class.name.ends_with("SVC"));
            Ok(Some(Item::Array(if classifies { counts } else { counts.slice(0..counts.len().min(1))? })))
        }
        // feature_extraction/text.py, up to 1.3: the weights are the diagonal of a sparse matrix.
        "idf_" => {
            let Some(diagonal) = object.attr("_idf_diag") else { return Ok(None) };
            diagonal.extract::<Sparse<'p>>()?.diagonal().map(|weights| Some(Item::Array(weights)))
        }
        // ensemble/_hist_gradient_boosting/gradient_boosting.py
        "n_iter_" => {
            Ok(object.attr("_predictors").map(|all| Item::Int(i64::try_from(all.len()).unwrap_or(i64::MAX))))
        }
        _ => Ok(None),
    }
}

/// model_selection/_search.py of 0.18: the best of the results was looked up each time; 0.19 keeps it.
fn of_search<'p>(object: Object<'p>, name: &str) -> Option<Found<'p>> {
    let results = match name {
        "best_params_" => "params",
        "best_score_" => "mean_test_score",
        _ => return None,
    };
    object.attr("cv_results_")?;
    let best = integer(object.attr("best_index_")?)?;
    Some(Found::Path(format!("cv_results_['{results}'][{best}]").into()))
}

/// The names of all properties that `value` has, for messages.
pub(crate) fn names(value: Value<'_>) -> impl Iterator<Item = String> {
    let columns: &[&str] = match value {
        _ if tree::is_tree(value) => tree::COLUMNS,
        _ if neighbors::is_binary_tree(value) => neighbors::COLUMNS,
        _ if sparse::is_sparse(value) => sparse::COLUMNS,
        _ => &[],
    };
    let object = with_attributes(value);
    let has = move |name: &str| object.is_some_and(|object| object.attr(name).is_some());
    let named = NAMED.iter().filter(move |(_, list)| has(list)).map(|(name, _)| *name);
    let passes = PASSES.iter().filter(move |pass| has(pass.needs)).map(|pass| pass.name);
    columns.iter().copied().chain(named).chain(passes).map(str::to_owned)
}
