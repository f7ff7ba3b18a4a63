//! `looks_like`: what a file that is no pickle seems to be.

/// Beginnings that say what a file is.
const MAGIC: &[(&[u8], &str)] = &[
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow (Feather) file"),
    (b"\xff\xff\xff\xff", "an Arrow stream"),
    (b"FEA1", "a Feather file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file; in Python, `pandas.read_hdf` or h5py read it"),
    (b"\x93NUMPY", "a numpy .npy file"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"\x7fELF", "a program (ELF)"),
    (b"\xd0\xcf\x11\xe0", "an old Office document (.xls)"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"LZIP", "an lzip file; unpack it first"),
    (b"\x1f\x9d", "a file made by compress (.Z); unpack it first"),
    (b"RDX", "an R data file"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"<stata_dta>", "a Stata file"),
    (b"$FL2", "an SPSS file"),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself; `git lfs pull` fetches it"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
    // The first byte of a pickle, 0x80, as a text editor or a download in text mode leaves it.
    (b"\xef\xbf\xbd", "a pickle damaged by being handled as text; fetch it again, as binary"),
    (b"\xc2\x80", "a pickle damaged by being handled as text; fetch it again, as binary"),
    (b"gAJ", "a pickle in base64; decode it first"),
    (b"gAN", "a pickle in base64; decode it first"),
    (b"gAS", "a pickle in base64; decode it first"),
    (b"gAW", "a pickle in base64; decode it first"),
    (b"b'\\x80", "a pickle printed by Python (`b'…'`), not written"),
];

/// What `bytes`, which are no pickle, seem to be: "a CSV file", "a Parquet file", "a pickle in base64; decode it
/// first". For the end of a sentence that begins with *it looks like*.
///
/// ```
/// assert_eq!(unpickle_file::looks_like(b"name,age\nAda,36\n"), Some("a CSV file"));
/// assert_eq!(unpickle_file::looks_like(b"\x80\x05K\x01."), None);
/// ```
pub fn looks_like(bytes: &[u8]) -> Option<&'static str> {
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some(what);
    }
    if let [0x80, 0..=5, rest @ ..] = bytes {
        // Every pickle of numpy or pandas has bytes that are not ASCII; "\n" turned "\r\n" shows in its names.
        let is_text_mode = rest.windows(2).take(4096).any(|pair| pair == b"\r\n");
        let lone = rest.iter().take(4096).zip(rest.iter().skip(1)).any(|(a, b)| *a != b'\r' && *b == b'\n');
        let what = "a pickle whose line ends were changed, by a transfer as text; fetch it again, as binary";
        return (is_text_mode && !lone).then_some(what);
    }
    let start = bytes.get(..4096).unwrap_or(bytes);
    if start.is_empty() {
        return None;
    }
    if start.iter().all(|&byte| byte == 0) {
        return Some("a file of zeros, as an interrupted download leaves behind");
    }
    text(start)
}

/// What a text is, if it is one.
fn text(start: &[u8]) -> Option<&'static str> {
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        // Cut in the middle of a character at the end is all right.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    if text.chars().any(|char| char.is_control() && !matches!(char, '\n' | '\r' | '\t' | '\u{c}')) {
        return None;
    }
    let trimmed = text.trim_start_matches('\u{feff}').trim_start();
    let lower = trimmed.get(..trimmed.len().min(14)).unwrap_or_default().to_ascii_lowercase();
    Some(match trimmed.as_bytes() {
        _ if lower.starts_with("<!doctype html") || lower.starts_with("<html") => {
            "a web page (HTML), as a download that needs a login leaves behind"
        }
        [b'<', b'?' | b'a'..=b'z' | b'A'..=b'Z', ..] => "an XML file",
        [b'{', ..] if trimmed.contains('"') => "a JSON file",
        [b'[', b'{' | b'[' | b'"' | b'0'..=b'9' | b'\n' | b' ', ..] => "a JSON file",
        _ if is_csv(trimmed) => "a CSV file",
        _ => "a text file",
    })
}

/// Two lines or more with the same number of the same separator.
fn is_csv(text: &str) -> bool {
    // The last line may be cut.
    let Some((whole, _)) = text.rsplit_once('\n') else { return false };
    [',', '\t', ';', '|'].into_iter().any(|separator| {
        let mut counts = whole.lines().take(5).map(|line| line.matches(separator).count());
        let first = counts.next().unwrap_or(0);
        first > 0 && counts.all(|count| count == first)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_mistakes_are_named() {
        for (bytes, what) in [
            (&b"name,age\nAda,36\nBob,"[..], "a CSV file"),
            (b"a\tb\n1\t2\n", "a CSV file"),
            (b"{\"a\": 1}", "a JSON file"),
            (b"[1, 2, 3]", "a JSON file"),
            (b"<!DOCTYPE html><html>", "a web page (HTML), as a download that needs a login leaves behind"),
            (b"<?xml version='1.0'?>", "an XML file"),
            (b"PAR1\x15\x04", "a Parquet file"),
            ("caf\u{e9} au lait, s'il vous pla\u{ee}t".as_bytes(), "a text file"),
            (&[0; 100], "a file of zeros, as an interrupted download leaves behind"),
        ] {
            assert_eq!(looks_like(bytes), Some(what), "{bytes:?}");
        }
        assert!(
            looks_like(b"version https://git-lfs.github.com/spec/v1\noid").unwrap().contains("git lfs pull")
        );
        assert!(looks_like(b"gASVBQAAAAAA").unwrap().contains("base64"));
        assert!(looks_like(b"\xef\xbf\xbd\x04\xef\xbf\xbd").unwrap().contains("as text"));
    }

    #[test]
    fn pickles_and_unknown_bytes_look_like_nothing() {
        for bytes in [&b""[..], b"\x80\x05K\x01.", b"\x80\x03cbuiltins\nset\n.", b"\x00\x01\x02\x03"] {
            assert_eq!(looks_like(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn line_ends_changed_in_transit_are_seen() {
        assert!(looks_like(b"\x80\x03cbuiltins\r\nset\r\n.").unwrap().contains("line ends"));
        assert_eq!(looks_like(b"\x80\x03cbuiltins\nset\nX\x02\0\0\0\r\n."), None);
    }
}
