//! The last line of defence: a panic, ours or of a crate below, becomes an error of the one input it happened on.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};

use anyhow::{Result, bail};

thread_local! {
    /// Where the last panic of this thread was.
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Does `work` while panics are kept quiet, unless `RUST_BACKTRACE` asks for more.
pub(crate) fn quietly<T>(work: impl FnOnce() -> T) -> T {
    if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
        return work();
    }
    let before = panic::take_hook();
    panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        LAST.set(Some(place));
    }));
    let done = work();
    panic::set_hook(before);
    done
}

/// Does `work`; a panic in it is an error.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // What `work` leaves half done is dropped with it: nothing is shared between inputs.
    match panic::catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done,
        Err(_) => {
            let place = LAST.take();
            let place = place.map(|place| format!(" at {place}")).unwrap_or_default();
            bail!("internal error{place}; please report it with the file, if you may share it")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_that_says_where() {
        let done: Result<()> = quietly(|| guarded(|| panic!("on purpose")));
        let error = done.unwrap_err().to_string();
        assert!(error.starts_with("internal error") && error.ends_with("if you may share it"), "{error}");
        assert!(guarded(|| Ok(1)).is_ok());
    }
}
