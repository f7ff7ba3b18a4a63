//! [`DtypeCache`]: read a shared dtype once.

use std::collections::HashMap;

use unpickle_core::{Error, Id, Result, Value};

use crate::dtype::Dtype;
use crate::dtype_state;
use crate::joblib_array::Wrapper;
use crate::npy_header::Said;

/// Remembers the dtypes of a pickle. Python writes a dtype once and refers to it afterwards, so 200,000 small arrays
/// have one dtype between them.
///
/// ```
/// use unpickle_core::Pickle;
/// use unpickle_numpy::{DtypeCache, NdArray};
///
/// // dtype = numpy.dtype('i1'); pickle.dumps([numpy.array([1], dtype), numpy.array([2, 3], dtype)], 5)
/// let pickle = Pickle::parse(b"\x80\x05\x95\x82\0\0\0\0\0\0\0](\x8c\x13numpy._core.numeric\x8c\x0b_frombuffer\x93\x94(\x96\x01\0\0\
///     \0\0\0\0\0\x01\x8c\x05numpy\x8c\x05dtype\x93\x8c\x02i1\x89\x88\x87R\x94(K\x03\x8c\x01|NNNJ\xff\xff\
///     \xff\xffJ\xff\xff\xff\xffK\0tbK\x01\x85\x8c\x01C\x94tRh\0(\x96\x02\0\0\0\0\0\0\0\x02\x03h\x01K\x02\
///     \x85h\x02tRe.")?;
/// let mut cache = DtypeCache::new();
/// for array in pickle.root().iter() {
///     let array = NdArray::from_pickle_with(array, &mut cache)?;
///     assert_eq!(array.dtype().to_string(), "int8");
/// }
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Default)]
pub struct DtypeCache<'p> {
    /// The one asked for last: nearly always the one asked for next.
    last: Option<(Value<'p>, Dtype)>,
    /// The callable of the last array and what it makes: comparing words is quicker than comparing names.
    form: Option<(Value<'p>, Form)>,
    /// `None` while it is being read, so that a dtype inside of itself is found. The value is kept because an `Id`
    /// says nothing about which pickle it is of.
    known: HashMap<Id, (Value<'p>, Option<Dtype>)>,
    /// What the headers of `.npy` files say, by the value that the file is.
    headers: HashMap<Id, (Value<'p>, Said)>,
    depth: u32,
    /// Whether it is there for a single dtype, so that only dtypes with fields are worth remembering.
    once: bool,
}

/// How an array was written.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Form {
    /// `_reconstruct` and a state.
    State,
    /// `_frombuffer`.
    Buffer,
    /// `read_array`, of a `.npy` file.
    Npy,
    /// One of joblib's classes.
    Joblib(Wrapper),
}

/// How deep dtypes may stand in each other.
const MAX_DEPTH: u32 = 32;

impl<'p> DtypeCache<'p> {
    /// An empty one.
    pub fn new() -> DtypeCache<'p> {
        DtypeCache::default()
    }

    /// For one dtype and what is inside of it.
    pub(crate) fn once() -> DtypeCache<'p> {
        DtypeCache { once: true, ..DtypeCache::default() }
    }

    /// What a call of `callable` makes, when it was asked last.
    pub(crate) fn form(&self, callable: Value<'p>) -> Option<Form> {
        self.form.and_then(|(last, form)| last.is(callable).then_some(form))
    }

    pub(crate) fn set_form(&mut self, callable: Value<'p>, form: Form) {
        self.form = Some((callable, form));
    }

    /// What the header of the `.npy` file that `value` is says; `read` reads it when it was not asked for before.
    pub(crate) fn header(&mut self, value: Value<'p>, read: impl FnOnce() -> Result<Said>) -> Result<Said> {
        if let Some((known, said)) = self.headers.get(&value.id())
            && known.is(value)
        {
            return Ok(said.clone());
        }
        let said = read()?;
        if !self.once {
            self.headers.insert(value.id(), (value, said.clone()));
        }
        Ok(said)
    }

    /// The dtype that `value` is.
    pub fn dtype(&mut self, value: Value<'p>) -> Result<Dtype> {
        if let Some((last, dtype)) = &self.last
            && last.is(value)
        {
            return Ok(dtype.clone());
        }
        let dtype = self.look_up(value)?;
        if self.depth == 0 {
            self.last = Some((value, dtype.clone()));
        }
        Ok(dtype)
    }

    fn look_up(&mut self, value: Value<'p>) -> Result<Dtype> {
        if let Some((known, dtype)) = self.known.get(&value.id())
            && known.is(value)
        {
            return dtype.clone().ok_or_else(|| Error::invalid(value, "a numpy dtype contains itself"));
        }
        if self.depth >= MAX_DEPTH {
            return Err(Error::invalid(value, format!("numpy dtypes nested more than {MAX_DEPTH} deep")));
        }
        if self.once && dtype_state::is_plain(value) {
            return dtype_state::read(value, self);
        }
        self.known.insert(value.id(), (value, None));
        self.depth += 1;
        let dtype = dtype_state::read(value, self);
        self.depth -= 1;
        match &dtype {
            Ok(dtype) => self.known.insert(value.id(), (value, Some(dtype.clone()))),
            Err(_) => self.known.remove(&value.id()),
        };
        dtype
    }
}
