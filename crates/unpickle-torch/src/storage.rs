//! [`Storage`]: the bytes that tensors are views of.
//!
//! torch pickles a storage as a persistent id, and puts its bytes elsewhere in the file:
//!
//! ```text
//! ('storage', torch.FloatStorage, key, location, elements[, view])
//! ```
//!
//! One of the oldest format is such a tuple in place of what its tensors are views of, with its bytes as the last item.
//! A storage that was pickled without `torch.save` is a call with a file of torch in its bytes instead
//! (`torch.storage._load_from_bytes`).

use std::borrow::Cow;

use unpickle_core::{Error, FromPickle, Id, Result, Seq, Value, View};

use crate::dtype::TorchDtype;
use crate::stream;

/// Stands beside bytes whose numbers are big-endian.
pub(crate) const BIG: &str = "big";

/// The bytes that one tensor, or several, are views of. They are read when asked for.
///
/// ```
/// use unpickle_torch::Tensor;
///
/// let input = unpickle_file::Input::open("../../fixtures/torch/shared.pt", &Default::default())?;
/// let pickle = unpickle_torch::read(&unpickle_file::Shared::new(input), &Default::default())?.expect("a file of torch");
/// let halves = pickle.root().item("halves")?;
/// let (one, other): (Tensor<'_>, Tensor<'_>) = halves.extract()?;
/// let storage = one.storage().expect("a strided tensor");
/// assert_eq!(storage.nbytes(), 40);
/// assert_eq!(storage.id(), other.storage().expect("a strided tensor").id());
/// assert_eq!(storage.location(), "cpu");
/// assert_eq!(storage.bytes()?.len(), 40);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Storage<'p> {
    origin: Value<'p>,
    dtype: Option<TorchDtype>,
    key: Cow<'p, str>,
    location: Cow<'p, str>,
    nbytes: usize,
    data: Data<'p>,
    big_endian: bool,
}

