//! A failing run made small: steps are left out as long as it still fails in the same way.

use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::run::{Run, run};

/// A run with few steps that fails like the one it was made from.
#[derive(Debug)]
pub struct Shrunk {
    /// The steps that are left.
    pub steps: Vec<u64>,
    /// How it fails.
    pub failure: Failure,
    /// What happens in it, in words.
    pub trace: Vec<String>,
    /// How many runs it took.
    pub runs: u64,
}

/// Leaves out steps of a run that fails, for so long at most. `None` if the run does not fail, or not again.
#[must_use]
pub fn shrink(seed: u64, steps: u64, time: Duration) -> Option<Shrunk> {
    let end = Instant::now() + time;
    let first = run(&Run::new(seed, steps)).failure?;
    let check = first.check;
    let mut runs = 1;
    let mut fails = |only: &[u64]| {
        runs += 1;
        let outcome = run(&Run { only: Some(only.to_vec()), ..Run::new(seed, steps) });
        outcome.failure.filter(|failure| failure.check == check)
    };
    let mut left: Vec<u64> = (0..steps.min(first.step + 1)).collect();
    // What was seen at the end of the run needs its whole length.
    if fails(&left).is_none() {
        left = (0..steps).collect();
    }
    let mut parts = 2;
    while left.len() > 1 && Instant::now() < end {
        let size = left.len().div_ceil(parts);
        let chunks = (0..left.len()).step_by(size);
        let without = |at: usize| -> Vec<u64> {
            left[..at].iter().chain(&left[(at + size).min(left.len())..]).copied().collect()
        };
        let smaller = chunks.map(without).take_while(|_| Instant::now() < end);
        let smaller = smaller.filter_map(|less| fails(&less).map(|failure| (less, failure))).next();
        match smaller {
            Some((less, failure)) => {
                // What comes behind the failure is not needed.
                left = less.into_iter().filter(|step| *step <= failure.step).collect();
                parts = parts.saturating_sub(1).max(2);
            }
            None if size == 1 => break,
            None => parts = (parts * 2).min(left.len()),
        }
    }
    let outcome = run(&Run { only: Some(left.clone()), verbose: true, ..Run::new(seed, steps) });
    Some(Shrunk { steps: left, failure: outcome.failure?, trace: outcome.trace, runs })
}
