//! [`Element`]: the Rust types that numpy's numbers are read as.

use half::{bf16, f16};
use num_complex::Complex;
use unpickle_core::Value;

use crate::cast::Number;
use crate::dtype::{Dtype, DtypeKind};

/// A number as Rust holds it. Sealed: `bool`, `u8` to `u64`, `i8` to `i64`, `f16`, `bf16`, `f32`, `f64`, and
/// `Complex` of `f32` and `f64`.
///
/// [`ToArray`](crate::ToArray) widens to it what it holds exactly; elsewhere the dtype must be exactly the type. Two dtypes
/// are read as the integers they are: `datetime64` and `timedelta64` as `i64` (ticks of [`Dtype::time_unit`], `i64::MIN` is
/// `NaT`).
pub trait Element: sealed::Native + Number {}

pub(crate) mod sealed {
    use super::{Dtype, Value};

    pub trait Native: Copy + Default + PartialEq + std::fmt::Debug + Send + Sync + 'static {
        /// numpy's name of it.
        const NAME: &'static str;
        /// Its bytes.
        const SIZE: usize;

        /// Whether elements of this dtype are read as this type.
        fn accepts(dtype: &Dtype) -> bool;

        /// Appends dense elements; a rest of `bytes` is left.
        fn dense(bytes: &[u8], big_endian: bool, out: &mut Vec<Self>);

        /// Appends `count` elements at multiples of `stride`, which the caller has seen to be within `bytes`.
        fn strided(bytes: &[u8], stride: usize, count: usize, big_endian: bool, out: &mut Vec<Self>);

        /// The bytes as they are, when they are aligned, of this machine's byte order, and valid.
        fn view(bytes: &[u8]) -> Option<&[Self]>;

        /// Appends the bytes of elements.
        fn put(elements: &[Self], big_endian: bool, out: &mut Vec<u8>);

        /// A Python number that is exactly this.
        fn from_value(value: Value<'_>) -> Option<Self>;
    }
}

