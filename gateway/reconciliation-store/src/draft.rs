//! Drafting what is to be done about a break.

use longmen_reconciliation::{End, Fate, StepKind};

use crate::break_id::BreakId;
use crate::breaks::{Break, BreakState};
use crate::error::StoreError;
use crate::handling::{Draft, Handling, HandlingState};
use crate::handlings::{self, NewHandling};
use crate::names::Person;
use crate::refusal::Refusal;
use crate::runs;
use crate::store::Store;

impl Store {
    /// Drafts the next step of a break. What it was drafted for is kept, so that a run which finds something else leaves it orphaned.
    ///
    /// # Errors
    /// Of the break: `no_such_break`, `gone`, `stale_run`, `still_hung`, `orphaned`, `in_hand`, `already_ended`. Of the draft:
    /// `undo_is_not_drafted`, `end_not_open`, `end_not_of_kind`, `no_end`, `no_entries`, `needless_entries`, `wrong_currency`,
    /// `already_in_suspense`, `not_in_suspense`, `still_in_suspense`, `already_done`. Whatever fails.
    pub fn draft(
        &mut self,
        id: &BreakId,
        draft: &Draft,
        maker: &Person,
        at_us: i64,
    ) -> Result<Handling, StoreError> {
        let transaction = self.reader.connection.transaction()?;
        let found = crate::breaks::by_id(&transaction, id)?.ok_or(Refusal::Gone)?;
        let links = runs::links(&transaction, &found.channel)?;
        if runs::stale(&links).contains(&found.date) {
            return Err(Refusal::StaleRun { channel: found.channel, date: found.date }.into());
        }
        let handlings = handlings::of_break(&transaction, id)?;
        may_be_handled(&found, &handlings)?;
        check_end(&found, draft)?;
        check_entries(&found, draft)?;
        check_suspense(&found, draft)?;
        check_once(draft.kind, &handlings)?;
        let handling = handlings::insert(
            &transaction,
            &NewHandling {
                break_id: id,
                draft,
                undoes: None,
                channel: &found.channel,
                content: &found.content,
                currency: found.currency,
                maker,
                at_us,
            },
        )?;
        transaction.commit()?;
        self.reader.handling(handling)
    }
}

/// Whether there is anything to do about a break, and nothing to do before.
fn may_be_handled(found: &Break, handlings: &[Handling]) -> Result<(), Refusal> {
    if let Some(orphan) = handlings.iter().find(|handling| handling.is_orphaned) {
        return Err(Refusal::Orphaned { handling: orphan.id });
    }
    if let BreakState::Resolved(end) = found.state {
        return Err(Refusal::AlreadyEnded { end });
    }
    if found.finding.fate == Fate::Hung {
        return Err(Refusal::StillHung);
    }
    match handlings.iter().find(|one| one.is_in_hand()) {
        Some(handling) => Err(Refusal::InHand { handling: handling.id }),
        None => Ok(()),
    }
}

/// Whether a break of this class may end so, and by a step of this kind.
fn check_end(found: &Break, draft: &Draft) -> Result<(), Refusal> {
    let kind = draft.kind;
    let ends: &[End] = match kind {
        StepKind::Adjust => &[End::Adjusted, End::Confirmed, End::Claim],
        StepKind::SuspenseIn => &[],
        StepKind::SuspenseOut => &[End::Supplement, End::Reversal, End::Refund, End::Claim, End::WriteOff],
        StepKind::Confirm => &[End::Confirmed],
        StepKind::Cancel | StepKind::Reverse => &[End::Reversal],
        StepKind::Undo => return Err(Refusal::UndoIsNotDrafted),
    };
    let class = found.finding.class;
    match draft.ends {
        Some(end) if !end.is_open_to(class) => Err(Refusal::EndNotOpen { class, end }),
        Some(end) if !ends.contains(&end) => Err(Refusal::EndNotOfKind { kind, end }),
        None if kind == StepKind::SuspenseOut => Err(Refusal::NoEnd { kind }),
        _ => Ok(()),
    }
}

fn check_entries(found: &Break, draft: &Draft) -> Result<(), Refusal> {
    let (kind, currency) = (draft.kind, found.currency);
    match &draft.entries {
        None if kind.has_entries() => Err(Refusal::NoEntries { kind }),
        Some(_) if !kind.has_entries() => Err(Refusal::NeedlessEntries { kind }),
        Some(entries) if entries.currency() != currency => {
            Err(Refusal::WrongCurrency { given: entries.currency(), currency })
        }
        _ => Ok(()),
    }
}

/// A step that is in the books is not booked again.
fn check_once(kind: StepKind, handlings: &[Handling]) -> Result<(), Refusal> {
    let is_done = |one: &&Handling| one.draft.kind == kind && one.state == HandlingState::Posted;
    match handlings.iter().find(is_done) {
        Some(done) => Err(Refusal::AlreadyDone { handling: done.id }),
        None => Ok(()),
    }
}

/// What goes to suspense goes once, and what is there leaves it to end.
fn check_suspense(found: &Break, draft: &Draft) -> Result<(), Refusal> {
    match (found.is_in_suspense, draft.kind) {
        (true, StepKind::SuspenseIn) => Err(Refusal::AlreadyInSuspense),
        (false, StepKind::SuspenseOut) => Err(Refusal::NotInSuspense),
        (true, kind) if draft.ends.is_some() && kind != StepKind::SuspenseOut => {
            Err(Refusal::StillInSuspense)
        }
        _ => Ok(()),
    }
}
