//! Snapshots and recovery, every way of small worlds.

use longmen_simulation::{SnapshotCounts, every_snapshot};

#[test]
fn every_snapshot_of_small_worlds_can_be_recovered_from() {
    let began = std::time::Instant::now();
    let counts = every_snapshot();
    println!("{counts:?}, {:?}", began.elapsed());
    let SnapshotCounts { schedules, states, moments, crashes, from_snapshot, again } = counts;
    assert!(schedules > 50_000 && states > 500_000 && moments > 2_000, "{counts:?}");
    assert!(crashes > 6_000 && from_snapshot > 1_000 && again > 10_000, "{counts:?}");
}
