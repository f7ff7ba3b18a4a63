//! Bytes that are wrong on purpose: an error of the right sort, no panic, little memory.

use unpickle_core::{Category, Limits, Ops, Options};

use super::{fixtures, report};

#[test]
fn wrong_bytes_are_errors_of_the_right_sort() {
    let mut faults = Vec::new();
    for fixture in fixtures("hostile") {
        let expected = fixture.note["error"].as_str().expect("a category, any or none");
        // A file of a few kilobytes needs no more than this; one that claims petabytes gets no more either.
        let limits = Limits::default().with_memory(64 << 20);
        let found = match Options::new().with_limits(limits).parse(&fixture.bytes[..]) {
            Ok(pickle) => {
                // All that walks the value must come to an end too.
                let _ = pickle.root().repr().to_string();
                "none"
            }
            Err(error) => {
                let text = error.to_string();
                if text.is_empty() || text.ends_with('.') || text.contains('\n') {
                    faults.push(format!("{}: says {text:?}", fixture.name));
                }
                match error.category() {
                    Category::Io => "io",
                    Category::Eof => "eof",
                    Category::Syntax => "syntax",
                    Category::Data => "data",
                    Category::Unsupported => "unsupported",
                    Category::Limit => "limit",
                    _ => "another",
                }
            }
        };
        if expected != found && expected != "any" {
            faults.push(format!("{} ({}): {found}, expected {expected}", fixture.name, fixture.note["what"]));
        }
        let _ = Ops::new(&fixture.bytes).count();
    }
    report(&faults);
}

#[test]
fn two_hundred_thousand_lists_in_one_another_are_read_printed_and_dropped() {
    let mut bytes = vec![b']'; 200_000];
    bytes.extend(vec![b'a'; 199_999]);
    bytes.push(b'.');
    let pickle = unpickle_core::Pickle::parse(&bytes[..]).expect("a deep pickle");
    assert!(pickle.root().repr().to_string().starts_with("[["));
}

#[test]
fn every_cut_of_a_frame_is_an_error() {
    let frame = fixtures("pandas").into_iter().find(|one| one.name == "numeric-2.2.3").expect("the frame");
    for end in 0..frame.bytes.len() {
        assert!(
            unpickle_core::Pickle::parse(frame.bytes.get(..end).expect("a cut")).is_err(),
            "cut at {end}"
        );
    }
}
