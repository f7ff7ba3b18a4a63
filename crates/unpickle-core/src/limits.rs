//! What a hostile pickle may cost.

/// Bounds on what decoding and exporting may use. The defaults never refuse an honest file.
///
/// Decoding is linear in the input by construction: every table entry is paid for by input bytes, lengths are
/// checked against what is left before they are used, and sharing is never expanded. [`Limits::memory`] is for
/// callers that want less than that. [`Limits::expand`] and [`Limits::depth`] are for consumers that must unshare. The
/// exporters of this project do not read them yet: they have bounds of their own, which grow with the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Most bytes that the tables of one decoded pickle may take. Default: no bound of its own.
    pub memory: usize,
    /// Most values that an export may write for values that are shared in the pickle, beyond one for each byte
    /// of input. Default: 100 million.
    pub expand: usize,
    /// How deep nested values are written by an export before they are cut. Default: 64.
    pub depth: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { memory: usize::MAX, expand: 100_000_000, depth: 64 }
    }
}

impl Limits {
    /// The defaults, with at most this many bytes of tables.
    #[must_use]
    pub fn with_memory(mut self, bytes: usize) -> Limits {
        self.memory = bytes;
        self
    }

    /// The defaults, with at most this many values unshared.
    #[must_use]
    pub fn with_expand(mut self, values: usize) -> Limits {
        self.expand = values;
        self
    }

    /// The defaults, with at most this depth.
    #[must_use]
    pub fn with_depth(mut self, depth: u32) -> Limits {
        self.depth = depth;
        self
    }
}

/// Most decimal digits that a protocol-0 `LONG` or `INT` may have. CPython itself stops at 4,300
/// (`sys.get_int_max_str_digits`); the conversion is quadratic, so a bound there must be.
pub(crate) const MAX_DECIMAL_DIGITS: usize = 100_000;
