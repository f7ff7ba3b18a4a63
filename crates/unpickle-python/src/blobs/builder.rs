//! Values as a column of a type that was asked for.

use std::sync::Arc;

use arrow_array::builder::{
    BinaryViewBuilder, BooleanBuilder, Date32Builder, NullBufferBuilder, PrimitiveBuilder, StringViewBuilder,
};
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, LargeListArray, StructArray, make_array};
use arrow_buffer::{OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, FieldRef, Fields, TimeUnit};
use unpickle::numpy::number;
use unpickle::pandas::{Std, stdlib};
use unpickle::{Category, Error, Result, Value};

/// Bytes that an item of a list is counted as.
const ITEM: usize = 16;

/// What a blob may still become: a list that holds one list over and over, which does likewise, is all of them as a column.
pub(super) struct Room(usize);

impl Room {
    /// That of a blob of so many bytes.
    pub(super) fn of(bytes: usize) -> Room {
        Room(bytes.saturating_mul(64).saturating_add(1 << 26))
    }

    fn take(&mut self, bytes: usize) -> bool {
        let left = self.0.checked_sub(bytes);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

/// A column that grows. It nests as deep as the type that was asked for, whatever the values are.
pub(super) enum Builder {
    Bool(BooleanBuilder),
    Int8(PrimitiveBuilder<Int8Type>),
    Int16(PrimitiveBuilder<Int16Type>),
    Int32(PrimitiveBuilder<Int32Type>),
    Int64(PrimitiveBuilder<Int64Type>),
    UInt8(PrimitiveBuilder<UInt8Type>),
    UInt16(PrimitiveBuilder<UInt16Type>),
    UInt32(PrimitiveBuilder<UInt32Type>),
    UInt64(PrimitiveBuilder<UInt64Type>),
    Float32(PrimitiveBuilder<Float32Type>),
    Float64(PrimitiveBuilder<Float64Type>),
    Text(StringViewBuilder),
    Binary(BinaryViewBuilder),
    Date(Date32Builder),
    /// Counts of nanoseconds over `per`: moments without a zone, spans, times of day.
    Counts {
        values: PrimitiveBuilder<Int64Type>,
        what: Counted,
        per: i64,
        to: DataType,
    },
    List {
        items: Box<Builder>,
        field: FieldRef,
        ends: Vec<i64>,
        valid: NullBufferBuilder,
    },
    Struct {
        columns: Vec<Builder>,
        fields: Fields,
        valid: NullBufferBuilder,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Moment,
    Span,
    Time,
}

impl Builder {
    /// An empty one for values of type `to`.
    ///
    /// # Errors
    ///
    /// Of this type no column is made.
    pub(super) fn of(to: &DataType, rows: usize) -> Result<Builder> {
        let counts = |what, per| Builder::Counts {
            values: PrimitiveBuilder::with_capacity(rows),
            what,
            per,
            to: to.clone(),
        };
        Ok(match to {
            DataType::Boolean => Builder::Bool(BooleanBuilder::with_capacity(rows)),
            DataType::Int8 => Builder::Int8(PrimitiveBuilder::with_capacity(rows)),
            DataType::Int16 => Builder::Int16(PrimitiveBuilder::with_capacity(rows)),
            DataType::Int32 => Builder::Int32(PrimitiveBuilder::with_capacity(rows)),
            DataType::Int64 => Builder::Int64(PrimitiveBuilder::with_capacity(rows)),
            DataType::UInt8 => Builder::UInt8(PrimitiveBuilder::with_capacity(rows)),
            DataType::UInt16 => Builder::UInt16(PrimitiveBuilder::with_capacity(rows)),
            DataType::UInt32 => Builder::UInt32(PrimitiveBuilder::with_capacity(rows)),
            DataType::UInt64 => Builder::UInt64(PrimitiveBuilder::with_capacity(rows)),
            DataType::Float32 => Builder::Float32(PrimitiveBuilder::with_capacity(rows)),
            DataType::Float64 => Builder::Float64(PrimitiveBuilder::with_capacity(rows)),
            DataType::Utf8View => Builder::Text(StringViewBuilder::with_capacity(rows)),
            DataType::BinaryView => Builder::Binary(BinaryViewBuilder::with_capacity(rows)),
            DataType::Date32 => Builder::Date(Date32Builder::with_capacity(rows)),
            DataType::Timestamp(unit, None) => counts(Counted::Moment, nanos(*unit)),
            DataType::Duration(unit) => counts(Counted::Span, nanos(*unit)),
            DataType::Time64(unit) => counts(Counted::Time, nanos(*unit)),
            DataType::LargeList(field) => Builder::List {
                items: Box::new(Builder::of(field.data_type(), rows)?),
                field: Arc::clone(field),
                ends: Vec::with_capacity(rows),
                valid: NullBufferBuilder::new(rows),
            },
            DataType::Struct(fields) if !fields.is_empty() => Builder::Struct {
                columns: fields
                    .iter()
                    .map(|field| Builder::of(field.data_type(), rows))
                    .collect::<Result<_>>()?,
                fields: fields.clone(),
                valid: NullBufferBuilder::new(rows),
            },
            other => {
                let message =
                    format!("values of pickles are not decoded to {other}; take a plainer type and cast");
                return Err(Error::message(Category::Unsupported, message));
            }
        })
    }

    /// Appends nothing.
    pub(super) fn null(&mut self) {
        match self {
            Builder::Bool(out) => out.append_null(),
            Builder::Int8(out) => out.append_null(),
            Builder::Int16(out) => out.append_null(),
            Builder::Int32(out) => out.append_null(),
            Builder::Int64(out) => out.append_null(),
            Builder::UInt8(out) => out.append_null(),
            Builder::UInt16(out) => out.append_null(),
            Builder::UInt32(out) => out.append_null(),
            Builder::UInt64(out) => out.append_null(),
            Builder::Float32(out) => out.append_null(),
            Builder::Float64(out) => out.append_null(),
            Builder::Text(out) => out.append_null(),
            Builder::Binary(out) => out.append_null(),
            Builder::Date(out) => out.append_null(),
            Builder::Counts { values, .. } => values.append_null(),
            Builder::List { ends, valid, .. } => {
                ends.push(ends.last().copied().unwrap_or(0));
                valid.append_null();
            }
            Builder::Struct { columns, valid, .. } => {
                columns.iter_mut().for_each(Builder::null);
                valid.append_null();
            }
        }
    }

    /// Appends a value. One that is not of the type is an error if `strict`, and then the column is of no more use; else it is null.
    pub(super) fn push(&mut self, value: Value<'_>, strict: bool, room: &mut Room) -> Result<()> {
        let unfit = |what: &str| if strict { Err(Error::data(value, what)) } else { Ok(()) };
        macro_rules! put {
            ($out:expr, $found:expr, $what:expr) => {
                match $found {
                    Some(found) => $out.append_value(found),
                    None => {
                        $out.append_null();
                        unfit($what)?;
                    }
                }
            };
        }
        if value.is_none() {
            self.null();
            return Ok(());
        }
        match self {
            Builder::Bool(out) => put!(out, number::<bool>(value).ok(), "a bool"),
            Builder::Int8(out) => put!(out, int::<Int8Type>(value), "an int of 8 bits"),
            Builder::Int16(out) => put!(out, int::<Int16Type>(value), "an int of 16 bits"),
            Builder::Int32(out) => put!(out, int::<Int32Type>(value), "an int of 32 bits"),
            Builder::Int64(out) => put!(out, int::<Int64Type>(value), "an int of 64 bits"),
            Builder::UInt8(out) => put!(out, int::<UInt8Type>(value), "an int of 8 bits from 0 on"),
            Builder::UInt16(out) => put!(out, int::<UInt16Type>(value), "an int of 16 bits from 0 on"),
            Builder::UInt32(out) => put!(out, int::<UInt32Type>(value), "an int of 32 bits from 0 on"),
            Builder::UInt64(out) => put!(out, int::<UInt64Type>(value), "an int of 64 bits from 0 on"),
            Builder::Float32(out) => put!(out, float(value).map(narrow), "a float"),
            Builder::Float64(out) => put!(out, float(value), "a float"),
            Builder::Text(out) => {
                put!(out, value.as_str().filter(|text| room.take(text.len())), "a str that fits")
            }
            Builder::Binary(out) => {
                put!(out, value.as_bytes().filter(|bytes| room.take(bytes.len())), "bytes that fit")
            }
            Builder::Date(out) => {
                let days = match stdlib::recognise(value) {
                    Some(Std::Date(date)) => Some(date.days()),
                    _ => None,
                };
                put!(out, days, "a datetime.date");
            }
            Builder::Counts { values, what, per, .. } => {
                let (count, wanted) = counted(value, *what, *per);
                put!(values, count, wanted);
            }
            Builder::List { items, ends, valid, .. } => {
                match value.as_seq().filter(|found| room.take(found.len().saturating_mul(ITEM))) {
                    Some(found) => {
                        let end = ends.last().copied().unwrap_or(0);
                        for item in found.iter() {
                            items.push(item, strict, room)?;
                        }
                        ends.push(end.saturating_add_unsigned(found.len() as u64));
                        valid.append_non_null();
                    }
                    None => {
                        self.null();
                        unfit("a list that fits")?;
                    }
                }
            }
            Builder::Struct { columns, fields, valid } => {
                let Some(found) = members(value, fields) else {
                    self.null();
                    return unfit("a dict");
                };
                for (column, member) in columns.iter_mut().zip(found) {
                    match member {
                        Some(member) => column.push(member, strict, room)?,
                        None => column.null(),
                    }
                }
                valid.append_non_null();
            }
        }
        Ok(())
    }

    /// The column.
    pub(super) fn finish(self) -> Result<ArrayRef> {
        let failed = |error: arrow_schema::ArrowError| Error::message(Category::Data, error.to_string());
        Ok(match self {
            Builder::Bool(mut out) => Arc::new(out.finish()),
            Builder::Int8(mut out) => Arc::new(out.finish()),
            Builder::Int16(mut out) => Arc::new(out.finish()),
            Builder::Int32(mut out) => Arc::new(out.finish()),
            Builder::Int64(mut out) => Arc::new(out.finish()),
            Builder::UInt8(mut out) => Arc::new(out.finish()),
            Builder::UInt16(mut out) => Arc::new(out.finish()),
            Builder::UInt32(mut out) => Arc::new(out.finish()),
            Builder::UInt64(mut out) => Arc::new(out.finish()),
            Builder::Float32(mut out) => Arc::new(out.finish()),
            Builder::Float64(mut out) => Arc::new(out.finish()),
            Builder::Text(mut out) => Arc::new(out.finish()),
            Builder::Binary(mut out) => Arc::new(out.finish()),
            Builder::Date(mut out) => Arc::new(out.finish()),
            Builder::Counts { mut values, to, .. } => {
                // The same numbers under the name of the type.
                let data = values.finish().into_data().into_builder().data_type(to);
                make_array(data.build().map_err(failed)?)
            }
            Builder::List { items, field, ends, mut valid } => {
                let offsets: Vec<i64> = std::iter::once(0).chain(ends).collect();
                let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
                Arc::new(
                    LargeListArray::try_new(field, offsets, items.finish()?, valid.finish())
                        .map_err(failed)?,
                )
            }
            Builder::Struct { columns, fields, mut valid } => {
                let columns = columns.into_iter().map(Builder::finish).collect::<Result<Vec<_>>>()?;
                Arc::new(StructArray::try_new(fields, columns, valid.finish()).map_err(failed)?)
            }
        })
    }
}

/// An int, Python's or numpy's, if it fits. True is none.
fn int<T: ArrowPrimitiveType>(value: Value<'_>) -> Option<T::Native>
where
    T::Native: TryFrom<i64> + TryFrom<u64>,
{
    match value.as_i64().or_else(|| signed(value)) {
        Some(int) => T::Native::try_from(int).ok(),
        None => T::Native::try_from(number::<u64>(value).ok()?).ok(),
    }
}

/// Numpy's scalars are asked for by their own dtype.
fn signed(value: Value<'_>) -> Option<i64> {
    macro_rules! first {
        ($($of:ty),*) => { None$(.or_else(|| number::<$of>(value).ok().map(i64::from)))* };
    }
    first!(i64, i32, i16, i8, u32, u16, u8)
}

/// A float, Python's or numpy's, or an int that float64 holds.
fn float(value: Value<'_>) -> Option<f64> {
    if let Some(int) = value.as_i64() {
        let float = int as f64;
        return (float as i128 == i128::from(int)).then_some(float);
    }
    let numpy = || number::<f64>(value).ok().or_else(|| number::<f32>(value).ok().map(f64::from));
    value.as_f64().or_else(numpy)
}

/// As numpy and polars cast it: to the nearest.
fn narrow(float: f64) -> f32 {
    float as f32
}

/// The members of a dict, or the attributes of an object, that have the names of the fields. The last of one name counts.
fn members<'p>(value: Value<'p>, fields: &Fields) -> Option<Vec<Option<Value<'p>>>> {
    let mut found = vec![None; fields.len()];
    let Some(dict) = value.as_dict().or_else(|| value.as_object()?.pairs()) else {
        value.as_object()?;
        for (field, found) in fields.iter().zip(&mut found) {
            *found = value.attr(field.name()).ok();
        }
        return Some(found);
    };
    // Most dicts have the names in the order in which they were asked for.
    let mut guess = 0;
    for (key, value) in dict.pairs() {
        let Some(key) = key.as_str() else { continue };
        let is = |place: &usize| fields.get(*place).is_some_and(|field| field.name() == key);
        let place = Some(guess).filter(is).or_else(|| (0..fields.len()).find(is));
        if let Some(place) = place {
            if let Some(found) = found.get_mut(place) {
                *found = Some(value);
            }
            guess = place + 1;
        }
    }
    Some(found)
}

/// How many nanoseconds one count is.
fn nanos(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}

/// A moment, span or time of day as a count that loses nothing, and what was wanted.
fn counted(value: Value<'_>, what: Counted, per: i64) -> (Option<i64>, &'static str) {
    let found = stdlib::recognise(value);
    let (micros, wanted) = match (what, found) {
        (Counted::Moment, Some(Std::DateTime(moment))) if moment.time.zone.is_none() => {
            (Some(moment.micros()), "")
        }
        (Counted::Span, Some(Std::TimeDelta(span))) => (span.micros(), "a datetime.timedelta that fits"),
        (Counted::Time, Some(Std::Time(time))) if time.zone.is_none() => (Some(time.micros()), ""),
        (Counted::Moment, _) => (None, "a datetime.datetime without a zone"),
        (Counted::Span, _) => (None, "a datetime.timedelta"),
        (Counted::Time, _) => (None, "a datetime.time without a zone"),
    };
    let count = micros.and_then(|micros| {
        let nanos = i128::from(micros) * 1_000;
        let per = i128::from(per);
        (nanos % per == 0).then(|| i64::try_from(nanos / per).ok()).flatten()
    });
    (count, if wanted.is_empty() { "a time that the unit holds" } else { wanted })
}
