use crate::idempotency::decided::Known;
use crate::idempotency::index::IndexHalf;
use crate::idempotency::known_ids::KnownIds;
use crate::idempotency::pages::*;
use crate::rejection::Rejection;

/// Pages and hashes in memory.
struct Memory(Vec<[u8; ID_PAGE]>, Vec<u8>);

impl IdPages for Memory {
    fn page(&self, number: u64) -> &[u8] {
        &self.0[usize::try_from(number).unwrap()]
    }

    fn hashes(&self) -> &[u8] {
        &self.1
    }

    fn set_aside(&self) -> String {
        "nothing lies in a file".into()
    }
}

/// The archive of ids that leave memory, its pages after some damage.
pub(crate) fn archive(sealed: &SealedIds, damage: impl FnOnce(&mut Vec<[u8; ID_PAGE]>)) -> ArchivedIds {
    let mut pages: Vec<_> = sealed.pages().collect();
    assert_eq!(pages.len() as u64, ArchivedIds::page_count(sealed.table.len() as u64));
    damage(&mut pages);
    let hashes = sealed.hashes().flat_map(u64::to_le_bytes).collect();
    ArchivedIds::new(sealed, Arc::new(Memory(pages, hashes)))
}

fn decided(n: u32) -> Decided {
    let outcomes =
        [Outcome::Posted, Outcome::Tried, Outcome::Cancelled, Outcome::Refused(Rejection::InsufficientFunds)];
    Decided {
        content: u64::from(n) * 7,
        outcome: outcomes[n as usize % 4],
        step: u16::try_from(n % 300).unwrap(),
        frame: 1 + u64::from(n / 100),
        ordinal: n % 100,
    }
}

fn id(n: u32) -> TransactionId {
    TransactionId(u128::from(n) << 70 | 3)
}

fn known(count: u32, capacity: usize) -> KnownIds {
    let mut known = KnownIds::new(7, capacity, i64::MAX / 2);
    for n in 0..count {
        let at = known.begin(ClientId(1), id(n), i64::from(n));
        known.decide(at, &decided(n));
    }
    known
}

/// Archives whatever may be.
fn archive_all(known: &mut KnownIds, durable: u64) -> u32 {
    let mut archives = 0;
    while let Some(sealed) = known.seal(durable) {
        let archive = archive(&sealed, |_| {});
        drop(sealed);
        let left = known.archived(archive);
        assert!(left.is_none_or(|table| Arc::try_unwrap(table).is_ok()), "nobody else holds the table");
        archives += 1;
    }
    archives
}

#[test]
fn archived_ids_have_their_first_results_and_others_have_none() {
    for (count, capacity) in [(1_000, 10), (1_000, 333), (50_000, 9_000), (50_000, 16_000)] {
        let mut known = known(count, capacity);
        assert!(archive_all(&mut known, u64::MAX) > 0);
        assert_eq!(known.len(), count as usize);
        for n in 0..count {
            let expected = Some(Known::Decided(decided(n)));
            assert_eq!(known.get(ClientId(1), id(n)), expected, "{n} of {count} in {capacity}");
            assert_eq!(known.get(ClientId(2), id(n)), None);
        }
        assert!((count..2 * count).all(|n| known.get(ClientId(1), id(n)).is_none()));
        (0..50).for_each(|n| known.fetch(known.hash(ClientId(1), id(n))));
    }
}

#[test]
fn what_is_not_durable_or_not_decided_stays_in_memory() {
    let mut kept = known(1_000, 100);
    assert!(kept.seal(0).is_none());
    // The ids of the first generation were decided in frame 1, those of the second in frame 2.
    assert_eq!(archive_all(&mut kept, 1), 1);
    assert_eq!(archive_all(&mut kept, 3), 2);

    let mut waiting = KnownIds::new(7, 100, i64::MAX / 2);
    let late = waiting.begin(ClientId(1), id(5_000), 0);
    for n in 0..500 {
        let at = waiting.begin(ClientId(1), id(n), 0);
        waiting.decide(at, &decided(n));
    }
    assert!(waiting.seal(u64::MAX).is_none(), "an id of it is under way");
    waiting.decide(late, &decided(5_000));
    let sealed = waiting.seal(u64::MAX).unwrap();
    assert_eq!(sealed.last_frame, decided(5_000).frame);
    assert_eq!(sealed.covers, 0, "the next ids were decided in frame 1 as well");
    assert!(waiting.seal(u64::MAX).is_none(), "one at a time");
    waiting.not_archived();
    assert_eq!(waiting.seal(u64::MAX).unwrap().number, 0);
}

