//! zstd with one context and one buffer for each thread: making them costs as much as a small page.

use std::cell::RefCell;
use std::io;

use zstd::bulk::Compressor;

struct Packer {
    level: i32,
    context: Compressor<'static>,
    out: Vec<u8>,
}

thread_local! {
    static PACKER: RefCell<Option<Packer>> = const { RefCell::new(None) };
}

/// The bytes, compressed at this level, in memory no larger than they are.
pub(crate) fn zstd(level: i32, bytes: &[u8]) -> io::Result<Vec<u8>> {
    PACKER.with_borrow_mut(|packer| {
        let packer = match packer {
            Some(packer) => packer,
            None => packer.insert(Packer { level, context: Compressor::new(level)?, out: Vec::new() }),
        };
        if packer.level != level {
            packer.context.set_compression_level(level)?;
            packer.level = level;
        }
        packer.out.clear();
        packer.out.reserve(zstd::zstd_safe::compress_bound(bytes.len()));
        packer.context.compress_to_buffer(bytes, &mut packer.out)?;
        Ok(packer.out.as_slice().to_vec())
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_one_context_packs_is_read_by_others_at_any_level() {
        for (level, size) in [(1, 100_000), (3, 10), (1, 0), (19, 70_000)] {
            let bytes: Vec<u8> = (0..size).map(|i| (i / 7) as u8).collect();
            let packed = super::zstd(level, &bytes).unwrap();
            assert_eq!(zstd::bulk::decompress(&packed, size).unwrap(), bytes);
            assert_eq!(packed.capacity(), packed.len());
        }
    }
}
