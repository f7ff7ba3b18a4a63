//! Inflating in one call, where the size is known beforehand: in two thirds of the time that piece by piece takes.

use libdeflater::Decompressor;
use memchr::memmem;

/// No bytes of deflate make more than so many times their number.
const MOST_RATIO: usize = 1032;

/// What `input` holds, if it is one gzip member of `allowed` bytes at most and nothing behind it. Of everything else,
/// damage too, nothing is said: whoever reads it piece by piece finds out.
pub(crate) fn gzip(input: &[u8], allowed: u64) -> Option<Vec<u8>> {
    // A member ends in the size of its content.
    let (front, size) = input.split_last_chunk::<4>()?;
    let mut bytes = room(u32::from_le_bytes(*size).into(), allowed, input)?;
    // Compares size and checksum with the end of the first member, wherever that is: bytes like the last four, which
    // it found to be right, stand there. Where they stand nowhere else, the first member is all there is.
    let come = Decompressor::new().gzip_decompress(input, &mut bytes).ok()?;
    let is_all = come == bytes.len() && memmem::find(front, size).is_none();
    is_all.then_some(bytes)
}

/// The `size` bytes that `input`, deflated, holds; as for [`gzip`], nothing is said of other numbers of them, or damage.
pub(crate) fn deflate(input: &[u8], size: u64, allowed: u64) -> Option<Vec<u8>> {
    let mut bytes = room(size, allowed, input)?;
    let come = Decompressor::new().deflate_decompress(input, &mut bytes).ok()?;
    (come == bytes.len()).then_some(bytes)
}

/// Room for `size` bytes, if `input` may make so many.
fn room(size: u64, allowed: u64, input: &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(size).ok()?;
    if length == 0 || size > allowed || length / MOST_RATIO > input.len() {
        return None;
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).ok()?;
    bytes.resize(length, 0);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn one_member_is_taken_gzip() {
        for length in [1, 1000, 300_000] {
            let bytes: Vec<u8> =
                (0..length).map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
            assert_eq!(gzip(&pack(&bytes), u64::MAX).as_deref(), Some(&*bytes));
            assert_eq!(gzip(&pack(&bytes), bytes.len() as u64 - 1), None);
        }
    }

    #[test]
    fn nothing_else_is() {
        let one = pack(b"one and one and one");
        assert_eq!(gzip(&[&one[..], &one].concat(), u64::MAX), None, "two members, alike");
        assert_eq!(gzip(&[&one[..], &pack(b"two")].concat(), u64::MAX), None, "two members");
        assert_eq!(gzip(&[&one[..], &[0; 8]].concat(), u64::MAX), None, "padding");
        assert_eq!(gzip(&[&one[..], &one[one.len() - 4..]].concat(), u64::MAX), None, "the size twice");
        for end in 0..one.len() {
            assert_eq!(gzip(&one[..end], u64::MAX), None, "cut at {end}");
        }
        for at in 10..one.len() {
            let mut damaged = one.clone();
            damaged[at] ^= 1;
            assert_eq!(gzip(&damaged, u64::MAX), None, "damaged at {at}");
        }
    }

    #[test]
    fn deflate_takes_what_has_the_size_that_is_said() {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(b"one and one and one").unwrap();
        let packed = encoder.finish().unwrap();
        assert_eq!(deflate(&packed, 19, u64::MAX).as_deref(), Some(&b"one and one and one"[..]));
        for (size, allowed) in [(18, u64::MAX), (20, u64::MAX), (19, 18), (0, u64::MAX), (u64::MAX, u64::MAX)]
        {
            assert_eq!(deflate(&packed, size, allowed), None, "{size} of {allowed}");
        }
    }
}
