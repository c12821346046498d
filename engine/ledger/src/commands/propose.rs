//! Somebody proposes what takes a second principal (经办).
//!
//! Judged in this order: what is proposed can be (shape, existence); the maker may do it, but for the second principal; the
//! name is new, or its proposal says the same; its end lies ahead, and not too far; there is room for one more. Whether funds,
//! limits and states let it be done is judged when it is approved.

use std::collections::BTreeSet;

use crate::access::acting::Acting;
use crate::access::operation::Operation;
use crate::access::permissions::Permissions;
use crate::answer::Answer;
use crate::batch::Batch;
use crate::commands::caller::Caller;
use crate::commands::command::Command;
use crate::commands::execute::execute;
use crate::commands::outcome::Outcome;
use crate::commands::permitted::{operation_of, permitted};
use crate::commands::permitted_transaction::{self, Asked, foresee};
use crate::commands::proposed::content_of;
use crate::contents::content::Content;
use crate::ids::{AccountId, ClientId, TransactionId, TransactionKey};
use crate::proposals::approval::Approval;
use crate::proposals::proposal::{MAX_CONTENT, MOST_OPEN_US, Proposal, USUALLY_OPEN_US};
use crate::proposals::register::Registered;
use crate::record::admin::Admin;
use crate::rejection::Rejection;
use crate::state::State;
use crate::transaction::notes::TextIds;

/// What is proposed.
pub(super) struct Draft {
    pub(super) id: TransactionId,
    pub(super) text_id: Box<str>,
    pub(super) command: Command,
    pub(super) expires_us: Option<i64>,
    pub(super) at_once: bool,
}

pub(super) fn begin(state: &mut State, caller: Caller, acting: Option<&Acting>, draft: Draft) -> Outcome {
    let (at_once, Draft { id, .. }) = (draft.at_once, &draft);
    let key = TransactionKey { client: caller.client, id: *id };
    let proposed = match propose(state, key, acting, draft) {
        Ok(proposed) => proposed,
        Err(rejection) => return state.refuse(caller.reply_to, rejection),
    };
    if let Some(there) = state.books.catalog.proposals().named(key) {
        let is_same = there.proposal.content == proposed.content && there.proposal.at_once == at_once;
        let answer = if is_same {
            Answer::Proposals(vec![there.clone()])
        } else {
            Answer::Rejected(Rejection::IdempotencyConflict)
        };
        return state.answer(caller.reply_to, answer);
    }
    if at_once {
        return do_at_once(caller, acting, proposed);
    }
    let record = Admin::Proposed(Box::new(proposed.clone()));
    state.take_proposal(&record);
    state.answer(caller.reply_to, Answer::Proposals(vec![Registered { proposal: proposed, decision: None }]))
}

