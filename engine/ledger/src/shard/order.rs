//! What the coordinator asks of a shard, and the answers: one message each way.

use crate::account::hold::Hold;
use crate::account::row::Row;
use crate::account::{AccountState, PaymentState};
use crate::chart::catalog::{Account, Catalog};
use crate::chart::line::{AccountsTotal, Line};
use crate::ids::{AccountId, ClientId};
use crate::money::amount::Amount;
use crate::money::date::Date;
use crate::record::entry::Changed;
use crate::rejection::Rejection;
use crate::shard::Shard;
use crate::shard::round::{Merge, ShardAnswer, ShardRound, Written};
use crate::transaction::effect::Effect;

/// Who changes an account, when and why: what the register (登记簿) keeps of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registration {
    /// The client; 0: the ledger itself.
    pub client: ClientId,
    /// The accounting date.
    pub date: Date,
    /// Operator, approval, reason, in the form of [`crate::notes`].
    pub notes: Box<[u8]>,
}

/// A change of an account's attributes; what is absent stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeChange {
    /// Its states.
    States {
        /// The new account state.
        account_state: Option<AccountState>,
        /// The new payment state.
        payment_state: Option<PaymentState>,
    },
    /// Whether a batching actor posts to it.
    Hot(bool),
    /// Its withholding reserve (代扣备用金).
    Reserve(Amount),
    /// Its limits (限额); `Some(None)` takes one away.
    Limits {
        /// How far the natural balance may go below zero.
        overdraft: Option<Amount>,
        /// The cap on the natural balance.
        credit: Option<Option<Amount>>,
        /// The most that one transaction may take out.
        transaction: Option<Option<Amount>>,
        /// The most that the transactions of one accounting date may take out.
        day: Option<Option<Amount>>,
    },
}

impl AttributeChange {
    /// The amounts that it sets.
    pub(crate) fn amounts(self) -> impl Iterator<Item = Amount> {
        let amounts = match self {
            AttributeChange::States { .. } | AttributeChange::Hot(_) => [None; 4],
            AttributeChange::Reserve(amount) => [Some(amount), None, None, None],
            AttributeChange::Limits { overdraft, credit, transaction, day } => {
                [overdraft, credit.flatten(), transaction.flatten(), day.flatten()]
            }
        };
        amounts.into_iter().flatten()
    }

    /// Writes what is new into a change.
    fn apply(self, changed: &mut Changed<'_>) {
        match self {
            AttributeChange::States { account_state, payment_state } => {
                changed.account_state = account_state.unwrap_or(changed.account_state);
                changed.payment_state = payment_state.unwrap_or(changed.payment_state);
            }
            AttributeChange::Hot(hot) => changed.hot = hot,
            AttributeChange::Reserve(amount) => changed.withholding = amount.0,
            AttributeChange::Limits { overdraft, credit, transaction, day } => {
                changed.overdraft_limit = overdraft.unwrap_or(changed.overdraft_limit);
                changed.credit_limit = credit.unwrap_or(changed.credit_limit);
                changed.transaction_limit = transaction.unwrap_or(changed.transaction_limit);
                changed.day_limit = day.unwrap_or(changed.day_limit);
                // A batching actor's gate knows no such limits: the account is posted to leg by leg.
                changed.hot &= changed.transaction_limit.is_none() && changed.day_limit.is_none();
            }
        }
    }

