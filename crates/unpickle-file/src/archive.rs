//! `Archive`: the members of a zip or tar.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::container::Container;
use crate::decompress::zip_member;
use crate::error::{Error, ErrorKind, Result};
use crate::options::OpenOptions;
use crate::zip_member::{Content, content, range};
use crate::{tarball, zip_directory};

/// The members of a zip or tar archive that holds several files: torch's checkpoints, numpy's `.npz`. Only its
/// directory has been read.
///
/// ```
/// use unpickle_file::{Container, Input, OpenOptions, Shared};
///
/// # fn member(name: &str, bytes: &[u8]) -> Vec<u8> {
/// #     let mut header = [0_u8; 512];
/// #     header[..name.len()].copy_from_slice(name.as_bytes());
/// #     header[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
/// #     header[156] = b'0';
/// #     header[148..156].fill(b' ');
/// #     let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
/// #     header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
/// #     let mut out = header.to_vec();
/// #     out.extend(bytes);
/// #     out.resize(1024, 0);
/// #     out
/// # }
/// # let tar = [member("sizes", b"K\x07."), member("names", b"N."), vec![0; 1024]].concat();
/// // A tar of two files, as it would come from a pipe.
/// let input = Shared::new(Input::from_reader(&tar[..], &OpenOptions::new())?);
/// let archive = input.archive().unwrap();
/// assert_eq!(archive.container(), Container::Tar);
/// assert_eq!(archive.members().iter().map(|member| member.name()).collect::<Vec<_>>(), ["sizes", "names"]);
///
/// let sizes = input.member("sizes").unwrap();
/// assert_eq!(sizes.bytes()?, b"K\x07.");
/// # Ok::<(), unpickle_file::Error>(())
/// ```
#[derive(Debug)]
pub struct Archive {
    container: Container,
    members: Vec<Member>,
    /// The numbers of the members in the order of their names.
    by_name: Vec<usize>,
    options: OpenOptions,
    /// Bytes that unpacking members has made.
    unpacked: AtomicU64,
}

/// What the directory of an [`Archive`] says of one member.
#[derive(Debug)]
pub struct Member {
    pub(crate) name: String,
    /// The byte of its header in a zip's directory.
    pub(crate) entry: usize,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    pub(crate) crc: Option<u32>,
    pub(crate) packed: u64,
    pub(crate) size: u64,
    /// The byte of the header in front of its bytes; of a tar, of its bytes themselves.
    pub(crate) header: u64,
    /// The first byte that is not its.
    pub(crate) end: u64,
}

impl Member {
    /// Its name, with the folders it is in; bytes that are not UTF-8 are U+FFFD.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many bytes it has, unpacked.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// How many bytes it has in the archive.
    pub fn packed_size(&self) -> u64 {
        self.packed
    }

    /// Whether its bytes lie in the archive as they are.
    pub fn is_stored(&self) -> bool {
        self.method == 0
    }

    /// The CRC-32 of its bytes, where the archive has one. 0 is what torch writes when told not to compute it.
    pub fn crc(&self) -> Option<u32> {
        self.crc
    }

    /// The byte of the archive at which its header is.
    pub fn offset(&self) -> u64 {
        self.header
    }
}

impl Archive {
    /// Reads the directory of `bytes`.
    pub(crate) fn read(container: Container, bytes: &[u8], options: &OpenOptions) -> Result<Archive> {
        let members = match container {
            Container::Tar => tarball::members(bytes)?,
            _ => zip_directory::members(bytes)?,
        };
        let mut by_name: Vec<usize> = (0..members.len()).collect();
        let name = |&index: &usize| members.get(index).map(|member| &*member.name);
        by_name.sort_unstable_by(|a, b| name(a).cmp(&name(b)));
        if let Some((twice, _)) = by_name.iter().zip(by_name.iter().skip(1)).find(|(a, b)| name(a) == name(b))
        {
            let name = name(twice).unwrap_or_default().escape_debug();
            let message =
                format!("two members of the {container} archive are called {name}; unpack it first");
            return Err(Error::new(ErrorKind::Archive, message));
        }
        Ok(Archive { container, members, by_name, options: options.clone(), unpacked: AtomicU64::new(0) })
    }

    /// [`Container::Zip`] or [`Container::Tar`].
    pub fn container(&self) -> Container {
        self.container
    }

    /// The files in it, in the order of the directory, without what macOS adds beside them.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The number of the member of this name.
    pub fn find(&self, name: &str) -> Option<usize> {
        let of = |&index: &usize| self.members.get(index).map_or("", Member::name);
        let at = self.by_name.binary_search_by(|index| of(index).cmp(name)).ok()?;
        self.by_name.get(at).copied()
    }

