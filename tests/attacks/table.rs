//! All attacks, and the table of them in `docs/attacks.md`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::attack::{Attack, decoding_takes};
use crate::command::Folder;
use crate::{arrays, bombs, deep, doubling, frames, joblib, lengths, memo, quadratic, torch, zip};

/// All attacks, one list after the other.
pub(crate) fn all() -> Vec<Attack> {
    classes().into_iter().flat_map(|(_, attacks)| attacks).collect()
}

fn classes() -> Vec<(&'static str, Vec<Attack>)> {
    vec![
        ("Lengths that are not there", lengths::attacks()),
        ("Memo", memo::attacks()),
        ("Depth", deep::attacks()),
        ("Doubling", doubling::attacks()),
        ("More work than bytes", quadratic::attacks()),
        ("Arrays", arrays::attacks()),
        ("Frames", frames::attacks()),
        ("joblib", joblib::attacks()),
        ("PyTorch", torch::attacks()),
        ("Zip and tar", zip::attacks()),
        ("Bombs", bombs::attacks()),
    ]
}

const PAGE: &str = "docs/attacks.md";
const BEGIN: &str = "<!-- attacks -->\n";
const END: &str = "<!-- /attacks -->\n";

fn page() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE)).expect("the page")
}

/// `cargo test --test attacks -- --ignored` measures all attacks and writes the table.
#[test]
#[ignore = "writes docs/attacks.md"]
fn write_the_table() {
    let mut table = String::new();
    for (class, attacks) in classes() {
        write!(table, "\n**{class}**\n\n| | bytes | `pkl2parquet` says | decoding | memory | time |\n|---|---:|---|---:|---:|---:|\n").unwrap();
        for attack in attacks {
            let folder = Folder::new(&attack, &());
            let bytes = attack.bytes();
            let (decoding, done) = (decoding_takes(&bytes), attack.convert(&folder));
            let (name, says) = (&attack.name, escaped(&done.says()));
            let memory = folder.memory(Attack::CONVERT) as f64 / 1e6;
            let (length, decoding) = (size(bytes.len()), size(decoding));
            writeln!(
                table,
                "| {name} | {length} | {says} | {decoding} | {memory:.0} MB | {:.2} s |",
                done.processor
            )
            .unwrap();
        }
    }
    let page = page();
    let (before, rest) = page.split_once(BEGIN).expect("a place for the table");
    let (_, after) = rest.split_once(END).expect("its end");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    std::fs::write(path, format!("{before}{BEGIN}{table}\n{END}{after}")).expect("the page");
}

/// The files themselves, for other programs to be tried on: `ATTACKS=FOLDER cargo test --test attacks -- --ignored files`.
#[test]
#[ignore = "writes into the folder that ATTACKS says"]
fn write_the_files() {
    let folder = std::env::var_os("ATTACKS").expect("ATTACKS: a folder");
    for (i, attack) in all().iter().enumerate() {
        let name: String =
            attack.name.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '-' }).collect();
        let path = Path::new(&folder).join(format!("{i:03}-{name}.{}", attack.ending));
        std::fs::write(path, attack.bytes()).expect("a file");
    }
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// As it stands in a cell of the table.
pub(crate) fn escaped(text: &str) -> String {
    let text = text.replace('|', "\\|").replace('<', "&lt;");
    let short: String = text.chars().take(200).collect();
    if short == text { text } else { format!("{short}…") }
}

/// What the page says that is said, of each attack.
pub(crate) fn said() -> HashMap<String, String> {
    let page = page();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" s |"));
    rows.map(|row| {
        let cells: Vec<&str> = row.split(" | ").collect();
        let [name, _, says, ..] = *cells else { panic!("{row}") };
        (name.to_owned(), says.to_owned())
    })
    .collect()
}

#[test]
fn the_page_lists_every_attack_and_nothing_else() {
    let said = said();
    let (listed, mut attacks): (Vec<_>, Vec<_>) = (said.keys().collect(), all());
    attacks.retain(|attack| !said.contains_key(&attack.name));
    assert!(attacks.is_empty(), "not in {PAGE}: {}", attacks[0].name);
    assert_eq!(listed.len(), all().len(), "{PAGE} tells of others, or two have one name");
}
