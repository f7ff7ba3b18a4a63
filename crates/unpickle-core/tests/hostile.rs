//! Bytes that attack: no panic, no overflow of the stack, memory linear in the input.

use unpickle_core::{Limits, Options, Pickle};

/// Tables of at most 128 bytes for each byte of input, and a little.
fn bounded(bytes: &[u8]) -> Option<Pickle<&[u8]>> {
    let pickle = Pickle::parse(bytes).ok()?;
    assert!(pickle.memory() <= 128 * bytes.len() + (1 << 16), "{} for {}", pickle.memory(), bytes.len());
    // Whatever prints, walks or drops must not recurse either.
    assert!(pickle.root().to_string().len() < 10_000);
    Some(pickle)
}

fn repeat(start: &[u8], middle: &[u8], count: usize, end: &[u8]) -> Vec<u8> {
    [start, &middle.repeat(count), end].concat()
}

#[test]
fn two_hundred_thousand_levels_of_each_container() {
    const DEEP: usize = 200_000;
    for bytes in [
        repeat(b"", b"]", DEEP, &[b"a".repeat(DEEP - 1), b".".to_vec()].concat()),
        repeat(b")", b"\x85", DEEP, b"."),
        repeat(b"", b"(", DEEP, &[b"t".repeat(DEEP), b".".to_vec()].concat()),
        repeat(b"N", b"(K\x01\x91", DEEP, b"."),
        repeat(b"", b"}K\x01", DEEP, &[b"N".to_vec(), b"s".repeat(DEEP), b".".to_vec()].concat()),
        repeat(b"cm\nf\n", b")R", DEEP, b"."),
        repeat(b"cm\nf\n", b")\x81", DEEP, b"."),
        repeat(b"cm\nf\n)R", b"}b", DEEP, b"."),
        repeat(b"", b"cm\nf\n)R", DEEP, &[b"b".repeat(DEEP - 1), b".".to_vec()].concat()),
        repeat(b"K\x01", b"Q", DEEP, b"."),
    ] {
        assert!(bounded(&bytes).is_some(), "{:?}", &bytes[..20]);
    }
}

#[test]
fn doubling_is_not_expanded() {
    // t = (t, t), sixty-four times, by DUP and by the memo
    let by_dup = repeat(b")", b"2\x86", 64, b".");
    assert!(bounded(&by_dup).is_some());
    let by_memo = repeat(b")q\x00", b"h\x00h\x00\x86q\x00", 64, b".");
    assert!(bounded(&by_memo).is_some());
    // As keys they must not take for ever either.
    let key = repeat(b"})", b"2\x86", 64, b"K\x01s.");
    let pickle = bounded(&key).unwrap();
    assert_eq!(pickle.root().len(), 1);
    let probe = Pickle::parse(repeat(b")", b"2\x86", 64, b".")).unwrap();
    assert!(pickle.root().get(probe.root()).is_none() || pickle.root().len() == 1);
}

#[test]
fn claims_of_length_are_not_believed() {
    for bytes in [
        &b"\x8e\xff\xff\xff\xff\xff\xff\xff\xffabc."[..],
        b"\x8d\xff\xff\xff\xff\xff\xff\xff\x7f.",
        b"\x96\xff\xff\xff\xff\xff\xff\xff\xff.",
        b"X\xff\xff\xff\xffabc.",
        b"T\xff\xff\xff\xff.",
        b"\x8b\xff\xff\xff\xff.",
        b"\x8b\x00\x00\x00\x80.",
    ] {
        assert!(Pickle::parse(bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn quadratic_shapes_are_linear() {
    // Each of these would take minutes if it were quadratic.
    let many = 300_000;
    assert!(bounded(&repeat(b"](", b"K\x01K\x02\x86", many, b"e.")).is_some());
    assert!(bounded(&repeat(b"]", b"K\x01a", many, b".")).is_some());
    assert!(
        bounded(&repeat(b"](", &[&b"K\x01".repeat(20)[..], b"\x860"].concat(), many / 10, b"e.")).is_some()
    );
    assert!(bounded(&repeat(b"}", b"K\x01K\x02s", many, b".")).is_some());
    assert!(bounded(&repeat(b"N", b"(1", many, b".")).is_some());
    assert!(bounded(&repeat(b"]", b"(K\x01e", many, b".")).is_some());
    // Runs that are taken apart again at once.
    assert!(bounded(&repeat(b"](", b"K\x01", many, &[b"0".repeat(many), b"e.".to_vec()].concat())).is_some());
}

#[test]
fn a_huge_decimal_is_refused() {
    let bytes = [&b"L"[..], &b"9".repeat(1_000_000), b"L\n."].concat();
    let error = Pickle::parse(&bytes[..]).unwrap_err().to_string();
    assert_eq!(error, "the argument of LONG has more than 100,000 decimal digits at byte 0");
}

#[test]
fn memory_is_bounded_by_the_limit_too() {
    let bytes = repeat(b"](", b"]", 100_000, b"e.");
    let options = Options::new().with_limits(Limits::default().with_memory(100_000));
    let error = options.parse(&bytes[..]).unwrap_err();
    assert!(error.is_limit());
    assert_eq!(error.to_string(), "decoding needs more than the 100000 bytes of memory allowed");
}

#[test]
fn no_prefix_and_no_flipped_byte_panics() {
    // Every opcode is in here somewhere.
    let seed: &[u8] = b"\x80\x04\x95\x10\0\0\0\0\0\0\0](K\x01M\x02\x03J\x04\0\0\0I5\nL6L\n\x8a\x01\x07\x8b\x02\0\0\0\x08\x09\
        F1.5\nG?\xf8\0\0\0\0\0\0S'a'\nU\x01bT\x01\0\0\0cC\x01dB\x01\0\0\0eV\\u0041\nX\x01\0\0\0f\x8c\x01g\x94NI01\n\x88\x89\
        )K\x01\x85K\x01K\x02\x86K\x01K\x02K\x03\x87(K\x01t(K\x01l}K\x01K\x02s(K\x01K\x02d\x8f(K\x01\x90(K\x01\x91cm\nf\n)R\
        }b\x8c\x01m\x8c\x01n\x93)\x81cm\nf\n)}\x92(cm\nf\no(im\nC\nPid\nK\x01Q\x82\x01\x83\x01\0\x84\x01\0\0\0\x97\x98\
        \x96\x01\0\0\0\0\0\0\0x2q\x05h\x05p6\ng6\nr\x07\0\0\0j\x07\0\0\0(K\x011K\x010e.";
    assert!(bounded(seed).is_some());
    for end in 0..seed.len() {
        assert!(Pickle::parse(&seed[..end]).is_err());
    }
    for at in 0..seed.len() {
        for byte in 0..=255 {
            let mut bytes = seed.to_vec();
            bytes[at] = byte;
            bounded(&bytes);
            _ = unpickle_core::dis(&bytes, 0, std::io::sink());
        }
    }
}

#[test]
fn what_the_machine_consumes_is_what_ops_lists() {
    let bytes = b"\x80\x04](K\x01K\x02\x8c\x01a\x94}N\x88seK\x05a.tail";
    let pickle = Pickle::parse(&bytes[..]).unwrap();
    let mut ops = unpickle_core::Ops::new(bytes);
    assert!(ops.by_ref().all(|op| op.is_ok()));
    assert_eq!(ops.offset(), pickle.end());
}
