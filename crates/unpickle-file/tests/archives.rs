//! Archives of several files, their members, and every lie that one can tell.

mod pack;

use pack::{tar, zip};
use unpickle_file::{Container, ErrorKind, Input, OpenOptions, Result, Shared};
use zip::CompressionMethod::{self, Deflated, Stored};

fn open(bytes: &[u8]) -> Result<Shared> {
    Input::from_reader(bytes, &OpenOptions::new()).map(Shared::new)
}

/// Two members, as torch would call them.
fn two(method: CompressionMethod) -> Vec<u8> {
    zip(&[("m/data.pkl", b"(K\x01K\x02K\x03t."), ("m/data/0", &[7; 40])], method)
}

/// What is said of the archive, or of the first member that cannot be read.
#[track_caller]
fn fails(bytes: &[u8], kind: ErrorKind, text: &str) {
    let error = match open(bytes) {
        Err(error) => error,
        Ok(shared) => (0..2)
            .filter_map(|index| shared.member_at(index))
            .find_map(|member| member.bytes().err())
            .expect("an error"),
    };
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(text), "{error}");
}

/// `bytes` with the `nth` occurrence of `from` made `to`.
fn with(bytes: &[u8], from: &[u8], to: &[u8], nth: usize) -> Vec<u8> {
    let places = bytes.windows(from.len()).enumerate().filter(|(_, window)| *window == from);
    let (at, _) = places.clone().nth(nth).expect("the bytes to be changed");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn members_are_read_one_by_one() {
    for (bytes, container) in [
        (two(Stored), Container::Zip),
        (two(Deflated), Container::Zip),
        (tar(&[("m/data.pkl", b"(K\x01K\x02K\x03t."), ("m/data/0", &[7; 40])]), Container::Tar),
    ] {
        let shared = open(&bytes).unwrap();
        let archive = shared.archive().unwrap();
        assert_eq!(archive.container(), container);
        assert_eq!(shared.input().containers(), [container]);
        let sizes: Vec<_> = archive.members().iter().map(|member| (member.name(), member.size())).collect();
        assert_eq!(sizes, [("m/data.pkl", 9), ("m/data/0", 40)]);
        let member = shared.member("m/data/0").unwrap();
        assert_eq!((member.len(), &*member.head(3).unwrap()), (40, &[7; 3][..]));
        assert_eq!(member.bytes().unwrap(), [7; 40]);
        assert!(shared.member("m/data/1").is_none());
    }
}

#[test]
fn an_npz_of_one_array_stays_an_archive() {
    let shared = open(&zip(&[("arr_0.npy", b"\x93NUMPY")], Deflated)).unwrap();
    assert_eq!(shared.member("arr_0.npy").unwrap().bytes().unwrap(), b"\x93NUMPY");
}

#[test]
fn a_stored_member_lies_in_the_file() {
    let bytes = two(Stored);
    let shared = open(&bytes).unwrap();
    let range = shared.member("m/data/0").unwrap().range().unwrap();
    assert_eq!(bytes[range], [7; 40]);
}

#[test]
fn what_an_archive_is_not_is_said() {
    let refusal = |bytes: &[u8]| open(bytes).unwrap().archive().unwrap().refusal().to_string();
    let several = [("a.pkl", &b"N."[..]), ("b.pkl", b"N.")];
    let text = "archive, found 2: a.pkl, b.pkl; unpack the one you want first";
    assert!(refusal(&tar(&several)).ends_with(text));
    assert!(refusal(&zip(&several, Stored)).ends_with(text));
    assert!(refusal(&zip(&[], Stored)).contains("holds no file"));
    assert!(refusal(&two(Stored)).contains("PyTorch"));
    assert!(refusal(&zip(&[("a.npy", b"")], Stored)).contains(".npz"));
    assert!(refusal(&zip(&[("[Content_Types].xml", b""), ("b", b"")], Stored)).contains("Office"));
}

#[test]
fn headers_that_differ_from_the_directory_are_refused() {
    let bytes = two(Stored);
    // The name in front of the member, and the one in the directory.
    fails(&with(&bytes, b"m/data/0", b"m/data/9", 0), ErrorKind::Damaged, "m/data/0 is called m/data/9");
    fails(&with(&bytes, b"m/data/0", b"m/data/9", 1), ErrorKind::Damaged, "m/data/9 is called m/data/0");
    fails(&with(&bytes, &[7; 40], &[8; 40], 0), ErrorKind::Damaged, "m/data/0, at byte 49, has checksum");
    let same = zip(&[("a", b"1"), ("b", b"2")], Stored);
    fails(&with(&same, b"b", b"a", 1), ErrorKind::Archive, "two members of the zip archive are called a");
    // The flag of encryption, of the first member's own header.
    let mut locked = bytes.clone();
    locked[6] |= 1;
    fails(&locked, ErrorKind::Unsupported, "m/data.pkl in the zip archive is encrypted");
    // Its size, its method.
    let mut longer = bytes.clone();
    longer[18] += 1;
    fails(&longer, ErrorKind::Damaged, "the size or checksum of m/data.pkl in its header, at byte 0");
    let mut other = bytes;
    other[8] = 8;
    fails(&other, ErrorKind::Damaged, "the method of m/data.pkl");
}

#[test]
fn bytes_in_front_and_other_places_are_refused() {
    let bytes = two(Stored);
    fails(&[bytes.clone(), bytes.clone()].concat(), ErrorKind::Damaged, "two archives in one");
    fails(&bytes[..bytes.len() - 30], ErrorKind::Damaged, "cut short");
    // The place of the second header, one on, and that of the first.
    let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let second = directory + 46 + 10;
    let mut moved = bytes.clone();
    moved[second + 42] = 0;
    fails(&moved, ErrorKind::Damaged, "at byte 0, runs into what is at byte 0");
    let mut first = bytes;
    first[directory + 42] = 1;
    fails(&first, ErrorKind::Damaged, "runs into");
}

#[test]
fn a_sum_of_zero_was_not_computed() {
    let mut bytes = two(Stored);
    let sum = u32::to_le_bytes(0xdead_beef);
    let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    for at in [14, directory + 16] {
        bytes[at..at + 4].copy_from_slice(&sum);
    }
    fails(&bytes, ErrorKind::Damaged, "says deadbeef");
    for at in [14, directory + 16] {
        bytes[at..at + 4].fill(0);
    }
    assert_eq!(open(&bytes).unwrap().member("m/data.pkl").unwrap().bytes().unwrap().len(), 9);
}

#[test]
fn members_are_unpacked_within_the_limits() {
    let zeros = vec![0; 600_000];
    let bytes = zip(&[("a.npy", &zeros), ("b.npy", &zeros)], Deflated);
    let options = OpenOptions::new().with_max_bytes(1_000_000);
    let shared = Shared::new(Input::from_reader(&bytes[..], &options).unwrap());
    assert_eq!(shared.member("a.npy").unwrap().bytes().unwrap().len(), 600_000);
    let error = shared.member("b.npy").unwrap().bytes().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.to_string().contains("decompressing b.npy"), "{error}");
    assert_eq!(shared.member("b.npy").unwrap().head(10).unwrap().len(), 10);
}

#[test]
fn no_cut_or_flip_panics() {
    for bytes in [two(Stored), two(Deflated), tar(&[("a", b"N."), ("b", b"N.")])] {
        let read = |bytes: &[u8]| {
            let Ok(shared) = open(bytes) else { return };
            for index in 0..3 {
                if let Some(member) = shared.member_at(index) {
                    _ = (member.head(5), member.bytes().map(<[u8]>::len));
                }
            }
        };
        for at in 0..bytes.len() {
            read(&bytes[..at]);
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << bit;
                read(&flipped);
            }
        }
    }
}

#[test]
fn members_go_to_other_threads() {
    fn check<T: Send + Sync>() {}
    check::<Shared>();
    check::<unpickle_file::MemberBytes>();
}
