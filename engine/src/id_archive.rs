//! Archives of transaction ids in files: what has left memory, but may be asked for.
//!
//! An archive is derived from the log and written once. Recovery takes those that follow each other and reads the ids of
//! the frames behind them from the log; one that is torn, damaged, missing or another node's costs time, and nothing else.
//!
//! File `ids-<number, 10 digits>`, little endian:
//!
//! | bytes | field |
//! | --- | --- |
//! | 0..8 | magic `LMIDS001` |
//! | 8..24 | node id |
//! | 24..28 | number |
//! | 28..32 | CRC-32C of both filters |
//! | 32..40 | seed of the hashes |
//! | 40..48 | ids decided in frames up to this one may be missing here and behind |
//! | 48..56 | every id decided in frames up to this one is here or in an archive before |
//! | 56..64 | newest frame in which an id of this archive was decided |
//! | 64..72 | logged time of its newest id, microseconds since 1970 |
//! | 72..80 | ids |
//! | 80..88 | pages that ids belong to |
//! | 88..96 | pages |
//! | 96..104 | fingerprints of the second filter |
//! | 104..124 | that filter's seed (8), segment length, its mask, count of segments times their length (4 each) |
//! | 124..4092 | zeros |
//! | 4092..4096 | CRC-32C of the header before this field |
//! | 4096.. | the first filter, a split block Bloom filter of 17 bits an id in blocks of 32 bytes |
//! | then | fingerprints of the second, a binary fuse filter (Graf, Lemire 2022), 2 bytes each, up to the next page |
//! | then | the pages, as [`crate::ledger::PackedIds`] has them |

use std::io::{self, IoSlice};
use std::sync::Arc;

use longmen_wal::{MappedBytes, NodeId, Storage, StorageFile, WritePath, remove_if_there};
use xorf::Descriptor;

use crate::ledger::bytes::{crc32c, i64_at, put, u32_at, u64_at, u128_at};
use crate::ledger::{ArchivedIds, ID_PAGE, IdBloom, IdFilter, IdPages, PackedIds, SealedIds};

const MAGIC: [u8; 8] = *b"LMIDS001";
const CRC_AT: usize = ID_PAGE - 4;
const PREFIX: &str = "ids-";
const ASIDE: &str = "ids.new";
/// What the name of an archive begins with, once a page of it was found to be damaged.
const DAMAGED: &str = "damaged-";
/// Written at once: little enough that a sync of the log never waits long behind it.
const PIECE: usize = 64 * ID_PAGE;

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

/// The pages of a mapped file.
struct MappedPages {
    bytes: MappedBytes,
    from: usize,
    storage: Arc<dyn Storage>,
    name: String,
}

