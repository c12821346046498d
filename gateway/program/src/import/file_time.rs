//! The time that stands for that of transactions without one.

use std::fs::Metadata;
use std::time::{SystemTime, UNIX_EPOCH};

/// When a file was last changed, but not after now, in seconds since 1970. A file that stays as it is gives the same
/// time whenever it is imported: its transactions are either known by their ids or refused as too old, and never
/// posted twice.
pub(crate) fn file_time(metadata: &Metadata) -> u32 {
    let now = SystemTime::now();
    let changed = metadata.modified().map_or(now, |changed| changed.min(now));
    let since = changed.duration_since(UNIX_EPOCH).unwrap_or_default();
    u32::try_from(since.as_secs()).unwrap_or(u32::MAX)
}