/// Where the bytes are.
#[derive(Clone, Copy, Debug)]
enum Data<'p> {
    Loaded(Value<'p>),
    Here(&'p [u8]),
    Absent,
}

impl<'p> Storage<'p> {
    /// Reads a storage.
    pub(crate) fn read(value: Value<'p>) -> Result<Storage<'p>> {
        if let View::Persistent(id) = value.view()
            && let Some(items) = id.as_tuple()
        {
            return match value.loaded() {
                Some(loaded) => Storage::of_id(value, items, Data::Loaded(loaded)),
                None => Storage::of_id(value, items, Data::Absent),
            };
        }
        // Of the oldest format: the persistent id is a number.
        let value = value.loaded().unwrap_or(value);
        let expected = || Error::data(value, "a torch storage");
        if let Some(items) = value.as_tuple() {
            let bytes = items.get(5).filter(|bytes| matches!(bytes.view(), View::Buffer(_)));
            return Storage::of_id(value, items, Data::Loaded(bytes.ok_or_else(expected)?));
        }
        let call = value.call().ok_or_else(expected)?;
        match (call.module, call.name) {
            ("torch.storage", "_load_from_bytes") => {
                let bytes = call.args.get(0).and_then(Value::as_bytes).ok_or_else(expected)?;
                Storage::of_file(value, bytes).map_err(|error| error.within("torch.storage._load_from_bytes"))
            }
            _ => Err(expected()),
        }
    }

    /// Of class, key, location and number of elements, behind `'storage'`.
    fn of_id(origin: Value<'p>, items: Seq<'p>, data: Data<'p>) -> Result<Storage<'p>> {
        if items.get(0).and_then(word).is_none_or(|kind| kind != "storage") {
            return Err(Error::data(origin, "a torch storage"));
        }
        let item = |i: usize| {
            items.get(1 + i).ok_or_else(|| Error::invalid(origin, "the id of a torch storage is too short"))
        };
        let class = item(0)?;
        let dtype = storage_class(class)?;
        let key = text(item(1)?)?;
        let location = if item(2)?.is_none() { Cow::Borrowed("cpu") } else { text(item(2)?)? };
        // A view of a storage of the legacy stream has its own size, behind those of the whole.
        let view = items.get(5).and_then(Value::as_tuple).and_then(|view| view.get(2));
        let count = view.map_or_else(|| item(3), Ok)?;
        let size = dtype.map_or(1, TorchDtype::itemsize);
        let nbytes = count.as_usize().and_then(|count| count.checked_mul(size)).ok_or_else(|| {
            Error::invalid(count, format!("torch storage '{key}' of {count} elements, which cannot be"))
        })?;
        let (data, big_endian) = match data {
            Data::Loaded(loaded) => match loaded.as_tuple().and_then(|pair| pair.get(0)) {
                Some(bytes) => (Data::Loaded(bytes), true),
                None => (data, false),
            },
            _ => (data, false),
        };
        Ok(Storage { origin, dtype, key, location, nbytes, data, big_endian })
    }

    /// Of bytes in which a storage alone was saved.
    fn of_file(origin: Value<'p>, bytes: &'p [u8]) -> Result<Storage<'p>> {
        let file = stream::Stream::read(bytes)?;
        let stored = file.only_storage(bytes)?;
        Ok(Storage {
            origin,
            dtype: stored.dtype,
            key: stored.key.into(),
            location: stored.location.into(),
            nbytes: stored.bytes.len(),
            data: Data::Here(stored.bytes),
            big_endian: false,
        })
    }

    /// The value that it was read from.
    pub fn origin(&self) -> Value<'p> {
        self.origin
    }

    /// The type of elements that it was saved as; `None` for bytes, whose tensors say what they are.
    pub fn dtype(&self) -> Option<TorchDtype> {
        self.dtype
    }

    /// What it is called in the file: `0`, `1` …, or a number that was an address.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The device that it was on: `cpu`, `cuda:0`, `meta` …
    pub fn location(&self) -> &str {
        &self.location
    }

    /// The same, without a copy.
    pub(crate) fn device(&self) -> Cow<'p, str> {
        self.location.clone()
    }

    /// How many bytes it has.
    pub fn nbytes(&self) -> usize {
        self.nbytes
    }

    /// What tensors that share it have in common.
    pub fn id(&self) -> Id {
        match self.data {
            Data::Loaded(loaded) => loaded.id(),
            _ => self.origin.id(),
        }
    }

    /// Whether numbers are most significant byte first, as some machines write them.
    pub fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    /// Whether it was on the device `meta`, where nothing has bytes.
    pub fn is_meta(&self) -> bool {
        self.location == "meta"
    }

    /// The bytes: in the file, or unpacked if it is compressed. A checksum is compared the first time.
    ///
    /// # Errors
    ///
    /// They are not in the file, or fewer than it says, or damaged.
    pub fn bytes(&self) -> Result<&'p [u8]> {
        self.check()?;
        let bytes = match self.data {
            Data::Loaded(loaded) => loaded.load()?,
            Data::Here(bytes) => bytes,
            Data::Absent => return Err(self.missing()),
        };
        bytes.get(..self.nbytes).ok_or_else(|| self.too_few(bytes.len() as u64))
    }

    /// Whether there are as many bytes as it says, without looking at them.
    pub(crate) fn check(&self) -> Result<()> {
        let Data::Loaded(loaded) = self.data else { return Ok(()) };
        let found = match loaded.view() {
            View::Buffer(buffer) => buffer.len().ok_or_else(|| self.missing())?,
            _ => loaded.len() as u64,
        };
        if found < self.nbytes as u64 { Err(self.too_few(found)) } else { Ok(()) }
    }

    #[cold]
    fn missing(&self) -> Error {
        let message = format!("the bytes of torch storage '{}' are not in the file", self.key);
        Error::invalid(self.origin, message)
    }

    #[cold]
    fn too_few(&self, found: u64) -> Error {
        let Storage { key, nbytes, .. } = self;
        Error::invalid(
            self.origin,
            format!("torch storage '{key}' says {nbytes} bytes, the file has {found}"),
        )
    }
}

impl<'p> FromPickle<'p> for Storage<'p> {
    fn from_pickle(value: Value<'p>) -> Result<Storage<'p>> {
        Storage::read(value)
    }
}

/// The element type of a class of storages.
pub(crate) fn storage_class(class: Value<'_>) -> Result<Option<TorchDtype>> {
    let known = class.as_class().filter(|class| class.module().starts_with("torch")).and_then(|class| {
        // Once there was a class for each device: torch.cuda.FloatStorage.
        TorchDtype::of_storage(class.name())
    });
    known.ok_or_else(|| Error::data(class, "a class of torch storages"))
}

/// Longest text that is torch's own: far more than any key or device has. It is copied for each tensor, and a pickle can
/// hold one long text and refer to it many times.
const MAX_WORD: usize = 1024;

/// Text that is torch's own: a Python 2 `str` is that under whichever encoding was chosen, as `torch.load` has it.
pub(crate) fn word(value: Value<'_>) -> Option<Cow<'_, str>> {
    if value.len() > MAX_WORD {
        return None;
    }
    let old = || std::str::from_utf8(value.as_str2()?).ok().map(Cow::Borrowed);
    value.as_text().or_else(old)
}

/// Text, or a number in place of it: keys once were.
pub(crate) fn text(value: Value<'_>) -> Result<Cow<'_, str>> {
    if let Some(text) = word(value) {
        return Ok(text);
    }
    match value.as_i64() {
        Some(int) => Ok(int.to_string().into()),
        None if value.len() > MAX_WORD => {
            let message =
                format!("a name of {} bytes, where a key or a device of torch is expected", value.len());
            Err(Error::invalid(value, message))
        }
        None => Err(Error::data(value, "a str")),
    }
}
