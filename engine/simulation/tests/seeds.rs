//! A small number of seeds; CI runs thousands by the program.
//!
//! `LONGMEN_SIMULATION_SEEDS=N` runs N of them.

use longmen_simulation::{CHARGING, Counts, Run, run};

const SEEDS: u64 = 40;
const STEPS: u64 = 3_000;

#[test]
fn seeds_hold() {
    let seeds = std::env::var("LONGMEN_SIMULATION_SEEDS").map_or(SEEDS, |text| text.parse().unwrap());
    let mut counts = Counts::default();
    for seed in 0..seeds {
        let outcome = run(&Run::new(seed, STEPS));
        if let Some(failure) = outcome.failure {
            panic!("{failure}; `longmen-simulation --seed {seed} --steps {STEPS}` runs it again");
        }
        counts += &outcome.counts;
    }
    println!("{seeds} seeds: {counts:?}");
    if seeds >= SEEDS {
        let Counts { restarts, cuts, deaths, snapshots, damaged, cut_tails, filled, .. } = counts;
        let met = [restarts, cuts, deaths, snapshots, damaged, cut_tails, filled];
        assert!(met.iter().all(|count| *count > 0), "something was never met: {counts:?}");
    }
}

/// The same where rules for fees make legs, over restarts, snapshots and power cuts.
#[test]
fn seeds_that_charge_hold() {
    for seed in CHARGING..CHARGING + SEEDS / 2 {
        if let Some(failure) = run(&Run::new(seed, STEPS)).failure {
            panic!("{failure}; `longmen-simulation --seed {seed} --steps {STEPS}` runs it again");
        }
    }
}

#[test]
fn a_seed_repeats_exactly() {
    for seed in 100..106 {
        let [one, other] = [(); 2].map(|()| run(&Run::new(seed, STEPS)));
        assert_eq!((one.digest, one.counts), (other.digest, other.counts), "seed {seed}");
        let all = Run { only: Some((0..STEPS).collect()), verbose: true, ..Run::new(seed, STEPS) };
        assert_eq!(run(&all).digest, one.digest, "seed {seed}, told in words");
        assert_ne!(run(&Run::new(seed + 1, STEPS)).digest, one.digest, "another seed is another run");
    }
}

#[test]
fn steps_that_are_left_out_change_no_other() {
    // Whatever is left out, what remains is a run that holds.
    for keep in [2, 3, 7] {
        let only = (0..STEPS).filter(|step| step % 10 < keep).collect();
        let outcome = run(&Run { only: Some(only), ..Run::new(7, STEPS) });
        assert_eq!(outcome.failure, None, "{keep} of ten steps");
    }
}
