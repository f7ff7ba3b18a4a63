//! The zip format: what `torch.save` writes since 1.6, and `torch.jit.save`.
//!
//! ```text
//! NAME/data.pkl         the object
//! NAME/data/KEY         the bytes of each storage
//! NAME/byteorder        little or big; little if it is absent
//! NAME/version          a number
//! NAME/constants.pkl    of TorchScript: tensors that its code names; their storages are NAME/constants/KEY
//! ```

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use unpickle_core::{Assembly, Category, Error, Id, Options, Pickle, Result, Value, View};
use unpickle_file::{Archive, Input, Shared};

use crate::storage::{BIG, text, word};

/// The newest version that is known: torch's `kMaxSupportedFileFormatVersion`.
const NEWEST: u64 = 10;

/// Decodes an archive of torch; `None` where `archive` is none.
pub(crate) fn read(
    input: &Shared,
    archive: &Archive,
    options: &Options<'_>,
) -> Result<Option<Pickle<Shared>>> {
    let Some(root) = root(archive) else {
        return stranger(archive).map_or(Ok(None), Err);
    };
    let files = Files { input, root };
    files.check_version()?;
    let big_endian = files.is_big_endian()?;
    let data = files.pickle("data.pkl")?;
    let constants = if files.has("constants.pkl") { Some(files.pickle("constants.pkl")?) } else { None };
    let (bytes, data, constants) = lay_out(input, data, constants)?;
    let build = |assembly: &mut Assembly<'_>| {
        let mut storages = Storages { files: &files, big_endian, known: HashMap::new(), seen: 0 };
        let (value, _) = assembly.pickle(data).map_err(|error| error.within(files.name("data.pkl")))?;
        storages.load(assembly, "data")?;
        let Some(part) = constants else { return Ok(value) };
        let (tuple, _) = assembly.pickle(part).map_err(|error| error.within(files.name("constants.pkl")))?;
        storages.load(assembly, "constants")?;
        let names = [assembly.str("data")?, assembly.str("constants")?];
        let [first, second] = names;
        assembly.dict(&[(first, value), (second, tuple)])
    };
    options.assemble(bytes, build).map(Some)
}

/// The folder that everything is in. torch takes that of the first member, whatever its name.
fn root(archive: &Archive) -> Option<String> {
    let first = archive.members().first()?.name();
    let root = first.split_once('/').map_or("", |(root, _)| root);
    if archive.find(&join(root, "data.pkl")).is_some() {
        return Some(root.to_owned());
    }
    // Something was put in front when it was packed again.
    let mut roots = archive.members().iter().filter_map(|member| member.name().strip_suffix("/data.pkl"));
    roots.next().filter(|_| roots.next().is_none()).map(str::to_owned)
}

fn join(root: &str, name: &str) -> String {
    if root.is_empty() { name.to_owned() } else { format!("{root}/{name}") }
}

/// Why an archive of torch without `data.pkl` is not read; `None` of any other archive.
#[cold]
fn stranger(archive: &Archive) -> Option<Error> {
    let first = archive.members().first()?.name();
    let root = first.split_once('/').map_or("", |(root, _)| root);
    let has = |name: &str| archive.find(&join(root, name)).is_some();
    let what = if has("model.json") && has("version") {
        // A tree of JSON, which no version since writes.
        "TorchScript of PyTorch before 1.4 (model.json); `torch.jit.load` and `torch.jit.save` of a later one write it \
         anew, which"
    } else if has("archive_format") && has("archive_version") {
        "a program of `torch.export` (.pt2); `torch.save(torch.export.load(file).state_dict, ...)` makes a file that"
    } else if has(".data/extern_modules") {
        "an archive of `torch.package`; `torch.save` of what its `load_pickle` gives makes a file that"
    } else {
        return None;
    };
    Some(Error::message(Category::Unsupported, format!("it is {what} is read")))
}

/// The members of one archive.
struct Files<'a> {
    input: &'a Shared,
    root: String,
}

/// The bytes of a pickle: where they lie, or unpacked.
enum Packed {
    Stored(Range<usize>),
    Unpacked(Vec<u8>),
}

