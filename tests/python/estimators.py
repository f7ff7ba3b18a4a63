"""Fresh models of sixty estimators and more, across the modules of scikit-learn, each fitted on a little data."""
import os
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from sklearn import calibration, cluster, compose, covariance, cross_decomposition, decomposition, discriminant_analysis, dummy, ensemble
from sklearn import feature_extraction, feature_selection, gaussian_process, impute, isotonic, kernel_approximation, kernel_ridge, linear_model
from sklearn import manifold, mixture, model_selection, multiclass, multioutput, naive_bayes, neighbors, neural_network, pipeline, preprocessing
from sklearn import random_projection, semi_supervised, svm, tree
from sklearn.gaussian_process import kernels

RANDOM = np.random.RandomState(7)
X = RANDOM.rand(40, 4)
Y = (X[:, 0] * 3).astype(int)
B = (X[:, 1] > 0.5).astype(int)
T = X @ [1.0, -2.0, 0.5, 3.0] + RANDOM.rand(40) / 9
TEXTS = ["the cat and the dog", "a bird", "the bird and a fish", "fish"] * 3
KEYS = {"random_state": 0}
LOGISTIC = linear_model.LogisticRegression()

# Name, estimator, what it is fitted on: numbers (T), classes (Y), two classes (B), features alone (None), or data of its own.
MODELS = [
    ("LinearRegression", linear_model.LinearRegression(), T),
    ("Ridge", linear_model.Ridge(), np.column_stack([T, -T])),
    ("Lasso", linear_model.Lasso(0.01), T),
    ("ElasticNetCV", linear_model.ElasticNetCV(cv=2), T),
    ("Lars", linear_model.Lars(), T),
    ("BayesianRidge", linear_model.BayesianRidge(), T),
    ("HuberRegressor", linear_model.HuberRegressor(), T),
    ("RANSACRegressor", linear_model.RANSACRegressor(**KEYS), T),
    ("TheilSenRegressor", linear_model.TheilSenRegressor(**KEYS), T),
    ("PoissonRegressor", linear_model.PoissonRegressor(), np.abs(T)),
    ("LogisticRegression", LOGISTIC, Y),
    ("LogisticRegressionCV", linear_model.LogisticRegressionCV(Cs=2, cv=2, l1_ratios=(0.5,), solver="saga", max_iter=9), B),
    ("SGDClassifier", linear_model.SGDClassifier(**KEYS), Y),
    ("SGDRegressor", linear_model.SGDRegressor(**KEYS), T),
    ("Perceptron", linear_model.Perceptron(**KEYS), Y),
    ("RidgeClassifier", linear_model.RidgeClassifier(), Y),
    ("KernelRidge", kernel_ridge.KernelRidge(kernel="rbf"), T),
    ("SVC", svm.SVC(), Y),
    ("NuSVC", svm.NuSVC(nu=0.2), B),
    ("SVR", svm.SVR(), T),
    ("LinearSVC", svm.LinearSVC(**KEYS), Y),
    ("OneClassSVM", svm.OneClassSVM(), None),
    ("DecisionTreeClassifier", tree.DecisionTreeClassifier(**KEYS), Y),
    ("DecisionTreeRegressor", tree.DecisionTreeRegressor(max_depth=3), T),
    ("ExtraTreeRegressor", tree.ExtraTreeRegressor(max_depth=3, **KEYS), np.column_stack([T, B])),
    ("RandomForestClassifier", ensemble.RandomForestClassifier(3, **KEYS), Y),
    ("RandomForestRegressor", ensemble.RandomForestRegressor(3, oob_score=True, **KEYS), T),
    ("ExtraTreesClassifier", ensemble.ExtraTreesClassifier(2, **KEYS), np.column_stack([Y, B])),
    ("GradientBoostingClassifier", ensemble.GradientBoostingClassifier(n_estimators=3, **KEYS), Y),
    ("GradientBoostingRegressor", ensemble.GradientBoostingRegressor(n_estimators=3, loss="huber", **KEYS), T),
    ("HistGradientBoostingClassifier", ensemble.HistGradientBoostingClassifier(max_iter=3), Y),
    ("HistGradientBoostingRegressor", ensemble.HistGradientBoostingRegressor(max_iter=3, early_stopping=True), T),
    ("AdaBoostClassifier", ensemble.AdaBoostClassifier(n_estimators=3, **KEYS), Y),
    ("BaggingRegressor", ensemble.BaggingRegressor(n_estimators=3, **KEYS), T),
    ("IsolationForest", ensemble.IsolationForest(n_estimators=3, **KEYS), None),
    ("VotingClassifier", ensemble.VotingClassifier([("a", LOGISTIC), ("b", tree.DecisionTreeClassifier())]), Y),
    ("StackingClassifier", ensemble.StackingClassifier([("a", LOGISTIC), ("b", naive_bayes.GaussianNB())], cv=2), B),
    ("RandomTreesEmbedding", ensemble.RandomTreesEmbedding(2, **KEYS), None),
    ("CalibratedClassifierCV", calibration.CalibratedClassifierCV(svm.LinearSVC(), cv=2), B),
    ("KNeighborsClassifier", neighbors.KNeighborsClassifier(algorithm="kd_tree"), Y),
    ("KNeighborsRegressor", neighbors.KNeighborsRegressor(algorithm="ball_tree", metric="manhattan"), T),
    ("RadiusNeighborsClassifier", neighbors.RadiusNeighborsClassifier(), Y),
    ("NearestCentroid", neighbors.NearestCentroid(), Y),
    ("KernelDensity", neighbors.KernelDensity(), None),
    ("LocalOutlierFactor", neighbors.LocalOutlierFactor(5), None),
    ("NeighborhoodComponentsAnalysis", neighbors.NeighborhoodComponentsAnalysis(max_iter=3, **KEYS), Y),
    ("GaussianNB", naive_bayes.GaussianNB(), Y),
    ("MultinomialNB", naive_bayes.MultinomialNB(), Y),
    ("ComplementNB", naive_bayes.ComplementNB(), Y),
    ("CategoricalNB", naive_bayes.CategoricalNB(), ((X * 3).astype(int), Y)),
    ("LinearDiscriminantAnalysis", discriminant_analysis.LinearDiscriminantAnalysis(), Y),
    ("QuadraticDiscriminantAnalysis", discriminant_analysis.QuadraticDiscriminantAnalysis(), B),
    ("GaussianProcessRegressor", gaussian_process.GaussianProcessRegressor(kernels.RBF() + kernels.WhiteKernel()), T),
    ("GaussianProcessClassifier", gaussian_process.GaussianProcessClassifier(**KEYS), Y),
    ("MLPClassifier", neural_network.MLPClassifier(hidden_layer_sizes=(3, 2), max_iter=3, **KEYS), Y),
    ("MLPRegressor", neural_network.MLPRegressor(hidden_layer_sizes=(3,), early_stopping=True, max_iter=3, **KEYS), T),
    ("BernoulliRBM", neural_network.BernoulliRBM(2, n_iter=2, **KEYS), None),
    ("PLSRegression", cross_decomposition.PLSRegression(), T),
    ("PCA", decomposition.PCA(2), None),
    ("IncrementalPCA", decomposition.IncrementalPCA(2), None),
    ("KernelPCA", decomposition.KernelPCA(2), None),
    ("NMF", decomposition.NMF(2, max_iter=9, **KEYS), None),
    ("FastICA", decomposition.FastICA(2, **KEYS), None),
    ("TruncatedSVD", decomposition.TruncatedSVD(2, **KEYS), None),
    ("LatentDirichletAllocation", decomposition.LatentDirichletAllocation(2, max_iter=2, **KEYS), None),
    ("DictionaryLearning", decomposition.DictionaryLearning(2, max_iter=2, **KEYS), None),
    ("KMeans", cluster.KMeans(3, n_init=1, **KEYS), None),
    ("MiniBatchKMeans", cluster.MiniBatchKMeans(3, n_init=1, **KEYS), None),
    ("DBSCAN", cluster.DBSCAN(eps=0.4), None),
    ("HDBSCAN", cluster.HDBSCAN(copy=True), None),
    ("AgglomerativeClustering", cluster.AgglomerativeClustering(), None),
    ("Birch", cluster.Birch(threshold=0.3), None),
    ("MeanShift", cluster.MeanShift(), None),
    ("SpectralClustering", cluster.SpectralClustering(2, **KEYS), None),
    ("OPTICS", cluster.OPTICS(), None),
    ("AffinityPropagation", cluster.AffinityPropagation(**KEYS), None),
    ("GaussianMixture", mixture.GaussianMixture(2, **KEYS), None),
    ("BayesianGaussianMixture", mixture.BayesianGaussianMixture(n_components=2, **KEYS), None),
    ("EmpiricalCovariance", covariance.EmpiricalCovariance(), None),
    ("EllipticEnvelope", covariance.EllipticEnvelope(**KEYS), None),
    ("Isomap", manifold.Isomap(), None),
    ("TSNE", manifold.TSNE(perplexity=5, max_iter=250, **KEYS), None),
    ("LocallyLinearEmbedding", manifold.LocallyLinearEmbedding(**KEYS), None),
    ("StandardScaler", preprocessing.StandardScaler(), None),
    ("QuantileTransformer", preprocessing.QuantileTransformer(n_quantiles=5), None),
    ("PowerTransformer", preprocessing.PowerTransformer(), None),
    ("SplineTransformer", preprocessing.SplineTransformer(), None),
    ("KBinsDiscretizer", preprocessing.KBinsDiscretizer(3), None),
    ("OneHotEncoder", preprocessing.OneHotEncoder(), (np.array([["a", "x"], ["b", "y"]], dtype=object), None)),
    ("OrdinalEncoder", preprocessing.OrdinalEncoder(), (np.array([["a", "x"], ["b", "y"]]), None)),
    ("TargetEncoder", preprocessing.TargetEncoder(cv=2), ((X * 3).astype(int), T)),
    ("SimpleImputer", impute.SimpleImputer(add_indicator=True), (np.where(X > 0.9, np.nan, X), None)),
    ("KNNImputer", impute.KNNImputer(), (np.where(X > 0.9, np.nan, X), None)),
    ("SelectKBest", feature_selection.SelectKBest(k=2), Y),
    ("RFECV", feature_selection.RFECV(LOGISTIC, cv=2), B),
    ("SequentialFeatureSelector", feature_selection.SequentialFeatureSelector(LOGISTIC, cv=2), B),
    ("GaussianRandomProjection", random_projection.GaussianRandomProjection(2, **KEYS), None),
    ("SparseRandomProjection", random_projection.SparseRandomProjection(2, **KEYS), None),
    ("Nystroem", kernel_approximation.Nystroem(n_components=5, **KEYS), None),
    ("RBFSampler", kernel_approximation.RBFSampler(n_components=5, **KEYS), None),
    ("LabelPropagation", semi_supervised.LabelPropagation(), np.where(RANDOM.rand(40) > 0.5, Y, -1)),
    ("OneVsRestClassifier", multiclass.OneVsRestClassifier(LOGISTIC), Y),
    ("OneVsOneClassifier", multiclass.OneVsOneClassifier(LOGISTIC), Y),
    ("ClassifierChain", multioutput.ClassifierChain(LOGISTIC), np.column_stack([B, 1 - B])),
    ("MultiOutputClassifier", multioutput.MultiOutputClassifier(LOGISTIC), np.column_stack([Y, B])),
    ("IsotonicRegression", isotonic.IsotonicRegression(), (X[:, 0], T)),
    ("DummyClassifier", dummy.DummyClassifier(), Y),
    ("GridSearchCV", model_selection.GridSearchCV(tree.DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=2), Y),
    ("RandomizedSearchCV", model_selection.RandomizedSearchCV(linear_model.Ridge(), {"alpha": [1, 2, 3]}, n_iter=2, cv=2, **KEYS), T),
    ("TransformedTargetRegressor", compose.TransformedTargetRegressor(linear_model.Ridge(), transformer=preprocessing.StandardScaler()), T),
    ("ColumnTransformer", compose.ColumnTransformer([("a", preprocessing.StandardScaler(), [0, 1]), ("b", preprocessing.MinMaxScaler(), slice(2, 4))]), None),
    ("Pipeline", pipeline.Pipeline([("scale", preprocessing.StandardScaler()), ("model", LOGISTIC)]), Y),
    ("FeatureUnion", pipeline.FeatureUnion([("pca", decomposition.PCA(2)), ("scale", preprocessing.MinMaxScaler())]), None),
    ("CountVectorizer", feature_extraction.text.CountVectorizer(), (TEXTS, None)),
    ("TfidfVectorizer", feature_extraction.text.TfidfVectorizer(ngram_range=(1, 2)), (TEXTS, None)),
    ("DictVectorizer", feature_extraction.DictVectorizer(), ([{"age": 3, "name": "Ada"}], None)),
]


def fitted(estimator, target):
    from sklearn.base import clone

    data, target = target if isinstance(target, tuple) else (X, target)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return clone(estimator).fit(data, target)
