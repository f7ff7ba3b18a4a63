//! [`DynArray`]: an array of whatever dtype it is.

use half::{bf16, f16};
use ndarray::{Array, ArrayD, CowArray, IxDyn};
use num_complex::Complex;
use unpickle_core::{Error, FromPickle, Result, Value};

use crate::array::NdArray;
use crate::dtype::DtypeKind;
use crate::dtype_display::Brief;
use crate::narrow::Float8;
use crate::text::{Text, bytes_cell, str_cell};
use crate::to_array::ToArray;
use crate::unit::TimeUnit;

type Cow<'p, T> = CowArray<'p, T, IxDyn>;

/// An `ndarray` array with one variant for each type of element.
///
/// ```
/// use unpickle_core::Pickle;
/// use unpickle_numpy::DynArray;
///
/// // pickle.dumps(numpy.array(['a', 'é']), 4), shortened
/// let pickle = Pickle::parse(
///     b"\x80\x04\x8c\x16numpy._core.multiarray\x8c\x0c_reconstruct\x93\x8c\x05numpy\x94\x8c\x07ndarray\x93K\x00\x85C\
///     \x01b\x87R(K\x01K\x02\x85h\x00\x8c\x05dtype\x93\x8c\x02U1\x89\x88\x87R(K\x03\x8c\x01<NNNK\x04K\x04K\x08tb\x89C\
///     \x08a\x00\x00\x00\xe9\x00\x00\x00tb.",
/// )?;
/// match pickle.root().extract()? {
///     DynArray::Str(text) => assert_eq!(text.iter().collect::<Vec<_>>(), ["a", "é"]),
///     other => panic!("{other:?}"),
/// }
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
#[allow(missing_docs)] // the names say it
pub enum DynArray<'p> {
    Bool(Cow<'p, bool>),
    Int8(Cow<'p, i8>),
    Int16(Cow<'p, i16>),
    Int32(Cow<'p, i32>),
    Int64(Cow<'p, i64>),
    UInt8(Cow<'p, u8>),
    UInt16(Cow<'p, u16>),
    UInt32(Cow<'p, u32>),
    UInt64(Cow<'p, u64>),
    Float16(Cow<'p, f16>),
    Float32(Cow<'p, f32>),
    Float64(Cow<'p, f64>),
    BFloat16(Cow<'p, bf16>),
    /// Floats of one byte, widened, which is exact; and which ones they were.
    Float8(ArrayD<f32>, Float8),
    /// PyTorch's `complex32`, widened, which is exact.
    ComplexHalf(ArrayD<Complex<f32>>),
    Complex64(Cow<'p, Complex<f32>>),
    Complex128(Cow<'p, Complex<f64>>),
    /// Rounded to `f64`; whether all numbers are exact is told.
    LongDouble {
        values: ArrayD<f64>,
        exact: bool,
    },
    /// Rounded to `f64`; whether all numbers are exact is told.
    ComplexLongDouble {
        values: ArrayD<Complex<f64>>,
        exact: bool,
    },
    /// Ticks since 1970; `i64::MIN` is `NaT`.
    Datetime(Cow<'p, i64>, TimeUnit),
    /// Ticks; `i64::MIN` is `NaT`.
    Timedelta(Cow<'p, i64>, TimeUnit),
    /// `S` without padding.
    Bytes(ArrayD<&'p [u8]>),
    /// `V`
    Void(ArrayD<&'p [u8]>),
    /// `U` without padding.
    Str(ArrayD<String>),
    /// Objects, and the text of a `StringDType`.
    Object(ArrayD<Value<'p>>),
    /// A structured array, to be read field by field.
    Struct(NdArray<'p>),
}

impl<'p> NdArray<'p> {
    /// The array in the variant of its dtype: views where memory allows, copies otherwise.
    pub fn to_dyn(&self) -> Result<DynArray<'p>> {
        if let DtypeKind::Struct(_) = self.dtype().kind() {
            return Ok(DynArray::Struct(self.clone()));
        }
        if let Some(objects) = self.objects() {
            return Ok(DynArray::Object(self.shaped(objects.iter().collect())?));
        }
        Ok(match *self.dtype().kind() {
            DtypeKind::Bool => DynArray::Bool(self.to_array()?),
            DtypeKind::Int(1) => DynArray::Int8(self.to_array()?),
            DtypeKind::Int(2) => DynArray::Int16(self.to_array()?),
            DtypeKind::Int(4) => DynArray::Int32(self.to_array()?),
            DtypeKind::Int(_) => DynArray::Int64(self.to_array()?),
            DtypeKind::UInt(1) => DynArray::UInt8(self.to_array()?),
            DtypeKind::UInt(2) => DynArray::UInt16(self.to_array()?),
            DtypeKind::UInt(4) => DynArray::UInt32(self.to_array()?),
            DtypeKind::UInt(_) => DynArray::UInt64(self.to_array()?),
            DtypeKind::Float(2) => DynArray::Float16(self.to_array()?),
            DtypeKind::Float(4) => DynArray::Float32(self.to_array()?),
            DtypeKind::Float(_) => DynArray::Float64(self.to_array()?),
            DtypeKind::BFloat16 => DynArray::BFloat16(self.to_array()?),
            DtypeKind::Float8(format) => {
                let mut values = Vec::new();
                self.copy_f32(0..self.len(), &mut values)?;
                DynArray::Float8(self.shaped(values)?, format)
            }
            DtypeKind::ComplexHalf => {
                let mut values = Vec::new();
                self.copy_complex64(0..self.len(), &mut values)?;
                DynArray::ComplexHalf(self.shaped(values)?)
            }
            DtypeKind::Complex(8) => DynArray::Complex64(self.to_array()?),
            DtypeKind::Complex(_) => DynArray::Complex128(self.to_array()?),
            DtypeKind::Datetime(unit) => DynArray::Datetime(self.to_array()?, unit),
            DtypeKind::Timedelta(unit) => DynArray::Timedelta(self.to_array()?, unit),
            DtypeKind::LongDouble(_) => {
                let mut values = Vec::new();
                let exact = self.copy_long_double(0..self.len(), &mut values)?;
                DynArray::LongDouble { values: self.shaped(values)?, exact }
            }
            DtypeKind::ComplexLongDouble(_) => {
                let mut parts = Vec::new();
                let exact = self.copy_long_double(0..self.len(), &mut parts)?;
                let (pairs, _) = parts.as_chunks::<2>();
                let values = pairs.iter().map(|&[re, im]| Complex::new(re, im)).collect();
                DynArray::ComplexLongDouble { values: self.shaped(values)?, exact }
            }
            DtypeKind::Bytes => DynArray::Bytes(self.shaped(self.elements(bytes_cell)?)?),
            DtypeKind::Void => DynArray::Void(self.shaped(self.elements(|cell| cell)?)?),
            DtypeKind::Str => DynArray::Str(self.shaped(self.strings()?)?),
            DtypeKind::Subarray(..) => return self.clone().without_subarray()?.to_dyn(),
            DtypeKind::Struct(_) | DtypeKind::Object | DtypeKind::String => {
                return Err(Error::unsupported(
                    self.origin(),
                    format!("a numpy array of {}", Brief(self.dtype())),
                ));
            }
        })
    }

    fn elements(&self, trim: fn(&'p [u8]) -> &'p [u8]) -> Result<Vec<&'p [u8]>> {
        let mut elements = Vec::with_capacity(self.len());
        self.for_each_element(0..self.len(), |element| elements.push(trim(element)))?;
        Ok(elements)
    }

    fn strings(&self) -> Result<Vec<String>> {
        let big_endian = self.dtype().is_big_endian();
        let mut strings = Vec::with_capacity(self.len());
        let mut worst = Text::Utf8;
        self.for_each_element(0..self.len(), |element| {
            let mut text = Vec::new();
            worst = worst.max(str_cell(element, big_endian, &mut text));
            strings.push(String::from_utf8(text).unwrap_or_default());
        })?;
        match worst {
            Text::Utf8 => Ok(strings),
            _ => Err(Error::invalid(
                self.origin(),
                "a numpy array of text with elements that are no Unicode text",
            )),
        }
    }

    fn shaped<T>(&self, elements: Vec<T>) -> Result<ArrayD<T>> {
        Array::from_shape_vec(IxDyn(self.shape()), elements).map_err(|error| self.shape_error(&error))
    }
}

impl<'p> FromPickle<'p> for DynArray<'p> {
    fn from_pickle(value: Value<'p>) -> Result<DynArray<'p>> {
        NdArray::from_pickle(value)?.to_dyn()
    }
}
