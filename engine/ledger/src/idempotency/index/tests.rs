use std::sync::Arc;

use crate::idempotency::index::*;
use crate::idempotency::pages::{ArchivedIds, IdPages};

/// Hashes as a seeded hash function spreads them.
fn hash(n: u64) -> u64 {
    xxhash_rust::xxh3::xxh3_64_with_seed(&n.to_le_bytes(), 7)
}

fn group(n: u64) -> u64 {
    n / GROUP as u64
}

/// The groups that an id is looked for in, newest first in each bucket.
fn found(index: &IdIndex, hash: u64, known: Groups) -> Vec<u64> {
    let mut groups = Vec::new();
    let none: Option<()> = index.find(
        hash,
        || known,
        |group| {
            groups.push(group);
            None
        },
    );
    assert!(none.is_none());
    groups
}

fn filled(step: usize, ids: u64) -> IdIndex {
    let mut index = IdIndex::new(0, step);
    for n in 0..ids {
        index.insert(hash(n), Groups { oldest: 0, newest: group(n) });
    }
    index
}

fn slots(index: &IdIndex) -> usize {
    let mut segments: Vec<_> =
        index.directory.iter().map(|segment| (segment.number, segment.buckets)).collect();
    segments.dedup();
    assert_eq!(segments.len(), index.fills.len(), "each segment lies in one place of the directory");
    segments.iter().map(|(_, buckets)| usize::from(*buckets) * SLOTS).sum()
}

#[test]
fn every_id_is_looked_for_in_its_group_and_hardly_any_in_others() {
    for (step, ids) in [(1, 3_000), (16, 3_000), (64, 20_000), (1_000, 50_000), (1 << 20, 200_000)] {
        let index = filled(step, ids);
        let known = Groups { oldest: 0, newest: group(ids - 1) };
        for n in 0..ids {
            assert!(found(&index, hash(n), known).contains(&group(n)), "{n} of {ids} in steps of {step}");
        }
        let vain: usize = (ids..3 * ids).map(|n| found(&index, hash(n), known).len()).sum();
        assert!(vain <= 2, "{vain} of {} in steps of {step}", 2 * ids);
        let used: u32 = index.fills.iter().map(|fill| fill.used).sum();
        assert_eq!(u64::from(used), ids);
    }
}

/// Memory follows the ids, at every number of them.
#[test]
fn an_id_takes_seventeen_bytes_at_most_and_growth_is_even() {
    let mut index = IdIndex::new(0, 1 << 17);
    let (mut n, mut before) = (0, 0);
    for count in (10..=30).map(|step| step * 50_000_u64) {
        while n < count {
            index.insert(hash(n), Groups { oldest: 0, newest: group(n) });
            n += 1;
        }
        let slots = slots(&index);
        let each = slots as f64 * 8.0 / count as f64;
        assert!((12.0..17.5).contains(&each), "{each} bytes an id at {count}");
        assert!(before == 0 || slots - before <= 200_000, "{} slots more at {count}", slots - before);
        before = slots;
    }
}

#[test]
fn an_index_for_many_has_room_for_them() {
    for ids in [0, 1, 1_000, 100_000, 300_000, 500_000] {
        let mut index = IdIndex::new(ids, 1 << 17);
        let before = slots(&index);
        (0..ids as u64).for_each(|n| index.insert(hash(n), Groups { oldest: 0, newest: group(n) }));
        assert!(slots(&index) <= before.max(ids * 18 / 8), "{ids}: {before}, {}", slots(&index));
        let known = Groups { oldest: 0, newest: group(ids as u64) };
        assert!((0..ids as u64).all(|n| found(&index, hash(n), known).contains(&group(n))));
    }
}

/// Ids are forgotten as others come: the index stays as large as what is known needs.
#[test]
fn forgotten_ids_make_room() {
    for (step, window) in [(1, 200), (16, 1_000), (1_000, 50_000)] {
        let mut index = filled(step, window);
        let mut largest = 0;
        for n in window..20 * window {
            let known = Groups { oldest: group(n - window), newest: group(n) };
            index.insert(hash(n), known);
            if n % window == 0 {
                largest = largest.max(slots(&index));
                assert!((n - window..=n).all(|n| found(&index, hash(n), known).contains(&group(n))));
                let forgotten =
                    (0..n.saturating_sub(2 * window)).filter(|n| !found(&index, hash(*n), known).is_empty());
                assert!(forgotten.count() <= 2);
            }
        }
        let most = usize::try_from(window).unwrap() * 5;
        assert!(largest <= most.max(64), "{largest} slots for {window} in steps of {step}");
    }
}

