//! Archives of transaction ids in files: what has left memory, but may be asked for.
//!
//! An archive is derived from the log and written once. Recovery takes those that follow each other and reads the ids of
//! the frames behind them from the log; one that is torn, damaged, missing or another node's costs time, and nothing else.
//!
//! File `ids-<number, 10 digits>`, little endian:
//!
//! | bytes | field |
//! | --- | --- |
//! | 0..8 | magic `LMIDS002` |
//! | 8..24 | node id |
//! | 24..28 | number |
//! | 28..32 | CRC-32C of the hashes |
//! | 32..40 | seed of the hashes |
//! | 40..48 | ids decided in frames up to this one may be missing here and behind |
//! | 48..56 | every id decided in frames up to this one is here or in an archive before |
//! | 56..64 | newest frame in which an id of this archive was decided |
//! | 64..72 | logged time of its newest id, microseconds since 1970 |
//! | 72..80 | ids |
//! | 80..4092 | zeros |
//! | 4092..4096 | CRC-32C of the header before this field |
//! | 4096.. | the hashes of the ids in order of arrival, 8 bytes each, up to the next page |
//! | then | the pages, as [`crate::ledger::SealedIds::pages`] has them |

use std::io::{self, IoSlice};
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use longmen_wal::{
    FrameNumber, MappedBytes, NodeId, Storage, StorageFile, Testimony, Witness, WritePath, remove_if_there,
};

use crate::ledger::bytes::{crc32c, i64_at, put, u32_at, u64_at, u128_at};
use crate::ledger::{ArchivedIds, ID_PAGE, IdPages, SealedIds};
use crate::pieces::read_in_pieces;

const MAGIC: [u8; 8] = *b"LMIDS002";
const CRC_AT: usize = ID_PAGE - 4;
const PREFIX: &str = "ids-";
const ASIDE: &str = "ids.new";
/// What the name of an archive begins with, once a page of it was found to be damaged.
const DAMAGED: &str = "damaged-";
/// Written at once: little enough that a sync of the log never waits long behind it.
const PIECE: usize = 64 * ID_PAGE;
/// Synced at once: each sync makes the file system commit, and the log wait for it.
const SYNCED: u64 = 64 * PIECE as u64;

/// The archives of a data directory.
#[derive(Clone)]
pub(crate) struct IdArchive {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) node: NodeId,
}

/// The archives that were found, and what was passed over.
pub(crate) struct FoundArchives {
    /// Oldest first, each following the one before.
    pub(crate) whole: Vec<ArchivedIds>,
    /// Files that are torn, damaged, another node's, newer than the log, or behind such a one.
    pub(crate) refused: Vec<String>,
}

/// The pages and hashes of a mapped file.
struct MappedPages {
    bytes: MappedBytes,
    ids: usize,
    storage: Arc<dyn Storage>,
    name: String,
}

impl IdPages for MappedPages {
    fn page(&self, number: u64) -> &[u8] {
        let number = usize::try_from(number).expect("usize is 64 bits wide");
        let start = pages_from(self.ids) + number * ID_PAGE;
        self.bytes.get(start..start + ID_PAGE).expect("the pages of a whole archive lie in it")
    }

    fn hashes(&self) -> &[u8] {
        self.bytes.get(hashes(self.ids)).expect("the hashes of a whole archive lie in it")
    }

    fn set_aside(&self) -> String {
        let (name, aside) = (&self.name, format!("{DAMAGED}{}", self.name));
        let moved = self.storage.rename(name, &aside).and_then(|()| self.storage.sync_directory());
        match moved {
            Ok(()) => format!("{name} is now {aside}, and the next start makes it anew from the log"),
            Err(error) => format!("{name} could not be renamed ({error}); move it away and start again"),
        }
    }
}

impl IdArchive {
    /// Writes an archive, makes it durable, then visible, and removes those that are forgotten. `column` is memory that
    /// serves again; `rest` is called between two pieces, and gives up where it is an error.
    pub(crate) fn write(
        &self,
        sealed: &SealedIds,
        column: &mut Vec<u8>,
        rest: &mut dyn FnMut() -> io::Result<()>,
    ) -> io::Result<ArchivedIds> {
        for archive in &sealed.forgotten {
            remove_if_there(&*self.storage, &name_of(archive.number))?;
        }
        remove_if_there(&*self.storage, ASIDE)?;
        let ids = sealed.table.len();
        let file = self.storage.create(ASIDE, size_of(ids) as u64, WritePath::Direct)?;
        column.clear();
        sealed.hashes().for_each(|hash| column.extend_from_slice(&hash.to_le_bytes()));
        column.resize(pages_from(ids) - ID_PAGE, 0);
        let mut pieces = Pieces::new(&*file);
        pieces.write(&self.header(sealed, &column[..8 * ids]), rest)?;
        pieces.write(column, rest)?;
        for page in sealed.pages() {
            pieces.write(&page, rest)?;
        }
        pieces.finish()?;
        self.storage.rename(ASIDE, &name_of(sealed.number))?;
        self.storage.sync_directory()?;
        let bytes = file.map()?;
        bytes.reads_are_single();
        Ok(ArchivedIds::new(sealed, Arc::new(self.pages(bytes, ids, sealed.number))))
    }

