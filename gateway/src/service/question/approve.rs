//! Another principal approves a proposal, and it is done.

use std::sync::Arc;

use longmen_engine::ledger::{
    Batch, Command, Content, ContentDigest, Operation, Original, ProposalsWanted, Rejection,
};

use super::context::{Ask, Context};
use super::propose::Executed;
use crate::service::in_flight::InFlight;
use crate::service::post::Post;
use crate::service::sizes::{RECORD, one};
use crate::service::unanswered::Unanswered;
use longmen_access_log::Subject;

/// Which proposal is approved.
#[derive(Debug)]
pub(crate) struct ApproveAsked {
    pub(crate) number: u64,
    /// The digest of the content that was shown.
    pub(crate) digest: ContentDigest,
    pub(crate) notes: Box<[u8]>,
}

impl Ask for ApproveAsked {
    const OPERATION: Operation = Operation::Approve;

    type Answer = Executed;

    fn price(&self) -> InFlight {
        one(RECORD)
    }

    fn subject(&self) -> Subject {
        Subject::default().with("proposal", Some(self.number.to_string()))
    }

    fn told(executed: &Executed, subject: &mut Subject) -> usize {
        executed.tell(subject)
    }

    async fn ask(self, context: &Context) -> Result<Executed, Unanswered> {
        let ApproveAsked { number, digest, notes } = self;
        let after = number.checked_sub(1).ok_or(Rejection::UnknownProposal)?;
        let wanted = ProposalsWanted { after, limit: 1, ..ProposalsWanted::default() };
        let found = context.proposals(wanted).await?.pop();
        let found = found.filter(|found| found.proposal.number == number);
        let content = found.and_then(|found| Content::read(&found.proposal.content));
        let found = match content.ok_or(Rejection::UnknownProposal)? {
            Content::Transaction(batch) => context.original_of(batch).await?,
            _ => None,
        };
        context.executed(Command::Approve { number, digest, found, notes }).await
    }
}

impl Context {
    /// What the log has of the transaction that the one of this batch names.
    async fn original_of(&self, batch: Batch) -> Result<Option<Arc<Original>>, Unanswered> {
        let post = Box::new(Post { batch, places: vec![None], ..Post::default() });
        let mut post = self.with_originals(post).await?;
        Ok(post.batch.namings().find_map(|naming| naming.found.clone()))
    }
}
