//! Bytes that stand outside the opcodes: out-of-band buffers, parts of the input, bytes made on demand.

use std::ops::Range;
use std::sync::Arc;

use crate::error::{Category, Error, Result};

/// Bytes that are made when they are first asked for, such as a compressed member of an archive. See
/// [`Assembly::lazy`](crate::Assembly::lazy).
///
/// An implementation keeps what it has made: each call gives the same bytes.
pub trait LazyBytes: Send + Sync {
    /// How many bytes there will be.
    fn len(&self) -> u64;

    /// Whether there will be none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes.
    ///
    /// # Errors
    ///
    /// They cannot be made: what they are made of is damaged, or a limit is reached.
    fn bytes(&self) -> Result<&[u8]>;
}

/// Where the bytes of a buffer come from.
#[derive(Clone)]
pub(crate) enum Source {
    /// The caller gave them.
    Given(Arc<[u8]>),
    /// They lie in the input.
    Part(Range<usize>),
    Lazy(Arc<dyn LazyBytes>),
}

/// Bytes outside the opcodes: an out-of-band buffer of protocol 5, a member of an archive, what joblib writes between
/// opcodes.
#[derive(Clone, Copy)]
pub struct Buffer<'p> {
    source: Option<&'p Source>,
    input: &'p [u8],
    readonly: bool,
}

impl<'p> Buffer<'p> {
    pub(crate) fn new(source: Option<&'p Source>, input: &'p [u8], readonly: bool) -> Buffer<'p> {
        Buffer { source, input, readonly }
    }

    /// Whether the pickle says that it must not be written to.
    pub fn is_readonly(self) -> bool {
        self.readonly
    }

    /// Whether it is out of band: not of the input, nor made of it.
    pub fn is_out_of_band(self) -> bool {
        matches!(self.source, None | Some(Source::Given(_)))
    }

    /// How many bytes it has; `None` for a buffer that the caller of the decoder did not give.
    #[allow(clippy::len_without_is_empty)] // of what may not be there, emptiness says little
    pub fn len(self) -> Option<u64> {
        self.source.map(|source| match source {
            Source::Given(bytes) => bytes.len() as u64,
            Source::Part(part) => part.len() as u64,
            Source::Lazy(lazy) => lazy.len(),
        })
    }

    /// The bytes, if they are there without being made.
    pub fn bytes(self) -> Option<&'p [u8]> {
        match self.source? {
            Source::Given(bytes) => Some(bytes),
            Source::Part(part) => self.input.get(part.clone()),
            Source::Lazy(_) => None,
        }
    }

    /// The bytes, made if need be.
    ///
    /// # Errors
    ///
    /// They cannot be made; or it is an out-of-band buffer that was not given.
    pub fn load(self) -> Result<&'p [u8]> {
        if let Some(Source::Lazy(lazy)) = self.source {
            return lazy.bytes();
        }
        let missing =
            "an out-of-band buffer of the pickle was not given; it was written by `buffer_callback`";
        self.bytes().ok_or_else(|| Error::message(Category::Data, missing))
    }
}

impl std::fmt::Debug for Buffer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.len() {
            Some(len) => write!(f, "Buffer({len} bytes)"),
            None => f.write_str("Buffer(not given)"),
        }
    }
}
