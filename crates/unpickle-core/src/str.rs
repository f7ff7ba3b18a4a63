//! `Str`: a Python 3 `str`.

use std::borrow::Cow;
use std::fmt;

/// A Python 3 `str`: UTF-8, in which Python also allows lone surrogates (`'\ud800'` is `ED A0 80`).
///
/// Nothing is checked when a pickle is decoded; [`Str::to_str`] checks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Str<'p>(&'p [u8]);

impl<'p> Str<'p> {
    pub(crate) fn new(bytes: &'p [u8]) -> Str<'p> {
        Str(bytes)
    }

    /// The bytes, as the pickle holds them.
    pub fn as_bytes(self) -> &'p [u8] {
        self.0
    }

    /// The text, unless it has lone surrogates (or is no text at all).
    pub fn to_str(self) -> Option<&'p str> {
        std::str::from_utf8(self.0).ok()
    }

    /// The text, with U+FFFD for what is not Unicode text.
    pub fn to_string_lossy(self) -> Cow<'p, str> {
        String::from_utf8_lossy(self.0)
    }
}

impl fmt::Display for Str<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_string_lossy())
    }
}

impl fmt::Debug for Str<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        crate::repr::quote_str(self.0, usize::MAX, &mut out);
        f.write_str(&out)
    }
}
