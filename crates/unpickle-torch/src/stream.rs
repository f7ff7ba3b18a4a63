//! The legacy stream: what `torch.save` wrote before 1.6, and still writes when asked to.
//!
//! ```text
//! pickle of the magic number    pickle of 1001    pickle of a dict about the machine
//! pickle of the object          pickle of the list of storage keys
//! for each key: the number of elements as 8 bytes, and the elements
//! ```
//!
//! The elements are little-endian whatever the machine (torch's `serialization.cpp`); what the dict says of it, torch
//! does not look at either.

use std::collections::HashMap;
use std::ops::Range;

use unpickle_core::{Assembly, Category, Error, Id, Opcode, Ops, Options, Pickle, Result, Value, View};

use crate::dtype::TorchDtype;
use crate::storage::{storage_class, text, word};

/// `torch.serialization.MAGIC_NUMBER`
const MAGIC: i128 = 0x1950_a86a_20f9_469c_fc6c;
/// `torch.serialization.PROTOCOL_VERSION`
const VERSION: i64 = 1001;

/// A legacy stream whose beginning has been read.
pub(crate) struct Stream {
    /// Where the pickle of the object starts.
    object: usize,
}

/// A storage that was saved alone, as `torch.storage._load_from_bytes` reads it.
pub(crate) struct Stored<'p> {
    pub(crate) dtype: Option<TorchDtype>,
    pub(crate) key: String,
    pub(crate) location: String,
    pub(crate) bytes: &'p [u8],
}

impl Stream {
    /// Whether `bytes` begin with the pickle of the magic number, of any protocol.
    pub(crate) fn is(bytes: &[u8]) -> bool {
        let mut numbers = 0;
        for op in Ops::new(bytes).take(4) {
            match op.map(|(_, op)| op.opcode) {
                Ok(Opcode::Proto | Opcode::Frame) => {}
                Ok(Opcode::Long | Opcode::Long1 | Opcode::Long4) => numbers += 1,
                Ok(Opcode::Stop) if numbers == 1 => return number(bytes, 0).is_some_and(|(n, _)| n == MAGIC),
                _ => return false,
            }
        }
        false
    }

    /// Reads the three pickles in front of the object.
    pub(crate) fn read(bytes: &[u8]) -> Result<Stream> {
        let (_, at) = number(bytes, 0).filter(|&(magic, _)| magic == MAGIC).ok_or_else(|| {
            let message = "expected the magic number of a legacy PyTorch file";
            Error::at(Category::Syntax, 0, message)
        })?;
        let version = Options::new().parse_at(bytes, at)?;
        if version.root().as_i64() != Some(VERSION) {
            let what = format!("version {} of PyTorch's legacy format", version.root());
            return Err(Error::unsupported(version.root(), what));
        }
        let machine = Options::new().parse_at(bytes, version.end())?;
        let object = usize::try_from(machine.end()).unwrap_or(usize::MAX);
        Ok(Stream { object })
    }

    /// Decodes the object, and says where the bytes of its storages are.
    pub(crate) fn assemble(&self, assembly: &mut Assembly<'_>) -> Result<Id> {
        let input = assembly.input();
        let (root, end) = assembly.pickle(self.object..input.len())?;
        let (keys, at) = assembly.pickle(end..input.len())?;
        let ids = assembly.persistent_ids();
        let mut known = Known::default();
        for &id in &ids {
            known.add(assembly.value(id))?;
        }
        let blobs = known.blobs(input, assembly.value(keys), at)?;
        let mut parts: HashMap<Range<usize>, Id> = HashMap::new();
        for id in ids {
            let View::Persistent(told) = assembly.value(id).view() else { continue };
            let part = match Told::read(told)? {
                Told::Module(class) => {
                    assembly.set_loaded(id, class)?;
                    continue;
                }
                Told::Storage(told) => {
                    let Some(whole) = blobs.get(&told.key) else { continue };
                    told.part(whole.clone()).ok_or_else(|| {
                        let message = format!("a view beyond the end of torch storage '{}'", told.key);
                        Error::invalid(assembly.value(id), message)
                    })?
                }
            };
            let loaded = match parts.get(&part) {
                Some(&loaded) => loaded,
                None => {
                    assembly.at(part.start);
                    let loaded = assembly.part(part.clone())?;
                    parts.insert(part, loaded);
                    loaded
                }
            };
            assembly.set_loaded(id, loaded)?;
        }
        Ok(root)
    }

    /// The storage that is all of the object.
    pub(crate) fn only_storage<'p>(&self, bytes: &'p [u8]) -> Result<Stored<'p>> {
        let object = Options::new().parse_at(bytes, self.object as u64)?;
        let keys = Options::new().parse_at(bytes, object.end())?;
        let root = object.root();
        let View::Persistent(id) = root.view() else { return Err(Error::data(root, "a torch storage")) };
        let Told::Storage(told) = Told::read(id)? else {
            return Err(Error::data(root, "a torch storage"));
        };
        let mut known = Known::default();
        known.add(root)?;
        let at = usize::try_from(keys.end()).unwrap_or(usize::MAX);
        let part = known.blobs(bytes, keys.root(), at)?.remove(&told.key).and_then(|whole| told.part(whole));
        let bytes = part.and_then(|part| bytes.get(part)).ok_or_else(|| {
            Error::invalid(root, format!("the bytes of torch storage '{}' are not there", told.key))
        })?;
        Ok(Stored { dtype: told.dtype, key: told.key, location: told.location, bytes })
    }
}

