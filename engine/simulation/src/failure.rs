//! What went wrong in a run, and who saw it.

use std::fmt;

/// What held something against the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// An answer is not what a serial ledger says.
    Answer,
    /// A first result was not repeated as it was, place in the log included.
    FirstResult,
    /// An answer rested on what is not durable, or what was acknowledged is lost.
    Durable,
    /// What is in the log is half there, or was asked by nobody.
    Whole,
    /// The books in the log are not those of a serial ledger, or do not add up.
    Books,
    /// What the node shows is not what a serial ledger has.
    Shown,
    /// One of the four relations of the books does not hold.
    Relations,
    /// The log itself: numbers, times, what was durable before.
    Log,
    /// Recovery refused a log that nothing has damaged.
    Refused,
    /// Recovery took a damaged log for a good one, or did not name the place.
    Damage,
    /// The node stopped with something undone.
    Stuck,
    /// The node ended without a reason.
    Ended,
    /// An assertion of the node's own.
    Assertion,
    /// The audit of the log's bytes.
    Audit,
}

impl Check {
    /// What it is, in a few words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Check::Answer => "an answer",
            Check::FirstResult => "a first result",
            Check::Durable => "what is durable",
            Check::Whole => "whole or not at all",
            Check::Books => "the books in the log",
            Check::Shown => "the books shown",
            Check::Relations => "the relations",
            Check::Log => "the log's order",
            Check::Refused => "recovery refuses",
            Check::Damage => "damage",
            Check::Stuck => "stuck",
            Check::Ended => "ended",
            Check::Assertion => "the node's assertion",
            Check::Audit => "the audit",
        }
    }
}

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub seed: u64,
    /// The step at which it was seen.
    pub step: u64,
    /// Who saw it.
    pub check: Check,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {}, step {}: {}: {}", self.seed, self.step, self.check.name(), self.what)
    }
}

/// Why a step did not end well.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The node ended, by the disk's fault.
    Died(String),
    /// A check failed.
    Failed(Check, String),
}

impl Broken {
    pub(crate) fn failed<T>(check: Check, what: impl Into<String>) -> Result<T, Broken> {
        Err(Broken::Failed(check, what.into()))
    }
}
