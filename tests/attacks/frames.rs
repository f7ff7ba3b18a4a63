//! Frames whose parts do not fit together.

use crate::attack::{Attack, check};
use crate::pickle::{Writer, pickle};

/// A frame of these blocks and axes, as pandas 1.1 to 3 writes it.
fn frame(blocks: impl FnOnce(Writer) -> Writer, axes: impl FnOnce(Writer) -> Writer) -> Vec<u8> {
    written(pickle(), blocks, axes).stop()
}

fn written(
    out: Writer,
    blocks: impl FnOnce(Writer) -> Writer,
    axes: impl FnOnce(Writer) -> Writer,
) -> Writer {
    let out = out.global("pandas.core.frame", "DataFrame").raw(b")\x81");
    out.dict(|state| {
        let state = state
            .str("_mgr")
            .call("pandas.core.internals.managers", "BlockManager", |args| args.tuple(blocks).list(axes));
        state.str("_typ").str("dataframe").str("_metadata").raw(b"]").str("attrs").raw(b"}")
    })
    .raw(b"b")
}

/// A block whose values and place these write.
fn block(out: Writer, values: impl FnOnce(Writer) -> Writer, place: impl FnOnce(Writer) -> Writer) -> Writer {
    out.call("pandas._libs.internals", "_unpickle_block", |args| place(values(args)).int(2))
}

fn slice(out: Writer, start: i64, stop: i64, step: i64) -> Writer {
    out.call("builtins", "slice", |args| args.int(start).int(stop).int(step))
}

fn places(out: Writer, places: &[i64]) -> Writer {
    let bytes: Vec<u8> = places.iter().flat_map(|place| place.to_le_bytes()).collect();
    out.array("i8", &[places.len() as i64], |data| data.bytes(&bytes))
}

/// A block of so many columns and rows of zeros.
fn zeros(out: Writer, columns: i64, rows: i64) -> Writer {
    out.array("i8", &[columns, rows], |data| data.bytes(&vec![0; (8 * columns * rows) as usize]))
}

fn range(out: Writer, stop: i64) -> Writer {
    out.call("pandas.core.indexes.base", "_new_Index", |args| {
        args.global("pandas.core.indexes.range", "RangeIndex").dict(|state| {
            state.str("name").raw(b"N").str("start").int(0).str("stop").int(stop).str("step").int(1)
        })
    })
}

fn index(out: Writer, data: impl FnOnce(Writer) -> Writer) -> Writer {
    out.call("pandas.core.indexes.base", "_new_Index", |args| {
        args.global("pandas.core.indexes.base", "Index")
            .dict(|state| data(state.str("data")).str("name").raw(b"N"))
    })
}

/// An index of two levels of two labels, with these codes.
fn multi_index(out: Writer, codes: &[i8], second: &[i8]) -> Writer {
    let level = |out: Writer| {
        index(out, |data| data.array("O8", &[2], |data| data.list(|items| items.str("a").str("b"))))
    };
    let array = |out: Writer, codes: &[i8]| {
        let bytes: Vec<u8> = codes.iter().map(|code| code.to_le_bytes()[0]).collect();
        out.array("i1", &[codes.len() as i64], |data| data.bytes(&bytes))
    };
    out.call("pandas.core.indexes.base", "_new_Index", |args| {
        args.global("pandas.core.indexes.multi", "MultiIndex").dict(|state| {
            let state = state.str("levels").list(|levels| level(level(levels)));
            let state = state.str("codes").list(|all| array(array(all, codes), second));
            state.str("sortorder").raw(b"N").str("names").raw(b"](NNe")
        })
    })
}

