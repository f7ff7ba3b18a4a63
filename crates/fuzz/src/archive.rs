//! What wraps a pickle: compression, zip, tar, numpy's and PyTorch's files. Unpacking keeps to the limit that was set.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use unpickle::{File, Input, OpenOptions, Options};
use zip::write::SimpleFileOptions;

use crate::memory::peak;
use crate::reconstruct;

/// Bytes less than this, of which none is an opcode, say in front how the rest is to be wrapped.
pub const MODES: u8 = 7;

/// How a pickle is wrapped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Mode {
    /// A checkpoint of PyTorch: `data.pkl` and four storages.
    Torch = 0,
    /// The same, deflated.
    TorchDeflated = 1,
    /// numpy's `.npz`: the one array that it is, and others.
    Npz = 2,
    /// A zip of one member.
    Zip = 3,
    /// gzip
    Gzip = 4,
    /// zlib
    Zlib = 5,
    /// gzip in gzip
    Twice = 6,
}

/// Most that may come out.
const LIMIT: usize = 1 << 20;
/// What unpackers take for themselves.
const UNPACKER: usize = 64 << 20;
/// What readers may take for each byte that came out, and for any number: a list of names may be 64 MiB, and counts twice
/// while it grows.
const BYTES: usize = 256;
const ALWAYS: usize = 256 << 20;

/// # Panics
///
/// The property does not hold.
pub fn check(data: &[u8]) {
    let wrapped = wrap(data);
    let data = wrapped.as_deref().unwrap_or(data);
    let options = OpenOptions::new().with_max_bytes(LIMIT as u64).with_max_ratio(200);
    let (input, took) = peak(|| Input::from_reader(data, &options));
    assert!(took <= UNPACKER + 4 * LIMIT + 4 * data.len(), "{took} bytes to open {}", data.len());
    let Ok(input) = input else { return };
    assert!(input.as_ref().len() <= LIMIT.max(data.len()), "{} came out", input.as_ref().len());
    let len = input.as_ref().len();
    let (_, took) = peak(|| {
        if let Ok(file) = File::from_input(input, &Options::new()) {
            reconstruct::all(&file);
        }
    });
    assert!(took <= ALWAYS + 4 * LIMIT + BYTES * len, "{took} bytes to read {len}");
}

/// The rest of the bytes, wrapped as the first of them says.
fn wrap(data: &[u8]) -> Option<Vec<u8>> {
    let (&mode, rest) = data.split_first()?;
    Some(match mode {
        0 => torch(rest, zip::CompressionMethod::Stored),
        1 => torch(rest, zip::CompressionMethod::Deflated),
        2 => zipped(&[("a.npy", rest), ("b.npy", rest), ("c.pkl", rest)], zip::CompressionMethod::Stored),
        3 => zipped(&[("a.pkl", rest)], zip::CompressionMethod::Deflated),
        4 => gzip(rest),
        5 => {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(rest).expect("a vector takes all");
            encoder.finish().expect("a vector takes all")
        }
        6 => gzip(&gzip(rest)),
        _ => return None,
    })
}

fn torch(pickle: &[u8], method: zip::CompressionMethod) -> Vec<u8> {
    let storage: Vec<u8> = (0..64).collect();
    let members = [
        ("archive/data.pkl", pickle),
        ("archive/byteorder", b"little"),
        ("archive/data/0", &storage),
        ("archive/data/1", &storage),
        ("archive/data/2", &storage[..8]),
        ("archive/data/3", b""),
        ("archive/version", b"3\n"),
    ];
    zipped(&members, method)
}

fn zipped(members: &[(&str, &[u8])], method: zip::CompressionMethod) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).expect("a member");
        zip.write_all(bytes).expect("a vector takes all");
    }
    zip.finish().expect("a vector takes all").into_inner()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}
