//! [`Inline`]: data that a pickler writes between the opcodes, as joblib does.

use std::ops::Range;

use crate::error::Result;
use crate::object::Object;

/// Knows the objects behind whose BUILD something follows that is no opcode.
///
/// joblib writes an array as an object that says dtype and shape, and its bytes right after the BUILD of that object.
/// The machine asks here how many there are. See [`Options::with_inline`](crate::Options::with_inline).
///
/// ```
/// use unpickle_core::{Inline, Object, Options, Payload, Result};
///
/// /// Objects of the class `my.Raw` whose attribute `size` says how many bytes follow.
/// struct Raw;
///
/// impl Inline for Raw {
///     fn follows(&self, module: &str, name: &str) -> bool {
///         (module, name) == ("my", "Raw")
///     }
///
///     fn after_build(&self, object: Object<'_>, _: &[u8], at: usize) -> Result<Option<Payload>> {
///         let size = object.attr("size").and_then(|size| size.as_usize()).unwrap_or(0);
///         let part = at..at.saturating_add(size);
///         Ok(Some(Payload::Bytes { next: part.end, part }))
///     }
/// }
///
/// let bytes = b"\x80\x02cmy\nRaw\n)\x81}X\x04\0\0\0sizeK\x03sb\xff\xfe\xfd.";
/// let pickle = Options::new().with_inline(&Raw).parse(&bytes[..])?;
/// let payload = pickle.root().as_object().and_then(|raw| raw.states().nth(1)).unwrap();
/// assert_eq!(payload.as_bytes(), Some(&b"\xff\xfe\xfd"[..]));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
pub trait Inline: Sync {
    /// Whether something may follow the BUILD of objects of this class, spelled as the pickle has it.
    fn follows(&self, module: &str, name: &str) -> bool;

    /// What stands behind the BUILD that `object` just got: the next opcode would be byte `at` of `input`. It becomes
    /// one more of the object's [`states`](Object::states).
    ///
    /// # Errors
    ///
    /// The object says no sensible size. The pickle cannot be decoded then.
    fn after_build(&self, object: Object<'_>, input: &[u8], at: usize) -> Result<Option<Payload>>;
}

/// What follows a BUILD, or stands for it elsewhere in the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Bytes.
    Bytes {
        /// Where they are. It is an error if that is not within the input.
        part: Range<usize>,
        /// Where the opcodes go on; not before where they were.
        next: usize,
    },
    /// A pickle with a memo of its own. Nothing is inline in there.
    Pickle {
        /// Its first byte.
        start: usize,
        /// Where the opcodes go on: behind its STOP if it is `None`.
        next: Option<usize>,
    },
}