/// A categorical column of these codes for two categories.
fn categorical(out: Writer, codes: &[i8]) -> Writer {
    let bytes: Vec<u8> = codes.iter().map(|code| code.to_le_bytes()[0]).collect();
    out.call("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked", |args| {
        args.global("pandas.core.arrays.categorical", "Categorical").int(82_904_607).raw(b"N")
    })
    .tuple(|state| {
        let state =
            state.global("pandas.core.dtypes.dtypes", "CategoricalDtype").raw(b")\x81").dict(|state| {
                let labels =
                    |data: Writer| data.array("O8", &[2], |data| data.list(|items| items.str("a").str("b")));
                index(state.str("categories"), labels).str("ordered").raw(b"\x89")
            });
        let state = state.raw(b"b").array("i1", &[codes.len() as i64], |data| data.bytes(&bytes));
        state.raw(b"}")
    })
    .raw(b"b")
}

/// An Arrow-backed column of texts with these offsets into 2 bytes.
fn arrow(out: Writer, rows: i64, offset: i64, offsets: &[i64]) -> Writer {
    let bytes: Vec<u8> = offsets.iter().flat_map(|offset| offset.to_le_bytes()).collect();
    let buffer = |out: Writer, bytes: &[u8]| {
        out.call("pyarrow.lib", "py_buffer", |args| {
            args.call("builtins", "bytearray", |args| args.bytes(bytes))
        })
    };
    let array = |out: Writer| {
        out.call("pyarrow.lib", "_restore_array", |args| {
            args.tuple(|state| {
                let state = state.call("pyarrow.lib", "type_for_alias", |args| args.str("large_string"));
                let state = state.int(rows).int(0).int(offset);
                state.list(|buffers| buffer(buffer(buffers.raw(b"N"), &bytes), b"xy")).raw(b"]N")
            })
        })
    };
    let out = out.global("pandas.core.arrays.string_arrow", "ArrowStringArray").raw(b")\x81");
    out.dict(|state| {
        array(state.str("_pa_array")).str("_dtype").call("pandas", "StringDtype", |args| args.str("pyarrow"))
    })
    .raw(b"b")
}

fn one_column(values: impl Fn(Writer) -> Writer, rows: i64) -> Vec<u8> {
    frame(|blocks| block(blocks, &values, |place| slice(place, 0, 1, 1)), |axes| range(range(axes, 1), rows))
}

