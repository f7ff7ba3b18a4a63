//! [`Dtype::descr`]: a dtype as the header of an `.npy` file spells it.

use std::fmt::{self, Write as _};

use crate::dtype::{Dtype, DtypeKind, Field};
use crate::dtype_display::{Quoted, Shape};

impl Dtype {
    /// What numpy writes for it into an `.npy` file (`numpy.lib.format.dtype_to_descr`): `'<f8'`, or the list of the
    /// fields of a structure, gaps among them as fields without a name.
    ///
    /// `None` where numpy has no spelling either: fields that overlap, or out of the order of their offsets. The numbers
    /// that numpy lacks (`bfloat16` and the like) and `StringDType` have none.
    ///
    /// ```
    /// assert_eq!(unpickle_numpy::Dtype::float(8).descr().as_deref(), Some("'<f8'"));
    /// ```
    pub fn descr(&self) -> Option<String> {
        let mut out = String::new();
        write(self, &mut out).ok().map(|()| out)
    }
}

/// Dtypes are as deep as reading them allows.
fn write(dtype: &Dtype, out: &mut String) -> fmt::Result {
    match dtype.kind() {
        DtypeKind::Struct(fields) => structure(dtype, fields, out),
        // Only inside of a structure, where the field takes it apart: this is the base of another.
        DtypeKind::Subarray(base, shape) => {
            out.push('(');
            write(base, out)?;
            write!(out, ", {})", Shape(shape))
        }
        DtypeKind::String | DtypeKind::BFloat16 | DtypeKind::Float8(_) | DtypeKind::ComplexHalf => {
            Err(fmt::Error)
        }
        _ => write!(out, "'{}'", dtype.typestr()),
    }
}

fn structure(dtype: &Dtype, fields: &[Field], out: &mut String) -> fmt::Result {
    out.push('[');
    let mut end = 0_usize;
    let mut first = true;
    for field in fields {
        gap(field.offset, end, &mut first, out)?;
        comma(&mut first, out);
        match &field.title {
            Some(title) => write!(out, "(({}, {}), ", Quoted(title), Quoted(&field.name))?,
            None => write!(out, "({}, ", Quoted(&field.name))?,
        }
        match field.dtype.kind() {
            DtypeKind::Subarray(base, shape) => {
                write(base, out)?;
                write!(out, ", {}", Shape(shape))?;
            }
            _ => write(&field.dtype, out)?,
        }
        out.push(')');
        end = field.offset.saturating_add(field.dtype.itemsize());
    }
    gap(dtype.itemsize(), end, &mut first, out)?;
    out.push(']');
    Ok(())
}

/// Bytes that belong to no field.
fn gap(start: usize, end: usize, first: &mut bool, out: &mut String) -> fmt::Result {
    match start.checked_sub(end) {
        None => Err(fmt::Error),
        Some(0) => Ok(()),
        Some(bytes) => {
            comma(first, out);
            write!(out, "('', '|V{bytes}')")
        }
    }
}

fn comma(first: &mut bool, out: &mut String) {
    if !std::mem::replace(first, false) {
        out.push_str(", ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, dtype: Dtype, offset: usize) -> Field {
        Field { name: name.to_owned(), title: None, dtype, offset }
    }

    fn descr(fields: Vec<Field>, itemsize: usize) -> Option<String> {
        Dtype::structured(fields, itemsize, false, false)?.descr()
    }

    #[test]
    fn structures_are_lists_of_fields_and_gaps() {
        let pair = Dtype::subarray(Dtype::int(2), vec![2], 4);
        let inner = Dtype::structured(vec![field("x", Dtype::bool(), 0)], 1, false, false).unwrap();
        assert_eq!(
            descr(vec![field("a", Dtype::int(1), 0), field("it's", pair, 4), field("in", inner, 8)], 12)
                .as_deref(),
            Some("[('a', '|i1'), ('', '|V3'), (\"it's\", '<i2', (2,)), ('in', [('x', '|b1')]), ('', '|V3')]")
        );
        let mut titled = field("b", Dtype::float(4), 0);
        titled.title = Some("B".to_owned());
        assert_eq!(descr(vec![titled], 4).as_deref(), Some("[(('B', 'b'), '<f4')]"));
    }

    #[test]
    fn numbers_that_numpy_lacks_have_no_descr() {
        assert_eq!(Dtype::bfloat16().descr(), None);
        assert_eq!(descr(vec![field("a", Dtype::bfloat16(), 0)], 2), None);
    }

    #[test]
    fn fields_that_numpy_cannot_spell_have_no_descr() {
        assert_eq!(descr(vec![field("a", Dtype::int(4), 4), field("b", Dtype::int(4), 0)], 8), None);
        assert_eq!(descr(vec![field("a", Dtype::int(4), 0), field("b", Dtype::int(4), 2)], 8), None);
    }
}
