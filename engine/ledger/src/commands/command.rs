//! What clients ask.

use std::sync::Arc;

use crate::account::change::AccountChange;
use crate::account::filter::AccountFilter;
use crate::account::{AccountOpening, AccountRef};
use crate::answer::ReplyTo;
use crate::batch::Batch;
use crate::chart::booking_mode::BookingMode;
use crate::chart::subject::SubjectOpening;
use crate::commands::list_proposals::Wanted;
use crate::ids::{AccountId, ClientId, TransactionId, TransactionKey};
use crate::money::date::{Date, YearStart};
use crate::proposals::proposal::ContentDigest;
use crate::transaction::original::Original;

/// A request as it reaches the coordinator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Where the answer goes.
    pub reply_to: ReplyTo,
    /// The authenticated client; ignored by [`Command::Hello`].
    pub client: ClientId,
    /// What is asked.
    pub command: Command,
}

/// What a client may ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Makes the client known by name, or finds it. Answer: [`Answer::Welcome`](crate::Answer::Welcome).
    Hello {
        /// The client's name, at most 64 bytes.
        name: Box<str>,
    },
    /// Opens an accounting entity with its first accounting date; idempotent by code, with the same date and year. Answer:
    /// [`Answer::Opened`](crate::Answer::Opened).
    OpenEntity {
        /// Its code, at most 32 bytes.
        code: Box<str>,
        /// The first accounting date.
        start: Date,
        /// When the books' year begins.
        year_starts: YearStart,
    },
    /// Opens subjects of an entity; idempotent by code. Answer: [`Answer::Opened`](crate::Answer::Opened), one result each.
    OpenSubjects {
        /// The code of the entity.
        entity: Box<str>,
        subjects: Vec<SubjectOpening>,
    },
    /// Opens accounts; idempotent by natural key. Answer: [`Answer::Opened`](crate::Answer::Opened), one result each.
    OpenAccounts(Vec<AccountOpening>),
    /// Posts transactions in order. Answer: [`Answer::Posted`](crate::Answer::Posted), one result each.
    Post(Batch),
    /// Cancels a transaction id, seen or not: a later original is refused. Answer: [`Answer::Posted`](crate::Answer::Posted), one result; or, of
    /// a try that was not confirmed, [`Answer::Located`](crate::Answer::Located): look it up and post
    /// [`Action::CancelTry`](crate::Action::CancelTry), under an id that follows from the try's.
    Cancel {
        id: TransactionId,
        /// The client's own time, in seconds since 1970.
        time: u32,
        /// The text that the id was given as; empty where it was a number.
        text_id: Box<str>,
    },
    /// Changes attributes of an account: states, limits, reserve, hot or not. Answer: [`Answer::Done`](crate::Answer::Done).
    Change(Box<AccountChange>),
    /// Ends the accounting date of an entity (日切); `next` begins. Idempotent: closing to the date that is current
    /// already does nothing. Answer: [`Answer::Done`](crate::Answer::Done).
    CloseDay {
        /// The code of the entity.
        entity: Box<str>,
        /// The next accounting date, after the current one.
        next: Date,
        /// Carry income and expense forward to these accounts first, one for each currency, dated on the date that ends
        /// (年终结转); empty: carry nothing. Answer where one is missing: [`Answer::NotCarried`](crate::Answer::NotCarried).
        carry_forward: Vec<AccountRef>,
        /// Whether it may lie far ahead; needs an approval.
        forced: bool,
        /// Operator, approval, reason, in the form of [`crate::notes`].
        notes: Box<[u8]>,
    },
    /// Ties an account to a customer. Answer: [`Answer::Done`](crate::Answer::Done).
    MapCustomer {
        account: AccountRef,
        /// The customer's id outside the books, at most 64 bytes.
        customer: Box<str>,
        /// Operator, approval, reason, in the form of [`crate::notes`].
        notes: Box<[u8]>,
    },
    /// Says which subject accounts of a type get that are opened from a date on. Answer: [`Answer::Done`](crate::Answer::Done).
    MapType {
        /// The code of the entity.
        entity: Box<str>,
        /// The account type.
        kind: Box<str>,
        /// The code of a leaf subject.
        subject: Box<str>,
        /// The first accounting date on which it holds; not before the current one.
        from: Date,
        /// Operator, approval, reason, in the form of [`crate::notes`].
        notes: Box<[u8]>,
    },
    /// Says how transactions of a type are booked from a date on. Answer: [`Answer::Done`](crate::Answer::Done).
    SetBookingMode {
        /// The code of the entity.
        entity: Box<str>,
        /// The transaction type, as transactions note it.
        kind: Box<str>,
        mode: BookingMode,
        /// The first accounting date on which it holds; not before the current one.
        from: Date,
        /// Operator, approval, reason, in the form of [`crate::notes`].
        notes: Box<[u8]>,
    },
    /// Sets the rules for fees and splits of an entity from a date on. Answer: [`Answer::Done`](crate::Answer::Done).
    SetFeeRules {
        /// The code of the entity.
        entity: Box<str>,
        /// The file of rules, whole; at most [`MAX_FEE_RULES`](crate::MAX_FEE_RULES) bytes.
        file: Box<str>,
        /// The first accounting date on which it holds; not before the current one.
        from: Date,
        /// Operator, approval, reason, in the form of [`crate::notes`].
        notes: Box<[u8]>,
    },
    /// Notes which file says from here on who may do what; no client asks that. Answer: [`Answer::Done`](crate::Answer::Done).
    NoteAccess {
        /// Its digest, 64 hexadecimal digits.
        digest: Box<str>,
    },
    /// Says which file says from here on who may do what, by its digest: the node takes it when it finds it. Answer:
    /// [`Answer::Done`](crate::Answer::Done).
    ChangeAccess {
        /// 64 hexadecimal digits.
        digest: Box<str>,
        /// Operator, approval, reason, in the form of [`crate::notes`].
        notes: Box<[u8]>,
    },
    /// Proposes what takes a second principal (经办); idempotent by id. Answer: [`Answer::Proposals`](crate::Answer::Proposals), the proposal; where it is
    /// done at once, that of what is done.
    Propose {
        /// The client's id for it, among its proposals.
        id: TransactionId,
        /// The text that the id was given as; empty where it was a number.
        text_id: Box<str>,
        /// A batch of one transaction, or a command that has to do with accounts, dates, types or access.
        command: Box<Command>,
        /// When it ends if nobody decides, in microseconds since 1970; `None`: after a day.
        expires_us: Option<i64>,
        /// Whether it is done now, to be reviewed afterwards (应急处置).
        at_once: bool,
    },
    /// Approves a proposal (复核通过), and does it. Answer: that of what is done; [`Answer::Done`](crate::Answer::Done) where it is done already.
    Approve {
        /// The proposal's number.
        number: u64,
        /// The digest of the content that was shown.
        digest: ContentDigest,
        /// What the log has of the transaction that it names; whoever submits looks it up first.
        found: Option<Arc<Original>>,
        /// Reason, in the form of [`crate::notes`].
        notes: Box<[u8]>,
    },
    /// Rejects a proposal (复核退回). Answer: [`Answer::Done`](crate::Answer::Done).
    Reject {
        /// The proposal's number.
        number: u64,
        /// Reason, in the form of [`crate::notes`].
        notes: Box<[u8]>,
    },
    /// Takes a proposal of one's own back (撤回). Answer: [`Answer::Done`](crate::Answer::Done).
    Withdraw {
        /// The proposal's number.
        number: u64,
        /// Reason, in the form of [`crate::notes`].
        notes: Box<[u8]>,
    },
    /// What is proposed, and what became of it. Answer: [`Answer::Proposals`](crate::Answer::Proposals).
    Proposals(Wanted),
    /// The accounts of a customer. Answer: [`Answer::Accounts`](crate::Answer::Accounts).
    Customer {
        /// The code of the entity.
        entity: Box<str>,
        /// The customer's id outside the books.
        customer: Box<str>,
    },
    /// Holds: of one account all that are known, else those of which something remains. Answer: [`Answer::Holds`](crate::Answer::Holds).
    Holds {
        /// The account; `None`: all.
        account: Option<AccountRef>,
        /// The last hold already seen, by account and name.
        after: Option<(AccountId, TransactionKey)>,
        /// How many at most.
        limit: u32,
    },
    /// The closed dates of an entity, and where they were closed. Answer: [`Answer::Closings`](crate::Answer::Closings).
    Closings {
        /// The code of the entity.
        entity: Box<str>,
        /// The first date.
        from: Date,
        /// The last date.
        to: Date,
    },
    /// The state of accounts. Answer: [`Answer::Accounts`](crate::Answer::Accounts), one each.
    Balances(Vec<AccountRef>),
    /// Accounts in order of opening, from the one after `after`. It looks at 8,192 accounts at most. Answer:
    /// [`Answer::AccountPage`](crate::Answer::AccountPage).
    ListAccounts {
        /// The last account already seen, or [`AccountId::NONE`].
        after: AccountId,
        /// How many at most.
        limit: u32,
        /// Which accounts.
        filter: Box<AccountFilter>,
    },
    /// Which of these accounts are an entity's. Answer: [`Answer::OwnAccounts`](crate::Answer::OwnAccounts).
    OwnAccounts {
        /// The code of the entity.
        entity: Box<str>,
        accounts: Vec<AccountId>,
    },
    /// Where transactions lie in the log. Answer: [`Answer::Located`](crate::Answer::Located), one each.
    Locate(Vec<TransactionKey>),
    /// The general ledger of an entity at its leaves, beside the sums of its accounts. Answer:
    /// [`Answer::TrialBalance`](crate::Answer::TrialBalance).
    TrialBalance {
        /// The code of the entity; empty: of every entity.
        entity: Box<str>,
    },
    /// The chart of an entity (科目表): subjects, and which of them account types get. Answer: [`Answer::Chart`](crate::Answer::Chart).
    Chart {
        /// The code of the entity.
        entity: Box<str>,
    },
    /// The rules for fees and splits of an entity: its newest files, in the order in which they were set. Answer:
    /// [`Answer::FeeRules`](crate::Answer::FeeRules).
    FeeRules {
        /// The code of the entity.
        entity: Box<str>,
        /// Those before the file of this number; 0: up to the newest.
        before: u32,
    },
    /// How the node is. Answer: [`Answer::Status`](crate::Answer::Status).
    Status,
}

impl Command {
    /// Whether it may write to the log.
    #[must_use]
    pub fn writes(&self) -> bool {
        match self {
            Command::Hello { .. }
            | Command::OpenEntity { .. }
            | Command::OpenSubjects { .. }
            | Command::OpenAccounts(_)
            | Command::Post(_)
            | Command::Cancel { .. }
            | Command::Change(_)
            | Command::CloseDay { .. }
            | Command::MapCustomer { .. }
            | Command::MapType { .. }
            | Command::SetBookingMode { .. }
            | Command::SetFeeRules { .. }
            | Command::ChangeAccess { .. }
            | Command::Propose { .. }
            | Command::Approve { .. }
            | Command::Reject { .. }
            | Command::Withdraw { .. }
            | Command::NoteAccess { .. } => true,
            Command::Balances(_)
            | Command::ListAccounts { .. }
            | Command::OwnAccounts { .. }
            | Command::Customer { .. }
            | Command::Holds { .. }
            | Command::Closings { .. }
            | Command::Locate(_)
            | Command::TrialBalance { .. }
            | Command::Chart { .. }
            | Command::FeeRules { .. }
            | Command::Proposals(_)
            | Command::Status => false,
        }
    }
}
