//! Snapshots: the books in a file, so that recovery need not replay the whole log.
//!
//! A snapshot is fuzzy: it is taken in slices while payments go on. Names, entities' dates and the general ledger are
//! exact at its *start* frame; each row is as it was when its slice was taken, with the position of its last record.
//! Replay from the frame after the start skips what a row has seen already, and adds every entry to the general
//! ledger. The file is published only once the log is durable up to the *last* frame that any row has seen, and
//! recovery refuses it if the log ends before that.
//!
//! File `snapshot-<start, 16 digits>`, little endian:
//!
//! | bytes | field |
//! | --- | --- |
//! | 8 | magic `LMSNAP01` |
//! | 16 | node id |
//! | 8 | start frame |
//! | 8 | last frame that any row has seen |
//! | 8 | logged time of the start frame, microseconds since 1970 |
//! | 4 x (8 + 8) | offset and length of: names (admin records), accounts (opened entries), lines, rows |
//! | 4 | CRC-32C of everything behind the header, in file order |
//! | 4 | CRC-32C of the header before this field |

use std::io::{self, IoSlice};
use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use longmen_wal::{MappedBytes, NodeId, Storage, StorageFile, WritePath, remove_if_there};

use crate::ledger::bytes::crc32c;
use crate::ledger::{
    AccountIndex, FrameRecords, LedgerSettings, Rebuilt, ReplayError, SectionKind, restore_rows,
};
use crate::pieces::read_in_pieces;

const MAGIC: [u8; 8] = *b"LMSNAP01";
const HEADER: usize = 8 + 16 + 8 + 8 + 8 + 4 * 16 + 4 + 4;
const PREFIX: &str = "snapshot-";
const ASIDE: &str = "snapshot.new";

/// A snapshot's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) node: NodeId,
    pub(crate) start: u64,
    pub(crate) last: u64,
    pub(crate) time_us: i64,
    parts: [(u64, u64); 4],
    body_crc: u32,
}

impl Header {
    fn to_bytes(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&self.node.0.to_le_bytes());
        out.extend_from_slice(&self.start.to_le_bytes());
        out.extend_from_slice(&self.last.to_le_bytes());
        out.extend_from_slice(&self.time_us.to_le_bytes());
        for (offset, length) in self.parts {
            out.extend_from_slice(&offset.to_le_bytes());
            out.extend_from_slice(&length.to_le_bytes());
        }
        out.extend_from_slice(&self.body_crc.to_le_bytes());
        let crc = crc32c(&out);
        out.extend_from_slice(&crc.to_le_bytes());
        out
    }

    fn read(bytes: &[u8]) -> Option<Header> {
        let bytes = bytes.get(..HEADER)?;
        let u64_at = |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        let u32_at = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let whole = bytes.starts_with(&MAGIC) && u32_at(HEADER - 4)? == crc32c(&bytes[..HEADER - 4]);
        let part = |n: usize| Some((u64_at(48 + 16 * n)?, u64_at(56 + 16 * n)?));
        let header = Header {
            node: NodeId(u128::from_le_bytes(bytes[8..24].try_into().ok()?)),
            start: u64_at(24)?,
            last: u64_at(32)?,
            time_us: u64_at(40)?.cast_signed(),
            parts: [part(0)?, part(1)?, part(2)?, part(3)?],
            body_crc: u32_at(112)?,
        };
        // There are frames behind it to number.
        (whole && header.start <= header.last && header.last < u64::MAX).then_some(header)
    }
}

/// A snapshot being written aside.
pub(crate) struct Writing {
    storage: Arc<dyn Storage>,
    file: Arc<dyn StorageFile>,
    at: u64,
    part: usize,
    parts: [(u64, u64); 4],
    crc: crc_fast::Digest,
}

impl Writing {
    /// Begins a snapshot; what was left of one that was never published goes.
    pub(crate) fn begin(storage: Arc<dyn Storage>) -> io::Result<Writing> {
        remove_if_there(&*storage, ASIDE)?;
        let file = storage.create(ASIDE, 0, WritePath::Pwritev)?;
        let at = HEADER as u64;
        let crc = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc32Iscsi);
        Ok(Writing { storage, file, at, part: 0, parts: [(at, 0); 4], crc })
    }

    /// Adds to the part being written: names, accounts, lines, rows, in this order.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_at(&[IoSlice::new(bytes)], self.at)?;
        self.crc.update(bytes);
        self.at += bytes.len() as u64;
        self.parts[self.part].1 += bytes.len() as u64;
        Ok(())
    }

    /// Goes on to the next part.
    pub(crate) fn next_part(&mut self) {
        self.part += 1;
        self.parts[self.part] = (self.at, 0);
    }

    /// Makes the snapshot durable, then visible, and removes all but the two newest. Gives its size.
    pub(crate) fn publish(self, node: NodeId, start: u64, last: u64, time_us: i64) -> io::Result<u64> {
        let body_crc = u32::try_from(self.crc.finalize()).expect("a CRC-32C has 32 bits");
        let header = Header { node, start, last, time_us, parts: self.parts, body_crc };
        self.file.write_at(&[IoSlice::new(&header.to_bytes())], 0)?;
        self.file.sync()?;
        self.storage.rename(ASIDE, &name_of(start))?;
        self.storage.sync_directory()?;
        for start in starts(&*self.storage)?.into_iter().rev().skip(2) {
            self.storage.remove(&name_of(start))?;
        }
        self.storage.sync_directory()?;
        Ok(self.at)
    }
}

