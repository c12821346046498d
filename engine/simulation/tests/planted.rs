//! Each planted bug is found, a failing run is made small, and without a bug the same seeds hold. One test, since a bug is
//! planted in the whole process.

use std::time::Duration;

use longmen_simulation::{Plant, first_failure, shrink};

/// A bug is found within 300 seeds.
const SEEDS: u64 = 300;
const STEPS: u64 = 10_000;
const THREADS: usize = 2;
/// Steps of the run that is made small: how small a run gets in the time that it is given depends on how long it was.
const STEPS_TO_SHRINK: u64 = 2_000;

#[test]
fn every_planted_bug_is_found() {
    let mut most = 1;
    for plant in Plant::all() {
        let found = plant.hunt(SEEDS, STEPS, THREADS);
        let found = found.unwrap_or_else(|| panic!("{plant} was not found in {SEEDS} seeds"));
        println!("{plant}: seed {}, step {}, {}: {}", found.seeds - 1, found.step, found.check, found.what);
        most = most.max(found.seeds);
    }
    assert_eq!(first_failure(most, STEPS, THREADS), None, "without a bug the same seeds hold");

    let plant = Plant::named("ReplyBeforeSync").unwrap();
    let seed = plant.hunt(SEEDS, STEPS_TO_SHRINK, THREADS).unwrap().seeds - 1;
    let planted = plant.plant();
    let small = shrink(seed, STEPS_TO_SHRINK, Duration::from_secs(20)).unwrap();
    drop(planted);
    println!("{} steps in {} runs\n{}", small.steps.len(), small.runs, small.trace.join("\n"));
    assert!(small.steps.len() < 200 && !small.trace.is_empty(), "{} steps are left", small.steps.len());
}
