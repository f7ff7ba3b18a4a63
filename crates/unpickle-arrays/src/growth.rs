//! How much may be written of few bytes.

use std::collections::HashMap;

use unpickle_core::{Error, Id, Result};

use crate::named::NamedArray;

/// What is written may be this many times what is stored. A value that an export may make is worth as many bytes.
const MAX_GROWTH: u64 = 64;

/// What is to be written of some arrays, and what they take in the file.
#[derive(Default)]
pub(crate) struct Growth {
    stored: HashMap<Id, u64>,
    /// What their pickle may be expanded to.
    values: usize,
    bytes: u64,
}

impl Growth {
    /// Counts an array of which so many bytes are written, and of so many bytes that are its own.
    pub(crate) fn add(&mut self, array: &NamedArray<'_>, written: u64, own: u64) {
        self.bytes = self.bytes.saturating_add(written);
        self.values = array.value().most_values();
        let known = self.stored.entry(array.storage()).or_insert(0);
        *known = own.max(*known);
    }

    pub(crate) fn check(&self) -> Result<()> {
        let (bytes, stored) =
            (self.bytes, self.stored.values().fold(0_u64, |sum, bytes| sum.saturating_add(*bytes)));
        if bytes <= stored.saturating_add(self.values as u64).saturating_mul(MAX_GROWTH) {
            return Ok(());
        }
        let message = format!(
            "{bytes} bytes to be written for arrays that take {stored} bytes, for they are expanded or have many names; take \
             fewer by their paths, or raise --max-expand"
        );
        Err(Error::limit(message))
    }
}

/// Refuses what would fill a disk out of few bytes: a tensor of one element expanded to any shape, one array under any
/// number of names. All writers of this crate do so themselves.
///
/// # Errors
///
/// The arrays have more than 64 times the bytes that are stored for them, and for each value that
/// [`Limits::expand`](unpickle_core::Limits::expand) allows, 64 on top.
pub fn check_growth<'a, 'p: 'a>(arrays: impl IntoIterator<Item = &'a NamedArray<'p>>) -> Result<()> {
    let mut growth = Growth::default();
    for array in arrays.into_iter().filter(|array| array.has_data()) {
        growth.add(array, array.nbytes(), array.storage_bytes());
    }
    growth.check()
}
