//! The oldest format, of before 0.1.10: a tar, not compressed, of which three members count.
//!
//! ```text
//! storages    how many; for each a pickle of (key, location, class), 8 bytes: the number of elements, the elements;
//!             a pickle of the list of views: (key, key of the whole, first element, number of elements)
//! tensors     how many; for each a pickle of (key, storage, class), 4 bytes: the number of axes, 4 bytes to skip,
//!             sizes, strides and offset, of 8 bytes each
//! pickle      the object; persistent ids are keys of tensors and storages, or (class, file, source)
//! ```
//!
//! That is `legacy_load` in torch's `serialization.py`, which still reads it. Numbers are little-endian.

use std::collections::HashMap;
use std::ops::Range;

use unpickle_core::{Assembly, Category, Error, Id, Options, Pickle, Result, Value, View};
use unpickle_file::{Archive, Shared};

use crate::dtype::TorchDtype;
use crate::storage::{storage_class, text};

/// Decodes a tar of torch; `None` where `archive` is none.
pub(crate) fn read(
    input: &Shared,
    archive: &Archive,
    options: &Options<'_>,
) -> Result<Option<Pickle<Shared>>> {
    let members = ["storages", "tensors", "pickle"].map(|name| archive.find(name));
    let [Some(storages), Some(tensors), Some(object)] = members else { return Ok(None) };
    let range = |index| {
        let member =
            input.member_at(index).ok_or_else(|| Error::message(Category::Data, "no such member"))?;
        member.range().map_err(Error::from)
    };
    let parts = [range(storages)?, range(tensors)?, range(object)?];
    let build = |assembly: &mut Assembly<'_>| {
        let [storages, tensors, object] = parts;
        let mut known = HashMap::new();
        read_storages(assembly, storages, &mut known).map_err(|error| error.within("storages"))?;
        read_tensors(assembly, tensors, &mut known).map_err(|error| error.within("tensors"))?;
        let (root, _) = assembly.pickle(object).map_err(|error| error.within("pickle"))?;
        for persistent in assembly.persistent_ids() {
            let View::Persistent(id) = assembly.value(persistent).view() else { continue };
            let loaded = match id.as_tuple() {
                Some(class) => class.get(0).map(Value::id),
                None => known.get(&*text(id)?).map(|known| known.value),
            };
            if let Some(loaded) = loaded {
                assembly.set_loaded(persistent, loaded)?;
            }
        }
        Ok(root)
    };
    options.assemble(input.clone(), build).map(Some)
}

/// A storage, or a tensor, by its key.
struct Known {
    value: Id,
    storage: Option<Kept>,
}

/// What a view of a storage needs.
#[derive(Clone)]
struct Kept {
    class: Id,
    location: Id,
    size: usize,
    part: Range<usize>,
}

fn read_storages(
    assembly: &mut Assembly<'_>,
    part: Range<usize>,
    known: &mut HashMap<String, Known>,
) -> Result<()> {
    let mut at = part.start;
    for _ in 0..count(assembly, &part, &mut at)? {
        let (args, next) = assembly.pickle(at..part.end)?;
        let [key, location, class] = three(assembly.value(args))?;
        let dtype = storage_class(assembly.value(class))?;
        let size = dtype.map_or(1, TorchDtype::itemsize);
        let count = number(assembly.input(), &part, next)?;
        let start = next.saturating_add(8);
        let end = usize::try_from(count).ok().and_then(|count| start.checked_add(count.checked_mul(size)?));
        let end = end.filter(|&end| end <= part.end).ok_or_else(|| {
            let message = format!("a torch storage of {count} elements runs beyond the end of its member");
            Error::at(Category::Eof, next as u64, message)
        })?;
        add(assembly, known, key, Kept { class, location, size, part: start..end })?;
        at = end;
    }
    let (views, _) = assembly.pickle(at..part.end)?;
    let list = assembly.value(views);
    let list = list.as_seq().ok_or_else(|| Error::data(list, "the list of views of torch storages"))?;
    for view in list.ids().collect::<Vec<_>>() {
        let view = assembly.value(view);
        let expected = || Error::data(view, "a view of a torch storage (a tuple of 4)");
        let items = view.as_tuple().ok_or_else(expected)?;
        let item = |i: usize| items.get(i).ok_or_else(expected);
        let (key, root) = (item(0)?.id(), text(item(1)?)?.into_owned());
        let whole = known.get(&root).and_then(|known| known.storage.clone());
        let whole = whole.ok_or_else(|| Error::invalid(view, format!("no torch storage '{root}'")))?;
        let bytes = |value: Value<'_>| value.as_usize().and_then(|count| count.checked_mul(whole.size));
        let start = bytes(item(2)?).and_then(|offset| whole.part.start.checked_add(offset));
        let end = start.zip(bytes(item(3)?)).and_then(|(start, len)| start.checked_add(len));
        let view_part = start.zip(end).map(|(start, end)| start..end);
        let view_part = view_part.filter(|part| part.end <= whole.part.end).ok_or_else(|| {
            Error::invalid(view, format!("a view beyond the end of torch storage '{root}'"))
        })?;
        add(assembly, known, key, Kept { part: view_part, ..whole })?;
    }
    Ok(())
}

