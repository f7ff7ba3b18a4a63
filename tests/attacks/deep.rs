//! Values in values in values: depth must live on the heap, and not on the stack.

use crate::attack::{Attack, check};
use crate::pickle::{Writer, pickle};

const LEVELS: usize = 200_000;

pub(crate) fn attacks() -> Vec<Attack> {
    let mut attacks = chains();
    attacks.extend(in_cells());
    attacks.extend(cycles());
    attacks
}

fn deep(what: &str, write: fn(Writer) -> Writer) -> Attack {
    Attack::new(format!("200,000 {what}"), move || write(pickle()).stop())
}

fn chains() -> Vec<Attack> {
    vec![
        deep("lists", |out| out.times(LEVELS, b"]").times(LEVELS - 1, b"a")),
        deep("tuples", |out| out.raw(b")").times(LEVELS, b"\x85")),
        deep("tuples by MARK", |out| out.times(LEVELS, b"(").raw(b"N").times(LEVELS, b"t")),
        deep("dicts", |out| out.times(LEVELS, b"}K\x01").raw(b"N").times(LEVELS, b"s")),
        deep("dicts of text keys", |out| out.times(LEVELS, b"}\x8c\x01a").raw(b"N").times(LEVELS, b"s")),
        deep("frozensets", |out| out.times(LEVELS, b"(").raw(b"N").times(LEVELS, b"\x91")),
        deep("tuples in a key", |out| out.raw(b"})").times(LEVELS, b"\x85").raw(b"K\x01s")),
        deep("REDUCEs, each the argument of the next", |out| {
            out.raw(b"cm\nf\nq\x00").times(LEVELS, b"h\0").raw(b"N").times(LEVELS, b"\x85R")
        }),
        deep("REDUCEs, each called by the next", |out| out.raw(b"cm\nf\n").times(LEVELS, b")R")),
        deep("NEWOBJs, each of the one before", |out| out.raw(b"cm\nf\n").times(LEVELS, b")\x81")),
        deep("BUILDs, each the state of the one before", |out| {
            out.raw(b"cm\nf\nq\x00").times(LEVELS, b"h\0)\x81").times(LEVELS, b"b")
        }),
        deep("BUILDs of one object", |out| out.raw(b"cm\nf\n)\x81").times(LEVELS, b"}b")),
        deep("OBJs", |out| out.times(LEVELS, b"(cm\nf\n").raw(b"N").times(LEVELS, b"o")),
        deep("INSTs", |out| out.times(LEVELS, b"(").raw(b"N").times(LEVELS, b"im\nf\n")),
        deep("persistent ids of persistent ids", |out| out.raw(b"N").times(LEVELS, b"Q")),
        deep("OrderedDicts", |out| {
            out.raw(b"ccollections\nOrderedDict\nq\x00)R\x8c\x01a")
                .times(LEVELS, b"h\0)R\x8c\x01a")
                .raw(b"N")
                .times(LEVELS + 1, b"s")
        }),
        Attack::new("3,000,000 lists", || pickle().times(3_000_000, b"]").times(2_999_999, b"a").stop()),
        Attack::new("5,000,000 MARKs", || pickle().times(5_000_000, b"(").raw(b"N").stop()),
    ]
}

/// Depth in what is to be a table.
fn in_cells() -> Vec<Attack> {
    vec![
        deep("lists in a row of a list of rows", |out| {
            out.raw(b"](](K\x01K\x02e](K\x03").times(LEVELS, b"]").times(LEVELS - 1, b"a").raw(b"ee")
        }),
        deep("dicts in a cell of a list of dicts", |out| {
            out.raw(b"](}\x8c\x01a")
                .times(LEVELS, b"}\x8c\x01a")
                .raw(b"N")
                .times(LEVELS + 1, b"s")
                .raw(b"}\x8c\x01aNse")
        }),
        deep("lists in a cell of an object column", |out| {
            out.array("O8", &[2], |data| {
                data.raw(b"](K\x01").times(LEVELS, b"]").times(LEVELS - 1, b"a").raw(b"e")
            })
        }),
        Attack::new("5,000 object arrays", || {
            let one = pickle().array("O8", &[1], |data| data.raw(b"](N\x88e")).part();
            let at = one.windows(4).rposition(|part| part == b"](N\x88").expect("the items");
            let (before, after) = (&one[..at + 2], &one[at + 4..]);
            pickle().times(5_000, before).raw(b"N").times(5_000, after).stop()
        }),
        Attack::new("20,000 names in names", || {
            // builtins.getattr(getattr(…), "a")
            pickle()
                .raw(b"cbuiltins\ngetattr\nq\x00")
                .times(20_000, b"h\0")
                .raw(b"N")
                .times(20_000, b"\x8c\x01a\x86R")
                .stop()
        }),
    ]
}

/// What holds itself has no end at all.
fn cycles() -> Vec<Attack> {
    vec![
        Attack::new("a list that holds itself", || pickle().raw(b"]q\x00h\0a").stop()),
        Attack::new("a dict that holds itself", || pickle().raw(b"}q\x00\x8c\x01ah\0s").stop()),
        Attack::new("dicts in a list that hold the list", || {
            pickle().raw(b"]q\x00(}\x8c\x01ah\0s}\x8c\x01ah\0se").stop()
        }),
        Attack::new("an object that is its own state", || pickle().raw(b"cm\nf\n)\x81q\x00h\0b").stop()),
        Attack::new("a tuple that holds itself", || pickle().raw(b"]q\x00(h\0h\0\x85e").stop()),
        Attack::new("an object array that holds itself twice", || {
            pickle()
                .call("numpy.core.multiarray", "_reconstruct", |args| {
                    args.global("numpy", "ndarray").tuple(|args| args.int(0)).bytes(b"b")
                })
                .put(0)
                .tuple(|args| {
                    let args = args.int(1).tuple(|args| args.int(2)).dtype("O8").raw(b"\x89");
                    args.list(|items| items.get(0).get(0))
                })
                .raw(b"b")
                .stop()
        }),
    ]
}

#[test]
fn deep_values() {
    check(attacks());
}
