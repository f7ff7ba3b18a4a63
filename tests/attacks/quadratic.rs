//! Work that could grow faster than the bytes.

use crate::attack::{Attack, check};
use crate::pickle::pickle;

pub(crate) fn attacks() -> Vec<Attack> {
    vec![
        Attack::new("1,000,000 APPENDs to the list below", || {
            pickle().raw(b"]").times(1_000_000, b"Na").stop()
        }),
        Attack::new("1,000,000 MARKs and POP_MARKs", || {
            pickle().raw(b"N").times(100_000, b"(").times(1_000_000, b"(1").times(100_000, b"1").stop()
        }),
        Attack::new("200,000 APPENDSs of nothing beneath 200,000 MARKs", || {
            pickle()
                .raw(b"]")
                .times(200_000, b"(")
                .raw(b"]")
                .times(200_000, b"(e")
                .times(200_001, b"0")
                .stop()
        }),
        Attack::new("two lists that grow in turn", || {
            pickle().raw(b"]q\x000]q\x010").times(300_000, b"h\0Na0h\x01Na0").raw(b"h\0").stop()
        }),
        Attack::new("1,000 lists that grow in turn", || {
            let lists = (0..1_000_u32).fold(pickle(), |out, i| out.raw(b"]").put(i).raw(b"0"));
            (0..500_000_u32).fold(lists, |out, i| out.get(i % 1_000).raw(b"Na0")).get(0).stop()
        }),
        Attack::new("1,000,000 SETITEMs of one key", || {
            pickle().raw(b"}").times(1_000_000, b"K\x01Ns").stop()
        }),
        Attack::new("1,000,000 pairs of one key", || {
            pickle().raw(b"}(").times(1_000_000, b"\x8c\x01aN").raw(b"u").stop()
        }),
        Attack::new("400,000 keys that collide in Python", || {
            // hash(n) is n modulo 2^61-1
            let keys = (0..400_000_i128).fold(pickle().raw(b"}("), |out, i| {
                out.raw(b"\x8a\x0c").raw(&(i * ((1 << 61) - 1)).to_le_bytes()[..12]).raw(b"N")
            });
            keys.raw(b"u").stop()
        }),
        Attack::new("400,000 keys that are tuples of one hash", || {
            let keys = (0..400_000_i64)
                .fold(pickle().raw(b"}("), |out, i| out.tuple(|key| key.int(-i).int(i)).raw(b"N"));
            keys.raw(b"u").stop()
        }),
        Attack::new("200,000 dicts of different keys", || {
            (0..200_000)
                .fold(pickle().raw(b"]("), |out, i| out.raw(b"}").str(&format!("{i}")).raw(b"Ns"))
                .raw(b"e")
                .stop()
        }),
        Attack::new("9,000 dicts, each with another 10 keys", || {
            let dicts = (0..9_000).fold(pickle().raw(b"]("), |out, i| {
                (0..10)
                    .fold(out.raw(b"}("), |out, k| out.str(&format!("{}", (i * 7 + k) % 9_990)).raw(b"N"))
                    .raw(b"u")
            });
            dicts.raw(b"e").stop()
        }),
        Attack::new("a row of 2,000,000 cells", || {
            pickle().raw(b"](](").times(2_000_000, b"K\x01").raw(b"e](K\x01ee").stop()
        }),
        Attack::new("300 numbers of 20,000 digits", || {
            (0..300)
                .fold(pickle().raw(b"]("), |out, _| out.raw(b"L").times(20_000, b"7").raw(b"L\n"))
                .raw(b"e")
                .stop()
        }),
        Attack::new("a number of 5,000,000 binary bytes", || {
            pickle().raw(b"](\x8b\x40\x4b\x4c\0").times(5_000_000, b"\x7f").raw(b"e").stop()
        }),
        Attack::new("a set of 1,000,000 equal items", || {
            pickle().raw(b"\x8f(").times(1_000_000, b"K\x01").raw(b"\x90").stop()
        }),
        Attack::new("1,000,000 pickles in a row", || pickle().times(1_000_000, b"N.").raw(b"N").stop()),
        Attack::new("100,000 objects with 10 different attributes each", || {
            let objects = (0..100_000).fold(pickle().raw(b"cm\nf\nq\x000]("), |out, i| {
                (0..10)
                    .fold(out.raw(b"h\0)\x81}("), |out, k| out.str(&format!("{}", i * 10 + k)).raw(b"N"))
                    .raw(b"ub")
            });
            objects.raw(b"e").stop()
        }),
    ]
}

#[test]
fn quadratic() {
    check(attacks());
}