/// Makes the value of a storage.
fn add(assembly: &mut Assembly<'_>, known: &mut HashMap<String, Known>, key: Id, kept: Kept) -> Result<()> {
    let name = text(assembly.value(key))?.into_owned();
    assembly.at(kept.part.start);
    let bytes = assembly.part(kept.part.clone())?;
    let count = kept.part.len().checked_div(kept.size).and_then(|count| i64::try_from(count).ok());
    let count = assembly.int(count.unwrap_or(0))?;
    let kind = assembly.str("storage")?;
    let value = assembly.tuple(&[kind, kept.class, key, kept.location, count, bytes])?;
    known.insert(name, Known { value, storage: Some(kept) });
    Ok(())
}

fn read_tensors(
    assembly: &mut Assembly<'_>,
    part: Range<usize>,
    known: &mut HashMap<String, Known>,
) -> Result<()> {
    let mut at = part.start;
    for _ in 0..count(assembly, &part, &mut at)? {
        let (args, next) = assembly.pickle(at..part.end)?;
        let [key, storage, _] = three(assembly.value(args))?;
        let name = text(assembly.value(key))?.into_owned();
        let storage = text(assembly.value(storage))?.into_owned();
        let found = known.get(&storage).filter(|known| known.storage.is_some()).map(|known| known.value);
        let storage = found.ok_or_else(|| {
            Error::invalid(assembly.value(key), format!("no torch storage '{storage}' for a tensor"))
        })?;
        let axes = assembly.input().get(next..part.end).and_then(|rest| rest.first_chunk());
        let axes = axes.map(|raw| i32::from_le_bytes(*raw)).and_then(|axes| usize::try_from(axes).ok());
        let axes = axes.filter(|&axes| axes <= crate::rebuild::MAX_AXES).ok_or_else(|| {
            Error::at(Category::Data, next as u64, "a torch tensor with no sensible number of axes")
        })?;
        at = next.saturating_add(8);
        assembly.at(at);
        let mut tuple = |assembly: &mut Assembly<'_>| {
            let mut numbers = Vec::new();
            for _ in 0..axes {
                let number = number(assembly.input(), &part, at)?;
                numbers.push(assembly.int(number)?);
                at = at.saturating_add(8);
            }
            assembly.tuple(&numbers)
        };
        let (size, stride) = (tuple(assembly)?, tuple(assembly)?);
        let offset = number(assembly.input(), &part, at)?;
        let offset = assembly.int(offset)?;
        at = at.saturating_add(8);
        let value = assembly.call("torch._utils", "_rebuild_tensor", &[storage, offset, size, stride])?;
        known.insert(name, Known { value, storage: None });
    }
    Ok(())
}

/// How many there are: a pickle of its own.
fn count(assembly: &mut Assembly<'_>, part: &Range<usize>, at: &mut usize) -> Result<usize> {
    let (count, next) = assembly.pickle(*at..part.end)?;
    *at = next;
    let count = assembly.value(count);
    count.as_usize().ok_or_else(|| Error::data(count, "how many there are"))
}

fn three(args: Value<'_>) -> Result<[Id; 3]> {
    let items: Vec<Id> =
        args.as_tuple().map(|items| items.iter().map(Value::id).collect()).unwrap_or_default();
    items.try_into().map_err(|_| Error::data(args, "a tuple of 3"))
}

fn number(input: &[u8], part: &Range<usize>, at: usize) -> Result<i64> {
    let bytes = input.get(at..part.end).and_then(|rest| rest.first_chunk());
    bytes.map(|raw| i64::from_le_bytes(*raw)).ok_or_else(|| {
        Error::at(Category::Eof, part.end as u64, "expected a number of 8 bytes, found the end of the member")
    })
}
