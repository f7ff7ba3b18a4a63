//! A dtype as numpy pickles it:
//!
//! ```text
//! REDUCE numpy.dtype ('f8', False, True)
//!   BUILD (3, '<', None, None, None, -1, -1, 0)
//! ```
//!
//! The code has no byte order and no unit; both are in the state. Its length tells the version:
//!
//! ```text
//! 9  (4, order, subdtype, names, fields, itemsize, alignment, flags, metadata)   datetime64, timedelta64, metadata
//! 8  (3, order, subdtype, names, fields, itemsize, alignment, flags)
//! 7  (2, order, subdtype, names, fields, itemsize, alignment)
//! 6  (1, order, subdtype, fields, itemsize, alignment)                           names are in fields[-1]
//! 5  (order, subdtype, fields, itemsize, alignment)                              version 0, the same
//! ```

use unpickle_core::{Call, Class, Dict, Error, Result, Seq, Value};

use crate::cache::DtypeCache;
use crate::code;
use crate::dtype::{Dtype, DtypeKind, NaObject};
use crate::field::read_fields;
use crate::unit::{TimeUnit, Unit};

const EXPECTED: &str = "a numpy dtype";
/// numpy's flag of a structured dtype that was made with `align=True`.
const ALIGNED: i64 = 0x80;

/// Whether there is no dtype inside of this one, as far as can be seen without reading it.
pub(crate) fn is_plain(value: Value<'_>) -> bool {
    let Some(state) = value.as_object().and_then(|object| object.state()).and_then(Value::as_seq) else {
        return true;
    };
    let first = if state.len() == 5 { 1 } else { 2 };
    let is_none = |i| state.get(i).is_some_and(Value::is_none);
    is_none(first) && is_none(first + 1)
}

/// Bytes of an element, and whether it holds objects, without looking at fields: as numpy itself takes it from the
/// state. A long list of arrays asks it for each.
pub(crate) fn size(value: Value<'_>) -> Result<(usize, bool)> {
    /// numpy's flag of elements that hold objects.
    const HAS_OBJECT: i64 = 0x01;
    if is_plain(value) {
        let dtype: Dtype = value.extract()?;
        return Ok((dtype.itemsize(), dtype.has_object()));
    }
    let state = value.as_object().and_then(|object| object.state());
    let state = State::new(state.ok_or_else(|| Error::data(value, EXPECTED))?)?;
    let size =
        state.size()?.ok_or_else(|| Error::invalid(state.whole, "a structured dtype without a size"))?;
    let flags = state.flags.and_then(Value::as_i64).unwrap_or(0);
    Ok((size, flags & HAS_OBJECT != 0))
}

/// Reads a dtype, or a class that numpy takes for one.
pub(crate) fn read<'p>(value: Value<'p>, cache: &mut DtypeCache<'p>) -> Result<Dtype> {
    if let Some(class) = value.as_class() {
        return of_class(class).ok_or_else(|| Error::data(value, EXPECTED));
    }
    let call = value.call().ok_or_else(|| Error::data(value, EXPECTED))?;
    match (call.module, call.name) {
        ("numpy", "dtype") if call.method.is_none() => of_call(value, call, cache),
        ("numpy._core._internal" | "numpy.core._internal", "_convert_to_stringdtype_kwargs") => {
            let coerce =
                call.args.get(0).is_none_or(|flag| flag.as_bool() != Some(false) && flag.as_i64() != Some(0));
            Ok(Dtype::string(na_object(call.args.get(1)), coerce))
        }
        ("numpy.core" | "numpy._core", "_DType_reconstruct") => {
            let class = call.args.get(0).and_then(Value::as_class);
            class.and_then(of_class).ok_or_else(|| Error::data(value, EXPECTED))
        }
        ("numpy.dtypes", name) => code::dtype_class(name).ok_or_else(|| Error::data(value, EXPECTED)),
        _ => Err(Error::data(value, EXPECTED)),
    }
}

fn of_class(class: Class<'_>) -> Option<Dtype> {
    match class.module() {
        "numpy.dtypes" => code::dtype_class(class.name()),
        "numpy" => {
            let (kind, itemsize) = code::named(class.name())?;
            Some(Dtype::simple(kind, itemsize, false))
        }
        "ml_dtypes" => Dtype::of_ml_dtypes(class.name()),
        "builtins" => {
            let (kind, itemsize) = match class.name() {
                name @ ("bool" | "int" | "float" | "complex" | "object" | "str" | "bytes") => {
                    code::named(name)?
                }
                _ => return None,
            };
            Some(Dtype::simple(kind, itemsize, false))
        }
        _ => None,
    }
}

