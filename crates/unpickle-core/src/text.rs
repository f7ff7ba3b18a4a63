//! The textual leaves of protocol 0, re-written as binary opcodes.

use crate::limits::MAX_DECIMAL_DIGITS;
use crate::op::Opcode;

/// What is wrong with a textual argument.
pub(crate) type Fault = &'static str;

/// INT: decimal, or `00` and `01` for the booleans.
pub(crate) fn int(line: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    match line {
        b"00" => out.push(Opcode::NewFalse as u8),
        b"01" => out.push(Opcode::NewTrue as u8),
        _ => return decimal(line, out),
    }
    Ok(())
}

/// LONG: decimal, with or without Python 2's `L` behind it.
pub(crate) fn long(line: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    decimal(line.strip_suffix(b"L").unwrap_or(line), out)
}

fn decimal(line: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    let text = line.trim_ascii();
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err("is no decimal integer");
    }
    if digits.len() > MAX_DECIMAL_DIGITS {
        return Err("has more than 100,000 decimal digits");
    }
    integer(negative, &magnitude(digits), out);
    Ok(())
}

/// Little-endian limbs of a decimal number, without leading zero limbs.
fn magnitude(digits: &[u8]) -> Vec<u64> {
    let mut limbs: Vec<u64> = Vec::with_capacity(digits.len() / 19 + 1);
    // Nineteen digits fit a limb: the first piece takes what the others leave.
    let first = digits.len() % 19;
    let (head, tail) = digits.split_at(first);
    for piece in std::iter::once(head).chain(tail.chunks(19)).filter(|piece| !piece.is_empty()) {
        let value = piece.iter().fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        let mut carry = u128::from(value);
        let base = u128::from(10u64.pow(piece.len() as u32));
        for limb in &mut limbs {
            carry += u128::from(*limb) * base;
            *limb = carry as u64;
            carry >>= 64;
        }
        if carry > 0 {
            limbs.push(carry as u64);
        }
    }
    limbs
}

/// Writes LONG1 or LONG4.
fn integer(negative: bool, limbs: &[u64], out: &mut Vec<u8>) {
    let mut bytes: Vec<u8> = limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect();
    bytes.push(0);
    if negative {
        let mut carry = true;
        for byte in &mut bytes {
            let (sum, over) = (!*byte).overflowing_add(u8::from(carry));
            *byte = sum;
            carry = over;
        }
    }
    while let [.., next, last] = bytes[..]
        && last == if next & 0x80 == 0 { 0 } else { 0xff }
    {
        bytes.pop();
    }
    data(Opcode::Long1, Opcode::Long4, &bytes, out);
}

fn data(short: Opcode, long: Opcode, bytes: &[u8], out: &mut Vec<u8>) {
    if let Ok(len) = u8::try_from(bytes.len()) {
        out.extend([short as u8, len]);
    } else {
        out.push(long as u8);
        out.extend((bytes.len() as u32).to_le_bytes());
    }
    out.extend_from_slice(bytes);
}

/// FLOAT: as `repr` writes it, `inf` and `nan` too.
pub(crate) fn float(line: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    let text = std::str::from_utf8(line).map_err(|_| "is no float")?;
    let value: f64 = text.trim().parse().map_err(|_| "is no float")?;
    out.push(Opcode::BinFloat as u8);
    out.extend(value.to_be_bytes());
    Ok(())
}

/// STRING: a Python 2 `str` literal.
pub(crate) fn string(line: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    let text = line.trim_ascii_end();
    let inner = match text {
        [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"'] => inner,
        _ => return Err("is not quoted"),
    };
    let bytes = unescape(inner)?;
    if u32::try_from(bytes.len()).is_ok_and(|len| len <= i32::MAX as u32) {
        data(Opcode::ShortBinString, Opcode::BinString, &bytes, out);
        Ok(())
    } else {
        Err("is longer than 2 GiB")
    }
}

/// The escapes of a bytes literal; an unknown one stays as it is written.
fn unescape(text: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some((&escape, tail)) = rest.split_first() else { return Err("ends in a backslash") };
        rest = tail;
        match escape {
            b'\n' => {}
            b'\\' | b'\'' | b'"' => out.push(escape),
            b'a' => out.push(7),
            b'b' => out.push(8),
            b't' => out.push(9),
            b'n' => out.push(10),
            b'v' => out.push(11),
            b'f' => out.push(12),
            b'r' => out.push(13),
            b'0'..=b'7' => {
                let mut value = u32::from(escape - b'0');
                for _ in 0..2 {
                    let Some((&digit @ b'0'..=b'7', tail)) = rest.split_first() else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    rest = tail;
                }
                out.push(value as u8);
            }
            b'x' => {
                let value = hex(rest, 2).ok_or("has a broken \\x escape")?;
                out.push(value as u8);
                rest = &rest[2..];
            }
            other => out.extend([b'\\', other]),
        }
    }
    Ok(out)
}

fn hex(text: &[u8], digits: usize) -> Option<u32> {
    let mut value = 0;
    for &digit in text.get(..digits)? {
        value = value << 4 | char::from(digit).to_digit(16)?;
    }
    Some(value)
}

