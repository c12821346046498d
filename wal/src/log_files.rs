//! The files of a log against its manifest: every segment is there, whole, and who it should be. Changes nothing.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use crate::codec::{PAGE, PAGE_BYTES};
use crate::direct::Pages;
use crate::error::{Fault, Finding, StorageError};
use crate::manifest::{MANIFEST_FILE, Manifest, SegmentEntry, SegmentState};
use crate::manifest_store::{MANIFEST_DRAFT, read_manifest};
use crate::number::{NodeId, SegmentNumber};
use crate::segment::{FIRST_FRAME, SegmentBytes, SegmentHeader};
use crate::segment_allocator::SEGMENT_DRAFT;
use crate::storage::{Storage, StorageFile};

/// How much is read at once of what has no other reader.
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
pub(crate) struct LogFiles {
    pub(crate) manifest: Manifest,
    pub(crate) segments: Vec<LogFile>,
    /// What interrupted makings, replaced tails and interrupted starts left behind.
    pub(crate) leftovers: Vec<String>,
}

/// A segment that may hold frames.
#[derive(Clone)]
pub(crate) struct LogFile {
    pub(crate) bytes: SegmentBytes,
    pub(crate) state: SegmentState,
}

/// Reads the catalog; `None` when the directory holds no log at all.
pub(crate) fn read(storage: &dyn Storage) -> Result<Option<LogFiles>, Refusal> {
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
            segments.push(named_segment(storage, &names, &manifest, *number, entry)?);
        }
    }
    let leftovers = leftovers(storage, &names, &manifest)?;
    Ok(Some(LogFiles { manifest, segments, leftovers }))
}

fn named_segment(
    storage: &dyn Storage,
    names: &BTreeSet<String>,
    manifest: &Manifest,
    number: SegmentNumber,
    entry: &SegmentEntry,
) -> Result<LogFile, Refusal> {
    let node = manifest.node;
    let name = number.file_name();
    if !names.contains(&name) {
        return Err(Finding::of_file(name, Fault::Missing).into());
    }
    let file = storage.open(&name).map_err(StorageError::of(&name))?;
    let found = file.size().map_err(StorageError::of(&name))?;
    if found != entry.bytes && Some(found) != manifest.end_of(number) {
        return Err(Finding::of_file(name, Fault::Length { found, expected: entry.bytes }).into());
    }
    let header = header_of(&*file, &name, node)?;
    let expected = SegmentHeader { node, number, nonce: entry.nonce, epoch: entry.epoch, bytes: entry.bytes };
    if header != expected {
        let fault = Fault::OtherSegment { number: header.number, epoch: header.epoch };
        return Err(Finding::of_file(name, fault).into());
    }
    let bytes = SegmentBytes::new(&header, file.map().map_err(StorageError::of(&name))?);
    Ok(LogFile { bytes, state: entry.state })
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
///
/// # Panics
/// If these are not whole pages.
pub(crate) fn pages_from(
    file: &dyn StorageFile,
    from: u64,
    to: u64,
    mut look: impl FnMut(u64, &[u8; PAGE]) -> bool,
) -> io::Result<bool> {
    assert!((to - from).is_multiple_of(PAGE_BYTES), "segments are whole pages");
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
    if header.number != number || header.bytes != len || !len.is_multiple_of(PAGE_BYTES) {
        return Ok(false);
    }
    let zeros = pages_from(&*file, FIRST_FRAME, len, |_, page| page.iter().all(|byte| *byte == 0));
    zeros.map_err(|error| StorageError::of(name)(error).into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::faulty::FaultyStorage;
    use crate::number::{Epoch, FrameNumber, Nonce};

    /// What is unused is removed unasked: zeros behind a good header, and nothing else.
    #[test]
    fn only_a_segment_that_was_never_written_to_is_unused() {
        let (node, number) = (NodeId(7), SegmentNumber(5));
        let manifest = |next_segment| Manifest {
            node,
            epoch: Epoch(1),
            next_segment,
            durable: FrameNumber::NONE,
            segments: BTreeMap::new(),
            clean_end: None,
        };
        let check = |expected: bool, next: u64, says: u64, len: usize, change: fn(&mut [u8])| {
            let header = SegmentHeader { node, number, nonce: Nonce(3), epoch: Epoch(1), bytes: says };
            let mut bytes = header.to_page().to_vec();
            bytes.resize(len, 0);
            change(&mut bytes);
            let storage = FaultyStorage::new();
            storage.set_file("segment", &bytes);
            let found = is_unused(&storage, "segment", &manifest(SegmentNumber(next)), number).unwrap();
            assert_eq!(found, expected, "{next} {says} {len}");
        };
        check(true, 5, 8_192, 8_192, |_| {});
        check(true, 1, 3 << 20, 3 << 20, |_| {});
        check(true, 5, (1 << 20) + 8_192, (1 << 20) + 8_192, |_| {});
        check(false, 6, 8_192, 8_192, |_| {});
        check(false, 5, 8_192, 12_288, |_| {});
        // No node makes segments that are not whole pages.
        check(false, 5, 8_292, 8_292, |_| {});
        for len in [8_192, 3 << 20] {
            check(false, 5, len as u64, len, |bytes| *bytes.last_mut().unwrap() = 1);
            check(false, 5, len as u64, len, |bytes| bytes[PAGE] = 1);
        }
    }
}
