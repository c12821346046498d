//! Shuttle's locks and atomics, under the names by which production files ask for them.

use std::ops::{Deref, DerefMut};
use std::sync::LockResult;
use std::time::Duration;

use shuttle::rand::{Rng, thread_rng};

pub(crate) use shuttle::sync::RwLock;
pub(crate) use shuttle::sync::atomic;
pub(crate) use shuttle::thread;

/// Shuttle's, whose guard knows it, so that a wait can end by itself.
#[derive(Default)]
pub(crate) struct Mutex<T>(shuttle::sync::Mutex<T>);

/// Holds a [`Mutex`].
pub(crate) struct MutexGuard<'a, T> {
    of: &'a Mutex<T>,
    held: shuttle::sync::MutexGuard<'a, T>,
}

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Mutex<T> {
        Mutex(shuttle::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        Ok(MutexGuard { of: self, held: self.0.lock().expect("nobody panics with it") })
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.held
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.held
    }
}

/// Shuttle's, whose waits for a time never end by time. Here they do, sooner or later as the schedule decides.
pub(crate) struct Condvar(shuttle::sync::Condvar);

/// How a wait for a time ended.
pub(crate) struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    pub(crate) fn timed_out(&self) -> bool {
        self.0
    }
}

impl Condvar {
    pub(crate) fn new() -> Condvar {
        Condvar(shuttle::sync::Condvar::new())
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }

    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let MutexGuard { of, held } = guard;
        Ok(MutexGuard { of, held: self.0.wait(held).expect("nobody panics with it") })
    }

    /// Lets others go on for some steps, and looks between them, as one does who is told of every change.
    pub(crate) fn wait_timeout_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        _: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let mut left = thread_rng().gen_range(0..4);
        while condition(&mut guard) {
            if left == 0 {
                return Ok((guard, WaitTimeoutResult(true)));
            }
            left -= 1;
            let mutex = guard.of;
            drop(guard);
            thread::yield_now();
            guard = mutex.lock().expect("nobody panics with it");
        }
        Ok((guard, WaitTimeoutResult(false)))
    }
}
