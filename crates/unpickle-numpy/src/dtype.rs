//! [`Dtype`]: what the elements of an array are.

use std::fmt;
use std::sync::Arc;

use unpickle_core::{FromPickle, Result, Value};

use crate::cache::DtypeCache;
use crate::code;
use crate::narrow::Float8;
use crate::unit::TimeUnit;

/// A numpy dtype. Cheap to clone; prints as numpy prints it.
///
/// ```
/// use unpickle_core::Pickle;
/// use unpickle_numpy::{Dtype, DtypeKind};
///
/// // pickle.dumps(numpy.dtype('>f8'), 2)
/// let pickle = Pickle::parse(
///     b"\x80\x02cnumpy\ndtype\nX\x02\x00\x00\x00f8\x89\x88\x87R(K\x03X\x01\x00\x00\x00>NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb.",
/// )?;
/// let dtype: Dtype = pickle.root().extract()?;
/// assert_eq!(*dtype.kind(), DtypeKind::Float(8));
/// assert!(dtype.is_big_endian());
/// assert_eq!(dtype.to_string(), ">f8");
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Dtype(Arc<Inner>);

struct Inner {
    kind: DtypeKind,
    itemsize: usize,
    big_endian: bool,
    has_object: bool,
    has_long_double: bool,
    aligned: bool,
    record: bool,
    na: NaObject,
    coerce: bool,
    leaves: usize,
    /// Bytes of all fields at the ends of all branches, at least one for each: more than the size where they overlap.
    expanded: usize,
}

/// What a [`Dtype`] holds. Numbers in brackets are bytes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DtypeKind {
    /// `bool`: one byte, zero is false.
    Bool,
    /// `int8` to `int64`: 1, 2, 4 or 8 bytes.
    Int(u8),
    /// `uint8` to `uint64`: 1, 2, 4 or 8 bytes.
    UInt(u8),
    /// `float16`, `float32`, `float64`: 2, 4 or 8 bytes.
    Float(u8),
    /// `longdouble`: 12 or 16 bytes, see [`crate::longdouble`].
    LongDouble(u8),
    /// `bfloat16` of ml_dtypes and PyTorch: the upper half of a `float32`.
    BFloat16,
    /// The floats of one byte of ml_dtypes and PyTorch.
    Float8(Float8),
    /// `complex64`, `complex128`: 8 or 16 bytes.
    Complex(u8),
    /// PyTorch's `complex32`: two `float16`.
    ComplexHalf,
    /// `clongdouble`: 24 or 32 bytes.
    ComplexLongDouble(u8),
    /// `S`: bytes, padded with NUL to the item's size.
    Bytes,
    /// `U`: UTF-32 in the dtype's byte order, padded with NUL to the item's size.
    Str,
    /// `V`: raw bytes.
    Void,
    /// `M8`: 64-bit ticks since 1970, `i64::MIN` is `NaT`.
    Datetime(TimeUnit),
    /// `m8`: 64-bit ticks, `i64::MIN` is `NaT`.
    Timedelta(TimeUnit),
    /// `O`: Python objects.
    Object,
    /// A structured dtype: fields at offsets, in the order of declaration; they may overlap and leave gaps.
    Struct(Vec<Field>),
    /// A small array of fixed shape in each element.
    Subarray(Dtype, Vec<usize>),
    /// numpy 2's `StringDType`: text of any length; cells that are no `str` are missing values.
    String,
}

/// One field of a structured dtype.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its title, a second name that few use.
    pub title: Option<String>,
    /// What it holds.
    pub dtype: Dtype,
    /// Its first byte within the element.
    pub offset: usize,
}

/// The `na_object` of a `StringDType`.
#[derive(Clone, Debug, PartialEq, Default)]
#[non_exhaustive]
pub enum NaObject {
    /// There is none: no cell is missing.
    #[default]
    Absent,
    /// `None`
    None,
    /// `float('nan')`
    Nan,
    /// A text; a cell that holds it may be the text or a missing value, numpy does not write which.
    Text(String),
    /// Some other object, such as `pandas.NA`.
    Other,
}

/// Most fields at the ends of all branches: a dtype that is shared by its own fields could double with each level.
const MAX_LEAVES: usize = 1 << 16;
/// How often the bytes of an element may be shown by fields that overlap. A union has a few; a hostile dtype could
/// make a million columns of one byte.
const MAX_OVERLAP: usize = 16;

