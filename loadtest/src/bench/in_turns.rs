//! A workload in turn with the uniform one that it is held against: what a machine does drifts too much within minutes for
//! one to run after the other.

use longmen_workload::measure::{Latencies, float, rate};
use longmen_workload::{LoadError, Workload};

use super::figure::Figure;
use super::load::steady;
use super::rows::{Load, batches};
use super::{BenchSettings, Outcome};

/// Turns of each. First one begins and then the other, so that a drift takes from both alike.
const TURNS: u32 = 4;

/// What the turns of a workload came to.
#[derive(Default)]
struct Sum {
    transactions: u64,
    seconds: f64,
    latencies: Latencies,
}

/// Drives a workload in turn with uniform transfers over as many accounts, each for the whole of its time.
pub(super) async fn beside_uniform(
    settings: &BenchSettings,
    load: Load,
    label: &str,
) -> Result<Outcome, LoadError> {
    let uniform = batches(Workload::Transfers, load.accounts, load.seconds);
    let turns = BenchSettings { longest: Some(settings.time(load.seconds) / TURNS), ..settings.clone() };
    let mut outcome = Outcome::of([]);
    let (mut own, mut other) = (Sum::default(), Sum::default());
    for turn in 0..TURNS {
        let mut order = [(&mut own, load), (&mut other, uniform)];
        if turn % 2 == 1 {
            order.reverse();
        }
        for (sum, load) in order {
            sum.take_turn(&turns, load, label, &mut outcome).await?;
        }
    }
    let [own_rate, other_rate] = [own.rate(), other.rate()];
    outcome.figures = [(Figure::Rate, own_rate), (Figure::OfUniform, 100.0 * own_rate / other_rate)].into();
    outcome.latencies = Some(own.latencies);
    let each = settings.time(load.seconds).as_secs_f64() / f64::from(TURNS);
    outcome.notes.push(format!(
        "{}/s, and {}/s of uniform transfers: {TURNS} turns of {each} s of either, each against a new node",
        rate(own_rate),
        rate(other_rate)
    ));
    outcome.note_size(settings, load);
    Ok(outcome)
}

impl Sum {
    /// A turn against a node of its own: with one for all turns, the disk would have to hold the logs of both workloads.
    async fn take_turn(
        &mut self,
        settings: &BenchSettings,
        load: Load,
        label: &str,
        outcome: &mut Outcome,
    ) -> Result<(), LoadError> {
        let turn = steady(settings, load, label).await?;
        let measured = turn.measured.expect("a workload that was driven is measured");
        self.transactions += measured.transactions;
        self.seconds += measured.seconds;
        self.latencies.add(&turn.latencies.expect("a workload that was driven has latencies"));
        outcome.accounts_compared += turn.accounts_compared;
        outcome.differences.extend(turn.differences);
        Ok(())
    }

    /// Transactions a second, over all turns.
    fn rate(&self) -> f64 {
        float(self.transactions) / self.seconds
    }
}
