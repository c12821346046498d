//! What guards the things that sessions share, by one name: a checker of schedules compiles the same files against its
//! own atomics (see `schedules`).

pub(crate) use std::sync::atomic;
