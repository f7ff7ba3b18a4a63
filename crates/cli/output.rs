//! Where a table goes: a file that appears when it is complete, or a stream.

use std::collections::HashSet;
use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};

use crate::room::Room;
use crate::temporary::Temporary;

/// What an output's name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Standard output.
    Stdout,
    /// A pipe or device: written as it comes.
    Stream(PathBuf),
    /// A file, which is there or not.
    File(PathBuf),
}

impl Target {
    /// What `path` stands for. `-` is standard output.
    pub(crate) fn of(path: &Path) -> Target {
        if path == Path::new("-") || path == Path::new("/dev/stdout") {
            return Target::Stdout;
        }
        // Below these, names are handles of open files: nothing can be written beside them.
        let is_handle = path.starts_with("/dev") || path.starts_with("/proc");
        match fs::metadata(path) {
            Ok(meta) if is_handle || !(meta.is_file() || meta.is_dir()) => Target::Stream(path.to_owned()),
            _ => Target::File(path.to_owned()),
        }
    }

    /// Refuses what cannot be written, before any work is done. `replace` says whether a file may be there.
    pub(crate) fn check(&self, replace: bool, inputs: &Inputs) -> Result<()> {
        let Target::File(path) = self else { return Ok(()) };
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => bail!("it is a directory; `-d {}` writes into it", path.display()),
            Ok(meta) if inputs.contains(&meta) => bail!("it is the input itself; choose another name"),
            Ok(_) if !replace => bail!("it exists; --force replaces it"),
            Ok(meta) if meta.permissions().readonly() => {
                bail!("it is read-only; choose another name, or remove it first")
            }
            // A link to nothing is there, too.
            Err(_) if !replace && path.is_symlink() => {
                bail!("it exists, as a link; --force writes where it leads")
            }
            _ => check_folder(folder(&led_to(path).map_err(|error| anyhow!("{}", reason(&error)))?)),
        }
    }

    /// Begins to write.
    pub(crate) fn create(&self, replace: bool) -> Result<Output> {
        let cannot = |error: io::Error| anyhow!("cannot write: {}", reason(&error));
        let sink = match self {
            Target::Stdout => Sink::Stdout(io::stdout()),
            Target::Stream(path) => {
                Sink::File(fs::OpenOptions::new().write(true).open(path).map_err(cannot)?)
            }
            Target::File(path) => {
                let path = led_to(path).map_err(cannot)?;
                let old = fs::metadata(&path).ok();
                let temporary = Temporary::beside(&path).map_err(cannot)?;
                Sink::Beside(Box::new(Beside { temporary, room: Room::default(), path, replace, old }))
            }
        };
        Ok(Output { sink: BufWriter::with_capacity(256 << 10, sink), error: None, bytes: 0 })
    }

    /// Whether it is a terminal, where bytes that are no text do harm.
    pub(crate) fn is_terminal(&self) -> bool {
        *self == Target::Stdout && io::stdout().is_terminal()
    }
}

/// The folder that a file is, or will be, in.
pub(crate) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Where `path` leads if it is a link, whether something is there or not. A link stays one: what it leads to is replaced, or
/// made, as it would be by opening it.
fn led_to(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        // An error here is that it is no link, or not there.
        let Ok(to) = fs::read_link(&path) else { return Ok(path) };
        path.pop();
        path.push(to);
    }
    Err(io::Error::other("too many links, one to the other"))
}

/// So many links, one to the other, does Linux follow.
const LINKS: usize = 40;

/// Refuses a folder that is none.
fn check_folder(folder: &Path) -> Result<()> {
    match fs::metadata(folder) {
        Ok(meta) if meta.is_dir() => Ok(()),
        Ok(_) => bail!("{} is not a folder", folder.display()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            bail!("the folder {} does not exist; create it first", folder.display())
        }
        Err(error) => bail!("the folder {}: {}", folder.display(), reason(&error)),
    }
}

/// The files that are read, by what they are rather than by their names.
#[derive(Debug)]
pub(crate) struct Inputs(HashSet<Identity>);

/// The device and the number of a file.
type Identity = (u64, u64);

impl Inputs {
    /// Those at `paths` that exist.
    pub(crate) fn new(paths: &[PathBuf]) -> Inputs {
        let opened = |path: &PathBuf| match path.as_os_str() == "-" {
            true => fs::metadata("/dev/stdin"),
            false => fs::metadata(path),
        };
        Inputs(paths.iter().filter_map(|path| identity(&opened(path).ok()?)).collect())
    }

    fn contains(&self, file: &Metadata) -> bool {
        identity(file).is_some_and(|identity| self.0.contains(&identity))
    }
}

