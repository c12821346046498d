//! A little room on the disk that is kept for one purpose: that a node starts when everything else is full.
//!
//! A start writes a manifest and a segment for the run that begins. Where the disk has no room even for a small one, this file
//! goes; the node then serves reads, and writes when there is room again.

use std::io;

use longmen_wal::{Storage, WritePath, remove_if_there};

const NAME: &str = "RESERVE";
/// Enough for a manifest and a segment of a few frames: a node that ran out of room has carried the durable mark, so that
/// hardly anything is to be written again.
const BYTES: u64 = 256 << 10;

/// Keeps the room, if there is any. Without it only the next start on a full disk has less to fall back on.
pub(crate) fn keep(storage: &dyn Storage) {
    let kept = storage.list().map(|names| names.iter().any(|name| name == NAME));
    if let Ok(false) = kept
        && let Err(error) = storage.create(NAME, BYTES, WritePath::Pwritev)
    {
        tracing::warn!("no room is kept for a start on a full disk: {error}");
    }
}

/// Gives the room up.
///
/// # Errors
/// If the file cannot be removed.
pub(crate) fn give_up(storage: &dyn Storage) -> io::Result<()> {
    remove_if_there(storage, NAME)?;
    storage.sync_directory()
}
