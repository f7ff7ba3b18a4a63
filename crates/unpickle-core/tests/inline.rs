//! What stands beside the opcodes.

use std::sync::Arc;

use unpickle_core::{Category, Inline, LazyBytes, Object, Options, Payload, Result};

/// Objects of the class `a.B`, whose state is a dict of a payload's numbers.
struct Told;

impl Inline for Told {
    fn follows(&self, module: &str, name: &str) -> bool {
        (module, name) == ("a", "B")
    }

    fn after_build(&self, object: Object<'_>, _: &[u8], at: usize) -> Result<Option<Payload>> {
        let number = |name| object.attr(name).and_then(|value| value.as_usize());
        Ok(match (number("size"), number("next"), number("pickle")) {
            (Some(size), next, _) => {
                let part = at..at.saturating_add(size);
                Some(Payload::Bytes { next: next.unwrap_or(part.end), part })
            }
            (_, next, Some(skip)) => Some(Payload::Pickle { start: at + skip, next }),
            _ => None,
        })
    }
}

/// An object of `a.B` with this state, and what follows its BUILD.
fn pickle(state: &[u8], rest: &[u8]) -> Vec<u8> {
    [b"ca\nB\n)\x81}", state, b"b", rest].concat()
}

fn shown(bytes: &[u8]) -> String {
    match Options::new().with_inline(&Told).parse(bytes) {
        Ok(pickle) => pickle.root().to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn bytes_and_pickles_may_follow_a_build() {
    assert_eq!(shown(&pickle(b"U\x04sizeK\x03s", b"....")), "a.B() <- {'size': 3} <- <buffer of 3 bytes>");
    assert_eq!(shown(&pickle(b"U\x06pickleK\0s", b"\x80\x02]q\0K\x05a..")), "a.B() <- {'pickle': 0} <- [5]");
    assert_eq!(shown(&pickle(b"", b".")), "a.B() <- {}");
    // Also as protocols 0 and 1 make objects.
    let old = b"ccopy_reg\n_reconstructor\n(ca\nB\nc__builtin__\nobject\nNtR(dVsize\nI1\nsb....";
    assert_eq!(shown(old), "a.B() <- {'size': 1} <- <buffer of 1 bytes>");
}

#[test]
fn a_pickle_behind_a_build_has_a_memo_of_its_own() {
    let inner = b"U\x01xq\x01h\x01\x86.";
    let bytes = [b"U\x01yq\x01ca\nB\n)\x81}U\x06pickleK\0sb", &inner[..], b"h\x01\x86\x86."].concat();
    assert_eq!(shown(&bytes), "('y', (a.B() <- {'pickle': 0} <- ('x', 'x'), 'y'))");
}

#[test]
fn nothing_is_inline_in_a_pickle_behind_a_build() {
    let inner = pickle(b"U\x04sizeK\x01s", b".");
    let bytes = pickle(b"U\x06pickleK\0s", &[&inner[..], b"."].concat());
    assert_eq!(shown(&bytes), "a.B() <- {'pickle': 0} <- a.B() <- {'size': 1}");
}

#[test]
fn data_beyond_the_end_or_backwards_is_refused() {
    let all = pickle(b"U\x04sizeJ\0\0\0\x7fs", b"...");
    assert_eq!(
        shown(&all),
        "expected 2130706432 bytes of data, found 3 before the end of the file at byte 21"
    );
    let all = pickle(b"U\x04sizeK\x01sU\x04nextK\x02s", b"...");
    assert_eq!(shown(&all), "the data after a BUILD ends before it begins at byte 27");
    let all = pickle(b"U\x06pickleM\xff\xffs", b"...");
    assert!(shown(&all).starts_with("pickle ends before its STOP opcode"), "{}", shown(&all));
}

#[test]
fn a_pickle_must_end_in_its_part() {
    let error = Options::new().assemble(&b"K\x01."[..], |it| it.pickle(0..2).map(|(id, _)| id)).unwrap_err();
    assert_eq!((error.category(), error.offset()), (Category::Eof, Some(2)));
}

#[test]
fn a_persistent_id_stands_for_what_was_loaded() {
    let pickle = Options::new()
        .assemble(&b"U\x03keyQ.abc"[..], |it| {
            let (root, end) = it.pickle(0..7)?;
            let bytes = it.part(end..end + 3)?;
            for id in it.persistent_ids() {
                it.set_loaded(id, bytes)?;
            }
            assert!(it.set_loaded(bytes, root).is_err());
            Ok(root)
        })
        .unwrap();
    assert_eq!(pickle.root().loaded().and_then(|bytes| bytes.as_bytes()), Some(&b"abc"[..]));
}

#[test]
fn lazy_bytes_are_made_when_they_are_asked_for() {
    struct Broken;
    impl LazyBytes for Broken {
        fn len(&self) -> u64 {
            1 << 60
        }
        fn bytes(&self) -> Result<&[u8]> {
            Err(unpickle_core::Error::message(Category::Data, "broken"))
        }
    }
    let pickle = Options::new().assemble(&b""[..], |it| it.lazy(Arc::new(Broken))).unwrap();
    assert_eq!(pickle.root().to_string(), "<buffer of 1152921504606846976 bytes>");
    assert_eq!(pickle.root().as_bytes(), None);
    assert_eq!(pickle.root().load().unwrap_err().to_string(), "broken");
}

#[test]
fn buffers_of_the_file_are_not_those_of_the_caller() {
    let bytes = [&pickle(b"U\x04sizeK\x01s", b"x")[..], b"\x97\x86."].concat();
    assert!(shown(&bytes).ends_with("<buffer that was not given>)"), "{}", shown(&bytes));
}
