"""Models of scikit-learn, fitted here and now, by pickle and by joblib: each array as Python has it, bit for bit."""
import pickle
import types

import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from conftest import run
from estimators import B, MODELS, T, X, Y, fitted
from sklearn import ensemble, linear_model, model_selection, neighbors, pipeline, preprocessing, svm, tree
from sklearn.feature_extraction.text import TfidfVectorizer

DUMPS = {"pickle": lambda model, path: path.write_bytes(pickle.dumps(model)), "joblib": joblib.dump, "joblib-zlib": lambda model, path: joblib.dump(model, path, compress=3)}


def state(thing):
    """What an object pickles as its state, if that is a dict or a tuple."""
    if isinstance(thing, (np.ndarray, type, types.FunctionType, types.BuiltinFunctionType)) or sp.issparse(thing):
        return None
    reduced = thing.__reduce_ex__(4)
    return reduced[2] if isinstance(reduced, tuple) and len(reduced) > 2 else None


def step(thing, name):
    """Goes one step of a path, through what `getattr` does not show as well."""
    if isinstance(thing, dict):
        return thing[name] if name in thing else thing[int(name)]
    if sp.issparse(thing):
        return {"shape": np.array(thing.shape), "format": np.array(thing.format.encode())}.get(name, getattr(thing, name, None))
    if isinstance(thing, np.ma.MaskedArray):
        return thing.mask if name == "mask" else np.array(thing.fill_value)
    held = state(thing)
    if name == "dist_metric" and isinstance(held, tuple):
        # Python has no name for it.
        return held[11]
    return held[name] if isinstance(held, dict) and name in held else getattr(thing, name)


def lookup(thing, path):
    """The value at a path as the command spells it: `steps[0][1].mean_`, `estimators_[0,2].tree_.nodes`."""
    rest = path
    while rest:
        if rest.startswith("["):
            inside, rest = rest[1:].split("]", 1)
            thing = thing[tuple(int(index) for index in inside.split(","))] if "," in inside else thing[int(inside)]
        elif rest.startswith("__getstate__()"):
            thing, rest = state(thing), rest[len("__getstate__()") :]
        else:
            # A key may hold dots; the longest that is there counts.
            name = rest.split(".")[0].split("[")[0]
            thing, rest = step(thing, name), rest[len(name) :]
        rest = rest.removeprefix(".")
    return thing


def arrays_of(model):
    """Every array that Python can find in a model, by what it is reached through."""
    # Objects are kept, so that no other gets the number of one that is gone.
    found, seen, todo = [], {}, [model]
    while todo:
        thing = todo.pop()
        if id(thing) in seen or isinstance(thing, (str, bytes, int, float, type(None), np.dtype, np.generic, type)):
            continue
        seen[id(thing)] = thing
        if isinstance(thing, np.ndarray):
            # Arrays of objects are looked through if they hold arrays or models.
            if thing.dtype == object and any(isinstance(cell, (np.ndarray, tree.DecisionTreeRegressor)) for cell in thing.flat):
                todo.extend(thing.flat)
            else:
                found.append(np.ma.getdata(thing))
        elif isinstance(thing, dict):
            todo.extend(thing.values())
        elif isinstance(thing, (list, tuple, set)):
            todo.extend(thing)
        elif sp.issparse(thing):
            found.extend([thing.data, thing.indices, thing.indptr])
        elif not isinstance(thing, (np.random.RandomState, np.random.Generator, slice)):
            todo.append(state(thing))
    return found


def content(array):
    """The bytes of the elements; of a structure without its padding, which is whatever memory held."""
    array = np.ascontiguousarray(array)
    if array.dtype.names:
        return b"".join(np.ascontiguousarray(array[name]).tobytes() for name in array.dtype.names)
    return array.tobytes()


def same(found, expected):
    expected = np.ma.getdata(expected)
    if expected.dtype == object:
        # Texts, bytes or numbers of one kind are written as such.
        return found.shape == expected.shape and found.tolist() == expected.tolist()
    return (found.dtype, found.shape) == (expected.dtype, expected.shape) and content(found) == content(expected)


@pytest.mark.parametrize("name, estimator, target", MODELS, ids=[model[0] for model in MODELS])
def test_arrays_of_a_model_are_bit_for_bit_those_of_python(name, estimator, target, tmp_path):
    model = fitted(estimator, target)
    for how, dump in DUMPS.items():
        path, out = tmp_path / f"{name}.{how}", tmp_path / f"{name}-{how}.npz"
        dump(model, path)
        # What is loaded shares what the file shares.
        loaded = joblib.load(path) if "joblib" in how else pickle.loads(path.read_bytes())
        expected = arrays_of(loaded)
        done = run(path, out)
        if not expected:
            assert done.returncode != 0
            continue
        assert done.returncode == 0, done.stderr.decode()
        written = np.load(out)
        for key in written:
            assert same(written[key], np.asarray(lookup(loaded, key))), f"{how}: {key}"
        # And none is missing.
        held = {content(written[key]) for key in written}
        missing = [array for array in expected if array.dtype != object and content(array) not in held]
        assert missing == [], how


