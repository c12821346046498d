//! What the ledger answers.

use crate::account::AccountView;
use crate::account::hold::Hold;
use crate::chart::booking_mode::BookingMode;
use crate::chart::subject::{SubjectClass, SubjectOpening};
use crate::ids::{AccountId, ClientId, EntityId, LineId, RecordPlace};
use crate::money::amount::Side;
use crate::money::currency::Currency;
use crate::money::date::{Date, YearStart};
use crate::proposals::register::Registered;
use crate::rejection::Rejection;
use crate::tariff::MadeLeg;
use crate::transaction::refund_windows::RefundWindows;

/// Where an answer goes: opaque to the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ReplyTo {
    /// The session that asked.
    pub session: u64,
    /// The session's own number for the request.
    pub tag: u64,
}

/// What the ledger answers. It leaves only when everything that it rests on is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The whole request was refused.
    Rejected(Rejection),
    /// The client is known.
    Welcome {
        /// Its id.
        client: ClientId,
    },
    /// Results of openings, in order.
    Opened(Vec<Result<Opened, Rejection>>),
    /// Results of transactions, in order.
    Posted(Posted),
    /// Done, or was so already.
    Done,
    /// A date was not closed: income or expense in this currency has a balance, and no account was named to take it.
    NotCarried(Currency),
    /// Accounts, in the order asked for.
    Accounts(Vec<Result<AccountView, Rejection>>),
    /// Accounts in order of opening.
    AccountPage {
        accounts: Vec<AccountView>,
        /// The last account that was looked at, where there are more; the page may be empty all the same.
        next: Option<AccountId>,
    },
    /// Those of some accounts that are an entity's, in the order asked for.
    OwnAccounts(Vec<AccountId>),
    /// Places in the log, in the order asked for; `None` where there is no such transaction.
    Located(Vec<Option<RecordPlace>>),
    /// Holds, by account and name.
    Holds(Vec<(AccountId, Hold)>),
    /// Closed dates, in order.
    Closings {
        entity: EntityId,
        /// The current accounting date.
        current: Date,
        /// Each with the frame that closed it.
        closed: Vec<(Date, u64)>,
    },
    /// Lines of the general ledger.
    TrialBalance(TrialBalance),
    /// The chart of an entity.
    Chart(Chart),
    /// Files of rules for fees and splits, in the order in which they were set.
    FeeRules {
        /// The number of the file that holds on the current date.
        current: Option<u32>,
        files: Vec<FeeRulesFrom>,
    },
    /// Proposals, by number.
    Proposals(Vec<Registered>),
    /// How the node is. It is apart, so that the answer to a payment is no larger for it.
    Status(Box<Status>),
}

/// The result of one opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The dense id of what is open now.
    pub id: u64,
    /// Whether it was there before, with the same attributes.
    pub existed: bool,
}

/// The results of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posted {
    /// One each, in order.
    pub results: Vec<PostResult>,
    /// Balances after each leg of what was posted, where the batch asked for them.
    pub balances: Vec<LegBalance>,
    /// Legs that rules made, where they made any. They are apart, so that the answer to a payment is no larger for them.
    pub made: Option<Box<Made>>,
    /// The node's clock when the last of them was decided, microseconds since 1970: what the client's times were held
    /// against.
    pub clock_us: i64,
}

impl Posted {
    /// Whether legs that rules made are still to be read from the log.
    #[must_use]
    pub fn lacks_legs(&self) -> bool {
        self.made.as_ref().is_some_and(|made| made.0.iter().any(|of_one| of_one.legs.is_empty()))
    }
}

/// Legs that rules made, by transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made(pub Vec<MadeLegs>);

/// The legs of one transaction, where rules made them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeLegs {
    /// Index of the transaction in its batch.
    pub transaction: u32,
    /// In step order. Of a repeat there are none here: its record has them.
    pub legs: Vec<MadeLeg>,
}

/// The result of one transaction (or cancel).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PostResult {
    /// Why it was refused, or `None`: posted.
    pub rejection: Option<Rejection>,
    /// The step of the leg that the refusal speaks of; 0 where it speaks of none.
    pub step: u16,
    /// Whether this is the first result of the id, given again.
    pub repeated: bool,
    /// The frame that holds its record; 0 where none was written.
    pub frame: u64,
    /// The ordinal of its record among the frame's transactions.
    pub ordinal: u32,
}

/// The natural balance of an account right after one leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegBalance {
    /// Index of the transaction in its batch.
    pub transaction: u32,
    /// The leg.
    pub step: u16,
    pub account: AccountId,
    /// The natural balance after.
    pub balance: i128,
}

