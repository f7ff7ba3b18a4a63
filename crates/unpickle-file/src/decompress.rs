//! Decompression that grows with what really comes, never with what a header claims.

use std::io::{self, Read};

use crate::at_once;
use crate::container::Container;
use crate::error::{Error, ErrorKind, Result};
use crate::options::{ALWAYS, OpenOptions};

/// Memory an xz or lzma dictionary may claim, in KiB: what `xz -9` needs (64 MiB) many times over.
const DICTIONARY: u32 = 1 << 20;

/// What `input`, wrapped as `container`, holds.
pub(crate) fn decompress(container: Container, input: &[u8], options: &OpenOptions) -> Result<Vec<u8>> {
    let mut out = Output::new(container, input.len() as u64, options);
    if container == Container::Gzip
        && let Some(bytes) = at_once::gzip(input, out.allowed())
    {
        return Ok(bytes);
    }
    let rest = &mut &*input;
    match container {
        Container::Gzip => members(&mut out, rest, &[0x1f, 0x8b], |out, rest| {
            out.fill(&mut flate2::bufread::GzDecoder::new(rest))
        })?,
        Container::Bzip2 => {
            members(&mut out, rest, b"BZh", |out, rest| out.fill(&mut bzip2::bufread::BzDecoder::new(rest)))?
        }
        Container::Lz4 => members(&mut out, rest, &[0x04, 0x22, 0x4d, 0x18], |out, rest| {
            out.fill(&mut lz4_flex::frame::FrameDecoder::new(rest))
        })?,
        Container::Zlib => out.fill(&mut flate2::bufread::ZlibDecoder::new(rest))?,
        Container::ZFile => {
            let length = zfile(rest)?;
            out.fill(&mut flate2::bufread::ZlibDecoder::new(rest))?;
            if out.bytes.len() as u64 != length {
                let (found, kind) = (out.bytes.len(), ErrorKind::Damaged);
                let message = format!("the zfile has {found} bytes and says {length}; fetch the file again");
                return Err(Error::new(kind, message));
            }
        }
        Container::Xz => out.fill(&mut lzma_rust2::XzReader::new_mem_limit(rest, true, DICTIONARY))?,
        Container::Lzma => {
            let reader = lzma_rust2::LzmaReader::new_mem_limit(rest, DICTIONARY, None);
            out.fill(&mut reader.map_err(|error| damaged(container, 0, &error))?)?;
        }
        Container::Zstd => {
            let reader = zstd::stream::read::Decoder::with_buffer(rest);
            out.fill(&mut reader.map_err(|error| damaged(container, 0, &error))?)?;
        }
        Container::Plain | Container::Zip | Container::Tar => out.fill(rest)?,
    }
    Ok(out.bytes)
}

/// Takes the header off the compressed file that joblib wrote before 0.10, and gives the length it says: `ZF`, and a
/// hexadecimal number that blanks fill up to 19 characters (`joblib/numpy_pickle_compat.py`). With Python 2, up to
/// joblib 0.8.4, it is 20; zlib's own bytes never begin with a blank.
fn zfile(rest: &mut &[u8]) -> Result<u64> {
    let header = rest.split_at_checked(2 + 19).map(|(header, body)| {
        *rest = body.strip_prefix(b" ").unwrap_or(body);
        header
    });
    let number = header.and_then(|header| std::str::from_utf8(header.get(4..)?).ok());
    // Python 2 writes an `L` behind a long.
    let number = number.map(|number| number.trim_end().trim_end_matches('L'));
    number.and_then(|number| u64::from_str_radix(number, 16).ok()).ok_or_else(|| {
        Error::new(ErrorKind::Damaged, "the zfile does not say its length; fetch the file again")
    })
}

/// All of a member of a zip archive, whose size is said, in one call, if that is possible. Whoever asks compares its
/// checksum.
pub(crate) fn zip_member_at_once(
    method: u16,
    input: &[u8],
    size: u64,
    options: &OpenOptions,
) -> Option<Vec<u8>> {
    let allowed = Output::new(Container::Zip, input.len() as u64, options).allowed();
    if method == 8 { at_once::deflate(input, size, allowed) } else { None }
}

