//! [`Cell`]: one element of any dtype.

use half::{bf16, f16};
use num_complex::Complex;
use unpickle_core::Value;

use crate::array::{Data, NdArray};
use crate::dtype::{Dtype, DtypeKind};
use crate::element::Element;
use crate::longdouble::{self, Rounded};
use crate::text::{Text, bytes_cell, str_cell};
use crate::unit::TimeUnit;

/// One element of an array, whatever its dtype: for printing and for what is rare. Readers of whole columns take
/// [`NdArray::copy_native`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Cell<'p> {
    /// `bool`
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    UInt(u64),
    /// `float16`
    Float16(f16),
    /// `float32`, `bfloat16`, floats of one byte
    Float32(f32),
    /// `float64`
    Float64(f64),
    /// `longdouble`, rounded.
    LongDouble(Rounded),
    /// `complex64`, and PyTorch's `complex32`
    Complex64(Complex<f32>),
    /// `complex128`
    Complex128(Complex<f64>),
    /// `clongdouble`, rounded: real and imaginary part.
    ComplexLongDouble(Rounded, Rounded),
    /// `S`, without its padding.
    Bytes(&'p [u8]),
    /// `U`, without its padding, as UTF-8 where it is text.
    Str(Vec<u8>, Text),
    /// `V`
    Void(&'p [u8]),
    /// Ticks since 1970; `i64::MIN` is `NaT`.
    Datetime(i64, TimeUnit),
    /// Ticks; `i64::MIN` is `NaT`.
    Timedelta(i64, TimeUnit),
    /// A structure (or a subarray), as an array of no dimensions (or of its own): [`NdArray::field`] has its fields.
    Array(NdArray<'p>),
    /// An object; or what stands for any of the above in a structure that holds objects too.
    Object(Value<'p>),
}

impl<'p> NdArray<'p> {
    /// The element of this logical number.
    pub fn cell(&self, index: usize) -> Option<Cell<'p>> {
        if let Data::List(_) = self.data() {
            return self.objects()?.get(index).map(Cell::Object);
        }
        let dtype = self.dtype();
        let bytes = self.element(index)?;
        Some(match *dtype.kind() {
            DtypeKind::Bool => Cell::Bool(one(bytes, dtype)?),
            DtypeKind::Int(1) => Cell::Int(one::<i8>(bytes, dtype)?.into()),
            DtypeKind::Int(2) => Cell::Int(one::<i16>(bytes, dtype)?.into()),
            DtypeKind::Int(4) => Cell::Int(one::<i32>(bytes, dtype)?.into()),
            DtypeKind::Int(_) => Cell::Int(one(bytes, dtype)?),
            DtypeKind::UInt(1) => Cell::UInt(one::<u8>(bytes, dtype)?.into()),
            DtypeKind::UInt(2) => Cell::UInt(one::<u16>(bytes, dtype)?.into()),
            DtypeKind::UInt(4) => Cell::UInt(one::<u32>(bytes, dtype)?.into()),
            DtypeKind::UInt(_) => Cell::UInt(one(bytes, dtype)?),
            DtypeKind::Float(2) => Cell::Float16(one(bytes, dtype)?),
            DtypeKind::Float(4) => Cell::Float32(one(bytes, dtype)?),
            DtypeKind::Float(_) => Cell::Float64(one(bytes, dtype)?),
            DtypeKind::BFloat16 => Cell::Float32(one::<bf16>(bytes, dtype)?.to_f32()),
            DtypeKind::Float8(format) => Cell::Float32(format.to_f32(*bytes.first()?)),
            DtypeKind::ComplexHalf => {
                let mut number = Vec::with_capacity(1);
                self.copy_complex64(index..index.checked_add(1)?, &mut number).ok()?;
                Cell::Complex64(number.pop()?)
            }
            DtypeKind::Complex(8) => Cell::Complex64(one(bytes, dtype)?),
            DtypeKind::Complex(_) => Cell::Complex128(one(bytes, dtype)?),
            DtypeKind::LongDouble(_) => Cell::LongDouble(self.long_double(index)?.0),
            DtypeKind::ComplexLongDouble(_) => {
                let (re, im) = self.long_double(index)?;
                Cell::ComplexLongDouble(re, im?)
            }
            DtypeKind::Bytes => Cell::Bytes(bytes_cell(bytes)),
            DtypeKind::Str => {
                let mut out = Vec::new();
                let text = str_cell(bytes, dtype.is_big_endian(), &mut out);
                Cell::Str(out, text)
            }
            DtypeKind::Void => Cell::Void(bytes),
            DtypeKind::Datetime(unit) => Cell::Datetime(one(bytes, dtype)?, unit),
            DtypeKind::Timedelta(unit) => Cell::Timedelta(one(bytes, dtype)?, unit),
            DtypeKind::Struct(_) => Cell::Array(self.at(index)?),
            DtypeKind::Subarray(..) => Cell::Array(self.at(index)?.without_subarray().ok()?),
            // These keep lists, see above.
            DtypeKind::Object | DtypeKind::String => return None,
        })
    }

    /// The element of this logical number, as an array of no dimensions.
    pub fn at(&self, index: usize) -> Option<NdArray<'p>> {
        let mut index = index;
        let mut array = self.clone();
        while let Some((_, inner)) = array.shape().split_first() {
            let below: usize = inner.iter().product();
            let row = index.checked_div(below)?;
            index = index.checked_rem(below)?;
            array = array.row(row).ok()?;
        }
        Some(array)
    }

    fn long_double(&self, index: usize) -> Option<(Rounded, Option<Rounded>)> {
        let format = self.long_double_format();
        let mut parts = longdouble::parts(self.element(index)?, self.dtype(), format);
        Some((parts.next()?, parts.next()))
    }
}

impl PartialEq for Cell<'_> {
    /// Equal as numbers and text; arrays and objects are never equal, for that would mean to walk them.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Cell::Bool(a), Cell::Bool(b)) => a == b,
            (Cell::Int(a), Cell::Int(b)) => a == b,
            (Cell::UInt(a), Cell::UInt(b)) => a == b,
            (Cell::Float16(a), Cell::Float16(b)) => a == b,
            (Cell::Float32(a), Cell::Float32(b)) => a == b,
            (Cell::Float64(a), Cell::Float64(b)) => a == b,
            (Cell::LongDouble(a), Cell::LongDouble(b)) => a == b,
            (Cell::Complex64(a), Cell::Complex64(b)) => a == b,
            (Cell::Complex128(a), Cell::Complex128(b)) => a == b,
            (Cell::ComplexLongDouble(a, c), Cell::ComplexLongDouble(b, d)) => a == b && c == d,
            (Cell::Bytes(a), Cell::Bytes(b)) | (Cell::Void(a), Cell::Void(b)) => a == b,
            (Cell::Str(a, c), Cell::Str(b, d)) => a == b && c == d,
            (Cell::Datetime(a, c), Cell::Datetime(b, d)) | (Cell::Timedelta(a, c), Cell::Timedelta(b, d)) => {
                a == b && c == d
            }
            _ => false,
        }
    }
}

/// One number of dense bytes.
fn one<T: Element>(bytes: &[u8], dtype: &Dtype) -> Option<T> {
    let mut number = Vec::with_capacity(1);
    T::dense(bytes, dtype.is_big_endian(), &mut number);
    number.pop()
}
