//! [`TorchDtype`]: what the elements of a tensor are.

use std::fmt;

use unpickle_core::Value;
use unpickle_numpy::{Dtype, DtypeKind, Float8};

macro_rules! dtypes {
    ($($(#[$doc:meta])* $variant:ident $name:literal $size:literal $numpy:expr;)*) => {
        /// An element type of torch, called as torch calls it.
        ///
        /// ```
        /// use unpickle_torch::TorchDtype;
        ///
        /// assert_eq!(TorchDtype::of_name("half"), Some(TorchDtype::Float16));
        /// assert_eq!(TorchDtype::BFloat16.to_string(), "bfloat16");
        /// assert_eq!(TorchDtype::Complex64.itemsize(), 8);
        /// assert_eq!(TorchDtype::BFloat16.numpy().to_string(), "bfloat16");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum TorchDtype {
            $($(#[$doc])* $variant,)*
        }

        impl TorchDtype {
            /// torch's name of it, without the `torch.`.
            pub fn name(self) -> &'static str {
                match self {
                    $(TorchDtype::$variant => $name,)*
                }
            }

            /// The dtype that torch calls so, or once called so: `float32`, `float`, `half`, `long`, `cdouble` …
            pub fn of_name(name: &str) -> Option<TorchDtype> {
                Some(match name {
                    $($name => TorchDtype::$variant,)*
                    "half" => TorchDtype::Float16,
                    "float" => TorchDtype::Float32,
                    "double" => TorchDtype::Float64,
                    "short" => TorchDtype::Int16,
                    "int" => TorchDtype::Int32,
                    "long" => TorchDtype::Int64,
                    "chalf" => TorchDtype::Complex32,
                    "cfloat" => TorchDtype::Complex64,
                    "cdouble" => TorchDtype::Complex128,
                    "bit" => TorchDtype::UInt1,
                    _ => return None,
                })
            }

            /// Bytes of one element of the storage. (The types smaller than a byte that name a number behind an `x` put as
            /// many into one.)
            pub fn itemsize(self) -> usize {
                match self {
                    $(TorchDtype::$variant => $size,)*
                }
            }

            /// The numpy dtype with the same bits: quantised numbers are their integers, what numpy has no name for is
            /// raw bytes.
            pub fn numpy(self) -> Dtype {
                match self {
                    $(TorchDtype::$variant => $numpy,)*
                }
            }
        }
    };
}

/// Bytes that numpy has no number for.
fn raw(bytes: u8) -> Dtype {
    Dtype::of_code(&format!("V{bytes}")).unwrap_or_else(|| Dtype::uint(bytes))
}

// The list is that of torch's `ScalarType.h`, the sizes are those of `torch.dtype.itemsize`.
dtypes! {
    /// A byte, zero is false.
    Bool "bool" 1 Dtype::bool();
    /// 8 bits without a sign.
    UInt8 "uint8" 1 Dtype::uint(1);
    /// 16 bits without a sign.
    UInt16 "uint16" 2 Dtype::uint(2);
    /// 32 bits without a sign.
    UInt32 "uint32" 4 Dtype::uint(4);
    /// 64 bits without a sign.
    UInt64 "uint64" 8 Dtype::uint(8);
    /// 8 bits with a sign.
    Int8 "int8" 1 Dtype::int(1);
    /// 16 bits with a sign.
    Int16 "int16" 2 Dtype::int(2);
    /// 32 bits with a sign.
    Int32 "int32" 4 Dtype::int(4);
    /// 64 bits with a sign.
    Int64 "int64" 8 Dtype::int(8);
    /// IEEE half.
    Float16 "float16" 2 Dtype::float(2);
    /// The upper half of a `float32`.
    BFloat16 "bfloat16" 2 Dtype::bfloat16();
    /// IEEE single.
    Float32 "float32" 4 Dtype::float(4);
    /// IEEE double.
    Float64 "float64" 8 Dtype::float(8);
    /// 4 bits of exponent, 3 of mantissa, no infinities.
    Float8E4M3FN "float8_e4m3fn" 1 Dtype::float8(Float8::E4M3FN);
    /// The same, without a negative zero, and another bias.
    Float8E4M3FNUZ "float8_e4m3fnuz" 1 Dtype::float8(Float8::E4M3FNUZ);
    /// 5 bits of exponent, 2 of mantissa.
    Float8E5M2 "float8_e5m2" 1 Dtype::float8(Float8::E5M2);
    /// The same, without infinities and negative zero, and another bias.
    Float8E5M2FNUZ "float8_e5m2fnuz" 1 Dtype::float8(Float8::E5M2FNUZ);
    /// A power of two.
    Float8E8M0FNU "float8_e8m0fnu" 1 Dtype::float8(Float8::E8M0FNU);
    /// Two numbers of 2 bits of exponent and 1 of mantissa in a byte.
    Float4E2M1FNx2 "float4_e2m1fn_x2" 1 raw(1);
    /// Two halves.
    Complex32 "complex32" 4 Dtype::complex_half();
    /// Two `bfloat16`.
    BComplex32 "bcomplex32" 4 raw(4);
    /// Two `float32`.
    Complex64 "complex64" 8 Dtype::complex(8);
    /// Two `float64`.
    Complex128 "complex128" 16 Dtype::complex(16);
    /// Quantised to 8 bits with a sign.
    QInt8 "qint8" 1 Dtype::int(1);
    /// Quantised to 8 bits without a sign.
    QUInt8 "quint8" 1 Dtype::uint(1);
    /// Quantised to 32 bits with a sign.
    QInt32 "qint32" 4 Dtype::int(4);
    /// Quantised to 4 bits, two in a byte, the first in the lower half.
    QUInt4x2 "quint4x2" 1 Dtype::uint(1);
    /// Quantised to 2 bits, four in a byte, the first in the lowest.
    QUInt2x4 "quint2x4" 1 Dtype::uint(1);
    /// Bits without a meaning, eight of 1 in a byte.
    Bits1x8 "bits1x8" 1 raw(1);
    /// Bits without a meaning, four of 2 in a byte.
    Bits2x4 "bits2x4" 1 raw(1);
    /// Bits without a meaning, two of 4 in a byte.
    Bits4x2 "bits4x2" 1 raw(1);
    /// Bits without a meaning.
    Bits8 "bits8" 1 raw(1);
    /// Bits without a meaning.
    Bits16 "bits16" 2 raw(2);
    /// 1 bit without a sign, in a byte.
    UInt1 "uint1" 1 Dtype::uint(1);
    /// 2 bits without a sign, in a byte.
    UInt2 "uint2" 1 Dtype::uint(1);
    /// 3 bits without a sign, in a byte.
    UInt3 "uint3" 1 Dtype::uint(1);
    /// 4 bits without a sign, in a byte.
    UInt4 "uint4" 1 Dtype::uint(1);
    /// 5 bits without a sign, in a byte.
    UInt5 "uint5" 1 Dtype::uint(1);
    /// 6 bits without a sign, in a byte.
    UInt6 "uint6" 1 Dtype::uint(1);
    /// 7 bits without a sign, in a byte.
    UInt7 "uint7" 1 Dtype::uint(1);
    /// 1 bit with a sign, in a byte.
    Int1 "int1" 1 raw(1);
    /// 2 bits with a sign, in a byte.
    Int2 "int2" 1 raw(1);
    /// 3 bits with a sign, in a byte.
    Int3 "int3" 1 raw(1);
    /// 4 bits with a sign, in a byte.
    Int4 "int4" 1 raw(1);
    /// 5 bits with a sign, in a byte.
    Int5 "int5" 1 raw(1);
    /// 6 bits with a sign, in a byte.
    Int6 "int6" 1 raw(1);
    /// 7 bits with a sign, in a byte.
    Int7 "int7" 1 raw(1);
}

impl TorchDtype {
    /// The dtype that a value is: the global `torch.float32`, and so on.
    ///
    /// ```
    /// // {'dtype': torch.bfloat16}
    /// let pickle = unpickle_core::Pickle::parse(&b"\x80\x02}X\x05\0\0\0dtypectorch\nbfloat16\ns."[..])?;
    /// let dtype = unpickle_torch::TorchDtype::of_value(pickle.root().item("dtype")?);
    /// assert_eq!(dtype, Some(unpickle_torch::TorchDtype::BFloat16));
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    pub fn of_value(value: Value<'_>) -> Option<TorchDtype> {
        let class = value.as_class().filter(|class| class.module() == "torch")?;
        TorchDtype::of_name(class.name())
    }

    /// What a storage class holds: `FloatStorage` → `float32`; `None` for one without a type, which counts bytes.
    ///
    /// The names are those of `torch.storage._dtype_to_storage_type_map`. The oldest had one more for each device.
    pub(crate) fn of_storage(name: &str) -> Option<Option<TorchDtype>> {
        Some(Some(match name {
            "DoubleStorage" => TorchDtype::Float64,
            "FloatStorage" => TorchDtype::Float32,
            "HalfStorage" => TorchDtype::Float16,
            "BFloat16Storage" => TorchDtype::BFloat16,
            "LongStorage" => TorchDtype::Int64,
            "IntStorage" => TorchDtype::Int32,
            "ShortStorage" => TorchDtype::Int16,
            "CharStorage" => TorchDtype::Int8,
            "ByteStorage" => TorchDtype::UInt8,
            "BoolStorage" => TorchDtype::Bool,
            "ComplexDoubleStorage" => TorchDtype::Complex128,
            "ComplexFloatStorage" => TorchDtype::Complex64,
            "QInt8Storage" => TorchDtype::QInt8,
            "QUInt8Storage" => TorchDtype::QUInt8,
            "QInt32Storage" => TorchDtype::QInt32,
            "QUInt4x2Storage" => TorchDtype::QUInt4x2,
            "QUInt2x4Storage" => TorchDtype::QUInt2x4,
            "UntypedStorage" | "_UntypedStorage" => return Some(None),
            _ => return None,
        }))
    }

    /// The dtype of an old class of tensors: `FloatTensor` → `float32`.
    pub(crate) fn of_tensor_class(name: &str) -> Option<TorchDtype> {
        TorchDtype::of_storage(&format!("{}Storage", name.strip_suffix("Tensor")?)).flatten()
    }

    /// How many elements are in one byte of the storage, for the quantised types of which there are several.
    pub(crate) fn packed(self) -> Option<usize> {
        match self {
            TorchDtype::QUInt4x2 => Some(2),
            TorchDtype::QUInt2x4 => Some(4),
            _ => None,
        }
    }

    /// Whether it is quantised: integers that stand for numbers.
    pub fn is_quantised(self) -> bool {
        use TorchDtype::{QInt8, QInt32, QUInt2x4, QUInt4x2, QUInt8};
        matches!(self, QInt8 | QUInt8 | QInt32 | QUInt4x2 | QUInt2x4)
    }

    /// Bytes of each of the two parts of a complex number.
    pub(crate) fn complex_part(self) -> Option<usize> {
        use TorchDtype::{BComplex32, Complex32, Complex64, Complex128};
        matches!(self, BComplex32 | Complex32 | Complex64 | Complex128).then(|| self.itemsize() / 2)
    }

    /// Whether the uppermost bit of a number, or of each of its parts, is its sign.
    pub(crate) fn has_sign_bit(self) -> bool {
        use TorchDtype::{BFloat16, Float16, Float32, Float64};
        matches!(self, BFloat16 | Float16 | Float32 | Float64) || self.complex_part().is_some()
    }

    /// Whether a numpy array is of the same element type.
    pub(crate) fn is_numpy(self, kind: &DtypeKind) -> bool {
        self.numpy().kind() == kind
    }
}

impl fmt::Display for TorchDtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_dtypes_and_sizes_are_those_of_numpy() {
        for name in
            ["bool", "uint64", "int8", "bfloat16", "complex32", "float8_e8m0fnu", "bits16", "quint2x4"]
        {
            let dtype = TorchDtype::of_name(name).unwrap();
            assert_eq!(dtype.name(), name);
            assert_eq!(dtype.numpy().itemsize(), dtype.itemsize(), "{name}");
        }
        assert_eq!(TorchDtype::of_name("float12"), None);
        assert_eq!(TorchDtype::of_tensor_class("HalfTensor"), Some(TorchDtype::Float16));
        assert_eq!(TorchDtype::of_tensor_class("Tensor"), None);
        assert_eq!(TorchDtype::of_storage("UntypedStorage"), Some(None));
    }
}
