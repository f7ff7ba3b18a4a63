//! The fixtures, driven through every layer: each `NAME.pkl` against the `NAME.json` beside it.

mod builtins;
mod cells;
mod command;
mod files;
mod hostile;
mod numpy;
mod pandas;

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

/// One fixture: its name, its bytes, what is expected of it.
pub(crate) struct Fixture {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) bytes: Vec<u8>,
    pub(crate) note: Json,
}

/// The fixtures of one folder, in order of their names.
pub(crate) fn fixtures(folder: &str) -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the folder of fixtures")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "pkl"))
        .collect();
    paths.sort();
    assert!(paths.len() > 20, "only {} fixtures in {}", paths.len(), folder.display());
    paths
        .into_iter()
        .map(|path| {
            let note = std::fs::read_to_string(path.with_extension("json"))
                .unwrap_or_else(|error| panic!("{}: no expectation beside it: {error}", path.display()));
            Fixture {
                name: path.file_stem().expect("a name").to_string_lossy().into_owned(),
                bytes: std::fs::read(&path).expect("a fixture"),
                note: serde_json::from_str(&note)
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display())),
                path,
            }
        })
        .collect()
}

/// Fails once, with all that went wrong: one fixture's fault should not hide another's.
pub(crate) fn report(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_fixture_is_small_and_has_its_expectation() {
    for folder in ["builtins", "library", "numpy", "pandas", "sklearn", "hostile"] {
        for fixture in fixtures(folder) {
            assert!(fixture.bytes.len() < 50_000, "{folder}/{} is too big", fixture.name);
            assert!(fixture.note["what"].is_string(), "{folder}/{} says not what it is", fixture.name);
        }
    }
}
