//! The one error of every reader in the project.

use std::borrow::Cow;
use std::fmt;

use crate::Value;

/// A `Result` whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong: a sentence, the byte it is about, and what it is inside of.
///
/// The text is lower case without a full stop: *expected X, found Y at byte N (block 2 of pandas DataFrame)*.
/// One word wide, so that a `Result` stays small.
///
/// ```
/// use unpickle_core::{Category, Pickle};
///
/// let error = Pickle::parse(b"\x80\x04]\x94(K\x01".to_vec()).unwrap_err();
/// assert_eq!(error.category(), Category::Eof);
/// assert_eq!(error.offset(), Some(7));
/// assert_eq!(error.to_string(), "pickle ends before its STOP opcode at byte 7");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    category: Category,
    offset: Option<u64>,
    message: Cow<'static, str>,
    within: Vec<String>,
    source: Option<std::io::Error>,
}

/// Whose fault an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Category {
    /// The operating system failed to read or write.
    Io,
    /// The input ends too early.
    Eof,
    /// The bytes are no pickle.
    Syntax,
    /// The pickle is sound, its values are not what was asked for.
    Data,
    /// Sound, but of a form that this version does not read.
    Unsupported,
    /// A limit was reached.
    Limit,
}

impl Error {
    #[cold]
    fn new(category: Category, offset: Option<u64>, message: Cow<'static, str>) -> Error {
        Error(Box::new(Inner { category, offset, message, within: Vec::new(), source: None }))
    }

    /// `value` is not what was expected: "expected a numpy dtype, found tuple at byte 10432".
    #[cold]
    pub fn data(value: Value<'_>, expected: impl fmt::Display) -> Error {
        let message = format!("expected {expected}, found {}", value.kind());
        Error::new(Category::Data, Some(value.offset()), message.into())
    }

    /// `value` is of the right kind, but what it says cannot be: "3 codes for 4 rows at byte 10432".
    #[cold]
    pub fn invalid(value: Value<'_>, message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(Category::Data, Some(value.offset()), message.into())
    }

    /// `value` is sound, but of a form that is not read: "… is not supported at byte 10432".
    #[cold]
    pub fn unsupported(value: Value<'_>, what: impl fmt::Display) -> Error {
        Error::new(Category::Unsupported, Some(value.offset()), format!("{what} is not supported").into())
    }

    /// A limit was reached; `what` says which and what to do.
    #[cold]
    pub fn limit(what: impl Into<Cow<'static, str>>) -> Error {
        Error::new(Category::Limit, None, what.into())
    }

    /// Any sentence, about no byte in particular.
    #[cold]
    pub fn message(category: Category, message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(category, None, message.into())
    }

    /// A sentence about the byte at `offset`.
    #[cold]
    pub fn at(category: Category, offset: u64, message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(category, Some(offset), message.into())
    }

    /// Adds what the trouble is inside of, the innermost first: "(values of block 2 of pandas DataFrame)".
    #[must_use]
    #[cold]
    pub fn within(mut self, what: impl Into<String>) -> Error {
        self.0.within.push(what.into());
        self
    }

    /// Says where `value` is, unless it is said where the trouble was.
    #[cfg(feature = "serde")]
    #[must_use]
    #[cold]
    pub(crate) fn or_at(mut self, value: Value<'_>) -> Error {
        if self.0.category == Category::Data && self.0.offset.is_none() {
            self.0.offset = Some(value.offset());
        }
        self
    }

    /// The byte of the pickle that the error is about, counted from the start of the (decompressed) input.
    pub fn offset(&self) -> Option<u64> {
        self.0.offset
    }

    /// Whose fault it is.
    pub fn category(&self) -> Category {
        self.0.category
    }

    /// Whether reading or writing failed.
    pub fn is_io(&self) -> bool {
        self.0.category == Category::Io
    }

    /// Whether a limit was reached.
    pub fn is_limit(&self) -> bool {
        self.0.category == Category::Limit
    }

    /// The operating system's error, if that is what it was.
    pub fn io(&self) -> Option<&std::io::Error> {
        self.0.source.as_ref()
    }
}

impl From<std::io::Error> for Error {
    #[cold]
    fn from(source: std::io::Error) -> Error {
        let mut error = Error::new(Category::Io, None, source.to_string().into());
        error.0.source = Some(source);
        error
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if let Some(offset) = self.0.offset {
            write!(f, " at byte {offset}")?;
        }
        for (i, what) in self.0.within.iter().enumerate() {
            f.write_str(if i == 0 { " (" } else { " of " })?;
            f.write_str(what)?;
        }
        if !self.0.within.is_empty() {
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?}: {self})", self.0.category)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        None
    }
}
