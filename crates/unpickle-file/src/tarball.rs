//! The members of a tar archive: slices of its bytes.

use crate::archive::Member;
use crate::error::{Error, ErrorKind, Result};

/// Whether a tar header that checks stands in front. (The oldest ones have no magic, all have the sum.)
pub(crate) fn is_tar(bytes: &[u8]) -> bool {
    let Some(header) = bytes.first_chunk::<512>() else { return false };
    let Some(sum) = header.get(148..156).and_then(octal) else { return false };
    let spaces = 8 * u64::from(b' ');
    let found: u64 = header.iter().map(|&byte| u64::from(byte)).sum();
    let field: u64 = header.iter().skip(148).take(8).map(|&byte| u64::from(byte)).sum();
    header[0] != 0 && found - field + spaces == sum
}

/// An octal number that blanks or zeros end.
fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_matches(|char| char == ' ' || char == '\0');
    u64::from_str_radix(digits, 8).ok()
}

/// The regular files of the archive `bytes`.
pub(crate) fn members(bytes: &[u8]) -> Result<Vec<Member>> {
    let damaged =
        |error: std::io::Error| Error::new(ErrorKind::Damaged, format!("the tar is damaged: {error}"));
    let mut archive = tar::Archive::new(bytes);
    let mut members = Vec::new();
    for entry in archive.entries().map_err(damaged)? {
        let entry = entry.map_err(damaged)?;
        let kind = entry.header().entry_type();
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if !(kind.is_file() || kind.is_contiguous()) || is_shadow(&name) {
            if kind.is_gnu_sparse() {
                return Err(Error::new(ErrorKind::Unsupported, "sparse tar member; unpack it first"));
            }
            continue;
        }
        let (size, start) = (entry.size(), entry.raw_file_position());
        let end = start.saturating_add(size);
        if end > bytes.len() as u64 {
            let message = format!("the tar is cut short: {name} is not whole; fetch the file again");
            return Err(Error::new(ErrorKind::Damaged, message));
        }
        members.push(Member {
            name,
            entry: 0,
            method: 0,
            flags: 0,
            crc: None,
            packed: size,
            size,
            header: start,
            end,
        });
    }
    Ok(members)
}

/// What macOS puts beside a file when it packs it.
pub(crate) fn is_shadow(name: &str) -> bool {
    name.starts_with("__MACOSX/") || name.rsplit('/').next().is_some_and(|name| name.starts_with("._"))
}
