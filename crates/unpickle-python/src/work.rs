//! Work outside Python's lock, which Ctrl-C does not wait for.

use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use unpickle::arrow::with_threads;

/// How long a signal waits at most until Python looks at it.
const TICK: Duration = Duration::from_millis(50);

/// Whether this process is one that `os.fork` made of another: the threads of the other are not here.
static FORKED: AtomicBool = AtomicBool::new(false);

/// Tells that this process is a fork.
#[pyfunction]
pub(crate) fn after_fork() {
    FORKED.store(true, Ordering::Relaxed);
}

/// Whether work goes on for somebody: after Ctrl-C nobody takes what it gives.
#[derive(Clone, Default)]
pub(crate) struct Wanted(Arc<AtomicBool>);

impl Wanted {
    /// Whether somebody still waits.
    pub(crate) fn is_still(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }
}

/// Does `work` in a thread of its own while other threads of Python run. At Ctrl-C it raises at once; the work ends when it
/// next looks whether it is wanted, or is done.
pub(crate) fn unlocked<R: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce(&Wanted) -> R + Send + 'static,
) -> PyResult<R> {
    let wanted = Wanted::default();
    let (sender, mut receiver) = sync_channel(1);
    let told = wanted.clone();
    let job = move || {
        // The pool of all threads stayed behind in the process that was forked: then one is made for the work.
        let threads = if FORKED.load(Ordering::Relaxed) { cores() } else { 0 };
        // Who does not wait any more does not take it.
        _ = sender.send(with_threads(threads, || work(&told)));
    };
    let worker = thread::Builder::new().name("unpickle".to_owned()).spawn(job)?;
    loop {
        let (back, received) = py.detach(move || {
            let received = receiver.recv_timeout(TICK);
            (receiver, received)
        });
        receiver = back;
        match received {
            Ok(done) => return Ok(done),
            Err(RecvTimeoutError::Timeout) => py.check_signals().inspect_err(|_| {
                wanted.0.store(true, Ordering::Relaxed);
            })?,
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    match worker.join() {
        // pyo3 makes an exception of it.
        Err(panicked) => panic::resume_unwind(panicked),
        Ok(()) => Err(PyRuntimeError::new_err("the work ended without a result")),
    }
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}