/// The proposal, as it would stand in the open frame.
fn propose(
    state: &State,
    key: TransactionKey,
    acting: Option<&Acting>,
    draft: Draft,
) -> Result<Proposal, Rejection> {
    let Draft { id, text_id, command, expires_us, at_once } = draft;
    if id.0 == 0 {
        return Err(Rejection::Malformed);
    }
    let everywhere = acting.is_none_or(|acting| is_everywhere(&command, &acting.permissions));
    // Only who may do it everywhere learns what is not there.
    let hide = |rejection| match rejection {
        Rejection::UnknownEntity | Rejection::UnknownAccount | Rejection::CurrencyMismatch if !everywhere => {
            Rejection::Forbidden
        }
        other => other,
    };
    let content = content_of(command, &state.books).map_err(hide)?;
    let accounts = match &content {
        Content::Transaction(batch) => judge_transaction(state, key.client, acting, batch)?,
        content => judge_command(state, acting, content)?,
    };
    if at_once && acting.is_some_and(|acting| !acting.permissions.may(Operation::BreakGlass)) {
        return Err(Rejection::Forbidden);
    }
    let bytes = content.write();
    if bytes.len() > MAX_CONTENT || Content::read(&bytes).is_none() {
        return Err(Rejection::Malformed);
    }
    let now_us = state.output.frame.time_us;
    let expires_us = match (at_once, expires_us) {
        (true, None) => None,
        (true, Some(_)) => return Err(Rejection::Malformed),
        (false, None) => Some(now_us.saturating_add(USUALLY_OPEN_US)),
        (false, Some(moment)) => Some(moment),
    };
    let ends_in = expires_us.map_or(1, |moment| moment.saturating_sub(now_us));
    let is_known = state.books.catalog.proposals().named(key).is_some();
    if !is_known && !(1..=MOST_OPEN_US).contains(&ends_in) {
        return Err(Rejection::Malformed);
    }
    let maker = state.person(key.client, acting);
    // What cannot wait, and what takes somebody's rights away, is taken when others have filled what there is room for.
    let is_urgent = at_once || matches!(content, Content::Access { .. });
    if !is_known && !state.books.catalog.proposals().has_room(&maker, is_urgent) {
        return Err(Rejection::LimitExceeded);
    }
    let mut notes = Vec::new();
    TextIds { own: &text_id, named: "" }.write(&mut notes);
    notes.extend_from_slice(acting.map_or(&[], Acting::notes));
    Ok(Proposal {
        number: state.books.catalog.proposals().next_number(),
        key,
        maker,
        at_once,
        expires_us,
        frame: state.output.frame.number,
        accounts: accounts.into_iter().collect(),
        content: bytes.into(),
        notes: notes.into(),
    })
}

/// Whether somebody may do that in all books.
fn is_everywhere(command: &Command, permissions: &Permissions) -> bool {
    let operation = match command {
        Command::Post(_) => Operation::Post,
        Command::Change(change) => operation_of(change.change),
        Command::CloseDay { .. } => Operation::CloseDay,
        Command::MapCustomer { .. } => Operation::MapCustomer,
        Command::SetBookingMode { .. } => Operation::SetBookingMode,
        Command::SetFeeRules { .. } => Operation::SetFeeRules,
        _ => Operation::MapType,
    };
    permissions.may_everywhere(operation)
}

/// Whether the maker may do a transaction, but for the second principal, and what refuses it already. The accounts that it is
/// about.
fn judge_transaction(
    state: &State,
    client: ClientId,
    acting: Option<&Acting>,
    batch: &Batch,
) -> Result<BTreeSet<AccountId>, Rejection> {
    let (batch, plan, date) = foresee(state, client, batch.clone());
    let (batch, transaction) = (&batch, &batch.transactions[0]);
    let asked = Asked { client, batch, transaction, effects: &plan.effects, date };
    if let Some(acting) = acting {
        permitted_transaction::judge(state, &acting.permissions.without_four_eyes(), &asked)?;
    }
    let shape = plan.shape.map(|(rejection, _)| rejection);
    match shape.or(plan.verdict) {
        Some(rejection) => Err(rejection),
        None => Ok(asked.accounts().collect()),
    }
}

/// The same of a command.
fn judge_command(
    state: &State,
    acting: Option<&Acting>,
    content: &Content,
) -> Result<BTreeSet<AccountId>, Rejection> {
    if let Some(acting) = acting {
        let permissions = acting.permissions.without_four_eyes();
        let scope = permitted(&content.clone().into(), &permissions, &state.books)?;
        // A change that goes further than its maker may is none of its to propose.
        if let Some(rejection) = scope.beyond {
            return Err(rejection);
        }
    }
    Ok(content.accounts().into_iter().collect())
}

/// What cannot wait is done on the strength of its maker, and the proposal stands beside it.
fn do_at_once(caller: Caller, acting: Option<&Acting>, proposal: Proposal) -> Outcome {
    let permissions = acting.map(|acting| acting.permissions.without_four_eyes());
    let content = Content::read(&proposal.content).expect("it was read just now");
    let (maker, notes) = (proposal.maker.clone(), acting.map_or(&[][..], Acting::notes));
    let approval = Approval::AtOnce(Box::new(proposal));
    let acting = Acting::approved(
        (&maker, notes),
        None,
        permissions.unwrap_or_else(Permissions::everything),
        approval,
    );
    execute(caller, acting, content, None)
}
