//! What guards the things that threads of this crate share, by one name: a checker of schedules compiles the same files
//! against its own locks, condition variables and atomics (see `schedules`).

pub(crate) use std::sync::atomic;
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, RwLock};
pub(crate) use std::thread;
