use crate::Rejection;
use crate::idempotency::known_ids::*;
use crate::record::head::Outcome;

#[test]
fn ids_are_known_over_generations_and_by_client() {
    let mut known = KnownIds::new(7, 10, 1_000);
    let decided = |n: u32| Decided {
        content: u64::from(n),
        outcome: if n.is_multiple_of(2) {
            Outcome::Posted
        } else {
            Outcome::Refused(Rejection::InsufficientFunds)
        },
        step: 3,
        frame: 1 << 40 | u64::from(n),
        ordinal: n,
    };
    for n in 0..100 {
        let id = TransactionId(u128::from(n) << 64 | 5);
        assert_eq!(known.get(ClientId(1), id), None);
        let at = known.begin(ClientId(1), id, 0);
        assert_eq!(known.get(ClientId(1), id), Some(Known::Pending));
        known.decide(at, &decided(n));
    }
    for n in 0..100 {
        let id = TransactionId(u128::from(n) << 64 | 5);
        assert_eq!(known.get(ClientId(1), id), Some(Known::Decided(decided(n))));
        assert_eq!(known.get(ClientId(2), id), None);
    }
    assert_eq!(known.len(), 100);
}

#[test]
fn ids_are_forgotten_a_generation_at_a_time_when_they_are_too_old() {
    let mut known = KnownIds::new(7, 10, 1_000);
    for n in 0..100 {
        let decided = Decided { content: 0, outcome: Outcome::Posted, step: 0, frame: 1, ordinal: 0 };
        let at = known.begin(ClientId(1), TransactionId(n), i64::try_from(n).unwrap() * 100);
        known.decide(at, &decided);
    }
    assert!((10..=30).contains(&known.len()), "{}", known.len());
    for n in 0..100 {
        let is_known = known.get(ClientId(1), TransactionId(n)).is_some();
        assert!(is_known || n < 90, "an id of the last 1,000 us is known: {n}");
    }
}

/// Memory is asked for when there are more than a few ids, and once for each generation after the first, which is left then.
#[test]
fn memory_is_wanted_ahead_of_need() {
    let mut known = KnownIds::new(7, 1_000, i64::MAX);
    let mut given = Vec::new();
    for n in 0..20_000 {
        if let Some(IdMemory { table, pieces, piece }) = known.wants_memory() {
            known.give_memory(IdTable::ready(table), (0..pieces).map(|_| IndexRoom::ready(piece)).collect());
            assert_eq!(known.wants_memory(), None);
            given.push(n);
        }
        let decided = Decided { content: 0, outcome: Outcome::Posted, step: 0, frame: 1, ordinal: 0 };
        let at = known.begin(ClientId(1), TransactionId(n), 0);
        known.decide(at, &decided);
    }
    assert_eq!(given[..4], [750, 751, 1_751, 2_751]);
    assert_eq!(given.len(), 21);
    let capacities = known.generations.iter().map(|generation| generation.table.get().capacity());
    assert_eq!(capacities.collect::<Vec<_>>()[..3], [750, 1_000, 1_000]);
    assert!((0..20_000).all(|n| known.get(ClientId(1), TransactionId(n)).is_some()));
    assert!((20_000..40_000).all(|n| known.get(ClientId(1), TransactionId(n)).is_none()));
}

/// What is not durable may be lost, and its frames' numbers serve again: an archive does not speak of them.
#[test]
fn an_archive_covers_no_frame_that_is_not_durable() {
    let mut known = KnownIds::new(7, 2, 1_000);
    let decided = |frame| Decided { content: 0, outcome: Outcome::Posted, step: 0, frame, ordinal: 0 };
    let late = known.begin(ClientId(1), TransactionId(0), 0);
    let first = known.begin(ClientId(1), TransactionId(1), 0);
    known.decide(first, &decided(1));
    for id in [2, 3] {
        let at = known.begin(ClientId(1), TransactionId(id), 5_000);
        known.decide(at, &decided(2));
    }
    known.decide(late, &decided(9));
    // The first generation is too old by now, and forgotten.
    known.begin(ClientId(1), TransactionId(4), 5_000);
    let sealed = known.seal(2).expect("its ids are durable");
    assert_eq!((sealed.number, sealed.last_frame), (1, 2));
    assert!(sealed.covers <= 2, "{}", sealed.covers);
}

mod model;
