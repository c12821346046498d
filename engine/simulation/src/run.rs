//! A run: so many steps of one seed.

use std::any::Any;
use std::cell::RefCell;
use std::ops::AddAssign;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use serde::Serialize;

use crate::failure::{Broken, Check, Failure};
use crate::world::World;

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The seed: what each step is follows from it.
    pub seed: u64,
    /// How many steps.
    pub steps: u64,
    /// The steps that are done, of those; `None`: all.
    pub only: Option<Vec<u64>>,
    /// Whether the trace is told in words.
    pub verbose: bool,
}

impl Run {
    /// All of the first `steps` steps of a seed.
    #[must_use]
    pub fn new(seed: u64, steps: u64) -> Run {
        Run { seed, steps, only: None, verbose: false }
    }
}

/// What was met on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Steps.
    pub steps: u64,
    /// Requests that arrived at the node.
    pub requests: u64,
    /// Transactions in them.
    pub transactions: u64,
    /// Answers that clients got.
    pub answers: u64,
    /// Requests sent again.
    pub retries: u64,
    /// Clients that vanished.
    pub vanished: u64,
    /// Frames written and synced.
    pub frames: u64,
    /// Snapshots published.
    pub snapshots: u64,
    /// Times the node was started again.
    pub restarts: u64,
    /// ... after a power cut.
    pub cuts: u64,
    /// ... after it had ended by a fault of the disk.
    pub deaths: u64,
    /// ... after it was stopped in order.
    pub stops: u64,
    /// Starts that failed by a fault of the disk.
    pub failed_starts: u64,
    /// Recoveries that went on from a snapshot.
    pub from_snapshot: u64,
    /// Archives of known ids that recoveries went on from.
    pub archives: u64,
    /// Archives that were spoiled before a start.
    pub spoiled: u64,
    /// Recoveries that cut a torn tail.
    pub cut_tails: u64,
    /// Recoveries that wrote frames above the mark again.
    pub rewritten: u64,
    /// Times the disk filled up.
    pub filled: u64,
    /// Requests refused for want of room.
    pub refused_full: u64,
    /// Times the clock was set back.
    pub set_back: u64,
    /// Damaged copies of a log, each of them refused.
    pub damaged: u64,
}

impl AddAssign<&Counts> for Counts {
    fn add_assign(&mut self, other: &Counts) {
        let Counts {
            steps,
            requests,
            transactions,
            answers,
            retries,
            vanished,
            frames,
            snapshots,
            restarts,
            cuts,
            deaths,
            stops,
            failed_starts,
            from_snapshot,
            archives,
            spoiled,
            cut_tails,
            rewritten,
            filled,
            refused_full,
            set_back,
            damaged,
        } = other;
        self.steps += steps;
        self.requests += requests;
        self.transactions += transactions;
        self.answers += answers;
        self.retries += retries;
        self.vanished += vanished;
        self.frames += frames;
        self.snapshots += snapshots;
        self.restarts += restarts;
        self.cuts += cuts;
        self.deaths += deaths;
        self.stops += stops;
        self.failed_starts += failed_starts;
        self.from_snapshot += from_snapshot;
        self.archives += archives;
        self.spoiled += spoiled;
        self.cut_tails += cut_tails;
        self.rewritten += rewritten;
        self.filled += filled;
        self.refused_full += refused_full;
        self.set_back += set_back;
        self.damaged += damaged;
    }
}

/// How a run ended.
#[derive(Debug)]
pub struct Outcome {
    /// What is wrong, if something is.
    pub failure: Option<Failure>,
    /// A digest of everything that happened.
    pub digest: u64,
    /// What was met on the way.
    pub counts: Counts,
    /// What happened, in words, where they were wanted.
    pub trace: Vec<String>,
}

/// Runs a seed.
#[must_use]
pub fn run(run: &Run) -> Outcome {
    catch_quietly();
    let mut world = None;
    let caught = panic::catch_unwind(AssertUnwindSafe(|| steps(run, &mut world)));
    let (mut digest, mut counts, mut trace, mut at, mut looking) =
        (0, Counts::default(), Vec::new(), 0, Check::Assertion);
    if let Some(world) = world {
        (at, looking, digest) = (world.trace.step(), world.looking, world.trace.digest());
        counts = world.counts.clone();
        trace = world.trace.into_lines();
    }
    let failed = match caught {
        Ok(Ok(())) => None,
        Ok(Err(Broken::Failed(check, what))) => Some((check, what)),
        Ok(Err(Broken::Died(why))) => Some((Check::Ended, why)),
        Err(panicked) => Some((looking, words_of(&*panicked))),
    };
    let seed = run.seed;
    let failure = failed.map(|(check, what)| Failure { seed, step: at, check, what });
    Outcome { failure, digest, counts, trace }
}

fn steps(run: &Run, world: &mut Option<World>) -> Result<(), Broken> {
    let world = world.insert(World::new(run.seed, run.verbose)?);
    match &run.only {
        None => {
            for step in 0..run.steps {
                world.step(step)?;
                world.counts.steps += 1;
            }
        }
        Some(only) => {
            for step in only.iter().filter(|step| **step < run.steps) {
                world.step(*step)?;
                world.counts.steps += 1;
            }
        }
    }
    world.finish()
}

thread_local! {
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A panic is a finding of the run: it is kept, with its place, not printed.
fn catch_quietly() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        panic::set_hook(Box::new(|info| {
            let text = info.to_string();
            PANIC.with(|kept| text.clone_into(&mut kept.borrow_mut()));
        }));
    });
}

/// What was said with its place, if it was on this thread; a panic that came from another has its words alone.
fn words_of(panicked: &(dyn Any + Send)) -> String {
    let kept = PANIC.with(|kept| std::mem::take(&mut *kept.borrow_mut()));
    let carried = panicked.downcast_ref::<String>().map(String::as_str);
    let carried = carried.or_else(|| panicked.downcast_ref::<&str>().copied()).unwrap_or_default();
    if kept.is_empty() { carried } else { &kept }.replace('\n', " ")
}
