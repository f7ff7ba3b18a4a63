//! How a [`Dtype`] prints: as `str(dtype)` does in numpy, which is also what pandas' metadata hold.

use std::fmt;

use crate::dtype::{Dtype, DtypeKind, Field, NaObject};

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.itemsize().saturating_mul(8);
        match self.kind() {
            DtypeKind::Bool => f.write_str("bool"),
            DtypeKind::Object => f.write_str("object"),
            DtypeKind::Bytes | DtypeKind::Str | DtypeKind::Void => f.write_str(&self.typestr()),
            DtypeKind::Struct(fields) => {
                if self.is_record() {
                    f.write_str("(numpy.record, ")?;
                }
                structured(self, fields, self.is_aligned(), f)?;
                if self.is_record() { f.write_str(")") } else { Ok(()) }
            }
            DtypeKind::Subarray(base, shape) => {
                f.write_str("(")?;
                construction(base, f)?;
                write!(f, ", {})", Shape(shape))
            }
            DtypeKind::String => string(self, f),
            DtypeKind::BFloat16 => f.write_str("bfloat16"),
            DtypeKind::Float8(format) => f.write_str(format.name()),
            DtypeKind::ComplexHalf => f.write_str("complex32"),
            _ if self.is_big_endian() => f.write_str(&self.typestr()),
            DtypeKind::Int(_) => write!(f, "int{bits}"),
            DtypeKind::UInt(_) => write!(f, "uint{bits}"),
            DtypeKind::Float(_) | DtypeKind::LongDouble(_) => write!(f, "float{bits}"),
            DtypeKind::Complex(_) | DtypeKind::ComplexLongDouble(_) => write!(f, "complex{bits}"),
            DtypeKind::Datetime(unit) => write!(f, "datetime64{unit}"),
            DtypeKind::Timedelta(unit) => write!(f, "timedelta64{unit}"),
        }
    }
}

impl Dtype {
    /// The array protocol's type string, numpy's `dtype.str`: `"<i8"`, `"|S3"`, `"<M8[ns]"`.
    ///
    /// ```
    /// assert_eq!(unpickle_numpy::Dtype::float(8).typestr(), "<f8");
    /// ```
    pub fn typestr(&self) -> String {
        let order = if self.is_big_endian() { '>' } else { '<' };
        let size = self.itemsize();
        match self.kind() {
            DtypeKind::Bool => "|b1".to_owned(),
            DtypeKind::Int(1) => "|i1".to_owned(),
            DtypeKind::UInt(1) => "|u1".to_owned(),
            DtypeKind::Int(_) => format!("{order}i{size}"),
            DtypeKind::UInt(_) => format!("{order}u{size}"),
            DtypeKind::Float(_) | DtypeKind::LongDouble(_) => format!("{order}f{size}"),
            DtypeKind::Complex(_) | DtypeKind::ComplexLongDouble(_) => format!("{order}c{size}"),
            // What numpy makes of a dtype that is not its own.
            DtypeKind::BFloat16 | DtypeKind::ComplexHalf => format!("{order}V{size}"),
            DtypeKind::Float8(_) => format!("{order}V1"),
            DtypeKind::Bytes => format!("|S{size}"),
            DtypeKind::Str => format!("{order}U{}", size / 4),
            DtypeKind::Void | DtypeKind::Struct(_) | DtypeKind::Subarray(..) => format!("|V{size}"),
            DtypeKind::Datetime(unit) => format!("{order}M8{unit}"),
            DtypeKind::Timedelta(unit) => format!("{order}m8{unit}"),
            DtypeKind::Object => "|O".to_owned(),
            DtypeKind::String => format!("|T{size}"),
        }
    }
}

/// What numpy calls the short construction form: what stands inside of a structured dtype.
fn construction(dtype: &Dtype, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match dtype.kind() {
        // Inside of another, `align=True` cannot be said and is not.
        DtypeKind::Struct(fields) if !dtype.is_record() => structured(dtype, fields, false, f),
        DtypeKind::Struct(fields) => {
            f.write_str("(numpy.record, ")?;
            structured(dtype, fields, false, f)?;
            f.write_str(")")
        }
        DtypeKind::Subarray(..) => write!(f, "{dtype}"),
        DtypeKind::String => f.write_str("'T'"),
        DtypeKind::Bool => f.write_str("'?'"),
        DtypeKind::Object => f.write_str("'O'"),
        DtypeKind::Bytes | DtypeKind::Void | DtypeKind::Int(1) | DtypeKind::UInt(1) => {
            let code = dtype.typestr();
            let code = code.trim_start_matches('|');
            write!(f, "'{}'", if dtype.itemsize() == 0 { code.trim_end_matches('0') } else { code })
        }
        _ => write!(f, "'{}'", dtype.typestr()),
    }
}

fn structured(dtype: &Dtype, fields: &[Field], align: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if align || !is_packed(dtype, fields) {
        return with_offsets(dtype, fields, align, f);
    }
    f.write_str("[")?;
    for (i, field) in fields.iter().enumerate() {
        f.write_str(if i == 0 { "(" } else { ", (" })?;
        match &field.title {
            Some(title) => write!(f, "({}, {}), ", Quoted(title), Quoted(&field.name))?,
            None => write!(f, "{}, ", Quoted(&field.name))?,
        }
        if let DtypeKind::Subarray(base, shape) = field.dtype.kind() {
            construction(base, f)?;
            write!(f, ", {}", Shape(shape))?;
        } else {
            construction(&field.dtype, f)?;
        }
        f.write_str(")")?;
    }
    f.write_str("]")
}

