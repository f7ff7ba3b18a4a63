//! What Python found at each path of each fixture, found again.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use unpickle_core::{Pickle, Result, Value, View};
use unpickle_numpy::{Cell, NdArray, Scalar};
use unpickle_sklearn::{Estimator, Item, Kernel, Sparse, at, is_estimator};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/sklearn")
}

/// The pickle of this name and the note beside it.
pub(crate) fn fixture(name: &str) -> (Pickle<Vec<u8>>, Json) {
    let path = folder().join(format!("{name}.pkl"));
    let pickle = Pickle::parse(std::fs::read(&path).expect("a fixture")).expect("a pickle");
    (pickle, note(name))
}

/// The note of this name.
pub(crate) fn note(name: &str) -> Json {
    let text = std::fs::read_to_string(folder().join(format!("{name}.json"))).expect("a note");
    serde_json::from_str(&text).expect("JSON")
}

/// The names of all fixtures that have paths.
fn names() -> Vec<String> {
    let names = std::fs::read_dir(folder()).expect("the folder").map(|entry| entry.expect("an entry").path());
    let names = names.filter(|path| path.extension().is_some_and(|ending| ending == "pkl"));
    let mut names: Vec<String> =
        names.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A cell as `models.py` writes it.
pub(crate) fn cell(cell: Cell<'_>) -> Json {
    match cell {
        Cell::Bool(value) => json!(value),
        Cell::Int(value) => json!(value.to_string()),
        Cell::UInt(value) => json!(value.to_string()),
        Cell::Float32(value) => float(value.into()),
        Cell::Float64(value) => float(value),
        Cell::Str(text, _) => json!(String::from_utf8(text).expect("text")),
        Cell::Bytes(bytes) => json!(String::from_utf8_lossy(bytes)),
        Cell::Array(array) => {
            let fields: Vec<String> = array.dtype().fields().iter().map(|field| field.name.clone()).collect();
            let fields =
                fields.iter().map(|name| array.field(name).expect("a field").cell(0).map(self::cell));
            fields.map(|field| field.unwrap_or_default()).collect()
        }
        Cell::Object(value) => plain(value),
        other => panic!("{other:?}"),
    }
}

fn float(value: f64) -> Json {
    if value.is_nan() { json!("NaN") } else { json!(format!("{value:?}")) }
}

fn plain(value: Value<'_>) -> Json {
    if let Ok(scalar) = value.extract::<Scalar<'_>>() {
        return scalar.cell().map_or(Json::Null, cell);
    }
    match value.view() {
        View::Bool(value) => json!(value),
        View::Int(value) => json!(value.to_string()),
        View::Float(value) => float(value),
        _ => value.as_text().map_or(json!({"$any": ""}), |text| json!(text)),
    }
}

/// Equal, where floats are compared as numbers and any object is as good as another.
pub(crate) fn same(expected: &Json, found: &Json) -> bool {
    match (expected, found) {
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Json::Object(left), Json::Object(right)) if left.contains_key("$any") => right.contains_key("$any"),
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| same(left, right)))
        }
        (Json::String(left), Json::String(right)) => {
            let number = |text: &str| text.parse::<f64>().ok().map(f64::to_bits);
            left == right || number(left).is_some_and(|left| number(right) == Some(left))
        }
        _ => expected == found,
    }
}

fn array(array: &NdArray<'_>) -> Json {
    let cells: Vec<Json> = (0..array.len()).map(|i| array.cell(i).map_or(json!("no cell"), cell)).collect();
    json!({"dtype": array.dtype().to_string(), "shape": array.shape(), "cells": cells})
}

/// The dense form of a sparse matrix, whatever its dtype.
fn dense(sparse: &Sparse<'_>) -> Result<Json> {
    fn cells<T: unpickle_numpy::Element + std::ops::Add<Output = T> + Into<f64>>(
        sparse: &Sparse<'_>,
    ) -> Result<Json> {
        let dense = sparse.to_dense::<T>(1_000)?;
        let cells: Vec<Json> = dense.iter().map(|&cell| float(cell.into())).collect();
        Ok(json!({"dtype": sparse.dtype().to_string(), "shape": dense.shape(), "cells": cells}))
    }
    match sparse.dtype().to_string().as_str() {
        "float32" => cells::<f32>(sparse),
        "int64" => {
            let dense = sparse.to_dense::<i64>(1_000)?;
            let cells: Vec<Json> = dense.iter().map(|cell| json!(cell.to_string())).collect();
            Ok(json!({"dtype": "int64", "shape": dense.shape(), "cells": cells}))
        }
        _ => cells::<f64>(sparse),
    }
}

