//! Loom's locks and atomics, under the names by which production files ask for them.

pub(crate) use loom::sync::atomic;
pub(crate) use loom::sync::{Mutex, MutexGuard, RwLock};

/// What the supply of segments needs of threads. Here segments are made by the writer, so none is started.
pub(crate) mod thread {
    pub(crate) use loom::thread::{Builder, JoinHandle, panicking};
}

/// Loom's, with the wait that ends after some time: here nobody waits so, since no thread makes segments.
pub(crate) struct Condvar(loom::sync::Condvar);

impl Condvar {
    pub(crate) fn new() -> Condvar {
        Condvar(loom::sync::Condvar::new())
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }

    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> loom::sync::LockResult<MutexGuard<'a, T>> {
        self.0.wait(guard)
    }

    pub(crate) fn wait_timeout_while<'a, T>(
        &self,
        _: MutexGuard<'a, T>,
        _: std::time::Duration,
        _: impl FnMut(&mut T) -> bool,
    ) -> loom::sync::LockResult<(MutexGuard<'a, T>, loom::sync::WaitTimeoutResult)> {
        unreachable!("only the thread that makes segments waits for a time")
    }
}
