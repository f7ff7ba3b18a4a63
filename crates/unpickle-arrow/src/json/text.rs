//! Numbers and strings of JSON.

use std::fmt::Write as _;

use unpickle_core::Int;

/// A float that JSON has a number for.
pub(super) fn number(float: f64, out: &mut String) {
    out.push_str(&crate::text::float(float));
}

/// An integer; in hexadecimal where Python's `json` would not read so many digits.
pub(super) fn integer(int: Int<'_>, out: &mut String) {
    if int.is_decimal() {
        _ = write!(out, "{int}");
    } else {
        tagged("int", &int.to_string(), out);
    }
}

/// `{"$type": …, "value": …}`
pub(super) fn tagged(kind: &str, text: &str, out: &mut String) {
    open(kind, out);
    out.push_str(", \"value\": ");
    string(text.as_bytes(), out);
    out.push('}');
}

/// `{"$type": …`, to be closed.
pub(super) fn open(kind: &str, out: &mut String) {
    out.push_str("{\"$type\": ");
    string(kind.as_bytes(), out);
}

/// A float as JSON: what JSON has no number for is told by its name in Python.
pub(super) fn float(float: f64, out: &mut String) {
    if float.is_nan() {
        tagged("float", "nan", out);
    } else if float.is_infinite() {
        tagged("float", if float > 0.0 { "inf" } else { "-inf" }, out);
    } else {
        number(float, out);
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

/// A JSON string of UTF-8, in which a lone surrogate is written as its escape.
pub(super) fn string(text: &[u8], out: &mut String) {
    out.push('"');
    let mut rest = text;
    while !rest.is_empty() {
        let (valid, bad) = match std::str::from_utf8(rest) {
            Ok(valid) => (valid, &[][..]),
            Err(error) => {
                let (valid, bad) = rest.split_at(error.valid_up_to());
                (std::str::from_utf8(valid).unwrap_or_default(), bad)
            }
        };
        for char in valid.chars() {
            match char {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\0'..' ' => _ = write!(out, "\\u{:04x}", char as u32),
                _ => out.push(char),
            }
        }
        rest = match *bad {
            [] => &[],
            [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, ref rest @ ..] => {
                let code = 0xd000 | u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f);
                _ = write!(out, "\\u{code:04x}");
                rest
            }
            [_, ref rest @ ..] => {
                out.push('\u{fffd}');
                rest
            }
        };
    }
    out.push('"');
}
