//! From a path to pickle bytes: map, sniff, decompress.
//!
//! ```
//! use unpickle_file::{Input, OpenOptions};
//!
//! // What `gzip` makes of the pickle b"K\x07." ("7"), as it would come from a pipe.
//! let packed = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xf3f\xd7\x03\0; \x19\x10\x03\0\0\0";
//! let input = Input::from_reader(&packed[..], &OpenOptions::new())?;
//! assert_eq!(input.as_ref(), b"K\x07.");
//! # Ok::<(), unpickle_file::Error>(())
//! ```
//!
//! * [`Input::open`] maps a plain file and decompresses the rest: gzip, bzip2, xz, lzma, zstd, zlib, lz4, joblib's own, and a zip
//!   or tar of one member, one within the other too (`.tar.gz`). What a file is, its content says, never its name.
//! * [`Input::archive`] is there where a zip or tar holds several files; [`Shared`] reads them one by one.
//! * [`OpenOptions`] bounds what decompressing may make, and can forbid mapping.
//! * [`Packing`] is the other way: it compresses what is written.
//! * [`looks_like`] names what a file that is no pickle seems to be.
//!
//! # Mapping
//!
//! A mapped file that another process cuts short while it is read kills the process with SIGBUS; no check made
//! beforehand can prevent that. Where files change under the reader, [`OpenOptions::with_map`]`(false)` reads instead.

mod archive;
mod at_once;
mod container;
mod decompress;
mod error;
mod input;
mod looks_like;
mod map;
mod memory;
mod options;
mod pack;
mod shared;
mod tarball;
mod zip_directory;
mod zip_member;

pub use crate::archive::{Archive, Member};
pub use crate::container::Container;
pub use crate::error::{Error, ErrorKind, Result};
pub use crate::input::Input;
pub use crate::looks_like::looks_like;
pub use crate::options::OpenOptions;
pub use crate::pack::Packing;
pub use crate::shared::{MemberBytes, Shared};
