//! Bugs planted on purpose, to see whether the simulation finds them. Only with the feature `planted-bugs`.

use std::fmt;

use longmen_engine::planted as engine;
use longmen_wal::planted as log;
use serde::Serialize;

use crate::failure::Failure;
use crate::run::Run;
use crate::side_by_side::run_all;

/// A bug that can be planted. One at a time is there, in the whole process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// One of the log's.
    Log(log::Bug),
    /// One of the engine's.
    Engine(engine::Bug),
}

/// How a planted bug was found.
#[derive(Clone, Debug, Serialize)]
pub struct Planted {
    pub bug: String,
    /// How many seeds it took.
    pub seeds: u64,
    /// At which step of the last one.
    pub step: u64,
    /// What saw it.
    pub check: &'static str,
    /// What it said.
    pub what: String,
}

impl fmt::Display for Plant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Plant::Log(bug) => write!(f, "{bug:?}"),
            Plant::Engine(bug) => write!(f, "{bug:?}"),
        }
    }
}

impl Plant {
    /// All of them.
    #[must_use]
    pub fn all() -> Vec<Plant> {
        let of_the_log = log::Bug::ALL.into_iter().map(Plant::Log);
        of_the_log.chain(engine::Bug::ALL.into_iter().map(Plant::Engine)).collect()
    }

    /// The one of this name.
    ///
    /// # Errors
    /// The names there are.
    pub fn named(name: &str) -> Result<Plant, String> {
        let all = Plant::all();
        let names = || all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        all.iter()
            .find(|plant| plant.to_string() == name)
            .copied()
            .ok_or_else(|| format!("there are {}", names()))
    }

    /// Plants it, in place of any other.
    pub fn plant(self) {
        Plant::take_out();
        match self {
            Plant::Log(bug) => log::plant(Some(bug)),
            Plant::Engine(bug) => engine::plant(Some(bug)),
        }
    }

    /// Takes out whatever is planted.
    pub fn take_out() {
        log::plant(None);
        engine::plant(None);
    }

    /// Plants it, and runs seeds until one fails. `None` if all of them hold.
    #[must_use]
    pub fn hunt(self, seeds: u64, steps: u64, threads: usize) -> Option<Planted> {
        self.plant();
        let found = first_failure(seeds, steps, threads);
        Plant::take_out();
        let Failure { seed, step, check, what } = found?;
        Some(Planted { bug: self.to_string(), seeds: seed + 1, step, check: check.name(), what })
    }
}

/// The failure of the first of these seeds that fails.
#[must_use]
pub fn first_failure(seeds: u64, steps: u64, threads: usize) -> Option<Failure> {
    let mut first: Option<Failure> = None;
    let runs = (0..seeds).map(|seed| Run::new(seed, steps));
    run_all(runs, threads, |outcome| {
        if let Some(failure) = outcome.failure
            && first.as_ref().is_none_or(|first| failure.seed < first.seed)
        {
            first = Some(failure);
        }
        first.is_none()
    });
    first
}
