//! What happens when the system interrupts the command: the one module of it with `unsafe`.
//!
//! * SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT: temporary files are removed, then the signal does what it does, so that
//!   a shell sees what ended the command (130 for SIGINT, 143 for SIGTERM).
//! * SIGXFSZ is ignored: a file that grows beyond `ulimit -f` is an error of writing, as a full disk is.
//! * SIGBUS: the end of a mapped input was cut off by another process. Temporary files are removed and one line is said.
//!
//! The handlers read atomics and call nothing but `unlink`, `write`, `sigaction`, `raise`, `pause` and `_exit`; a handler
//! may do all of that (`man 7 signal-safety`). No other signal interrupts them.
#![allow(unsafe_code)]

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{mem, ptr};

use libc::{sigaction, siginfo_t};

use crate::leftover;
use crate::reading::{CODE, LINE};

/// What ends the command, and may leave its temporary files.
const ENDING: [c_int; 5] = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT, libc::SIGABRT];

/// Signals are handled while this lives; then as before.
pub(crate) struct Handled(Vec<(c_int, sigaction)>);

impl Handled {
    /// Takes those signals that nobody else took: what `nohup` or a shell ignores stays ignored, and a program that
    /// has the command within it keeps its own handlers.
    pub(crate) fn new() -> Handled {
        let mut handled = Handled(Vec::new());
        for signal in ENDING {
            handled.take(signal, on_ending as *const () as libc::sighandler_t, 0);
        }
        handled.take(libc::SIGXFSZ, libc::SIG_IGN, 0);
        // Only Linux tells a page behind the end of a file from other troubles.
        if cfg!(target_os = "linux") {
            handled.take(libc::SIGBUS, on_vanished as *const () as libc::sighandler_t, libc::SA_SIGINFO);
        }
        handled
    }

    fn take(&mut self, signal: c_int, handler: libc::sighandler_t, flags: c_int) {
        // SAFETY: `sigaction` is a plain structure, for which zeros are a value; the pointers are to locals that outlive
        // the calls. The handlers are functions of the signature that `flags` says, and do only what a handler may.
        unsafe {
            let mut before: sigaction = mem::zeroed();
            // Rust's own handler of SIGBUS tells of stack overflows, which are SIGSEGV where ours is installed.
            if libc::sigaction(signal, ptr::null(), &mut before) != 0
                || (before.sa_sigaction != libc::SIG_DFL && signal != libc::SIGBUS)
            {
                return;
            }
            let mut ours: sigaction = mem::zeroed();
            ours.sa_sigaction = handler;
            ours.sa_flags = flags;
            libc::sigfillset(&mut ours.sa_mask);
            if libc::sigaction(signal, &ours, ptr::null_mut()) == 0 {
                self.0.push((signal, before));
            }
        }
    }
}

impl Drop for Handled {
    fn drop(&mut self) {
        for (signal, before) in &self.0 {
            // SAFETY: `before` is what the system gave for this signal.
            unsafe { libc::sigaction(*signal, before, ptr::null_mut()) };
        }
    }
}

/// Removes temporary files, and lets the signal do what it does.
extern "C" fn on_ending(signal: c_int) {
    remove_leftovers();
    default(signal);
}

/// An input was cut short while it was read; or something else is wrong, and the signal does what it does.
extern "C" fn on_vanished(signal: c_int, info: *mut siginfo_t, _: *mut libc::c_void) {
    static SAID: AtomicBool = AtomicBool::new(false);
    // SAFETY: with SA_SIGINFO the system gives a valid `info`.
    let is_behind_the_end = unsafe { (*info).si_code } == BEHIND_THE_END;
    let line = LINE.load(Ordering::SeqCst);
    if !is_behind_the_end || line.is_null() {
        on_ending(signal);
        return;
    }
    // Other threads may read there, too; they wait for the end.
    while SAID.swap(true, Ordering::SeqCst) {
        // SAFETY: takes nothing.
        unsafe { libc::pause() };
    }
    remove_leftovers();
    // SAFETY: `LINE` is null or points to a `String` that was leaked when complete, and never changes; `write` reads
    // that many bytes of it. `_exit` ends the process and runs nothing of it.
    unsafe {
        let line: &String = &*line;
        libc::write(libc::STDERR_FILENO, line.as_ptr().cast(), line.len());
        libc::_exit(CODE.load(Ordering::SeqCst).into());
    }
}

