//! What the fuzz targets in `gateway/fuzz` reach into, and nothing else should: the reader of snapshots, what becomes of a
//! sealed frame. The way into a ledger without actors is [`crate::Intake::piped`].

use std::io;

use longmen_wal::{Body, Storage};

use crate::ledger::{FrameSection, LedgerSettings, Rebuilt, ReplayError};
use crate::{frame_writer, snapshot};

/// The sections of a sealed frame as the log takes them.
#[must_use]
pub fn body_of(time_us: i64, sections: Vec<FrameSection>) -> Body {
    frame_writer::body_of(time_us, sections)
}

/// What a start would find of the snapshots in a directory.
pub struct Snapshots {
    /// The books of those whose headers are whole, newest first, as recovery would go on from them.
    pub restored: Vec<Result<Rebuilt, ReplayError>>,
    /// The others, which are passed over.
    pub refused: Vec<String>,
}

/// Reads the snapshots in `storage` as a start does.
///
/// # Errors
/// If the directory cannot be read.
pub fn read_snapshots(storage: &dyn Storage, settings: &LedgerSettings) -> io::Result<Snapshots> {
    let (found, refused) = snapshot::find(storage)?;
    let restored = found.iter().map(|snapshot| snapshot.restore(settings)).collect();
    Ok(Snapshots { restored, refused })
}