    /// Reads the archives that follow each other, and whose ids the log has up to its `last` frame.
    pub(crate) fn find(&self, last: u64) -> io::Result<FoundArchives> {
        let mut names: Vec<String> =
            self.storage.list()?.into_iter().filter(|name| name.starts_with(PREFIX)).collect();
        names.sort_unstable();
        let mut found = FoundArchives { whole: Vec::new(), refused: Vec::new() };
        for name in names {
            let archive = self.read(&name)?.filter(|archive| {
                archive.last_frame <= last && found.whole.last().is_none_or(|before| follows(archive, before))
            });
            match archive {
                Some(archive) if found.refused.is_empty() => found.whole.push(archive),
                _ => found.refused.push(name),
            }
        }
        Ok(found)
    }

    /// Whether a file is an archive, by its name.
    pub(crate) fn is_name(name: &str) -> bool {
        name.starts_with(PREFIX)
    }

    /// Reads an archive from the disk and says whether its sums hold, those of its pages too, unless `rest` breaks off.
    pub(crate) fn check(
        &self,
        name: &str,
        rest: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<(), bool>> {
        let file = self.storage.open(name)?;
        let size = file.size()?;
        let mut layout: Option<(usize, u32)> = None;
        let (mut at, mut is_whole) = (0, true);
        let mut crc = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc32Iscsi);
        let read = read_in_pieces(&*file, rest, |bytes| {
            for page in bytes.chunks(ID_PAGE) {
                match layout {
                    None => layout = self.layout(page, size),
                    Some((ids, _)) if at < pages_from(ids) => {
                        crc.update(&page[..(hashes(ids).end - at).min(page.len())]);
                    }
                    Some(_) => is_whole &= u32_at(page, 0) == page.get(4..).map(crc32c),
                }
                at += page.len();
            }
        })?;
        let sums_hold = || is_whole && layout.is_some_and(|(_, said)| u64::from(said) == crc.finalize());
        Ok(read.map_continue(|()| sums_hold()))
    }

    /// The number of ids and the sum of their hashes, of a header that holds and tells the file's size.
    fn layout(&self, header: &[u8], size: u64) -> Option<(usize, u32)> {
        let ids = usize::try_from(self.header_of(header)?).ok()?;
        (size_of(ids) as u64 == size).then_some((ids, u32_at(header, 28)?))
    }

    /// The number of ids that the header of an archive of this node tells, where its sum holds.
    fn header_of(&self, header: &[u8]) -> Option<u64> {
        let ids = u64_at(header, 72)?;
        (is_header(header) && u128_at(header, 8)? == self.node.0 && ids < u64::from(u32::MAX)).then_some(ids)
    }

    /// Removes files, so that no later archive is taken for their successor.
    pub(crate) fn discard(&self, names: &[String]) -> io::Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        names.iter().try_for_each(|name| remove_if_there(&*self.storage, name))?;
        self.storage.sync_directory()
    }

    fn header(&self, sealed: &SealedIds, hashes: &[u8]) -> [u8; ID_PAGE] {
        let mut header = [0; ID_PAGE];
        put(&mut header, 0, MAGIC);
        put(&mut header, 8, self.node.0.to_le_bytes());
        put(&mut header, 24, sealed.number.to_le_bytes());
        put(&mut header, 28, crc32c(hashes).to_le_bytes());
        put(&mut header, 32, sealed.seed.to_le_bytes());
        put(&mut header, 40, sealed.after.to_le_bytes());
        put(&mut header, 48, sealed.covers.to_le_bytes());
        put(&mut header, 56, sealed.last_frame.to_le_bytes());
        put(&mut header, 64, sealed.newest_us.to_le_bytes());
        put(&mut header, 72, (sealed.table.len() as u64).to_le_bytes());
        let crc = crc32c(&header[..CRC_AT]);
        put(&mut header, CRC_AT, crc.to_le_bytes());
        header
    }

    /// `None` where the file is no whole archive of this node.
    fn read(&self, name: &str) -> io::Result<Option<ArchivedIds>> {
        let file = self.storage.open(name)?;
        if file.size()? < ID_PAGE as u64 {
            return Ok(None);
        }
        let bytes = file.map()?;
        let archive = self.parse(&bytes).filter(|archive| name_of(archive.number) == name);
        bytes.reads_are_single();
        Ok(archive)
    }

    fn parse(&self, bytes: &MappedBytes) -> Option<ArchivedIds> {
        let header = bytes.get(0..ID_PAGE)?;
        let ids = usize::try_from(self.header_of(header)?).ok()?;
        if bytes.len() != size_of(ids) || crc32c(bytes.get(hashes(ids))?) != u32_at(header, 28)? {
            return None;
        }
        let number = u32_at(header, 24)?;
        Some(ArchivedIds {
            number,
            newest_us: i64_at(header, 64)?,
            ids: ids as u64,
            after: u64_at(header, 40)?,
            covers: u64_at(header, 48)?,
            last_frame: u64_at(header, 56)?,
            seed: u64_at(header, 32)?,
            pages: Arc::new(self.pages(bytes.clone(), ids, number)),
        })
    }

    fn pages(&self, bytes: MappedBytes, ids: usize, number: u32) -> MappedPages {
        MappedPages { bytes, ids, storage: Arc::clone(&self.storage), name: name_of(number) }
    }
}

