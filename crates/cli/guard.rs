//! The last line of defence: a panic, ours or of a crate below, becomes an error of the one input it happened on.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Result, anyhow};

thread_local! {
    /// Whether this thread converts an input; else it helps one that does.
    static CONVERTS: Cell<bool> = const { Cell::new(false) };
    /// Where the first panic of a thread that converts was.
    static OWN: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Where the first panic of a thread that helps was: those that convert inputs side by side have no help.
static OF_HELP: Mutex<Option<String>> = Mutex::new(None);

/// Does `work` while panics are kept quiet, unless `RUST_BACKTRACE` asks for more.
pub(crate) fn quietly<T>(work: impl FnOnce() -> T) -> T {
    if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
        return work();
    }
    noted(work)
}

/// Does `work`; where panics were is noted, and nothing said.
fn noted<T>(work: impl FnOnce() -> T) -> T {
    let before = panic::take_hook();
    panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let place = || info.location().map(ToString::to_string).unwrap_or_default();
        if CONVERTS.get() {
            OWN.with_borrow_mut(|own| _ = own.get_or_insert_with(place));
        } else {
            of_help().get_or_insert_with(place);
        }
    }));
    let done = work();
    panic::set_hook(before);
    done
}

fn of_help() -> MutexGuard<'static, Option<String>> {
    OF_HELP.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does `work`; a panic in it, on whatever thread, is an error that says where it was.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    CONVERTS.set(true);
    // What `work` leaves half done is dropped with it: nothing is shared between inputs.
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    CONVERTS.set(false);
    let (own, help) = (OWN.take(), of_help().take());
    match (done, help) {
        (Ok(Ok(done)), _) => Ok(done),
        // If this thread panicked, what caught that made this error of it.
        (Ok(Err(error)), None) => Err(error),
        (_, help) => {
            // Where both panicked, the one that helps was first: the other was told of it.
            let place = help.or(own);
            let place = place.map(|place| format!(" at {place}")).unwrap_or_default();
            Err(anyhow!("internal error{place}; please report it with the file, if you may share it"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use anyhow::bail;

    use super::*;

    /// What is said of `work`; the tests, which share a hook, come one after the other.
    fn told(work: impl FnOnce() -> Result<()>) -> String {
        static ALONE: Mutex<()> = Mutex::new(());
        let _alone = ALONE.lock();
        noted(|| guarded(work)).unwrap_err().to_string()
    }

    fn here(line: u32) -> String {
        format!("internal error at {}:{line}:", file!())
    }

    #[test]
    fn a_panic_is_an_error_that_says_where() {
        let line = line!() + 1;
        let error = told(|| panic!("on purpose"));
        assert!(error.starts_with(&here(line)) && error.ends_with("if you may share it"), "{error}");
        assert!(guarded(|| Ok(1)).is_ok());
    }

    #[test]
    fn a_panic_of_another_thread_says_where_it_was_too() {
        let line = line!() + 1;
        let help = || -> Result<()> { panic!("on purpose") };
        // Passed on as a panic, or as an error.
        let error = told(|| thread::scope(|scope| scope.spawn(help).join().expect("no panic")));
        assert!(error.starts_with(&here(line)), "{error}");
        let error = told(|| match thread::scope(|scope| scope.spawn(help).join()) {
            Ok(_) => Ok(()),
            Err(_) => bail!("a thread panicked"),
        });
        assert!(error.starts_with(&here(line)), "{error}");
        // What is caught on the way is the error that was made of it.
        let error =
            told(|| panic::catch_unwind(|| panic!("on purpose")).map_err(|_| anyhow!("a damaged file")));
        assert_eq!(error, "a damaged file");
        // Nothing is left of it for the next.
        assert_eq!(told(|| bail!("an ordinary error")), "an ordinary error");
    }
}