/// The general ledger at its leaves (余额表).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrialBalance {
    /// The frame up to which it counts, itself included.
    pub frame: u64,
    /// The lines, by entity, subject code and currency.
    pub lines: Vec<TrialLine>,
    /// The subjects above the leaves, as far as they are in the charts, by entity and code.
    pub summaries: Vec<SummarySubject>,
}

/// A subject that has others below it (汇总科目): its figures are the sums of its leaves, by code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummarySubject {
    /// The entity's code.
    pub entity: Box<str>,
    /// The subject's code.
    pub subject: Box<str>,
    /// The subject's name.
    pub name: Box<str>,
}

/// One leaf subject in one currency. Balances are natural.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialLine {
    /// The line's dense id, under which closed dates have its figures.
    pub id: LineId,
    /// The entity's code.
    pub entity: Box<str>,
    /// The entity's current accounting date, of which the turnovers speak.
    pub date: Date,
    /// The subject's code.
    pub subject: Box<str>,
    /// The subject's name.
    pub name: Box<str>,
    /// The subject's class.
    pub class: SubjectClass,
    /// The subject's normal side.
    pub normal: Side,
    pub currency: Currency,
    /// The balance at the end of the date before.
    pub opening: i128,
    /// Debit turnover of the date, kept in step with the postings.
    pub debit: i128,
    /// Credit turnover of the date, kept in step with the postings.
    pub credit: i128,
    /// The balance now, kept in step with the postings.
    pub closing: i128,
    /// The balance now as the sum over the subject's accounts, added up for this answer.
    pub accounts_total: i128,
    /// How many accounts the subject has in this currency.
    pub accounts: u64,
}

/// The chart of an entity (科目表).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    /// The entity's first accounting date.
    pub start: Date,
    /// When the entity's year begins.
    pub year_starts: YearStart,
    /// The subjects, by code.
    pub subjects: Vec<SubjectOpening>,
    /// Which subject accounts of a type get, by type and date.
    pub mappings: Vec<Mapping>,
    /// How transaction types are booked, by type and date.
    pub modes: Vec<ModeFrom>,
}

/// Accounts of a type that are opened from a date on get this subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The account type.
    pub kind: Box<str>,
    /// The first accounting date on which it holds, until the next of the same type.
    pub from: Date,
    /// The subject's code.
    pub subject: Box<str>,
}

/// Transactions of a type are booked so from a date on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeFrom {
    /// The transaction type.
    pub kind: Box<str>,
    /// The first accounting date on which it holds, until the next of the same type.
    pub from: Date,
    pub mode: BookingMode,
}

/// A file of rules for fees and splits, from a date on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeRulesFrom {
    /// Counted from 1, among those of its entity.
    pub number: u32,
    /// The first accounting date on which it holds, until a later one begins, or another is set for the same.
    pub from: Date,
    pub file: Box<str>,
}

/// How the node is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The newest durable frame.
    pub durable: u64,
    /// The frame being filled.
    pub open: u64,
    /// Shards.
    pub shards: u16,
    /// Accounts.
    pub accounts: u64,
    /// Transactions decided since the node started.
    pub decided: u64,
    /// Of them refused.
    pub refused: u64,
    /// Rounds since the node started.
    pub rounds: u64,
    /// Transactions that had to wait for a later round, counted once for each time.
    pub deferred: u64,
    /// Transactions over several shards since the node started.
    pub spanning: u64,
    /// Known transaction ids.
    pub known_ids: u64,
    /// The logged time of the frame being filled, microseconds since 1970.
    pub time_us: i64,
    /// What clients' own times are held against, microseconds since 1970.
    pub clock_us: i64,
    /// Accounts that a batching actor posts to, with the legs each has seen since the node started.
    pub hot: Vec<(AccountId, u64)>,
    /// Entities with their current accounting dates.
    pub entities: Vec<(Box<str>, Date)>,
    /// How long refunds are taken.
    pub refund_windows: RefundWindows,
    /// The digest of the file that says who may do what, as it was approved or noted last; empty: there was none.
    pub access: Box<str>,
    /// The digest of the one that holds: another, where that one was approved and the node has not found it yet.
    pub access_held: Box<str>,
    /// Proposals that nobody has decided about yet, and what was done at once and nobody has reviewed yet.
    pub open_proposals: u64,
    /// Whether the disk is full: what would write is refused, until there is room.
    pub is_out_of_disk: bool,
}
