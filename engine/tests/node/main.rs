//! A whole node without sockets: actors, log, recovery.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod archives;
mod clock;
mod desk;
mod full_disk;
mod lifecycle;
mod lying;
mod originals;
mod scrub;
mod snapshots;
