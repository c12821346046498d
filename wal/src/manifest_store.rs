//! Replaces the manifest durably: written aside, synced, renamed, directory synced.

use std::io::{self, IoSlice};
use std::sync::{Arc, PoisonError};

use crate::codec::index;
use crate::error::StorageError;
use crate::manifest::{MANIFEST_FILE, Manifest, SegmentState};
use crate::number::{FrameNumber, SegmentNumber};
use crate::storage::{Storage, StorageFile, WritePath};
use crate::sync::Mutex;

/// Where a new manifest is written before it takes the name.
pub(crate) const MANIFEST_DRAFT: &str = "MANIFEST.new";

/// Holds the manifest as it is on disk.
pub(crate) struct ManifestStore {
    storage: Arc<dyn Storage>,
    manifest: Mutex<Manifest>,
}

impl ManifestStore {
    pub(crate) fn new(storage: Arc<dyn Storage>, manifest: Manifest) -> Self {
        Self { storage, manifest: Mutex::new(manifest) }
    }

    /// Applies `change` and returns when the result is durable. On an error the manifest is the old or the new
    /// one, and only a fresh read tells which.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Manifest)) -> io::Result<()> {
        let mut held = self.manifest.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = held.clone();
        change(&mut next);
        if let Err(what) = next.validate() {
            panic!("the log was about to write a manifest that it would refuse: {what}");
        }
        write_manifest(&*self.storage, &next)?;
        *held = next;
        Ok(())
    }

    /// How far the manifest on disk says that the log is durable.
    pub(crate) fn durable(&self) -> FrameNumber {
        self.manifest.lock().unwrap_or_else(PoisonError::into_inner).durable
    }

    /// Leaves segments whose files are durably gone out of later manifests.
    pub(crate) fn forget_discarded(&self) {
        let mut held = self.manifest.lock().unwrap_or_else(PoisonError::into_inner);
        held.segments.retain(|_, entry| entry.state != SegmentState::Discarded);
    }

    /// Cuts the files of segments at the ends that the durable manifest names: what lies behind them never counts again.
    /// Whoever reads them must be bound by those ends.
    pub(crate) fn cut_at_ends(
        &self,
        segments: impl IntoIterator<Item = SegmentNumber>,
    ) -> Result<(), StorageError> {
        let held = self.manifest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for number in segments {
            let name = number.file_name();
            let Some(end) = held.end_of(number) else { continue };
            let cut = || -> io::Result<()> {
                if self.storage.open(&name)?.size()? > end { self.storage.cut(&name, end) } else { Ok(()) }
            };
            cut().map_err(StorageError::of(&name))?;
        }
        Ok(())
    }

    /// Removes the files of segments that the durable manifest calls discarded.
    pub(crate) fn remove_discarded(&self) -> Result<(), StorageError> {
        let held = self.manifest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let discarded = held.segments.iter().filter(|(_, entry)| entry.state == SegmentState::Discarded);
        for (number, _) in discarded {
            let name = number.file_name();
            remove_if_there(&*self.storage, &name).map_err(StorageError::of(name))?;
        }
        self.storage.sync_directory().map_err(StorageError::of(""))
    }

    /// True for a segment that is part of the log.
    pub(crate) fn is_part_of_the_log(&self, number: SegmentNumber) -> bool {
        let held = self.manifest.lock().unwrap_or_else(PoisonError::into_inner);
        held.segments.get(&number).is_some_and(|entry| entry.state != SegmentState::Discarded)
    }
}

/// Makes `manifest` the manifest.
pub(crate) fn write_manifest(storage: &dyn Storage, manifest: &Manifest) -> io::Result<()> {
    remove_if_there(storage, MANIFEST_DRAFT)?;
    let file = storage.create(MANIFEST_DRAFT, 0, WritePath::Pwritev)?;
    file.write_at(&[IoSlice::new(manifest.render().as_bytes())], 0)?;
    sync_draft(&*file)?;
    storage.rename(MANIFEST_DRAFT, MANIFEST_FILE)?;
    storage.sync_directory()
}

fn sync_draft(draft: &dyn StorageFile) -> io::Result<()> {
    fail_point!("ManifestNotSynced", |_| Ok(()));
    draft.sync()
}

/// The bytes of the manifest, `None` when there is no such file.
pub(crate) fn read_manifest(storage: &dyn Storage) -> io::Result<Option<Vec<u8>>> {
    let file = match storage.open(MANIFEST_FILE) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = vec![0; index(file.size()?)];
    file.read_at(&mut bytes, 0)?;
    Ok(Some(bytes))
}

/// Removes a file that may not be there, such as a draft that an interrupted run has left.
///
/// # Errors
/// What removing it says, but that it is not there.
pub fn remove_if_there(storage: &dyn Storage, name: &str) -> io::Result<()> {
    match storage.remove(name) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
