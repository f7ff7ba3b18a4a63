//! The examples, run: what they print is what their readers are told.

#[allow(dead_code, unreachable_pub, reason = "its `main` prints to standard output; here the rest is called")]
#[path = "../examples/students.rs"]
mod students;

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