/// UNICODE: raw-unicode-escape, that is Latin-1 with `\uXXXX` and `\UXXXXXXXX`.
pub(crate) fn unicode(line: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    let mut text = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, rest.first()) {
            (b'\\', Some(b'u' | b'U')) => {
                let digits = if rest[0] == b'u' { 4 } else { 8 };
                let value = hex(&rest[1..], digits).ok_or("has a broken \\u escape")?;
                push_code_point(value, &mut text).ok_or("has a code point beyond U+10FFFF")?;
                rest = &rest[1 + digits..];
            }
            // The second of two backslashes escapes nothing.
            (b'\\', Some(&next)) => {
                text.push(byte);
                push_code_point(u32::from(next), &mut text);
                rest = &rest[1..];
            }
            _ => {
                push_code_point(u32::from(byte), &mut text);
            }
        }
    }
    write_str(&text, out);
    Ok(())
}

/// Writes a string leaf.
pub(crate) fn write_str(text: &[u8], out: &mut Vec<u8>) {
    if u32::try_from(text.len()).is_ok() {
        data(Opcode::ShortBinUnicode, Opcode::BinUnicode, text, out);
    } else {
        out.push(Opcode::BinUnicode8 as u8);
        out.extend((text.len() as u64).to_le_bytes());
        out.extend_from_slice(text);
    }
}

/// Writes a bytes leaf.
pub(crate) fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    if u32::try_from(bytes.len()).is_ok() {
        data(Opcode::ShortBinBytes, Opcode::BinBytes, bytes, out);
    } else {
        out.push(Opcode::BinBytes8 as u8);
        out.extend((bytes.len() as u64).to_le_bytes());
        out.extend_from_slice(bytes);
    }
}

/// UTF-8, surrogates too, as Python's `surrogatepass`.
pub(crate) fn push_code_point(code: u32, out: &mut Vec<u8>) -> Option<()> {
    match code {
        0..0x80 => out.push(code as u8),
        0x80..0x800 => out.extend([0xc0 | (code >> 6) as u8, 0x80 | (code & 0x3f) as u8]),
        0x800..0x10000 => {
            out.extend([
                0xe0 | (code >> 12) as u8,
                0x80 | (code >> 6 & 0x3f) as u8,
                0x80 | (code & 0x3f) as u8,
            ]);
        }
        0x10000..0x110000 => out.extend([
            0xf0 | (code >> 18) as u8,
            0x80 | (code >> 12 & 0x3f) as u8,
            0x80 | (code >> 6 & 0x3f) as u8,
            0x80 | (code & 0x3f) as u8,
        ]),
        _ => return None,
    }
    Some(())
}

/// The bytes that `text.encode("latin-1")` gives, if it has only such code points.
pub(crate) fn latin1(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        // Runs of ASCII, which data has many of, are copied whole.
        let ascii = rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        out.extend_from_slice(&rest[..ascii]);
        match &rest[ascii..] {
            [] => return Some(out),
            [first @ (0xc2 | 0xc3), second @ 0x80..=0xbf, tail @ ..] => {
                out.push((first & 3) << 6 | second & 0x3f);
                rest = tail;
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaf::{self, Leaf};

    fn small(line: &[u8]) -> i64 {
        let mut out = Vec::new();
        long(line, &mut out).unwrap();
        match leaf::read(&out, 0) {
            Some(Leaf::Small(value)) => value,
            _ => panic!("not small"),
        }
    }

    #[test]
    fn decimal_integers_are_read_exactly() {
        assert_eq!(small(b"0L"), 0);
        assert_eq!(small(b"-1"), -1);
        assert_eq!(small(b"9223372036854775807L"), i64::MAX);
        assert_eq!(small(b"-9223372036854775808L"), i64::MIN);
        let mut out = Vec::new();
        long(b"340282366920938463463374607431768211456", &mut out).unwrap();
        assert_eq!(out[..2], [0x8a, 17]);
        assert_eq!(out[18], 1);
        assert!(long(b"12a", &mut out).is_err());
        assert!(long(b"", &mut out).is_err());
        assert!(long(&vec![b'9'; 100_001], &mut out).is_err());
    }

    #[test]
    fn a_string_literal_is_unescaped() {
        let mut out = Vec::new();
        string(br#"'a\x00\'\n\101\q\\'"#, &mut out).unwrap();
        assert_eq!(&out[2..], b"a\x00'\nA\\q\\");
        assert!(string(b"'abc", &mut out).is_err());
        assert!(string(br"'\x0'", &mut out).is_err());
    }

    #[test]
    fn unicode_escapes_may_be_lone_surrogates() {
        let mut out = Vec::new();
        unicode(b"a\\ud800\xe9\\\\u0041\\U0001f600", &mut out).unwrap();
        assert_eq!(&out[2..], b"a\xed\xa0\x80\xc3\xa9\\\\u0041\xf0\x9f\x98\x80");
        assert!(unicode(b"\\u12", &mut out).is_err());
    }

    #[test]
    fn latin1_is_the_inverse_of_utf8_up_to_255() {
        let text: String = (0..=255u8).map(char::from).collect();
        assert_eq!(latin1(text.as_bytes()).unwrap(), (0..=255).collect::<Vec<u8>>());
        assert!(latin1("\u{100}".as_bytes()).is_none());
        assert!(latin1(b"\xc3").is_none());
    }
}