pub(crate) fn attacks() -> Vec<Attack> {
    let placed = |name: &str, place: fn(Writer) -> Writer| {
        Attack::new(name, move || {
            frame(|blocks| block(blocks, |out| zeros(out, 2, 3), place), |axes| range(range(axes, 2), 3))
        })
    };
    let mut attacks = vec![
        placed("a block for columns 0 and 2^62", |out| places(out, &[0, 1 << 62])),
        placed("a block for columns 0 and -1", |out| places(out, &[0, -1])),
        placed("a block twice for column 0", |out| places(out, &[0, 0])),
        placed("a block for fewer columns than it has", |out| places(out, &[0])),
        placed("a block for a slice of 2^62 columns", |out| slice(out, 0, 1 << 62, 1)),
        placed("a block for a slice of step 0", |out| slice(out, 0, 2, 0)),
        placed("a block for a slice of step -2^63", |out| slice(out, 1, 0, i64::MIN)),
        Attack::new("two blocks for the same columns", || {
            let each = |out| block(out, |out| zeros(out, 2, 3), |place| slice(place, 0, 2, 1));
            frame(|blocks| each(each(blocks)), |axes| range(range(axes, 2), 3))
        }),
        Attack::new("more labels than columns", || {
            frame(
                |blocks| block(blocks, |out| zeros(out, 2, 3), |place| slice(place, 0, 2, 1)),
                |axes| range(range(axes, 1 << 40), 3),
            )
        }),
        Attack::new("more rows than the blocks have", || {
            frame(
                |blocks| block(blocks, |out| zeros(out, 2, 3), |place| slice(place, 0, 2, 1)),
                |axes| range(range(axes, 2), 1 << 40),
            )
        }),
        Attack::new("2^40 rows of no columns", || {
            frame(|blocks| blocks, |axes| range(range(axes, 0), 1 << 40))
        }),
        Attack::new("2^40 columns of no rows", || {
            frame(|blocks| blocks, |axes| range(range(axes, 1 << 40), 0))
        }),
        Attack::new("2,000,000 columns of one block of no rows", || {
            frame(
                |blocks| {
                    block(
                        blocks,
                        |out| out.array("i8", &[2_000_000, 0], |data| data.bytes(b"")),
                        |place| slice(place, 0, 2_000_000, 1),
                    )
                },
                |axes| range(range(axes, 2_000_000), 0),
            )
        }),
        Attack::new("category codes out of range", || one_column(|out| categorical(out, &[0, 1, 77]), 3)),
        Attack::new("category codes of -2", || one_column(|out| categorical(out, &[0, -1, -2]), 3)),
        Attack::new("fewer category codes than rows", || one_column(|out| categorical(out, &[0, 1]), 3)),
        Attack::new("a MultiIndex with codes out of range", || {
            frame(
                |blocks| block(blocks, |out| zeros(out, 1, 2), |place| slice(place, 0, 1, 1)),
                |axes| multi_index(range(axes, 1), &[0, 1], &[0, 99]),
            )
        }),
        Attack::new("a MultiIndex of codes of two lengths", || {
            frame(
                |blocks| block(blocks, |out| zeros(out, 1, 2), |place| slice(place, 0, 1, 1)),
                |axes| multi_index(range(axes, 1), &[0, 1], &[0]),
            )
        }),
        Attack::new("Arrow offsets that go back", || one_column(|out| arrow(out, 2, 0, &[0, 2, 1]), 2)),
        Attack::new("Arrow offsets beyond the data", || {
            one_column(|out| arrow(out, 2, 0, &[0, 1, 1 << 40]), 2)
        }),
        Attack::new("negative Arrow offsets", || one_column(|out| arrow(out, 2, 0, &[-1, 0, 1]), 2)),
        Attack::new("an Arrow array of 2^60 rows", || {
            one_column(|out| arrow(out, 1 << 60, 0, &[0, 1, 2]), 1 << 60)
        }),
        Attack::new("an Arrow array that begins at 2^62", || {
            one_column(|out| arrow(out, 2, 1 << 62, &[0, 1, 2]), 2)
        }),
        Attack::new("a frame in a cell of a frame, 3,000 deep", || {
            let one = one_column(|out| out.array("O8", &[1, 1], |data| data.raw(b"](N\x88e")), 1);
            let at = one.windows(4).rposition(|part| part == b"](N\x88").expect("the items");
            let (before, after) = (&one[2..at + 2], &one[at + 4..one.len() - 1]);
            pickle().times(3_000, before).raw(b"N").times(3_000, after).stop()
        }),
        Attack::new("a RangeIndex of 2^62 labels with step 2^62", || {
            let labels = |out: Writer| {
                out.call("pandas.core.indexes.base", "_new_Index", |args| {
                    args.global("pandas.core.indexes.range", "RangeIndex").dict(|state| {
                        state
                            .str("name")
                            .raw(b"N")
                            .str("start")
                            .int(i64::MIN)
                            .str("stop")
                            .int(i64::MAX)
                            .str("step")
                            .int(1)
                    })
                })
            };
            labels(pickle()).stop()
        }),
        Attack::new("range(2^62) in a list", || {
            pickle()
                .list(|items| items.call("builtins", "range", |args| args.int(0).int(1 << 62).int(1)))
                .stop()
        }),
        Attack::new("range(2^62)", || {
            pickle().call("builtins", "range", |args| args.int(0).int(1 << 62).int(1)).stop()
        }),
    ];
    attacks.push(Attack::new("a dict of 100,000 frames that are one", || {
        let out = written(
            pickle().raw(b"}("),
            |blocks| block(blocks, |out| zeros(out, 2, 3), |place| slice(place, 0, 2, 1)),
            |axes| range(range(axes, 2), 3),
        );
        let out = out.put(7).raw(b"0");
        (0..100_000).fold(out, |out, i| out.str(&format!("{i}")).get(7)).raw(b"u").stop()
    }));
    attacks
}

#[test]
fn frames() {
    check(attacks());
}
