//! Approving and rejecting other bytes for a day that has a file (重新导入).

use crate::error::StoreError;
use crate::files;
use crate::names::Person;
use crate::refusal::Refusal;
use crate::store::Store;
use crate::stored_file::{FileId, FileState, StoredFile};

impl Store {
    /// Makes a pending version the file of its day. The one before stays on record, and runs made with it are stale.
    ///
    /// # Errors
    /// `no_such_file`, `not_pending`; `own_import`, where `by` imported it; whatever fails.
    pub fn approve_file(&mut self, file: FileId, by: &Person, at_us: i64) -> Result<StoredFile, StoreError> {
        let pending = self.pending(file)?;
        if pending.imported_by == *by {
            return Err(Refusal::OwnImport.into());
        }
        let active = files::versions(&self.reader.connection, &pending.key)?
            .into_iter()
            .find(|version| version.state == FileState::Active);
        let transaction = self.reader.connection.transaction()?;
        if let Some(active) = active {
            files::set_state(&transaction, active.id, FileState::Superseded, None)?;
        }
        files::set_state(&transaction, file, FileState::Active, Some((by, at_us)))?;
        transaction.commit()?;
        self.write_sidecars()?;
        self.reader.file(file)
    }

    /// Rejects a pending version; whoever imported it may take it back so.
    ///
    /// # Errors
    /// `no_such_file`, `not_pending`; whatever fails.
    pub fn reject_file(&mut self, file: FileId, by: &Person, at_us: i64) -> Result<StoredFile, StoreError> {
        self.pending(file)?;
        files::set_state(&self.reader.connection, file, FileState::Rejected, Some((by, at_us)))?;
        self.write_sidecars()?;
        self.reader.file(file)
    }

    fn pending(&self, file: FileId) -> Result<StoredFile, StoreError> {
        let found = self.reader.file(file)?;
        match found.state {
            FileState::Pending => Ok(found),
            state => Err(Refusal::NotPending { file, state }.into()),
        }
    }
}