impl Dtype {
    /// A dtype that is no container; byte order is forgotten where it means nothing.
    pub(crate) fn simple(kind: DtypeKind, itemsize: usize, big_endian: bool) -> Dtype {
        let ordered = match kind {
            DtypeKind::Int(size) | DtypeKind::UInt(size) => size > 1,
            DtypeKind::Float(_)
            | DtypeKind::LongDouble(_)
            | DtypeKind::BFloat16
            | DtypeKind::Complex(_)
            | DtypeKind::ComplexHalf
            | DtypeKind::ComplexLongDouble(_)
            | DtypeKind::Str
            | DtypeKind::Datetime(_)
            | DtypeKind::Timedelta(_) => true,
            _ => false,
        };
        let has_object = matches!(kind, DtypeKind::Object | DtypeKind::String);
        let has_long_double = matches!(kind, DtypeKind::LongDouble(_) | DtypeKind::ComplexLongDouble(_));
        Dtype(Arc::new(Inner {
            kind,
            itemsize,
            big_endian: big_endian && ordered,
            has_object,
            has_long_double,
            aligned: false,
            record: false,
            na: NaObject::Absent,
            coerce: true,
            leaves: 1,
            expanded: itemsize.max(1),
        }))
    }

    /// A structured dtype; `None` when it has too many leaves or they overlap too much.
    pub(crate) fn structured(
        fields: Vec<Field>,
        itemsize: usize,
        aligned: bool,
        record: bool,
    ) -> Option<Dtype> {
        let leaves = fields.iter().fold(1_usize, |sum, field| sum.saturating_add(field.dtype.0.leaves));
        let expanded = fields.iter().fold(0_usize, |sum, field| sum.saturating_add(field.dtype.0.expanded));
        let has_object = fields.iter().any(|field| field.dtype.has_object());
        let has_long_double = fields.iter().any(|field| field.dtype.has_long_double());
        let (kind, na) = (DtypeKind::Struct(fields), NaObject::Absent);
        let fits = leaves <= MAX_LEAVES && expanded <= itemsize.max(1).saturating_mul(MAX_OVERLAP);
        fits.then(|| {
            Dtype(Arc::new(Inner {
                kind,
                itemsize,
                big_endian: false,
                has_object,
                has_long_double,
                aligned,
                record,
                na,
                coerce: true,
                leaves,
                expanded,
            }))
        })
    }

    /// An array of `shape` in each element; its size is the caller's to check.
    pub(crate) fn subarray(base: Dtype, shape: Vec<usize>, itemsize: usize) -> Dtype {
        let (has_object, has_long_double) = (base.has_object(), base.has_long_double());
        let leaves = base.0.leaves;
        let expanded = shape.iter().fold(base.0.expanded, |sum, &len| sum.saturating_mul(len)).max(1);
        Dtype(Arc::new(Inner {
            kind: DtypeKind::Subarray(base, shape),
            itemsize,
            big_endian: false,
            has_object,
            has_long_double,
            aligned: false,
            record: false,
            na: NaObject::Absent,
            coerce: true,
            leaves,
            expanded,
        }))
    }

    /// numpy 2's `StringDType`.
    pub(crate) fn string(na: NaObject, coerce: bool) -> Dtype {
        Dtype(Arc::new(Inner {
            kind: DtypeKind::String,
            itemsize: 16,
            big_endian: false,
            has_object: true,
            has_long_double: false,
            aligned: false,
            record: false,
            na,
            coerce,
            leaves: 1,
            expanded: 16,
        }))
    }

    /// The dtype that a text names, as numpy's own files have it: `<f8`, `|S10`, `M8[ns]`, `float64`.
    pub fn of_code(code: &str) -> Option<Dtype> {
        code::parse(code)
    }

    /// The dtype `bool`.
    pub fn bool() -> Dtype {
        Dtype::simple(DtypeKind::Bool, 1, false)
    }

    /// The dtype `object`.
    pub fn object() -> Dtype {
        Dtype::simple(DtypeKind::Object, 8, false)
    }

    /// The little-endian integer dtype of 1, 2, 4 or 8 bytes.
    pub fn int(bytes: u8) -> Dtype {
        Dtype::simple(DtypeKind::Int(bytes), usize::from(bytes), false)
    }

    /// The little-endian unsigned integer dtype of 1, 2, 4 or 8 bytes.
    pub fn uint(bytes: u8) -> Dtype {
        Dtype::simple(DtypeKind::UInt(bytes), usize::from(bytes), false)
    }