    /// Why the row does not take the change.
    fn refuse(self, row: &Row) -> Option<Rejection> {
        if row.account_state == AccountState::Closed {
            return Some(Rejection::AccountState);
        }
        match self {
            AttributeChange::States { account_state: Some(AccountState::Closed), .. } => {
                (!row.is_empty()).then_some(Rejection::NotEmpty)
            }
            AttributeChange::Hot(true) => row.limited().then_some(Rejection::LimitExceeded),
            AttributeChange::Reserve(amount) => {
                let more = i128::from(amount.0) - i128::from(row.withholding);
                let short = more > 0 && !row.may_go_negative() && row.available() < more;
                short.then_some(Rejection::InsufficientFunds)
            }
            AttributeChange::Limits { overdraft: Some(overdraft), .. } => {
                let less = i128::from(row.overdraft_limit) - i128::from(overdraft.0);
                let short = less > 0 && !row.may_go_negative() && row.available() < less;
                short.then_some(Rejection::InsufficientFunds)
            }
            AttributeChange::States { .. } | AttributeChange::Hot(false) | AttributeChange::Limits { .. } => {
                None
            }
        }
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
    /// Change attributes of an account.
    Change {
        /// The open frame.
        frame: u64,
        /// The account.
        account: AccountId,
        /// What changes.
        change: AttributeChange,
        /// Who changes it.
        by: Registration,
    },
    /// Let holds expire.
    Expire {
        /// The open frame.
        frame: u64,
        /// The holds, each as the effect of its expiry.
        effects: Vec<Effect>,
        /// The accounting date.
        date: Date,
    },
    /// Show holds: of one account all that are known, else all of which something remains.
    Holds(Option<AccountId>),
    /// Show rows.
    Read(Vec<AccountId>),
    /// Show the general ledger and the sums of the accounts.
    Lines,
    /// Show the general ledger alone.
    LinesAlone,
}

/// An account as its shard shows it.
#[derive(Clone, Debug)]
pub struct ShownRow {
    /// The account.
    pub account: AccountId,
    /// Its row.
    pub row: Row,
    /// The most that one transaction may take out.
    pub transaction_limit: Option<Amount>,
    /// The most that the transactions of one accounting date may take out.
    pub day_limit: Option<Amount>,
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
    /// To an expiry: what was written and the rows after it.
    Expired(Written, Vec<(AccountId, Row)>),
    /// To a question for holds.
    Holds(Vec<(AccountId, Hold)>),
    /// To a read.
    Rows(Vec<ShownRow>),
    /// To a question for the lines.
    Lines(Vec<Line>, Vec<AccountsTotal>),
}

impl Shard {
    /// Does what the coordinator asks.
    pub fn obey(&mut self, order: ShardOrder) -> ShardReply {
        match order {
            ShardOrder::Round(round) => ShardReply::Round(self.round(round)),
            ShardOrder::Merge { frame, merges } => ShardReply::Written(self.merge(frame, &merges)),
            ShardOrder::Open { frame, accounts } => {
                let entries =
                    accounts.iter().map(|(id, account, hot)| Catalog::opened_entry(*id, account, *hot));
                ShardReply::Written(self.open(frame, entries))
            }
            ShardOrder::Change { frame, account, change, by } => {
                ShardReply::Changed(self.change_attributes(frame, account, change, &by))
            }
            ShardOrder::Expire { frame, effects, date } => {
                let written = self.expire_all(frame, &effects, date);
                let rows = effects.iter().map(|effect| self.account_row(effect.account)).collect();
                ShardReply::Expired(written, rows)
            }
            ShardOrder::Holds(of) => ShardReply::Holds(self.holds(of)),
            ShardOrder::Read(accounts) => {
                let rows = accounts.into_iter().filter_map(|id| self.show(id));
                ShardReply::Rows(rows.collect())
            }
            ShardOrder::LinesAlone => ShardReply::Lines(self.lines().to_vec(), Vec::new()),
            ShardOrder::Lines => ShardReply::Lines(self.lines().to_vec(), self.recount()),
        }
    }

    fn change_attributes(
        &mut self,
        frame: u64,
        account: AccountId,
        change: AttributeChange,
        by: &Registration,
    ) -> Result<(Written, Row), Rejection> {
        let slot = self.slot_of(account);
        if let Some(rejection) = change.refuse(&self.rows[slot]) {
            return Err(rejection);
        }
        let written = self.change(frame, account, by, |changed| change.apply(changed));
        Ok((written, self.rows[slot].clone()))
    }

    fn account_row(&self, account: AccountId) -> (AccountId, Row) {
        (account, self.rows[self.slot_of(account)].clone())
    }

    fn show(&self, account: AccountId) -> Option<ShownRow> {
        let row = self.row(account)?.clone();
        let limits = self.limits(self.slot_of(account));
        let (transaction_limit, day_limit) = (limits.transaction(), limits.day());
        Some(ShownRow { account, row, transaction_limit, day_limit })
    }
}
