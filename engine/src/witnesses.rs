//! What a data directory itself shows to have been durable: its snapshots and archives of ids are made of durable frames
//! only, so a log that ends before a frame that one of them names has lost what was acknowledged.

use std::io;

use longmen_wal::{FrameNumber, Storage, StorageError, Testimony, Witness};

use crate::{id_archive, snapshot};

/// All files of a directory that were made from a log, with what those say whose headers hold.
///
/// # Errors
/// If the directory, or one of the files, cannot be read.
pub fn of(storage: &dyn Storage) -> Result<Vec<Witness>, StorageError> {
    let unread = |source| StorageError { file: "snapshots and archives of transaction ids".into(), source };
    read(storage).map_err(unread)
}

fn read(storage: &dyn Storage) -> io::Result<Vec<Witness>> {
    let (snapshots, refused) = snapshot::find(storage)?;
    let whole = snapshots.iter().map(|snapshot| {
        let header = &snapshot.header;
        let says = Testimony { node: header.node, durable: FrameNumber(header.last) };
        Witness { file: snapshot.name(), says: Some(says) }
    });
    let refused = refused.into_iter().map(|file| Witness { file, says: None });
    let mut witnesses: Vec<Witness> = whole.chain(refused).collect();
    witnesses.extend(id_archive::witnesses(storage)?);
    Ok(witnesses)
}
