//! The dtype that the `descr` of a `.npy` file says: numpy's `descr_to_dtype` (`numpy/lib/format.py`).
//!
//! ```text
//! '<f8'                                              a code
//! ('<f8', (2, 3))                                    a subarray
//! [('x', '<f8'), ('', '|V4'), (('title', 'y'), '<i4', (2,))]   fields in a row; one without a name is padding
//! ```

use crate::dtype::{Dtype, DtypeKind, Field};
use crate::layout::MAX_EMPTY;
use crate::literal::Literal;

/// How deep structures may stand in each other.
const MAX_DEPTH: u32 = 32;

/// Reads a `descr`, or says why it is none.
pub(crate) fn read(descr: &Literal) -> Result<Dtype, String> {
    dtype(descr, 0)
}

/// Recurses no deeper than [`MAX_DEPTH`].
fn dtype(descr: &Literal, depth: u32) -> Result<Dtype, String> {
    if depth > MAX_DEPTH {
        return Err(format!("numpy dtypes nested more than {MAX_DEPTH} deep"));
    }
    match descr {
        Literal::Str(code) => {
            Dtype::of_code(code).ok_or_else(|| format!("the unknown dtype '{}'", code.escape_debug()))
        }
        Literal::Tuple(pair) => match &**pair {
            [base, shape] => subarray(dtype(base, depth + 1)?, shape),
            _ => Err("a dtype that is a tuple, but no pair of dtype and shape".to_owned()),
        },
        Literal::List(fields) => structure(fields, depth),
        _ => Err("a dtype that is no text, tuple or list".to_owned()),
    }
}

fn structure(entries: &[Literal], depth: u32) -> Result<Dtype, String> {
    let mut fields: Vec<Field> = Vec::new();
    let mut offset = 0_usize;
    for entry in entries {
        let (label, descr, shape) = match entry.as_seq() {
            Some([label, descr]) => (label, descr, None),
            Some([label, descr, shape]) => (label, descr, Some(shape)),
            _ => return Err("a field that is no tuple of name and dtype".to_owned()),
        };
        let mut dtype = dtype(descr, depth + 1)?;
        if let Some(shape) = shape {
            dtype = subarray(dtype, shape)?;
        }
        let (title, name) = match label {
            Literal::Str(name) => (None, &**name),
            _ => match label.as_seq() {
                Some([title, name]) => {
                    (title.as_str(), name.as_str().ok_or("a field whose name is no text")?)
                }
                _ => return Err("a field whose name is no text".to_owned()),
            },
        };
        let end = offset.checked_add(dtype.itemsize()).filter(|&end| i32::try_from(end).is_ok());
        let end = end.ok_or("a dtype of more than 2 GiB")?;
        if !(name.is_empty() && *dtype.kind() == DtypeKind::Void) {
            fields.push(Field { name: name.to_owned(), title: title.map(str::to_owned), dtype, offset });
        }
        offset = end;
    }
    let structured = Dtype::structured(fields, offset, false, false);
    structured.ok_or_else(|| "a dtype of more than 65,536 fields".to_owned())
}

fn subarray(base: Dtype, shape: &Literal) -> Result<Dtype, String> {
    let shape = shape_of(shape)?;
    let len = shape.iter().try_fold(1_usize, |len, &axis| len.checked_mul(axis));
    let size =
        len.and_then(|len| len.checked_mul(base.itemsize())).filter(|&size| i32::try_from(size).is_ok());
    match (len, size) {
        // Elements without bytes cost nothing to claim.
        (Some(len), Some(_)) if base.itemsize() == 0 && len > MAX_EMPTY => {
            Err("a dtype of too many empty elements".to_owned())
        }
        (Some(_), Some(_)) if shape.is_empty() => Ok(base),
        (Some(_), Some(size)) => Ok(Dtype::subarray(base, shape, size)),
        _ => Err("a dtype of more than 2 GiB".to_owned()),
    }
}

/// A tuple of lengths, or one length.
pub(crate) fn shape_of(shape: &Literal) -> Result<Vec<usize>, String> {
    let length = |axis: &Literal| match axis {
        Literal::Int(len) => {
            usize::try_from(*len).map_err(|_| format!("a shape with an axis of length {len}"))
        }
        _ => Err("a shape that is no tuple of ints".to_owned()),
    };
    match shape {
        Literal::Tuple(axes) => axes.iter().map(length).collect(),
        single => Ok(vec![length(single)?]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(descr: &str) -> String {
        match read(&Literal::parse(descr).unwrap()) {
            Ok(dtype) => format!("{dtype} {}", dtype.itemsize()),
            Err(what) => format!("! {what}"),
        }
    }

    #[test]
    fn every_form_of_descr_is_read() {
        assert_eq!(shown("'<f8'"), "float64 8");
        assert_eq!(shown("'>M8[ns]'"), ">M8[ns] 8");
        assert_eq!(shown("'|O'"), "object 8");
        assert_eq!(shown("[('x', '<i4'), ('y', '>f8', (2,))]"), "[('x', '<i4'), ('y', '>f8', (2,))] 20");
        // numpy.dtype('u1,f8', align=True).descr
        let padded = shown("[('f0', '|u1'), ('', '|V7'), ('f1', '<f8')]");
        assert!(padded.contains("'offsets': [0, 8]") && padded.ends_with("16"), "{padded}");
        assert_eq!(shown("[(('t', 'a'), '<i2')]"), "[(('t', 'a'), '<i2')] 2");
        assert_eq!(
            shown("[('s', [('a', '<i2'), ('b', '|S3')]), ('', '<i2')]"),
            "[('s', [('a', '<i2'), ('b', 'S3')]), ('', '<i2')] 7"
        );
        assert_eq!(shown("('<f8', (2, 3))"), "('<f8', (2, 3)) 48");
    }

    #[test]
    fn lies_are_refused() {
        assert_eq!(shown("'x8'"), "! the unknown dtype 'x8'");
        assert_eq!(shown("[('a',)]"), "! a field that is no tuple of name and dtype");
        assert_eq!(shown("('<f8', (-1,))"), "! a shape with an axis of length -1");
        assert_eq!(shown("('<f8', (9999999999,))"), "! a dtype of more than 2 GiB");
        assert_eq!(shown("('|V0', (9999999999,))"), "! a dtype of too many empty elements");
        assert_eq!(shown("('<f8', (9999999999, 9999999999, 9999999999))"), "! a dtype of more than 2 GiB");
        assert_eq!(shown("{}"), "! a dtype that is no text, tuple or list");
        let deep = format!("{}'<f8'{}", "[('a', ".repeat(40), ")]".repeat(40));
        assert_eq!(shown(&deep), "! numpy dtypes nested more than 32 deep");
    }
}