fn na_object(value: Option<Value<'_>>) -> NaObject {
    match value {
        None => NaObject::Absent,
        Some(value) if value.is_none() => NaObject::None,
        Some(value) if value.as_f64().is_some_and(f64::is_nan) => NaObject::Nan,
        Some(value) => value.as_str().map_or(NaObject::Other, |text| NaObject::Text(text.to_owned())),
    }
}

fn of_call<'p>(value: Value<'p>, call: Call<'p>, cache: &mut DtypeCache<'p>) -> Result<Dtype> {
    let code = call.args.get(0).ok_or_else(|| Error::invalid(value, "numpy.dtype() without arguments"))?;
    let record = code.as_class().is_some_and(|class| class.name() == "record");
    let (base, known) = match code.as_text() {
        Some(text) => {
            let dtype = code::parse(&text);
            (dtype.ok_or_else(|| Error::unsupported(value, format!("numpy dtype '{text}'")))?, true)
        }
        None => match code.as_class().map(of_class) {
            // `numpy.record` and other kinds of void: the state tells the rest.
            Some(None) => (Dtype::simple(DtypeKind::Void, 0, false), true),
            Some(Some(dtype)) => (dtype, true),
            // `dtype(other_dtype)`, which nobody pickles, or what is no dtype at all.
            None => (cache.dtype(code)?, false),
        },
    };
    match call.object.state() {
        Some(state) if known => apply(value, &base, record, State::new(state)?, cache),
        _ => Ok(base),
    }
}

/// The state, whatever its version.
struct State<'p> {
    whole: Value<'p>,
    order: Value<'p>,
    subdtype: Value<'p>,
    names: Option<Value<'p>>,
    fields: Value<'p>,
    itemsize: Value<'p>,
    flags: Option<Value<'p>>,
    metadata: Option<Value<'p>>,
}

impl<'p> State<'p> {
    fn new(whole: Value<'p>) -> Result<State<'p>> {
        let expected = || Error::data(whole, "the state of a numpy dtype (a tuple of 5 to 9)");
        let items = whole.as_seq().ok_or_else(expected)?;
        let item = |i: usize| items.get(i).ok_or_else(expected);
        // Where the order stands, where the names (if any), and where the fields.
        let (order, names, fields) = match items.len() {
            5 => (0, None, 2),
            6 => (1, None, 3),
            7..=9 => (1, Some(3), 4),
            _ => return Err(Error::invalid(whole, "a numpy dtype of an unknown version")),
        };
        if order == 1 && !item(0)?.as_i64().is_some_and(|version| (0..=4).contains(&version)) {
            return Err(Error::unsupported(whole, "a numpy dtype of an unknown version"));
        }
        Ok(State {
            whole,
            order: item(order)?,
            subdtype: item(order + 1)?,
            names: names.map(item).transpose()?,
            fields: item(fields)?,
            itemsize: item(fields + 1)?,
            flags: items.get(7),
            metadata: items.get(8),
        })
    }

    fn big_endian(&self) -> Result<bool> {
        match self.order.as_text().as_deref() {
            Some(">") => Ok(true),
            // '=' is whatever the writer's machine was; nobody pickles it.
            Some("<" | "|" | "=") => Ok(false),
            _ => Err(Error::data(self.order, "the byte order of a numpy dtype ('<', '>' or '|')")),
        }
    }

    /// The size where the state tells one; it does for text, bytes, void and containers.
    fn size(&self) -> Result<Option<usize>> {
        if self.itemsize.is_none() {
            return Ok(None);
        }
        match self.itemsize.as_i64() {
            Some(-1) => Ok(None),
            Some(size) if size >= 0 && size <= i64::from(i32::MAX) => Ok(usize::try_from(size).ok()),
            _ => Err(Error::data(self.itemsize, "the item size of a numpy dtype")),
        }
    }

    /// Names and fields, if there are any. Old versions hold the names under the key -1 of the fields.
    fn fields(&self) -> Result<Option<(Seq<'p>, Dict<'p>)>> {
        if self.fields.is_none() {
            return Ok(None);
        }
        let expected = |value| Error::data(value, "the fields of a numpy dtype (a dict)");
        let fields = self.fields.as_dict().ok_or_else(|| expected(self.fields))?;
        let names = match self.names {
            Some(names) => names,
            None => fields.get(-1_i64).ok_or_else(|| expected(self.fields))?,
        };
        let names = names.as_seq().ok_or_else(|| Error::data(names, "the field names of a numpy dtype"))?;
        Ok(Some((names, fields)))
    }
}

fn apply<'p>(
    value: Value<'p>,
    base: &Dtype,
    record: bool,
    state: State<'p>,
    cache: &mut DtypeCache<'p>,
) -> Result<Dtype> {
    let size = state.size()?;
    if !state.subdtype.is_none() {
        return subarray(value, state.subdtype, size, cache);
    }
    if let Some((names, fields)) = state.fields()? {
        let itemsize =
            size.ok_or_else(|| Error::invalid(state.whole, "a structured dtype without a size"))?;
        let fields = read_fields(names, fields, itemsize, cache)?;
        let aligned = state.flags.and_then(Value::as_i64).is_some_and(|flags| flags & ALIGNED != 0);
        let dtype = Dtype::structured(fields, itemsize, aligned, record);
        return dtype.ok_or_else(|| {
            Error::limit(
                "a numpy dtype of more than 65,536 fields, or whose fields overlap more than 16 times",
            )
        });
    }
    let itemsize = match base.kind() {
        DtypeKind::Str => {
            let size = size.unwrap_or(base.itemsize());
            if size % 4 != 0 {
                return Err(Error::invalid(state.whole, format!("text elements of {size} bytes")));
            }
            size
        }
        DtypeKind::Bytes | DtypeKind::Void => size.unwrap_or(base.itemsize()),
        _ => match size {
            Some(size) if size != base.itemsize() => {
                let message = format!("{base} elements of {size} bytes");
                return Err(Error::invalid(state.whole, message));
            }
            _ => base.itemsize(),
        },
    };
    let kind = match (base.kind(), state.metadata.filter(|metadata| !metadata.is_none())) {
        (DtypeKind::Datetime(_), Some(metadata)) => DtypeKind::Datetime(time_unit(metadata)?),
        (DtypeKind::Timedelta(_), Some(metadata)) => DtypeKind::Timedelta(time_unit(metadata)?),
        // User metadata: nothing about the bytes.
        (kind, _) => kind.clone(),
    };
    Ok(Dtype::simple(kind, itemsize, state.big_endian()?))
}

