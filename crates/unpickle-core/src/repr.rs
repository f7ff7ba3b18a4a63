//! Printing a value as Python would, cut by depth and length.

use std::fmt::{self, Write};

use crate::value::{Value, View};

/// A value as Python's `repr` would print it, cut by depth and length; made by [`Value::repr`].
///
/// An object is written as the call that makes it, with its state: `geometry.Point() <- {'x': 1, 'y': 2}`.
/// Printing never recurses, and never writes more than [`Repr::with_max_bytes`] allows, however much is shared.
///
/// ```
/// // [[['deep']], 'a long text']
/// let bytes = b"\x80\x02](](](U\x04deepeeU\x0ba long texte.";
/// let pickle = unpickle_core::Pickle::parse(&bytes[..])?;
/// assert_eq!(pickle.root().repr().with_depth(2).with_text(6).to_string(), "[[[...]], 'a long'...]");
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Repr<'p> {
    value: Value<'p>,
    depth: usize,
    items: usize,
    text: usize,
    max_bytes: usize,
}

impl<'p> Repr<'p> {
    pub(crate) fn new(value: Value<'p>) -> Repr<'p> {
        Repr { value, depth: 6, items: 20, text: 120, max_bytes: 4096 }
    }

    /// How deep containers are opened. The default is 6.
    #[must_use]
    pub fn with_depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// How many items of one container are shown. The default is 20.
    #[must_use]
    pub fn with_items(mut self, items: usize) -> Self {
        self.items = items;
        self
    }

    /// How many characters of a text, or bytes of bytes, are shown. The default is 120.
    #[must_use]
    pub fn with_text(mut self, text: usize) -> Self {
        self.text = text;
        self
    }

    /// How long the whole may be, about. The default is 4096.
    #[must_use]
    pub fn with_max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }
}

/// What is still to be written, the next last.
enum Todo<'p> {
    Value(Value<'p>, usize),
    Text(&'static str),
}

impl fmt::Display for Repr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut todo = vec![Todo::Value(self.value, self.depth)];
        let mut out = String::new();
        let mut written = 0;
        while let Some(next) = todo.pop() {
            match next {
                Todo::Text(text) => out.push_str(text),
                Todo::Value(value, depth) => self.write(value, depth, &mut out, &mut todo),
            }
            written += out.len();
            f.write_str(&out)?;
            out.clear();
            if written > self.max_bytes {
                return f.write_str("...");
            }
        }
        Ok(())
    }
}