fn with_offsets(dtype: &Dtype, fields: &[Field], align: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let comma = |i: usize| if i == 0 { "" } else { ", " };
    f.write_str("{'names': [")?;
    for (i, field) in fields.iter().enumerate() {
        write!(f, "{}{}", comma(i), Quoted(&field.name))?;
    }
    f.write_str("], 'formats': [")?;
    for (i, field) in fields.iter().enumerate() {
        f.write_str(comma(i))?;
        construction(&field.dtype, f)?;
    }
    f.write_str("], 'offsets': [")?;
    for (i, field) in fields.iter().enumerate() {
        write!(f, "{}{}", comma(i), field.offset)?;
    }
    if fields.iter().any(|field| field.title.is_some()) {
        f.write_str("], 'titles': [")?;
        for (i, field) in fields.iter().enumerate() {
            f.write_str(comma(i))?;
            match &field.title {
                Some(title) => write!(f, "{}", Quoted(title))?,
                None => f.write_str("None")?,
            }
        }
    }
    write!(f, "], 'itemsize': {}", dtype.itemsize())?;
    f.write_str(if align { ", 'aligned': True}" } else { "}" })
}

/// Whether the fields follow each other without a gap – other than those that `align=True` makes, in an aligned one.
fn is_packed(dtype: &Dtype, fields: &[Field]) -> bool {
    let round_up = |end: usize, align: usize| end.checked_next_multiple_of(align).unwrap_or(usize::MAX);
    let mut end = 0_usize;
    for field in fields {
        if dtype.is_aligned() {
            end = round_up(end, alignment(&field.dtype));
        }
        if field.offset != end {
            return false;
        }
        end = end.saturating_add(field.dtype.itemsize());
    }
    if dtype.is_aligned() {
        end = round_up(end, alignment(dtype));
    }
    end == dtype.itemsize()
}

/// Where a C compiler (on x86-64) would let an element start: at multiples of this.
fn alignment(dtype: &Dtype) -> usize {
    match dtype.kind() {
        DtypeKind::Bytes | DtypeKind::Void => 1,
        DtypeKind::Str => 4,
        DtypeKind::LongDouble(12) | DtypeKind::ComplexLongDouble(24) => 4,
        DtypeKind::Complex(_) | DtypeKind::ComplexHalf | DtypeKind::ComplexLongDouble(_) => {
            (dtype.itemsize() / 2).max(1)
        }
        DtypeKind::String => 8,
        DtypeKind::Struct(fields) if dtype.is_aligned() => {
            fields.iter().map(|field| alignment(&field.dtype)).max().unwrap_or(1)
        }
        DtypeKind::Struct(_) => 1,
        DtypeKind::Subarray(base, _) => alignment(base),
        _ => dtype.itemsize().max(1),
    }
}

fn string(dtype: &Dtype, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let na = match dtype.na_object() {
        NaObject::Absent => None,
        NaObject::None => Some("None".to_owned()),
        NaObject::Nan => Some("nan".to_owned()),
        NaObject::Text(text) => Some(Quoted(text).to_string()),
        NaObject::Other => Some("...".to_owned()),
    };
    match (na, dtype.coerces()) {
        (None, true) => f.write_str("StringDType()"),
        (None, false) => f.write_str("StringDType(coerce=False)"),
        (Some(na), true) => write!(f, "StringDType(na_object={na})"),
        (Some(na), false) => write!(f, "StringDType(na_object={na}, coerce=False)"),
    }
}

/// A dtype as an error names it: structures by their number of fields, for a hundred of them are no help.
pub(crate) struct Brief<'a>(pub(crate) &'a Dtype);

impl fmt::Display for Brief<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.kind() {
            DtypeKind::Struct(fields) if fields.len() == 1 => f.write_str("structures of 1 field"),
            DtypeKind::Struct(fields) => write!(f, "structures of {} fields", fields.len()),
            DtypeKind::Subarray(base, shape) => write!(f, "{} subarrays {}", Brief(base), Shape(shape)),
            _ => write!(f, "{}", self.0),
        }
    }
}

/// A shape as Python prints a tuple: `(2, 3)`, `(3,)`, `()`.
pub(crate) struct Shape<'a>(pub(crate) &'a [usize]);

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (i, len) in self.0.iter().enumerate() {
            write!(f, "{}{len}", if i == 0 { "" } else { ", " })?;
        }
        f.write_str(if self.0.len() == 1 { ",)" } else { ")" })
    }
}

/// A text as Python prints it.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = if self.0.contains('\'') && !self.0.contains('"') { '"' } else { '\'' };
        write!(f, "{quote}")?;
        for c in self.0.chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                c if c == quote => write!(f, "\\{c}")?,
                c if c.is_ascii_control() => write!(f, "\\x{:02x}", u32::from(c))?,
                c => write!(f, "{c}")?,
            }
        }
        write!(f, "{quote}")
    }
}