/// `BUS_ADRERR`: the file has no such byte. Memory that fails, and a signal that was sent, have other codes.
const BEHIND_THE_END: c_int = 2;

fn remove_leftovers() {
    // SAFETY: `path` is a string that ends in a zero byte. That there may be no such file is no harm.
    leftover::each(|path| _ = unsafe { libc::unlink(path.as_ptr()) });
}

/// Raises the signal again, without a handler. It waits until ours returns.
fn default(signal: c_int) {
    // SAFETY: zeros are a `sigaction`, whose handler is then SIG_DFL, and the pointer is to a local.
    unsafe {
        let default: sigaction = mem::zeroed();
        libc::sigaction(signal, &default, ptr::null_mut());
        libc::raise(signal);
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::hint::black_box;
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::process::ExitStatusExt;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Output, Stdio};
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::reading::{self, Reading};
    use crate::temporary::Temporary;

    /// The folder of a child of a test, and what it is to do.
    const CHILD: &str = "PKL2PARQUET_TEST_CHILD";

    /// What children do; without a parent, nothing.
    #[test]
    fn child() {
        let Some(folder) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
        // What runs the tests may ignore some, as `nohup` does, and children would go on with that.
        for signal in ENDING {
            // SAFETY: SIG_DFL is no function, so nothing of ours is called.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
        }
        let _handled = Handled::new();
        let temporary = Temporary::named(&folder).unwrap();
        temporary.file().write_all(b"half").unwrap();
        let input = folder.join("input");
        if !input.exists() {
            writeln!(std::io::stdout(), "ready").unwrap();
            thread::sleep(Duration::from_secs(60));
        }
        let _reading = Reading::of(Path::new("in\nput"));
        let mapped = unpickle::Input::open(&input, &unpickle::OpenOptions::new()).unwrap();
        if folder.join("some-done").exists() {
            reading::some_done();
        }
        File::options().write(true).open(&input).unwrap().set_len(10).unwrap();
        let touch = || black_box(mapped.as_ref().last().copied());
        thread::scope(|scope| [(); 4].map(|()| scope.spawn(touch)).map(|thread| thread.join().unwrap()));
    }

    /// Runs [`child`] in `folder`; once it is ready, sends it the signal.
    fn run_child(folder: &Path, signal: Option<&str>) -> Output {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "signals::tests::child", "--nocapture"]).env(CHILD, folder);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        if let Some(signal) = signal {
            assert!(out.any(|line| line.unwrap().ends_with("ready")));
            assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
            let pid = child.id().to_string();
            assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        }
        out.for_each(drop);
        child.wait_with_output().unwrap()
    }

    #[test]
    fn signals_remove_temporary_files_and_do_what_they_do() {
        for signal in ENDING.into_iter().chain([libc::SIGBUS]) {
            let folder = tempfile::tempdir().unwrap();
            let done = run_child(folder.path(), Some(&format!("-{signal}")));
            assert_eq!(done.status.signal(), Some(signal));
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{signal}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn an_input_that_vanishes_is_one_line() {
        for (some_done, code) in [(false, 2), (true, 1)] {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("input"), vec![b'N'; 1 << 20]).unwrap();
            if some_done {
                fs::write(folder.path().join("some-done"), "").unwrap();
            }
            let done = run_child(folder.path(), None);
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            assert_eq!(done.status.code(), Some(code), "{said}");
            assert!(said.starts_with("pkl2parquet: in\\nput: a part of it is gone: "), "{said}");
            assert_eq!(said.lines().count(), 1, "{said}");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1 + usize::from(some_done));
        }
    }
}
