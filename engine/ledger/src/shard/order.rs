//! What is asked of a shard, and what comes back: one message each way. A question and its reply are one type,
//! [`ShardQuery`]; the messages only list them.

use crate::account::change::{AttributeChange, Registration, Scope};
use crate::account::day_use::DayUse;
use crate::account::filter::States;
use crate::account::hold::Hold;
use crate::account::registered::Account;
use crate::account::row::Row;
use crate::chart::catalog::Catalog;
use crate::chart::line::{AccountsTotal, Line};
use crate::ids::{AccountId, Position, TransactionKey};
use crate::money::amount::Amount;
use crate::money::date::Date;
use crate::rejection::Rejection;
use crate::shard::Shard;
use crate::shard::round::{Merge, ShardAnswer, ShardRound, Written};
use crate::transaction::effect::Effect;

/// A question to a shard, with what comes back.
pub(crate) trait ShardQuery: Into<ShardOrder> {
    /// What comes back.
    type Reply;

    /// The reply, out of the message that it came in.
    fn reply(message: ShardReply) -> Self::Reply;
}

macro_rules! queries {
    ($($(#[$doc:meta])* $query:ident => $reply:ty),+ $(,)?) => {
        /// What the coordinator asks of a shard.
        #[derive(Clone, Debug)]
        pub enum ShardOrder {
            $($(#[$doc])* $query($query),)+
        }

        /// What a shard answers, named as what it was asked.
        #[derive(Clone, Debug)]
        pub enum ShardReply {
            $($(#[$doc])* $query($reply),)+
        }

        impl Shard {
            /// Does what the coordinator asks.
            pub fn obey(&mut self, order: ShardOrder) -> ShardReply {
                match order {
                    $(ShardOrder::$query(query) => ShardReply::$query(query.run(self)),)+
                }
            }
        }

        $(
            impl From<$query> for ShardOrder {
                fn from(query: $query) -> ShardOrder {
                    ShardOrder::$query(query)
                }
            }

            impl ShardQuery for $query {
                type Reply = $reply;

                fn reply(message: ShardReply) -> $reply {
                    match message {
                        ShardReply::$query(reply) => reply,
                        other => panic!("a shard answers what it was asked, not {other:?}"),
                    }
                }
            }
        )+
    };
}

queries! {
    /// A round of transactions.
    ShardRound => ShardAnswer,
    /// Merged entries are posted.
    PostMerges => Written,
    /// Accounts are opened.
    OpenRows => Written,
    /// Attributes of an account change: what was written and the row after it.
    ChangeRow => Result<(Written, Row), Rejection>,
    /// Holds expire.
    ExpireHolds => Expired,
    /// Holds are shown.
    ShowHolds => Vec<(AccountId, Hold)>,
    /// Rows are shown.
    ShowRows => Vec<ShownRow>,
    /// Rows in some states are shown.
    ListRows => Vec<ShownRow>,
    /// The general ledger is shown.
    ShowLines => (Vec<Line>, Vec<AccountsTotal>),
}

impl ShardRound {
    fn run(self, shard: &mut Shard) -> ShardAnswer {
        shard.round(self)
    }
}

/// Posts merged entries.
#[derive(Clone, Debug)]
pub struct PostMerges {
    /// The open frame.
    pub frame: u64,
    /// The entries.
    pub merges: Vec<Merge>,
}

impl PostMerges {
    fn run(self, shard: &mut Shard) -> Written {
        shard.merge(self.frame, &self.merges)
    }
}

/// Opens accounts.
#[derive(Clone, Debug)]
pub struct OpenRows {
    /// The open frame.
    pub frame: u64,
    /// The accounts, with whether a batching actor posts to them.
    pub accounts: Vec<(AccountId, Account, bool)>,
}

impl OpenRows {
    fn run(self, shard: &mut Shard) -> Written {
        let accounts = self.accounts.iter();
        let entries = accounts.map(|(id, account, hot)| Catalog::opened_entry(*id, account, *hot));
        shard.open(self.frame, entries)
    }
}

/// Changes attributes of an account.
#[derive(Clone, Debug)]
pub struct ChangeRow {
    /// The open frame.
    pub frame: u64,
    pub account: AccountId,
    /// What changes.
    pub change: AttributeChange,
    /// How far it may go.
    pub scope: Scope,
    /// What must be the account's newest record.
    pub expected: Option<Position>,
    /// Who changes it.
    pub by: Registration,
}

impl ChangeRow {
    fn run(self, shard: &mut Shard) -> Result<(Written, Row), Rejection> {
        let ChangeRow { frame, account, change, scope, expected, by } = self;
        let (row, limits) = (shard.row_of(account), shard.limits(shard.slot_of(account)));
        if let Some(rejection) = scope.beyond.filter(|_| !change.lets_no_more(row, limits)) {
            return Err(rejection);
        }
        if expected.is_some_and(|expected| expected != row.last) {
            return Err(Rejection::VersionConflict);
        }
        if let Some(rejection) = change.refuse(row) {
            return Err(rejection);
        }
        let written = shard.change(frame, account, &by, |changed| change.apply(changed));
        Ok((written, shard.row_of(account).clone()))
    }
}

/// Lets holds expire.
#[derive(Clone, Debug)]
pub struct ExpireHolds {
    /// The open frame.
    pub frame: u64,
    /// The holds, each as the effect of its expiry, with its accounting date, in the order in which they fell due.
    pub effects: Vec<(Effect, Date)>,
    /// The frame's time, in microseconds since 1970.
    pub time_us: i64,
}

/// What became of holds that were to expire.
#[derive(Clone, Debug)]
pub struct Expired {
    /// What was written.
    pub written: Written,
    /// The rows after it.
    pub rows: Vec<(AccountId, Row)>,
    /// Holds whose expiry is yet to come, each with its moment.
    pub later: Vec<(i64, AccountId, TransactionKey)>,
}

impl ExpireHolds {
    fn run(self, shard: &mut Shard) -> Expired {
        shard.expire_all(&self)
    }
}

/// Shows holds: of one account all that are known, else all of which something remains.
#[derive(Clone, Copy, Debug)]
pub struct ShowHolds {
    /// The account; `None`: all.
    pub of: Option<AccountId>,
}

impl ShowHolds {
    fn run(self, shard: &mut Shard) -> Vec<(AccountId, Hold)> {
        shard.holds(self.of)
    }
}

/// Shows rows.
#[derive(Clone, Debug)]
pub struct ShowRows {
    pub accounts: Vec<AccountId>,
}

impl ShowRows {
    fn run(self, shard: &mut Shard) -> Vec<ShownRow> {
        self.accounts.into_iter().filter_map(|id| shard.show(id)).collect()
    }
}

/// Shows the first of these rows that are in these states.
#[derive(Clone, Debug)]
pub struct ListRows {
    /// In the order in which they are shown.
    pub accounts: Vec<AccountId>,
    pub states: States,
    /// How many are shown at most.
    pub limit: usize,
}

impl ListRows {
    fn run(self, shard: &mut Shard) -> Vec<ShownRow> {
        let meant = self.accounts.iter().filter(|id| self.states.are_of(shard.row_of(**id)));
        meant.take(self.limit).filter_map(|id| shard.show(*id)).collect()
    }
}

/// Shows the general ledger.
#[derive(Clone, Copy, Debug)]
pub struct ShowLines {
    /// Whether the sums of the accounts are added up beside it.
    pub with_totals: bool,
}

impl ShowLines {
    fn run(self, shard: &mut Shard) -> (Vec<Line>, Vec<AccountsTotal>) {
        (shard.lines().to_vec(), if self.with_totals { shard.recount() } else { Vec::new() })
    }
}

/// An account as its shard shows it.
#[derive(Clone, Debug)]
pub struct ShownRow {
    pub account: AccountId,
    pub row: Row,
    /// The most that one transaction may take out.
    pub transaction_limit: Option<Amount>,
    /// The most that the transactions of one accounting date may take out.
    pub day_limit: Option<Amount>,
    /// What they took out of it.
    pub(crate) day_use: DayUse,
}

impl Shard {
    /// The row of an account that is known to be open here.
    fn row_of(&self, account: AccountId) -> &Row {
        self.row(account).expect("what is asked of a shard is about accounts that are open there")
    }

    fn show(&self, account: AccountId) -> Option<ShownRow> {
        let row = self.row(account)?.clone();
        let (limits, day_use) = self.limits_and_use(self.slot_of(account));
        let (transaction_limit, day_limit) = (limits.transaction(), limits.day());
        Some(ShownRow { account, row, transaction_limit, day_limit, day_use })
    }
}
