//! Transaction ids that have left memory: pages of records, and two filters that tell of nearly all others that they are in
//! none: the first reads one cache line, the second three, and lets one in 65,536 pass.
//!
//! A page has 4096 bytes, little endian:
//!
//! | bytes | field |
//! | --- | --- |
//! | 0..4 | CRC-32C of the rest of the page |
//! | 4..6 | records, at most 85 |
//! | 6 | 1 if records that belong to this page or one before it stand in the next |
//! | 7..16 | zeros |
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
//! Records stand in the order of their hash: XXH3-64 of the id and the client, 20 bytes, with the archive's seed. An id
//! belongs to page `hash * homes >> 64`; what does not fit there stands first in the next. So a search reads one page,
//! seldom two, and nothing that it reads goes unchecked.

use std::fmt;
use std::sync::Arc;

use xorf::{BinaryFuse16, Filter};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::bytes::{crc32c, put, u16_at, u32_at, u64_at};
use super::head::Outcome;
use super::id_bloom::IdBloom;
use super::id_table::IdTable;
use super::ids::{ClientId, TransactionId};
use super::known_ids::{Decided, SealedIds};

/// Bytes of a page.
pub const ID_PAGE: usize = 4_096;
const HEAD: usize = 16;
const RECORD: usize = 48;
const FIT: usize = (ID_PAGE - HEAD) / RECORD;
/// Records that belong to a page on average: few pages overflow.
const USUAL: usize = 64;

const _: () = assert!(HEAD + FIT * RECORD == ID_PAGE);

/// Where the pages lie.
pub trait IdPages: Send + Sync {
    /// The bytes of a page, by number.
    fn page(&self, number: u64) -> &[u8];

    /// Puts pages of which one is damaged out of the way of the next start, which makes them anew from the log, and says
    /// in words what was done.
    fn set_aside(&self) -> String;
}

/// The filter over the hashes of some ids.
pub type IdFilter = BinaryFuse16;

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
    /// Pages that ids belong to; there may be more, for what did not fit.
    pub homes: u64,
    /// Asked first.
    pub bloom: IdBloom,
    /// Asked where that one is in doubt.
    pub filter: IdFilter,
    /// The pages.
    pub pages: Arc<dyn IdPages>,
}

/// Ids in the order in which they stand in pages.
pub struct PackedIds {
    table: Arc<IdTable>,
    order: Vec<(u64, u32)>,
    /// Pages that ids belong to.
    pub homes: u64,
    /// Pages in all.
    pub count: u64,
    /// The first filter over them.
    pub bloom: IdBloom,
    /// The second.
    pub filter: IdFilter,
}

/// The hash by which an id is found in archives of this seed.
#[must_use]
pub(super) fn archive_hash(seed: u64, client: ClientId, id: TransactionId) -> u64 {
    xxh3_64_with_seed(&key(client, id), seed)
}

impl ArchivedIds {
    /// What a search for this hash reads first.
    #[inline]
    pub(super) fn touch(&self, hash: u64) -> u32 {
        self.bloom.touch(hash)
    }

    /// The first result of an id, if it is here.
    ///
    /// # Panics
    /// If a page is damaged: an id that is not found would be posted again. The archive is set aside before.
    pub(super) fn find(&self, hash: u64, client: ClientId, id: TransactionId) -> Option<Decided> {
        if !self.bloom.may_have(hash) || !self.filter.contains(&hash) {
            return None;
        }
        for number in home(hash, self.homes).. {
            let page = self.pages.page(number);
            let Some(whole) = Page::check(page) else {
                panic!(
                    "page {number} of the archive of ids {} is damaged, so what it holds is not known: {}",
                    self.number,
                    self.pages.set_aside()
                )
            };
            if let Some(found) = whole.find(client, id) {
                return Some(found);
            }
            if !whole.spilled {
                return None;
            }
        }
        None
    }
}

impl fmt::Debug for ArchivedIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ArchivedIds { number, ids, covers, .. } = self;
        write!(f, "ArchivedIds {{ number: {number}, ids: {ids}, covers: {covers} }}")
    }
}

