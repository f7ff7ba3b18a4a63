//! The directory of a zip archive, by PKWARE's APPNOTE.TXT 6.3: end record, zip64 records, one header a member.
//!
//! Everything is found through the end record, as Python's `zipfile` finds it; nothing is searched for by its looks.
//! What the directory says of a member is compared with the header in front of its bytes when they are asked for
//! (`zip_member`).

use std::ops::Range;

use crate::archive::Member;
use crate::error::{Error, ErrorKind, Result};
use crate::tarball::is_shadow;

const END: &[u8] = b"PK\x05\x06";
const END64: &[u8] = b"PK\x06\x06";
const LOCATOR64: &[u8] = b"PK\x06\x07";
const ENTRY: &[u8] = b"PK\x01\x02";

/// Bytes of an end record without its comment (4.3.16), and the most its comment can have.
const END_LEN: usize = 22;
const COMMENT: usize = u16::MAX as usize;
/// Bytes of the locator of a zip64 end record (4.3.15).
const LOCATOR_LEN: usize = 20;
/// Bytes of a member's header in the directory without its name, extra fields and comment (4.3.12), and of the one in
/// front of its bytes (4.3.7).
const ENTRY_LEN: usize = 46;
pub(crate) const LOCAL_LEN: usize = 30;
/// The extra field with sizes of 64 bits (4.5.3).
const ZIP64: u16 = 1;

/// The files of the archive `bytes`, in the order of its directory.
pub(crate) fn members(bytes: &[u8]) -> Result<Vec<Member>> {
    let Directory { part, count } = find(bytes)?;
    let directory = bytes.get(part.clone()).ok_or_else(|| cut_short("its directory"))?;
    let mut rest = directory;
    let mut members = Vec::new();
    let mut headers = Vec::new();
    while !rest.is_empty() {
        let at = part.end - rest.len();
        let member = entry(&mut rest, at)?;
        // Its name stands in front of its bytes, too.
        let least = LOCAL_LEN as u64 + raw_name(bytes, &member).len() as u64;
        headers.push((member.header, member.header.saturating_add(least).saturating_add(member.packed)));
        if !member.name.ends_with('/') && !is_shadow(&member.name) {
            members.push(member);
        }
    }
    if headers.len() as u64 != count {
        let found = headers.len();
        return Err(damaged(format!("its directory has {found} members and says {count}")));
    }
    limit(&mut members, headers, part.start as u64)?;
    Ok(members)
}

/// Where the headers of the members are, and how many.
struct Directory {
    part: Range<usize>,
    count: u64,
}

fn find(bytes: &[u8]) -> Result<Directory> {
    let from = bytes.len().saturating_sub(END_LEN + COMMENT);
    let tail = bytes.get(from..).unwrap_or_default();
    let at = (0..=tail.len().saturating_sub(END_LEN))
        .rev()
        .find(|&at| {
            let comment = u16_at(tail, at + 20).map(usize::from);
            tail.get(at..).is_some_and(|rest| rest.starts_with(END))
                && comment.is_some_and(|comment| at + END_LEN + comment <= tail.len())
        })
        .map(|at| from + at)
        .ok_or_else(|| cut_short("the end of its directory"))?;
    let end = bytes.get(at..).unwrap_or_default();
    let short = || cut_short("the end of its directory");
    let disks = [u16_at(end, 4), u16_at(end, 6)].map(|disk| disk.map(u64::from));
    let counts = [u16_at(end, 8), u16_at(end, 10)].map(|count| count.map(u64::from));
    let places = [u32_at(end, 12), u32_at(end, 16)].map(|place| place.map(u64::from));
    let [Some(disk), Some(first)] = disks else { return Err(short()) };
    let [Some(here), Some(count)] = counts else { return Err(short()) };
    let [Some(size), Some(offset)] = places else { return Err(short()) };
    let mut said = [disk, first, here, count, size, offset];
    let mut until = at;
    if let Some(locator) = at.checked_sub(LOCATOR_LEN).and_then(|at| bytes.get(at..))
        && locator.starts_with(LOCATOR64)
    {
        let start = u64_at(locator, 8).and_then(|at| usize::try_from(at).ok()).ok_or_else(short)?;
        let record = bytes.get(start..at - LOCATOR_LEN).unwrap_or_default();
        if !record.starts_with(END64) {
            return Err(damaged(format!("no zip64 end record at byte {start}, where it is said to be")));
        }
        widen(record, &mut said).ok_or_else(short)?.map_err(|what| {
            damaged(format!("its two end records, at bytes {start} and {at}, differ in {what}"))
        })?;
        until = start;
    }
    let [disk, first, here, count, size, offset] = said;
    if disk != 0 || first != 0 || here != count {
        return Err(Error::new(
            ErrorKind::Unsupported,
            "the zip archive is one part of several; join them first",
        ));
    }
    let part = usize::try_from(offset).ok().and_then(|start| {
        let end = start.checked_add(usize::try_from(size).ok()?)?;
        (end <= until).then_some(start..end)
    });
    let part = part.ok_or_else(|| {
        damaged(format!(
            "its directory is said to be {size} bytes at byte {offset}, but ends by byte {until}"
        ))
    })?;
    if part.end < until {
        let more = until - part.end;
        return Err(damaged(format!(
            "{more} bytes stand between the end of its directory, byte {}, and the record of it: other bytes in front \
             of the archive, or two archives in one",
            part.end
        )));
    }
    Ok(Directory { part, count })
}

