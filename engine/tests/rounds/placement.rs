//! The outcome depends on no placement: the same random scripts on 1, 2 and 7 shards, hot and not, under random
//! schedules, with power cuts, all give what the naive serial ledger gives.
//!
//! `LONGMEN_SEEDS=N` runs N seeds, `LONGMEN_SEED=N` only that one.

use super::crash;
use super::harness::{Node, settings};
use super::random::Random;
use super::run::{assert_equal, expect, run};
use super::script::{Ask, Case};
use super::scripts::{CHART, FIRST, Maker};
use longmen_engine::ledger::LedgerSettings;

const SEEDS: u64 = 250;

/// What was met on the way, over all seeds.
#[derive(Debug, Default)]
struct Met {
    transactions: u64,
    refused: u64,
    deferred: u64,
    spanning: u64,
    hot_legs: u64,
    merged: u64,
    power_cuts: u64,
}

#[test]
fn the_outcome_depends_on_no_placement() {
    let seeds = match number("LONGMEN_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("LONGMEN_SEEDS").unwrap_or(SEEDS),
    };
    let mut met = Met::default();
    for seed in seeds.clone() {
        let on_panic = OnPanic(seed);
        check(seed, &mut met);
        std::mem::forget(on_panic);
    }
    println!("{seeds:?}: {met:?}");
    if seeds.end - seeds.start > 100 {
        assert!(met.deferred > 1_000 && met.spanning > 1_000 && met.hot_legs > 1_000, "{met:?}");
        assert!(met.refused > 1_000 && met.merged > 1_000 && met.power_cuts > 1_000, "{met:?}");
    }
}

/// A number from the environment.
pub(crate) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Says which seed it was.
pub(crate) struct OnPanic(pub(crate) u64);

impl Drop for OnPanic {
    fn drop(&mut self) {
        eprintln!("failed with seed {0}: LONGMEN_SEED={0} runs it alone", self.0);
    }
}

fn check(seed: u64, met: &mut Met) {
    let mut maker = Maker::new(seed, true);
    maker.expects = true;
    let hot = maker.hot.clone();
    let asks = maker.script(40);
    let mut stream = 2;
    for with_hot in [false, true] {
        let mut asks = asks.clone();
        if !with_hot {
            asks.retain(|(_, ask)| !matches!(ask.change(), Ask::SetHot { .. }));
        }
        let hot = if with_hot { hot.clone() } else { Vec::new() };
        let case = Case { chart: &CHART, first: FIRST, hot, asks };
        let expect = expect(&case);
        for shards in [1, 2, 7] {
            let mut random = Random::new(seed, stream);
            stream += 1;
            let settings = some_settings(shards, &mut random);
            let cut_every = 10 + random.below(200);
            let mut node = run(&case, &settings, &mut random.clone(), |node, arrived| {
                if random.below(cut_every) == 0 {
                    cut_power(node, &case, arrived, &mut random);
                    met.power_cuts += 1;
                }
            });
            met.merged += assert_equal(&node, &case, &expect).merged as u64;
            cut_power(&node, &case, case.asks.len(), &mut random);
            let status = node.status();
            met.transactions += status.decided;
            met.refused += status.refused;
            met.deferred += status.deferred;
            met.spanning += status.spanning;
            met.hot_legs += status.hot.iter().map(|(_, legs)| legs).sum::<u64>();
        }
    }
}

pub(crate) fn some_settings(shards: u16, random: &mut Random) -> LedgerSettings {
    LedgerSettings { frame_bytes: random.one_of(&[100, 1_000, 4_000, 1 << 20, 1 << 20]), ..settings(shards) }
}

pub(crate) fn cut_power(node: &Node, case: &Case, arrived: usize, random: &mut Random) {
    let so_far = Case { asks: case.asks[..arrived].to_vec(), ..case.clone() };
    let shards = random.one_of(&[1, 2, 3, 7]);
    for with_in_flight in [false, true] {
        crash::check(node, &so_far, with_in_flight, &some_settings(shards, random));
    }
}
