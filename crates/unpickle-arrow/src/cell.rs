//! What a cell of Python objects is to Arrow.

use std::collections::HashMap;

use chrono_tz::Tz;
use unpickle_core::{Id, Int, Seq, Value, View};
use unpickle_numpy::{self as numpy, DtypeCache, NdArray, Scalar, TimeUnit as Ticks, Unit};
use unpickle_pandas::{self as pandas, Mapping, PandasScalar, Recogniser, Std, TimeZone};

use crate::times;

/// A cell, as far as Arrow has a type for it.
#[derive(Clone, Debug)]
pub(crate) enum Cell<'p> {
    Null,
    Bool(bool),
    Int(Int<'p>),
    /// A numpy unsigned integer beyond int64.
    UInt(u64),
    Float(f64),
    /// A float that is narrower: numpy's float16 and float32.
    Narrow(f32),
    Str(&'p [u8]),
    /// A Python 2 `str`, which may be text.
    Str2(&'p [u8]),
    /// Text that is made, not found in the pickle.
    Made(String),
    Bytes(&'p [u8]),
    /// Days since 1970.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// An instant in UTC, or a time on a clock without a zone.
    Stamp {
        value: i64,
        unit: times::Unit,
        zone: Option<Id>,
    },
    Duration {
        value: i64,
        unit: times::Unit,
    },
    Decimal(&'p str),
    Uuid(u128),
    Complex(f64, f64),
    Period {
        ordinal: i64,
        freq: Value<'p>,
    },
    List(Seq<'p>),
    Array(Box<NdArray<'p>>),
    Map(Map<'p>),
    /// Anything else, which is written as JSON text.
    Other,
}

/// The pairs of a dict, or of what is like one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Map<'p> {
    Dict(unpickle_core::Dict<'p>),
    Like(Mapping<'p>),
}

impl<'p> Map<'p> {
    pub(crate) fn each(self, mut each: impl FnMut(Value<'p>, Value<'p>)) {
        match self {
            Map::Dict(dict) => dict.iter().for_each(|(key, value)| each(key, value)),
            Map::Like(mapping) => mapping.iter().for_each(|(key, value)| each(key, value)),
        }
    }
}

/// Tells what cells are. It remembers classes, dtypes and zones, so it serves one pickle.
#[derive(Default)]
pub(crate) struct Reader<'p> {
    classes: Recogniser,
    dtypes: DtypeCache<'p>,
    zones: HashMap<Id, Option<(TimeZone, Option<Tz>)>>,
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
            View::Buffer(Some(bytes)) => Cell::Bytes(bytes),
            View::List(items) | View::Tuple(items) | View::Set(items) | View::FrozenSet(items) => {
                Cell::List(items)
            }
            View::Dict(dict) => Cell::Map(Map::Dict(dict)),
            View::Object(_) | View::Class(_) => self.object(value),
            _ => Cell::Other,
        }
    }

    fn object(&mut self, value: Value<'p>) -> Cell<'p> {
        match self.classes.recognise(value) {
            Some(pandas::Cell::Std(std)) => self.std(std),
            Some(pandas::Cell::Pandas(scalar)) => self.pandas(scalar),
            Some(pandas::Cell::NumpyScalar) => match Scalar::from_pickle_with(value, &mut self.dtypes) {
                Ok(scalar) => match scalar.cell() {
                    Some(cell) => self.numpy(cell),
                    None => Cell::Other,
                },
                Err(_) => Cell::Other,
            },
            Some(pandas::Cell::NumpyArray) => match NdArray::from_pickle_with(value, &mut self.dtypes) {
                Ok(array) => Cell::Array(Box::new(array)),
                Err(_) => Cell::Other,
            },
            _ => Cell::Other,
        }
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
                    None => Cell::Other,
                }
            }
            Std::TimeDelta(delta) => match delta.micros() {
                Some(value) => Cell::Duration { value, unit: times::Unit::Micro },
                None => Cell::Other,
            },
            Std::Decimal(text) if text.contains(['N', 'n']) && !text.contains(['I', 'i']) => Cell::Null,
            Std::Decimal(text) => Cell::Decimal(text),
            Std::Uuid(uuid) => Cell::Uuid(uuid),
            Std::Complex(real, imag) => Cell::Complex(real, imag),
            Std::Path(path) => Cell::Made(path),
            Std::Ip(ip) => Cell::Made(ip.to_string()),
            Std::IpNetwork(text) => Cell::Str(text.as_bytes()),
            Std::Mapping(mapping) => Cell::Map(Map::Like(mapping)),
            Std::Sequence(items) => Cell::List(items),
            _ => Cell::Other,
        }
    }

    fn pandas(&mut self, scalar: PandasScalar<'p>) -> Cell<'p> {
        match scalar {
            PandasScalar::NaT | PandasScalar::NA => Cell::Null,
            PandasScalar::Timestamp { value, unit, zone } => {
                match times::Unit::of(Ticks { unit, count: 1 }) {
                    _ if value == i64::MIN => Cell::Null,
                    Some(unit) => {
                        if let Some(zone) = zone {
                            self.zone(zone);
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
            PandasScalar::Interval { .. } => Cell::Other,
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
            numpy::Cell::LongDouble(value) => Cell::Float(value.value),
            numpy::Cell::Complex64(value) => Cell::Complex(value.re.into(), value.im.into()),
            numpy::Cell::Complex128(value) => Cell::Complex(value.re, value.im),
            numpy::Cell::Bytes(bytes) | numpy::Cell::Void(bytes) => Cell::Bytes(bytes),
            numpy::Cell::Str(text, _) => match String::from_utf8(text) {
                Ok(text) => Cell::Made(text),
                Err(_) => Cell::Other,
            },
            numpy::Cell::Datetime(i64::MIN, _) | numpy::Cell::Timedelta(i64::MIN, _) => Cell::Null,
            numpy::Cell::Datetime(value, Ticks { unit: Unit::Day, count: 1 }) => match i32::try_from(value) {
                Ok(days) => Cell::Date(days),
                Err(_) => Cell::Other,
            },
            numpy::Cell::Datetime(value, ticks) => match times::Unit::of(ticks) {
                Some(unit) => Cell::Stamp { value, unit, zone: None },
                None => Cell::Other,
            },
            numpy::Cell::Timedelta(value, ticks) => match times::Unit::of(ticks) {
                Some(unit) => Cell::Duration { value, unit },
                None => Cell::Other,
            },
            numpy::Cell::Object(value) => self.read(value),
            numpy::Cell::Array(array) => Cell::Array(Box::new(array)),
            _ => Cell::Other,
        }
    }

    /// The zone of an id that a cell gave.
    pub(crate) fn zone_name(&self, id: Id) -> Option<&str> {
        self.zones.get(&id)?.as_ref().map(|(zone, _)| zone.name.as_str())
    }

    fn zone(&mut self, zone: Value<'p>) -> Option<&(TimeZone, Option<Tz>)> {
        let known = self.zones.entry(zone.id()).or_insert_with(|| {
            let zone = TimeZone::from_value(zone).ok()?;
            let rules = zone.name.parse().ok();
            Some((zone, rules))
        });
        known.as_ref()
    }

    /// What a clock of the zone shows, as an instant.
    fn utc_of(&mut self, zone: Value<'p>, local: i64, fold: bool) -> Option<i64> {
        let (zone, rules) = self.zone(zone)?;
        let offset = match (zone.utc_offset, rules) {
            (Some(offset), _) => i64::from(offset),
            (None, Some(rules)) => times::offset_of(*rules, local, fold)?,
            (None, None) => return None,
        };
        local.checked_sub(offset.checked_mul(1_000_000)?)
    }
}
