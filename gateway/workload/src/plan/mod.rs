//! What is sent: populations of accounts, and endless streams of transactions over them, the same for the same seed.

mod hot;
mod ids;
mod kind;
mod mix;
mod population;
mod request;
mod sampling;
mod transfers;

use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::SmallRng;

pub(crate) use ids::Ids;
pub use kind::Kind;
pub(crate) use population::CURRENCY;
pub use population::{AccountPlan, Population, SubjectPlan};
pub use request::{Expect, Leg, Planned, Request};

use hot::Hot;
use mix::Mix;
use transfers::Transfers;

/// The workloads that the harness knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Workload {
    /// Two-leg transfers between accounts drawn uniformly
    Transfers,
    /// The payment mix: fee income in two of three, zipf merchants, refusals, repeats, cancels
    Mix,
    /// Every transaction on one hot merchant account: payments in, a few payouts
    Hot,
}

impl Workload {
    /// The name, as on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Workload::Transfers => "transfers",
            Workload::Mix => "mix",
            Workload::Hot => "hot",
        }
    }

    /// How many accounts of customers are usual for it.
    #[must_use]
    pub fn usual_accounts(self) -> usize {
        match self {
            Workload::Transfers | Workload::Hot => 10_000,
            Workload::Mix => 50_000,
        }
    }

    /// The accounts of this workload with `customers` accounts of customers, and what streams over them share.
    #[must_use]
    pub fn plan(self, customers: usize, seed: u64) -> Plan {
        let (population, source) = match self {
            Workload::Transfers => {
                let (population, transfers) = transfers::plan(customers);
                (population, Source::Transfers(transfers))
            }
            Workload::Mix => {
                let (population, mix) = mix::plan(customers, seed);
                (population, Source::Mix(Arc::new(mix)))
            }
            Workload::Hot => {
                let (population, hot) = hot::plan(customers);
                (population, Source::Hot(hot))
            }
        };
        Plan { population, source, seed }
    }
}

/// A population, and the streams of transactions over it.
pub struct Plan {
    /// Subjects and accounts.
    pub population: Population,
    source: Source,
    seed: u64,
}

/// What the streams of one workload share.
#[derive(Clone)]
enum Source {
    Transfers(Transfers),
    Mix(Arc<Mix>),
    Hot(Hot),
}

impl Plan {
    /// An endless stream of transactions. Streams of different numbers give different ids and figures; the same
    /// seed and number give the same stream.
    #[must_use]
    pub fn stream(&self, number: u32) -> Stream {
        let rng = SmallRng::seed_from_u64(self.seed ^ (u64::from(number) << 32).wrapping_add(0x9E37_79B9));
        let ids = Ids::of_stream(self.seed, number);
        Stream { source: self.source.clone(), rng, ids, made: Request::default(), taken: 0 }
    }
}

/// An endless stream of transactions, the same for the same seed.
pub struct Stream {
    source: Source,
    rng: SmallRng,
    ids: Ids,
    /// What was made last, of which `taken` transactions have been handed out: some come in pairs.
    made: Request,
    taken: usize,
}

impl Stream {
    /// Adds transactions to `request` until it holds `count`.
    pub fn fill(&mut self, request: &mut Request, count: usize) {
        while self.taken < self.made.len() && request.len() < count {
            request.push_from(&self.made, self.taken);
            self.taken += 1;
        }
        while request.len() < count {
            self.make(request);
        }
        if request.len() > count {
            self.made.clear();
            self.taken = 0;
            for index in count..request.len() {
                self.made.push_from(request, index);
            }
            request.truncate(count);
        }
    }

    /// Adds the next transaction, or the next few where they belong together.
    fn make(&mut self, request: &mut Request) {
        match &self.source {
            Source::Transfers(transfers) => transfers.next(&mut self.rng, &mut self.ids, request),
            Source::Mix(mix) => mix.next(&mut self.rng, &mut self.ids, request),
            Source::Hot(hot) => hot.next(&mut self.rng, &mut self.ids, request),
        }
    }
}

#[cfg(test)]
mod tests;
