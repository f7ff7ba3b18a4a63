//! The examples, run: what they print is what their readers are told.

#[allow(dead_code, unreachable_pub, reason = "its `main` prints to standard output; here the rest is called")]
#[path = "../examples/students.rs"]
mod students;

#[allow(dead_code, unreachable_pub, reason = "its `main` prints to standard output; here the rest is called")]
#[path = "../examples/dataframe.rs"]
mod dataframe;

#[allow(dead_code, unreachable_pub, reason = "its `main` prints to standard output; here the rest is called")]
#[path = "../examples/tensor_names.rs"]
mod tensor_names;

#[allow(dead_code, unreachable_pub, reason = "its `main` prints to standard output; here the rest is called")]
#[path = "../examples/coef.rs"]
mod coef;

fn fixture(name: &str) -> String {
    format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn students_are_listed() {
    let mut out = Vec::new();
    students::students(&fixture("builtins/students.pkl"), &mut out).expect("the students");
    let expected = "The first is Alice.\n'Student 1': 'Alice', 20, 3.5\n'Student 2': 'Bob', 22, 3.25\n'Student 3': 'Chloé', 21, 3.9\nThey are 21.0 on average.\n";
    assert_eq!(String::from_utf8(out).expect("text"), expected);
}

#[test]
fn a_model_predicts_as_in_scikit_learn() {
    let note = std::fs::read_to_string(fixture("sklearn/tutorial-1.9.1.json")).expect("a note");
    let note: serde_json::Value = serde_json::from_str(&note).expect("JSON");
    let score = note["score"].as_f64().expect("what scikit-learn's `score` gave");
    let mut said = Vec::new();
    for ending in ["pkl", "joblib"] {
        let model = fixture(&format!("sklearn/tutorial-1.9.1.{ending}"));
        let mut out = Vec::new();
        coef::coef(&model, &fixture("sklearn/tutorial_data-1.9.1.pkl"), &mut out).expect("the model");
        said.push(String::from_utf8(out).expect("text"));
    }
    assert_eq!(said[0], said[1]);
    let (text, r2) = said[0].split_once("R²: ").expect("a score");
    let expected = "LinearRegression of scikit-learn 1.9.1\nintercept: -0.010110\n\
        coefficients: [44.187931, 98.973895, 58.171216]\npredicted: -77.659, was: -77.680\n";
    assert_eq!(text, expected);
    assert!((r2.trim().parse::<f64>().expect("a number") - score).abs() < 1e-12, "{r2} for {score}");
}

#[test]
fn a_frame_is_written_twice_and_timed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut out = Vec::new();
    let path = fixture("pandas/weather.pkl");
    dataframe::dataframe(path.as_ref(), folder.path(), &mut out).expect("the frame");
    let out = String::from_utf8(out).expect("text");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.first(), Some(&"366 rows, 7 columns"));
    assert!(lines.iter().any(|line| line.trim() == "temperature: Float64"), "{out}");
    assert!(lines.iter().any(|line| line.starts_with("pickle: 15728 bytes, read in ")), "{out}");
    assert!(lines.last().is_some_and(|line| line.starts_with("csv: 366 rows, read in ")), "{out}");
    for name in ["frame.parquet", "frame.csv"] {
        assert!(folder.path().join(name).metadata().expect("written").len() > 1000, "{name}");
    }
}

#[test]
fn the_tensors_of_a_checkpoint_are_listed() {
    let mut out = Vec::new();
    tensor_names::tensor_names(&fixture("torch/checkpoint.pt"), &mut out).expect("the tensors");
    let out = String::from_utf8(out).expect("text");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.first(), Some(&"0.weight: float32 [4, 3]"), "{out}");
    assert!(lines.contains(&"2.num_batches_tracked: int64 []"), "{out}");
    assert!(lines.contains(&"38 numbers after epoch 3"), "{out}");
    assert_eq!(lines.last(), Some(&"the mean of 0.bias is -0.008"), "{out}");
}

#[test]
fn what_is_not_there_is_said_with_its_place() {
    let error = students::students(&fixture("builtins/names.pkl"), Vec::new()).expect_err("no students");
    assert!(error.to_string().contains("at byte"), "{error}");
}

#[test]
fn the_example_of_the_readme_is_true() -> unpickle::Result<()> {
    let file = unpickle::open(fixture("builtins/students.pkl"))?;
    let name = file.root().item("Student 1")?.item("Name")?;
    assert_eq!(name.as_str(), Some("Alice"));
    Ok(())
}
