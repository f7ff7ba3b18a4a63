//! Arrays of one type of numbers read as another.

use half::{bf16, f16};
use num_complex::Complex;
use unpickle_core::{Error, Result, Value, View};

use crate::array::NdArray;
use crate::cast::Range;
use crate::dtype::{Dtype, DtypeKind};
use crate::dtype_display::Brief;
use crate::element::Element;

/// Elements converted at a time: what is in between stays in the cache.
const CHUNK: usize = 4096;

/// Whether `T` has each number that an element of this dtype can be.
pub(crate) fn is_exact<T: Element>(dtype: &Dtype) -> bool {
    Range::of(dtype).is_some_and(|from| T::RANGE.holds(from))
}

impl<'p> NdArray<'p> {
    /// Appends all elements, each as the `T` nearest to it.
    pub(crate) fn convert<T: Element>(&self, out: &mut Vec<T>) -> Result<()> {
        if let Some(objects) = self.objects() {
            for value in &objects {
                out.push(number(value)?);
            }
            return Ok(());
        }
        match *self.dtype().kind() {
            DtypeKind::Bool => self.map(out, |flag: bool| T::of_uint(flag.into())),
            DtypeKind::Int(1) => self.map(out, |number: i8| T::of_int(number.into())),
            DtypeKind::Int(2) => self.map(out, |number: i16| T::of_int(number.into())),
            DtypeKind::Int(4) => self.map(out, |number: i32| T::of_int(number.into())),
            DtypeKind::Int(_) | DtypeKind::Datetime(_) | DtypeKind::Timedelta(_) => self.map(out, T::of_int),
            DtypeKind::UInt(1) => self.map(out, |number: u8| T::of_uint(number.into())),
            DtypeKind::UInt(2) => self.map(out, |number: u16| T::of_uint(number.into())),
            DtypeKind::UInt(4) => self.map(out, |number: u32| T::of_uint(number.into())),
            DtypeKind::UInt(_) => self.map(out, T::of_uint),
            DtypeKind::Float(2) => self.map(out, |number: f16| T::of_float(number.into())),
            DtypeKind::Float(4) => self.map(out, |number: f32| T::of_float(number.into())),
            DtypeKind::Float(_) => self.map(out, T::of_float),
            DtypeKind::BFloat16 => self.map(out, |number: bf16| T::of_float(number.into())),
            DtypeKind::Float8(_) => {
                let mut numbers = Vec::new();
                self.copy_f32(0..self.len(), &mut numbers)?;
                out.extend(numbers.into_iter().map(|number| T::of_float(number.into())));
                Ok(())
            }
            DtypeKind::ComplexHalf => {
                let mut numbers = Vec::new();
                self.copy_complex64(0..self.len(), &mut numbers)?;
                out.extend(numbers.into_iter().map(widened).map(T::of_complex));
                Ok(())
            }
            DtypeKind::Complex(8) => self.map(out, |number| T::of_complex(widened(number))),
            DtypeKind::Complex(_) => self.map(out, T::of_complex),
            DtypeKind::LongDouble(_) => {
                let mut numbers = Vec::new();
                self.copy_long_double(0..self.len(), &mut numbers)?;
                out.extend(numbers.into_iter().map(T::of_float));
                Ok(())
            }
            DtypeKind::ComplexLongDouble(_) => {
                let mut parts = Vec::new();
                self.copy_long_double(0..self.len(), &mut parts)?;
                let (pairs, _) = parts.as_chunks::<2>();
                out.extend(pairs.iter().map(|&[re, im]| T::of_complex(Complex::new(re, im))));
                Ok(())
            }
            _ => {
                let message =
                    format!("expected a numpy array of numbers, found one of {}", Brief(self.dtype()));
                Err(Error::invalid(self.origin(), message))
            }
        }
    }

    fn map<S: Element, T>(&self, out: &mut Vec<T>, convert: impl Fn(S) -> T) -> Result<()> {
        out.reserve(self.len());
        let mut chunk = Vec::new();
        for start in (0..self.len()).step_by(CHUNK) {
            chunk.clear();
            self.copy_native::<S>(start..self.len().min(start + CHUNK), &mut chunk)?;
            out.extend(chunk.iter().map(|&element| convert(element)));
        }
        Ok(())
    }
}

fn widened(number: Complex<f32>) -> Complex<f64> {
    Complex::new(number.re.into(), number.im.into())
}

/// A Python number; `None` is no number, and numpy's floats make NaN of it.
fn number<T: Element>(value: Value<'_>) -> Result<T> {
    match value.view() {
        View::Bool(flag) => Ok(T::of_uint(flag.into())),
        View::Float(number) => Ok(T::of_float(number)),
        View::None if matches!(T::RANGE, Range::Float(_) | Range::Complex(_)) => Ok(T::of_float(f64::NAN)),
        View::Int(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Ok(T::of_int(number)),
            (None, Some(number)) => Ok(T::of_uint(number)),
            _ => Err(Error::invalid(value, "a Python int of more than 64 bits")),
        },
        _ => Err(Error::data(value, "a number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::narrow::Float8;

    /// The types that hold a dtype exactly.
    fn holders(dtype: Dtype) -> Vec<&'static str> {
        use crate::element::sealed::Native;
        let mut names = Vec::new();
        macro_rules! each {
            ($($type:ty)*) => {
                $(if is_exact::<$type>(&dtype) { names.push(<$type>::NAME); })*
            };
        }
        each!(bool i8 u8 i16 u16 i32 u32 i64 u64 f16 bf16 f32 f64 Complex<f32> Complex<f64>);
        names
    }

    #[test]
    fn a_type_holds_what_it_can_tell_apart() {
        assert_eq!(holders(Dtype::bool()).len(), 15);
        let int = |bytes| holders(Dtype::int(bytes));
        assert_eq!(
            int(1),
            [
                "int8",
                "int16",
                "int32",
                "int64",
                "float16",
                "bfloat16",
                "float32",
                "float64",
                "complex64",
                "complex128"
            ]
        );
        assert_eq!(int(2), ["int16", "int32", "int64", "float32", "float64", "complex64", "complex128"]);
        assert_eq!(int(4), ["int32", "int64", "float64", "complex128"]);
        assert_eq!(int(8), ["int64"]);
        let uint = |bytes| holders(Dtype::of_code(&format!("u{bytes}")).unwrap());
        assert_eq!(uint(4), ["uint32", "int64", "uint64", "float64", "complex128"]);
        assert_eq!(uint(8), ["uint64"]);
        assert_eq!(holders(Dtype::float(2)), ["float16", "float32", "float64", "complex64", "complex128"]);
        assert_eq!(holders(Dtype::float(4)), ["float32", "float64", "complex64", "complex128"]);
        assert_eq!(holders(Dtype::float(8)), ["float64", "complex128"]);
        assert_eq!(holders(Dtype::of_code("c8").unwrap()), ["complex64", "complex128"]);
        assert_eq!(holders(Dtype::bfloat16()), ["bfloat16", "float32", "float64", "complex64", "complex128"]);
        let float8 = |format| holders(Dtype::float8(format)).first().copied();
        assert_eq!(float8(Float8::E4M3FN), Some("float16"));
        assert_eq!(float8(Float8::E8M0FNU), Some("bfloat16"));
        assert_eq!(holders(Dtype::complex_half()), ["complex64", "complex128"]);
        assert!(holders(Dtype::of_code("f16").unwrap()).is_empty());
        assert!(holders(Dtype::object()).is_empty());
    }
}