/// What a zip64 end record (4.3.14) says, where the plain one had no room to. `Err` names what they say differently.
fn widen(record: &[u8], said: &mut [u64; 6]) -> Option<std::result::Result<(), &'static str>> {
    const NARROW: [u64; 6] = [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF_FFFF, 0xFFFF_FFFF];
    const NAMES: [&str; 6] =
        ["disks", "disks", "the number of members", "the number of members", "its size", "its place"];
    let wide = [
        u32_at(record, 16)?.into(),
        u32_at(record, 20)?.into(),
        u64_at(record, 24)?,
        u64_at(record, 32)?,
        u64_at(record, 40)?,
        u64_at(record, 48)?,
    ];
    for (((said, wide), narrow), name) in said.iter_mut().zip(wide).zip(NARROW).zip(NAMES) {
        if *said != wide && *said != narrow {
            return Some(Err(name));
        }
        *said = wide;
    }
    Some(Ok(()))
}

/// Takes the header of one member off the directory; it starts at byte `at` of the archive.
fn entry(rest: &mut &[u8], at: usize) -> Result<Member> {
    let lies = || damaged(format!("no member's header at byte {at}, in its directory"));
    let header = *rest;
    if !header.starts_with(ENTRY) {
        return Err(lies());
    }
    let length = |field| u16_at(header, field).map(usize::from).ok_or_else(lies);
    let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
    let fields = (u16_at(header, 8), u16_at(header, 10), u32_at(header, 16));
    let (Some(flags), Some(method), Some(crc)) = fields else { return Err(lies()) };
    let mut sizes = Sizes {
        size: u32_at(header, 24).ok_or_else(lies)?.into(),
        packed: u32_at(header, 20).ok_or_else(lies)?.into(),
        header: u32_at(header, 42).ok_or_else(lies)?.into(),
    };
    let body = header.get(ENTRY_LEN..).ok_or_else(lies)?;
    let (raw_name, body) = body.split_at_checked(name).ok_or_else(lies)?;
    let (extra, body) = body.split_at_checked(extra).ok_or_else(lies)?;
    *rest = body.get(comment..).ok_or_else(lies)?;
    let name = String::from_utf8_lossy(raw_name).into_owned();
    sizes.widen(extra).ok_or_else(|| damaged(format!("its directory gives no size for {name}")))?;
    let Sizes { size, packed, header } = sizes;
    Ok(Member { name, entry: at, method, flags, crc: Some(crc), packed, size, header, end: 0 })
}

/// The name of `member` as the directory spells it.
pub(crate) fn raw_name<'b>(bytes: &'b [u8], member: &Member) -> &'b [u8] {
    let header = bytes.get(member.entry..).unwrap_or_default();
    let length = u16_at(header, 28).map_or(0, usize::from);
    header.get(ENTRY_LEN..).and_then(|rest| rest.get(..length)).unwrap_or_default()
}

/// What has 32 bits in a header, and 64 in its extra fields where those do not suffice.
pub(crate) struct Sizes {
    pub(crate) size: u64,
    pub(crate) packed: u64,
    pub(crate) header: u64,
}

impl Sizes {
    /// Reads what the plain fields leave to the extra ones, which stand in this order (4.5.3).
    pub(crate) fn widen(&mut self, extra: &[u8]) -> Option<()> {
        let mut wide = zip64(extra);
        for field in [&mut self.size, &mut self.packed, &mut self.header] {
            if *field == u32::MAX.into() {
                *field = u64_at(wide, 0)?;
                wide = wide.get(8..)?;
            }
        }
        Some(())
    }
}

/// The content of the extra field with sizes of 64 bits; nothing where there is none.
fn zip64(mut extra: &[u8]) -> &[u8] {
    while let (Some(tag), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let end = 4 + usize::from(length);
        if tag == ZIP64 {
            return extra.get(4..end).unwrap_or_default();
        }
        extra = extra.get(end..).unwrap_or_default();
    }
    &[]
}

/// Gives each member the byte that it must end by: the next one's header, or the directory. `headers` are of all
/// members, folders too, each with the least byte that it can end by.
fn limit(members: &mut [Member], mut headers: Vec<(u64, u64)>, directory: u64) -> Result<()> {
    headers.sort_unstable();
    let starts = headers.iter().skip(1).map(|&(start, _)| start).chain([directory]);
    for (&(start, end), next) in headers.iter().zip(starts) {
        if end > next {
            let whose = members.iter().find(|member| member.header == start);
            let name = whose.map_or("a folder", |member| &*member.name);
            return Err(damaged(format!("{name}, at byte {start}, runs into what is at byte {next}")));
        }
    }
    if let Some(&(first, _)) = headers.first()
        && first != 0
    {
        return Err(damaged(format!("{first} bytes in front of its first member belong to none")));
    }
    for member in members {
        let next = headers.partition_point(|&(start, _)| start <= member.header);
        member.end = headers.get(next).map_or(directory, |&(start, _)| start);
    }
    Ok(())
}

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

#[cold]
pub(crate) fn damaged(what: String) -> Error {
    Error::new(ErrorKind::Damaged, format!("the zip archive is damaged: {what}; fetch the file again"))
}

#[cold]
fn cut_short(what: &str) -> Error {
    let message = format!("the zip archive is cut short: {what} is missing; fetch the file again");
    Error::new(ErrorKind::Damaged, message)
}