    /// The little-endian complex dtype of 8 or 16 bytes.
    pub fn complex(bytes: u8) -> Dtype {
        Dtype::simple(DtypeKind::Complex(bytes), usize::from(bytes), false)
    }

    /// The little-endian float dtype of 2, 4 or 8 bytes.
    pub fn float(bytes: u8) -> Dtype {
        Dtype::simple(DtypeKind::Float(bytes), usize::from(bytes), false)
    }

    /// The little-endian `datetime64` of this unit.
    pub fn datetime(unit: TimeUnit) -> Dtype {
        Dtype::simple(DtypeKind::Datetime(unit), 8, false)
    }

    /// The little-endian `timedelta64` of this unit.
    pub fn timedelta(unit: TimeUnit) -> Dtype {
        Dtype::simple(DtypeKind::Timedelta(unit), 8, false)
    }

    /// What an element is.
    pub fn kind(&self) -> &DtypeKind {
        &self.0.kind
    }

    /// Bytes of one element.
    pub fn itemsize(&self) -> usize {
        self.0.itemsize
    }

    /// Whether numbers are stored most significant byte first.
    pub fn is_big_endian(&self) -> bool {
        self.0.big_endian
    }

    /// Whether elements are or hold Python objects, so that an array keeps a list of objects instead of bytes.
    pub fn has_object(&self) -> bool {
        self.0.has_object
    }

    /// Whether elements are or hold `longdouble` numbers.
    pub(crate) fn has_long_double(&self) -> bool {
        self.0.has_long_double
    }

    /// Whether it was made with `align=True`, laid out as a C compiler would.
    pub fn is_aligned(&self) -> bool {
        self.0.aligned
    }

    /// Whether the elements are `numpy.record`, whose fields are also attributes.
    pub fn is_record(&self) -> bool {
        self.0.record
    }

    /// What stands for a missing value in a `StringDType`.
    pub fn na_object(&self) -> &NaObject {
        &self.0.na
    }

    /// Whether a `StringDType` makes text of whatever it is given; the default.
    pub fn coerces(&self) -> bool {
        self.0.coerce
    }

    /// The same dtype in little-endian order. Reading a pickle, numpy itself swaps arrays (but for those of protocol
    /// 5 and structures), so this is the dtype that they have in Python.
    #[must_use]
    pub fn to_little_endian(&self) -> Dtype {
        if self.is_big_endian() {
            Dtype::simple(self.kind().clone(), self.itemsize(), false)
        } else {
            self.clone()
        }
    }

    /// The same dtype in another byte order, where that means something; a structure stays as it is.
    #[must_use]
    pub fn with_big_endian(&self, big_endian: bool) -> Dtype {
        match self.kind() {
            DtypeKind::Struct(_) | DtypeKind::Subarray(..) | DtypeKind::String => self.clone(),
            kind => Dtype::simple(kind.clone(), self.itemsize(), big_endian),
        }
    }

    /// The fields of a structured dtype, none of any other.
    pub fn fields(&self) -> &[Field] {
        match self.kind() {
            DtypeKind::Struct(fields) => fields,
            _ => &[],
        }
    }

    /// The field of this name (or title).
    pub fn field(&self, name: &str) -> Option<&Field> {
        let fields = self.fields();
        fields
            .iter()
            .find(|field| field.name == name)
            .or_else(|| fields.iter().find(|field| field.title.as_deref() == Some(name)))
    }

    /// The unit of a `datetime64` or `timedelta64`.
    pub fn time_unit(&self) -> Option<TimeUnit> {
        match self.kind() {
            DtypeKind::Datetime(unit) | DtypeKind::Timedelta(unit) => Some(*unit),
            _ => None,
        }
    }

    /// Reads a dtype, remembering in `cache` what was read already. One dtype is usually shared by many arrays.
    pub fn from_pickle_with<'p>(value: Value<'p>, cache: &mut DtypeCache<'p>) -> Result<Dtype> {
        cache.dtype(value)
    }
}

impl<'p> FromPickle<'p> for Dtype {
    fn from_pickle(value: Value<'p>) -> Result<Dtype> {
        DtypeCache::once().dtype(value)
    }
}

impl PartialEq for Dtype {
    fn eq(&self, other: &Dtype) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.itemsize == other.0.itemsize
                && self.0.big_endian == other.0.big_endian
                && self.0.kind == other.0.kind
                && self.0.na == other.0.na
                && self.0.coerce == other.0.coerce)
    }
}

impl fmt::Debug for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dtype({self})")
    }
}
