//! The header of a page, in Thrift's compact protocol (parquet-format, `PageHeader`).

use parquet::basic::Encoding;
use parquet::errors::ParquetError;

const I32: u8 = 5;
const FALSE: u8 = 2;
const STRUCT: u8 = 12;

/// Of a data page of version 1, levels in RLE. `raw` and `packed` are its sizes without and with compression.
pub(super) fn data_header(
    values: usize,
    encoding: Encoding,
    raw: usize,
    packed: usize,
) -> Result<Vec<u8>, ParquetError> {
    let mut out = Vec::with_capacity(32);
    sizes(&mut out, 0, raw, packed)?;
    out.push(2 << 4 | STRUCT);
    number(&mut out, values)?;
    for encoding in [encoding, Encoding::RLE, Encoding::RLE] {
        number(&mut out, code(encoding)?)?;
    }
    out.extend([0, 0]);
    Ok(out)
}

/// Of a dictionary page of plain values, in no order.
pub(super) fn dictionary_header(values: usize, raw: usize, packed: usize) -> Result<Vec<u8>, ParquetError> {
    let mut out = Vec::with_capacity(32);
    sizes(&mut out, 2, raw, packed)?;
    out.push(4 << 4 | STRUCT);
    number(&mut out, values)?;
    number(&mut out, code(Encoding::PLAIN)?)?;
    out.extend([1 << 4 | FALSE, 0, 0]);
    Ok(out)
}

/// The fields that all pages begin with.
fn sizes(out: &mut Vec<u8>, kind: usize, raw: usize, packed: usize) -> Result<(), ParquetError> {
    [kind, raw, packed].into_iter().try_for_each(|value| number(out, value))
}

/// The next field, a number.
fn number(out: &mut Vec<u8>, value: usize) -> Result<(), ParquetError> {
    let value = i32::try_from(value).map_err(|_| too_large())?;
    out.push(1 << 4 | I32);
    varint(out, (value.unsigned_abs() as usize) << 1);
    Ok(())
}

fn code(encoding: Encoding) -> Result<usize, ParquetError> {
    match encoding {
        Encoding::PLAIN => Ok(0),
        Encoding::RLE => Ok(3),
        Encoding::RLE_DICTIONARY => Ok(8),
        other => Err(ParquetError::General(format!("no page of ours is written in {other}"))),
    }
}

/// Seven bits a byte, the lowest first.
pub(super) fn varint(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cold]
pub(super) fn too_large() -> ParquetError {
    ParquetError::General("a page beyond 2 GiB".to_owned())
}
