//! Outputs that are links, or the input under another name.

use std::fs;
use std::os::unix::fs::symlink;

use crate::cli::{folder, refuses, writes};
use crate::util::{command, names};

#[test]
fn a_link_stays_one_and_what_it_leads_to_is_written() {
    let folder = folder();
    let path = folder.path();
    fs::create_dir_all(path.join("far/away")).unwrap();
    fs::write(path.join("far/old.csv"), "old").unwrap();
    symlink("far/old.csv", path.join("one.csv")).unwrap();
    symlink("one.csv", path.join("two.csv")).unwrap();
    writes(path, &["records.pkl", "two.csv"], "two.csv");
    assert!(path.join("one.csv").is_symlink() && path.join("two.csv").is_symlink());
    assert!(fs::read(path.join("far/old.csv")).unwrap().starts_with(b",id,"));

    // Nothing is there yet: it is made where the link leads, as opening it would.
    symlink("../new.csv", path.join("far/away/link.csv")).unwrap();
    writes(path, &["records.pkl", "far/away/link.csv"], "far/new.csv");
    assert!(path.join("far/away/link.csv").is_symlink());
    assert_eq!(names(&path.join("far")), ["away", "new.csv", "old.csv"]);
}

#[test]
fn links_that_lead_nowhere_are_refused() {
    let folder = folder();
    let path = folder.path();
    symlink("b.csv", path.join("a.csv")).unwrap();
    symlink("a.csv", path.join("b.csv")).unwrap();
    refuses(path, &["records.pkl", "a.csv"], &["a.csv: too many links"]);
    symlink("no/c.csv", path.join("c.csv")).unwrap();
    refuses(path, &["records.pkl", "c.csv"], &["c.csv: the folder no does not exist; create it first"]);
    fs::create_dir(path.join("folder")).unwrap();
    symlink("folder", path.join("d.csv")).unwrap();
    refuses(path, &["records.pkl", "d.csv"], &["d.csv: it is a directory; `-d d.csv` writes into it"]);
    // A derived name is not taken from anybody, be it a link to nothing.
    symlink("elsewhere.csv", path.join("records.csv")).unwrap();
    refuses(path, &["records.pkl", "--to", "csv"], &["records.csv: it exists, as a link; --force"]);
    writes(path, &["records.pkl", "--to", "csv", "--force"], "elsewhere.csv");
}

#[test]
fn the_input_is_known_under_every_name() {
    let folder = folder();
    let path = folder.path();
    let before = fs::read(path.join("records.pkl")).unwrap();
    symlink("records.pkl", path.join("link.csv")).unwrap();
    fs::hard_link(path.join("records.pkl"), path.join("hard.csv")).unwrap();
    refuses(path, &["records.pkl", "link.csv"], &["link.csv: it is the input itself"]);
    refuses(path, &["records.pkl", "hard.csv"], &["hard.csv: it is the input itself"]);
    refuses(path, &["link.csv", "records.pkl", "--to", "csv"], &[]);
    let stdin = fs::File::open(path.join("records.pkl")).unwrap();
    let done = command(path).args(["-", "hard.csv"]).stdin(stdin).output().unwrap();
    let said = "pkl2parquet: standard input: hard.csv: it is the input itself; choose another name\n";
    assert_eq!((done.status.code(), &*String::from_utf8_lossy(&done.stderr)), (Some(2), said));
    assert_eq!(fs::read(path.join("records.pkl")).unwrap(), before);
}
