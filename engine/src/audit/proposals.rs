//! Four eyes: what was proposed, who decided, and that it was done by two, once, in the frame that says so.

use std::collections::BTreeMap;

use super::admin_fault::AdminFault;
use super::fault::{Checked, RecordPlace};
use super::report::Counts;
use crate::ledger::notes::{self, Note};
use crate::ledger::{
    Admin, AttributeChange, Changed, ClientId, Content, Decision, DecisionKind, Head, Outcome, Proposal,
    TransactionKey, about_fee_rules,
};

/// The proposals of the log so far, and what the frame says of them.
#[derive(Default)]
pub(super) struct Proposals {
    newest: u64,
    /// The time of the frame before: what was under way then may be decided in the first frame behind a proposal's end.
    before_us: i64,
    /// Those of which the end has not come.
    open: BTreeMap<u64, Open>,
    /// How many of those were done at once.
    unreviewed: u64,
    /// Those that the frame does: approved in it, or done at once.
    done_here: BTreeMap<u64, DoneHere>,
    /// Commands of the register that name one: they stand before the record that says they were approved.
    registered: Vec<(RecordPlace, Admin)>,
}

/// A proposal that has not ended.
struct Open {
    key: TransactionKey,
    maker: Box<str>,
    expires_us: Option<i64>,
    content: Content,
}

struct DoneHere {
    place: RecordPlace,
    client: ClientId,
    content: Content,
    /// Who approved it; `None`: it was done at once.
    approver: Option<Box<str>>,
    records: u32,
}

/// A record of what was done, as far as a proposal speaks of it.
pub(super) enum Done<'a> {
    Transaction(&'a Head),
    Changed(&'a Changed<'a>),
    /// A command in the register.
    Command {
        client: ClientId,
        command: &'a str,
        about: &'a str,
    },
}

impl Proposals {
    pub(super) fn propose(&mut self, place: RecordPlace, proposal: Proposal, frame: (u64, i64)) -> Checked {
        let Proposal { number, key, maker, at_once, expires_us, frame: said, content, .. } = proposal;
        let bad = |why| AdminFault::Proposal { number, why };
        place.check(number == self.newest + 1, || bad("is out of order"))?;
        place.check(said == frame.0, || bad("names another frame than its own"))?;
        place.check(!maker.is_empty(), || bad("has no maker"))?;
        place.check(at_once == expires_us.is_none(), || {
            bad("ends at no moment, or was done and ends at one")
        })?;
        place.check(expires_us.is_none_or(|moment| moment > frame.1), || bad("ends before it was made"))?;
        self.newest = number;
        let content = Content::read(&content).ok_or_else(|| place.flaw(bad("says what nobody can read")))?;
        if at_once {
            let content = content.clone();
            let done = DoneHere { place, client: key.client, content, approver: None, records: 0 };
            self.done_here.insert(number, done);
            self.unreviewed += 1;
        }
        self.open.insert(number, Open { key, maker, expires_us, content });
        Ok(())
    }

    /// Says how many there were, and what has not ended.
    pub(super) fn count(&self, counts: &mut Counts) {
        counts.proposals = self.newest;
        counts.unreviewed = self.unreviewed;
        counts.open_proposals = self.open.len() as u64 - self.unreviewed;
    }

    pub(super) fn decide(&mut self, place: RecordPlace, decision: Decision, frame: (u64, i64)) -> Checked {
        let Decision { number, kind, frame: said, by, .. } = decision;
        let bad = |why| AdminFault::Proposal { number, why };
        place.check(said == frame.0, || bad("was decided in another frame than it says"))?;
        let open = self.open.remove(&number);
        let Open { key, maker, expires_us, content } =
            open.ok_or_else(|| place.flaw(bad("is decided, and was never made or had ended")))?;
        self.unreviewed -= u64::from(expires_us.is_none());
        let is_in_time = match kind {
            DecisionKind::Expired => expires_us.is_some_and(|moment| moment <= frame.1),
            _ => expires_us.is_none_or(|moment| moment > self.before_us),
        };
        place.check(is_in_time, || bad("ends before its time or after it"))?;
        match kind {
            DecisionKind::Approved | DecisionKind::Rejected => {
                place.check(!by.is_empty(), || bad("is decided by nobody"))?;
                place.check(by != maker, || bad("is decided by its maker"))?;
            }
            DecisionKind::Withdrawn => {
                place.check(by == maker, || bad("is taken back by another than its maker"))?;
                place.check(expires_us.is_some(), || bad("is taken back, and was done"))?;
            }
            DecisionKind::Expired => {
                place.check(by.is_empty(), || bad("is ended by somebody and by time"))?;
            }
        }
        if kind == DecisionKind::Approved && expires_us.is_some() {
            let done = DoneHere { place, client: key.client, content, approver: Some(by), records: 0 };
            self.done_here.insert(number, done);
        }
        Ok(())
    }

