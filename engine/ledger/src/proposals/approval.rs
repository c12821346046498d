//! What is written down where a content is done that was proposed.

use crate::proposals::decision::Decision;
use crate::proposals::proposal::Proposal;
use crate::record::admin::Admin;

/// What is written down where a content is done: the approval that lets it be done, or the proposal that did it at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Approval {
    Decided(Decision),
    AtOnce(Box<Proposal>),
}

impl Approval {
    /// The number of the proposal.
    pub(crate) fn number(&self) -> u64 {
        match self {
            Approval::Decided(decision) => decision.number,
            Approval::AtOnce(proposal) => proposal.number,
        }
    }

    /// The record of it in this frame.
    pub(crate) fn record(self, frame: u64) -> Admin {
        match self {
            Approval::Decided(decision) => Admin::Decided(Decision { frame, ..decision }),
            Approval::AtOnce(proposal) => Admin::Proposed(Box::new(Proposal { frame, ..*proposal })),
        }
    }
}
