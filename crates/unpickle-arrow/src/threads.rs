//! How many threads there may be: the one place that decides.

use std::cell::Cell;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Starting a thread costs as much as looking at some ten thousand cells: one is taken for so many.
const CELLS_A_THREAD: usize = 50_000;

thread_local! {
    /// What [`with_threads`] said; 0 where it said nothing.
    static MOST: Cell<usize> = const { Cell::new(0) };
    /// The threads that it allowed, once they are wanted.
    static POOL: Cell<Option<ThreadPool>> = const { Cell::new(None) };
}

/// Does `work`, in which whatever finds and writes tables takes at most so many threads; 0 stands for one a core, which
/// is also the default.
///
/// ```
/// // [{"a": 1}, {"a": 2}]
/// let rows = unpickle_core::Pickle::parse(b"](}X\x01\0\0\0aK\x01s}X\x01\0\0\0aK\x02se.")?;
/// let tables = unpickle_arrow::with_threads(1, || unpickle_arrow::tables(rows.root()))?;
/// assert_eq!(tables[0].num_rows(), 2);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
pub fn with_threads<R>(threads: usize, work: impl FnOnce() -> R) -> R {
    /// Restores what was said before, also after a panic.
    struct Before(usize, Option<ThreadPool>);
    impl Drop for Before {
        fn drop(&mut self) {
            MOST.set(self.0);
            POOL.set(self.1.take());
        }
    }
    let _before = Before(MOST.replace(threads), POOL.take());
    work()
}

/// Does `work`, whose parallel iterators take as many threads as [`with_threads`] allows.
pub(crate) fn install<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    let most = MOST.get();
    if most == 0 {
        return work();
    }
    let pool = POOL.take().or_else(|| ThreadPoolBuilder::new().num_threads(most).build().ok());
    // Without threads of its own it takes those of the process.
    let Some(pool) = pool else { return work() };
    let done = pool.install(work);
    POOL.set(Some(pool));
    done
}

/// How many threads to take for so many cells, where `wanted` is what the caller asked for: 0 for nothing in particular.
pub(crate) fn threads_for(cells: usize, wanted: usize) -> usize {
    let worth = cells.div_ceil(CELLS_A_THREAD);
    if worth <= 1 {
        return 1;
    }
    let most = match (wanted, MOST.get()) {
        (0, 0) => std::thread::available_parallelism().map_or(1, usize::from),
        (0, most) => most,
        (wanted, _) => wanted,
    };
    most.min(worth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_counts() {
        let cells = 1_000_000;
        assert_eq!(with_threads(3, || threads_for(cells, 0)), 3);
        assert_eq!(with_threads(3, || threads_for(cells, 2)), 2);
        assert_eq!(with_threads(3, || with_threads(1, || threads_for(cells, 0))), 1);
        assert_eq!(with_threads(30, || threads_for(cells, 0)), 20);
        assert_eq!(with_threads(3, || threads_for(50_000, 0)), 1);
        assert_eq!(threads_for(cells, 7), 7);
    }

    #[test]
    fn parallel_iterators_take_as_many_as_are_allowed() {
        for threads in [1, 2, 3] {
            let taken = with_threads(threads, || [(); 2].map(|()| install(rayon::current_num_threads)));
            assert_eq!(taken, [threads; 2]);
        }
    }

    #[test]
    fn what_was_said_ends_with_the_work() {
        let cells = usize::MAX;
        let before = threads_for(cells, 0);
        let panicked =
            std::panic::catch_unwind(|| with_threads(1, || std::panic::resume_unwind(Box::new(()))));
        assert!(panicked.is_err());
        assert_eq!(threads_for(cells, 0), before);
    }
}
