//! Commands: what clients ask that is no transaction, and what the ledger asks of itself. One file each: what is judged,
//! what is asked of shards, what is written and answered.
//!
//! A command runs alone, with nothing prepared and everything merged ([`crate::schedule`]): so a date is closed, a state
//! changed, an account made hot at an exact place between two transactions.

mod accounts;
pub(crate) mod caller;
mod carry_forward;
mod change_account;
mod chart;
pub(crate) mod close;
pub(crate) mod close_day;
mod closings;
pub(crate) mod expire_holds;
mod hello;
mod holds;
mod lines;
mod list_accounts;
mod map_customer;
mod map_type;
mod note_access;
mod open_accounts;
mod open_entity;
mod open_subjects;
pub(crate) mod outcome;
mod own_accounts;
mod permitted;
pub(crate) mod snapshot;
mod status;
mod trial_balance;
pub(crate) mod wake_hot;

use crate::access::acting::Acting;
use crate::account::change::{AccountChange, Scope};
use crate::account::filter::AccountFilter;
use crate::account::{AccountOpening, AccountRef};
use crate::answer::{Answer, Posted, ReplyTo};
use crate::batch::Batch;
use crate::chart::subject::SubjectOpening;
use crate::commands::caller::Caller;
use crate::commands::outcome::Outcome;
use crate::commands::permitted::permitted;
use crate::ids::{AccountId, ClientId, TransactionId, TransactionKey};
use crate::money::date::{Date, YearStart};
use crate::rejection::Rejection;
use crate::state::State;
use crate::state::room::Room;

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
    /// Makes the client known by name, or finds it. Answer: [`Answer::Welcome`].
    Hello {
        /// The client's name, at most 64 bytes.
        name: Box<str>,
    },
    /// Opens an accounting entity with its first accounting date; idempotent by code, with the same date and year. Answer:
    /// [`Answer::Opened`].
    OpenEntity {
        /// Its code, at most 32 bytes.
        code: Box<str>,
        /// The first accounting date.
        start: Date,
        /// When the books' year begins.
        year_starts: YearStart,
    },
    /// Opens subjects of an entity; idempotent by code. Answer: [`Answer::Opened`], one result each.
    OpenSubjects {
        /// The code of the entity.
        entity: Box<str>,
        subjects: Vec<SubjectOpening>,
    },
    /// Opens accounts; idempotent by natural key. Answer: [`Answer::Opened`], one result each.
    OpenAccounts(Vec<AccountOpening>),
    /// Posts transactions in order. Answer: [`Answer::Posted`], one result each.
    Post(Batch),
    /// Cancels a transaction id, seen or not: a later original is refused. Answer: [`Answer::Posted`], one result; or, of
    /// a try that was not confirmed, [`Answer::Located`]: look it up and post
    /// [`Action::CancelTry`](crate::Action::CancelTry), under an id that follows from the try's.
    Cancel {
        id: TransactionId,
        /// The client's own time, in seconds since 1970.
        time: u32,
        /// The text that the id was given as; empty where it was a number.
        text_id: Box<str>,
    },
    /// Changes attributes of an account: states, limits, reserve, hot or not. Answer: [`Answer::Done`].
    Change(Box<AccountChange>),
    /// Ends the accounting date of an entity (日切); `next` begins. Idempotent: closing to the date that is current
    /// already does nothing. Answer: [`Answer::Done`].
    CloseDay {
        /// The code of the entity.
        entity: Box<str>,
        /// The next accounting date, after the current one.
        next: Date,
        /// Carry income and expense forward to these accounts first, one for each currency, dated on the date that ends
        /// (年终结转); empty: carry nothing. Answer where one is missing: [`Answer::NotCarried`].
        carry_forward: Vec<AccountRef>,
        /// Whether it may lie far ahead; needs an approval.
        forced: bool,
        /// Operator, approval, reason, in the form of [`crate::notes`].
        notes: Box<[u8]>,
    },
    /// Ties an account to a customer. Answer: [`Answer::Done`].
    MapCustomer {
        account: AccountRef,
        /// The customer's id outside the books, at most 64 bytes.
        customer: Box<str>,
        /// Operator, approval, reason, in the form of [`crate::notes`].
        notes: Box<[u8]>,
    },
    /// Says which subject accounts of a type get that are opened from a date on. Answer: [`Answer::Done`].
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
    /// Notes which file says from here on who may do what; no client asks that. Answer: [`Answer::Done`].
    NoteAccess {
        /// Its digest, 64 hexadecimal digits.
        digest: Box<str>,
    },
    /// The accounts of a customer. Answer: [`Answer::Accounts`].
    Customer {
        /// The code of the entity.
        entity: Box<str>,
        /// The customer's id outside the books.
        customer: Box<str>,
    },
    /// Holds: of one account all that are known, else those of which something remains. Answer: [`Answer::Holds`].
    Holds {
        /// The account; `None`: all.
        account: Option<AccountRef>,
        /// The last hold already seen, by account and name.
        after: Option<(AccountId, TransactionKey)>,
        /// How many at most.
        limit: u32,
    },
    /// The closed dates of an entity, and where they were closed. Answer: [`Answer::Closings`].
    Closings {
        /// The code of the entity.
        entity: Box<str>,
        /// The first date.
        from: Date,
        /// The last date.
        to: Date,
    },
    /// The state of accounts. Answer: [`Answer::Accounts`], one each.
    Balances(Vec<AccountRef>),
    /// Accounts in order of opening, from the one after `after`. It looks at 8,192 accounts at most. Answer:
    /// [`Answer::AccountPage`].
    ListAccounts {
        /// The last account already seen, or [`AccountId::NONE`].
        after: AccountId,
        /// How many at most.
        limit: u32,
        /// Which accounts.
        filter: Box<AccountFilter>,
    },
    /// Which of these accounts are an entity's. Answer: [`Answer::OwnAccounts`].
    OwnAccounts {
        /// The code of the entity.
        entity: Box<str>,
        accounts: Vec<AccountId>,
    },
    /// Where transactions lie in the log. Answer: [`Answer::Located`], one each.
    Locate(Vec<TransactionKey>),
    /// The general ledger of an entity at its leaves, beside the sums of its accounts. Answer:
    /// [`Answer::TrialBalance`].
    TrialBalance {
        /// The code of the entity; empty: of every entity.
        entity: Box<str>,
    },
    /// The chart of an entity (科目表): subjects, and which of them account types get. Answer: [`Answer::Chart`].
    Chart {
        /// The code of the entity.
        entity: Box<str>,
    },
    /// How the node is. Answer: [`Answer::Status`].
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
            | Command::Status => false,
        }
    }

    /// Notes who acts for the client, where the register has notes.
    fn note(&mut self, acting: &Acting) {
        let notes = match self {
            Command::Change(change) => &mut change.notes,
            Command::CloseDay { notes, .. }
            | Command::MapCustomer { notes, .. }
            | Command::MapType { notes, .. } => notes,
            _ => return,
        };
        *notes = [notes, acting.notes()].concat().into();
    }

    /// Begins it: it is answered at once, or waits for shards.
    pub(crate) fn begin(mut self, caller: Caller, acting: Option<&Acting>, state: &mut State) -> Outcome {
        let Caller { reply_to, client } = caller;
        let mut scope = Scope::Any;
        if let Some(acting) = acting {
            match permitted(&self, &acting.permissions, &state.books) {
                Some(permitted) => scope = permitted,
                None => return state.refuse(reply_to, Rejection::Forbidden),
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
            Command::Change(change) => return change_account::begin(state, caller, *change, scope),
            Command::CloseDay { entity, next, carry_forward, forced, notes } => {
                return close_day::begin(state, caller, &entity, (next, forced), &carry_forward, notes);
            }
            Command::NoteAccess { digest } => Ok(note_access::run(state, &digest)),
            Command::Holds { account, after, limit } => {
                return holds::begin(state, reply_to, account.as_ref(), after, limit);
            }
            Command::Closings { entity, from, to } => closings::run(state, &entity, from, to),
            Command::Chart { entity } => chart::run(state, &entity),
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
