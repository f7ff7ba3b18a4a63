//! `OpenOptions`: what opening may cost.

use crate::memory;

/// Output that is always allowed, whatever the ratio: a small file of zeros may honestly grow a millionfold.
pub(crate) const ALWAYS: u64 = 512 << 20;

/// How a file is opened.
///
/// ```
/// let options = unpickle_file::OpenOptions::new().with_max_bytes(1 << 30).with_map(false);
/// assert_eq!(options.max_bytes(), 1 << 30);
/// assert_eq!(options.max_ratio(), 100_000);
/// ```
#[derive(Clone, Debug)]
pub struct OpenOptions {
    max_ratio: u64,
    /// As much as memory allows, if nothing was said.
    max_bytes: Option<u64>,
    map: bool,
}

impl OpenOptions {
    /// The defaults: a file may grow 100,000 times (and always to 512 MiB), up to three quarters of the memory of the
    /// machine, or of the container it runs in, or of the address space that `ulimit -v` leaves it (64 GiB where that is
    /// unknown), and plain files are mapped.
    ///
    /// gzip makes at most 1,032 bytes of one, xz some 7,000, zstd some 40,000: what honest tools wrote passes.
    pub fn new() -> OpenOptions {
        OpenOptions { max_ratio: 100_000, max_bytes: None, map: true }
    }

    /// How many bytes decompressing may make of one, once it has made more than 512 MiB.
    #[must_use]
    pub fn with_max_ratio(mut self, ratio: u64) -> Self {
        self.max_ratio = ratio;
        self
    }

    /// How many bytes may come out of decompressing, or out of a pipe.
    #[must_use]
    pub fn with_max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// Whether plain files are mapped (the default) or read.
    #[must_use]
    pub fn with_map(mut self, map: bool) -> Self {
        self.map = map;
        self
    }

    /// See [`OpenOptions::with_max_ratio`].
    pub fn max_ratio(&self) -> u64 {
        self.max_ratio
    }

    /// See [`OpenOptions::with_max_bytes`].
    pub fn max_bytes(&self) -> u64 {
        self.max_bytes.unwrap_or_else(|| memory::total().map_or(64 << 30, |total| total / 4 * 3))
    }

    /// See [`OpenOptions::with_map`].
    pub fn map(&self) -> bool {
        self.map
    }
}

impl Default for OpenOptions {
    fn default() -> Self {
        OpenOptions::new()
    }
}
