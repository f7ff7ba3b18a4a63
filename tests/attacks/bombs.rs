//! Compressed files that grow.

use std::io::Write;

use crate::attack::{Attack, check};
use crate::pickle::pickle;

/// What is compressed, over and over: every format may be written in pieces.
const PIECE: usize = 16 << 20;

fn zeros() -> Vec<u8> {
    vec![0; PIECE]
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(bytes).expect("bytes");
    out.finish().expect("bytes")
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut out =
        lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).expect("an encoder");
    out.write_all(bytes).expect("bytes");
    out.finish().expect("bytes")
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    out.write_all(bytes).expect("bytes");
    out.finish().expect("bytes")
}

fn lz4(bytes: &[u8]) -> Vec<u8> {
    let mut out = lz4_flex::frame::FrameEncoder::new(Vec::new());
    out.write_all(bytes).expect("bytes");
    out.finish().expect("bytes")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("bytes")
}

fn bomb(name: &str, ending: &'static str, pack: fn(&[u8]) -> Vec<u8>) -> Attack {
    let bytes = move || [pack(b"\x80\x04"), pack(&zeros()).repeat(96)].concat();
    Attack::new(name, bytes).ending(ending)
}

pub(crate) fn attacks() -> Vec<Attack> {
    vec![
        bomb("gzip of 1.6 GB", "pkl.gz", gzip),
        bomb("xz of 1.6 GB", "pkl.xz", xz),
        bomb("bzip2 of 1.6 GB", "pkl.bz2", bzip2),
        bomb("lz4 of 1.6 GB", "pkl.lz4", lz4),
        bomb("zstd of 1.6 GB", "pkl.zst", zstd),
        Attack::new("gzip of gzip of 1.6 GB", || gzip(&gzip(&zeros()).repeat(96))).ending("pkl.gz"),
        Attack::new("gzip of gzip of gzip, ten times", || {
            (0..10).fold(b"N.".to_vec(), |bytes, _| gzip(&bytes))
        })
        .ending("pkl.gz"),
        Attack::new("gzip of a frame of 400 MB", || {
            let rows = 24 << 20;
            let array = pickle()
                .raw(b"\x80\x05")
                .global("numpy.core.numeric", "_frombuffer")
                .raw(b"(\x8e")
                .raw((16 * PIECE as u64).to_le_bytes());
            _ = rows;
            let end =
                pickle().dtype("f8").tuple(|axes| axes.int(2 * PIECE as i64)).str("C").raw(b"tR").stop();
            [gzip(&array.unfinished()), gzip(&zeros()).repeat(16), gzip(&end[2..])].concat()
        })
        .ending("pkl.gz"),
        Attack::new("an xz dictionary of 4 GB", || {
            let mut bytes = b"\x5d\0\0\0\xff".to_vec();
            bytes.extend([0xff; 8]);
            bytes.extend([0; 64]);
            bytes
        })
        .ending("lzma"),
        Attack::new("a zstd window of 2 GB", || {
            // magic, no content size, window of 2^31, one RLE block
            [&b"\x28\xb5\x2f\xfd\x00\xa8"[..], b"\x03\0\x10\0"].concat()
        })
        .ending("pkl.zst"),
    ]
}

#[test]
fn bombs() {
    check(attacks());
}
