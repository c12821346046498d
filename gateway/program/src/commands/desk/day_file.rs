//! The file of a day that counts.

use longmen_engine::ledger::Date;
use longmen_reconciliation_store::{FileFilter, FileState, Reader, StoredFile};

use crate::desk_args::failed;
use crate::failure::Failure;
use crate::reconciling::Channel;

/// The active file of transactions of a channel's day.
///
/// # Errors
/// Where none was imported.
pub(super) fn day_file(reader: &Reader, channel: &Channel, date: Date) -> Result<StoredFile, Failure> {
    let filter =
        FileFilter { channel: Some(channel.desk_name()?), date: Some(date), state: Some(FileState::Active) };
    let files = reader.files(&filter).map_err(failed)?;
    files.into_iter().find(|file| *file.key.format == *channel.format.name()).ok_or_else(|| {
        Failure::Usage(format!("no file of {} on {date} was imported: `longmen desk import`", channel.name))
    })
}
