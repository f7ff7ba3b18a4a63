//! How protocols 0 and 1 spell numbers and text, as Python's `repr` and raw-unicode-escape do.

use std::io::Write;

use crate::int::Int;

/// What `repr(int)` gives.
pub(super) fn int(value: Int<'_>, out: &mut Vec<u8>) {
    // Writing to a Vec cannot fail.
    _ = write!(out, "{value}");
}

/// What `repr(float)` gives.
pub(super) fn float(value: f64, out: &mut Vec<u8>) {
    let mut text = String::new();
    crate::repr::quote_float(value, &mut text);
    out.extend_from_slice(text.as_bytes());
}

/// Text as UNICODE has it: Latin-1 and escapes, also for what would end the line. `None`, and nothing written, if the bytes are no
/// UTF-8 (with surrogates).
pub(super) fn unicode(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let start = out.len();
    let mut rest = text;
    while !rest.is_empty() {
        let Some((code, len)) = code_point(rest) else {
            out.truncate(start);
            return None;
        };
        match code {
            0 | 0x0a | 0x0d | 0x1a | 0x5c | 0x100..=0xffff => _ = write!(out, "\\u{code:04x}"),
            0x10000.. => _ = write!(out, "\\U{code:08x}"),
            _ => out.push(code as u8),
        }
        rest = rest.get(len..).unwrap_or_default();
    }
    Some(())
}

/// The first code point, a surrogate perhaps, and how many bytes it takes.
fn code_point(text: &[u8]) -> Option<(u32, usize)> {
    let tail = |byte: u8| (byte & 0xc0 == 0x80).then_some(u32::from(byte & 0x3f));
    match *text {
        [a @ 0..0x80, ..] => Some((a.into(), 1)),
        [a @ 0xc2..0xe0, b, ..] => Some((u32::from(a & 0x1f) << 6 | tail(b)?, 2)),
        [a @ 0xe0..0xf0, b, c, ..] => {
            let code = u32::from(a & 0x0f) << 12 | tail(b)? << 6 | tail(c)?;
            (code >= 0x800).then_some((code, 3))
        }
        [a @ 0xf0..0xf5, b, c, d, ..] => {
            let code = u32::from(a & 0x07) << 18 | tail(b)? << 12 | tail(c)? << 6 | tail(d)?;
            (0x10000..0x11_0000).contains(&code).then_some((code, 4))
        }
        _ => None,
    }
}

/// The `repr` of a Python 2 `str`, as STRING has it.
pub(super) fn str2(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'\'');
    for &byte in bytes {
        match byte {
            b'\\' | b'\'' => out.extend([b'\\', byte]),
            b'\n' => out.extend(*b"\\n"),
            b'\r' => out.extend(*b"\\r"),
            b'\t' => out.extend(*b"\\t"),
            0x20..0x7f => out.push(byte),
            _ => _ = write!(out, "\\x{byte:02x}"),
        }
    }
    out.push(b'\'');
}

/// The text of which each character is one of the bytes.
pub(super) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

/// The one character of a text, if it has but one and that is of Latin-1.
#[inline(always)]
pub(super) fn single(text: &[u8]) -> Option<u8> {
    match *text {
        [byte @ 0..0x80] => Some(byte),
        [first @ (0xc2 | 0xc3), second @ 0x80..0xc0] => Some((first & 3) << 6 | second & 0x3f),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_as_python_does() {
        let escaped = |text: &[u8]| {
            let mut out = Vec::new();
            unicode(text, &mut out).map(|()| out)
        };
        assert_eq!(
            escaped("a\\\n\0é€😀".as_bytes()).unwrap(),
            b"a\\u005c\\u000a\\u0000\xe9\\u20ac\\U0001f600"
        );
        assert_eq!(escaped(b"\xed\xa0\x80").unwrap(), b"\\ud800");
        for broken in [&b"\xff"[..], b"\xc3", b"\xc0\x80", b"\xe0\x80\x80", b"\xf4\x90\x80\x80", b"a\xe2\x82"]
        {
            assert_eq!(escaped(broken), None);
        }
    }

    #[test]
    fn one_character_of_latin1_is_found() {
        for byte in 0..=255u8 {
            assert_eq!(single(latin1(&[byte]).as_bytes()), Some(byte));
        }
        assert_eq!(single("Ā".as_bytes()), None);
        assert_eq!(single(b"ab"), None);
        assert_eq!(single(b""), None);
    }
}