impl Repr<'_> {
    fn write<'p>(&self, value: Value<'p>, depth: usize, out: &mut String, todo: &mut Vec<Todo<'p>>) {
        match value.view() {
            View::None => out.push_str("None"),
            View::Bool(true) => out.push_str("True"),
            View::Bool(false) => out.push_str("False"),
            View::Int(int) if int.is_decimal() => _ = write!(out, "{int}"),
            View::Int(int) => _ = write!(out, "<int of {} bits>", int.bit_length()),
            View::Float(float) => quote_float(float, out),
            View::Str(text) => quote_str(text.as_bytes(), self.text, out),
            View::Str2(bytes) => quote_bytes(bytes, self.text, "", out),
            View::Bytes(bytes) => quote_bytes(bytes, self.text, "b", out),
            View::ByteArray(bytes) => quote_bytearray(bytes, self.text, out),
            View::List(items) => self.items("[", items.iter(), "]", depth, out, todo),
            View::Tuple(items) if items.len() == 1 => self.items("(", items.iter(), ",)", depth, out, todo),
            View::Tuple(items) => self.items("(", items.iter(), ")", depth, out, todo),
            View::Set(items) if items.is_empty() => out.push_str("set()"),
            View::Set(items) => self.items("{", items.iter(), "}", depth, out, todo),
            View::FrozenSet(items) if items.is_empty() => out.push_str("frozenset()"),
            View::FrozenSet(items) => self.items("frozenset({", items.iter(), "})", depth, out, todo),
            View::Dict(dict) => self.pairs(dict, depth, out, todo),
            View::Class(class) => _ = write!(out, "<{class}>"),
            View::Object(object) => {
                let Some(below) = depth.checked_sub(1) else { return out.push_str("...") };
                let mut parts = Vec::new();
                match object.call() {
                    Some(call) => {
                        _ = write!(out, "{}.{}", call.module, call.name);
                        if let Some(method) = call.method {
                            _ = write!(out, ".{method}");
                        }
                        out.push('(');
                        for (i, arg) in call.args.range(0..self.items).enumerate() {
                            parts.extend((i > 0).then_some(Todo::Text(", ")));
                            parts.push(Todo::Value(arg, below));
                        }
                        parts.push(Todo::Text(if call.args.len() > self.items { ", ...)" } else { ")" }));
                    }
                    None => {
                        parts.push(Todo::Value(object.callable(), below));
                        parts.push(Todo::Value(object.args(), below));
                    }
                }
                let inner = object.kwargs().map(|kwargs| (" **", kwargs)).into_iter();
                let inner = inner.chain(object.pairs().map(|pairs| (" <- ", pairs.value())));
                for (arrow, value) in inner.chain(object.states().map(|state| (" <- ", state))) {
                    parts.extend([Todo::Text(arrow), Todo::Value(value, below)]);
                }
                if let Some(items) = object.items() {
                    parts.push(Todo::Text(" <- ["));
                    for (i, item) in items.range(0..self.items).enumerate() {
                        parts.extend((i > 0).then_some(Todo::Text(", ")));
                        parts.push(Todo::Value(item, below));
                    }
                    parts.push(Todo::Text(if items.len() > self.items { ", ...]" } else { "]" }));
                }
                todo.extend(parts.into_iter().rev());
            }
            View::Persistent(id) => {
                out.push_str("<persistent id ");
                todo.extend([Todo::Text(">"), Todo::Value(id, depth.saturating_sub(1))]);
            }
            View::Extension(code) => _ = write!(out, "<extension {code}>"),
            View::Buffer(buffer) => match buffer.len() {
                Some(len) => _ = write!(out, "<buffer of {len} bytes>"),
                None => out.push_str("<buffer that was not given>"),
            },
        }
    }

    fn items<'p>(
        &self,
        open: &'static str,
        items: impl ExactSizeIterator<Item = Value<'p>>,
        close: &'static str,
        depth: usize,
        out: &mut String,
        todo: &mut Vec<Todo<'p>>,
    ) {
        out.push_str(open);
        todo.push(Todo::Text(close));
        let Some(below) = depth.checked_sub(1) else {
            if items.len() > 0 {
                out.push_str("...");
            }
            return;
        };
        let more = items.len() > self.items;
        let mut parts = Vec::new();
        for (i, item) in items.take(self.items).enumerate() {
            parts.extend((i > 0).then_some(Todo::Text(", ")));
            parts.push(Todo::Value(item, below));
        }
        if more {
            todo.push(Todo::Text(", ..."));
        }
        todo.extend(parts.into_iter().rev());
    }

    fn pairs<'p>(&self, dict: crate::Dict<'p>, depth: usize, out: &mut String, todo: &mut Vec<Todo<'p>>) {
        out.push('{');
        todo.push(Todo::Text("}"));
        let Some(below) = depth.checked_sub(1) else {
            if !dict.is_empty() {
                out.push_str("...");
            }
            return;
        };
        let mut parts = Vec::new();
        let mut pairs = dict.iter();
        for (i, (key, value)) in pairs.by_ref().take(self.items).enumerate() {
            parts.extend((i > 0).then_some(Todo::Text(", ")));
            parts.extend([Todo::Value(key, below), Todo::Text(": "), Todo::Value(value, below)]);
        }
        if pairs.next().is_some() {
            todo.push(Todo::Text(", ..."));
        }
        todo.extend(parts.into_iter().rev());
    }
}

/// Python's `repr` of a float: the shortest digits that read back, with an exponent below 1e-4 and from 1e16.
pub(crate) fn quote_float(float: f64, out: &mut String) {
    let magnitude = float.abs();
    if float.is_nan() {
        out.push_str("nan");
    } else if float.is_infinite() {
        out.push_str(if float > 0.0 { "inf" } else { "-inf" });
    } else if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        let text = format!("{float:e}");
        let decimals = text.split_once('.').and_then(|(_, rest)| rest.find('e')).unwrap_or_default();
        let text = even(float, text, format!("{float:.decimals$e}"));
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        _ = write!(out, "{digits}e{sign}{exponent:0>2}");
    } else {
        let text = format!("{float:?}");
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        out.push_str(&even(float, text, format!("{float:.decimals$}")));
    }
}

/// Of two shortest texts that are equally near, Python takes the one with the even digit, as rounding does; the
/// standard library takes the upper.
fn even(float: f64, shortest: String, rounded: String) -> String {
    if rounded.len() == shortest.len() && rounded.parse() == Ok(float) { rounded } else { shortest }
}

