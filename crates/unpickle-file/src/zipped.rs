//! A zip archive of one file.

use std::io::Cursor;
use std::ops::Range;

use crate::decompress::zip_member;
use crate::error::{Error, ErrorKind, Result};
use crate::options::OpenOptions;
use crate::tarball::{is_shadow, not_one};

/// The bytes of the one file in an archive: a slice of it if stored, or made anew.
pub(crate) enum Member {
    Stored(Range<usize>),
    Unpacked(Vec<u8>),
}

/// The one file in the archive `bytes`.
pub(crate) fn member(bytes: &[u8], options: &OpenOptions) -> Result<Member> {
    let mut archive = match zip::ZipArchive::new(Cursor::new(bytes)) {
        Ok(archive) => archive,
        // Archives of PyTorch before 1.6 have a directory that the zip crate refuses.
        Err(_) if is_torch(bytes) => return Err(torch()),
        Err(error) => return Err(damaged(&error)),
    };
    let mut names = Vec::new();
    let mut found = None;
    for (index, name) in archive.file_names_raw().enumerate() {
        let name = String::from_utf8_lossy(name).into_owned();
        if !name.ends_with('/') && !is_shadow(&name) {
            found = Some(index);
            names.push(name);
        }
    }
    if let Some(error) = known(&names) {
        return Err(error);
    }
    let (1, Some(index)) = (names.len(), found) else { return Err(not_one("zip", &names)) };
    let file = archive.by_index_raw(index).map_err(|error| damaged(&error))?;
    if file.encrypted() {
        return Err(Error::new(ErrorKind::Unsupported, "the zip archive is encrypted; unpack it first"));
    }
    let (method, crc, size) = (method(file.compression()), file.crc32(), file.size());
    let range = file
        .data_start()
        .and_then(|start| usize::try_from(start).ok())
        .and_then(|start| Some(start..start.checked_add(usize::try_from(file.compressed_size()).ok()?)?));
    let packed = range.clone().and_then(|range| bytes.get(range));
    let (Some(range), Some(packed)) = (range, packed) else {
        return Err(Error::new(ErrorKind::Damaged, "the zip archive is cut short; fetch the file again"));
    };
    let member = match method {
        0 => Member::Stored(range),
        _ => Member::Unpacked(zip_member(method, packed, options)?),
    };
    let content = match &member {
        Member::Stored(_) => packed,
        Member::Unpacked(content) => content,
    };
    let mut sum = flate2::Crc::new();
    sum.update(content);
    if sum.sum() != crc || content.len() as u64 != size {
        let message = "the member of the zip archive does not match its checksum; fetch the file again";
        return Err(Error::new(ErrorKind::Damaged, message));
    }
    Ok(member)
}

/// Archives that hold several files by design.
fn known(names: &[String]) -> Option<Error> {
    let any = |test: fn(&str) -> bool| names.iter().any(|name| test(name));
    if any(|name| name == "data.pkl" || name.ends_with("/data.pkl")) {
        return Some(torch());
    }
    let what = if any(|name| name == "[Content_Types].xml") {
        "an Office document (.xlsx, .docx …), not a pickle"
    } else if !names.is_empty() && names.iter().all(|name| name.ends_with(".npy")) {
        "a numpy .npz archive, not a pickle; in Python, `numpy.load` reads it"
    } else {
        return None;
    };
    Some(Error::new(ErrorKind::Archive, format!("it is {what}")))
}

#[cold]
fn torch() -> Error {
    let message = "it is a PyTorch archive, which is not yet read; in Python, `torch.load` reads it";
    Error::new(ErrorKind::Archive, message)
}

/// Whether a member near the front has the name of PyTorch's pickle.
fn is_torch(bytes: &[u8]) -> bool {
    let start = bytes.get(..64 << 10).unwrap_or(bytes);
    start.windows(9).any(|window| window == b"/data.pkl")
}

#[allow(deprecated)] // the number of a method that the zip crate was built without is to be had no other way
fn method(method: zip::CompressionMethod) -> u16 {
    match method {
        zip::CompressionMethod::Unsupported(number) => number,
        zip::CompressionMethod::Deflated => 8,
        zip::CompressionMethod::Stored => 0,
        _ => u16::MAX,
    }
}

#[cold]
fn damaged(error: &zip::result::ZipError) -> Error {
    Error::new(
        ErrorKind::Damaged,
        format!("the zip archive is cut short or damaged: {error}; fetch the file again"),
    )
}
