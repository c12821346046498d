//! Copying a desk while it is in use.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use rusqlite::Connection;

use crate::directory::{Directory, sync_directory};
use crate::error::StoreError;
use crate::files;
use crate::schema;
use crate::sidecar;
use crate::store::{BUSY, Reader, flags};

impl Reader {
    /// Copies everything, as it is at one moment, into a directory that is not there yet. The copy is a desk: it can be opened.
    ///
    /// # Errors
    /// [`StoreError::Io`], where the directory is there, or cannot be written; whatever fails. What was copied by then is no desk, and is not opened.
    pub fn back_up(&self, to: &Path) -> Result<(), StoreError> {
        let failed = |kind: ErrorKind| StoreError::io(to)(kind.into());
        if to.exists() {
            return Err(failed(ErrorKind::AlreadyExists));
        }
        let copy = Directory::at(to);
        copy.create()?;
        let draft = copy.database().with_extension("draft");
        let name = draft.to_str().ok_or_else(|| failed(ErrorKind::InvalidFilename))?;
        // A connection that only asks is not let do this.
        let original = Connection::open_with_flags(self.directory.database(), flags())?;
        schema::prepare(&original, BUSY)?;
        original.execute("VACUUM INTO ?", [name])?;
        // Files that come meanwhile are not in the copy; bytes of those that are never change.
        let copied = Connection::open(&draft)?;
        for digest in files::contents(&copied)? {
            let mut incoming = copy.incoming()?;
            io::copy(&mut self.open_raw(digest)?, &mut incoming)
                .map_err(StoreError::io(&copy.raw(digest)))?;
            copy.keep(incoming, &copy.raw(digest))?;
            sidecar::write(&copy, digest, &files::of_content(&copied, digest)?)?;
        }
        drop(copied);
        File::open(&draft).and_then(|file| file.sync_all()).map_err(StoreError::io(&draft))?;
        fs::rename(&draft, copy.database()).map_err(StoreError::io(&draft))?;
        sync_directory(to)
    }
}
