//! Work on each of some columns, by several threads where there is enough of it.

use unpickle_core::Result;

use crate::write::pipeline::{self, Bounds};

/// Fewer cells than this are done before a thread is started.
const WORTH_THREADS: usize = 50_000;

/// The results of `work` on each item, in order. `cells` says how much there is to look at, in all.
///
/// # Errors
///
/// The first one that fails, in the items' order.
pub(crate) fn all<T: Sync, R: Send>(
    items: &[T],
    cells: usize,
    work: impl Fn(usize, &T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    if cells < WORTH_THREADS {
        return items.iter().enumerate().map(|(i, item)| work(i, item)).collect();
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let bounds = Bounds { threads, tasks: usize::MAX, bytes: usize::MAX };
    let one = |i: usize| match items.get(i) {
        Some(item) => work(i, item).map(Some),
        None => Ok(None),
    };
    pipeline::run(
        items.len(),
        bounds,
        one,
        |_| 0,
        |results| (0..items.len()).filter_map(|_| results.next().transpose()).collect(),
    )
}
