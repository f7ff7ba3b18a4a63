//! Work on each of some items, by several threads where there is enough of it.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use unpickle_core::Result;

use crate::threads::{install, threads_for};

/// Rows of one task: enough that starting it does not count.
const STRETCH: usize = 1 << 15;

/// The results of `work` on each item, in order. `cells` says how much there is to look at, in all.
///
/// # Errors
///
/// The first one that fails, in the items' order. Behind it no more are begun.
pub(crate) fn all<T: Sync, R: Send>(
    items: &[T],
    cells: usize,
    work: impl Fn(usize, &T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    if threads_for(cells, 0) == 1 {
        return items.iter().enumerate().map(|(i, item)| work(i, item)).collect();
    }
    let failed = AtomicUsize::new(usize::MAX);
    let one = |(i, item): (usize, &T)| {
        if i > failed.load(Ordering::Relaxed) {
            return None;
        }
        let result = work(i, item);
        if result.is_err() {
            failed.fetch_min(i, Ordering::Relaxed);
        }
        Some(result)
    };
    let results: Vec<Option<Result<R>>> = install(|| items.par_iter().enumerate().map(one).collect());
    // What was not begun stands behind an error.
    results.into_iter().flatten().collect()
}

/// Rows from `start` to `end`, in stretches of one task each.
pub(crate) fn stretches(rows: Range<usize>) -> Vec<Range<usize>> {
    let stretch = |start: usize| start..start.saturating_add(STRETCH).min(rows.end);
    rows.clone().step_by(STRETCH).map(stretch).collect()
}

#[cfg(test)]
mod tests {
    use unpickle_core::{Category, Error};

    use super::*;

    #[test]
    fn results_are_in_order_and_the_first_error_is_told() {
        let items: Vec<usize> = (0..1000).collect();
        let squares = all(&items, usize::MAX, |_, &item| Ok(item * item)).unwrap();
        assert_eq!(squares, items.iter().map(|item| item * item).collect::<Vec<_>>());
        let error = all(&items, usize::MAX, |i, &item| {
            if item % 300 == 299 { Err(Error::message(Category::Data, format!("item {i}"))) } else { Ok(()) }
        });
        assert_eq!(error.unwrap_err().to_string(), "item 299");
    }

    #[test]
    fn stretches_are_all_rows_once() {
        let rows: Vec<usize> = stretches(5..100_000).into_iter().flatten().collect();
        assert_eq!(rows, (5..100_000).collect::<Vec<_>>());
        assert!(stretches(5..5).is_empty());
    }
}