/// Python's `repr` of a str; `max` characters, then `...` behind the quote.
pub(crate) fn quote_str(text: &[u8], max: usize, out: &mut String) {
    let quote = if text.contains(&b'\'') && !text.contains(&b'"') { '"' } else { '\'' };
    out.push(quote);
    let mut left = max;
    let mut rest = text;
    'all: while !rest.is_empty() {
        let (valid, bad) = match std::str::from_utf8(rest) {
            Ok(valid) => (valid, &[][..]),
            Err(error) => {
                let (valid, bad) = rest.split_at(error.valid_up_to());
                (std::str::from_utf8(valid).unwrap_or_default(), bad)
            }
        };
        for char in valid.chars() {
            if left == 0 {
                break 'all;
            }
            left -= 1;
            quote_char(char, quote, out);
        }
        rest = match *bad {
            [] => &[],
            [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, ..] if left > 0 => {
                let code = 0xd000 | u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f);
                _ = write!(out, "\\u{code:04x}");
                left -= 1;
                &bad[3..]
            }
            [byte, ..] if left > 0 => {
                _ = write!(out, "\\x{byte:02x}");
                left -= 1;
                &bad[1..]
            }
            _ => break,
        };
    }
    out.push(quote);
    if !rest.is_empty() && left == 0 && text.len() > max {
        out.push_str("...");
    }
}

fn quote_char(char: char, quote: char, out: &mut String) {
    match char {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\\' => out.push_str("\\\\"),
        _ if char == quote => {
            out.push('\\');
            out.push(char);
        }
        ' '..='~' => out.push(char),
        _ if is_printable(char) => out.push(char),
        _ if (char as u32) < 0x100 => _ = write!(out, "\\x{:02x}", char as u32),
        _ if (char as u32) < 0x10000 => _ = write!(out, "\\u{:04x}", char as u32),
        _ => _ = write!(out, "\\U{:08x}", char as u32),
    }
}

/// About what Python's `str.isprintable` says: neither control, nor a space but the plain one, nor private.
fn is_printable(char: char) -> bool {
    !(char.is_control()
        || char.is_whitespace()
        || matches!(char as u32,
            0xad | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x180e | 0x200b..=0x200f | 0x202a..=0x202e
            | 0x2060..=0x206f | 0xe000..=0xf8ff | 0xfeff | 0xfff0..=0xfffb | 0xfffe | 0xffff | 0xe0000..=0x10ffff))
}

/// Python's `repr` of bytes; `max` bytes, then `...` behind the quote.
pub(crate) fn quote_bytes(bytes: &[u8], max: usize, prefix: &str, out: &mut String) {
    out.push_str(prefix);
    quote_escaped(bytes, max, false, out);
}

/// Python's `repr` of a bytearray, which escapes a single quote wherever it is.
pub(crate) fn quote_bytearray(bytes: &[u8], max: usize, out: &mut String) {
    out.push_str("bytearray(b");
    quote_escaped(bytes, max, true, out);
    out.push(')');
}

fn quote_escaped(bytes: &[u8], max: usize, single: bool, out: &mut String) {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
    out.push(char::from(quote));
    for &byte in bytes.iter().take(max) {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'\\' => out.push_str("\\\\"),
            _ if byte == quote || (single && byte == b'\'') => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b' '..=b'~' => out.push(char::from(byte)),
            _ => _ = write!(out, "\\x{byte:02x}"),
        }
    }
    out.push(char::from(quote));
    if bytes.len() > max {
        out.push_str("...");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_as_python_prints_them() {
        let repr = |float| {
            let mut out = String::new();
            quote_float(float, &mut out);
            out
        };
        for (float, text) in [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.000_193_119_049_072_265_63, "0.00019311904907226562"),
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (123456789012345.0, "123456789012345.0"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.5e300, "1.5e+300"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(repr(float), text);
        }
    }

    #[test]
    fn text_prints_as_python_prints_it() {
        let repr = |text: &[u8]| {
            let mut out = String::new();
            quote_str(text, 20, &mut out);
            out
        };
        assert_eq!(repr("it's".as_bytes()), "\"it's\"");
        assert_eq!(repr(b"a\n\x00\x7f"), r"'a\n\x00\x7f'");
        assert_eq!(repr("é中\u{a0}".as_bytes()), r"'é中\xa0'");
        assert_eq!(repr(b"a\xed\xa0\x80b"), r"'a\ud800b'");
        assert_eq!(repr(&[b'x'; 30]), format!("'{}'...", "x".repeat(20)));
        assert_eq!(repr(&[b'x'; 20]), format!("'{}'", "x".repeat(20)));
    }
}
