//! The first pass over a column of Python objects: which Arrow type holds them all.

use std::collections::HashMap;

use unpickle_core::{Encoding, Error, Id, Result, Value};
use unpickle_numpy::{DtypeKind, NdArray};
use unpickle_pandas::{Std, period_freq};

use crate::cell::{Cell, Map, Reader};
use crate::cells::Cells;
use crate::decimal;
use crate::kind::{Fields, Ints, Kind, Scalar, Size, Span, Why, Width, Zone};
use crate::notes;
use crate::numpy::{self, plain_type};
use crate::reader::is_masked;

/// Values inside cells for each byte of the pickle: as many as there are if nothing is shared, and some more.
const VALUES_PER_BYTE: usize = 4;

/// Nested cells beyond this depth are written as JSON text.
const MAX_DEPTH: usize = 32;

/// Looks at cells, one after the other.
pub(crate) struct Inference<'p> {
    pub(crate) reader: Reader<'p>,
    freqs: HashMap<Id, Option<String>>,
    /// How many values inside cells may be looked at, beyond some for each byte of the pickle: shared ones are looked
    /// at for each that holds them.
    budget: usize,
    /// How many were.
    inside: usize,
    /// Room for the integers of an array.
    counts: Vec<i64>,
}

impl<'p> Inference<'p> {
    pub(crate) fn new(budget: usize) -> Inference<'p> {
        Inference { reader: Reader::default(), freqs: HashMap::new(), budget, inside: 0, counts: Vec::new() }
    }

    /// What the user is told of the cells, which were found to be of this kind.
    pub(crate) fn notes(&self, kind: &Kind) -> Vec<String> {
        notes::of(kind, self.reader.told)
    }

    /// The kind of all these cells.
    ///
    /// # Errors
    ///
    /// Sharing makes them hold more values than the limit allows.
    pub(crate) fn all(&mut self, cells: &Cells<'p>) -> Result<Kind> {
        if let Cells::Elements(array) = cells {
            return self.rows(array);
        }
        let mut kind = Kind::Null;
        let mut failed = None;
        cells.each(0..cells.len(), |value| {
            let Some(value) = value else { return };
            // What most columns are made of, told at one look.
            let known = match &mut kind {
                Kind::Str { utf8: true } => match value.as_str_bytes() {
                    Some(text) => std::str::from_utf8(text).is_ok(),
                    None => value.is_none(),
                },
                Kind::Int(ints) if ints.size == Size::I64 => match value.as_i64() {
                    Some(int) => {
                        *ints = ints.with(int);
                        true
                    }
                    None => value.is_none(),
                },
                Kind::Float => value.as_f64().is_some(),
                _ => false,
            };
            if known {
                return;
            }
            if failed.is_none() {
                failed = self.add(&mut kind, value, 0).err();
            }
        });
        match failed {
            Some(error) => Err(error),
            None => Ok(kind.settle()),
        }
    }

    /// The kind of the rows of an array of several dimensions.
    fn rows(&mut self, array: &NdArray<'p>) -> Result<Kind> {
        let (mut kind, encoding) = (Kind::Null, array.origin().encoding());
        // Of a plain dtype, one row is like another.
        let plain = plain_type(array.dtype()).is_some();
        let rows = array.shape().first().copied().unwrap_or(0);
        for row in 0..if plain { rows.min(1) } else { rows } {
            kind = kind.merge(self.array(&array.row(row)?, encoding, 0)?);
        }
        Ok(kind.settle())
    }

    #[inline]
    fn add(&mut self, kind: &mut Kind, value: Value<'p>, depth: usize) -> Result<()> {
        let cell = self.reader.read(value);
        let scalar = value.as_object().and(self.reader.scalar);
        self.add_cell(kind, cell, scalar, value.encoding(), depth)
    }

    fn add_cell(
        &mut self,
        kind: &mut Kind,
        cell: Cell<'p>,
        scalar: Option<Scalar>,
        encoding: Encoding,
        depth: usize,
    ) -> Result<()> {
        // What most columns are all made of.
        match (&mut *kind, &cell) {
            (_, Cell::Null) | (Kind::Bool, Cell::Bool(_)) | (Kind::Float, Cell::Float(_)) => return Ok(()),
            (Kind::Str { utf8: true }, Cell::Str(text)) if std::str::from_utf8(text).is_ok() => return Ok(()),
            (Kind::Int(ints), Cell::Int(int)) if ints.size == Size::I64 && scalar.is_none() => {
                if let Some(int) = int.as_i64() {
                    *ints = ints.with(int);
                    return Ok(());
                }
            }
            // Nothing is above it.
            (Kind::Json(Why::Mixed), _) => return Ok(()),
            // Merged in place: a new kind for each list would cost an allocation each.
            (Kind::List(item), Cell::List(items)) if depth < MAX_DEPTH => {
                let mut inner = std::mem::replace(&mut **item, Kind::Null);
                for value in items.iter() {
                    self.charge(value)?;
                    self.add(&mut inner, value, depth + 1)?;
                }
                **item = inner;
                return Ok(());
            }
            (Kind::Struct(fields), Cell::Map(map)) if depth < MAX_DEPTH => {
                let mut fields = std::mem::take(fields);
                *kind = if self.add_fields(&mut fields, *map, depth)? {
                    Kind::Struct(fields)
                } else {
                    Kind::Json(Why::Keys)
                };
                return Ok(());
            }
            _ => {}
        }
        let new = self.kind_of(cell, scalar, encoding, depth)?;
        *kind = std::mem::replace(kind, Kind::Null).merge(new);
        Ok(())
    }

    /// One more value inside a cell. What is not shared takes a byte at least, so it is never too much.
    fn charge(&mut self, value: Value<'p>) -> Result<()> {
        self.inside += 1;
        if self.inside <= value.input_len().saturating_mul(VALUES_PER_BYTE).saturating_add(self.budget) {
            return Ok(());
        }
        Err(Error::limit(format!(
            "the cells share so much that they would be more values than the limit for a table (at byte {})",
            value.offset()
        )))
    }

    /// Merges the pairs of a dict into fields; false if they are no fields.
    fn add_fields(&mut self, fields: &mut Fields, map: Map<'p>, depth: usize) -> Result<bool> {
        let mut count = 0;
        match map {
            Map::Dict(dict) => {
                for (key, value) in dict.iter() {
                    if !self.add_field(fields, count, key, value, depth)? {
                        return Ok(false);
                    }
                    count += 1;
                }
            }
            Map::Like(mapping) => {
                for (key, value) in mapping.iter() {
                    if !self.add_field(fields, count, key, value, depth)? {
                        return Ok(false);
                    }
                    count += 1;
                }
            }
        }
        fields.count(count);
        Ok(true)
    }

    /// Pair `at` of a dict: dicts from one piece of code have their keys in one order.
    fn add_field(
        &mut self,
        fields: &mut Fields,
        at: usize,
        key: Value<'p>,
        value: Value<'p>,
        depth: usize,
    ) -> Result<bool> {
        self.charge(value)?;
        let Some(name) = key.as_text() else { return Ok(false) };
        let Some(kind) = fields.entry(&name, at) else { return Ok(false) };
        self.add(kind, value, depth + 1)?;
        Ok(true)
    }

    fn kind_of(
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
            Cell::Str(text) => Kind::Str { utf8: std::str::from_utf8(text).is_ok() },
            Cell::Made(_) | Cell::Printed(_) => Kind::Str { utf8: true },
            Cell::Surrogates(_) => Kind::Str { utf8: false },
            Cell::Str2(bytes) => match encoding {
                Encoding::Bytes => Kind::Bytes { text: false },
                Encoding::Latin1 => Kind::Str2 { utf8: true },
                _ => Kind::Str2 { utf8: std::str::from_utf8(bytes).is_ok() },
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
            Cell::Decimal(text) => match crate::decimal::digits(text) {
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
                for value in items.iter() {
                    self.charge(value)?;
                    self.add(&mut inner, value, depth + 1)?;
                }
                Kind::List(Box::new(inner))
            }
            Cell::Array(array) => self.array(&array, encoding, depth)?,
            Cell::Masked(masked) => match plain_type(masked.data().dtype()) {
                Some(data_type) => {
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
            Some(data_type) => Kind::Typed(data_type, numpy::ints(array, &mut self.counts)?),
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
