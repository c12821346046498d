//! A whole node without sockets: actors, log, recovery.

mod desk;
mod lifecycle;
mod snapshots;
