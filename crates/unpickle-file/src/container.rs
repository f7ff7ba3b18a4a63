//! `Container`: what wraps a pickle, told by its first bytes.

use std::fmt;

use crate::tarball;

/// What wraps a pickle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Container {
    /// Nothing: the bytes are the pickle's own.
    Plain,
    /// gzip, of any number of members.
    Gzip,
    /// bzip2, of any number of streams.
    Bzip2,
    /// xz, of any number of streams.
    Xz,
    /// The older format of xz's makers, `.lzma`.
    Lzma,
    /// Zstandard, of any number of frames.
    Zstd,
    /// A zlib stream, as joblib writes.
    Zlib,
    /// A zlib stream behind a header that says its length, as joblib wrote before 0.10.
    ZFile,
    /// An LZ4 frame.
    Lz4,
    /// A zip archive.
    Zip,
    /// A tar archive.
    Tar,
}

impl Container {
    /// What `bytes` are wrapped in. None of these beginnings is that of a pickle.
    pub fn of(bytes: &[u8]) -> Container {
        match *bytes {
            [0x1f, 0x8b, 8, ..] => Container::Gzip,
            // Behind the level comes the mark of a block, or of the end where there is none.
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Container::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Container::Xz,
            // A frame, or a skippable one that parallel compressors put in front.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Container::Zstd,
            [0x04, 0x22, 0x4d, 0x18, ..] => Container::Lz4,
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Container::Zip,
            [b'Z', b'F', b'0', b'x', ..] => Container::ZFile,
            [first, second, ..] if is_zlib(first, second) => Container::Zlib,
            [0x5d, ref rest @ ..] if is_lzma(rest) => Container::Lzma,
            _ if tarball::is_tar(bytes) => Container::Tar,
            _ => Container::Plain,
        }
    }

    /// Whether a text may begin so by chance.
    pub(crate) fn is_guess(self) -> bool {
        matches!(self, Container::Zlib | Container::Lzma)
    }
}

/// Deflate with a window of 32 KiB, no preset dictionary, and a header that checks.
fn is_zlib(first: u8, second: u8) -> bool {
    first == 0x78 && second & 0x20 == 0 && u16::from_be_bytes([first, second]).is_multiple_of(31)
}

/// A dictionary of 2^n or 2^n + 2^(n-1) bytes, and a length that is unknown or below 256 GiB: liblzma's own test.
fn is_lzma(rest: &[u8]) -> bool {
    let Some((dictionary, rest)) = rest.split_first_chunk() else { return false };
    let Some(length) = rest.first_chunk() else { return false };
    let dictionary = u32::from_le_bytes(*dictionary);
    let length = u64::from_le_bytes(*length);
    let high = dictionary.checked_ilog2().map_or(0, |bit| 1_u32 << bit);
    let low = dictionary ^ high;
    dictionary >= 4096 && (low == 0 || low == high >> 1) && (length == u64::MAX || length < 1 << 38)
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Container::Plain => "plain",
            Container::Gzip => "gzip",
            Container::Bzip2 => "bzip2",
            Container::Xz => "xz",
            Container::Lzma => "lzma",
            Container::Zstd => "zstd",
            Container::Zlib => "zlib",
            Container::ZFile => "zfile",
            Container::Lz4 => "lz4",
            Container::Zip => "zip",
            Container::Tar => "tar",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_pickle_looks_wrapped() {
        for pickle in [
            &b"\x80\x05K\x01."[..],
            b"\x80\x02}q\0.",
            b"(lp0\nI1\na.",
            b"(dp0\n.",
            b"]q\0.",
            b"BZh91AY",
            b"PK\n.",
            b"I1\n.",
            b"cdatetime\ndate\n(S'x'\ntR.",
            b"",
        ] {
            assert_eq!(Container::of(pickle), Container::Plain, "{pickle:?}");
        }
    }

    #[test]
    fn text_that_begins_as_lzma_or_zlib_is_not() {
        assert_eq!(Container::of(b"x^2 + y^2 = z^2"), Container::Zlib);
        assert!(Container::Zlib.is_guess());
        assert_eq!(Container::of(b"]\0\0\0\x01 not quite an lzma file"), Container::Plain);
    }
}
