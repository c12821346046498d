//! Transaction ids that have left memory: pages of records in order of arrival, and the hashes by which a start finds them
//! again.
//!
//! A page has 4096 bytes, little endian:
//!
//! | bytes | field |
//! | --- | --- |
//! | 0..4 | CRC-32C of the rest of the page |
//! | 4..6 | records: 80, or what is left for the last page |
//! | 6..8 | zeros |
//! | 8..12 | number of the archive |
//! | 12..16 | number of the page |
//! | 16.. | records of 48 bytes, then zeros |
//!
//! | bytes of a record | field |
//! | --- | --- |
//! | 0..16 | transaction id |
//! | 16..20 | client |
//! | 20..22 | step that a refusal speaks of |
//! | 22..24 | outcome |
//! | 24..32 | digest of the content |
//! | 32..40 | frame |
//! | 40..44 | ordinal |
//! | 44..48 | zeros |
//!
//! Hashes are XXH3-64 of the id and the client, 20 bytes, with the archive's seed. A search reads one page, and nothing that
//! it reads goes unchecked.

use std::fmt;
use std::panic::panic_any;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::idempotency::decided::Decided;
use crate::idempotency::generation::SealedIds;
use crate::idempotency::index::GROUP;
use crate::ids::{ClientId, TransactionId};
use crate::record::bytes::{crc32c, put, u16_at, u32_at, u64_at};
use crate::record::head::Outcome;

/// Bytes of a page.
pub const ID_PAGE: usize = 4_096;
const HEAD: usize = 16;
const RECORD: usize = 48;
/// Records of a page that is full: ids that share a place in the index share a page.
const FULL: usize = 80;

const _: () = assert!(HEAD + FULL * RECORD <= ID_PAGE && FULL.is_multiple_of(GROUP));

/// What a reader of a damaged page panics with: no bug, and the node ends all the same, since an id that is not found
/// would be posted again. The words say what is damaged and what was done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedArchive(pub String);

/// Where the pages and the hashes lie.
pub trait IdPages: Send + Sync {
    /// The bytes of a page, by number.
    fn page(&self, number: u64) -> &[u8];

    /// The hashes of the ids in order of arrival, 8 bytes each, little endian.
    fn hashes(&self) -> &[u8];

    /// Puts pages of which one is damaged out of the way of the next start, which makes them anew from the log, and says
    /// in words what was done.
    fn set_aside(&self) -> String;
}

/// Ids that have left memory.
pub struct ArchivedIds {
    /// Its number: they count up by one.
    pub number: u32,
    /// The logged time of its newest id, in microseconds since 1970.
    pub newest_us: i64,
    /// How many ids there are.
    pub ids: u64,
    /// Ids that were decided in frames up to this one may be missing here and behind.
    pub after: u64,
    /// Every id that was decided in frames up to this one is here or in an archive before.
    pub covers: u64,
    /// The newest frame in which one of its ids was decided.
    pub last_frame: u64,
    /// The seed of its hashes.
    pub seed: u64,
    /// The pages and the hashes.
    pub pages: Arc<dyn IdPages>,
}

/// The hash by which an id is found, with this seed.
#[must_use]
pub(crate) fn id_hash(seed: u64, client: ClientId, id: TransactionId) -> u64 {
    xxh3_64_with_seed(&key(client, id), seed)
}

impl ArchivedIds {
    /// How many pages so many ids take.
    #[must_use]
    pub fn page_count(ids: u64) -> u64 {
        ids.div_ceil(FULL as u64)
    }

    /// The archive of ids whose pages and hashes now lie there.
    #[must_use]
    pub fn new(sealed: &SealedIds, pages: Arc<dyn IdPages>) -> ArchivedIds {
        ArchivedIds {
            number: sealed.number,
            newest_us: sealed.newest_us,
            ids: sealed.table.len() as u64,
            after: sealed.after,
            covers: sealed.covers,
            last_frame: sealed.last_frame,
            seed: sealed.seed,
            pages,
        }
    }