/// What stands at a path, as JSON of the form that is expected.
fn describe(item: &Item<'_>, form: &str) -> Result<Json> {
    let value = item.value();
    Ok(match form {
        "array" => array(&item.array()?),
        "sparse" => dense(&item.extract()?)?,
        "kernel" => json!(item.extract::<Kernel<'_>>()?.to_text()?),
        "estimator" => {
            let estimator: Estimator<'_> = item.extract()?;
            assert!(is_estimator(estimator.origin()));
            assert!(estimator.sklearn_version().is_some());
            json!(estimator.class())
        }
        "plain" => match item {
            Item::Int(int) => json!(int.to_string()),
            item => plain(item.value().expect("a value")),
        },
        "names" => {
            let mut names: Vec<String> = match item {
                Item::Named(named) => named.iter().map(|(name, _)| name.to_owned()).collect(),
                item => {
                    let keys = item.value().and_then(Value::as_dict).expect("a dict").keys();
                    keys.map(|key| key.extract()).collect::<Result<_>>()?
                }
            };
            names.sort();
            json!(names)
        }
        "any" => {
            assert!(value.is_some());
            Json::Null
        }
        form => panic!("{form}"),
    })
}

#[test]
fn paths_lead_where_python_goes() {
    let mut faults = Vec::new();
    let mut count = 0;
    for name in names().iter().filter(|name| !name.starts_with("random")) {
        let (pickle, note) = fixture(name);
        for (path, expected) in note["paths"].as_object().expect("paths") {
            count += 1;
            let (form, expected) = expected
                .as_object()
                .and_then(|note| note.iter().rfind(|(form, _)| *form != "format"))
                .expect("a form");
            let expected = if form == "any" { &Json::Null } else { expected };
            match at(pickle.root(), path).and_then(|item| describe(&item, form)) {
                Ok(found) if same(expected, &found) => {}
                Ok(found) => faults.push(format!("{name} `{path}`: {found}, expected {expected}")),
                Err(error) => faults.push(format!("{name} `{path}`: {error}")),
            }
        }
    }
    assert!(faults.is_empty(), "{} faults of {count}:\n{}", faults.len(), faults.join("\n"));
    assert!(count > 700, "only {count} paths");
}

#[test]
fn formats_of_sparse_matrices_are_told() {
    for version in ["0.18.2", "0.24.2", "1.3.2", "1.9.1"] {
        let (pickle, note) = fixture(&format!("sparse-{version}"));
        for (path, expected) in note["paths"].as_object().expect("paths") {
            if let Some(format) = expected.get("format") {
                let sparse: Sparse<'_> =
                    at(pickle.root(), path).and_then(|item| item.extract()).expect("a sparse matrix");
                assert_eq!(json!(sparse.format().name()), *format, "{version} {path}");
                assert_eq!(
                    sparse.is_array(),
                    ["array", "column", "lists", "line"].iter().any(|name| path.contains(name)),
                    "{path}"
                );
            }
        }
    }
}

#[test]
fn modules_are_folded_into_todays() {
    for version in ["0.18.2", "0.24.2", "1.3.2", "1.9.1"] {
        let (pickle, _) = fixture(&format!("linear-{version}"));
        let model: Estimator<'_> = pickle.root().extract().expect("an estimator");
        assert_eq!(model.module(), "sklearn.linear_model._base");
        assert_eq!(model.sklearn_version().as_deref(), Some(version));
        assert_eq!(model.raw_module() == model.module(), version != "0.18.2");
        let fitted: Vec<_> = model.fitted().map(|(name, _)| name).collect();
        assert!(fitted.contains(&"coef_".into()) && !fitted.contains(&"fit_intercept".into()), "{fitted:?}");
        assert!(model.params().any(|(name, _)| name == "fit_intercept"));
    }
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let (pickle, _) = fixture("pipeline-1.9.1");
    let fails = |path: &str, message: &str| {
        let error = at(pickle.root(), path).expect_err(path).to_string();
        assert!(error.contains(message), "{path}: {error}");
    };
    fails(
        "named_steps.scale.mean",
        "no attribute `mean` in a sklearn.preprocessing._data.StandardScaler; did you mean `mean_`?",
    );
    fails("named_steps.scale.mean", "(named_steps.scale)");
    fails("named_steps.scaler", "no `scaler` among the named estimators; did you mean `scale`?");
    fails("named_step", "did you mean `named_steps`?");
    fails("steps[2]", "no item 2 in a list of 2");
    fails("steps[1][1].coef_[0, 9]", "no index 9 on axis 1 of a numpy array, which has 3");
    fails("steps[1][1].coef_[0, 0, 0]", "3 indexes for a numpy array of 2 dimensions");
    fails("steps[1][1].coef_.shape", "no attribute `shape` in a numpy array");
    fails("steps['a']", "items of a list are found by one number");
    fails("verbose.x", "no attribute `x` in a value of kind bool");
    let (pickle, _) = fixture("svm-1.9.1");
    let error = at(pickle.root(), "['svc'].coef_").unwrap_err().to_string();
    assert!(error.contains("`coef_` is computed by scikit-learn and not in the pickle"), "{error}");
    let (pickle, _) = fixture("trees-0.18.2");
    let error = at(pickle.root(), "['classifier'].tree_.missing_go_to_left").unwrap_err().to_string();
    assert!(error.contains("before scikit-learn 1.3"), "{error}");
}