/// What the archives of a directory say of the log, those too of which a page was damaged later: their headers hold all the
/// same.
pub(crate) fn witnesses(storage: &dyn Storage) -> io::Result<Vec<Witness>> {
    let names = storage.list()?.into_iter();
    let archives = names.filter(|name| name.strip_prefix(DAMAGED).unwrap_or(name).starts_with(PREFIX));
    let said = archives.map(|file| {
        let mut header = [0; ID_PAGE];
        let opened = storage.open(&file)?;
        let is_long = opened.size()? >= ID_PAGE as u64;
        if is_long {
            opened.read_at(&mut header, 0)?;
        }
        Ok(Witness { says: is_long.then(|| testimony(&header)).flatten(), file })
    });
    said.collect()
}

/// What a header says whose sum holds: an archive is written when the log is durable with the last of its ids.
fn testimony(header: &[u8; ID_PAGE]) -> Option<Testimony> {
    if !is_header(header) {
        return None;
    }
    let node = NodeId(u128_at(header, 8)?);
    let durable = u64_at(header, 48)?.max(u64_at(header, 56)?);
    Some(Testimony { node, durable: FrameNumber(durable) })
}

fn is_header(header: &[u8]) -> bool {
    header.starts_with(&MAGIC) && u32_at(header, CRC_AT) == Some(crc32c(&header[..CRC_AT]))
}

/// Where the hashes of so many ids stand in their file.
fn hashes(ids: usize) -> Range<usize> {
    ID_PAGE..ID_PAGE + 8 * ids
}

/// Where the pages begin.
fn pages_from(ids: usize) -> usize {
    hashes(ids).end.next_multiple_of(ID_PAGE)
}

/// Bytes of the file.
fn size_of(ids: usize) -> usize {
    let pages = usize::try_from(ArchivedIds::page_count(ids as u64)).expect("usize is 64 bits wide");
    pages_from(ids) + pages * ID_PAGE
}

/// Whether an archive is the next after another: no id was forgotten between them.
fn follows(archive: &ArchivedIds, before: &ArchivedIds) -> bool {
    archive.number == before.number + 1
        && archive.after == before.after.max(before.last_frame)
        && archive.seed == before.seed
}

/// The file of an archive.
pub(crate) fn name_of(number: u32) -> String {
    format!("{PREFIX}{number:010}")
}

/// Puts bytes together into pieces that begin at a page in memory as in the file, and syncs so many together.
struct Pieces<'a> {
    file: &'a dyn StorageFile,
    bytes: Vec<u8>,
    start: usize,
    filled: usize,
    at: u64,
}

impl<'a> Pieces<'a> {
    fn new(file: &'a dyn StorageFile) -> Pieces<'a> {
        let bytes = vec![0; PIECE + ID_PAGE];
        let start = bytes.as_ptr().align_offset(ID_PAGE);
        Pieces { file, bytes, start, filled: 0, at: 0 }
    }

    fn write(&mut self, mut bytes: &[u8], rest: &mut dyn FnMut() -> io::Result<()>) -> io::Result<()> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - self.filled));
            self.bytes[self.start + self.filled..][..now.len()].copy_from_slice(now);
            self.filled += now.len();
            bytes = later;
            if self.filled == PIECE {
                self.flush()?;
                rest()?;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.file.sync()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_at(&[IoSlice::new(&self.bytes[self.start..self.start + self.filled])], self.at)?;
        self.at += self.filled as u64;
        self.filled = 0;
        if self.at.is_multiple_of(SYNCED) { self.file.sync() } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
