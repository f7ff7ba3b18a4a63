//! `Budget`: how many values may be looked at to find tables. Sharing makes few bytes stand for any number of them.

use std::sync::atomic::{AtomicUsize, Ordering};

use unpickle_core::{Error, Result, Value};

/// What is looked at in vain, for it turns out to be no table, has room of its own, so many times as much: a value is looked
/// at once for each that holds it, and tried as several shapes.
const IN_VAIN: usize = 8;

/// What all tables of one pickle may cost together, by [`Limits::expand`](unpickle_core::Limits::expand). Several threads
/// may charge it at once.
pub(crate) struct Budget {
    most: usize,
    spent: AtomicUsize,
    in_vain: AtomicUsize,
}

impl Budget {
    /// That of the pickle which `value` is in.
    pub(crate) fn of(value: Value<'_>) -> Budget {
        Budget { most: value.most_values(), spent: AtomicUsize::new(0), in_vain: AtomicUsize::new(0) }
    }

    /// So many values more were looked at.
    ///
    /// # Errors
    ///
    /// They are too many: what is not shared takes a byte at least, so it is never too much.
    pub(crate) fn charge(&self, values: usize) -> Result<()> {
        add(&self.spent, values, self.most)
    }

    /// What `attempt` finds. If that is nothing, what it cost was in vain.
    pub(crate) fn attempt<T>(&self, attempt: impl FnOnce() -> Result<Option<T>>) -> Result<Option<T>> {
        let before = self.spent.load(Ordering::Relaxed);
        let found = attempt()?;
        if found.is_none() {
            let cost = self.spent.swap(before, Ordering::Relaxed).saturating_sub(before);
            add(&self.in_vain, cost, self.most.saturating_mul(IN_VAIN))?;
        }
        Ok(found)
    }
}

/// Adds to a counter that stays below `most`.
fn add(counter: &AtomicUsize, values: usize, most: usize) -> Result<()> {
    // Far from the largest number, even if every thread adds once more.
    let sum = counter.fetch_add(values, Ordering::Relaxed).saturating_add(values);
    if sum <= most { Ok(()) } else { Err(beyond()) }
}

#[cold]
fn beyond() -> Error {
    Error::limit(format!("the cells share so much that they would be too many values; {RAISE}"))
}

/// What an error of a limit ends with.
pub(crate) const RAISE: &str = "raise --max-expand to allow them";
