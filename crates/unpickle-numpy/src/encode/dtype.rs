//! A dtype: a call of `numpy.dtype`, and the state that has byte order, fields and unit.

use std::io::Write;

use unpickle_core::{Category, Encoder, Error, Make, Result};

use super::{ArrayEncoder, Global, NumpyNames};
use crate::dtype::{Dtype, DtypeKind, Field, NaObject};
use crate::unit::TimeUnit;

/// numpy's flags of a dtype, as its state has them.
const NEEDS_INIT: i64 = 8;
const NEEDS_API: i64 = 16;
const OBJECT: i64 = 63;
/// Those that a structure has from its fields.
const OF_FIELDS: i64 = 27;
const ALIGNED: i64 = 128;

impl ArrayEncoder {
    /// A dtype.
    ///
    /// # Errors
    ///
    /// numpy has no such dtype: `bfloat16` and the like are of other libraries.
    pub fn dtype<W: Write>(&mut self, out: &mut Encoder<W>, dtype: &Dtype) -> Result<()> {
        if let Some((_, memo)) = self.dtypes.iter().find(|(known, _)| is_same(known, dtype)) {
            return out.get(*memo);
        }
        match dtype.kind() {
            DtypeKind::String => self.string_dtype(out, dtype)?,
            DtypeKind::BFloat16 | DtypeKind::Float8(_) | DtypeKind::ComplexHalf => {
                let message = format!("numpy itself has no dtype {dtype}");
                return Err(Error::message(Category::Unsupported, message));
            }
            _ => self.plain_dtype(out, dtype)?,
        }
        let memo = out.memoize()?;
        self.dtypes.push((dtype.clone(), memo));
        Ok(())
    }

    fn plain_dtype<W: Write>(&mut self, out: &mut Encoder<W>, dtype: &Dtype) -> Result<()> {
        out.begin_object()?;
        out.begin_call(Make::Reduce)?;
        self.global(out, Global::Dtype)?;
        out.begin_tuple(3)?;
        if dtype.is_record() {
            self.global(out, Global::Record)?;
        } else {
            out.str(&code(dtype))?;
        }
        out.bool(false)?;
        out.bool(true)?;
        out.end()?;
        out.end()?;
        self.state(out, dtype)?;
        out.build()?;
        out.end()?;
        Ok(())
    }

    fn state<W: Write>(&mut self, out: &mut Encoder<W>, dtype: &Dtype) -> Result<()> {
        let unit = dtype.time_unit();
        out.begin_tuple(if unit.is_some() { 9 } else { 8 })?;
        out.int(if unit.is_some() { 4 } else { 3 })?;
        out.str(order(dtype))?;
        match dtype.kind() {
            DtypeKind::Subarray(base, shape) => {
                out.begin_tuple(2)?;
                self.dtype(out, base)?;
                shape_tuple(out, shape)?;
                out.end()?;
            }
            _ => out.none()?,
        }
        match dtype.kind() {
            DtypeKind::Struct(fields) => self.fields(out, fields)?,
            _ => {
                out.none()?;
                out.none()?;
            }
        }
        let sized = matches!(
            dtype.kind(),
            DtypeKind::Bytes
                | DtypeKind::Str
                | DtypeKind::Void
                | DtypeKind::Struct(_)
                | DtypeKind::Subarray(..)
        );
        out.int(if sized { dtype.itemsize() as i64 } else { -1 })?;
        out.int(if sized { alignment(dtype) } else { -1 })?;
        // For numpy 1 it is a signed byte; numpy 2 takes that, too, and forgets that the structure was aligned.
        out.int(match (self.names, flags(dtype)) {
            (NumpyNames::Core, flags) if flags > 127 => flags - 256,
            (_, flags) => flags,
        })?;
        if let Some(unit) = unit {
            metadata(out, unit)?;
        }
        out.end()?;
        Ok(())
    }

    /// The names, and what each field is.
    fn fields<W: Write>(&mut self, out: &mut Encoder<W>, fields: &[Field]) -> Result<()> {
        out.begin_tuple(fields.len())?;
        fields.iter().try_for_each(|field| out.str(&field.name).map(drop))?;
        out.end()?;
        out.begin_dict(None)?;
        for field in fields {
            // A title is a key, too.
            for key in [Some(&field.name), field.title.as_ref()].into_iter().flatten() {
                out.str(key)?;
                out.begin_tuple(if field.title.is_some() { 3 } else { 2 })?;
                self.dtype(out, &field.dtype)?;
                out.int(field.offset as i64)?;
                if let Some(title) = &field.title {
                    out.str(title)?;
                }
                out.end()?;
            }
        }
        out.end()?;
        Ok(())
    }

