//! What a hostile pickle may cost.

/// Bounds on what decoding and exporting may use. The defaults refuse no honest file.
///
/// Decoding is linear in the input by construction: every table entry is paid for by input bytes, lengths are
/// checked against what is left before they are used, and sharing is never expanded. [`Limits::memory`] is for
/// callers that want less than that. [`Limits::expand`] is for exports, which must write a value that is shared wherever it
/// is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Most bytes that the tables of one decoded pickle may take. Default: no bound of its own.
    pub memory: usize,
    /// Most values that an export may look at or write, beyond four for each byte of the input. What costs less counts for
    /// less: a cell of a table is a quarter of a value, a byte of text a 64th. Default: 5 million.
    pub expand: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { memory: usize::MAX, expand: 5_000_000 }
    }
}

impl Limits {
    /// The same, with at most this many bytes of tables.
    #[must_use]
    pub fn with_memory(mut self, bytes: usize) -> Limits {
        self.memory = bytes;
        self
    }

    /// The same, with at most this many values unshared.
    #[must_use]
    pub fn with_expand(mut self, values: usize) -> Limits {
        self.expand = values;
        self
    }
}

/// Most decimal digits that a protocol-0 `LONG` or `INT` may have. CPython itself stops at 4,300
/// (`sys.get_int_max_str_digits`); the conversion is quadratic, so a bound there must be.
pub(crate) const MAX_DECIMAL_DIGITS: usize = 100_000;