macro_rules! native {
    ($type:ty, $name:literal, $size:literal, $accepts:pat, $from:expr, $view:expr,
     |$little:ident| $from_little:expr, |$big:ident| $from_big:expr) => {
        impl Element for $type {}

        impl sealed::Native for $type {
            const NAME: &'static str = $name;
            const SIZE: usize = $size;

            fn accepts(dtype: &Dtype) -> bool {
                matches!(dtype.kind(), $accepts)
            }

            fn dense(bytes: &[u8], big_endian: bool, out: &mut Vec<Self>) {
                let (chunks, _) = bytes.as_chunks::<$size>();
                if big_endian {
                    out.extend(chunks.iter().map(|$big| $from_big));
                } else {
                    out.extend(chunks.iter().map(|$little| $from_little));
                }
            }

            fn strided(bytes: &[u8], stride: usize, count: usize, big_endian: bool, out: &mut Vec<Self>) {
                // A range of known length writes without looking at the capacity: twice as quick as chunks.
                let at = |i: usize| bytes.get(i * stride..).and_then(|rest| rest.first_chunk::<$size>());
                if big_endian {
                    out.extend((0..count).map(|i| at(i).map_or_else(Self::default, |$big| $from_big)));
                } else {
                    out.extend((0..count).map(|i| at(i).map_or_else(Self::default, |$little| $from_little)));
                }
            }

            fn view(bytes: &[u8]) -> Option<&[Self]> {
                if cfg!(target_endian = "big") && $size > 1 {
                    return None;
                }
                let view: fn(&[u8]) -> Option<&[Self]> = $view;
                view(bytes)
            }

            fn put(elements: &[Self], big_endian: bool, out: &mut Vec<u8>) {
                let start = out.len();
                out.extend_from_slice(bytemuck::cast_slice(elements));
                if big_endian != cfg!(target_endian = "big") {
                    // Of a complex number, each part.
                    let part = if Self::NAME.starts_with("complex") { $size / 2 } else { $size };
                    let added = out.get_mut(start..).unwrap_or_default();
                    added.chunks_exact_mut(part).for_each(<[u8]>::reverse);
                }
            }

            fn from_value(value: Value<'_>) -> Option<Self> {
                let from: fn(Value<'_>) -> Option<Self> = $from;
                from(value)
            }
        }
    };
    (int $type:ty, $name:literal, $size:literal, $accepts:pat) => {
        native! { $type, $name, $size, $accepts,
        |value| value.as_int()?.as_i128()?.try_into().ok(),
        |bytes| bytemuck::try_cast_slice(bytes).ok(),
        |bytes| <$type>::from_le_bytes(*bytes), |bytes| <$type>::from_be_bytes(*bytes) }
    };
}

native! { bool, "bool", 1, DtypeKind::Bool, |value| value.as_bool(),
|bytes| bytemuck::checked::try_cast_slice(bytes).ok(), |byte| byte[0] != 0, |byte| byte[0] != 0 }
native! { int u8, "uint8", 1, DtypeKind::UInt(1) }
native! { int u16, "uint16", 2, DtypeKind::UInt(2) }
native! { int u32, "uint32", 4, DtypeKind::UInt(4) }
native! { int u64, "uint64", 8, DtypeKind::UInt(8) }
native! { int i8, "int8", 1, DtypeKind::Int(1) }
native! { int i16, "int16", 2, DtypeKind::Int(2) }
native! { int i32, "int32", 4, DtypeKind::Int(4) }
native! { int i64, "int64", 8, DtypeKind::Int(8) | DtypeKind::Datetime(_) | DtypeKind::Timedelta(_) }
native! { f16, "float16", 2, DtypeKind::Float(2), |value| narrowed(value, f16::from_f64),
|bytes| bytemuck::try_cast_slice(bytes).ok(), |bytes| f16::from_le_bytes(*bytes), |bytes| f16::from_be_bytes(*bytes) }
native! { bf16, "bfloat16", 2, DtypeKind::BFloat16, |value| narrowed(value, bf16::from_f64),
|bytes| bytemuck::try_cast_slice(bytes).ok(), |bytes| bf16::from_le_bytes(*bytes), |bytes| bf16::from_be_bytes(*bytes) }
native! { f32, "float32", 4, DtypeKind::Float(4), |value| narrowed(value, |x| x as f32),
|bytes| bytemuck::try_cast_slice(bytes).ok(), |bytes| f32::from_le_bytes(*bytes), |bytes| f32::from_be_bytes(*bytes) }
native! { f64, "float64", 8, DtypeKind::Float(8), |value| value.as_f64(),
|bytes| bytemuck::try_cast_slice(bytes).ok(), |bytes| f64::from_le_bytes(*bytes), |bytes| f64::from_be_bytes(*bytes) }
native! { Complex<f32>, "complex64", 8, DtypeKind::Complex(8),
    |value| complex(value, |part| narrowed(part, |x| x as f32)),
|bytes| bytemuck::try_cast_slice(bytes).ok(), |bytes| complex32(bytes, f32::from_le_bytes),
|bytes| complex32(bytes, f32::from_be_bytes) }
native! { Complex<f64>, "complex128", 16, DtypeKind::Complex(16), |value| complex(value, Value::as_f64),
|bytes| bytemuck::try_cast_slice(bytes).ok(), |bytes| complex64(bytes, f64::from_le_bytes),
|bytes| complex64(bytes, f64::from_be_bytes) }

/// A Python float that came from a narrower one.
fn narrowed<T: Into<f64> + Copy>(value: Value<'_>, narrow: fn(f64) -> T) -> Option<T> {
    let wide = value.as_f64()?;
    let narrow = narrow(wide);
    (narrow.into() == wide || wide.is_nan()).then_some(narrow)
}

/// A Python `complex`, pickled as a call with its two parts.
fn complex<'p, T>(value: Value<'p>, part: fn(Value<'p>) -> Option<T>) -> Option<Complex<T>> {
    let call = value.call().filter(|call| call.module == "builtins" && call.name == "complex")?;
    Some(Complex::new(part(call.args.get(0)?)?, part(call.args.get(1)?)?))
}

fn complex32(bytes: &[u8; 8], part: fn([u8; 4]) -> f32) -> Complex<f32> {
    let [a, b, c, d, e, f, g, h] = *bytes;
    Complex::new(part([a, b, c, d]), part([e, f, g, h]))
}

fn complex64(bytes: &[u8; 16], part: fn([u8; 8]) -> f64) -> Complex<f64> {
    let (parts, _) = bytes.as_chunks::<8>();
    match parts {
        [re, im] => Complex::new(part(*re), part(*im)),
        _ => Complex::default(),
    }
}
