//! [`DynArray`]: an array of whatever dtype it is.

use std::borrow::Cow;

use half::{bf16, f16};
use ndarray::{Array, ArrayD, CowArray, IxDyn};
use num_complex::Complex;
use unpickle_core::{Category, Error, FromPickle, Result, Value};

use crate::array::NdArray;
use crate::dtype::DtypeKind;
use crate::dtype_display::Brief;
use crate::narrow::Float8;
use crate::text::{Text, bytes_cell, str_cell};
use crate::to_array::ToArray;
use crate::unit::TimeUnit;

type Numbers<'p, T> = CowArray<'p, T, IxDyn>;

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
    Bool(Numbers<'p, bool>),
    Int8(Numbers<'p, i8>),
    Int16(Numbers<'p, i16>),
    Int32(Numbers<'p, i32>),
    Int64(Numbers<'p, i64>),
    UInt8(Numbers<'p, u8>),
    UInt16(Numbers<'p, u16>),
    UInt32(Numbers<'p, u32>),
    UInt64(Numbers<'p, u64>),
    Float16(Numbers<'p, f16>),
    Float32(Numbers<'p, f32>),
    Float64(Numbers<'p, f64>),
    BFloat16(Numbers<'p, bf16>),
    /// Floats of one byte, widened, which is exact; and which ones they were.
    Float8(ArrayD<f32>, Float8),
    /// PyTorch's `complex32`, widened, which is exact.
    ComplexHalf(ArrayD<Complex<f32>>),
    Complex64(Numbers<'p, Complex<f32>>),
    Complex128(Numbers<'p, Complex<f64>>),
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
    Datetime(Numbers<'p, i64>, TimeUnit),
    /// Ticks; `i64::MIN` is `NaT`.
    Timedelta(Numbers<'p, i64>, TimeUnit),
    /// `S` without padding.
    Bytes(ArrayD<Cow<'p, [u8]>>),
    /// `V`
    Void(ArrayD<Cow<'p, [u8]>>),
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

    fn elements(&self, trim: fn(&'p [u8]) -> &'p [u8]) -> Result<Vec<Cow<'p, [u8]>>> {
        let mut elements = Vec::with_capacity(self.len());
        self.for_each_element(0..self.len(), |element| elements.push(trim(element).into()))?;
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

impl DynArray<'_> {
    /// The same array, of no pickle: it outlives the file that it was read from.
    ///
    /// # Errors
    ///
    /// Objects lie in the pickle, and so do structures, of which each field can be owned.
    pub fn into_owned(self) -> Result<DynArray<'static>> {
        Ok(match self {
            DynArray::Bool(values) => DynArray::Bool(own(values)),
            DynArray::Int8(values) => DynArray::Int8(own(values)),
            DynArray::Int16(values) => DynArray::Int16(own(values)),
            DynArray::Int32(values) => DynArray::Int32(own(values)),
            DynArray::Int64(values) => DynArray::Int64(own(values)),
            DynArray::UInt8(values) => DynArray::UInt8(own(values)),
            DynArray::UInt16(values) => DynArray::UInt16(own(values)),
            DynArray::UInt32(values) => DynArray::UInt32(own(values)),
            DynArray::UInt64(values) => DynArray::UInt64(own(values)),
            DynArray::Float16(values) => DynArray::Float16(own(values)),
            DynArray::BFloat16(values) => DynArray::BFloat16(own(values)),
            DynArray::Float8(values, format) => DynArray::Float8(values, format),
            DynArray::ComplexHalf(values) => DynArray::ComplexHalf(values),
            DynArray::Float32(values) => DynArray::Float32(own(values)),
            DynArray::Float64(values) => DynArray::Float64(own(values)),
            DynArray::Complex64(values) => DynArray::Complex64(own(values)),
            DynArray::Complex128(values) => DynArray::Complex128(own(values)),
            DynArray::LongDouble { values, exact } => DynArray::LongDouble { values, exact },
            DynArray::ComplexLongDouble { values, exact } => DynArray::ComplexLongDouble { values, exact },
            DynArray::Datetime(values, unit) => DynArray::Datetime(own(values), unit),
            DynArray::Timedelta(values, unit) => DynArray::Timedelta(own(values), unit),
            DynArray::Bytes(values) => DynArray::Bytes(own_cells(&values)),
            DynArray::Void(values) => DynArray::Void(own_cells(&values)),
            DynArray::Str(values) => DynArray::Str(values),
            DynArray::Object(_) => {
                return Err(Error::message(Category::Unsupported, "objects do not outlive their pickle"));
            }
            DynArray::Struct(array) => {
                let message = "a structured array outlives its pickle field by field, not as a whole";
                return Err(Error::at(Category::Unsupported, array.offset(), message));
            }
        })
    }
}

fn own<T: Clone>(values: Numbers<'_, T>) -> Numbers<'static, T> {
    values.into_owned().into()
}

fn own_cells(values: &ArrayD<Cow<'_, [u8]>>) -> ArrayD<Cow<'static, [u8]>> {
    values.map(|cell| Cow::Owned(cell.to_vec()))
}

impl<'p> FromPickle<'p> for DynArray<'p> {
    fn from_pickle(value: Value<'p>) -> Result<DynArray<'p>> {
        NdArray::from_pickle(value)?.to_dyn()
    }
}
