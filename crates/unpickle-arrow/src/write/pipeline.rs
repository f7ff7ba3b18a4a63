//! Tasks done by several threads, their results taken in order by one.
//!
//! The thread that takes results also works while it has nothing to take, so that one thread needs no other and
//! small tables start none. How far workers may run ahead is bounded, in tasks and in bytes.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use unpickle_core::{Category, Error, Result};

/// How many threads, and how far ahead of the consumer they may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) threads: usize,
    /// A task starts only if fewer than so many before it are not taken yet.
    pub(crate) tasks: usize,
    /// And only while the results that wait weigh less than this.
    pub(crate) bytes: usize,
}

/// Does `tasks` tasks; `consume` takes their results in order by [`Results::next`].
///
/// A task that fails is the last one to be started: the consumer meets its error in its turn, so which error is told
/// does not depend on the threads.
pub(crate) fn run<T: Send, R>(
    tasks: usize,
    bounds: Bounds,
    work: impl Fn(usize) -> Result<T> + Sync,
    weigh: impl Fn(&T) -> usize + Sync,
    consume: impl FnOnce(&mut Results<'_, T>) -> Result<R>,
) -> Result<R> {
    // A panic in a library must not leave the consumer waiting for ever.
    let guarded = |task| {
        catch_unwind(AssertUnwindSafe(|| work(task))).unwrap_or_else(|_| {
            Err(Error::message(Category::Unsupported, "internal error: a writer panicked on this table"))
        })
    };
    let shared = Shared {
        state: Mutex::new(State { started: 0, taken: 0, end: tasks, done: BTreeMap::new(), weight: 0 }),
        changed: Condvar::new(),
        bounds,
        work: &guarded,
        weigh: &weigh,
    };
    let helpers = bounds.threads.min(tasks).saturating_sub(1);
    if helpers == 0 {
        return consume(&mut Results { shared: &shared });
    }
    std::thread::scope(|scope| {
        let shared = &shared;
        for _ in 0..helpers {
            // Without another thread it goes slower, not wrong.
            if std::thread::Builder::new().spawn_scoped(scope, move || shared.help()).is_err() {
                break;
            }
        }
        let result = consume(&mut Results { shared });
        shared.stop();
        result
    })
}

struct Shared<'w, T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    bounds: Bounds,
    work: &'w (dyn Fn(usize) -> Result<T> + Sync),
    weigh: &'w (dyn Fn(&T) -> usize + Sync),
}

struct State<T> {
    /// Tasks `0..started` are done or being done.
    started: usize,
    /// Results `0..taken` went to the consumer.
    taken: usize,
    /// No task from here on is started.
    end: usize,
    done: BTreeMap<usize, Result<T>>,
    weight: usize,
}

enum Turn {
    Start(usize),
    Wait,
    Over,
}

impl<T> State<T> {
    fn turn(&self, bounds: Bounds) -> Turn {
        let task = self.started;
        if task >= self.end {
            return Turn::Over;
        }
        let ahead = task.saturating_sub(self.taken);
        if ahead == 0 || (ahead < bounds.tasks && self.weight < bounds.bytes) {
            Turn::Start(task)
        } else {
            Turn::Wait
        }
    }
}

impl<T> Shared<'_, T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing that can panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'g>(&self, state: MutexGuard<'g, State<T>>) -> MutexGuard<'g, State<T>> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        self.lock().end = 0;
        self.changed.notify_all();
    }

    /// Does one task, whose number is already counted as started.
    fn finish(&self, task: usize) {
        let result = (self.work)(task);
        let weight = result.as_ref().map_or(0, |result| (self.weigh)(result));
        let mut state = self.lock();
        if result.is_err() {
            state.end = state.end.min(task);
        }
        state.weight = state.weight.saturating_add(weight);
        state.done.insert(task, result);
        drop(state);
        self.changed.notify_all();
    }

    fn help(&self) {
        let mut state = self.lock();
        loop {
            match state.turn(self.bounds) {
                Turn::Over => return,
                Turn::Wait => state = self.wait(state),
                Turn::Start(task) => {
                    state.started = task.saturating_add(1);
                    drop(state);
                    self.finish(task);
                    state = self.lock();
                }
            }
        }
    }
}

