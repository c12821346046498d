//! Another principal approves a proposal (复核通过): its content is done here, judged anew. Of what was done at once: it was
//! reviewed, and found right.

use std::sync::Arc;

use crate::access::acting::Acting;
use crate::access::permissions::Permissions;
use crate::answer::Answer;
use crate::commands::caller::Caller;
use crate::commands::decide::{Decided, judge};
use crate::commands::execute::execute;
use crate::commands::outcome::Outcome;
use crate::contents::content::Content;
use crate::proposals::approval::Approval;
use crate::proposals::decision::DecisionKind;
use crate::proposals::proposal::{ContentDigest, Proposal};
use crate::record::admin::Admin;
use crate::rejection::Rejection;
use crate::state::State;
use crate::transaction::notes;
use crate::transaction::original::Original;

pub(super) fn begin(
    state: &mut State,
    caller: Caller,
    acting: Option<&Acting>,
    (number, digest): (u64, ContentDigest),
    found: Option<&Arc<Original>>,
    notes: &[u8],
) -> Outcome {
    let decided = Decided { number, kind: DecisionKind::Approved, digest: Some(digest), notes };
    let decision = match judge(state, caller.client, acting, &decided) {
        Ok(Some(decision)) => decision,
        // Whoever lost the answer learns what became of it.
        Ok(None) => {
            let there = state.books.catalog.proposals().get(number).cloned();
            return state.answer(caller.reply_to, Answer::Proposals(there.into_iter().collect()));
        }
        Err(rejection) => return state.refuse(caller.reply_to, rejection),
    };
    let proposal =
        state.books.catalog.proposals().get(number).expect("it was judged just now").proposal.clone();
    if proposal.at_once {
        state.take_proposal(&Admin::Decided(decision));
        return state.answer(caller.reply_to, Answer::Done);
    }
    let permissions = acting.map_or_else(Permissions::everything, |acting| acting.permissions.of_approver());
    let Proposal { key, maker, content, notes: made_by, .. } = proposal;
    let content = Content::read(&content).expect("what was proposed could be read then");
    let by = decision.by.clone();
    let maker = (&*maker, &*notes::of_actors(&made_by));
    let acting = Acting::approved(maker, Some(&by), permissions, Approval::Decided(decision));
    if names_another(&content, found.is_some()) {
        return state.refuse(caller.reply_to, Rejection::Malformed);
    }
    execute(Caller { client: key.client, ..caller }, acting, content, found)
}

/// Whether something was found although the content names no other transaction.
fn names_another(content: &Content, is_found: bool) -> bool {
    is_found && !matches!(content, Content::Transaction(batch) if batch.names_others())
}
