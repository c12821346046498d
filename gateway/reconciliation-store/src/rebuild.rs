//! Making the database again from the directory of files.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::booked::{self, Booked};
use crate::directory::Directory;
use crate::error::StoreError;
use crate::files;
use crate::sidecar;
use crate::store::{Store, digest_of};
use crate::stored_file::StoredFile;
use crate::vouchers_taken_over::take_over;

/// What was made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// Files that are known again, with every version and who decided about it.
    pub files: usize,
    /// Steps about breaks that the ledger told of.
    pub handlings: usize,
    /// Vouchers that were taken over from the database that was there; `None` where they cannot be read from it: then a copy has to be restored before
    /// numbers are drawn.
    pub vouchers: Option<usize>,
    /// Where the database lies that was there.
    pub set_aside: Option<PathBuf>,
}

/// Makes the database of a directory again, where it is damaged or lost: every file with its versions, from what stands beside its bytes. Runs are
/// to be made again, from the first day on; they give the breaks the same names. Of handlings it has what the ledger told, which is what was booked about
/// breaks and what waits for approval; what was refused is forgotten.
///
/// # Errors
/// [`StoreError`]: `in_use`; where bytes are not what their name says, or it does not stand what they are. Then nothing is changed.
pub fn rebuild(directory: &Path, wait: Duration, booked: &[Booked]) -> Result<Rebuilt, StoreError> {
    let directory = Directory::at(directory);
    directory.create()?;
    let lock = directory.lock(wait)?;
    let found = found(&directory)?;
    let set_aside = directory.set_aside()?;
    let mut store = Store::create(directory, lock)?;
    let transaction = store.reader.connection.transaction()?;
    for file in &found {
        files::insert(&transaction, file)?;
    }
    let handlings = booked::adopt(&transaction, booked)?;
    transaction.commit()?;
    store.write_sidecars()?;
    let vouchers = match &set_aside {
        Some(aside) => take_over(&mut store.reader.connection, aside)?,
        None => Some(0),
    };
    Ok(Rebuilt { files: found.len(), handlings, vouchers, set_aside })
}

/// Every file that stands beside its bytes, in the order of import.
fn found(directory: &Directory) -> Result<Vec<StoredFile>, StoreError> {
    let mut found = Vec::new();
    for digest in directory.listed()?.sidecars {
        let path = directory.raw(digest);
        if digest_of(&path)? != digest {
            return Err(StoreError::DamagedFile { path });
        }
        found.extend(sidecar::read(directory, digest)?);
    }
    found.sort_by_key(|file| file.id);
    Ok(found)
}
