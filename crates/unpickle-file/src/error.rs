//! `Error`: why a file could not be opened.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use unpickle_core::Category;

/// A `Result` whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a file could not be opened: which file, what is wrong with it, and what to do.
#[derive(Debug)]
pub struct Error {
    path: Option<PathBuf>,
    kind: ErrorKind,
    message: String,
    source: Option<io::Error>,
}

/// What sort of trouble an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system failed to open or read.
    Io,
    /// The compressed data is cut short or damaged.
    Damaged,
    /// A limit of [`OpenOptions`](crate::OpenOptions) was reached.
    Limit,
    /// An archive that holds nothing, or several members where one was expected.
    Archive,
    /// Sound, but of a form that is not read.
    Unsupported,
}

impl Error {
    #[cold]
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error { path: None, kind, message: message.into(), source: None }
    }

    #[cold]
    pub(crate) fn io(doing: &str, source: io::Error) -> Error {
        let message = format!("{doing}: {}", reason(&source));
        Error { path: None, kind: ErrorKind::Io, message, source: Some(source) }
    }

    /// The same, for another who asks. (Errors of reading are not kept, so none has a source.)
    #[cold]
    pub(crate) fn again(&self) -> Error {
        Error { path: self.path.clone(), kind: self.kind, message: self.message.clone(), source: None }
    }

    /// Names the member of an archive that it is about.
    #[cold]
    pub(crate) fn within_member(mut self, name: &str) -> Error {
        self.message = format!("{}: {}", name.escape_debug(), self.message);
        self
    }

    #[cold]
    pub(crate) fn with_path(mut self, path: &Path) -> Error {
        self.path = Some(path.to_owned());
        self
    }

    /// The file, if it has a name.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// What sort of trouble it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The text without the file's name.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The operating system's error, if that is what it was.
    pub fn io_error(&self) -> Option<&io::Error> {
        self.source.as_ref()
    }
}

/// What the system says, without Rust's "(os error 2)".
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split_once(" (os error").map_or(&*text, |(text, _)| text);
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => error.kind().to_string(),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}: ", path.display())?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// An error of a file, as one of its content.
impl From<Error> for unpickle_core::Error {
    fn from(error: Error) -> unpickle_core::Error {
        let category = match error.kind {
            ErrorKind::Io => match &error.source {
                Some(source) => return io::Error::new(source.kind(), error.to_string()).into(),
                None => Category::Io,
            },
            ErrorKind::Limit => Category::Limit,
            ErrorKind::Damaged => Category::Data,
            ErrorKind::Archive | ErrorKind::Unsupported => Category::Unsupported,
        };
        unpickle_core::Error::message(category, error.to_string())
    }
}