impl IdPages for MappedPages {
    fn page(&self, number: u64) -> &[u8] {
        let number = usize::try_from(number).expect("usize is 64 bits wide");
        let start = self.from + number * ID_PAGE;
        self.bytes.get(start..start + ID_PAGE).expect("the pages of a whole archive lie in it")
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
    /// Writes an archive, makes it durable, then visible, and removes those that are forgotten. `order` is
    /// memory that serves again; `rest` is called between two pieces, and gives up where it is an error.
    pub(crate) fn write(
        &self,
        sealed: &SealedIds,
        order: &mut Vec<(u64, u32)>,
        rest: &mut dyn FnMut() -> io::Result<()>,
    ) -> io::Result<ArchivedIds> {
        for archive in &sealed.forgotten {
            remove_if_there(&*self.storage, &name_of(archive.number))?;
        }
        let packed = PackedIds::new(sealed, std::mem::take(order));
        remove_if_there(&*self.storage, ASIDE)?;
        let mut filters = packed.bloom.to_bytes();
        filters.extend(packed.filter.fingerprints.iter().flat_map(|print| print.to_le_bytes()));
        let from = ID_PAGE + filters.len().next_multiple_of(ID_PAGE);
        let pages = usize::try_from(packed.count).expect("usize is 64 bits wide");
        let size = from + pages * ID_PAGE;
        let file = self.storage.create(ASIDE, size as u64, WritePath::Direct)?;
        let mut pieces = Pieces::new(&*file);
        pieces.write(&self.header(sealed, &packed, &filters), rest)?;
        pieces.write(&filters, rest)?;
        pieces.write(&vec![0; from - ID_PAGE - filters.len()], rest)?;
        for page in packed.pages() {
            pieces.write(&page, rest)?;
        }
        pieces.finish()?;
        self.storage.rename(ASIDE, &name_of(sealed.number))?;
        self.storage.sync_directory()?;
        let bytes = file.map()?;
        bytes.reads_are_single();
        let (archive, spent) = packed.into_archive(sealed, Arc::new(self.pages(bytes, from, sealed.number)));
        *order = spent;
        Ok(archive)
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

    /// Removes files, so that no later archive is taken for their successor.
    pub(crate) fn discard(&self, names: &[String]) -> io::Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        names.iter().try_for_each(|name| remove_if_there(&*self.storage, name))?;
        self.storage.sync_directory()
    }

    fn header(&self, sealed: &SealedIds, packed: &PackedIds, filters: &[u8]) -> [u8; ID_PAGE] {
        let mut header = [0; ID_PAGE];
        put(&mut header, 0, MAGIC);
        put(&mut header, 8, self.node.0.to_le_bytes());
        put(&mut header, 24, sealed.number.to_le_bytes());
        put(&mut header, 28, crc32c(filters).to_le_bytes());
        put(&mut header, 32, sealed.seed.to_le_bytes());
        put(&mut header, 40, sealed.after.to_le_bytes());
        put(&mut header, 48, sealed.covers.to_le_bytes());
        put(&mut header, 56, sealed.last_frame.to_le_bytes());
        put(&mut header, 64, sealed.newest_us.to_le_bytes());
        put(&mut header, 72, (sealed.table.len() as u64).to_le_bytes());
        put(&mut header, 80, packed.homes.to_le_bytes());
        put(&mut header, 88, packed.count.to_le_bytes());
        put(&mut header, 96, (packed.filter.fingerprints.len() as u64).to_le_bytes());
        let Descriptor { seed, segment_length, segment_length_mask, segment_count_length } =
            packed.filter.descriptor;
        put(&mut header, 104, seed.to_le_bytes());
        put(&mut header, 112, segment_length.to_le_bytes());
        put(&mut header, 116, segment_length_mask.to_le_bytes());
        put(&mut header, 120, segment_count_length.to_le_bytes());
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
        let good = header.starts_with(&MAGIC) && u32_at(header, CRC_AT)? == crc32c(&header[..CRC_AT]);
        if !good || u128_at(header, 8)? != self.node.0 {
            return None;
        }
        let fingerprints = usize::try_from(u64_at(header, 96)?).ok()?;
        let ids = usize::try_from(u64_at(header, 72)?).ok().filter(|ids| *ids < u32::MAX as usize)?;
        let bloom = IdBloom::size(ids);
        let end = fingerprints.checked_mul(2)?.checked_add(ID_PAGE + bloom)?;
        let filters = bytes.get(ID_PAGE..end)?;
        let from = end.next_multiple_of(ID_PAGE);
        let pages = usize::try_from(u64_at(header, 88)?).ok()?;
        let size = pages.checked_mul(ID_PAGE)?.checked_add(from)?;
        if crc32c(filters) != u32_at(header, 28)? || bytes.len() != size {
            return None;
        }
        let number = u32_at(header, 24)?;
        let (bloom, fingerprints) = filters.split_at(bloom);
        let descriptor = Descriptor {
            seed: u64_at(header, 104)?,
            segment_length: u32_at(header, 112)?,
            segment_length_mask: u32_at(header, 116)?,
            segment_count_length: u32_at(header, 120)?,
        };
        let fingerprints =
            fingerprints.chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect();
        Some(ArchivedIds {
            number,
            newest_us: i64_at(header, 64)?,
            ids: ids as u64,
            after: u64_at(header, 40)?,
            covers: u64_at(header, 48)?,
            last_frame: u64_at(header, 56)?,
            seed: u64_at(header, 32)?,
            homes: u64_at(header, 80)?,
            bloom: IdBloom::from_bytes(bloom, ids)?,
            filter: IdFilter { descriptor, fingerprints },
            pages: Arc::new(self.pages(bytes.clone(), from, number)),
        })
    }

    fn pages(&self, bytes: MappedBytes, from: usize, number: u32) -> MappedPages {
        MappedPages { bytes, from, storage: Arc::clone(&self.storage), name: name_of(number) }
    }
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

/// Puts bytes together into pieces that begin at a page in memory as in the file, and syncs each.
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
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_at(&[IoSlice::new(&self.bytes[self.start..self.start + self.filled])], self.at)?;
        self.at += self.filled as u64;
        self.filled = 0;
        self.file.sync()
    }
}

#[cfg(test)]
mod tests;
