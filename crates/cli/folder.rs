//! The folder that `-d` names.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::output::reason;

/// A folder to write into, made if it was not there.
pub(crate) struct Folder {
    /// Those that were made, the innermost first.
    made: Vec<PathBuf>,
}

impl Folder {
    /// Makes `path` and what it lies in, as far as they are not there.
    pub(crate) fn at(path: &Path) -> Result<Folder> {
        let missing =
            |folder: &&Path| !folder.as_os_str().is_empty() && fs::symlink_metadata(folder).is_err();
        let made = path.ancestors().take_while(missing).map(Path::to_owned).collect();
        if let Err(error) = fs::create_dir_all(path) {
            Folder { made }.withdraw();
            bail!("cannot make the folder {}: {}", path.display(), reason(&error));
        }
        Ok(Folder { made })
    }

    /// Nothing was written: takes away what was made for it.
    pub(crate) fn withdraw(self) {
        // Only what is empty goes.
        self.made.iter().all(|folder| fs::remove_dir(folder).is_ok());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_goes_again_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let (old, new) = (root.path().join("old"), root.path().join("old/a/b"));
        fs::create_dir(&old).unwrap();
        Folder::at(&new).unwrap().withdraw();
        assert!(old.exists() && !old.join("a").exists());

        let folder = Folder::at(&new).unwrap();
        fs::write(old.join("a/file"), "").unwrap();
        folder.withdraw();
        assert!(old.join("a/file").exists() && !new.exists());

        Folder::at(&old).unwrap().withdraw();
        assert!(old.exists());
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("file"), "").unwrap();
        let error = Folder::at(&root.path().join("file/a")).err().unwrap().to_string();
        assert!(error.contains("cannot make the folder") && error.contains("file/a"), "{error}");
    }
}
