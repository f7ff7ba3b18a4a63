//! Arrays of objects that are all of one plain type, as arrays of that type.

use unpickle_core::{Result, Value};
use unpickle_numpy::{Dtype, NdArray, Scalar};

use crate::write::Chunks;

/// The one type of all cells.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cells {
    /// Text of at most so many characters.
    Text(usize),
    /// Bytes, at most so many.
    Bytes(usize),
    Bool,
    Int,
    UInt,
    Float,
    /// Scalars of numpy, of this dtype.
    Scalar(Dtype),
}

/// A wider array than this many times the input, and some, is no honest one: the longest text makes all cells as long.
const MAX_GROWTH: usize = 64;
const MIN_BYTES: usize = 16 << 20;

impl Cells {
    /// The type of all cells, or what is in the way.
    pub(crate) fn of(array: &NdArray<'_>) -> Result<Cells, String> {
        if !array.dtype().fields().is_empty() {
            return Err("structures that hold objects".to_owned());
        }
        let Some(cells) = array.objects() else { return Err("no objects".to_owned()) };
        let mut all: Option<Cells> = None;
        for cell in cells.iter() {
            let one = Cells::of_one(cell)?;
            all = match all {
                None => Some(one),
                Some(all) => Some(all.and(one)?),
            };
        }
        let all = all.unwrap_or(Cells::Float);
        let most = array.origin().input_len().saturating_mul(MAX_GROWTH).saturating_add(MIN_BYTES);
        let width = all.dtype().map_or(0, |dtype| dtype.itemsize());
        if cells.len().saturating_mul(width) > most {
            return Err(format!("objects, of which the longest would make each take {width} bytes"));
        }
        Ok(all)
    }

    fn of_one(cell: Value<'_>) -> Result<Cells, String> {
        if let Some(text) = cell.as_str_bytes() {
            let Ok(text) = std::str::from_utf8(text) else {
                return Err("text with lone surrogates".to_owned());
            };
            // numpy takes them for padding.
            if text.ends_with('\0') {
                return Err("text that ends in NUL".to_owned());
            }
            return Ok(Cells::Text(text.chars().count()));
        }
        if let Some(bytes) = cell.as_bytes() {
            return match bytes.last() {
                Some(0) => Err("bytes that end in NUL".to_owned()),
                _ => Ok(Cells::Bytes(bytes.len())),
            };
        }
        if cell.as_bool().is_some() {
            return Ok(Cells::Bool);
        }
        if cell.as_f64().is_some() {
            return Ok(Cells::Float);
        }
        if let Some(int) = cell.as_int() {
            return match (int.as_i64(), int.as_u64()) {
                (Some(_), _) => Ok(Cells::Int),
                (None, Some(_)) => Ok(Cells::UInt),
                _ => Err("integers of more than 64 bits".to_owned()),
            };
        }
        match cell.extract::<Scalar<'_>>() {
            Ok(scalar) if scalar.bytes().is_some() && !scalar.dtype().is_big_endian() => {
                Ok(Cells::Scalar(scalar.dtype().clone()))
            }
            _ => Err(format!("objects, of which one is a {}", cell.kind())),
        }
    }

    fn and(self, other: Cells) -> Result<Cells, String> {
        match (self, other) {
            (Cells::Text(a), Cells::Text(b)) => Ok(Cells::Text(a.max(b))),
            (Cells::Bytes(a), Cells::Bytes(b)) => Ok(Cells::Bytes(a.max(b))),
            (a, b) if a == b => Ok(a),
            (a, b) => Err(format!("objects of several types, {} and {}", a.name(), b.name())),
        }
    }

    fn name(&self) -> String {
        match self {
            Cells::Text(_) => "str".to_owned(),
            Cells::Bytes(_) => "bytes".to_owned(),
            Cells::Bool => "bool".to_owned(),
            Cells::Int => "int".to_owned(),
            Cells::UInt => "int of 64 bits without a sign".to_owned(),
            Cells::Float => "float".to_owned(),
            Cells::Scalar(dtype) => format!("numpy.{dtype}"),
        }
    }

    /// The dtype of the array that holds them.
    pub(crate) fn dtype(&self) -> Option<Dtype> {
        match self {
            // As numpy does, for it knows no text of no characters.
            Cells::Text(chars) => Dtype::of_code(&format!("<U{}", (*chars).max(1))),
            Cells::Bytes(bytes) => Dtype::of_code(&format!("|S{}", (*bytes).max(1))),
            Cells::Bool => Some(Dtype::bool()),
            Cells::Int => Some(Dtype::int(8)),
            Cells::UInt => Dtype::of_code("<u8"),
            Cells::Float => Some(Dtype::float(8)),
            Cells::Scalar(dtype) => Some(dtype.clone()),
        }
    }

    /// Writes the cells in C order.
    pub(crate) fn write(&self, array: &NdArray<'_>, out: &mut Chunks<'_>) -> Result<()> {
        let width = self.dtype().map_or(0, |dtype| dtype.itemsize());
        for cell in array.objects().iter().flat_map(|cells| cells.iter()) {
            let mut left = width;
            let mut put = |bytes: &[u8]| {
                left = left.saturating_sub(bytes.len());
                out.push(bytes)
            };
            match self {
                Cells::Text(_) => {
                    for c in cell.as_str().unwrap_or_default().chars() {
                        put(&u32::from(c).to_le_bytes())?;
                    }
                }
                Cells::Bytes(_) => put(cell.as_bytes().unwrap_or_default())?,
                Cells::Bool => put(&[u8::from(cell.as_bool() == Some(true))])?,
                Cells::Int => put(&cell.as_i64().unwrap_or_default().to_le_bytes())?,
                Cells::UInt => put(&cell.as_u64().unwrap_or_default().to_le_bytes())?,
                Cells::Float => put(&cell.as_f64().unwrap_or_default().to_le_bytes())?,
                Cells::Scalar(_) => put(cell.extract::<Scalar<'_>>()?.bytes().unwrap_or_default())?,
            }
            out.zeros(left)?;
        }
        Ok(())
    }
}
