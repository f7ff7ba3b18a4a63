//! `Input`: the bytes of one pickle file.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use crate::archive::Archive;
use crate::container::Container;
use crate::decompress::{decompress, read};
use crate::error::{Error, ErrorKind, Result};
use crate::looks_like::looks_like;
use crate::map::map;
use crate::options::OpenOptions;
use crate::zip_member::Content;

/// Files below this are read: a system call or two, where mapping takes as many and page faults on top.
const SMALL: u64 = 64 << 10;

/// How many wrappings may lie one within the other: a tar in a gzip in a zip in a tar, and no more.
const LAYERS: usize = 4;

/// The bytes of one pickle file: mapped, read, or decompressed.
///
/// ```no_run
/// let input = unpickle_file::Input::open("grades.pkl.gz", &unpickle_file::OpenOptions::new())?;
/// println!("{} bytes, out of {:?}", input.as_ref().len(), input.containers());
/// # Ok::<(), unpickle_file::Error>(())
/// ```
pub struct Input {
    bytes: Bytes,
    part: Range<usize>,
    containers: Vec<Container>,
    archive: Option<Archive>,
    path: Option<PathBuf>,
    options: OpenOptions,
}

enum Bytes {
    Owned(Vec<u8>),
    Mapped(Mmap),
}

impl Input {
    /// Opens the file at `path`, and takes it out of what wraps it.
    ///
    /// # Errors
    ///
    /// The file cannot be read; it is compressed and damaged; it grows beyond what `options` allow. Whether what comes
    /// out is a pickle, is not looked at.
    pub fn open(path: impl AsRef<Path>, options: &OpenOptions) -> Result<Input> {
        let path = path.as_ref();
        let input = open(path, options).and_then(|bytes| Input::unwrap(bytes, options));
        match input {
            Ok(input) => Ok(Input { path: Some(path.to_owned()), ..input }),
            Err(error) => Err(error.with_path(path)),
        }
    }

    /// Reads all that `reader` gives, and takes it out of what wraps it.
    ///
    /// # Errors
    ///
    /// As [`Input::open`].
    pub fn from_reader(mut reader: impl Read, options: &OpenOptions) -> Result<Input> {
        Input::unwrap(Bytes::Owned(read(&mut reader, options)?), options)
    }

    /// These bytes as they are, whatever they look like.
    pub fn from_bytes(bytes: Vec<u8>) -> Input {
        Input::new(Bytes::Owned(bytes), &OpenOptions::new())
    }

    fn new(bytes: Bytes, options: &OpenOptions) -> Input {
        let part = 0..bytes.as_ref().len();
        Input { bytes, part, containers: Vec::new(), archive: None, path: None, options: options.clone() }
    }