    /// Takes a record with its notes, which may name the proposal that it was done by.
    pub(super) fn take(&mut self, place: RecordPlace, notes: &[u8], done: &Done<'_>) -> Checked {
        let Some(number) = proposal_in(notes) else { return Ok(()) };
        let approver = notes::read(notes).find(|(note, _)| *note == Note::Approver).map(|(_, text)| text);
        // One that was tried and refused did nothing.
        if matches!(done, Done::Transaction(head) if !matches!(head.outcome, Outcome::Posted | Outcome::Tried))
        {
            return Ok(());
        }
        let number = number.parse().unwrap_or(0);
        let bad = |why| AdminFault::Proposal { number, why };
        let found = self.done_here.get_mut(&number);
        let found = found.ok_or_else(|| place.flaw(bad("is done in a frame that does not say so")))?;
        place.check(found.approver.as_deref() == approver, || bad("names another approver"))?;
        place.check(done.client() == found.client, || bad("is done for another client than its maker's"))?;
        place.check(done.is_what(&found.content), || bad("is done otherwise than it was proposed"))?;
        found.records += 1;
        place.check(found.records == 1, || bad("is done twice"))
    }

    /// Keeps who asked for a command, where that was proposed.
    pub(super) fn register(&mut self, place: RecordPlace, record: &Admin) {
        if matches!(record, Admin::Registered { notes, .. } if proposal_in(notes).is_some()) {
            self.registered.push((place, record.clone()));
        }
    }

    /// Takes the commands of the register, now that what was approved in the frame is known.
    pub(super) fn end_admin(&mut self) -> Checked {
        for (place, record) in std::mem::take(&mut self.registered) {
            let Admin::Registered { client, command, about, notes } = record else { continue };
            self.take(place, &notes, &Done::Command { client, command: &command, about: &about })?;
        }
        Ok(())
    }

    /// What the frame says was done was done in it.
    pub(super) fn end_frame(&mut self, time_us: i64) -> Checked {
        self.before_us = time_us;
        while let Some((number, done)) = self.done_here.pop_first() {
            // A date that had come already, and an account that was so already, leave no record.
            let may_do_nothing = matches!(
                done.content,
                Content::CloseDay { .. } | Content::Change { change: AttributeChange::Hot(_), .. }
            );
            let why = "was approved, and is not done in that frame";
            done.place.check(done.records == 1 || may_do_nothing, || AdminFault::Proposal { number, why })?;
        }
        Ok(())
    }
}

/// The number of the proposal that notes name.
fn proposal_in(notes: &[u8]) -> Option<&str> {
    notes::read(notes).find(|(note, _)| *note == Note::Proposal).map(|(_, text)| text)
}

impl Done<'_> {
    fn client(&self) -> ClientId {
        match self {
            Done::Transaction(head) => head.client,
            Done::Changed(changed) => changed.client,
            Done::Command { client, .. } => *client,
        }
    }

    /// Whether it is what was proposed.
    fn is_what(&self, content: &Content) -> bool {
        match (self, content) {
            (Done::Transaction(head), Content::Transaction(batch)) => {
                let [transaction] = &batch.transactions[..] else { return false };
                (head.id, head.content) == (transaction.id, transaction.content)
                    && head.action == batch.action_code(transaction)
            }
            (Done::Changed(changed), Content::Change { account, change, .. }) => {
                changed.account == *account && has(changed, *change)
            }
            (Done::Command { command, .. }, Content::CloseDay { .. }) => *command == "close_day",
            (Done::Command { command, .. }, Content::MapCustomer { .. }) => *command == "map_customer",
            (Done::Command { command, .. }, Content::MapType { .. }) => *command == "map_type",
            (Done::Command { command, about, .. }, Content::BookingMode { kind, mode, from, .. }) => {
                *command == "set_booking_mode" && **about == format!("{kind} is {} from {from}", mode.name())
            }
            (Done::Command { command, about, .. }, Content::FeeRules { entity, file, from, .. }) => {
                *command == "set_fee_rules" && **about == about_fee_rules(entity, file, *from)
            }
            (Done::Command { command, about, .. }, Content::Access { digest }) => {
                *command == "change_access" && **about == **digest
            }
            _ => false,
        }
    }
}

/// Whether an account is as a change makes it.
fn has(changed: &Changed<'_>, change: AttributeChange) -> bool {
    match change {
        AttributeChange::States { account_state, payment_state } => {
            account_state.is_none_or(|state| state == changed.account_state)
                && payment_state.is_none_or(|state| state == changed.payment_state)
        }
        AttributeChange::Hot(hot) => hot == changed.hot,
        AttributeChange::Reserve(amount) => amount.0 == changed.withholding,
        AttributeChange::Limits { overdraft, credit, transaction, day } => {
            overdraft.is_none_or(|limit| limit == changed.overdraft_limit)
                && credit.is_none_or(|limit| limit == changed.credit_limit)
                && transaction.is_none_or(|limit| limit == changed.transaction_limit)
                && day.is_none_or(|limit| limit == changed.day_limit)
        }
    }
}
