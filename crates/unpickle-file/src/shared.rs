//! `Shared`: the bytes of a file, kept by everything that points into them.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use unpickle_core::LazyBytes;

use crate::archive::{Archive, Member};
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::zip_member::Content;

/// The bytes of a file, shared by the pickles and arrays in it. Cloning copies a pointer.
#[derive(Clone, Debug)]
pub struct Shared(Arc<Input>);

impl Shared {
    /// Shares `input`.
    pub fn new(input: Input) -> Shared {
        Shared(Arc::new(input))
    }

    /// The file.
    pub fn input(&self) -> &Input {
        &self.0
    }

    /// Its members, if it is an archive of several.
    pub fn archive(&self) -> Option<&Archive> {
        self.0.archive()
    }

    /// The member of this name, to be read when asked.
    pub fn member(&self, name: &str) -> Option<MemberBytes> {
        self.member_at(self.archive()?.find(name)?)
    }

    /// The member of this number.
    pub fn member_at(&self, index: usize) -> Option<MemberBytes> {
        self.archive()?.members().get(index)?;
        Some(MemberBytes { shared: self.clone(), index, loaded: OnceLock::new() })
    }
}

impl From<Input> for Shared {
    fn from(input: Input) -> Shared {
        Shared::new(input)
    }
}

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        (*self.0).as_ref()
    }
}

/// The bytes of one member of an [`Archive`], read when first asked for and kept: a stored member is a view of the
/// file, whose checksum is then compared; a compressed one is unpacked within the limits of the file's
/// [`OpenOptions`](crate::OpenOptions).
///
/// See [`Archive`] for an example.
#[derive(Debug)]
pub struct MemberBytes {
    shared: Shared,
    index: usize,
    loaded: OnceLock<Result<Content>>,
}

impl MemberBytes {
    /// The unpacked bytes.
    ///
    /// # Errors
    ///
    /// The member's own header is not what the directory says, its bytes are damaged, or they are more than allowed.
    pub fn bytes(&self) -> Result<&[u8]> {
        let loaded = self.loaded.get_or_init(|| {
            let (archive, member) = self.parts()?;
            archive.content(self.shared.as_ref(), member)
        });
        match loaded {
            Ok(Content::Stored(range)) => Ok(self.slice(range)),
            Ok(Content::Unpacked(bytes)) => Ok(bytes),
            Err(error) => Err(error.again()),
        }
    }

    /// The first bytes, at most `most` of them: enough to read a header by, without unpacking the rest. Their checksum
    /// is not looked at.
    ///
    /// # Errors
    ///
    /// As [`MemberBytes::bytes`].
    pub fn head(&self, most: usize) -> Result<Cow<'_, [u8]>> {
        let (archive, member) = self.parts()?;
        Ok(match archive.head(self.shared.as_ref(), member, most)? {
            Content::Stored(range) => self.slice(&range).into(),
            Content::Unpacked(bytes) => bytes.into(),
        })
    }

    /// Where the bytes lie in the file, packed or not. The header in front of them is compared with the directory, the
    /// bytes are not looked at.
    ///
    /// # Errors
    ///
    /// The header is not what the directory says.
    pub fn range(&self) -> Result<Range<usize>> {
        let (archive, member) = self.parts()?;
        archive.range(self.shared.as_ref(), member)
    }

    /// What the directory says of it.
    pub fn member(&self) -> Option<&Member> {
        self.shared.archive()?.members().get(self.index)
    }

    /// How many bytes it has, unpacked; nothing is read to tell.
    #[allow(clippy::len_without_is_empty)] // a size, of no collection
    pub fn len(&self) -> u64 {
        self.member().map_or(0, Member::size)
    }

    /// The byte of the archive at which its header is, for messages.
    pub fn offset(&self) -> u64 {
        self.member().map_or(0, Member::offset)
    }

    fn parts(&self) -> Result<(&Archive, &Member)> {
        let archive = self.shared.archive();
        let parts = archive.and_then(|archive| Some((archive, archive.members().get(self.index)?)));
        parts.ok_or_else(|| Error::new(ErrorKind::Archive, "no such member"))
    }

    fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.shared.as_ref().get(range.clone()).unwrap_or_default()
    }
}

impl LazyBytes for MemberBytes {
    fn len(&self) -> u64 {
        MemberBytes::len(self)
    }

    fn bytes(&self) -> unpickle_core::Result<&[u8]> {
        Ok(MemberBytes::bytes(self)?)
    }
}
