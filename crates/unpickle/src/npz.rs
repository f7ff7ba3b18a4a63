//! numpy's own files: a `.npy` is an array, a `.npz` a dict of arrays by their names.

use std::ops::Range;
use std::sync::Arc;

use unpickle_core::{Assembly, Error, Id, Options, Pickle, Result};
use unpickle_file::{Archive, Input, Member, MemberBytes, Shared};
use unpickle_numpy::NpyHeader;

/// Enough for any header but that of a long structured dtype.
const HEAD: usize = 4096;

/// Bytes that the headers of an archive may take together, however small it is.
const HEADERS: usize = 64 << 20;

/// What numpy writes in front of each array.
const MAGIC: &[u8] = b"\x93NUMPY";

/// The array or the arrays of `input`, if it is a file of numpy's.
pub(crate) fn read(input: &Shared, options: &Options<'_>) -> Result<Option<Pickle<Shared>>> {
    match input.archive() {
        Some(archive) if is_npz(archive) => npz(input, archive, options).map(Some),
        None if input.as_ref().starts_with(MAGIC) => npy(input, options).map(Some),
        _ => Ok(None),
    }
}

fn is_npz(archive: &Archive) -> bool {
    archive.container() == unpickle_file::Container::Zip
        && archive.members().iter().any(|member| member.name().ends_with(".npy"))
}

/// The array of a `.npy` file, or the arrays of several `numpy.save` into one, as several pickles in a row. What follows
/// the last and is no array, numpy leaves unread, too.
fn npy(input: &Shared, options: &Options<'_>) -> Result<Pickle<Shared>> {
    options.assemble(input.clone(), |assembly| {
        let (first, mut at) = array(assembly, 0)?;
        let mut others = Vec::new();
        while assembly.input().get(at..).is_some_and(|rest| rest.starts_with(MAGIC)) {
            let (next, end) = array(assembly, at)
                .map_err(|error| error.within(format!("the array that begins at byte {at}")))?;
            others.push(next);
            at = end;
        }
        assembly.row(first, &others)
    })
}

/// The array whose header begins at byte `at`, and the first byte behind it.
fn array(assembly: &mut Assembly<'_>, at: usize) -> Result<(Id, usize)> {
    assembly.at(at);
    let bytes = assembly.input().get(at..).unwrap_or_default();
    let header = NpyHeader::read(bytes)?;
    let (begin, all) = (at.saturating_add(header.end()), at..assembly.input().len());
    let (pickled, end) = match header.dtype().has_object() {
        true => {
            let (pickled, end) = assembly.pickle(begin..all.end)?;
            (Some(pickled), end)
        }
        false => {
            let size = header.data_len().and_then(|size| begin.checked_add(size));
            (None, size.filter(|&end| end <= all.end).unwrap_or(all.end))
        }
    };
    let buffer = assembly.part(at..end)?;
    Ok((header.array(assembly, buffer, pickled)?, end))
}

/// One member: an array, or bytes that are none, which numpy gives as they are.
struct Entry<'a> {
    member: &'a Member,
    bytes: Arc<MemberBytes>,
    header: Option<NpyHeader>,
    /// Where the pickle of its objects is.
    pickle: Option<Range<usize>>,
}

fn npz(input: &Shared, archive: &Archive, options: &Options<'_>) -> Result<Pickle<Shared>> {
    let mut entries = Vec::new();
    let mut headers = 0_usize;
    for (index, member) in archive.members().iter().enumerate() {
        let Some(bytes) = input.member_at(index) else { continue };
        let header = header(&bytes).map_err(|error| error.within(member.name()))?;
        // A few bytes, inflated, could make thousands of long ones.
        headers = headers.saturating_add(header.as_ref().map_or(0, NpyHeader::end));
        if headers > HEADERS.max(input.as_ref().len()) {
            return Err(Error::limit("the headers of the arrays take more bytes than the archive"));
        }
        entries.push(Entry { member, bytes: Arc::new(bytes), header, pickle: None });
    }
    let pickles = pickles(input, &mut entries)?;
    options.assemble(pickles, |assembly| {
        let mut pairs = Vec::new();
        for entry in &entries {
            let name = entry.member.name();
            // numpy, too, tells `a` and `a.npy` apart if there are both.
            let key = name.strip_suffix(".npy").filter(|key| archive.find(key).is_none()).unwrap_or(name);
            assembly.at(usize::try_from(entry.member.offset()).unwrap_or(usize::MAX));
            let value = entry.value(assembly).map_err(|error| error.within(name))?;
            pairs.push((assembly.str(key)?, value));
        }
        assembly.dict(&pairs)
    })
}

impl Entry<'_> {
    fn value(&self, assembly: &mut Assembly<'_>) -> Result<Id> {
        let pickled = self.pickle.clone().map(|pickle| assembly.pickle(pickle)).transpose()?;
        let buffer = assembly.lazy(Arc::clone(&self.bytes) as _)?;
        match &self.header {
            Some(header) => header.array(assembly, buffer, pickled.map(|(array, _)| array)),
            None => Ok(buffer),
        }
    }
}

/// The header of the array in a member; no more of it is unpacked than that takes.
fn header(bytes: &MemberBytes) -> Result<Option<NpyHeader>> {
    let mut head = bytes.head(HEAD)?;
    if !head.starts_with(MAGIC) {
        return Ok(None);
    }
    let length = NpyHeader::length(&head)?;
    if length > head.len() {
        head = bytes.head(length)?;
    }
    NpyHeader::read(&head).map(Some)
}

/// The bytes that hold all pickles of objects: the file itself, where they lie in it unpacked, else copies.
fn pickles(input: &Shared, entries: &mut [Entry<'_>]) -> Result<Shared> {
    let stored = entries.iter().all(|entry| !entry.has_objects() || entry.member.is_stored());
    let mut copies = Vec::new();
    for entry in entries.iter_mut().filter(|entry| entry.has_objects()) {
        let within = |error: Error| error.within(entry.member.name());
        // Whatever its place, its checksum must be right before it is decoded.
        let bytes = entry.bytes.bytes().map_err(Error::from).map_err(within)?;
        let begin = entry.header.as_ref().map_or(0, NpyHeader::end);
        let all = match stored {
            true => entry.bytes.range().map_err(Error::from).map_err(within)?,
            false => {
                copies.extend_from_slice(bytes);
                copies.len() - bytes.len()..copies.len()
            }
        };
        entry.pickle = Some(all.start + begin..all.end);
    }
    Ok(if stored { input.clone() } else { Shared::new(Input::from_bytes(copies)) })
}

impl Entry<'_> {
    fn has_objects(&self) -> bool {
        self.header.as_ref().is_some_and(|header| header.dtype().has_object())
    }
}