/// The integer of a pickle that is nothing else, and the byte behind it.
fn number(bytes: &[u8], at: u64) -> Option<(i128, u64)> {
    let pickle = Options::new().parse_at(bytes, at).ok()?;
    Some((pickle.root().as_int()?.as_i128()?, Pickle::end(&pickle)))
}

/// What a persistent id says.
enum Told {
    /// A class of modules, with its source: `('module', class, file, source)`.
    Module(Id),
    Storage(ToldStorage),
}

struct ToldStorage {
    key: String,
    location: String,
    dtype: Option<TorchDtype>,
    /// Elements of the whole storage.
    count: usize,
    /// First element and number of elements of a view of it.
    view: Option<(usize, usize)>,
}

impl Told {
    fn read(id: Value<'_>) -> Result<Told> {
        let expected = || Error::data(id, "a persistent id of torch, ('storage', …) or ('module', …)");
        let items = id.as_tuple().ok_or_else(expected)?;
        let item = |i: usize| items.get(i).ok_or_else(expected);
        match word(item(0)?).as_deref() {
            Some("module") => return Ok(Told::Module(item(1)?.id())),
            Some("storage") => {}
            _ => return Err(expected()),
        }
        let size = |value: Value<'_>| {
            value.as_usize().ok_or_else(|| Error::data(value, "a number of elements of a torch storage"))
        };
        let view = match items.get(5).and_then(Value::as_tuple) {
            Some(view) => {
                Some((size(view.get(1).ok_or_else(expected)?)?, size(view.get(2).ok_or_else(expected)?)?))
            }
            None => None,
        };
        Ok(Told::Storage(ToldStorage {
            dtype: storage_class(item(1)?)?,
            key: text(item(2)?)?.into_owned(),
            location: text(item(3)?)?.into_owned(),
            count: size(item(4)?)?,
            view,
        }))
    }
}

impl ToldStorage {
    fn itemsize(&self) -> usize {
        self.dtype.map_or(1, TorchDtype::itemsize)
    }

    /// Its bytes of those of the whole storage.
    fn part(&self, whole: Range<usize>) -> Option<Range<usize>> {
        let Some((first, count)) = self.view else { return Some(whole) };
        let start = whole.start.checked_add(first.checked_mul(self.itemsize())?)?;
        let end = start.checked_add(count.checked_mul(self.itemsize())?)?;
        (end <= whole.end).then_some(start..end)
    }
}

/// The storages that the object names, by key: the size of an element, and how many elements, as they are first told.
#[derive(Default)]
struct Known(HashMap<String, (usize, usize)>);

impl Known {
    fn add(&mut self, persistent: Value<'_>) -> Result<()> {
        if let View::Persistent(id) = persistent.view()
            && let Told::Storage(told) = Told::read(id)?
        {
            let size = told.itemsize();
            self.0.entry(told.key).or_insert((size, told.count));
        }
        Ok(())
    }

    /// Where the bytes of each storage are: they begin at `at`, in the order of `keys`.
    fn blobs(&self, input: &[u8], keys: Value<'_>, mut at: usize) -> Result<HashMap<String, Range<usize>>> {
        let list = keys
            .as_list()
            .ok_or_else(|| Error::data(keys, "the list of storage keys of a legacy PyTorch file"))?;
        let mut blobs = HashMap::new();
        for key in list.iter() {
            let name = text(key)?;
            let Some(&(size, told)) = self.0.get(&*name) else {
                let message = format!("torch storage '{name}' follows, which nothing is a view of");
                return Err(Error::invalid(key, message));
            };
            let start = at.saturating_add(8);
            let count =
                input.get(at..).and_then(|rest| rest.first_chunk()).map(|raw| i64::from_le_bytes(*raw));
            let short = || {
                let bytes = told.saturating_mul(size);
                let message = format!("the file ends within the {bytes} bytes of torch storage '{name}'");
                Error::at(Category::Eof, input.len() as u64, message)
            };
            let count = count.ok_or_else(short)?;
            if usize::try_from(count) != Ok(told) {
                let message = format!(
                    "torch storage '{name}' has {count} elements here, the pickle before says {told}"
                );
                return Err(Error::at(Category::Data, at as u64, message));
            }
            let end = told.checked_mul(size).and_then(|bytes| start.checked_add(bytes)).ok_or_else(short)?;
            if end > input.len() {
                return Err(short());
            }
            blobs.insert(name.into_owned(), start..end);
            at = end;
        }
        Ok(blobs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_magic_number_is_known_in_every_protocol() {
        assert!(Stream::is(b"L119547037146038801333356L\n.rest"));
        assert!(Stream::is(b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."));
        let framed = b"\x80\x04\x95\x0d\0\0\0\0\0\0\0\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
        assert!(Stream::is(framed));
        for other in [&b"\x80\x02K\x07."[..], b"", b"\x80\x02\x8a\x01\x07.", b"\x80\x02\x8a\xff", b"]."] {
            assert!(!Stream::is(other), "{other:?}");
        }
    }
}
