//! The one `unsafe` of the libraries: a file seen as memory.

use std::fs::File;
use std::io;

use memmap2::{Mmap, MmapOptions};

/// Maps the whole of `file`, to be read only.
#[allow(unsafe_code)]
pub(crate) fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: `Mmap` hands out `&[u8]`, which must neither change nor vanish while it is borrowed; a file cannot
    // promise that. What can happen: if another process writes into the file, we may read other bytes the second
    // time. Nothing above trusts bytes it has read before: each length is checked against the slice at the moment
    // of use, and there is no other unsafe code, so the outcome is a wrong value or an error. If another process
    // cuts the file short, the pages behind its new end fault and the system kills this process with SIGBUS; no
    // memory of ours is touched. The crate's page says so, and `OpenOptions::with_map(false)` avoids both.
    unsafe { MmapOptions::new().map(file) }
}