PATHS = [
    (pipeline.Pipeline([("scale", preprocessing.StandardScaler()), ("model", linear_model.LogisticRegression())]), Y, ["named_steps.scale.mean_", "named_steps['model'].coef_", "steps[1][1].intercept_", "[-1].coef_[:, 1]", "classes_", "[0].n_samples_seen_"]),
    (ensemble.RandomForestClassifier(3), Y, ["estimators_[2].tree_.threshold", "estimators_[-1].tree_.value", "[0].tree_.children_left", "classes_"]),
    (ensemble.GradientBoostingClassifier(n_estimators=2), Y, ["estimators_[0, 0].tree_.feature", "estimators_[1][2].tree_.impurity", "estimators_.T[2, 1].tree_.n_node_samples"]),
    (svm.SVC(), Y, ["n_support_", "support_", "dual_coef_"]),
    (svm.SVR(), T, ["n_support_", "intercept_"]),
    (ensemble.HistGradientBoostingClassifier(max_iter=2), B, ["_predictors[1][0].nodes['gain']", "_bin_mapper.bin_thresholds_[0]"]),
    (neighbors.KNeighborsClassifier(algorithm="kd_tree"), Y, ["_fit_X", "classes_"]),
    (TfidfVectorizer(), (["a bird", "the bird"], None), ["idf_", "_tfidf.idf_"]),
    (linear_model.LogisticRegressionCV(Cs=2, cv=2), Y, ["coefs_paths_[1]", "scores_[2][0, :]"]),
]


@pytest.mark.parametrize("estimator, target, paths", PATHS, ids=[type(model[0]).__name__ for model in PATHS])
def test_paths_lead_where_python_goes(estimator, target, paths, tmp_path):
    model = fitted(estimator, target)
    joblib.dump(model, tmp_path / "model.joblib")
    for path in paths:
        done = run(tmp_path / "model.joblib", tmp_path / "out.npy", "-f", "-k", path)
        assert done.returncode == 0, done.stderr.decode()
        expected = eval("model" + ("" if path.startswith("[") else ".") + path, {"model": model})
        assert same(np.load(tmp_path / "out.npy"), np.asarray(expected)), path


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64, bool, np.int8])
@pytest.mark.parametrize("form", "csr csc bsr coo dia lil dok".split())
def test_sparse_matrices_of_every_format_are_files_that_scipy_reads(form, kind, tmp_path):
    dense = np.array([[0, 1.5, 0], [2, 0, 0], [0, 0, 0], [0, 3, 7]]).astype(kind)
    for name in (form + "_matrix", form + "_array"):
        matrix = getattr(sp, name)(dense)
        (tmp_path / "m.pkl").write_bytes(pickle.dumps(matrix))
        done = run(tmp_path / "m.pkl", tmp_path / "m.npz", "-f")
        assert done.returncode == 0, done.stderr.decode()
        read = sp.load_npz(tmp_path / "m.npz")
        assert read.format == ("coo" if form in ("lil", "dok") else form)
        assert isinstance(read, sp.sparray) == isinstance(matrix, sp.sparray)
        assert (read.dtype, read.shape) == (matrix.dtype, matrix.shape)
        assert (read.toarray() == dense).all()


def test_the_results_of_a_search_are_the_table_that_pandas_makes_of_them(tmp_path):
    """Parameters are masked arrays, masked where a candidate has no such parameter."""
    search = model_selection.GridSearchCV(linear_model.Ridge(), [{"alpha": [0.5, 2.0]}, {"max_iter": [7]}], cv=2).fit(X, T)
    joblib.dump(search, tmp_path / "search.joblib")
    done = run(tmp_path / "search.joblib", tmp_path / "out.parquet", "-k", "cv_results_")
    assert done.returncode == 0, done.stderr.decode()
    found, expected = pd.read_parquet(tmp_path / "out.parquet"), pd.DataFrame(search.cv_results_)
    assert list(found.columns) == list(expected.columns)
    for name in expected.columns.drop("params"):
        assert found[name].isna().tolist() == expected[name].isna().tolist(), name
        assert found[name].dropna().tolist() == expected[name].dropna().tolist(), name


def test_old_modules_are_told_as_those_that_there_are():
    """Each module of the table exists in the scikit-learn installed here."""
    import importlib
    import re

    from conftest import ROOT

    table = (ROOT / "crates/unpickle-sklearn/src/modules.rs").read_text(encoding="utf-8")
    modules = {new for _, new in re.findall(r'\("([\w.]+)", "(sklearn[\w.]+)"\),', table)}
    assert len(modules) > 100
    for module in modules:
        importlib.import_module(module)


def test_a_vocabulary_of_many_words_is_found_by_its_words(tmp_path):
    words = {f"word{i}": np.int64(i) for i in range(200_000)}
    model = TfidfVectorizer().fit(["a bird"])
    model.vocabulary_ = words
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(model))
    done = run(tmp_path / "model.pkl", tmp_path / "out.npy", "-k", "vocabulary_['word123456']")
    assert done.returncode == 0, done.stderr.decode()
    assert np.load(tmp_path / "out.npy") == 123456
