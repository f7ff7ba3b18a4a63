//! What sharing may be expanded to: a pickle of few bytes becomes a table of any number of them.

use std::io;

use unpickle_arrow::{Format, WriteOptions, tables, write};
use unpickle_core::{Error, Limits, Options, Pickle, Result};

fn parse(bytes: &[u8], expand: usize) -> Pickle<&[u8]> {
    Options::new().with_limits(Limits::default().with_expand(expand)).parse(bytes).unwrap()
}

/// `count` lists of two, each of which holds the one before twice; the first is of two numbers. It is fetched by `h\0`.
fn doubled(count: usize) -> Vec<u8> {
    [b"](K\x01K\x02eq\x000".to_vec(), b"](h\0h\0eq\x000".repeat(count)].concat()
}

fn limit(found: Result<impl Sized>) -> Option<Error> {
    found
        .err()
        .inspect(|error| assert!(error.is_limit() && error.to_string().contains("--max-expand"), "{error}"))
}

#[test]
fn values_inside_the_cells_of_all_columns_count() {
    // {"a": [x, x], "b": [x, x], …}
    let columns = |names: &[u8]| {
        let each = |name: &u8| [b"\x8c\x01", &[*name][..], b"](h\0h\0e"].concat();
        [
            b"\x80\x04".to_vec(),
            doubled(10),
            b"}(".to_vec(),
            names.iter().flat_map(each).collect(),
            b"u.".to_vec(),
        ]
        .concat()
    };
    let (two, many) = (columns(b"ab"), columns(b"abcdefghij"));
    assert!(tables(parse(&two, 20_000).root()).is_ok());
    assert!(limit(tables(parse(&many, 20_000).root())).is_some());
    assert!(tables(parse(&many, 100_000).root()).is_ok());
}

#[test]
fn what_is_tried_in_vain_has_an_end_too() {
    // A dict of lists, one of which holds a frame, is searched for tables once it was looked at as one.
    let frame = b"cpandas.core.frame\nDataFrame\n)\x81";
    let pickle = [b"\x80\x04", &doubled(20)[..], b"}(\x8c\x01a](h\0h\0e\x8c\x01b](", frame, b"Neu."].concat();
    assert!(limit(tables(parse(&pickle, 1000).root())).is_some());
}

#[test]
fn text_counts_when_it_is_written() {
    // 10,000 times one text of 10,000 letters
    let text =
        [b"\x80\x04](X\x10\x27\0\0".to_vec(), b"a".repeat(10_000), b"q\x00".to_vec(), b"h\0".repeat(9_999)]
            .concat();
    let pickle = [text, b"e.".to_vec()].concat();
    for format in [Format::Parquet, Format::Csv, Format::Arrow, Format::ArrowStream, Format::JsonLines] {
        let written = |expand| {
            let pickle = parse(&pickle, expand);
            write(&tables(pickle.root()).unwrap()[0], format, &WriteOptions::new(), io::sink())
        };
        assert!(limit(written(1000)).is_some(), "{format:?}");
        // More than is held at once: in pieces.
        let written = written(5_000_000).unwrap();
        assert_eq!(written.rows, 10_000);
        let line = |more: usize, index: usize| 10_000 + more + index + 1;
        match format {
            Format::Csv => {
                let lines: usize = (0..10_000_usize).map(|row| line(1, row.to_string().len())).sum();
                assert_eq!(written.bytes as usize, ",0\n".len() + lines);
            }
            Format::JsonLines => assert_eq!(written.bytes as usize, 10_000 * line(0, r#"{"0":""}"#.len())),
            _ => {}
        }
    }
}
