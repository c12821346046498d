//! A workload in turn with the uniform one that it is held against: what a machine does drifts too much within minutes for
//! one to run after the other.

use super::figure::Figure;
use super::load::open;
use super::own_node::{OwnNode, Posting};
use super::rows::{Load, batches};
use super::{BenchSettings, Outcome};
use crate::driver::Settings;
use crate::error::LoadError;
use crate::measure::{Latencies, float};
use crate::run::rate;
use crate::workload::Workload;

/// Turns of each. First one begins and then the other, so that a drift takes from both alike.
const TURNS: u32 = 4;

/// A workload on a node of its own, with what its turns came to.
struct Contestant {
    node: OwnNode,
    posting: Posting,
    settings: Settings,
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
    let mut own = Contestant::start(settings, load).await?;
    let mut other = Contestant::start(settings, uniform).await?;
    for turn in 0..TURNS {
        let order = if turn % 2 == 0 { [&mut own, &mut other] } else { [&mut other, &mut own] };
        for contestant in order {
            contestant.take_turn(label).await?;
        }
    }
    let [own_rate, other_rate] = [own.rate(), other.rate()];
    let mut outcome =
        Outcome::of([(Figure::Rate, own_rate), (Figure::OfUniform, 100.0 * own_rate / other_rate)]);
    outcome.latencies = Some(own.latencies.clone());
    let each = own.settings.time.as_secs_f64();
    outcome.notes.push(format!(
        "{}/s, and {}/s of uniform transfers: {TURNS} turns of {each} s of either, each on a node of its own",
        rate(own_rate),
        rate(other_rate)
    ));
    outcome.note_size(settings, load);
    for contestant in [own, other] {
        contestant.finish(&mut outcome).await?;
    }
    Ok(outcome)
}

impl Contestant {
    async fn start(settings: &BenchSettings, load: Load) -> Result<Contestant, LoadError> {
        let node = OwnNode::start(settings, |_| {})?;
        let posting = open(&node, settings, load).await?;
        let driven_by = load.settings(settings);
        Ok(Contestant {
            node,
            posting,
            settings: Settings { time: driven_by.time / TURNS, ..driven_by },
            transactions: 0,
            seconds: 0.0,
            latencies: Latencies::default(),
        })
    }

    async fn take_turn(&mut self, label: &str) -> Result<(), LoadError> {
        let driven = self.posting.drive(self.settings, label).await?;
        self.transactions += driven.measured.transactions;
        self.seconds += driven.measured.seconds;
        self.latencies.add(&driven.latencies);
        Ok(())
    }

    /// Transactions a second, over all its turns.
    fn rate(&self) -> f64 {
        float(self.transactions) / self.seconds
    }

    async fn finish(mut self, outcome: &mut Outcome) -> Result<(), LoadError> {
        outcome.compared(self.posting.compare(true).await?);
        self.node.stop()
    }
}
