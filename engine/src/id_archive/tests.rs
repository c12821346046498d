use std::panic::{AssertUnwindSafe, catch_unwind};

use longmen_wal::FaultyStorage;

use super::*;
use crate::ledger::{ClientId, DamagedArchive, Decided, IndexHalf, Known, KnownIds, Outcome, TransactionId};

const CLIENT: ClientId = ClientId(1);

fn decided(n: u32) -> Decided {
    Decided {
        content: u64::from(n),
        outcome: Outcome::Posted,
        step: 0,
        frame: 1 + u64::from(n / 100),
        ordinal: n,
    }
}

fn id(n: u32) -> TransactionId {
    TransactionId(u128::from(n) << 64 | 1)
}

/// A node whose ids but the newest are archived.
fn archived(archive: &IdArchive) -> KnownIds {
    let mut known = KnownIds::new(7, 200, i64::MAX / 2);
    for n in 0..1_000 {
        let at = known.begin(CLIENT, id(n), 0);
        known.decide(at, &decided(n));
    }
    while let Some(sealed) = known.seal(u64::MAX) {
        let written = archive.write(&sealed, &mut Vec::new(), &mut || Ok(())).unwrap();
        known.archived(written);
    }
    known
}

/// A page is read when an id in it is asked for. Damage stops its reader, and the next start does not take it again.
#[test]
fn an_archive_with_a_damaged_page_is_set_aside() {
    let disk = FaultyStorage::new();
    let archive = IdArchive { storage: Arc::new(disk.clone()), node: NodeId(9) };
    let count = archived(&archive).archives();
    assert!(count > 2, "{count}");
    let found = archive.find(u64::MAX).unwrap();
    assert_eq!((found.whole.len(), found.refused.len()), (count, 0));

    let second = name_of(1);
    let size = disk.file(&second).unwrap().len() as u64;
    (size - ID_PAGE as u64..size).for_each(|at| disk.flip_bit(&second, at, 2));
    let found = archive.find(u64::MAX).unwrap();
    assert_eq!(found.whole.len(), count, "a start does not read the pages");
    let mut known = KnownIds::new(8, 200, i64::MAX / 2);
    known.know_archives(found.whole, i64::MIN, |halves| halves.iter_mut().for_each(IndexHalf::fill));
    let answers: Vec<_> =
        (0..400).map(|n| (n, catch_unwind(AssertUnwindSafe(|| known.get(CLIENT, id(n)))))).collect();
    let damage = answers.iter().find_map(|(_, answer)| answer.as_ref().err());
    let DamagedArchive(told) = damage.unwrap().downcast_ref().expect("it is told as damage");
    assert!(told.contains("page 2 of the archive of ids 1 is damaged"), "{told}");
    for (n, answer) in answers {
        assert!(answer.is_err() || answer.unwrap() == Some(Known::Decided(decided(n))), "{n} is known");
    }
    assert!(disk.file(&second).is_none(), "it is out of the way");
    assert!(disk.file(&format!("damaged-{second}")).is_some(), "and there to be looked at");
    let found = archive.find(u64::MAX).unwrap();
    assert_eq!((found.whole.len(), found.refused.len()), (1, count - 2), "none follows where one is missing");
}
