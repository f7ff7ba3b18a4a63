//! How much memory something takes at its worst.

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What `work` gives, and how many bytes more than before lived at once while it was done, those of other threads too. A
/// block that grows counts twice while it is copied.
pub fn peak<R>(work: impl FnOnce() -> R) -> (R, usize) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let result = work();
    (result, MEMORY.peak_usage().saturating_sub(before))
}
