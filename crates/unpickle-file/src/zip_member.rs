//! The bytes of one member of a zip archive, once the header in front of them agrees with the directory.

use std::ops::Range;

use crate::archive::Member;
use crate::decompress::{zip_member, zip_member_at_once};
use crate::error::{Error, ErrorKind, Result};
use crate::options::OpenOptions;
use crate::zip_directory::{LOCAL_LEN, Sizes, damaged, raw_name, u16_at, u32_at, u64_at};

const LOCAL: &[u8] = b"PK\x03\x04";
const DESCRIPTOR: &[u8] = b"PK\x07\x08";

/// Flags of a member (4.4.4): encrypted in one of three ways, and sizes told behind its bytes.
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
const DESCRIBED: u16 = 1 << 3;

/// The bytes of a member: a slice of the archive if stored, or made anew.
#[derive(Debug)]
pub(crate) enum Content {
    Stored(Range<usize>),
    Unpacked(Vec<u8>),
}

/// Where the bytes of `member`, as they are packed, lie in the archive `bytes`.
///
/// Python reads a member by the name of the directory and the place of its header; torch's reader does, too. An
/// archive whose two headers differ shows one tool another member than the next, and is refused.
pub(crate) fn range(bytes: &[u8], member: &Member) -> Result<Range<usize>> {
    let at = member.header;
    let lies = |what: &str| {
        damaged(format!(
            "{what} of {} in its header, at byte {at}, is not that of the directory",
            member.name
        ))
    };
    let local = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
    if !local.starts_with(LOCAL) {
        return Err(damaged(format!(
            "{} has no header at byte {at}, where its directory leads",
            member.name
        )));
    }
    let short = || damaged(format!("the header of {}, at byte {at}, is cut short", member.name));
    let fields = (u16_at(local, 6), u16_at(local, 8), u32_at(local, 14));
    let (Some(flags), Some(method), Some(crc)) = fields else { return Err(short()) };
    let mut sizes = Sizes {
        size: u32_at(local, 22).ok_or_else(short)?.into(),
        packed: u32_at(local, 18).ok_or_else(short)?.into(),
        header: 0,
    };
    let name = u16_at(local, 26).map(usize::from).ok_or_else(short)?;
    let extra = u16_at(local, 28).map(usize::from).ok_or_else(short)?;
    let (spelled, body) =
        local.get(LOCAL_LEN..).and_then(|body| body.split_at_checked(name)).ok_or_else(short)?;
    let (extra_fields, _) = body.split_at_checked(extra).ok_or_else(short)?;
    if (flags | member.flags) & ENCRYPTED != 0 {
        let message = format!("{} in the zip archive is encrypted; unpack it first", member.name);
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    if spelled != raw_name(bytes, member) {
        let found = String::from_utf8_lossy(spelled);
        return Err(damaged(format!(
            "the member that its directory calls {} is called {} in its header, at byte {at}",
            member.name,
            found.escape_debug()
        )));
    }
    if method != member.method {
        return Err(lies("the method"));
    }
    let start = usize::try_from(at).ok().and_then(|at| at.checked_add(LOCAL_LEN + name + extra));
    let range = start.and_then(|start| Some(start..start.checked_add(usize::try_from(member.packed).ok()?)?));
    let range = range.filter(|range| range.end as u64 <= member.end).ok_or_else(|| {
        damaged(format!("{}, at byte {at}, has no room for its {} bytes", member.name, member.packed))
    })?;
    if flags & DESCRIBED != 0 && crc == 0 && sizes.packed == 0 && sizes.size == 0 {
        described(bytes, member, range.end).ok_or_else(|| lies("what stands behind the bytes"))?;
        return Ok(range);
    }
    sizes.widen(extra_fields).ok_or_else(|| lies("the size"))?;
    // A writer that cannot go back leaves them 0 and says them behind the bytes, some even with sizes of 64 bits.
    let told = (sizes.packed, sizes.size) == (member.packed, member.size) && Some(crc) == member.crc;
    if !told && (flags & DESCRIBED == 0 || described(bytes, member, range.end).is_none()) {
        return Err(lies("the size or checksum"));
    }
    Ok(range)
}

/// Whether what stands behind the bytes says what the directory says: with or without a mark, with sizes of 32 or 64
/// bits (4.3.9).
fn described(bytes: &[u8], member: &Member, at: usize) -> Option<()> {
    let rest = bytes.get(at..)?;
    let forms = [rest.strip_prefix(DESCRIPTOR), Some(rest)];
    let sound = forms.into_iter().flatten().any(|rest| {
        let narrow = || Some((u64::from(u32_at(rest, 4)?), u64::from(u32_at(rest, 8)?)));
        let wide = || Some((u64_at(rest, 4)?, u64_at(rest, 12)?));
        let sizes = Some((member.packed, member.size));
        u32_at(rest, 0) == member.crc && (narrow() == sizes || wide() == sizes)
    });
    sound.then_some(())
}

/// The bytes of `member`, checked against its checksum.
pub(crate) fn content(bytes: &[u8], member: &Member, options: &OpenOptions) -> Result<Content> {
    let range = range(bytes, member)?;
    let packed = bytes.get(range.clone()).unwrap_or_default();
    let within = |error: Error| error.within_member(&member.name);
    let content = match member.method {
        0 => Content::Stored(range),
        method => {
            // Only the checksum proves that the quick way and the slow one agree.
            let at_once = match member.crc {
                None | Some(0) => None,
                Some(_) => zip_member_at_once(method, packed, member.size, options),
            };
            Content::Unpacked(match at_once {
                Some(bytes) => bytes,
                None => zip_member(method, packed, member.size.saturating_add(1), options).map_err(within)?,
            })
        }
    };
    let unpacked = match &content {
        Content::Stored(_) => packed,
        Content::Unpacked(bytes) => bytes,
    };
    if unpacked.len() as u64 != member.size {
        let (name, found, said) = (&member.name, unpacked.len(), member.size);
        return Err(damaged(format!("{name}, at byte {}, has {found} bytes and says {said}", member.header)));
    }
    check(member, unpacked)?;
    Ok(content)
}

/// Compares the checksum. A sum of 0 for content whose sum is another is one that was not computed: torch writes it
/// so when told to (`torch.serialization.set_crc32_options(False)`).
fn check(member: &Member, unpacked: &[u8]) -> Result<()> {
    let Some(crc) = member.crc.filter(|&crc| crc != 0) else { return Ok(()) };
    // Several times as quick as the sum of flate2: it takes the instructions that the machine has.
    let found = crc32fast::hash(unpacked);
    if found == crc {
        return Ok(());
    }
    let Member { name, header, .. } = member;
    Err(damaged(format!("{name}, at byte {header}, has checksum {found:08x} and says {crc:08x}")))
}
