//! The machine and the lister of opcodes read the same bytes as the same opcodes.

use std::collections::HashSet;

use unpickle::core::{Category, Ops, Options, dis};

/// # Panics
///
/// The property does not hold.
pub fn check(data: &[u8]) {
    let mut ops = Ops::new(data);
    let mut starts = HashSet::new();
    let mut failed = None;
    for op in ops.by_ref() {
        match op {
            Ok((at, _)) => _ = starts.insert(at),
            Err(error) => failed = Some(error),
        }
    }

    let mut listing = Vec::new();
    let listed = dis(data, 0, &mut listing);
    assert_eq!(listed.as_ref().err().map(ToString::to_string), failed.as_ref().map(ToString::to_string));
    assert_eq!(listing.iter().filter(|&&byte| byte == b'\n').count(), starts.len());

    match (Options::new().parse(data), failed) {
        (Ok(_), Some(error)) => panic!("decoded, but not listed: {error}"),
        (Ok(pickle), None) => assert_eq!((pickle.end(), listed.ok()), (ops.offset(), Some(pickle.end()))),
        (Err(error), failed) => {
            let at = error.offset().expect("the byte that an error is about");
            let end = failed.as_ref().and_then(|failed| failed.offset());
            match failed {
                // The same byte is no opcode, or one of a protocol to come, or its argument is cut short.
                Some(failed) if Some(at) == end => match error.category() {
                    Category::Unsupported => assert_eq!(failed.category(), Category::Syntax),
                    category => assert_eq!(category, failed.category()),
                },
                _ => {
                    assert!(starts.contains(&at), "no opcode at the byte of: {error}");
                    assert!(end.is_none_or(|end| at < end), "{error}");
                    assert_ne!(error.category(), Category::Eof, "{error}");
                }
            }
        }
    }
}