/// Places come again: all that an entry may mean are asked.
#[test]
fn places_come_again() {
    for first in [0, 1, PLACES - 3, PLACES - 1, PLACES, PLACES + 1, 5 * PLACES - 2] {
        let mut index = IdIndex::new(0, 16);
        let known = |newest| Groups { oldest: first, newest };
        (0..100).for_each(|n| index.insert(hash(n), known(first + n)));
        for n in 0..100 {
            assert_eq!(found(&index, hash(n), known(first + 99)), [first + n], "{n} from {first}");
        }
        let far = Groups { oldest: first, newest: first + 99 + 2 * PLACES };
        assert_eq!(found(&index, hash(7), far), [2, 1, 0].map(|turn| first + 7 + turn * PLACES));
        let later = Groups { oldest: first + 50, newest: first + 99 };
        assert_eq!(found(&index, hash(49), later), [0_u64; 0]);
        assert_eq!(found(&index, hash(50), later), [first + 50]);
    }
}

/// Hashes whose first bits are the same: segments of them become two again and again.
#[test]
fn hashes_that_begin_alike_are_told_apart() {
    for alike in [1, 6, 12] {
        let mut index = IdIndex::new(0, 16);
        let known = Groups { oldest: 0, newest: 5 };
        let hashes: Vec<u64> = (0..1_000).map(|n| hash(n) >> alike).collect();
        hashes.iter().for_each(|hash| index.insert(*hash, known));
        assert!(hashes.iter().all(|hash| found(&index, *hash, known).contains(&5)), "{alike}");
    }
}

/// Hashes that crowd into few buckets, over the end of a segment: nothing is lost where entries find no place near their own
/// bucket, when they come and when they are laid out anew.
#[test]
fn hashes_that_end_alike_are_told_apart() {
    let crowded = |n: u64| {
        let own = [1_019, 1_020, 1_021, 1_022, 1_023, 0, 1, 2, 3, 4, 5][usize::try_from(n % 11).unwrap()];
        hash(n) >> OWN_BITS << OWN_BITS | own << (OWN_BITS - 10) | hash(n) & 0x3fff
    };
    for (ids, window) in [(30_000_u64, 30_000), (60_000, 3_000), (20_000, 200)] {
        let mut index = IdIndex::new(0, 1 << 13);
        for n in 0..ids {
            let known = Groups { oldest: group(n.saturating_sub(window)), newest: group(n) };
            index.insert(crowded(n), known);
            if n % 997 == 0 || n == ids - 1 {
                let is_lost = |n: &u64| !found(&index, crowded(*n), known).contains(&group(*n));
                assert_eq!((n.saturating_sub(window)..=n).find(is_lost), None, "of {n} in {window}");
            }
        }
    }
}

/// A segment whose entries cannot all stand near their own bucket becomes two, and those again: beside it nothing changes.
#[test]
fn what_finds_no_place_when_it_is_laid_out_makes_a_segment_two() {
    let known = Groups { oldest: 0, newest: 9 };
    let index = filled(1 << 13, 1_000);
    let (depth, most) = (index.depth, index.fills.len());
    let segment = index.directory[3];
    // Those of the segment, and as many of one bucket as eight have no place for, or as sixteen have none.
    let own = segment.buckets - 3;
    let alike = |n: u64| {
        let bits = (u64::from(own) << OWN_BITS).div_ceil(u64::from(segment.buckets));
        3 << (64 - depth) | hash(n) >> depth >> OWN_BITS << OWN_BITS | bits
    };
    for count in [65, 200, 500] {
        let hashes: Vec<u64> = (0..count).map(|n| alike(n + 10_000 * count)).collect();
        let mut index = index.clone();
        let there: Vec<u64> = (0..1_000).map(hash).filter(|hash| hash >> (64 - depth) == 3).collect();
        let place = 1 + known.newest;
        let entries: Vec<(u64, usize)> = hashes
            .iter()
            .chain(&there)
            .map(|hash| (key(hash >> OWN_BITS, 0) << PLACE_BITS | place, segment.own(*hash)))
            .collect();
        assert!(hashes.iter().all(|hash| segment.own(*hash) == usize::from(own)));
        index.lay_out(segment, 3, depth, &entries);
        assert!(index.fills.len() > most && slots(&index) > 0);
        assert!(hashes.iter().chain(&there).all(|hash| found(&index, *hash, known).contains(&9)), "{count}");
        let beside = (0..1_000).filter(|n| hash(*n) >> (64 - depth) != 3);
        let known = Groups { oldest: 0, newest: group(999) };
        assert!(beside.into_iter().all(|n| found(&index, hash(n), known).contains(&group(n))));
        let used: u32 = index.fills.iter().map(|fill| fill.used).sum();
        assert_eq!(used as usize, 1_000 + hashes.len());
    }
}

