//! The arrays of a file.

use unpickle_arrays::{Found, NamedArray, path, search};
use unpickle_core::{Category, Error, Result};

use crate::File;

impl File {
    /// Every array in the file, each with the name that leads to it, and what else there is that holds arrays. No element
    /// is read.
    ///
    /// ```
    /// use unpickle::arrays::{ArrayFormat, ArrayOptions, write};
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/torch/checkpoint.pt");
    /// # #[cfg(any())]
    /// let file = unpickle::open("checkpoint.pt")?;
    /// # let file = unpickle::open(path)?;
    /// let found = file.arrays()?;
    /// for array in &found.arrays {
    ///     println!("{} {} {:?}", array.name(), array.dtype(), array.shape());
    /// }
    /// let mut npz = Vec::new();
    /// write(&found.arrays, ArrayFormat::Npz, &ArrayOptions::new(), &mut npz)?;
    /// # Ok::<(), unpickle::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An array is damaged; or sharing makes more names than a file of its size can honestly have.
    pub fn arrays(&self) -> Result<Found<'_>> {
        search(self.whole())
    }

    /// The arrays of the value at `path`, named from there on; one that stands there itself has the last step of the path
    /// for its name.
    ///
    /// # Errors
    ///
    /// There is nothing at the path; or as [`File::arrays`].
    pub fn arrays_at(&self, path: &str) -> Result<Found<'_>> {
        if path == "." {
            return self.arrays();
        }
        let Some(value) = path::find(self.whole(), path) else {
            return Err(Error::message(
                Category::Data,
                format!("nothing at `{path}`; --list shows the names"),
            ));
        };
        let mut found = search(value)?;
        if let [array] = &*found.arrays
            && array.name().is_empty()
        {
            let last = path.rsplit('.').next().unwrap_or(path);
            found.arrays = vec![NamedArray::clone(array).with_name(last)];
        }
        Ok(found)
    }
}
