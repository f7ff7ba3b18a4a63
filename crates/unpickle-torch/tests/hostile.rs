//! What nobody honest wrote: each is one clear error, and nothing panics or grows.

use std::io::{Cursor, Write};

use unpickle_core::{Category, Error, Options, Pickle, Result};
use unpickle_file::{Container, Input, OpenOptions, Shared};
use unpickle_torch::{Tensor, is_tensor, state_dict};
use zip::write::SimpleFileOptions;

use crate::fixtures::{names, path};

fn read(bytes: &[u8]) -> Result<Option<Pickle<Shared>>> {
    let input = Input::from_reader(bytes, &OpenOptions::new())?;
    unpickle_torch::read(&Shared::new(input), &Options::new())
}

/// An archive of these members, stored.
fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in members {
        zip.start_file(*name, stored).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Pickled small numbers in a tuple.
fn tuple(numbers: &[i64]) -> Vec<u8> {
    let mut out = b"(".to_vec();
    for &number in numbers {
        out.extend([0x8a, 8]);
        out.extend(number.to_le_bytes());
    }
    out.push(b't');
    out
}

/// A pickled tensor of `float32`, a view of storage `0` of `count` elements.
fn tensor(count: i64, offset: i64, size: &[i64], stride: &[i64]) -> Vec<u8> {
    let mut out = b"ctorch._utils\n_rebuild_tensor_v2\n(".to_vec();
    out.extend(b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpu");
    out.extend([0x8a, 8]);
    out.extend(count.to_le_bytes());
    out.extend(b"tQ");
    out.extend([0x8a, 8]);
    out.extend(offset.to_le_bytes());
    out.extend(tuple(size));
    out.extend(tuple(stride));
    out.extend(b"\x89NtR");
    out
}

fn pickled(body: &[u8]) -> Vec<u8> {
    [b"\x80\x02", body, b"."].concat()
}

/// What is said of a tensor in an archive with sixteen bytes of storage.
fn fault(count: i64, offset: i64, size: &[i64], stride: &[i64]) -> String {
    let data = pickled(&tensor(count, offset, size, stride));
    let bytes = archive(&[("a/data.pkl", &data), ("a/data/0", &[0; 16])]);
    let pickle = read(&bytes).expect("sound").expect("of torch");
    let array =
        pickle.root().extract::<Tensor<'_>>().and_then(|tensor| tensor.array().map(|array| array.len()));
    array.expect_err("it cannot be read").to_string()
}

#[test]
fn a_tensor_is_within_its_storage() {
    let ok = pickled(&tensor(4, 1, &[3], &[1]));
    let pickle = read(&archive(&[("a/data.pkl", &ok), ("a/data/0", &[0; 16])])).unwrap().unwrap();
    assert_eq!(pickle.root().extract::<Tensor<'_>>().unwrap().array().unwrap().len(), 3);

    let reaches = "reaches beyond the 16 bytes of its storage";
    for (offset, size, stride) in [
        (0, &[5][..], &[1][..]),
        (2, &[3], &[1]),
        (0, &[2, 3], &[2, 1]),
        (0, &[1 << 40], &[1 << 40]),
        (i64::MAX, &[1], &[1]),
        (4, &[], &[]),
    ] {
        let fault = fault(4, offset, size, stride);
        assert!(fault.contains(reaches), "{fault}");
    }
    for (size, stride, what) in [
        (&[-1][..], &[1][..], "a torch tensor with a size of -1"),
        (&[2], &[-1], "a torch tensor with a stride of -1"),
        (&[2, 2], &[1], "a torch tensor of 2 axes with 1 strides"),
        (&[1 << 40, 1 << 40], &[0, 0], "larger than memory"),
        (&[1; 65], &[1; 65], "a torch tensor of 65 axes"),
        // An element may be shown often, but not without end.
        (&[1 << 40], &[0], "shows 4 elements as 1099511627776"),
    ] {
        let fault = fault(4, 0, size, stride);
        assert!(fault.contains(what), "{fault}");
    }
    assert!(fault(4, -1, &[1], &[1]).contains("starts at element -1"));
}

#[test]
fn a_storage_has_the_bytes_that_it_says() {
    assert!(fault(5, 0, &[5], &[1]).contains("torch storage '0' says 20 bytes, the file has 16"));
    assert!(fault(-1, 0, &[1], &[1]).contains("torch storage '0' of -1 elements, which cannot be"));
    assert!(fault(i64::MAX, 0, &[1], &[1]).contains("elements, which cannot be"));

    let data = pickled(&tensor(4, 0, &[4], &[1]));
    let pickle = read(&archive(&[("a/data.pkl", &data)])).unwrap().unwrap();
    let tensor: Tensor<'_> = pickle.root().extract().unwrap();
    assert_eq!(tensor.shape(), [4]); // what is there can be told
    let error = tensor.array().unwrap_err().to_string();
    assert!(error.contains("the bytes of torch storage '0' are not in the file"), "{error}");
}

/// A pickle can hold one long text and refer to it a million times.
#[test]
fn names_of_storages_are_short() {
    let long = [b"X\xd0\x07\0\0".to_vec(), vec![b'0'; 2000]].concat();
    let data = pickled(&tensor(4, 0, &[4], &[1]));
    let at = data.windows(6).position(|window| window == b"X\x01\0\0\x000").unwrap();
    let data = [&data[..at], &long, &data[at + 6..]].concat();
    let error = read(&archive(&[("a/data.pkl", &data)])).unwrap_err().to_string();
    assert!(error.contains("a name of 2000 bytes, where a key or a device of torch is expected"), "{error}");
}

#[test]
fn a_member_is_what_its_checksum_and_names_say() {
    let data = pickled(&tensor(4, 0, &[4], &[1]));
    let sound = archive(&[("a/data.pkl", &data), ("a/data/0", b"0123456789abcdef")]);
    let at = |needle: &[u8]| sound.windows(needle.len()).position(|window| window == needle).unwrap();
    let fault = |bytes: &[u8]| -> Error {
        let pickle = read(bytes).unwrap().unwrap();
        let tensor: Tensor<'_> = pickle.root().extract().unwrap();
        tensor.array().expect_err("it is damaged")
    };

    let mut damaged = sound.clone();
    damaged[at(b"0123456789")] ^= 1;
    let error = fault(&damaged);
    assert_eq!(error.category(), Category::Data);
    assert!(error.to_string().contains("a/data/0, at byte "), "{error}");
    assert!(error.to_string().contains("has checksum"), "{error}");

    let mut renamed = sound.clone();
    renamed[at(b"a/data/0") + 7] = b'1';
    let error = fault(&renamed).to_string();
    assert!(error.contains("a/data/0") && error.contains("a/data/1"), "{error}");
}

#[test]
fn records_beside_the_pickle_are_looked_at() {
    let data = pickled(b"N");
    let fault = |name: &str, content: &[u8]| {
        read(&archive(&[("a/data.pkl", &data), (name, content)])).expect_err("it is wrong").to_string()
    };
    assert!(fault("a/version", b"11\n").starts_with("version 11 of PyTorch's file format"));
    assert!(fault("a/version", b"three").starts_with("expected a version"));
    assert!(fault("a/byteorder", b"middle").starts_with("expected 'little' or 'big'"));
    assert!(fault("a/byteorder", &[0; 65]).contains("where a word is expected"));
    assert!(fault("a/constants.pkl", b"oops").contains("a/constants.pkl"));
    let refused = |members: &[(&str, &[u8])]| read(&archive(members)).unwrap_err().to_string();
    let script = refused(&[("a/model.json", b"{}"), ("a/version", b"1")]);
    assert!(script.starts_with("it is TorchScript of PyTorch before 1.4"), "{script}");
    let program =
        refused(&[("a/models/model.json", b"{}"), ("a/archive_format", b"pt2"), ("a/archive_version", b"0")]);
    assert!(program.starts_with("it is a program of `torch.export` (.pt2)"), "{program}");
    let package = refused(&[("a/.data/extern_modules", b""), ("a/m/m.pkl", b"N.")]);
    assert!(package.starts_with("it is an archive of `torch.package`"), "{package}");
    assert!(read(&archive(&[("a.npy", b""), ("b.npy", b"")])).unwrap().is_none());
}

/// A pickled module that holds `inner` under each of `names`.
fn module(names: &[&str], inner: &[u8]) -> Vec<u8> {
    let mut out = b"cm\nM\n)\x81}(X\x0b\0\0\0_parameters}X\x08\0\0\0_modules}(".to_vec();
    for name in names {
        out.extend([b'X', u8::try_from(name.len()).unwrap(), 0, 0, 0]);
        out.extend(name.as_bytes());
        out.extend(inner);
    }
    out.extend(b"uub");
    out
}

#[test]
fn modules_in_modules_end() {
    // Each holds the one before twice, as a GET of the memo.
    let mut body = [&module(&[], b"")[..], b"q\x000"].concat();
    for i in 0..40_u8 {
        body.extend(module(&["a", "b"], &[b'h', i]));
        body.extend([b'q', i + 1, b'0']);
    }
    body.extend([b'h', 40]);
    let pickle = Pickle::parse(pickled(&body)).unwrap();
    let error = state_dict(pickle.root()).unwrap_err();
    assert!(error.is_limit(), "{error}");

    let mut body = module(&[], b"");
    for _ in 0..2000 {
        body = module(&["a"], &body);
    }
    let pickle = Pickle::parse(pickled(&body)).unwrap();
    let error = state_dict(pickle.root()).unwrap_err();
    assert!(error.to_string().contains("1000 deep"), "{error}");
}

#[test]
fn a_tensor_that_wraps_itself_is_refused() {
    // v = Variable(); v.__setstate__((v, None, None, False, False))
    let body = b"ctorch.autograd.variable\nVariable\n)Rq\0(h\0NN\x89\x89tb";
    let pickle = Pickle::parse(pickled(body)).unwrap();
    let error = pickle.root().extract::<Tensor<'_>>().unwrap_err();
    assert!(error.to_string().contains("wrapped more than"), "{error}");
}

/// Reads all that can be read, and drops it.
fn poke(bytes: &[u8]) {
    let Ok(Some(pickle)) = read(bytes) else { return };
    _ = state_dict(pickle.root());
    for value in pickle.objects().filter(|&value| is_tensor(value)) {
        let Ok(tensor) = value.extract::<Tensor<'_>>() else { continue };
        _ = tensor.array().map(|array| array.element(array.len() / 2).map(<[u8]>::len));
        _ = tensor.resolve();
        _ = tensor.sparse();
        _ = tensor.nested();
        _ = tensor.dequantize();
        _ = tensor.identity();
    }
}

#[test]
fn files_cut_short_are_errors() {
    for name in ["shared-legacy.pt", "oldest-tar.pt", "shared.pt", "deflated.pt"] {
        let bytes = std::fs::read(path(name)).unwrap();
        let step = (bytes.len() / 500).max(1);
        for end in (0..bytes.len()).step_by(step) {
            poke(&bytes[..end]);
        }
        // The end of a tar is padding.
        let cut = if name == "oldest-tar.pt" { 2000 } else { bytes.len() - 1 };
        assert!(!matches!(read(&bytes[..cut]), Ok(Some(_))), "{name}");
    }
}

/// A generator of Knuth's, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    /// Changes a byte or three.
    fn spoil(&mut self, bytes: &mut [u8]) {
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len());
            bytes[at] =
                if self.below(2) == 0 { self.below(256) as u8 } else { bytes[at] ^ (1 << self.below(8)) };
        }
    }
}

