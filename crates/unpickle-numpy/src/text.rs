//! The cells of `S` and `U` arrays.

/// What a text cell holds, and whether it is text at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Text {
    /// UTF-8.
    Utf8,
    /// Lone surrogates among it, encoded as Python's `surrogatepass` does (`ED A0 80` …): no UTF-8.
    Surrogates,
    /// Numbers above 0x10FFFF among it, which are no characters: Python refuses to read such an element, here each
    /// is U+FFFD.
    Invalid,
}

/// A cell of an `S` array: the bytes without the NULs at the end that pad it.
///
/// ```
/// assert_eq!(unpickle_numpy::bytes_cell(b"ab\0c\0\0"), b"ab\0c");
/// ```
pub fn bytes_cell(cell: &[u8]) -> &[u8] {
    let end = cell.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    cell.get(..end).unwrap_or(cell)
}

/// Appends a cell of a `U` array as UTF-8, without the NULs at the end that pad it.
///
/// ```
/// let mut out = Vec::new();
/// unpickle_numpy::str_cell(b"a\0\0\0\xe9\0\0\0\0\0\0\0", false, &mut out);
/// assert_eq!(out, "aé".as_bytes());
/// ```
pub fn str_cell(cell: &[u8], big_endian: bool, out: &mut Vec<u8>) -> Text {
    let (chars, _) = cell.as_chunks::<4>();
    let read = |char: &[u8; 4]| {
        if big_endian { u32::from_be_bytes(*char) } else { u32::from_le_bytes(*char) }
    };
    let end = chars.iter().rposition(|char| *char != [0; 4]).map_or(0, |last| last + 1);
    let mut text = Text::Utf8;
    for char in chars.iter().take(end) {
        let code = read(char);
        if let Ok(ascii @ 0..0x80) = u8::try_from(code) {
            out.push(ascii);
            continue;
        }
        match char::from_u32(code) {
            Some(char) => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
            None => text = text.max(odd(code, out)),
        }
    }
    text
}

/// A surrogate in three bytes, or the mark for what is no character.
#[cold]
fn odd(code: u32, out: &mut Vec<u8>) -> Text {
    if (0xD800..=0xDFFF).contains(&code) {
        let low = |shift: u32| 0x80 | (code >> shift & 0x3F) as u8;
        out.extend_from_slice(&[0xE0 | (code >> 12) as u8, low(6), low(0)]);
        Text::Surrogates
    } else {
        out.extend_from_slice("\u{FFFD}".as_bytes());
        Text::Invalid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(codes: &[u32], big_endian: bool) -> (Vec<u8>, Text) {
        let bytes: Vec<u8> = codes
            .iter()
            .flat_map(|code| if big_endian { code.to_be_bytes() } else { code.to_le_bytes() })
            .collect();
        let mut out = Vec::new();
        let text = str_cell(&bytes, big_endian, &mut out);
        (out, text)
    }

    #[test]
    fn text_of_either_byte_order_loses_only_its_padding() {
        for big_endian in [false, true] {
            let (out, text) = cell(&[0x61, 0, 0xE9, 0x20AC, 0x1F600, 0, 0], big_endian);
            assert_eq!(String::from_utf8(out).unwrap(), "a\0é€😀");
            assert_eq!(text, Text::Utf8);
        }
        assert_eq!(cell(&[0, 0], false).0, b"");
        assert_eq!(cell(&[], false).0, b"");
    }

    #[test]
    fn surrogates_are_kept_and_impossible_characters_marked() {
        assert_eq!(cell(&[0x61, 0xD800], false), (b"a\xED\xA0\x80".to_vec(), Text::Surrogates));
        assert_eq!(cell(&[0xDFFF], true), (b"\xED\xBF\xBF".to_vec(), Text::Surrogates));
        assert_eq!(cell(&[0x110000, 0xD800], false).1, Text::Invalid);
    }
}