#[test]
fn room_that_was_made_ahead_is_used() {
    let mut index = IdIndex::new(0, 1_000);
    let lacking = index.lacks_room(100_000);
    assert!(lacking > 0);
    index.give_room((0..lacking).map(|_| IndexRoom::ready(index.room_size())).collect());
    assert_eq!(index.lacks_room(100_000), 0);
    index.give_room(vec![IndexRoom::ready(index.room_size() + 1)]);
    assert_eq!(index.room.len(), lacking, "room of another size is of no use");
    (0..100_000).for_each(|n| index.insert(hash(n), Groups { oldest: 0, newest: group(n) }));
    assert!(index.room.len() < lacking / 2, "{} of {lacking} are left", index.room.len());
}

/// The hashes of an archive, without its pages.
struct Column(Vec<u8>);

impl IdPages for Column {
    fn page(&self, _: u64) -> &[u8] {
        unreachable!("an index reads no pages")
    }

    fn hashes(&self) -> &[u8] {
        &self.0
    }

    fn set_aside(&self) -> String {
        unreachable!("an index reads no pages")
    }
}

fn archive_of(hashes: impl Iterator<Item = u64>) -> ArchivedIds {
    let column: Vec<u8> = hashes.flat_map(u64::to_le_bytes).collect();
    let ids = column.len() as u64 / 8;
    let pages = Arc::new(Column(column));
    ArchivedIds { number: 0, newest_us: 0, ids, after: 0, covers: 0, last_frame: 0, seed: 0, pages }
}

/// Two halves that were filled side by side are an index as good as one that was filled at once, also when their hashes are
/// so uneven that one of them has split its segments more often.
#[test]
#[expect(clippy::disallowed_methods, reason = "whoever starts a node fills halves by two threads")]
fn halves_are_filled_side_by_side() {
    #[track_caller]
    fn check(step: usize, ids: u64, hash: fn(u64) -> u64) {
        let (first, second) = (ids / 3 / 16 * 16, ids);
        let archives =
            [(0, archive_of((0..first).map(hash))), (group(first), archive_of((first..second).map(hash)))];
        let mut halves = IndexHalf::both(&archives, usize::try_from(ids).unwrap(), step);
        std::thread::scope(|scope| halves.iter_mut().for_each(|half| drop(scope.spawn(|| half.fill()))));
        let mut index = IndexHalf::join(halves);
        assert_eq!(index.fills.iter().map(|fill| u64::from(fill.used)).sum::<u64>(), ids);
        slots(&index);
        // It goes on like any other.
        for n in ids..3 * ids {
            index.insert(hash(n), Groups { oldest: 0, newest: group(n) });
        }
        let known = Groups { oldest: 0, newest: group(3 * ids) };
        for n in 0..3 * ids {
            assert!(found(&index, hash(n), known).contains(&group(n)), "{n} of {ids} in steps of {step}");
        }
        slots(&index);
    }
    for (step, ids) in [(1, 0), (1, 3_000), (16, 5), (16, 3_000), (1_000, 20_000), (1 << 20, 200_000)] {
        check(step, ids, hash);
        check(step, ids, |n| hash(n) >> 1);
        check(step, ids, |n| hash(n) | 1 << 63);
        check(step, ids, |n| if n % 16 == 0 { hash(n) >> 2 } else { hash(n) | 1 << 63 });
    }
}