/// `(base, shape)`, the shape being a tuple or one number.
fn subarray<'p>(
    value: Value<'p>,
    subdtype: Value<'p>,
    size: Option<usize>,
    cache: &mut DtypeCache<'p>,
) -> Result<Dtype> {
    let expected = || Error::data(subdtype, "a pair of dtype and shape");
    let pair = subdtype.as_seq().filter(|pair| pair.len() == 2).ok_or_else(expected)?;
    let (base, shape) = (pair.get(0).ok_or_else(expected)?, pair.get(1).ok_or_else(expected)?);
    let base = cache.dtype(base)?;
    let shape = crate::shape::read_shape(shape)?.as_slice().to_vec();
    let bytes = shape.iter().try_fold(base.itemsize(), |bytes, &len| bytes.checked_mul(len));
    let bytes = bytes.filter(|&bytes| i32::try_from(bytes).is_ok());
    match bytes {
        Some(bytes) if size.is_none_or(|size| size == bytes) => {
            // Elements without bytes cost nothing to claim.
            let len = shape.iter().try_fold(1_usize, |len, &axis| len.checked_mul(axis));
            if base.itemsize() == 0 && len.is_none_or(|len| len > crate::layout::MAX_EMPTY) {
                return Err(Error::limit("a numpy dtype of too many empty elements"));
            }
            Ok(Dtype::subarray(base, shape, bytes))
        }
        _ => Err(Error::invalid(value, "the size of a numpy dtype is not that of its subarray")),
    }
}

/// `(user_metadata, (unit, count, denominator, event))`.
fn time_unit(metadata: Value<'_>) -> Result<TimeUnit> {
    let expected = || Error::data(metadata, "the unit of a datetime64 dtype");
    let pair = metadata.as_seq().ok_or_else(expected)?;
    let unit = pair.get(1).and_then(Value::as_seq).ok_or_else(expected)?;
    let symbol = unit.get(0).ok_or_else(expected)?;
    let symbol = match symbol.as_bytes() {
        Some(bytes) => std::str::from_utf8(bytes).ok(),
        None => symbol.as_str(),
    };
    let symbol = symbol.ok_or_else(expected)?;
    let named = Unit::from_symbol(symbol)
        .ok_or_else(|| Error::unsupported(metadata, format!("datetime64 unit '{symbol}'")))?;
    let count = unit.get(1).and_then(Value::as_i64).filter(|&count| count > 0).ok_or_else(expected)?;
    if unit.get(2).is_some_and(|denominator| denominator.as_i64() != Some(1)) {
        return Err(Error::unsupported(metadata, "a datetime64 unit with a denominator"));
    }
    Ok(TimeUnit { unit: named, count })
}