    /// The hashes of its ids, in order of arrival.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = u64> + Clone {
        self.pages.hashes().chunks_exact(8).map(|hash| u64_at(hash, 0).expect("eight bytes"))
    }

    /// The first result of an id, if it is in the group that begins at this place.
    ///
    /// # Panics
    /// With [`DamagedArchive`] if the page is damaged: an id that is not found would be posted again. The archive is set aside
    /// before.
    pub(crate) fn find(&self, first: u64, client: ClientId, id: TransactionId) -> Option<Decided> {
        if first >= self.ids {
            return None;
        }
        let number = first / FULL as u64;
        let Some(page) = Page::check(self.pages.page(number), self.number, number) else {
            panic_any(DamagedArchive(format!(
                "page {number} of the archive of ids {} is damaged, so what it holds is not known: {}",
                self.number,
                self.pages.set_aside()
            )))
        };
        page.find(usize::try_from(first % FULL as u64).expect("a place in a page"), client, id)
    }
}

impl fmt::Debug for ArchivedIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ArchivedIds { number, ids, covers, .. } = self;
        write!(f, "ArchivedIds {{ number: {number}, ids: {ids}, covers: {covers} }}")
    }
}

impl SealedIds {
    /// The hashes of the ids, in order of arrival.
    pub fn hashes(&self) -> impl Iterator<Item = u64> {
        self.places().map(|place| {
            let (client, id) = self.table.id(place);
            id_hash(self.seed, client, id)
        })
    }

    /// The pages, one after the other.
    ///
    /// # Panics
    /// If an id is not decided.
    pub fn pages(&self) -> impl Iterator<Item = [u8; ID_PAGE]> {
        (0..).zip((0..self.table.len()).step_by(FULL)).map(|(number, first)| self.page(number, first))
    }

    fn page(&self, number: u32, first: usize) -> [u8; ID_PAGE] {
        let mut page = [0; ID_PAGE];
        let count = FULL.min(self.table.len() - first);
        put(&mut page, 4, u16::try_from(count).expect("a page holds 80 records").to_le_bytes());
        put(&mut page, 8, self.number.to_le_bytes());
        put(&mut page, 12, number.to_le_bytes());
        for (record, place) in
            page[HEAD..].chunks_exact_mut(RECORD).zip(self.places().skip(first).take(count))
        {
            let (client, id) = self.table.id(place);
            let decided = self.table.decided(place);
            put(record, 0, key(client, id));
            put(record, 20, decided.step.to_le_bytes());
            put(record, 22, decided.outcome.number().to_le_bytes());
            put(record, 24, decided.content.to_le_bytes());
            put(record, 32, decided.frame.to_le_bytes());
            put(record, 40, decided.ordinal.to_le_bytes());
        }
        let crc = crc32c(&page[4..]);
        put(&mut page, 0, crc.to_le_bytes());
        page
    }

    fn places(&self) -> impl Iterator<Item = u32> + use<> {
        (0_u32..).take(self.table.len())
    }
}

/// A page that is whole.
struct Page<'a>(&'a [u8]);

impl<'a> Page<'a> {
    fn check(bytes: &'a [u8], archive: u32, number: u64) -> Option<Page<'a>> {
        let whole = bytes.len() == ID_PAGE && u32_at(bytes, 0)? == crc32c(&bytes[4..]);
        if !whole || u32_at(bytes, 8)? != archive || u64::from(u32_at(bytes, 12)?) != number {
            return None;
        }
        let count = usize::from(u16_at(bytes, 4)?);
        bytes.get(HEAD..HEAD + count * RECORD).map(Page)
    }

    fn find(&self, first: usize, client: ClientId, id: TransactionId) -> Option<Decided> {
        let key = key(client, id);
        // The newest, where an id is there twice.
        let mut group = self.0.chunks_exact(RECORD).skip(first).take(GROUP).rev();
        let record = group.find(|record| record.starts_with(&key))?;
        let outcome = Outcome::from_number(u16_at(record, 22)?);
        Some(Decided {
            step: u16_at(record, 20)?,
            outcome: outcome.expect("only outcomes are archived"),
            content: u64_at(record, 24)?,
            frame: u64_at(record, 32)?,
            ordinal: u32_at(record, 40)?,
        })
    }
}

/// What a record begins with.
#[inline]
fn key(client: ClientId, id: TransactionId) -> [u8; 20] {
    let mut key = [0; 20];
    put(&mut key, 0, id.0.to_le_bytes());
    put(&mut key, 16, client.0.to_le_bytes());
    key
}

#[cfg(test)]
pub(crate) mod tests;