impl PackedIds {
    /// Orders the ids of a table, all of which are decided, in memory that may have served before.
    ///
    /// # Panics
    /// If no filter can be made over them, which has a chance of nothing.
    #[must_use]
    pub fn new(sealed: &SealedIds, mut order: Vec<(u64, u32)>) -> PackedIds {
        let table = Arc::clone(&sealed.table);
        order.clear();
        order.extend((0_u32..).take(table.len()).map(|place| {
            let (client, id) = table.id(place);
            (archive_hash(sealed.seed, client, id), place)
        }));
        order.sort_unstable();
        let homes = order.len().div_ceil(USUAL).max(1) as u64;
        let count = layout(&order, homes).count() as u64;
        let hashes = order.iter().map(|(hash, _)| *hash);
        let bloom = IdBloom::new(hashes.clone());
        // It takes distinct hashes, which these nearly always are.
        let filter = IdFilter::try_from_iterator(hashes.clone()).or_else(|_| {
            let mut hashes: Vec<u64> = hashes.collect();
            hashes.dedup();
            IdFilter::try_from(hashes)
        });
        let filter = filter.expect("distinct hashes have a filter");
        PackedIds { table, order, homes, count, bloom, filter }
    }

    /// The archive of the ids, whose pages now lie there, and the memory that the order was in.
    #[must_use]
    pub fn into_archive(self, sealed: &SealedIds, pages: Arc<dyn IdPages>) -> (ArchivedIds, Vec<(u64, u32)>) {
        let PackedIds { table, order, homes, bloom, filter, .. } = self;
        let archive = ArchivedIds {
            number: sealed.number,
            newest_us: sealed.newest_us,
            ids: table.len() as u64,
            after: sealed.after,
            covers: sealed.covers,
            last_frame: sealed.last_frame,
            seed: sealed.seed,
            homes,
            bloom,
            filter,
            pages,
        };
        (archive, order)
    }

    /// The pages, one after the other.
    pub fn pages(&self) -> impl Iterator<Item = [u8; ID_PAGE]> {
        layout(&self.order, self.homes).map(|(records, spilled)| self.page(records, spilled))
    }

    fn page(&self, records: &[(u64, u32)], spilled: bool) -> [u8; ID_PAGE] {
        let mut page = [0; ID_PAGE];
        let count = u16::try_from(records.len()).expect("a page holds at most 85 records");
        put(&mut page, 4, count.to_le_bytes());
        page[6] = u8::from(spilled);
        for (record, (_, place)) in page[HEAD..].chunks_exact_mut(RECORD).zip(records) {
            let (client, id) = self.table.id(*place);
            let decided = self.table.decided(*place);
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
}

/// Which records stand in each page, and whether more of them belong there.
fn layout(order: &[(u64, u32)], homes: u64) -> impl Iterator<Item = (&[(u64, u32)], bool)> {
    let (mut rest, mut number, mut spilled) = (order, 0, false);
    std::iter::from_fn(move || {
        if number >= homes && !spilled {
            return None;
        }
        let belong = |records: &&(u64, u32)| home(records.0, homes) <= number;
        let len = rest.iter().take(FIT).take_while(belong).count();
        let (here, later) = rest.split_at(len);
        rest = later;
        spilled = rest.first().is_some_and(|first| belong(&first));
        number += 1;
        Some((here, spilled))
    })
}

fn home(hash: u64, homes: u64) -> u64 {
    let product = u128::from(hash) * u128::from(homes);
    u64::try_from(product >> 64).expect("a fraction of a u64 is one")
}

/// A page that is whole.
struct Page<'a> {
    records: &'a [u8],
    spilled: bool,
}

impl<'a> Page<'a> {
    fn check(bytes: &'a [u8]) -> Option<Page<'a>> {
        if bytes.len() != ID_PAGE || u32_at(bytes, 0)? != crc32c(&bytes[4..]) {
            return None;
        }
        let count = usize::from(u16_at(bytes, 4)?);
        Some(Page { records: bytes.get(HEAD..HEAD + count * RECORD)?, spilled: bytes[6] != 0 })
    }

    fn find(&self, client: ClientId, id: TransactionId) -> Option<Decided> {
        let key = key(client, id);
        let record = self.records.chunks_exact(RECORD).find(|record| record.starts_with(&key))?;
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
fn key(client: ClientId, id: TransactionId) -> [u8; 20] {
    let mut key = [0; 20];
    put(&mut key, 0, id.0.to_le_bytes());
    put(&mut key, 16, client.0.to_le_bytes());
    key
}

#[cfg(test)]
mod tests;
