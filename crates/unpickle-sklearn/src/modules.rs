//! Where scikit-learn's classes live: old paths of modules and those of today.
//!
//! Version 0.22 put an underscore before the names of most modules. The table is what 0.22.2 itself forwards: each of the
//! files that its `sklearn/_build_utils/deprecated_modules.py` generates names an old path and the module behind it. What
//! moved later is added, as of 1.9.

/// Old path, path of today; sorted by the old one.
#[rustfmt::skip]
const MOVED: &[(&str, &str)] = &[
    ("_loss", "sklearn._loss._loss"),
    ("sklearn.cluster.affinity_propagation_", "sklearn.cluster._affinity_propagation"),
    ("sklearn.cluster.bicluster", "sklearn.cluster._bicluster"),
    ("sklearn.cluster.birch", "sklearn.cluster._birch"),
    ("sklearn.cluster.dbscan_", "sklearn.cluster._dbscan"),
    ("sklearn.cluster.hierarchical", "sklearn.cluster._agglomerative"),
    ("sklearn.cluster.k_means_", "sklearn.cluster._kmeans"),
    ("sklearn.cluster.mean_shift_", "sklearn.cluster._mean_shift"),
    ("sklearn.cluster.optics_", "sklearn.cluster._optics"),
    ("sklearn.cluster.spectral", "sklearn.cluster._spectral"),
    ("sklearn.covariance.elliptic_envelope", "sklearn.covariance._elliptic_envelope"),
    ("sklearn.covariance.empirical_covariance_", "sklearn.covariance._empirical_covariance"),
    ("sklearn.covariance.graph_lasso_", "sklearn.covariance._graph_lasso"),
    ("sklearn.covariance.robust_covariance", "sklearn.covariance._robust_covariance"),
    ("sklearn.covariance.shrunk_covariance_", "sklearn.covariance._shrunk_covariance"),
    ("sklearn.cross_decomposition._cca", "sklearn.cross_decomposition._pls"),
    ("sklearn.cross_decomposition.cca_", "sklearn.cross_decomposition._pls"),
    ("sklearn.cross_decomposition.pls_", "sklearn.cross_decomposition._pls"),
    ("sklearn.datasets.base", "sklearn.datasets._base"),
    ("sklearn.datasets.california_housing", "sklearn.datasets._california_housing"),
    ("sklearn.datasets.covtype", "sklearn.datasets._covtype"),
    ("sklearn.datasets.kddcup99", "sklearn.datasets._kddcup99"),
    ("sklearn.datasets.lfw", "sklearn.datasets._lfw"),
    ("sklearn.datasets.olivetti_faces", "sklearn.datasets._olivetti_faces"),
    ("sklearn.datasets.openml", "sklearn.datasets._openml"),
    ("sklearn.datasets.rcv1", "sklearn.datasets._rcv1"),
    ("sklearn.datasets.samples_generator", "sklearn.datasets._samples_generator"),
    ("sklearn.datasets.species_distributions", "sklearn.datasets._species_distributions"),
    ("sklearn.datasets.svmlight_format", "sklearn.datasets._svmlight_format_io"),
    ("sklearn.datasets.twenty_newsgroups", "sklearn.datasets._twenty_newsgroups"),
    ("sklearn.decomposition.base", "sklearn.decomposition._base"),
    ("sklearn.decomposition.cdnmf_fast", "sklearn.decomposition._cdnmf_fast"),
    ("sklearn.decomposition.dict_learning", "sklearn.decomposition._dict_learning"),
    ("sklearn.decomposition.factor_analysis", "sklearn.decomposition._factor_analysis"),
    ("sklearn.decomposition.fastica_", "sklearn.decomposition._fastica"),
    ("sklearn.decomposition.incremental_pca", "sklearn.decomposition._incremental_pca"),
    ("sklearn.decomposition.kernel_pca", "sklearn.decomposition._kernel_pca"),
    ("sklearn.decomposition.nmf", "sklearn.decomposition._nmf"),
    ("sklearn.decomposition.online_lda", "sklearn.decomposition._lda"),
    ("sklearn.decomposition.online_lda_fast", "sklearn.decomposition._online_lda_fast"),
    ("sklearn.decomposition.pca", "sklearn.decomposition._pca"),
    ("sklearn.decomposition.sparse_pca", "sklearn.decomposition._sparse_pca"),
    ("sklearn.decomposition.truncated_svd", "sklearn.decomposition._truncated_svd"),
    ("sklearn.ensemble.bagging", "sklearn.ensemble._bagging"),
    ("sklearn.ensemble.base", "sklearn.ensemble._base"),
    ("sklearn.ensemble.forest", "sklearn.ensemble._forest"),
    ("sklearn.ensemble.gradient_boosting", "sklearn.ensemble._gb"),
    ("sklearn.ensemble.iforest", "sklearn.ensemble._iforest"),
    ("sklearn.ensemble.voting", "sklearn.ensemble._voting"),
    ("sklearn.ensemble.weight_boosting", "sklearn.ensemble._weight_boosting"),
    ("sklearn.feature_extraction.dict_vectorizer", "sklearn.feature_extraction._dict_vectorizer"),
    ("sklearn.feature_extraction.hashing", "sklearn.feature_extraction._hash"),
    ("sklearn.feature_extraction.stop_words", "sklearn.feature_extraction._stop_words"),
    ("sklearn.feature_selection.base", "sklearn.feature_selection._base"),
    ("sklearn.feature_selection.from_model", "sklearn.feature_selection._from_model"),
    ("sklearn.feature_selection.mutual_info", "sklearn.feature_selection._mutual_info"),
    ("sklearn.feature_selection.rfe", "sklearn.feature_selection._rfe"),
    ("sklearn.feature_selection.univariate_selection", "sklearn.feature_selection._univariate_selection"),
    ("sklearn.feature_selection.variance_threshold", "sklearn.feature_selection._variance_threshold"),
    ("sklearn.gaussian_process.gpc", "sklearn.gaussian_process._gpc"),
    ("sklearn.gaussian_process.gpr", "sklearn.gaussian_process._gpr"),
    ("sklearn.inspection.partial_dependence", "sklearn.inspection._partial_dependence"),
    ("sklearn.lda", "sklearn.discriminant_analysis"),
    ("sklearn.linear_model.base", "sklearn.linear_model._base"),
    ("sklearn.linear_model.bayes", "sklearn.linear_model._bayes"),
    ("sklearn.linear_model.cd_fast", "sklearn.linear_model._cd_fast"),
    ("sklearn.linear_model.coordinate_descent", "sklearn.linear_model._coordinate_descent"),
    ("sklearn.linear_model.huber", "sklearn.linear_model._huber"),
    ("sklearn.linear_model.least_angle", "sklearn.linear_model._least_angle"),
    ("sklearn.linear_model.logistic", "sklearn.linear_model._logistic"),
    ("sklearn.linear_model.omp", "sklearn.linear_model._omp"),
    ("sklearn.linear_model.passive_aggressive", "sklearn.linear_model._passive_aggressive"),
    ("sklearn.linear_model.perceptron", "sklearn.linear_model._perceptron"),
    ("sklearn.linear_model.ransac", "sklearn.linear_model._ransac"),
    ("sklearn.linear_model.ridge", "sklearn.linear_model._ridge"),
    ("sklearn.linear_model.sag", "sklearn.linear_model._sag"),
    ("sklearn.linear_model.sag_fast", "sklearn.linear_model._sag_fast"),
    ("sklearn.linear_model.sgd_fast", "sklearn.linear_model._sgd_fast"),
    ("sklearn.linear_model.stochastic_gradient", "sklearn.linear_model._stochastic_gradient"),
    ("sklearn.linear_model.theil_sen", "sklearn.linear_model._theil_sen"),
    ("sklearn.manifold.isomap", "sklearn.manifold._isomap"),
    ("sklearn.manifold.locally_linear", "sklearn.manifold._locally_linear"),
    ("sklearn.manifold.mds", "sklearn.manifold._mds"),
    ("sklearn.manifold.spectral_embedding_", "sklearn.manifold._spectral_embedding"),
    ("sklearn.manifold.t_sne", "sklearn.manifold._t_sne"),
    ("sklearn.metrics.base", "sklearn.metrics._base"),
    ("sklearn.metrics.classification", "sklearn.metrics._classification"),
    ("sklearn.metrics.cluster.bicluster", "sklearn.metrics.cluster._bicluster"),
    ("sklearn.metrics.cluster.expected_mutual_info_fast", "sklearn.metrics.cluster._expected_mutual_info_fast"),
    ("sklearn.metrics.cluster.supervised", "sklearn.metrics.cluster._supervised"),
    ("sklearn.metrics.cluster.unsupervised", "sklearn.metrics.cluster._unsupervised"),
    ("sklearn.metrics.pairwise_fast", "sklearn.metrics._pairwise_fast"),
    ("sklearn.metrics.ranking", "sklearn.metrics._ranking"),
    ("sklearn.metrics.regression", "sklearn.metrics._regression"),
    ("sklearn.metrics.scorer", "sklearn.metrics._scorer"),
    ("sklearn.mixture.base", "sklearn.mixture._base"),
    ("sklearn.mixture.bayesian_mixture", "sklearn.mixture._bayesian_mixture"),
    ("sklearn.mixture.gaussian_mixture", "sklearn.mixture._gaussian_mixture"),
    ("sklearn.neighbors._dist_metrics", "sklearn.metrics._dist_metrics"),
    ("sklearn.neighbors._typedefs", "sklearn.utils._typedefs"),
    ("sklearn.neighbors.ball_tree", "sklearn.neighbors._ball_tree"),
    ("sklearn.neighbors.base", "sklearn.neighbors._base"),
    ("sklearn.neighbors.classification", "sklearn.neighbors._classification"),
    ("sklearn.neighbors.dist_metrics", "sklearn.metrics._dist_metrics"),
    ("sklearn.neighbors.graph", "sklearn.neighbors._graph"),
    ("sklearn.neighbors.kd_tree", "sklearn.neighbors._kd_tree"),
    ("sklearn.neighbors.kde", "sklearn.neighbors._kde"),
    ("sklearn.neighbors.lof", "sklearn.neighbors._lof"),
    ("sklearn.neighbors.nca", "sklearn.neighbors._nca"),
    ("sklearn.neighbors.nearest_centroid", "sklearn.neighbors._nearest_centroid"),
    ("sklearn.neighbors.quad_tree", "sklearn.neighbors._quad_tree"),
    ("sklearn.neighbors.regression", "sklearn.neighbors._regression"),
    ("sklearn.neighbors.typedefs", "sklearn.utils._typedefs"),
    ("sklearn.neighbors.unsupervised", "sklearn.neighbors._unsupervised"),
    ("sklearn.neural_network.multilayer_perceptron", "sklearn.neural_network._multilayer_perceptron"),
    ("sklearn.neural_network.rbm", "sklearn.neural_network._rbm"),
    ("sklearn.preprocessing.data", "sklearn.preprocessing._data"),
    ("sklearn.preprocessing.label", "sklearn.preprocessing._label"),
    ("sklearn.qda", "sklearn.discriminant_analysis"),
    ("sklearn.semi_supervised.label_propagation", "sklearn.semi_supervised._label_propagation"),
    ("sklearn.svm.base", "sklearn.svm._base"),
    ("sklearn.svm.bounds", "sklearn.svm._bounds"),
    ("sklearn.svm.classes", "sklearn.svm._classes"),
    ("sklearn.svm.liblinear", "sklearn.svm._liblinear"),
    ("sklearn.svm.libsvm", "sklearn.svm._libsvm"),
    ("sklearn.svm.libsvm_sparse", "sklearn.svm._libsvm_sparse"),
    ("sklearn.tree.export", "sklearn.tree._export"),
    ("sklearn.tree.tree", "sklearn.tree._classes"),
    ("sklearn.utils.fast_dict", "sklearn.utils._fast_dict"),
    ("sklearn.utils.mocking", "sklearn.utils._mocking"),
    ("sklearn.utils.seq_dataset", "sklearn.utils._seq_dataset"),
    ("sklearn.utils.testing", "sklearn.utils._testing"),
    ("sklearn.utils.weight_vector", "sklearn.utils._weight_vector"),
];