impl Files<'_> {
    fn name(&self, name: &str) -> String {
        join(&self.root, name)
    }

    fn has(&self, name: &str) -> bool {
        self.input.member(&self.name(name)).is_some()
    }

    /// A short record.
    fn record(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(member) = self.input.member(&self.name(name)) else { return Ok(None) };
        if member.len() > 64 {
            let message = format!("{} of {} bytes, where a word is expected", self.name(name), member.len());
            return Err(Error::at(Category::Data, member.offset(), message));
        }
        Ok(Some(member.bytes()?.to_vec()))
    }

    fn check_version(&self) -> Result<()> {
        let name = if self.has(".data/version") { ".data/version" } else { "version" };
        let Some(text) = self.record(name)? else { return Ok(()) };
        let version = std::str::from_utf8(&text).ok().and_then(|text| text.trim().parse::<u64>().ok());
        match version {
            Some(version) if version <= NEWEST => Ok(()),
            Some(version) => {
                let message = format!(
                    "version {version} of PyTorch's file format ({}) is not supported, {NEWEST} is the newest known",
                    self.name(name)
                );
                Err(Error::message(Category::Unsupported, message))
            }
            None => {
                let message = format!("expected a version of PyTorch's file format in {}", self.name(name));
                Err(Error::message(Category::Data, message))
            }
        }
    }

    fn is_big_endian(&self) -> Result<bool> {
        match self.record("byteorder")?.as_deref() {
            None | Some(b"little") => Ok(false),
            Some(b"big") => Ok(true),
            Some(_) => {
                let message = format!("expected 'little' or 'big' in {}", self.name("byteorder"));
                Err(Error::message(Category::Data, message))
            }
        }
    }

    /// The bytes of a pickle, checked.
    fn pickle(&self, name: &str) -> Result<Packed> {
        let name = self.name(name);
        let member = self.input.member(&name).ok_or_else(|| {
            Error::message(Category::Data, format!("the PyTorch archive has no member {name}"))
        })?;
        let bytes = member.bytes()?;
        if member.member().is_some_and(|member| member.is_stored()) {
            return Ok(Packed::Stored(member.range()?));
        }
        Ok(Packed::Unpacked(bytes.to_vec()))
    }
}

/// What the graph is decoded from: the file, or where a pickle in it is compressed, the pickles unpacked.
fn lay_out(
    input: &Shared,
    data: Packed,
    constants: Option<Packed>,
) -> Result<(Shared, Range<usize>, Option<Range<usize>>)> {
    let file = input.as_ref();
    let (data, constants) = match (data, constants) {
        (Packed::Stored(data), None) => return Ok((input.clone(), data, None)),
        (Packed::Stored(data), Some(Packed::Stored(constants))) => {
            return Ok((input.clone(), data, Some(constants)));
        }
        packed => packed,
    };
    let mut bytes = Vec::new();
    let mut add = |packed: Packed| {
        let start = bytes.len();
        match packed {
            Packed::Stored(part) => bytes.extend_from_slice(file.get(part).unwrap_or_default()),
            Packed::Unpacked(content) => bytes.extend(content),
        }
        start..bytes.len()
    };
    let data = add(data);
    let constants = constants.map(add);
    Ok((Shared::new(Input::from_bytes(bytes)), data, constants))
}

/// Gives the persistent ids of each pickle their members.
struct Storages<'a> {
    files: &'a Files<'a>,
    big_endian: bool,
    /// What stands for a member, by its name.
    known: HashMap<String, Id>,
    /// How many persistent ids have been looked at.
    seen: usize,
}

impl Storages<'_> {
    /// Those of the pickle decoded last, whose storages are in `folder`. A member that is missing is told when its
    /// tensor is read: others may still be.
    fn load(&mut self, assembly: &mut Assembly<'_>, folder: &str) -> Result<()> {
        let ids = assembly.persistent_ids();
        for &persistent in ids.get(self.seen..).unwrap_or_default() {
            let Some(key) = key(assembly.value(persistent))? else { continue };
            let name = self.files.name(&format!("{folder}/{key}"));
            let loaded = match self.known.get(&name) {
                Some(&loaded) => loaded,
                None => {
                    let Some(member) = self.files.input.member(&name) else { continue };
                    assembly.at(usize::try_from(member.offset()).unwrap_or(0));
                    let bytes = assembly.lazy(Arc::new(member))?;
                    let loaded = if self.big_endian {
                        let order = assembly.str(BIG)?;
                        assembly.tuple(&[bytes, order])?
                    } else {
                        bytes
                    };
                    self.known.insert(name, loaded);
                    loaded
                }
            };
            assembly.set_loaded(persistent, loaded)?;
        }
        self.seen = ids.len();
        Ok(())
    }
}

/// The key of a storage.
fn key(persistent: Value<'_>) -> Result<Option<String>> {
    let View::Persistent(id) = persistent.view() else { return Ok(None) };
    let Some(items) = id.as_tuple() else { return Ok(None) };
    let storage = items.get(0).and_then(word).is_some_and(|kind| kind == "storage");
    let key = items.get(2).filter(|_| storage);
    key.map(|key| text(key).map(std::borrow::Cow::into_owned)).transpose()
}
