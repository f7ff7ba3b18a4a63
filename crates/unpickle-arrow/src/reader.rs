//! Tells what the cells of a column of Python objects are.

use std::collections::HashMap;

use unpickle_core::{Id, Int, Value, View};
use unpickle_numpy::{self as numpy, DtypeCache, DtypeKind, MaskedArray, NdArray, Scalar, TimeUnit as Ticks};
use unpickle_pandas::{self as pandas, PandasScalar, Recogniser, Std, TimeZone};

use crate::build::unit_of;
use crate::cell::{Cell, Map};
use crate::kind;
use crate::notes::Told;
use crate::numpy::{Instant, days_of_month, instant};
use crate::times;
use crate::zone::Zone;

/// Tells what cells are. It remembers classes, dtypes and zones, so it serves one pickle.
#[derive(Default)]
pub(crate) struct Reader<'p> {
    classes: Recogniser,
    dtypes: DtypeCache<'p>,
    zones: HashMap<Id, Option<(TimeZone, Option<Zone>)>>,
    /// What the last object was, if it was a scalar of numpy.
    pub(crate) scalar: Option<kind::Scalar>,
    /// What of the cells read so far was mapped.
    pub(crate) told: Told,
}

impl<'p> Reader<'p> {
    /// The cell in `value`.
    #[inline]
    pub(crate) fn read(&mut self, value: Value<'p>) -> Cell<'p> {
        match value.view() {
            View::None => Cell::Null,
            View::Str(text) => Cell::Str(text.as_bytes()),
            View::Float(float) if float.is_nan() => Cell::Null,
            View::Float(float) => Cell::Float(float),
            View::Int(int) => Cell::Int(int),
            View::Bool(value) => Cell::Bool(value),
            View::Str2(bytes) => Cell::Str2(bytes),
            View::Bytes(bytes) | View::ByteArray(bytes) => Cell::Bytes(bytes),
            View::Buffer(buffer) => buffer.bytes().map_or(Cell::Other, Cell::Bytes),
            View::List(items) | View::Tuple(items) | View::Set(items) | View::FrozenSet(items) => {
                Cell::List(items)
            }
            View::Dict(dict) => Cell::Map(Map::Dict(dict)),
            View::Object(_) | View::Class(_) => self.object(value),
            _ => Cell::Other,
        }
    }

    fn object(&mut self, value: Value<'p>) -> Cell<'p> {
        self.scalar = None;
        match self.classes.recognise(value) {
            Some(pandas::Cell::Std(std)) => self.std(std),
            Some(pandas::Cell::Pandas(scalar)) => self.pandas(scalar),
            Some(pandas::Cell::NumpyScalar) => match Scalar::from_pickle_with(value, &mut self.dtypes) {
                Ok(scalar) => {
                    let cell = self.inside(scalar.cell());
                    self.scalar = Some(match *scalar.dtype().kind() {
                        DtypeKind::Int(bytes) => kind::Scalar::Signed(bytes),
                        DtypeKind::UInt(bytes) => kind::Scalar::Unsigned(bytes),
                        DtypeKind::Float(2) => kind::Scalar::Half,
                        _ => kind::Scalar::Other,
                    });
                    cell
                }
                Err(_) => Cell::Other,
            },
            Some(pandas::Cell::NumpyArray) => match NdArray::from_pickle_with(value, &mut self.dtypes) {
                // Of no dimensions: as the scalar that it holds.
                Ok(array) if array.ndim() == 0 => self.inside(array.cell(0)),
                Ok(array) => Cell::Array(Box::new(array)),
                Err(_) => match MaskedArray::from_pickle_with(value, &mut self.dtypes) {
                    Ok(masked) if masked.data().ndim() == 1 => Cell::Masked(Box::new(masked)),
                    _ => Cell::Other,
                },
            },
            Some(pandas::Cell::Geometry(wkb)) => Cell::Bytes(wkb),
            _ => Cell::Other,
        }
    }

    /// What a scalar holds. An object may be a scalar again, or this one: it is looked at no deeper.
    fn inside(&mut self, cell: Option<numpy::Cell<'p>>) -> Cell<'p> {
        match cell {
            Some(numpy::Cell::Object(value)) => self.plain(value),
            Some(cell) => self.numpy(cell),
            None => Cell::Other,
        }
    }

    /// A value that is no object.
    fn plain(&mut self, value: Value<'p>) -> Cell<'p> {
        if value.as_object().is_some() { Cell::Other } else { self.read(value) }
    }

    fn std(&mut self, std: Std<'p>) -> Cell<'p> {
        match std {
            Std::Date(date) => Cell::Date(date.days()),
            Std::Time(time) if time.zone.is_none() => Cell::Time(time.micros()),
            Std::DateTime(datetime) => {
                let local = datetime.micros();
                let Some(zone) = datetime.time.zone else {
                    return Cell::Stamp { value: local, unit: times::Unit::Micro, zone: None };
                };
                match self.utc_of(zone, local, datetime.time.fold) {
                    Some(value) => Cell::Stamp { value, unit: times::Unit::Micro, zone: Some(zone.id()) },
                    None => Cell::Library(Box::new(std)),
                }
            }
            Std::TimeDelta(delta) => match delta.micros() {
                Some(value) => Cell::Duration { value, unit: times::Unit::Micro },
                None => Cell::Library(Box::new(std)),
            },
            Std::Decimal(text) if text.contains(['N', 'n']) && !text.contains(['I', 'i']) => {
                self.told.decimal_nan = true;
                Cell::Null
            }
            Std::Decimal(text) => Cell::Decimal(text),
            Std::Uuid(uuid) => Cell::Uuid(uuid),
            Std::Complex(real, imag) => Cell::Complex(real, imag),
            Std::Path(path) => self.printed(path),
            Std::Ip(ip) => self.printed(ip.to_string()),
            Std::IpNetwork(text) | Std::FractionText(text) => self.printed(text.to_owned()),
            Std::Fraction(numerator, denominator) if denominator.as_i64() == Some(1) => {
                self.printed(numerator.to_string())
            }
            Std::Fraction(numerator, denominator) => self.printed(format!("{numerator}/{denominator}")),
            Std::Enum(value) | Std::UserString(value) => self.plain(value),
            Std::Plain(value) => {
                self.told.subclass = true;
                self.plain(value)
            }
            Std::Mapping(mapping) => Cell::Map(Map::Like(mapping)),
            Std::Sequence(items) => Cell::List(items),
            Std::Array(array) => Cell::Array(Box::new(array)),
            std => Cell::Library(Box::new(std)),
        }
    }

    fn printed(&mut self, text: String) -> Cell<'p> {
        self.told.printed = true;
        Cell::Printed(text)
    }

    fn pandas(&mut self, scalar: PandasScalar<'p>) -> Cell<'p> {
        match scalar {
            PandasScalar::NaT | PandasScalar::NA => Cell::Null,
            PandasScalar::Timestamp { value, unit, zone } => {
                match times::Unit::of(Ticks { unit, count: 1 }) {
                    _ if value == i64::MIN => Cell::Null,
                    Some(unit) => {
                        if let Some(zone) = zone {
                            let unknown = self.zone(zone).is_none();
                            self.told.zone |= unknown;
                        }
                        Cell::Stamp { value, unit, zone: zone.map(Value::id) }
                    }
                    None => Cell::Other,
                }
            }
            PandasScalar::Timedelta { value, unit } => match times::Unit::of(Ticks { unit, count: 1 }) {
                _ if value == i64::MIN => Cell::Null,
                Some(unit) => Cell::Duration { value, unit },
                None => Cell::Other,
            },
            PandasScalar::Period { ordinal: i64::MIN, .. } => Cell::Null,
            PandasScalar::Period { ordinal, freq } => Cell::Period { ordinal, freq },
            PandasScalar::Interval { left, right, closed } => Cell::Interval { left, right, closed },
        }
    }

    pub(crate) fn numpy(&mut self, cell: numpy::Cell<'p>) -> Cell<'p> {
        match cell {
            numpy::Cell::Bool(value) => Cell::Bool(value),
            numpy::Cell::Int(value) => Cell::Int(Int::from(value)),
            numpy::Cell::UInt(value) => match i64::try_from(value) {
                Ok(value) => Cell::Int(Int::from(value)),
                Err(_) => Cell::UInt(value),
            },
            numpy::Cell::Float16(value) if value.is_nan() => Cell::Null,
            numpy::Cell::Float16(value) => Cell::Narrow(value.to_f32()),
            numpy::Cell::Float32(value) if value.is_nan() => Cell::Null,
            numpy::Cell::Float32(value) => Cell::Narrow(value),
            numpy::Cell::Float64(value) if value.is_nan() => Cell::Null,
            numpy::Cell::Float64(value) => Cell::Float(value),
            numpy::Cell::LongDouble(value) if value.value.is_nan() => Cell::Null,
            numpy::Cell::LongDouble(value) => {
                self.told.rounded |= !value.exact;
                Cell::Float(value.value)
            }
            numpy::Cell::Complex64(value) => Cell::Complex(value.re.into(), value.im.into()),
            numpy::Cell::Complex128(value) => Cell::Complex(value.re, value.im),
            numpy::Cell::ComplexLongDouble(re, im) => {
                self.told.rounded |= !(re.exact && im.exact);
                Cell::Complex(re.value, im.value)
            }
            numpy::Cell::Bytes(bytes) | numpy::Cell::Void(bytes) => Cell::Bytes(bytes),
            numpy::Cell::Str(text, _) => match String::from_utf8(text) {
                Ok(text) => Cell::Made(text),
                Err(error) => Cell::Surrogates(error.into_bytes()),
            },
            numpy::Cell::Datetime(i64::MIN, _) | numpy::Cell::Timedelta(i64::MIN, _) => Cell::Null,
            numpy::Cell::Datetime(value, ticks) => self.moment(value, ticks).unwrap_or(Cell::Other),
            numpy::Cell::Timedelta(value, ticks) => span(value, ticks).unwrap_or(Cell::Other),
            numpy::Cell::Object(value) => self.read(value),
            numpy::Cell::Array(array) => Cell::Array(Box::new(array)),
            _ => Cell::Other,
        }
    }

    /// A `datetime64` as the instant or the day that it is; nothing if Arrow has no unit for it.
    fn moment(&mut self, value: i64, ticks: Ticks) -> Option<Cell<'p>> {
        if let Some(unit) = times::Unit::of(ticks) {
            return Some(Cell::Stamp { value, unit, zone: None });
        }
        let days = match instant(ticks) {
            Instant::Ticks(unit, factor, 1) => {
                let unit = unit_of(unit);
                return Some(Cell::Stamp { value: value.checked_mul(factor)?, unit, zone: None });
            }
            Instant::Days(factor) => value.checked_mul(factor)?,
            Instant::Months(factor) => {
                self.told.month = true;
                days_of_month(value.checked_mul(factor)?)?
            }
            _ => return None,
        };
        i32::try_from(days).ok().map(Cell::Date)
    }

    /// The zone of an id that a cell gave. Of a library that nobody here knows it is UTC, in which the instants are.
    pub(crate) fn zone_name(&self, id: Id) -> &str {
        self.zones.get(&id).and_then(Option::as_ref).map_or("UTC", |(zone, _)| zone.name.as_str())
    }

    pub(crate) fn zone(&mut self, zone: Value<'p>) -> Option<&(TimeZone, Option<Zone>)> {
        let told = &mut self.told;
        let known = self.zones.entry(zone.id()).or_insert_with(|| {
            let zone = TimeZone::from_value(zone).ok()?;
            told.zone |= zone.lossy;
            let rules = Zone::parse(&zone.name);
            Some((zone, rules))
        });
        known.as_ref()
    }

    /// What a clock of the zone shows, as an instant.
    fn utc_of(&mut self, zone: Value<'p>, local: i64, fold: bool) -> Option<i64> {
        let (zone, rules) = self.zone(zone)?;
        let offset = match (zone.utc_offset, rules) {
            (Some(offset), _) => i64::from(offset),
            (None, Some(rules)) => rules.offset_of_clock(local, fold)?,
            (None, None) => return None,
        };
        local.checked_sub(offset.checked_mul(1_000_000)?)
    }
}

/// Whether an element of a masked array is missing.
pub(crate) fn is_masked(masked: &MaskedArray<'_>, i: usize) -> bool {
    matches!(masked.mask().cell(i), Some(numpy::Cell::Bool(true)))
}

/// A `timedelta64`; nothing if Arrow has no unit for it.
fn span<'p>(value: i64, ticks: Ticks) -> Option<Cell<'p>> {
    if let Some(unit) = times::Unit::of(ticks) {
        return Some(Cell::Duration { value, unit });
    }
    match instant(ticks) {
        Instant::Ticks(unit, factor, 1) => {
            Some(Cell::Duration { value: value.checked_mul(factor)?, unit: unit_of(unit) })
        }
        Instant::Days(factor) => {
            let value = value.checked_mul(factor)?.checked_mul(86_400)?;
            Some(Cell::Duration { value, unit: times::Unit::Second })
        }
        _ => None,
    }
}
