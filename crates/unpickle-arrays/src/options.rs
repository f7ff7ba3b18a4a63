//! What to write, and how.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use unpickle_core::{Category, Error, Result};

/// A file format that arrays can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ArrayFormat {
    /// One array, as `numpy.save` writes it.
    Npy,
    /// Arrays by name, as `numpy.savez` writes them.
    Npz,
    /// Tensors by name, as the library safetensors writes them.
    Safetensors,
}

impl ArrayFormat {
    /// Every format.
    pub const ALL: [ArrayFormat; 3] = [ArrayFormat::Npy, ArrayFormat::Npz, ArrayFormat::Safetensors];

    /// What the ending of a file name stands for.
    ///
    /// ```
    /// use unpickle_arrays::ArrayFormat;
    /// assert_eq!(ArrayFormat::from_path("model.safetensors"), Some(ArrayFormat::Safetensors));
    /// assert_eq!(ArrayFormat::from_path("model.csv"), None);
    /// ```
    pub fn from_path(path: impl AsRef<Path>) -> Option<ArrayFormat> {
        path.as_ref().extension()?.to_str()?.parse().ok()
    }

    /// The ending that files of this format have, without its dot.
    pub fn extension(self) -> &'static str {
        match self {
            ArrayFormat::Npy => "npy",
            ArrayFormat::Npz => "npz",
            ArrayFormat::Safetensors => "safetensors",
        }
    }
}

impl FromStr for ArrayFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<ArrayFormat> {
        match name.to_ascii_lowercase().as_str() {
            "npy" => Ok(ArrayFormat::Npy),
            "npz" => Ok(ArrayFormat::Npz),
            "safetensors" => Ok(ArrayFormat::Safetensors),
            _ => {
                let message = format!("expected npy, npz or safetensors, found `{name}`");
                Err(Error::message(Category::Unsupported, message))
            }
        }
    }
}

impl fmt::Display for ArrayFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

/// How arrays are written. The default: nothing is compressed, nothing left out, tied tensors of
/// PyTorch are written once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArrayOptions {
    pub(crate) compress: bool,
    pub(crate) copies: bool,
    pub(crate) skip: bool,
}

impl ArrayOptions {
    /// The defaults.
    pub fn new() -> ArrayOptions {
        ArrayOptions::default()
    }

    /// Deflates the members of an `.npz` file, as `numpy.savez_compressed`. The other formats know no compression.
    #[must_use]
    pub fn with_compression(mut self, compress: bool) -> ArrayOptions {
        self.compress = compress;
        self
    }

    /// Writes tied tensors into `.safetensors` under each of their names, a copy each, rather than once with the other
    /// names in the metadata.
    #[must_use]
    pub fn with_copies(mut self, copies: bool) -> ArrayOptions {
        self.copies = copies;
        self
    }

    /// Leaves out the arrays that the format cannot hold, and tells each, rather than refuse them all.
    #[must_use]
    pub fn with_skip(mut self, skip: bool) -> ArrayOptions {
        self.skip = skip;
        self
    }
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// How many arrays.
    pub arrays: usize,
    /// How many bytes.
    pub bytes: u64,
    /// What the user is to be told: which arrays were mapped rather than kept as they are, a sentence each.
    pub notes: Vec<String>,
}