/// A snapshot whose header is whole.
pub(crate) struct Snapshot {
    pub(crate) header: Header,
    bytes: MappedBytes,
}

/// The snapshots of a directory whose headers are whole, newest first, and the names of those that are not. What stands
/// behind a header is looked at when it is needed, see [`Snapshot::restore`]: of two, mostly one is.
pub(crate) fn find(storage: &dyn Storage) -> io::Result<(Vec<Snapshot>, Vec<String>)> {
    let (mut found, mut refused) = (Vec::new(), Vec::new());
    for start in starts(storage)?.into_iter().rev() {
        let name = name_of(start);
        let file = storage.open(&name)?;
        if file.size()? < HEADER as u64 {
            refused.push(name);
            continue;
        }
        let bytes = file.map()?;
        match read_header(all(&bytes)).filter(|header| header.start == start) {
            Some(header) => found.push(Snapshot { header, bytes }),
            None => refused.push(name),
        }
    }
    Ok((found, refused))
}

impl Snapshot {
    /// The name of its file.
    pub(crate) fn name(&self) -> String {
        name_of(self.header.start)
    }

    /// Whether it holds everything that it should.
    fn is_whole(&self) -> bool {
        self.bytes.will_need();
        all(&self.bytes).get(HEADER..).map(crc32c) == Some(self.header.body_crc)
    }

    /// The books as the snapshot has them: what replay goes on from, at the frame after its start.
    ///
    /// # Errors
    /// Where its sum is another, or its records cannot be read, or contradict each other.
    pub(crate) fn restore(&self, settings: &LedgerSettings) -> Result<Rebuilt, ReplayError> {
        let frame = self.header.start;
        thread::scope(|scope| {
            // Records are read with care whatever they are, so they are while the sum is being made.
            let is_whole = scope.spawn(|| self.is_whole());
            let rebuilt = self.rebuild(settings);
            match is_whole.join().unwrap_or_else(|panic| resume_unwind(panic)) {
                true => rebuilt,
                false => Err(ReplayError { frame, what: "the snapshot's sum is another".into() }),
            }
        })
    }

    fn rebuild(&self, settings: &LedgerSettings) -> Result<Rebuilt, ReplayError> {
        let mut rebuilt = Rebuilt::empty(settings);
        let Header { start, last, time_us, .. } = self.header;
        let sections = vec![(SectionKind::Admin, 0, self.part(0)), (SectionKind::Entries, 0, self.part(1))];
        let names = FrameRecords::new(start, time_us, sections)?;
        let accounts = rebuilt.reserve(&names);
        let Rebuilt { catalog, originals, shards, .. } = &mut rebuilt;
        // Three tables, none of which needs another to be made.
        thread::scope(|scope| {
            let rows = scope.spawn(|| restore_rows(shards, accounts, self.part(3), last));
            let account_index = scope.spawn(|| AccountIndex::of_names(settings.seed, accounts, &names));
            originals.replay(&names)?;
            catalog.restore(&names, || account_index.join().unwrap_or_else(|panic| resume_unwind(panic)))?;
            let restored = rows.join().unwrap_or_else(|panic| resume_unwind(panic));
            restored.map_err(|what| ReplayError { frame: start, what })
        })?;
        (rebuilt.frame, rebuilt.time_us) = (start, time_us);
        rebuilt.restore_lines(self.part(2))?;
        Ok(rebuilt)
    }

    fn part(&self, part: usize) -> &[u8] {
        slice(all(&self.bytes), self.header.parts[part]).expect("the parts of a whole snapshot lie in it")
    }
}

/// The header of a snapshot whose parts lie in it.
fn read_header(bytes: &[u8]) -> Option<Header> {
    let header = Header::read(bytes)?;
    let contained = header.parts.iter().all(|part| slice(bytes, *part).is_some());
    contained.then_some(header)
}

/// Whether a file is a snapshot, by its name.
pub(crate) fn is_name(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// Reads a snapshot from the disk and says whether its sums hold, unless `rest` breaks off.
pub(crate) fn check(
    storage: &dyn Storage,
    name: &str,
    rest: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> io::Result<ControlFlow<(), bool>> {
    let mut header = None;
    let mut crc = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc32Iscsi);
    let mut at_header = true;
    let read = read_in_pieces(&*storage.open(name)?, rest, |bytes| {
        let behind = if at_header { HEADER.min(bytes.len()) } else { 0 };
        if at_header {
            (header, at_header) = (Header::read(bytes), false);
        }
        crc.update(&bytes[behind..]);
    })?;
    let crc = crc.finalize();
    Ok(read.map_continue(|()| header.is_some_and(|header| u64::from(header.body_crc) == crc)))
}

fn all(bytes: &MappedBytes) -> &[u8] {
    bytes.get(0..bytes.len()).expect("a range over the whole lies in it")
}

fn slice(bytes: &[u8], (offset, length): (u64, u64)) -> Option<&[u8]> {
    let start = usize::try_from(offset).ok()?;
    bytes.get(start..start.checked_add(usize::try_from(length).ok()?)?)
}

fn name_of(start: u64) -> String {
    format!("{PREFIX}{start:016}")
}

fn starts(storage: &dyn Storage) -> io::Result<Vec<u64>> {
    let names = storage.list()?;
    let mut starts: Vec<u64> =
        names.iter().filter_map(|name| name.strip_prefix(PREFIX)?.parse().ok()).collect();
    starts.sort_unstable();
    Ok(starts)
}