#[cfg(unix)]
fn identity(file: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    Some((file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<Identity> {
    None
}

/// What the system says, without Rust's "(os error 28)", in lower case.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split_once(" (os error").map_or(&*text, |(text, _)| text);
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// An output that is being written. Dropped before [`Output::commit`], it leaves nothing behind.
pub(crate) struct Output {
    sink: BufWriter<Sink>,
    error: Option<io::Error>,
    bytes: u64,
}

enum Sink {
    Stdout(io::Stdout),
    File(File),
    Beside(Box<Beside>),
}

/// A file that is to take the name `path`, and what is there now.
struct Beside {
    temporary: Temporary,
    room: Room,
    path: PathBuf,
    replace: bool,
    old: Option<Metadata>,
}

impl Output {
    /// Makes the output appear under its name; gives its size.
    pub(crate) fn commit(mut self) -> io::Result<u64> {
        self.flush()?;
        let bytes = self.bytes;
        let (sink, _) = self.sink.into_parts();
        if let Sink::Beside(beside) = sink {
            let Beside { temporary, room, path, replace, old } = *beside;
            room.give_back(temporary.file())?;
            if let Some(old) = old {
                temporary.file().set_permissions(old.permissions())?;
            }
            temporary.publish(&path, replace)?;
        }
        Ok(bytes)
    }

    /// The error of writing that made a writer fail, whatever the writer made of it.
    pub(crate) fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// Drops what is still buffered along with the rest.
    pub(crate) fn abandon(self) {
        // A `BufWriter` that is merely dropped would try to write, and wait on a pipe that nobody reads.
        _ = self.sink.into_parts();
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.sink.write(bytes) {
            Ok(written) => {
                self.bytes += written as u64;
                Ok(written)
            }
            Err(error) => Err(self.keep(error)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush().map_err(|error| self.keep(error))
    }
}

impl Output {
    fn keep(&mut self, error: io::Error) -> io::Error {
        if error.kind() != io::ErrorKind::Interrupted && self.error.is_none() {
            let copy = match error.raw_os_error() {
                Some(code) => io::Error::from_raw_os_error(code),
                None => error.kind().into(),
            };
            self.error = Some(copy);
        }
        error
    }
}

impl Beside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut file = self.temporary.file();
        self.room.make(file, bytes.len());
        let written = file.write(bytes)?;
        self.room.count(written);
        Ok(written)
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::Stdout(out) => out.write(bytes),
            Sink::File(file) => file.write(bytes),
            Sink::Beside(beside) => beside.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Sink::Stdout(out) => out.flush(),
            Sink::File(file) => file.flush(),
            Sink::Beside(beside) => beside.temporary.file().flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_only_when_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let target = Target::of(&path);
        let mut output = target.create(false).unwrap();
        output.write_all(b"new").unwrap();
        assert!(!path.exists());
        output.abandon();
        assert!(names(folder.path()).is_empty());

        let mut output = target.create(false).unwrap();
        output.write_all(b"new").unwrap();
        assert_eq!(output.commit().unwrap(), 3);
        assert_eq!(names(folder.path()), ["a.csv"]);
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn a_file_is_replaced_only_if_it_may_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        fs::write(&path, "old").unwrap();
        let target = Target::of(&path);
        assert!(target.check(false, &Inputs::new(&[])).unwrap_err().to_string().contains("--force"));
        assert!(
            target
                .check(true, &Inputs::new(std::slice::from_ref(&path)))
                .unwrap_err()
                .to_string()
                .contains("input itself")
        );
        // One that appeared meanwhile is kept, too.
        assert!(target.create(false).unwrap().commit().is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        let mut output = target.create(true).unwrap();
        output.write_all(b"new").unwrap();
        output.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["a.csv"]);
    }

    #[test]
    #[cfg(unix)]
    fn a_replaced_file_keeps_its_mode_and_a_link_stays_one() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.csv"), folder.path().join("link.csv"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("a.csv", &link).unwrap();
        Target::of(&link).create(true).unwrap().commit().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o640);
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::of(&folder.path().join("no/a.csv"));
        let error = target.check(true, &Inputs::new(&[])).unwrap_err().to_string();
        assert!(error.ends_with("no does not exist; create it first"), "{error}");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn devices_are_written_directly() {
        assert_eq!(Target::of(Path::new("-")), Target::Stdout);
        let full = Target::of(Path::new("/dev/full"));
        assert_eq!(full, Target::Stream("/dev/full".into()));
        let mut output = full.create(true).unwrap();
        output.write_all(b"lost").unwrap();
        assert!(output.flush().is_err());
        assert_eq!(reason(&output.take_error().unwrap()), "no space left on device");
        output.abandon();
    }
}