/// The first `most` bytes of a compressed member of a zip archive. `method` is zip's number.
pub(crate) fn zip_member(method: u16, input: &[u8], most: u64, options: &OpenOptions) -> Result<Vec<u8>> {
    let mut out = Output::new(Container::Zip, input.len() as u64, options);
    let rest = &mut &*input;
    match method {
        8 => out.fill(&mut flate2::bufread::DeflateDecoder::new(rest).take(most))?,
        12 => out.fill(&mut bzip2::bufread::BzDecoder::new(rest).take(most))?,
        14 => out.fill(&mut zip_lzma(rest)?.take(most))?,
        93 => {
            let reader = zstd::stream::read::Decoder::with_buffer(rest);
            out.fill(&mut reader.map_err(|error| damaged(Container::Zip, 0, &error))?.take(most))?;
        }
        95 => out.fill(&mut lzma_rust2::XzReader::new_mem_limit(rest, true, DICTIONARY).take(most))?,
        _ => {
            let message =
                format!("zip member compressed by method {method}, which is not read; unpack it first");
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
    }
    Ok(out.bytes)
}

/// zip puts four bytes in front of lzma's five, and no length behind them.
fn zip_lzma<'r, 'i>(rest: &'r mut &'i [u8]) -> Result<lzma_rust2::LzmaReader<&'r mut &'i [u8]>> {
    let short = || damaged(Container::Zip, 0, &io::ErrorKind::UnexpectedEof.into());
    let (&[_, _, _, _, props, ref dictionary @ ..], body) =
        rest.split_first_chunk::<9>().ok_or_else(short)?;
    let dictionary = u32::from_le_bytes(*dictionary);
    *rest = body;
    lzma_rust2::lzma_get_memory_usage_by_props(dictionary, props)
        .ok()
        .filter(|&kib| kib <= DICTIONARY)
        .ok_or_else(short)?;
    lzma_rust2::LzmaReader::new_with_props(rest, u64::MAX, props, dictionary, None)
        .map_err(|error| damaged(Container::Zip, 0, &error))
}

/// Everything that `reader` gives.
pub(crate) fn read(reader: &mut impl Read, options: &OpenOptions) -> Result<Vec<u8>> {
    let mut out = Output::new(Container::Plain, u64::MAX, options);
    out.fill(reader)?;
    Ok(out.bytes)
}

/// Compressed streams in a row, each beginning with `magic`. What follows the last and does not begin so is padding,
/// or another tool's; the streams before it are whole, for each ends in a checksum.
fn members<'i>(
    out: &mut Output,
    rest: &mut &'i [u8],
    magic: &[u8],
    mut one: impl FnMut(&mut Output, &mut &'i [u8]) -> Result<()>,
) -> Result<()> {
    loop {
        let before = rest.len();
        one(out, rest)?;
        if rest.len() == before || !rest.starts_with(magic) {
            return Ok(());
        }
    }
}

/// The bytes so far, and how many there may be.
struct Output {
    bytes: Vec<u8>,
    container: Container,
    by_ratio: u64,
    ratio: u64,
    max: u64,
}

impl Output {
    fn new(container: Container, packed: u64, options: &OpenOptions) -> Output {
        let ratio = options.max_ratio();
        let by_ratio = packed.saturating_mul(ratio).max(ALWAYS);
        Output { bytes: Vec::new(), container, by_ratio, ratio, max: options.max_bytes() }
    }

    fn allowed(&self) -> u64 {
        self.by_ratio.min(self.max)
    }

    fn fill(&mut self, reader: &mut impl Read) -> Result<()> {
        let allowed = self.allowed();
        let result = append(reader, &mut self.bytes, allowed.saturating_add(1));
        let come = self.bytes.len() as u64;
        match result {
            Err(error) if self.container == Container::Plain => Err(Error::io("cannot read", error)),
            Err(error) => Err(damaged(self.container, come, &error)),
            Ok(_) if come <= allowed => Ok(()),
            Ok(_) => Err(self.too_much(allowed)),
        }
    }

    #[cold]
    fn too_much(&self, allowed: u64) -> Error {
        let message = match self.container {
            Container::Plain => {
                format!("more than {allowed} bytes come out of it; raise --max-bytes to allow them")
            }
            container if allowed == self.max => {
                format!(
                    "decompressing the {container} makes more than {allowed} bytes; raise --max-bytes to allow them"
                )
            }
            container => format!(
                "decompressing the {container} makes more than {allowed} bytes, over {} times its size; raise \
                 --max-ratio to allow them",
                self.ratio
            ),
        };
        Error::new(ErrorKind::Limit, message)
    }
}

/// Reads into `bytes` until the end, or until they are `most`. (`Read::read_to_end` zeroes, and so touches, all the
/// spare capacity that doubling gives: up to twice the memory.)
fn append(reader: &mut impl Read, bytes: &mut Vec<u8>, most: u64) -> io::Result<()> {
    const STEP: usize = 256 << 10;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut filled = bytes.len();
    let result = loop {
        if filled >= most {
            break Ok(());
        }
        if filled == bytes.len() {
            let step = STEP.min(most - filled);
            // A quarter more each time: twice as much may not be there, where a quarter is.
            let room = (filled / 4).min(most - filled).max(step);
            if bytes.capacity() - filled < step && bytes.try_reserve_exact(room).is_err() {
                break Err(io::ErrorKind::OutOfMemory.into());
            }
            bytes.resize(filled + step, 0);
        }
        match reader.read(bytes.get_mut(filled..).unwrap_or_default()) {
            Ok(0) => break Ok(()),
            Ok(read) => filled = filled.saturating_add(read),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    bytes.truncate(filled);
    result
}

#[cold]
fn damaged(container: Container, come: u64, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::OutOfMemory => {
            let message =
                format!("not enough memory to decompress the {container} (after {come} bytes): {error}");
            Error::new(ErrorKind::Limit, message)
        }
        io::ErrorKind::UnexpectedEof => {
            let message = format!(
                "the {container} data is cut short (after {come} bytes decompressed); fetch the file again"
            );
            Error::new(ErrorKind::Damaged, message)
        }
        _ => {
            let message =
                format!("the {container} data is damaged (after {come} bytes decompressed): {error}");
            Error::new(ErrorKind::Damaged, message)
        }
    }
}
