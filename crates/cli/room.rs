//! Room on the disk, taken before the bytes come.
//!
//! A file system that puts off choosing blocks (ext4) has to choose them all, and to begin writing, at the moment a
//! file takes the place of another: half as long again as the conversion itself. Of blocks that were chosen ahead
//! nothing is left to do then, and the file lies in few pieces.

use std::fs::File;
use std::io;

/// Smaller files take no room ahead.
const SMALL: u64 = 1 << 20;

/// Most that is taken at once: what a crash of the machine could leave unused.
const MOST: u64 = 64 << 20;

/// The room that a file has.
#[derive(Debug, Default)]
pub(crate) struct Room {
    written: u64,
    taken: u64,
    refused: bool,
}

impl Room {
    /// So many bytes are about to be written at the end of `file`.
    pub(crate) fn make(&mut self, file: &File, bytes: usize) {
        let end = self.written.saturating_add(bytes as u64);
        if self.refused || end <= self.taken || end <= SMALL {
            return;
        }
        let step = self.taken.clamp(SMALL, MOST).max(end - self.taken);
        // Where there is no such thing, or not so much room, writing goes on as it would have: it tells what is wrong.
        match allocate(file, self.taken, step) {
            Ok(()) => self.taken = self.taken.saturating_add(step),
            Err(_) => self.refused = true,
        }
    }

    /// So many bytes were written.
    pub(crate) fn count(&mut self, bytes: usize) {
        self.written = self.written.saturating_add(bytes as u64);
    }

    /// Gives back what `file`, which is complete, did not need.
    pub(crate) fn give_back(&self, file: &File) -> io::Result<()> {
        if self.taken > self.written { file.set_len(self.written) } else { Ok(()) }
    }
}

/// Takes blocks for `bytes` bytes from `start` on. The file's length stays.
#[cfg(target_os = "linux")]
fn allocate(file: &File, start: u64, bytes: u64) -> io::Result<()> {
    Ok(rustix::fs::fallocate(file, rustix::fs::FallocateFlags::KEEP_SIZE, start, bytes)?)
}

#[cfg(not(target_os = "linux"))]
fn allocate(_: &File, _: u64, _: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_has_the_length_and_the_room_that_it_needs() {
        for size in [100, 1 << 20, (1 << 20) + 1, 5_000_001] {
            let mut file = tempfile::tempfile().unwrap();
            let mut room = Room::default();
            for chunk in vec![7; size].chunks(300_000) {
                room.make(&file, chunk.len());
                file.write_all(chunk).unwrap();
                room.count(chunk.len());
            }
            assert!(room.refused || room.taken == 0 || room.taken >= size as u64);
            room.give_back(&file).unwrap();
            let meta = file.metadata().unwrap();
            assert_eq!(meta.len(), size as u64);
            #[cfg(unix)]
            assert!(std::os::unix::fs::MetadataExt::blocks(&meta) * 512 < size as u64 + (256 << 10));
        }
    }

    #[test]
    fn small_files_and_refusals_take_none() {
        let file = File::open("/dev/null").or_else(|_| tempfile::tempfile()).unwrap();
        let mut room = Room::default();
        room.make(&file, 1 << 20);
        assert_eq!((room.taken, room.refused), (0, false));
        room.make(&file, 2 << 20);
        assert_eq!(room.taken, 0);
        room.give_back(&file).unwrap();
    }
}
