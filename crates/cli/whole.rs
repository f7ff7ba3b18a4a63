//! One output for whoever wraps the command.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use unpickle::{Error, Result};

use crate::output::{Inputs, Target};

/// Writes `path` as the command writes its outputs: `write` fills a file without a name, which replaces what is at `path` when
/// it is complete. An error leaves what was there. None of `inputs` is replaced.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("grades.csv");
/// pkl2parquet::write_whole(&path, &[], |out| Ok(out.write_all(b"Grade\n1.5\n")?))?;
/// assert_eq!(std::fs::read(&path)?, b"Grade\n1.5\n");
/// # Ok::<(), unpickle::Error>(())
/// ```
///
/// # Errors
///
/// That of `write`; or the output cannot be made, or is one of the inputs.
pub fn write_whole<T>(
    path: &Path,
    inputs: &[PathBuf],
    write: impl FnOnce(&mut (dyn Write + Send)) -> Result<T>,
) -> Result<T> {
    let target = Target::of(path);
    let cannot = |error: anyhow::Error| Error::from(io::Error::other(format!("{error:#}")));
    target.check(true, &Inputs::new(inputs)).map_err(cannot)?;
    let mut output = target.create(true).map_err(cannot)?;
    match write(&mut output) {
        Ok(done) => {
            output.commit()?;
            Ok(done)
        }
        Err(error) => {
            let error = output.take_error().map_or(error, Error::from);
            output.abandon();
            Err(error)
        }
    }
}