/// The results, in order.
pub(crate) struct Results<'s, T> {
    shared: &'s Shared<'s, T>,
}

impl<T> Results<'_, T> {
    /// The next result; asked for once more than there are tasks, an error.
    pub(crate) fn next(&mut self) -> Result<T> {
        let shared = self.shared;
        let mut state = shared.lock();
        loop {
            let next = state.taken;
            if let Some(result) = state.done.remove(&next) {
                state.taken = next.saturating_add(1);
                let weight = result.as_ref().map_or(0, |result| (shared.weigh)(result));
                state.weight = state.weight.saturating_sub(weight);
                drop(state);
                shared.changed.notify_all();
                return result;
            }
            match state.turn(shared.bounds) {
                Turn::Start(task) => {
                    state.started = task.saturating_add(1);
                    drop(state);
                    shared.finish(task);
                    state = shared.lock();
                }
                _ if next >= state.started => {
                    return Err(Error::message(Category::Unsupported, "internal error: no more results"));
                }
                _ => state = shared.wait(state),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn bounds(threads: usize) -> Bounds {
        Bounds { threads, tasks: 5, bytes: 1000 }
    }

    #[test]
    fn results_come_in_order_whatever_the_threads() {
        for threads in [1, 2, 4, 9] {
            let squares = run(
                100,
                bounds(threads),
                |task| Ok(task * task),
                |_| 1,
                |results| (0..100).map(|_| results.next()).collect::<Result<Vec<_>>>(),
            );
            assert_eq!(squares.unwrap(), (0..100).map(|n| n * n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn first_error_in_order_is_told_and_stops_the_rest() {
        for threads in [1, 4] {
            let started = AtomicUsize::new(0);
            let work = |task: usize| {
                started.fetch_add(1, Ordering::Relaxed);
                if task >= 7 { Err(Error::message(Category::Data, format!("task {task}"))) } else { Ok(task) }
            };
            let error = run(
                1000,
                bounds(threads),
                work,
                |_| 1,
                |results| {
                    for _ in 0..1000 {
                        results.next()?;
                    }
                    Ok(())
                },
            );
            assert_eq!(error.unwrap_err().to_string(), "task 7");
            assert!(started.load(Ordering::Relaxed) < 20);
        }
    }

    #[test]
    fn workers_do_not_run_far_ahead() {
        let farthest = AtomicUsize::new(0);
        run(
            50,
            Bounds { threads: 4, tasks: 3, bytes: usize::MAX },
            |task| {
                farthest.fetch_max(task, Ordering::SeqCst);
                Ok(())
            },
            |()| 0,
            |results| {
                for taken in 0..50 {
                    assert!(farthest.load(Ordering::SeqCst) <= taken + 3);
                    results.next()?;
                }
                Ok(())
            },
        )
        .unwrap();
    }

    #[test]
    fn heavy_results_hold_the_workers_back_but_not_for_ever() {
        let sum = run(
            20,
            Bounds { threads: 3, tasks: 100, bytes: 1 },
            Ok,
            |_| 1_000_000,
            |results| (0..20).map(|_| results.next()).sum::<Result<usize>>(),
        );
        assert_eq!(sum.unwrap(), 190);
    }

    #[test]
    fn panic_in_a_task_becomes_an_error() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let result = run(
            3,
            bounds(2),
            |task| if task == 1 { panic!("library") } else { Ok(()) },
            |()| 0,
            |results| (0..3).try_for_each(|_| results.next()),
        );
        std::panic::set_hook(hook);
        assert!(result.unwrap_err().to_string().contains("panicked"));
    }

    #[test]
    fn consumer_may_stop_early() {
        run(1000, bounds(3), Ok, |_| 1, |results| results.next().map(|_| ())).unwrap();
    }
}
