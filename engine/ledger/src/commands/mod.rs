//! Commands: what clients ask that is no transaction, and what the ledger asks of itself. One file each: what is judged,
//! what is asked of shards, what is written and answered.
//!
//! A command runs alone, with nothing prepared and everything merged ([`crate::schedule`]): so a date is closed, a state
//! changed, an account made hot at an exact place between two transactions.

mod accounts;
mod approve;
pub(crate) mod caller;
mod carry_forward;
mod change_access;
mod change_account;
mod chart;
pub(crate) mod close;
pub(crate) mod close_day;
mod closings;
pub(crate) mod command;
mod decide;
mod end_proposal;
mod execute;
pub(crate) mod expire_holds;
pub(crate) mod expire_proposals;
mod fee_rules;
mod hello;
mod holds;
mod lines;
mod list_accounts;
pub(crate) mod list_proposals;
mod map_customer;
mod map_type;
mod note_access;
mod open_accounts;
mod open_entity;
mod open_subjects;
pub(crate) mod outcome;
mod own_accounts;
mod permitted;
pub(crate) mod permitted_transaction;
mod propose;
mod proposed;
mod set_booking_mode;
mod set_fee_rules;
pub(crate) mod snapshot;
mod status;
mod trial_balance;
pub(crate) mod wake_hot;

use crate::access::acting::Acting;
use crate::account::change::Scope;
use crate::answer::{Answer, Posted};
use crate::commands::caller::Caller;
use crate::commands::command::Command;
use crate::commands::outcome::Outcome;
use crate::commands::permitted::permitted;
use crate::commands::propose::Draft;
use crate::proposals::decision::DecisionKind;
use crate::rejection::Rejection;
use crate::state::State;
use crate::state::room::Room;

impl Command {
    /// Notes who acts for the client, where the register has notes.
    fn note(&mut self, acting: &Acting) {
        let notes = match self {
            Command::Change(change) => &mut change.notes,
            Command::CloseDay { notes, .. }
            | Command::MapCustomer { notes, .. }
            | Command::MapType { notes, .. }
            | Command::SetBookingMode { notes, .. }
            | Command::SetFeeRules { notes, .. }
            | Command::ChangeAccess { notes, .. } => notes,
            _ => return,
        };
        *notes = [notes, acting.notes()].concat().into();
    }

    /// Begins it: it is answered at once, or waits for shards.
    pub(crate) fn begin(mut self, caller: Caller, acting: Option<&Acting>, state: &mut State) -> Outcome {
        let Caller { reply_to, client } = caller;
        if let Some(approval) = acting.and_then(Acting::approval) {
            if !state.may_still(approval) {
                return state.refuse(reply_to, Rejection::ProposalClosed);
            }
            state.approval = Some(approval.clone());
        }
        let mut scope = Scope::default();
        if let Some(acting) = acting {
            match permitted(&self, &acting.permissions, &state.books) {
                Ok(permitted) => scope = permitted,
                Err(rejection) => return state.refuse(reply_to, rejection),
            }
            self.note(acting);
        }
        // Whoever is known already may come back to read.
        let is_known = matches!(&self, Command::Hello { name } if state.books.catalog.client(name).is_some());
        if state.room == Room::None && self.writes() && !is_known {
            return state.refuse(reply_to, Rejection::OutOfDisk);
        }
        let answer = match self {
            Command::Hello { name } => hello::run(state, &name),
            Command::OpenEntity { code, start, year_starts } => {
                open_entity::run(state, &code, start, year_starts)
            }
            Command::OpenSubjects { entity, subjects } => open_subjects::run(state, &entity, subjects),
            Command::OpenAccounts(openings) => return open_accounts::begin(state, reply_to, &openings),
            Command::MapCustomer { account, customer, notes } => {
                map_customer::run(state, client, &account, &customer, &notes)
            }
            Command::MapType { entity, kind, subject, from, notes } => {
                map_type::run(state, client, (&entity, &kind, &subject), from, &notes)
            }
            Command::SetBookingMode { entity, kind, mode, from, notes } => {
                set_booking_mode::run(state, client, (&entity, &kind), (mode, from), &notes)
            }
            Command::SetFeeRules { entity, file, from, notes } => {
                set_fee_rules::run(state, client, &entity, (&file, from), &notes)
            }
            Command::Change(change) => return change_account::begin(state, caller, *change, scope),
            Command::CloseDay { entity, next, carry_forward, forced, notes } => {
                return close_day::begin(state, caller, &entity, (next, forced), &carry_forward, notes);
            }
            Command::NoteAccess { digest } => Ok(note_access::run(state, &digest)),
            Command::ChangeAccess { digest, notes } => change_access::run(state, client, &digest, &notes),
            Command::Propose { id, text_id, command, expires_us, at_once } => {
                let draft = Draft { id, text_id, command: *command, expires_us, at_once };
                return propose::begin(state, caller, acting, draft);
            }
            Command::Approve { number, digest, found, notes } => {
                return approve::begin(state, caller, acting, (number, digest), found.as_ref(), &notes);
            }
            Command::Reject { number, notes } => {
                return end_proposal::run(state, caller, acting, (number, DecisionKind::Rejected), &notes);
            }
            Command::Withdraw { number, notes } => {
                return end_proposal::run(state, caller, acting, (number, DecisionKind::Withdrawn), &notes);
            }
            Command::Proposals(wanted) => list_proposals::run(state, &wanted),
            Command::Holds { account, after, limit } => {
                return holds::begin(state, reply_to, account.as_ref(), after, limit);
            }
            Command::Closings { entity, from, to } => closings::run(state, &entity, from, to),
            Command::Chart { entity } => chart::run(state, &entity),
            Command::FeeRules { entity, before } => fee_rules::run(state, &entity, before),
            Command::TrialBalance { entity } => return trial_balance::begin(state, reply_to, &entity),
            Command::Balances(accounts) => return accounts::by_name(state, reply_to, &accounts),
            Command::ListAccounts { after, limit, filter } => {
                return list_accounts::begin(state, reply_to, (after, limit), &filter);
            }
            Command::OwnAccounts { entity, accounts } => own_accounts::run(state, &entity, accounts),
            Command::Customer { entity, customer } => {
                return accounts::of_customer(state, reply_to, &entity, &customer);
            }
            Command::Status => Ok(status::run(state)),
            // A batch without a transaction.
            Command::Post(_) => Ok(Answer::Posted(Posted::default())),
            Command::Cancel { .. } | Command::Locate(_) => {
                unreachable!("what is about a transaction id goes into rounds")
            }
        };
        state.answer(reply_to, answer.unwrap_or_else(Answer::Rejected))
    }
}
