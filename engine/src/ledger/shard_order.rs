//! What the coordinator asks of a shard, and the answers: one message each way.

use super::account::{AccountState, PaymentState};
use super::entry::Changed;
use super::ids::AccountId;
use super::line::{AccountsTotal, Line};
use super::registry::{Account, Registry};
use super::rejection::Rejection;
use super::row::Row;
use super::shard::Shard;
use super::shard_round::{Merge, ShardAnswer, ShardRound, Written};

/// What a request to change the states of an account asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// The new account state, if it changes.
    pub account_state: Option<AccountState>,
    /// The new payment state, if it changes.
    pub payment_state: Option<PaymentState>,
}

impl StateChange {
    /// Writes the new states into a change.
    pub fn apply(self, changed: &mut Changed) {
        changed.account_state = self.account_state.unwrap_or(changed.account_state);
        changed.payment_state = self.payment_state.unwrap_or(changed.payment_state);
    }
}

/// What the coordinator asks of a shard.
#[derive(Clone, Debug)]
pub enum ShardOrder {
    /// A round.
    Round(ShardRound),
    /// Post merged entries.
    Merge {
        /// The open frame.
        frame: u64,
        /// The entries.
        merges: Vec<Merge>,
    },
    /// Open accounts.
    Open {
        /// The open frame.
        frame: u64,
        /// The accounts, with whether a batching actor posts to them.
        accounts: Vec<(AccountId, Account, bool)>,
    },
    /// Change the states of an account.
    SetState {
        /// The open frame.
        frame: u64,
        /// The account.
        account: AccountId,
        /// What changes.
        change: StateChange,
    },
    /// Note that a batching actor posts to an account, or no longer.
    SetHot {
        /// The open frame.
        frame: u64,
        /// The account.
        account: AccountId,
        /// Hot or not.
        hot: bool,
    },
    /// Show rows.
    Read(Vec<AccountId>),
    /// Show the general ledger and the sums of the accounts.
    Lines,
    /// Show the general ledger alone.
    LinesAlone,
}

/// What a shard answers.
#[derive(Clone, Debug)]
pub enum ShardReply {
    /// To a round.
    Round(ShardAnswer),
    /// To a merge or an opening.
    Written(Written),
    /// To a change: what was written and the row after it.
    Changed(Result<(Written, Row), Rejection>),
    /// To a read.
    Rows(Vec<(AccountId, Row)>),
    /// To a question for the lines.
    Lines(Vec<Line>, Vec<AccountsTotal>),
}

impl Shard {
    /// Does what the coordinator asks.
    pub fn obey(&mut self, order: ShardOrder) -> ShardReply {
        match order {
            ShardOrder::Round(round) => ShardReply::Round(self.round(&round)),
            ShardOrder::Merge { frame, merges } => ShardReply::Written(self.merge(frame, &merges)),
            ShardOrder::Open { frame, accounts } => {
                let entries =
                    accounts.iter().map(|(id, account, hot)| Registry::opened_entry(*id, account, *hot));
                ShardReply::Written(self.open(frame, entries))
            }
            ShardOrder::SetState { frame, account, change } => {
                ShardReply::Changed(self.set_state(frame, account, change))
            }
            ShardOrder::SetHot { frame, account, hot } => {
                let written = self.change(frame, account, |changed| changed.hot = hot);
                ShardReply::Changed(Ok((written, self.rows[self.slot_of(account)].clone())))
            }
            ShardOrder::Read(accounts) => {
                let rows = accounts.into_iter().filter_map(|id| Some((id, self.row(id)?.clone())));
                ShardReply::Rows(rows.collect())
            }
            ShardOrder::LinesAlone => ShardReply::Lines(self.lines().to_vec(), Vec::new()),
            ShardOrder::Lines => ShardReply::Lines(self.lines().to_vec(), self.recount()),
        }
    }

    fn set_state(
        &mut self,
        frame: u64,
        account: AccountId,
        change: StateChange,
    ) -> Result<(Written, Row), Rejection> {
        let slot = self.slot_of(account);
        let row = &self.rows[slot];
        if row.account_state == AccountState::Closed {
            return Err(Rejection::AccountState);
        }
        if change.account_state == Some(AccountState::Closed) && !row.is_empty() {
            return Err(Rejection::NotEmpty);
        }
        let written = self.change(frame, account, |changed| change.apply(changed));
        Ok((written, self.rows[slot].clone()))
    }
}