    /// Where it was opened, if it was by its name.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Appends what the file `name` in the same folder holds; it may be compressed as joblib did before 0.10
    /// ([`Container::ZFile`]), and is read as it is otherwise.
    ///
    /// # Errors
    ///
    /// It cannot be read, or it is damaged. The name leads into another folder. There is no folder, for this was not
    /// opened by its name.
    pub fn append_beside(&self, name: &str, out: &mut Vec<u8>) -> Result<()> {
        let Some(path) = &self.path else {
            let message = format!("the file '{name}' is needed beside it; open it by its path");
            return Err(Error::new(ErrorKind::Io, message));
        };
        if Path::new(name).file_name() != Some(name.as_ref()) {
            let message = format!("the file '{}' is not beside it", name.escape_debug());
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let path = path.with_file_name(name);
        let mut read = || {
            let bytes = open(&path, &self.options)?;
            let unpacked;
            let bytes = match Container::of(bytes.as_ref()) {
                Container::ZFile => {
                    unpacked = decompress(Container::ZFile, bytes.as_ref(), &self.options)?;
                    &*unpacked
                }
                _ => bytes.as_ref(),
            };
            out.try_reserve(bytes.len()).map_err(|_| {
                Error::new(ErrorKind::Limit, format!("not enough memory for its {} bytes", bytes.len()))
            })?;
            out.extend_from_slice(bytes);
            Ok(())
        };
        read().map_err(|error: Error| error.with_path(&path))
    }

    /// The members, where the bytes are an archive that no single file can be taken out of: a zip or tar of several,
    /// numpy's `.npz` of any number.
    pub fn archive(&self) -> Option<&Archive> {
        self.archive.as_ref()
    }

    /// What the pickle was wrapped in, the outermost first; empty for a plain file.
    pub fn containers(&self) -> &[Container] {
        &self.containers
    }

    fn unwrap(bytes: Bytes, options: &OpenOptions) -> Result<Input> {
        let mut input = Input::new(bytes, options);
        loop {
            let container = Container::of(input.as_ref());
            if container == Container::Plain || input.archive.is_some() {
                return Ok(input);
            }
            if input.containers.len() == LAYERS {
                let message =
                    format!("wrapped more than {LAYERS} times (a {container} at last); unpack it first");
                return Err(Error::new(ErrorKind::Limit, message));
            }
            match input.peel(container, options) {
                Ok(()) => input.containers.push(container),
                // Two bytes may be so by chance: a text that begins "x^" or "]". What the decoder says of the
                // text is then the truer error.
                Err(_) if container.is_guess() && looks_like(input.as_ref()).is_some() => return Ok(input),
                Err(error) => return Err(error),
            }
        }
    }

    /// Takes off one layer, or opens an archive.
    fn peel(&mut self, container: Container, options: &OpenOptions) -> Result<()> {
        let bytes = self.as_ref();
        let inner = match container {
            Container::Tar | Container::Zip => {
                let archive = Archive::read(container, bytes, options)?;
                match archive.members() {
                    [member] if archive.is_wrapper() => archive.content(bytes, member)?,
                    _ => {
                        self.archive = Some(archive);
                        return Ok(());
                    }
                }
            }
            _ => Content::Unpacked(decompress(container, bytes, options)?),
        };
        match inner {
            Content::Stored(part) => self.part = self.part.start + part.start..self.part.start + part.end,
            Content::Unpacked(bytes) => {
                self.part = 0..bytes.len();
                self.bytes = Bytes::Owned(bytes);
            }
        }
        Ok(())
    }
}

fn open(path: &Path, options: &OpenOptions) -> Result<Bytes> {
    let cannot_open = |error| Error::io("cannot open", error);
    let mut file = File::open(path).map_err(cannot_open)?;
    let meta = file.metadata().map_err(cannot_open)?;
    if meta.is_dir() {
        let message = "it is a directory; name the pickle files in it";
        return Err(Error::new(ErrorKind::Io, message));
    }
    // Pipes and devices have no length to map; a file of /proc says 0 and has content.
    if meta.is_file() && meta.len() >= SMALL && options.map() {
        // Not every file system can map; reading works on all.
        if let Ok(map) = map(&file) {
            return Ok(Bytes::Mapped(map));
        }
    }
    if meta.is_file() && meta.len() > 0 {
        let mut bytes = Vec::new();
        // The file is there in full, so this is no claim; all the same, failing is an error and not an abort.
        bytes.try_reserve_exact(usize::try_from(meta.len()).unwrap_or(usize::MAX)).map_err(|_| {
            Error::new(ErrorKind::Limit, format!("not enough memory to read {} bytes", meta.len()))
        })?;
        file.read_to_end(&mut bytes).map_err(|error| Error::io("cannot read", error))?;
        return Ok(Bytes::Owned(bytes));
    }
    read(&mut file, options).map(Bytes::Owned)
}

impl AsRef<[u8]> for Input {
    fn as_ref(&self) -> &[u8] {
        self.bytes.as_ref().get(self.part.clone()).unwrap_or_default()
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        match self {
            Bytes::Owned(bytes) => bytes,
            Bytes::Mapped(map) => map,
        }
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Input({} bytes, {:?})", self.part.len(), self.containers)
    }
}