#[test]
fn files_with_wrong_bytes_do_no_harm() {
    let mut random = Random(4);
    for name in names() {
        let sound = std::fs::read(path(&name)).unwrap();
        for _ in 0..100 {
            let mut bytes = sound.clone();
            random.spoil(&mut bytes);
            poke(&bytes);
        }
    }
}

/// A wrong byte in an archive is told by its checksum, so the pickles are packed again.
#[test]
fn pickles_with_wrong_bytes_do_no_harm() {
    let mut random = Random(5);
    for name in names() {
        let shared = Shared::new(Input::open(path(&name), &OpenOptions::new()).unwrap());
        let Some(all) = shared.archive().filter(|archive| archive.container() == Container::Zip) else {
            continue;
        };
        let mut members: Vec<(&str, Vec<u8>)> = Vec::new();
        for member in all.members() {
            members.push((member.name(), shared.member(member.name()).unwrap().bytes().unwrap().to_vec()));
        }
        for _ in 0..100 {
            let mut spoilt = members.clone();
            for (name, content) in &mut spoilt {
                if name.ends_with(".pkl") {
                    random.spoil(content);
                }
            }
            let spoilt: Vec<(&str, &[u8])> =
                spoilt.iter().map(|(name, content)| (*name, &**content)).collect();
            poke(&archive(&spoilt));
        }
    }
}
