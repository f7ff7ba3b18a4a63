//! A file that has no name until it is complete.

use std::fs::File;
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::leftover::Leftover;
use crate::output::folder;

/// A file without a name, where the system has such: killed at any moment, it leaves nothing. Else one with a name,
/// which signals remove.
pub(crate) enum Temporary {
    #[cfg(target_os = "linux")]
    Nameless(File),
    Named(NamedTempFile, Option<Leftover>),
}

impl Temporary {
    /// In the folder of the file that it is to become.
    pub(crate) fn beside(path: &Path) -> io::Result<Temporary> {
        let folder = folder(path);
        #[cfg(target_os = "linux")]
        if let Some(file) = nameless::create(folder) {
            return Ok(Temporary::Nameless(file));
        }
        Temporary::named(folder)
    }

    /// In this folder, with a name.
    pub(crate) fn named(folder: &Path) -> io::Result<Temporary> {
        let mut leftover = None;
        let mut builder = tempfile::Builder::new();
        let file = builder.prefix(".pkl2parquet-").suffix(".tmp").make_in(folder, |path| {
            leftover = Some(Leftover::at(path));
            // The mode is that of any new file: all may read and write, less the umask.
            File::options().read(true).write(true).create_new(true).open(path)
        })?;
        Ok(Temporary::Named(file, leftover))
    }

    /// What is written to.
    pub(crate) fn file(&self) -> &File {
        match self {
            #[cfg(target_os = "linux")]
            Temporary::Nameless(file) => file,
            Temporary::Named(file, _) => file.as_file(),
        }
    }

    /// Gives it its name; one that is taken only if `replace`.
    pub(crate) fn publish(self, path: &Path, replace: bool) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Temporary::Nameless(file) => nameless::publish(&file, path, replace),
            Temporary::Named(file, _leftover) => {
                let done = if replace { file.persist(path) } else { file.persist_noclobber(path) };
                done.map(drop).map_err(|error| error.error)
            }
        }
    }
}

#[cfg(target_os = "linux")]
mod nameless {
    //! Files without a name (`O_TMPFILE`), and how they get one.

    use std::fs::{self, File};
    use std::io;
    use std::os::fd::AsRawFd;
    use std::path::{Path, PathBuf};

    use rustix::fs::{AtFlags, CWD, Mode, OFlags};

    use crate::leftover::Leftover;

    /// `None` where the file system has none, or `/proc` is not there to name it by.
    pub(super) fn create(folder: &Path) -> Option<File> {
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(folder, flags, Mode::from_raw_mode(0o666)).ok()?);
        handle(&file).exists().then_some(file)
    }

    fn handle(file: &File) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
    }

    pub(super) fn publish(file: &File, path: &Path, replace: bool) -> io::Result<()> {
        let link = |to: &Path| rustix::fs::linkat(CWD, handle(file), CWD, to, AtFlags::SYMLINK_FOLLOW);
        match link(path) {
            Err(rustix::io::Errno::EXIST) if replace => {}
            done => return Ok(done?),
        }
        // Only a rename replaces: the file gets another name first.
        for attempt in 0.. {
            let name = format!(".pkl2parquet-{}-{attempt}.tmp", std::process::id());
            let temporary = path.with_file_name(name);
            let _leftover = Leftover::at(&temporary);
            match link(&temporary) {
                Err(rustix::io::Errno::EXIST) if attempt < 1000 => continue,
                done => done?,
            }
            return fs::rename(&temporary, path).inspect_err(|_| _ = fs::remove_file(&temporary));
        }
        Ok(())
    }
}