#[test]
fn archives_are_forgotten_by_their_newest_id() {
    let mut known = KnownIds::new(7, 100, 1_000);
    for n in 0..10_000 {
        let at = known.begin(ClientId(1), id(n), i64::from(n));
        known.decide(at, &decided(n));
        archive_all(&mut known, u64::MAX);
    }
    assert!((1_000..1_500).contains(&known.len()), "{}", known.len());
    assert!((9_000..10_000).all(|n| known.get(ClientId(1), id(n)).is_some()));
    assert!((0..8_000).all(|n| known.get(ClientId(1), id(n)).is_none()));
}

#[test]
fn a_log_is_taken_in_after_its_archives() {
    let mut before = known(1_000, 90);
    let mut archives = Vec::new();
    while let Some(sealed) = before.seal(u64::MAX) {
        archives.push(archive(&sealed, |_| {}));
        before.archived(archive(&sealed, |_| {}));
    }
    let covered = archives.last().unwrap().covers;
    assert!(covered > 5);
    let mut after = KnownIds::new(8, 90, i64::MAX / 2);
    after.know_archives(archives, 0, |halves| halves.iter_mut().for_each(IndexHalf::fill));
    for n in (0..1_000).filter(|n| decided(*n).frame > covered) {
        after
            .restore(after.hash(ClientId(1), id(n)), ClientId(1), id(n), &decided(n), i64::from(n), |_| None)
            .unwrap();
    }
    assert_eq!(after.len(), 1_000);
    assert!((0..1_000).all(|n| after.get(ClientId(1), id(n)) == Some(Known::Decided(decided(n)))));
    assert!(archive_all(&mut after, u64::MAX) == 0 || after.len() == 1_000);
}

/// Every bit of every page: what was known is never taken for unknown.
#[test]
fn a_damaged_page_stops_whoever_reads_it() {
    let known = || known(300, 100);
    let sealed = known().seal(u64::MAX).unwrap();
    let mut stops = 0;
    let mut check = |damaged: ArchivedIds, what: &str| {
        for n in 0..100 {
            let group = u64::from(n) / 16 * 16;
            let look = std::panic::AssertUnwindSafe(|| damaged.find(group, ClientId(1), id(n)));
            match std::panic::catch_unwind(look) {
                Ok(found) => assert_eq!(found, Some(decided(n)), "{what}"),
                Err(_) => stops += 1,
            }
        }
    };
    for page in 0..sealed.pages().count() {
        for byte in (0..ID_PAGE).step_by(37).chain(0..HEAD) {
            let damaged = archive(&sealed, |pages| pages[page][byte] ^= 1 << (byte % 8));
            check(damaged, &format!("page {page}, byte {byte}"));
        }
    }
    check(archive(&sealed, |pages| pages.swap(0, 1)), "pages that are swapped");
    let second = SealedIds { number: 1, ..known().seal(u64::MAX).unwrap() };
    check(archive(&sealed, |pages| pages[0] = second.pages().next().unwrap()), "another archive's page");
    assert!(stops > 10_000, "{stops}");
}

/// Written once, read for years: the bytes of a small archive do not change.
#[test]
fn the_format_stays() {
    let sealed = known(30, 10).seal(u64::MAX).unwrap();
    let crcs: Vec<u32> = sealed.pages().map(|page| crc32c(&page)).collect();
    assert_eq!(sealed.hashes().fold(0, |sum, hash| sum ^ hash), 3_678_405_384_248_482_769);
    assert_eq!(crcs, [2_486_864_757]);
}
