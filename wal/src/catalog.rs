//! The files of a log against its manifest: every segment is there, whole, and who it should be. Changes nothing.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use crate::codec::{PAGE, PAGE_BYTES};
use crate::direct::Pages;
use crate::error::{Fault, Finding, StorageError};
use crate::keeper::{MANIFEST_DRAFT, read_manifest};
use crate::maker::SEGMENT_DRAFT;
use crate::manifest::{MANIFEST_FILE, Manifest, SegmentEntry, SegmentState};
use crate::number::{NodeId, SegmentNumber};
use crate::segment::{FIRST_FRAME, SegmentBytes, SegmentHeader};
use crate::storage::{Storage, StorageFile};

/// So much is read at once of what nobody else reads.
const AT_ONCE: u64 = 1 << 20;

/// Why the files were not accepted.
#[derive(Debug)]
pub(crate) enum Refusal {
    Finding(Finding),
    Io(StorageError),
}

impl From<Finding> for Refusal {
    fn from(finding: Finding) -> Self {
        Self::Finding(finding)
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        Self::Io(error)
    }
}

/// The files that count, in the order of their frames, and those that do not.
pub(crate) struct Catalog {
    pub(crate) manifest: Manifest,
    pub(crate) segments: Vec<CatalogSegment>,
    /// What interrupted makings, replaced tails and interrupted starts left behind.
    pub(crate) leftovers: Vec<String>,
}

/// A segment that may hold frames.
#[derive(Clone)]
pub(crate) struct CatalogSegment {
    pub(crate) bytes: SegmentBytes,
    pub(crate) state: SegmentState,
    pub(crate) file: Arc<dyn StorageFile>,
}

/// Reads the catalog; `None` when the directory holds no log at all.
pub(crate) fn read(storage: &dyn Storage) -> Result<Option<Catalog>, Refusal> {
    let names: BTreeSet<String> = storage.list().map_err(StorageError::of(""))?.into_iter().collect();
    let Some(text) = read_manifest(storage).map_err(StorageError::of(MANIFEST_FILE))? else {
        return match names.iter().find(|name| SegmentNumber::from_file_name(name).is_some()) {
            Some(_) => Err(Finding::of_file(MANIFEST_FILE, Fault::ManifestMissing).into()),
            None => Ok(None),
        };
    };
    let manifest =
        Manifest::parse(&text).map_err(|what| Finding::of_file(MANIFEST_FILE, Fault::Manifest(what)))?;
    let mut segments = Vec::new();
    for (number, entry) in &manifest.segments {
        if entry.state != SegmentState::Discarded {
            segments.push(named_segment(storage, &names, manifest.node, *number, entry)?);
        }
    }
    let leftovers = leftovers(storage, &names, &manifest)?;
    Ok(Some(Catalog { manifest, segments, leftovers }))
}

fn named_segment(
    storage: &dyn Storage,
    names: &BTreeSet<String>,
    node: NodeId,
    number: SegmentNumber,
    entry: &SegmentEntry,
) -> Result<CatalogSegment, Refusal> {
    let name = number.file_name();
    if !names.contains(&name) {
        return Err(Finding::of_file(name, Fault::Missing).into());
    }
    let file = storage.open(&name).map_err(StorageError::of(&name))?;
    let found = file.size().map_err(StorageError::of(&name))?;
    if found != entry.bytes {
        return Err(Finding::of_file(name, Fault::Length { found, expected: entry.bytes }).into());
    }
    let header = header_of(&*file, &name, node)?;
    let expected = SegmentHeader { node, number, nonce: entry.nonce, epoch: entry.epoch, bytes: entry.bytes };
    if header != expected {
        let fault = Fault::OtherSegment { number: header.number, epoch: header.epoch };
        return Err(Finding::of_file(name, fault).into());
    }
    let bytes = SegmentBytes::new(&header, file.map().map_err(StorageError::of(&name))?);
    Ok(CatalogSegment { bytes, state: entry.state, file })
}

fn header_of(file: &dyn StorageFile, name: &str, node: NodeId) -> Result<SegmentHeader, Refusal> {
    let mut page = [0; PAGE];
    file.read_at(&mut page, 0).map_err(StorageError::of(name))?;
    let Some(header) = SegmentHeader::parse(&page) else {
        let fault = Fault::Header;
        return Err(Finding { offset: Some(0), ..Finding::of_file(name, fault) }.into());
    };
    if header.node != node {
        return Err(Finding::of_file(name, Fault::Node { found: header.node }).into());
    }
    Ok(header)
}

/// Shows the pages of a file from one place to another, each with its place, until `look` says that it has seen enough by
/// `false`. True when it never did.
pub(crate) fn pages_from(
    file: &dyn StorageFile,
    from: u64,
    to: u64,
    mut look: impl FnMut(u64, &[u8; PAGE]) -> bool,
) -> io::Result<bool> {
    let mut pages = Pages::new(AT_ONCE.min(to.saturating_sub(from)));
    let mut at = from;
    while at < to {
        let now = AT_ONCE.min(to - at);
        file.read_once(pages.first_mut(now), at)?;
        for page in pages.first(now).as_chunks().0 {
            if !look(at, page) {
                return Ok(false);
            }
            at += PAGE_BYTES;
        }
    }
    Ok(true)
}

/// Files that may be removed once the log is accepted: drafts, discarded segments, and a segment that was made
/// but not yet named. Any other unnamed segment may hold what a lost manifest knew of, and is refused.
fn leftovers(
    storage: &dyn Storage,
    names: &BTreeSet<String>,
    manifest: &Manifest,
) -> Result<Vec<String>, Refusal> {
    let mut leftovers = Vec::new();
    for name in names {
        let removable = match SegmentNumber::from_file_name(name) {
            None => name == MANIFEST_DRAFT || name == SEGMENT_DRAFT,
            Some(number) => match manifest.segments.get(&number) {
                Some(entry) => entry.state == SegmentState::Discarded,
                None if is_unused(storage, name, manifest, number)? => true,
                None => return Err(Finding::of_file(name, Fault::Unnamed).into()),
            },
        };
        if removable {
            leftovers.push(name.clone());
        }
    }
    Ok(leftovers)
}

/// True for a segment of this node that was made and never written to.
fn is_unused(
    storage: &dyn Storage,
    name: &str,
    manifest: &Manifest,
    number: SegmentNumber,
) -> Result<bool, Refusal> {
    let file: Arc<dyn StorageFile> = storage.open(name).map_err(StorageError::of(name))?;
    let len = file.size().map_err(StorageError::of(name))?;
    if number < manifest.next_segment || len < FIRST_FRAME {
        return Ok(false);
    }
    let header = header_of(&*file, name, manifest.node)?;
    if header.number != number || header.bytes != len {
        return Ok(false);
    }
    let zeros = pages_from(&*file, FIRST_FRAME, len, |_, page| page.iter().all(|byte| *byte == 0));
    zeros.map_err(|error| StorageError::of(name)(error).into())
}