    /// Whether it is one file that somebody packed, rather than a format of its own.
    pub(crate) fn is_wrapper(&self) -> bool {
        let [member] = &*self.members else { return false };
        !(self.container == Container::Zip && (is_npy(member) || is_torch(member)))
    }

    /// Why an archive of several files is not read as a pickle: what it seems to be, or that the one file that is
    /// wanted cannot be told.
    #[cold]
    pub fn refusal(&self) -> Error {
        let what = if self.members.iter().any(|member| member.name == "[Content_Types].xml") {
            "it is an Office document (.xlsx, .docx …), not a pickle"
        } else if self.members.iter().any(is_torch) {
            "it is a PyTorch archive, which this program was built without; in Python, `torch.load` reads it"
        } else if !self.members.is_empty() && self.members.iter().all(is_npy) {
            "it is a numpy .npz archive, which this program was built without; in Python, `numpy.load` reads it"
        } else {
            return not_one(self.container, &self.members);
        };
        Error::new(ErrorKind::Archive, what)
    }

    /// The bytes of the member `index`, unpacked within the limits and checked.
    pub(crate) fn content(&self, bytes: &[u8], member: &Member) -> Result<Content> {
        if self.container == Container::Tar {
            return slice(bytes, member).map(Content::Stored);
        }
        if !member.is_stored() {
            self.allow(member)?;
        }
        content(bytes, member, &self.options)
    }

    /// Where the bytes of `member` lie in the archive `bytes`, packed as they are, once its header agrees with the
    /// directory.
    pub(crate) fn range(&self, bytes: &[u8], member: &Member) -> Result<std::ops::Range<usize>> {
        match self.container {
            Container::Tar => slice(bytes, member),
            _ => range(bytes, member),
        }
    }

    /// The first bytes of `member`, unchecked.
    pub(crate) fn head(&self, bytes: &[u8], member: &Member, most: usize) -> Result<Content> {
        let range = self.range(bytes, member)?;
        if member.is_stored() {
            return Ok(Content::Stored(range.start..range.end.min(range.start.saturating_add(most))));
        }
        let packed = bytes.get(range).unwrap_or_default();
        zip_member(member.method, packed, most as u64, &self.options)
            .map(Content::Unpacked)
            .map_err(|error| error.within_member(&member.name))
    }

    /// All members together may make no more than one compressed file may.
    fn allow(&self, member: &Member) -> Result<()> {
        let before = self.unpacked.fetch_add(member.size, Ordering::Relaxed);
        let max = self.options.max_bytes();
        if before.saturating_add(member.size) <= max {
            return Ok(());
        }
        self.unpacked.fetch_sub(member.size, Ordering::Relaxed);
        let message = format!(
            "decompressing {}, after other members of the zip archive, makes more than {max} bytes; raise --max-bytes \
             to allow them",
            member.name
        );
        Err(Error::new(ErrorKind::Limit, message))
    }
}

/// The bytes of a member of a tar.
fn slice(bytes: &[u8], member: &Member) -> Result<std::ops::Range<usize>> {
    let range = usize::try_from(member.header).ok().zip(usize::try_from(member.end).ok());
    let range = range.map(|(start, end)| start..end).filter(|range| bytes.get(range.clone()).is_some());
    range.ok_or_else(|| {
        let message = format!("the tar is cut short: {} is not whole; fetch the file again", member.name);
        Error::new(ErrorKind::Damaged, message)
    })
}

fn is_npy(member: &Member) -> bool {
    member.name.ends_with(".npy")
}

/// Whether it is what PyTorch calls the pickle of its archives.
fn is_torch(member: &Member) -> bool {
    member.name == "data.pkl" || member.name.ends_with("/data.pkl")
}

/// "expected one file in the zip archive, found 3: a.pkl, b.pkl, c.pkl".
#[cold]
fn not_one(container: Container, members: &[Member]) -> Error {
    let list = members
        .iter()
        .take(5)
        .map(|member| member.name.escape_debug().to_string())
        .collect::<Vec<_>>()
        .join(", ");
    let more = if members.len() > 5 { ", …" } else { "" };
    let message = match members.len() {
        0 => format!("the {container} archive holds no file"),
        n => format!(
            "expected one file in the {container} archive, found {n}: {list}{more}; unpack the one you want first"
        ),
    };
    Error::new(ErrorKind::Archive, message)
}
