//! [`EncodeOptions`]: how to encode.

use std::io::Write;

use super::optimize::optimize;
use super::walk::walk;
use super::{Encoder, Protocol};
use crate::buffer::Buffer;
use crate::error::Result;
use crate::value::Value;

/// How to encode. Made by [`EncodeOptions::new`].
///
/// ```
/// use unpickle_core::{EncodeOptions, Protocol};
///
/// let mut encoder = EncodeOptions::new().with_protocol(Protocol::V2).encoder(Vec::new())?;
/// encoder.int(7)?;
/// assert_eq!(encoder.finish()?, b"\x80\x02K\x07.");
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct EncodeOptions {
    pub(super) protocol: Protocol,
    pub(super) fix_imports: bool,
    pub(super) memo: bool,
    optimized: bool,
}

impl Default for EncodeOptions {
    fn default() -> EncodeOptions {
        EncodeOptions { protocol: Protocol::DEFAULT, fix_imports: true, memo: true, optimized: false }
    }
}

impl EncodeOptions {
    /// The defaults: [`Protocol::DEFAULT`], names of Python 2 where the protocol is one of its, a memo as CPython fills it.
    pub fn new() -> EncodeOptions {
        EncodeOptions::default()
    }

    /// Which opcodes may be used. The default is [`Protocol::DEFAULT`].
    #[must_use]
    pub fn with_protocol(mut self, protocol: Protocol) -> EncodeOptions {
        self.protocol = protocol;
        self
    }

    /// Whether protocols 0 to 2 call globals as Python 2 does: `__builtin__.set`, not `builtins.set`. Python 3 understands
    /// both. The default is true.
    #[must_use]
    pub fn with_fix_imports(mut self, fix_imports: bool) -> EncodeOptions {
        self.fix_imports = fix_imports;
        self
    }

    /// Whether each string, container and global is put into the memo, as CPython does. The default is true. Without, only
    /// what [`Encoder::memoize`] is called for is there to be fetched again: the pickle is smaller, and loads faster.
    ///
    /// ```
    /// use unpickle_core::EncodeOptions;
    ///
    /// let mut encoder = EncodeOptions::new().with_memo(false).encoder(Vec::new())?;
    /// encoder.begin_list(2)?;
    /// encoder.str("abc")?;
    /// encoder.str("def")?;
    /// encoder.end()?;
    /// assert_eq!(encoder.finish()?, b"\x80\x04\x95\x0e\0\0\0\0\0\0\0](\x8c\x03abc\x8c\x03defe.");
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_memo(mut self, memo: bool) -> EncodeOptions {
        self.memo = memo;
        self
    }

    /// Whether the memo has only what is fetched from it, as `pickletools.optimize` makes it: the same bytes, and so the whole pickle is
    /// held in memory. The default is false. Of use to [`to_vec`](EncodeOptions::to_vec) and
    /// [`to_writer`](EncodeOptions::to_writer).
    #[must_use]
    pub fn with_optimized(mut self, optimized: bool) -> EncodeOptions {
        self.optimized = optimized;
        self
    }

    /// A value of a decoded pickle, encoded: with all its sharing and cycles, calls, states, persistent ids, extension codes. Decoded
    /// again it is the same.
    ///
    /// ```
    /// use unpickle_core::{EncodeOptions, Pickle, Protocol};
    ///
    /// let old = Pickle::parse(&b"(lp0\nI1\naV\\u20ac\np1\na."[..])?;
    /// let new = EncodeOptions::new().with_protocol(Protocol::V2).to_vec(old.root())?;
    /// assert_eq!(new, b"\x80\x02]q\0(K\x01X\x03\0\0\0\xe2\x82\xacq\x01e.");
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`to_writer`](EncodeOptions::to_writer).
    pub fn to_vec(self, value: Value<'_>) -> Result<Vec<u8>> {
        self.to_writer(value, Vec::new())
    }

    /// A value of a decoded pickle, encoded; gives back the writer. Buffers that the pickle had out of band are written as `bytearray`, or
    /// `bytes` where they are not to be written to.
    ///
    /// # Errors
    ///
    /// Writing fails; a buffer of the pickle was not given; there is data between the opcodes, as joblib writes it; the values hold
    /// themselves in so many ways that an honest pickler would not end.
    pub fn to_writer<W: Write>(self, value: Value<'_>, out: W) -> Result<W> {
        self.to_writer_with_buffers(value, out, &mut |_| Ok(false))
    }

    /// As [`to_writer`](EncodeOptions::to_writer), where `on_buffer` says of each buffer that is out of band whether it stays so: true,
    /// and whoever loads the pickle must be given its bytes, in this order. Below protocol 5 none can.
    ///
    /// ```
    /// use unpickle_core::{EncodeOptions, Options, Protocol};
    ///
    /// let given = vec![b"abc"[..].into()];
    /// let old = Options::new().with_buffers(given).parse(&b"\x80\x05\x97."[..])?;
    /// let mut buffers = Vec::new();
    /// let new = EncodeOptions::new().with_protocol(Protocol::V5).to_writer_with_buffers(old.root(), Vec::new(), &mut |buffer| {
    ///     buffers.push(buffer.load()?.to_vec());
    ///     Ok(true)
    /// })?;
    /// assert_eq!((new, buffers), (b"\x80\x05\x97.".to_vec(), vec![b"abc".to_vec()]));
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`to_writer`](EncodeOptions::to_writer); those of `on_buffer`.
    pub fn to_writer_with_buffers<'p, W: Write>(
        self,
        value: Value<'p>,
        mut out: W,
        on_buffer: &mut dyn FnMut(Buffer<'p>) -> Result<bool>,
    ) -> Result<W> {
        if self.optimized {
            let plain = EncodeOptions { optimized: false, ..self }.to_writer_with_buffers(
                value,
                Vec::new(),
                on_buffer,
            )?;
            out.write_all(&optimize(&plain)?)?;
            return Ok(out);
        }
        let mut encoder = self.encoder(out)?;
        walk(value, &mut encoder, on_buffer)?;
        encoder.finish()
    }

    /// An encoder that writes to `out`.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn encoder<W: Write>(self, out: W) -> Result<Encoder<W>> {
        Encoder::with_options(out, self)
    }
}
