//! Reading a leaf where it lies.

use crate::op::Opcode;

/// A leaf's value.
#[derive(Clone, Copy)]
pub(crate) enum Leaf<'p> {
    None,
    Bool(bool),
    Small(i64),
    /// Two's complement, little-endian, of any length.
    Big(&'p [u8]),
    Float(f64),
    Str(&'p [u8]),
    Str2(&'p [u8]),
    Bytes(&'p [u8]),
    ByteArray(&'p [u8]),
    EmptyTuple,
}

/// The leaf whose opcode is at `at`; `None` only if the bytes are not those that were decoded.
#[inline]
pub(crate) fn read(bytes: &[u8], at: usize) -> Option<Leaf<'_>> {
    let byte = *bytes.get(at)?;
    let body = at + 1;
    Some(match Opcode::from_byte(byte)? {
        Opcode::ShortBinUnicode => Leaf::Str(data1(bytes, body)?),
        Opcode::BinUnicode => Leaf::Str(data4(bytes, body)?),
        Opcode::BinUnicode8 => Leaf::Str(data8(bytes, body)?),
        Opcode::None => Leaf::None,
        Opcode::NewTrue => Leaf::Bool(true),
        Opcode::NewFalse => Leaf::Bool(false),
        Opcode::BinInt1 => Leaf::Small((*bytes.get(body)?).into()),
        Opcode::BinInt2 => Leaf::Small(u16::from_le_bytes(chunk(bytes, body)?).into()),
        Opcode::BinInt => Leaf::Small(i32::from_le_bytes(chunk(bytes, body)?).into()),
        Opcode::BinFloat => Leaf::Float(f64::from_be_bytes(chunk(bytes, body)?)),
        Opcode::Long1 => long(data1(bytes, body)?),
        Opcode::Long4 => long(data4(bytes, body)?),
        Opcode::ShortBinString => Leaf::Str2(data1(bytes, body)?),
        Opcode::BinString => Leaf::Str2(data4(bytes, body)?),
        Opcode::ShortBinBytes => Leaf::Bytes(data1(bytes, body)?),
        Opcode::BinBytes => Leaf::Bytes(data4(bytes, body)?),
        Opcode::BinBytes8 => Leaf::Bytes(data8(bytes, body)?),
        Opcode::ByteArray8 => Leaf::ByteArray(data8(bytes, body)?),
        Opcode::EmptyTuple => Leaf::EmptyTuple,
        _ => return None,
    })
}

/// The float at `at`; what [`read`] says, in less time.
#[inline(always)]
pub(crate) fn float(bytes: &[u8], at: usize) -> Option<f64> {
    let [opcode, number @ ..] = chunk::<9>(bytes, at)?;
    (opcode == Opcode::BinFloat as u8).then(|| f64::from_be_bytes(number))
}

/// The `str` at `at`.
#[inline(always)]
pub(crate) fn str(bytes: &[u8], at: usize) -> Option<&[u8]> {
    if *bytes.get(at)? == Opcode::ShortBinUnicode as u8 {
        return data1(bytes, at + 1);
    }
    match read(bytes, at)? {
        Leaf::Str(text) => Some(text),
        _ => None,
    }
}

/// The integer at `at`, if it fits.
#[inline(always)]
pub(crate) fn small(bytes: &[u8], at: usize) -> Option<i64> {
    if *bytes.get(at)? == Opcode::BinInt as u8 {
        return Some(i32::from_le_bytes(chunk(bytes, at + 1)?).into());
    }
    match read(bytes, at)? {
        Leaf::Small(value) => Some(value),
        _ => None,
    }
}

/// An integer of up to eight bytes as it is, a longer one without its superfluous bytes.
fn long(mut data: &[u8]) -> Leaf<'_> {
    while let [rest @ .., next, last] = data {
        let sign = if next & 0x80 == 0 { 0 } else { 0xff };
        if *last != sign {
            break;
        }
        data = &data[..rest.len() + 1];
    }
    if data.len() > 8 {
        return Leaf::Big(data);
    }
    let sign = data.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut bytes = [if sign { 0xff } else { 0 }; 8];
    bytes[..data.len()].copy_from_slice(data);
    Leaf::Small(i64::from_le_bytes(bytes))
}

#[inline(always)]
fn chunk<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

#[inline(always)]
fn data1(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let len = usize::from(*bytes.get(at)?);
    bytes.get(at + 1..at + 1 + len)
}

fn data4(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let len = u32::from_le_bytes(chunk(bytes, at)?) as usize;
    bytes.get(at + 4..at + 4 + len)
}

fn data8(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let len = usize::try_from(u64::from_le_bytes(chunk(bytes, at)?)).ok()?;
    bytes.get(at + 8..)?.get(..len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_loses_its_superfluous_bytes_and_nothing_else() {
        let small = |data| match long(data) {
            Leaf::Small(value) => value,
            _ => panic!("not small"),
        };
        assert_eq!(small(b""), 0);
        assert_eq!(small(b"\xff"), -1);
        assert_eq!(small(b"\xff\x00"), 255);
        assert_eq!(small(b"\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), 1);
        assert_eq!(small(b"\x00\x00\x00\x00\x00\x00\x00\x80\xff"), i64::MIN);
        assert!(matches!(long(b"\x00\x00\x00\x00\x00\x00\x00\x80\x00"), Leaf::Big(data) if data.len() == 9));
    }
}
