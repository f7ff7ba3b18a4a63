//! A dict of dicts, as Python pickles it: who are the students, and how old are they on average?
//!
//! `cargo run --example students [FILE]`

use std::io::Write;

use unpickle::{Error, Result, Value};

/// What the example prints, for a file of `{"Student 1": {"Name": .., "Age": .., "GPA": ..}, ..}`.
pub fn students(path: &str, mut out: impl Write) -> Result<()> {
    let file = unpickle::open(path)?;
    let students = file.root();

    // `get` may find nothing, as in Python.
    if let Some(name) = name(students) {
        writeln!(out, "The first is {name}.")?;
    }

    // `item` says why not: "expected the key 'Age', found .. at byte ..".
    let mut ages = 0;
    let all = students.as_dict().ok_or_else(|| Error::data(students, "a dict of students"))?;
    for (key, student) in all.iter() {
        let age: i64 = student.item("Age")?.extract()?;
        writeln!(out, "{key}: {}, {age}, {}", student.item("Name")?, student.item("GPA")?)?;
        ages += age;
    }
    writeln!(out, "They are {:.1} on average.", ages as f64 / all.len() as f64)?;
    Ok(())
}

fn name(students: Value<'_>) -> Option<&str> {
    students.get("Student 1")?.get("Name")?.as_str()
}

fn main() -> Result<()> {
    let path = std::env::args().nth(1);
    students(path.as_deref().unwrap_or("fixtures/builtins/students.pkl"), std::io::stdout().lock())
}