/// Classes that have another name today, with the module of today.
const RENAMED: &[(&str, &str, &str)] = &[
    // sklearn/covariance/graph_lasso_.py of 0.20: "class GraphLasso(GraphicalLasso)", deprecated.
    ("sklearn.covariance._graph_lasso", "GraphLasso", "GraphicalLasso"),
    ("sklearn.covariance._graph_lasso", "GraphLassoCV", "GraphicalLassoCV"),
    // sklearn/lda.py and qda.py of 0.17, moved to `discriminant_analysis`.
    ("sklearn.discriminant_analysis", "LDA", "LinearDiscriminantAnalysis"),
    ("sklearn.discriminant_analysis", "QDA", "QuadraticDiscriminantAnalysis"),
];

/// The module and name of a class as today's scikit-learn spells them; as they are if they never moved.
///
/// ```
/// use unpickle_sklearn::todays_name;
///
/// assert_eq!(todays_name("sklearn.tree.tree", "DecisionTreeRegressor"), ("sklearn.tree._classes", "DecisionTreeRegressor"));
/// assert_eq!(todays_name("sklearn.svm._classes", "SVC"), ("sklearn.svm._classes", "SVC"));
/// assert_eq!(todays_name("shop", "Model"), ("shop", "Model"));
/// ```
pub fn todays_name<'a>(module: &'a str, name: &'a str) -> (&'a str, &'a str) {
    // `Bunch` is the one class that left a module whose other members stayed.
    if name == "Bunch"
        && matches!(module, "sklearn.utils" | "sklearn.datasets.base" | "sklearn.datasets._base")
    {
        return ("sklearn.utils._bunch", name);
    }
    // joblib came with scikit-learn up to 0.22.
    if let Some(rest) = module.strip_prefix("sklearn.externals.")
        && (rest == "joblib" || rest.starts_with("joblib."))
    {
        return (rest, name);
    }
    let place = MOVED.binary_search_by_key(&module, |&(old, _)| old).ok();
    let module = place.and_then(|place| MOVED.get(place)).map_or(module, |&(_, new)| new);
    let renamed = RENAMED.iter().find(|&&(at, old, _)| at == module && old == name);
    (module, renamed.map_or(name, |&(_, _, new)| new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_leads_nowhere_twice() {
        assert!(MOVED.is_sorted_by(|a, b| a.0 < b.0));
        for (old, new) in MOVED {
            assert_eq!(todays_name(new, "X"), (*new, "X"), "{old}");
        }
    }

    #[test]
    fn classes_that_left_their_module_are_found() {
        assert_eq!(todays_name("sklearn.utils", "Bunch"), ("sklearn.utils._bunch", "Bunch"));
        assert_eq!(todays_name("sklearn.utils", "murmurhash"), ("sklearn.utils", "murmurhash"));
        assert_eq!(todays_name("sklearn.lda", "LDA").1, "LinearDiscriminantAnalysis");
        let joblib = todays_name("sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper");
        assert_eq!(joblib.0, "joblib.numpy_pickle");
    }
}
