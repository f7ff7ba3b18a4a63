//! `Leftover`: a file that must not be there when the command has ended, whatever ends it.
//!
//! A handler of signals may run between any two instructions, and may neither wait for a lock nor give memory back. So
//! the names are a list that only grows: what is in it stays, and is marked when it no longer counts.

use std::ffi::{CStr, CString};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// A name that the command gave to a file for a while. As long as this lives, a signal removes the file.
#[derive(Debug)]
pub(crate) struct Leftover(Option<&'static Entry>);

#[derive(Debug)]
struct Entry {
    path: CString,
    counts: AtomicBool,
    next: OnceLock<&'static Entry>,
}

static FIRST: OnceLock<&'static Entry> = OnceLock::new();
static LAST: Mutex<Option<&'static Entry>> = Mutex::new(None);

impl Leftover {
    /// To be made before the file is, so that there is no moment at which it would be left.
    pub(crate) fn at(path: &Path) -> Leftover {
        // A path with a zero byte in it names no file.
        let Ok(path) = CString::new(path.as_os_str().as_encoded_bytes()) else { return Leftover(None) };
        let entry: &'static Entry =
            Box::leak(Box::new(Entry { path, counts: AtomicBool::new(true), next: OnceLock::new() }));
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock, so that nobody else sets the same.
        _ = last.map_or(&FIRST, |last| &last.next).set(entry);
        *last = Some(entry);
        Leftover(Some(entry))
    }
}

impl Drop for Leftover {
    fn drop(&mut self) {
        if let Some(entry) = self.0 {
            entry.counts.store(false, Ordering::SeqCst);
        }
    }
}

/// Calls `remove` with each path that counts. Waits for nothing and allocates nothing.
pub(crate) fn each(remove: impl Fn(&CStr)) {
    let mut next = FIRST.get();
    while let Some(entry) = next {
        if entry.counts.load(Ordering::SeqCst) {
            remove(&entry.path);
        }
        next = entry.next.get();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn what_lives_is_found_and_nothing_else() {
        let found = |name: &str| {
            let names = RefCell::new(Vec::new());
            each(|path| names.borrow_mut().push(path.to_str().unwrap().to_owned()));
            names.into_inner().iter().any(|path| path == name)
        };
        let one = Leftover::at(Path::new("leftover-one"));
        let two = Leftover::at(Path::new("leftover-two"));
        assert!(found("leftover-one") && found("leftover-two"));
        drop(one);
        assert!(!found("leftover-one") && found("leftover-two"));
        let _none = Leftover::at(Path::new("zero\0byte"));
        drop(two);
        assert!(!found("leftover-two"));
    }

    #[test]
    fn many_threads_may_add_at_once() {
        std::thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(move || {
                    let made: Vec<_> =
                        (0..100).map(|i| Leftover::at(Path::new(&format!("many-{thread}-{i}")))).collect();
                    let count = RefCell::new(0);
                    let mine = format!("many-{thread}-");
                    each(|path| {
                        *count.borrow_mut() += usize::from(path.to_str().unwrap().starts_with(&mine))
                    });
                    assert_eq!(count.into_inner(), made.len());
                });
            }
        });
    }
}
