//! A tar archive of one regular file: a slice of its bytes.

use std::ops::Range;

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

/// Where in `bytes` the archive's one regular file is.
pub(crate) fn member(bytes: &[u8]) -> Result<Range<usize>> {
    let damaged =
        |error: std::io::Error| Error::new(ErrorKind::Damaged, format!("the tar is damaged: {error}"));
    let mut archive = tar::Archive::new(bytes);
    let mut found = None;
    let mut names = Vec::new();
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
        names.push(name);
        let start = usize::try_from(entry.raw_file_position()).ok();
        let size = usize::try_from(entry.size()).ok();
        found = start.and_then(|start| Some(start..start.checked_add(size?)?));
    }
    match (names.len(), found) {
        (1, Some(range)) if range.end <= bytes.len() => Ok(range),
        (1, _) => Err(Error::new(ErrorKind::Damaged, "the tar is cut short; fetch the file again")),
        _ => Err(not_one("tar", &names)),
    }
}

/// What macOS puts beside a file when it packs it.
pub(crate) fn is_shadow(name: &str) -> bool {
    name.starts_with("__MACOSX/") || name.rsplit('/').next().is_some_and(|name| name.starts_with("._"))
}

/// "expected one file in the zip archive, found 3: a.pkl, b.pkl, c.pkl".
#[cold]
pub(crate) fn not_one(archive: &str, names: &[String]) -> Error {
    let list =
        names.iter().take(5).map(|name| name.escape_debug().to_string()).collect::<Vec<_>>().join(", ");
    let more = if names.len() > 5 { ", …" } else { "" };
    let message = match names.len() {
        0 => format!("the {archive} archive holds no file"),
        n => format!(
            "expected one file in the {archive} archive, found {n}: {list}{more}; unpack the one you want first"
        ),
    };
    Error::new(ErrorKind::Archive, message)
}