    fn string_dtype<W: Write>(&mut self, out: &mut Encoder<W>, dtype: &Dtype) -> Result<()> {
        out.begin_call(Make::Reduce)?;
        self.global(out, Global::StringDtype)?;
        let missing = !matches!(dtype.na_object(), NaObject::Absent);
        out.begin_tuple(if missing { 2 } else { 1 })?;
        out.int(dtype.coerces().into())?;
        match dtype.na_object() {
            NaObject::Absent => {}
            NaObject::None => out.none()?,
            NaObject::Nan => out.float(f64::NAN)?,
            NaObject::Text(text) => drop(out.str(text)?),
            NaObject::Other => {
                let message = "a StringDType whose missing value is an object of another library";
                return Err(Error::message(Category::Unsupported, message));
            }
        }
        out.end()?;
        out.end()?;
        Ok(())
    }
}

/// Equality of dtypes does not tell a record from a structure, nor the one that is aligned.
fn is_same(a: &Dtype, b: &Dtype) -> bool {
    a == b && a.is_record() == b.is_record() && a.is_aligned() == b.is_aligned()
}

/// The array protocol's code, without byte order and unit.
fn code(dtype: &Dtype) -> String {
    if *dtype.kind() == DtypeKind::Object {
        return "O8".to_owned();
    }
    let code = dtype.typestr();
    let code = code.trim_start_matches(['<', '>', '|']);
    code.split('[').next().unwrap_or(code).to_owned()
}

fn order(dtype: &Dtype) -> &'static str {
    match dtype.typestr().as_bytes().first() {
        Some(b'<') => "<",
        Some(b'>') => ">",
        _ => "|",
    }
}

fn alignment(dtype: &Dtype) -> i64 {
    match dtype.kind() {
        DtypeKind::Str => 4,
        DtypeKind::Bytes | DtypeKind::Void => 1,
        DtypeKind::Subarray(base, _) => alignment(base),
        DtypeKind::Struct(fields) if dtype.is_aligned() => {
            fields.iter().map(|field| alignment(&field.dtype)).max().unwrap_or(1)
        }
        DtypeKind::Struct(_) => 1,
        DtypeKind::Complex(size) => i64::from(*size) / 2,
        DtypeKind::LongDouble(_) | DtypeKind::ComplexLongDouble(_) => 16,
        _ => dtype.itemsize().clamp(1, 8) as i64,
    }
}

fn flags(dtype: &Dtype) -> i64 {
    match dtype.kind() {
        DtypeKind::Str => NEEDS_INIT,
        DtypeKind::Void => NEEDS_API,
        DtypeKind::Object | DtypeKind::String => OBJECT,
        DtypeKind::Subarray(base, _) => flags(base) & OF_FIELDS,
        DtypeKind::Struct(fields) => {
            let own = NEEDS_API | if dtype.is_aligned() { ALIGNED } else { 0 };
            fields.iter().fold(own, |all, field| all | (flags(&field.dtype) & OF_FIELDS))
        }
        _ => 0,
    }
}

/// The unit, with metadata of the user's, of which there are none.
fn metadata<W: Write>(out: &mut Encoder<W>, unit: TimeUnit) -> Result<()> {
    out.begin_tuple(2)?;
    out.begin_dict(0)?;
    out.end()?;
    out.begin_tuple(4)?;
    out.bytes(unit.unit.symbol().as_bytes())?;
    out.int(unit.count)?;
    out.int(1)?;
    out.int(1)?;
    out.end()?;
    out.end()?;
    Ok(())
}

/// A shape.
pub(super) fn shape_tuple<W: Write>(out: &mut Encoder<W>, shape: &[usize]) -> Result<()> {
    out.begin_tuple(shape.len())?;
    for &len in shape {
        out.int(i64::try_from(len).map_err(|_| Error::limit("a shape larger than memory"))?)?;
    }
    out.end()?;
    Ok(())
}
