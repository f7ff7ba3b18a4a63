//! Every container, made here by the same formats' writers, comes out as what went in.

mod pack;

use std::io::Write;

use pack::{tar, zip};
use unpickle_file::{Container, ErrorKind, Input, OpenOptions};

/// A pickle long enough to be worth compressing: a list of small ints.
fn pickle() -> Vec<u8> {
    let mut bytes = b"\x80\x04](".to_vec();
    (0..5000).for_each(|i: u32| bytes.extend([b'K', (i * i % 251) as u8]));
    bytes.extend(b"e.");
    bytes
}

fn open(bytes: &[u8]) -> Result<Input, unpickle_file::Error> {
    Input::from_reader(bytes, &OpenOptions::new())
}

#[track_caller]
fn opens_as(bytes: &[u8], containers: &[Container]) {
    let input = open(bytes).unwrap();
    assert_eq!(input.containers(), containers);
    assert!(input.as_ref() == pickle(), "{} bytes came out", input.as_ref().len());
}

#[track_caller]
fn fails(bytes: &[u8], kind: ErrorKind, text: &str) {
    let error = open(bytes).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(text), "{error}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut out = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn lzma(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::LzmaOptions::with_preset(1);
    let mut out = lzma_rust2::LzmaWriter::new_use_header(Vec::new(), &options, None).unwrap();
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn lz4(bytes: &[u8]) -> Vec<u8> {
    let mut out = lz4_flex::frame::FrameEncoder::new(Vec::new());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

#[test]
fn a_plain_pickle_is_left_alone() {
    opens_as(&pickle(), &[]);
    assert_eq!(open(b"").unwrap().as_ref(), b"");
}

#[test]
fn each_compression_is_told_by_its_content() {
    let bytes = pickle();
    opens_as(&gzip(&bytes), &[Container::Gzip]);
    opens_as(&bzip2(&bytes), &[Container::Bzip2]);
    opens_as(&xz(&bytes), &[Container::Xz]);
    opens_as(&lzma(&bytes), &[Container::Lzma]);
    opens_as(&zlib(&bytes), &[Container::Zlib]);
    opens_as(&lz4(&bytes), &[Container::Lz4]);
    opens_as(&zstd(&bytes), &[Container::Zstd]);
}

#[test]
fn the_zfile_of_old_joblib_says_its_length() {
    let bytes = pickle();
    for blanks in [19, 20] {
        let header = format!("ZF{:<blanks$}", format!("{:#x}", bytes.len()));
        opens_as(&[header.as_bytes(), &zlib(&bytes)].concat(), &[Container::ZFile]);
    }
    let longer = [format!("ZF{:<19}", "0x1").as_bytes(), &zlib(&bytes)].concat();
    fails(&longer, ErrorKind::Damaged, "the zfile has 10006 bytes and says 1");
    fails(b"ZF0x", ErrorKind::Damaged, "does not say its length");
    fails(
        &[&b"ZF0xzz               "[..], &zlib(&bytes)].concat(),
        ErrorKind::Damaged,
        "does not say its length",
    );
}

#[test]
fn files_beside_are_read_as_they_are() {
    let dir = std::env::temp_dir().join(format!("unpickle-beside-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    for (name, bytes) in
        [("a.pkl", &b"N."[..]), ("a_01.npy", &gzip(b"x")), ("a_02.npy", &pickle().repeat(20))]
    {
        std::fs::write(dir.join(name), bytes).unwrap();
    }
    let input = Input::open(dir.join("a.pkl"), &OpenOptions::new()).unwrap();
    assert_eq!(input.path(), Some(&*dir.join("a.pkl")));
    let beside = |name| {
        let mut bytes = b"before".to_vec();
        input.append_beside(name, &mut bytes).map(|()| bytes.split_off(6))
    };
    assert_eq!(beside("a_01.npy").unwrap(), gzip(b"x"));
    assert_eq!(beside("a_02.npy").unwrap().len(), pickle().len() * 20);
    let text = |name| beside(name).unwrap_err().to_string();
    assert!(text("a_03.npy").ends_with("a_03.npy: cannot open: no such file or directory"));
    for name in ["../a.pkl", "/etc/passwd", "..", ".", "", "b/a.npy"] {
        assert!(text(name).ends_with("is not beside it"), "{name}");
    }
    let error = open(b"N.").unwrap().append_beside("a_01.npy", &mut Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), "the file 'a_01.npy' is needed beside it; open it by its path");
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn compressed_streams_may_follow_one_another() {
    let bytes = pickle();
    let (a, b) = bytes.split_at(1234);
    opens_as(&[gzip(a), gzip(b)].concat(), &[Container::Gzip]);
    opens_as(&[bzip2(a), bzip2(b)].concat(), &[Container::Bzip2]);
    opens_as(&[xz(a), xz(b)].concat(), &[Container::Xz]);
    opens_as(&[lz4(a), lz4(b)].concat(), &[Container::Lz4]);
    opens_as(&[zstd(a), zstd(b)].concat(), &[Container::Zstd]);
    let skippable = b"\x50\x2a\x4d\x18\x04\0\0\0abcd".to_vec();
    opens_as(&[skippable, zstd(a), zstd(b)].concat(), &[Container::Zstd]);
}

#[test]
fn a_zstd_frame_need_not_say_its_size() {
    let mut out = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
    out.include_contentsize(false).unwrap();
    for part in pickle().chunks(700) {
        out.write_all(part).unwrap();
        out.flush().unwrap();
    }
    opens_as(&out.finish().unwrap(), &[Container::Zstd]);
}

#[test]
fn padding_behind_the_last_stream_is_ignored() {
    opens_as(&[gzip(&pickle()), vec![0; 512]].concat(), &[Container::Gzip]);
    opens_as(&[bzip2(&pickle()), vec![0; 512]].concat(), &[Container::Bzip2]);
}

#[test]
fn an_archive_of_one_file_is_that_file() {
    let bytes = pickle();
    opens_as(&tar(&[("grades.pkl", &bytes)]), &[Container::Tar]);
    opens_as(&tar(&[("grades.pkl", &bytes), ("._grades.pkl", b"mac")]), &[Container::Tar]);
    opens_as(&tar(&[(&"long/".repeat(60), &bytes)]), &[Container::Tar]);
    opens_as(&zip(&[("grades", &bytes)], zip::CompressionMethod::Stored), &[Container::Zip]);
    opens_as(&zip(&[("grades", &bytes)], zip::CompressionMethod::Deflated), &[Container::Zip]);
}

#[test]
fn a_tar_may_be_compressed_and_so_may_its_member() {
    let archive = tar(&[("grades.pkl", &pickle())]);
    opens_as(&gzip(&archive), &[Container::Gzip, Container::Tar]);
    opens_as(&bzip2(&archive), &[Container::Bzip2, Container::Tar]);
    opens_as(&xz(&archive), &[Container::Xz, Container::Tar]);
    let inner = tar(&[("grades.pkl.gz", &gzip(&pickle()))]);
    opens_as(&inner, &[Container::Tar, Container::Gzip]);
}

#[test]
fn each_cut_or_damage_is_an_error() {
    let bytes = pickle();
    for (name, packed) in [
        ("gzip", gzip(&bytes)),
        ("bzip2", bzip2(&bytes)),
        ("xz", xz(&bytes)),
        ("zstd", zstd(&bytes)),
        ("zlib", zlib(&bytes)),
        ("lzma", lzma(&bytes)),
        ("zip", zip(&[("a", &bytes)], zip::CompressionMethod::Deflated)),
        ("zip", zip(&[("a", &bytes)], zip::CompressionMethod::Stored)),
    ] {
        fails(&packed[..packed.len() / 2], ErrorKind::Damaged, name);
        let mut flipped = packed.clone();
        flipped[packed.len() / 2] ^= 0x10;
        // zstd has a checksum only where its writer asked for one, lzma never.
        if !matches!(name, "zstd" | "lzma") {
            fails(&flipped, ErrorKind::Damaged, name);
        }
    }
    fails(&tar(&[("a", &bytes)])[..2048], ErrorKind::Damaged, "tar");
}

#[test]
fn no_cut_or_flip_panics() {
    let bytes = &pickle()[..600];
    for packed in [
        gzip(bytes),
        bzip2(bytes),
        xz(bytes),
        lzma(bytes),
        zlib(bytes),
        lz4(bytes),
        zstd(bytes),
        tar(&[("a", bytes)]),
        zip(&[("a", bytes)], zip::CompressionMethod::Deflated),
    ] {
        for at in 0..packed.len() {
            _ = open(&packed[..at]);
            let mut flipped = packed.clone();
            flipped[at] ^= 1 << (at % 8);
            _ = open(&flipped);
        }
    }
}

#[test]
fn what_may_come_out_is_bounded() {
    let zeros = vec![0; 3 << 20];
    let options = OpenOptions::new().with_max_bytes(1 << 20);
    for packed in [gzip(&zeros), bzip2(&zeros), xz(&zeros), zstd(&zeros), lz4(&zeros)] {
        let error = Input::from_reader(&packed[..], &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        assert!(error.to_string().contains("more than 1048576 bytes; raise --max-bytes"), "{error}");
    }
    let error = Input::from_reader(&zeros[..], &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
}

#[test]
fn honest_zeros_pass_whatever_their_ratio() {
    let zeros = vec![0; 100 << 20];
    for packed in [gzip(&zeros), zstd(&zeros)] {
        let options = OpenOptions::new().with_max_ratio(1);
        assert_eq!(Input::from_reader(&packed[..], &options).unwrap().as_ref().len(), zeros.len());
    }
}

#[test]
fn wrappings_within_wrappings_have_an_end() {
    let mut bytes = pickle();
    for _ in 0..4 {
        bytes = gzip(&bytes);
    }
    opens_as(&bytes, &[Container::Gzip; 4]);
    fails(&gzip(&bytes), ErrorKind::Limit, "wrapped more than 4 times");
}

#[test]
fn text_that_begins_as_zlib_stays_text() {
    assert_eq!(open(b"x^2 + y^2 = z^2").unwrap().as_ref(), b"x^2 + y^2 = z^2");
}

#[test]
fn files_are_mapped_or_read_alike() {
    let dir = std::env::temp_dir().join(format!("unpickle-file-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join("big.pkl");
    let bytes = pickle().repeat(20);
    std::fs::write(&path, &bytes).unwrap();
    for map in [true, false] {
        let input = Input::open(&path, &OpenOptions::new().with_map(map)).unwrap();
        assert!(input.as_ref() == bytes);
    }
    let error = Input::open(&dir, &OpenOptions::new()).unwrap_err();
    assert!(error.to_string().ends_with("it is a directory; name the pickle files in it"), "{error}");
    let error = Input::open(dir.join("none.pkl"), &OpenOptions::new()).unwrap_err();
    assert!(error.to_string().ends_with("none.pkl: cannot open: no such file or directory"), "{error}");
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn inputs_go_to_other_threads() {
    fn check<T: Send + Sync>() {}
    check::<Input>();
}
