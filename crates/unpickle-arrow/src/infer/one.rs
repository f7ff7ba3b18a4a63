//! What one cell is.

use unpickle_core::{Encoding, Result};
use unpickle_numpy::{DtypeKind, NdArray};
use unpickle_pandas::{Std, period_freq};

use super::look::{Inference, MAX_DEPTH};
use crate::cell::Cell;
use crate::decimal;
use crate::kind::{Fields, Ints, Kind, Scalar, Size, Span, Why, Width, Zone};
use crate::numpy::{self, plain_type};
use crate::reader::is_masked;
use crate::text::is_utf8;

impl<'p> Inference<'_, 'p> {
    /// The kind of the rows of an array of several dimensions.
    pub(super) fn rows(&mut self, array: &NdArray<'p>) -> Result<Kind> {
        let (mut kind, encoding) = (Kind::Null, array.origin().encoding());
        // Of a plain dtype, one row is like another.
        let plain = plain_type(array.dtype()).is_some();
        let rows = array.shape().first().copied().unwrap_or(0);
        for row in 0..if plain { rows.min(1) } else { rows } {
            kind = kind.merge(self.array(&array.row(row)?, encoding, 0)?);
        }
        Ok(kind)
    }

    pub(super) fn kind_of(
        &mut self,
        cell: Cell<'p>,
        scalar: Option<Scalar>,
        encoding: Encoding,
        depth: usize,
    ) -> Result<Kind> {
        let width = Width::of(scalar);
        let span = if scalar.is_some() { Span::of_numpy } else { Span::of };
        Ok(match cell {
            Cell::Null => Kind::Null,
            Cell::Bool(_) => Kind::Bool,
            Cell::Int(int) => {
                let size = match (int.as_i64(), int.as_u64()) {
                    (Some(_), _) => Size::I64,
                    (None, Some(_)) => Size::U64,
                    _ => match decimal::from_le_bytes(&int.to_le_bytes()) {
                        Some(int) if decimal::fits(int) => Size::Decimal,
                        _ => Size::Larger,
                    },
                };
                Kind::Int(Ints { size, negative: int.is_negative(), exact: int.is_exact_f64(), width })
            }
            Cell::UInt(value) => Kind::Int(Ints {
                size: Size::U64,
                negative: false,
                exact: value.trailing_zeros() >= 11,
                width,
            }),
            Cell::Float(_) => Kind::Float,
            Cell::Narrow(_) if scalar == Some(Scalar::Half) => Kind::Half,
            Cell::Narrow(_) => Kind::Narrow,
            Cell::Str(text) => Kind::Str { utf8: is_utf8(text) },
            Cell::Made(_) | Cell::Printed(_) => Kind::Str { utf8: true },
            Cell::Surrogates(_) => Kind::Str { utf8: false },
            Cell::Str2(bytes) => match encoding {
                Encoding::Bytes => Kind::Bytes { text: false },
                Encoding::Latin1 => Kind::Str2 { utf8: true },
                _ => Kind::Str2 { utf8: is_utf8(bytes) },
            },
            Cell::Bytes(_) => Kind::Bytes { text: false },
            Cell::Date(_) => Kind::Date,
            Cell::Time(_) => Kind::Time,
            Cell::Stamp { value, unit, zone } => {
                let zone = match zone {
                    None => Zone::None,
                    Some(id) => Zone::One(self.reader.zone_name(id).to_owned()),
                };
                Kind::Stamp { span: span(value, unit), zone }
            }
            Cell::Duration { value, unit } => Kind::Duration(span(value, unit)),
            Cell::Decimal(text) => match decimal::digits(text) {
                Some((whole, scale)) => Kind::Decimal { whole, scale },
                None => Kind::Json(Why::Digits),
            },
            Cell::Uuid(_) => Kind::Uuid,
            Cell::Complex(..) => Kind::Complex,
            Cell::Period { freq, .. } => {
                let name = self.freqs.entry(freq.id()).or_insert_with(|| period_freq(freq).ok());
                match name {
                    Some(name) => Kind::Period(name.clone()),
                    None => Kind::Json(Why::Mixed),
                }
            }
            Cell::List(_) | Cell::Map(_) | Cell::Array(_) | Cell::Masked(_) if depth >= MAX_DEPTH => {
                Kind::Json(Why::Mixed)
            }
            Cell::List(items) => {
                let mut inner = Kind::Null;
                self.add_items(&mut inner, items, depth)?;
                Kind::List(Box::new(inner))
            }
            Cell::Array(array) => self.array(&array, encoding, depth)?,
            Cell::Masked(masked) => match plain_type(masked.data().dtype()) {
                Some(data_type) => {
                    self.charge_elements(masked.data())?;
                    let ints = numpy::ints(masked.data(), &mut self.counts)?;
                    Kind::List(Box::new(Kind::Typed(data_type, ints)))
                }
                None => {
                    let mut inner = Kind::Null;
                    for i in (0..masked.data().len()).filter(|&i| !is_masked(&masked, i)) {
                        self.element(&mut inner, masked.data(), i, encoding, depth)?;
                    }
                    Kind::List(Box::new(inner))
                }
            },
            Cell::Map(map) => {
                let mut fields = Fields::default();
                if self.add_fields(&mut fields, map, depth)? {
                    Kind::Struct(fields)
                } else {
                    Kind::Json(Why::Keys)
                }
            }
            Cell::Library(std) => Kind::Json(match *std {
                Std::TimeDelta(_) => Why::Reach,
                _ => Why::Mixed,
            }),
            Cell::Interval { .. } | Cell::Other => Kind::Json(Why::Mixed),
        })
    }

    fn array(&mut self, array: &NdArray<'p>, encoding: Encoding, depth: usize) -> Result<Kind> {
        if array.ndim() > 1 {
            if depth + array.ndim() > MAX_DEPTH {
                return Ok(Kind::Json(Why::Mixed));
            }
            let mut inner = Kind::Null;
            for row in 0..array.shape().first().copied().unwrap_or(0) {
                let row = array.row(row)?;
                self.charge(array.origin())?;
                inner = inner.merge(self.array(&row, encoding, depth + 1)?);
            }
            return Ok(Kind::List(Box::new(inner)));
        }
        let inner = match plain_type(array.dtype()) {
            Some(data_type) => {
                self.charge_elements(array)?;
                Kind::Typed(data_type, numpy::ints(array, &mut self.counts)?)
            }
            None if matches!(array.dtype().kind(), DtypeKind::Struct(_) | DtypeKind::Subarray(..)) => {
                Kind::Json(Why::Mixed)
            }
            None => {
                let mut inner = Kind::Null;
                for i in 0..array.len() {
                    self.element(&mut inner, array, i, encoding, depth)?;
                }
                inner
            }
        };
        Ok(if array.ndim() == 0 { inner } else { Kind::List(Box::new(inner)) })
    }

    fn element(
        &mut self,
        kind: &mut Kind,
        array: &NdArray<'p>,
        i: usize,
        encoding: Encoding,
        depth: usize,
    ) -> Result<()> {
        self.charge(array.origin())?;
        let cell = match array.cell(i) {
            Some(cell) => self.reader.numpy(cell),
            None => Cell::Other,
        };
        let scalar = (!matches!(array.dtype().kind(), DtypeKind::Object)).then_some(Scalar::Other);
        self.add_cell(kind, cell, scalar, encoding, depth + 1)
    }
}
