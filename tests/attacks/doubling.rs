//! Few bytes that stand for many values, because the same value is held in ever more places.

use crate::attack::{Attack, check};
use crate::pickle::{Writer, pickle};

/// `first`, then `count` lists of two, each of which holds the one before twice. The first is number 0.
fn doubled(out: Writer, first: impl FnOnce(Writer) -> Writer, count: usize) -> Writer {
    first(out).raw(b"q\x000").times(count, b"](h\0h\0eq\x000").raw(b"h\0")
}

pub(crate) fn attacks() -> Vec<Attack> {
    let leaf = |out: Writer| out.raw(b"](K\x01K\x02e");
    let text = |out: Writer| out.str("abc");
    vec![
        Attack::new("a tuple doubled 64 times by DUP", || pickle().raw(b")").times(64, b"2\x86").stop()),
        Attack::new("a list doubled 64 times by the memo", move || doubled(pickle(), leaf, 64).stop()),
        Attack::new("a list doubled 24 times by the memo", move || doubled(pickle(), leaf, 24).stop()),
        Attack::new("a text doubled 200,000 times", move || doubled(pickle(), text, 200_000).stop()),
        Attack::new("a dict key doubled 64 times", || {
            pickle().raw(b"})").times(64, b"2\x86").raw(b"K\x01s").stop()
        }),
        Attack::new("two dict keys doubled 64 times, alike", || {
            pickle().raw(b"})").times(64, b"2\x86").raw(b"K\x01s)").times(64, b"2\x86").raw(b"K\x02s").stop()
        }),
        Attack::new("cells of a list doubled 30 times", move || {
            doubled(pickle().raw(b"]("), leaf, 30).raw(b"K\x01e").stop()
        }),
        Attack::new("cells of an object column doubled 30 times", move || {
            pickle().array("O8", &[2], |data| doubled(data.raw(b"]("), leaf, 30).raw(b"Ne")).stop()
        }),
        Attack::new("a dict of dicts doubled 30 times", || {
            let each = b"}(\x8c\x01ah\0\x8c\x01bh\0uq\x000";
            pickle().raw(b"}\x8c\x01aK\x01sq\x000").times(30, each).raw(b"h\0").stop()
        }),
        Attack::new("records of dicts doubled 30 times", || {
            let each = b"}(\x8c\x01ah\0\x8c\x01bh\0uq\x000";
            pickle().raw(b"](}\x8c\x01aK\x01sq\x000").times(30, each).raw(b"h\0h\0e").stop()
        }),
        Attack::new("one row of 1,000 cells, 1,000,000 times", || {
            pickle()
                .raw(b"](](")
                .times(1_000, b"K\x01")
                .raw(b"eq\x00")
                .times(1_000_000, b"h\0")
                .raw(b"e")
                .stop()
        }),
        Attack::new("one dict of 1,000 keys, 1,000,000 times", || {
            let keys =
                (0..1_000).fold(pickle().raw(b"](}("), |out, i| out.str(&format!("k{i}")).raw(b"K\x01"));
            keys.raw(b"uq\x00").times(1_000_000, b"h\0").raw(b"e").stop()
        }),
        Attack::new("one text of 1 MB, 1,000,000 times", || {
            pickle()
                .raw(b"](")
                .str(&"a".repeat(1 << 20))
                .raw(b"q\x00")
                .times(1_000_000, b"h\0")
                .raw(b"e")
                .stop()
        }),
        Attack::new("one text of 1 MB as key and value of 100,000 dicts", || {
            let dicts = pickle().raw(b"](").str(&"a".repeat(1 << 20)).raw(b"q\x000");
            dicts.times(100_000, b"}h\0h\0s").raw(b"e").stop()
        }),
        Attack::new("one array of 1 MB in 200,000 cells", || {
            let out = pickle().raw(b"](").array("i8", &[1 << 17], |data| data.bytes(&[1; 1 << 20]));
            out.put(0).times(200_000, b"j\0\0\0\0").raw(b"e").stop()
        }),
        Attack::new("one array of 1 MB under 200,000 names", || {
            let out = pickle()
                .raw(b"}(")
                .raw(b"K\0")
                .array("i8", &[1 << 17], |data| data.bytes(&[1; 1 << 20]))
                .put(0);
            (0..200_000).fold(out, |out, i| out.int(i).get(0)).raw(b"u").stop()
        }),
        Attack::new("2,000,000 names of one list", || {
            pickle().raw(b"](K\x01eq\x000](").times(2_000_000, b"h\0").raw(b"e").stop()
        }),
    ]
}

#[test]
fn doubling() {
    check(attacks());
}
