//! `Reading`: which input is being read, for the moment at which it vanishes.

use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU8, Ordering};

use crate::messages::clean;

/// What to say then: a leaked line that never changes, or null.
pub(crate) static LINE: AtomicPtr<String> = AtomicPtr::new(ptr::null_mut());

/// The exit code then.
pub(crate) static CODE: AtomicU8 = AtomicU8::new(crate::NOTHING);

/// While it lives, this input is named if a part of it is gone when its turn comes. Inputs that are mapped are read one
/// after the other, so that there is one.
pub(crate) struct Reading(());

impl Reading {
    pub(crate) fn of(input: &Path) -> Reading {
        let name = input.display().to_string();
        let line = format!(
            "pkl2parquet: {}: a part of it is gone: another process cut it short while it was read, or its disk failed\n",
            clean(&name)
        );
        // A handler may look at it at any moment, so it is never given back: a line for each input.
        LINE.store(Box::leak(Box::new(line)), Ordering::SeqCst);
        Reading(())
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        LINE.store(ptr::null_mut(), Ordering::SeqCst);
    }
}

/// Something was written, or shown: not all has failed if the rest does.
pub(crate) fn some_done() {
    CODE.store(crate::PART, Ordering::SeqCst);
}
