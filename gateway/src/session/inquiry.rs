//! Questions that take several steps: of the engine first, for what is current, then of the log on a thread that may
//! block. Each step says what comes next; nothing here waits.

use std::collections::BTreeSet;

use longmen_engine::ledger::{
    AccountId, AccountRef, AccountView, Answer, Command, Date, EntityId, Hold, RecordPlace, Rejection,
    TrialBalance,
};
use longmen_engine::{
    CarriedLeg, Closings, FindQuery, GeneralLedger, Moment, StatementQuery, TransactionRecord,
};

use super::lookup::Wanted;
use crate::decode::{EntryAsked, FindAsked, LedgerAsked, Question, RegisterAsked, RegisterEnd};
use crate::encode::{KnownAccounts, Page};

/// A page of transactions that are looked for reads so many frames at most: it must not hold a reader for long.
const FOUND_IN: u64 = 8_192;

/// What a question waits for.
#[derive(Debug)]
pub(crate) enum Inquiry {
    /// The account whose statement is asked for.
    Statement(StatementQuery),
    /// The account whose past balance is asked for.
    BalanceAt(Moment),
    /// The account whose merged entry is asked for.
    Entry(EntryAsked),
    /// The account whose register is asked for.
    AccountRegister(RegisterAsked),
    /// The frames of the dates whose register is asked for.
    Register(RegisterAsked),
    /// The figures of the current date.
    Ledger(LedgerAsked),
    /// The closed dates, in a ledger of which the current one is known.
    LedgerClosings(LedgerAsked, TrialBalance),
    /// The accounts of the legs that carried forward.
    LedgerCarried(GeneralLedger, Vec<CarriedLeg>),
    /// The accounts of a transaction's legs.
    LegAccounts(Box<TransactionRecord>),
    /// The accounts of a page of holds of so many at most.
    HeldAccounts(Vec<(AccountId, Hold)>, u32),
    /// The frames of the dates in which transactions are looked for.
    Find(FindAsked),
}

/// What comes next.
#[derive(Debug)]
pub(crate) enum Next {
    /// Ask the engine.
    Ask(Command, Inquiry),
    /// Read the log.
    LookUp(Wanted),
    /// Answer.
    Answer(Box<Page>),
    /// Refuse.
    Refuse(Rejection),
}

impl Inquiry {
    /// The first step.
    pub(crate) fn begin(question: Question) -> Next {
        let of_account = |account, inquiry| Next::Ask(Command::Balances(vec![account]), inquiry);
        match question {
            Question::Statement(account, query) => of_account(account, Inquiry::Statement(query)),
            Question::BalanceAt(account, moment) => of_account(account, Inquiry::BalanceAt(moment)),
            Question::Entry(account, asked) => of_account(account, Inquiry::Entry(asked)),
            Question::Register(mut asked) => match (asked.account.take(), asked.entity.take()) {
                (Some(account), _) => of_account(account, Inquiry::AccountRegister(asked)),
                (None, Some(entity)) => {
                    let command = Command::Closings { entity, from: Date::FIRST, to: Date::LAST };
                    Next::Ask(command, Inquiry::Register(asked))
                }
                (None, None) => Next::LookUp(register_of(&asked, &[])),
            },
            Question::Find(mut asked) => match asked.entity.take() {
                Some(entity) => {
                    let command = Command::Closings { entity, from: Date::FIRST, to: Date::LAST };
                    Next::Ask(command, Inquiry::Find(asked))
                }
                None => Next::LookUp(find_in(asked, None, &[])),
            },
            Question::Ledger(asked) => {
                Next::Ask(Command::TrialBalance { entity: asked.entity.clone() }, Inquiry::Ledger(asked))
            }
        }
    }

    /// The step after the engine's answer.
    pub(crate) fn answered(self, answer: Answer) -> Next {
        match (self, answer) {
            (_, Answer::Rejected(rejection)) => Next::Refuse(rejection),
            (Inquiry::LedgerCarried(mut ledger, legs), Answer::Accounts(accounts)) => {
                ledger.tell_carried(&legs, accounts.iter().flatten());
                Next::Answer(Box::new(Page::Ledger(ledger, Vec::new())))
            }
            (Inquiry::LegAccounts(record), Answer::Accounts(found)) => {
                Next::Answer(Box::new(Page::Transaction(record, KnownAccounts::of(found))))
            }
            (Inquiry::HeldAccounts(holds, limit), Answer::Accounts(found)) => {
                Next::Answer(Box::new(Page::Holds(holds, limit, KnownAccounts::of(found))))
            }
            (inquiry, Answer::Accounts(mut found)) => match found.pop() {
                Some(Ok(account)) => Next::LookUp(inquiry.of_account(Box::new(account))),
                Some(Err(rejection)) => Next::Refuse(rejection),
                None => unreachable!("one account was asked for"),
            },
            (Inquiry::Ledger(asked), Answer::TrialBalance(trial)) => {
                let (entity, from, to) = (asked.entity.clone(), Date::FIRST, Date::LAST);
                Next::Ask(Command::Closings { entity, from, to }, Inquiry::LedgerClosings(asked, trial))
            }
            (Inquiry::LedgerClosings(asked, trial), Answer::Closings { entity, current, closed }) => {
                Next::LookUp(Wanted::Ledger(asked, Box::new((trial, Closings { entity, current, closed }))))
            }
            (Inquiry::Find(asked), Answer::Closings { entity, closed, .. }) => {
                Next::LookUp(find_in(asked, Some(entity), &closed))
            }
            (Inquiry::Register(asked), Answer::Closings { closed, .. }) => {
                Next::LookUp(register_of(&asked, &closed))
            }
            (inquiry, answer) => unreachable!("{inquiry:?} is not answered by {answer:?}"),
        }
    }

    /// The step after the log was read.
    pub(crate) fn read(page: Box<Page>) -> Next {
        match *page {
            Page::Ledger(ledger, legs) if !legs.is_empty() => {
                let command = balances_of(legs.iter().map(|leg| leg.account));
                Next::Ask(command, Inquiry::LedgerCarried(ledger, legs))
            }
            Page::Transaction(record, _) if !record.legs.is_empty() => {
                let command = balances_of(record.legs.iter().map(|leg| leg.account));
                Next::Ask(command, Inquiry::LegAccounts(record))
            }
            page => Next::Answer(Box::new(page)),
        }
    }

    /// The step after the engine has told the holds of a page.
    pub(crate) fn of_holds(holds: Vec<(AccountId, Hold)>, limit: u32) -> Next {
        if holds.is_empty() {
            return Next::Answer(Box::new(Page::Holds(holds, limit, KnownAccounts::default())));
        }
        let command = balances_of(holds.iter().map(|(account, _)| *account));
        Next::Ask(command, Inquiry::HeldAccounts(holds, limit))
    }

    fn of_account(self, account: Box<AccountView>) -> Wanted {
        match self {
            Inquiry::Statement(query) => Wanted::Statement(account, query),
            Inquiry::BalanceAt(moment) => Wanted::BalanceAt(account, moment),
            Inquiry::Entry(asked) => Wanted::Entry(account, asked),
            Inquiry::AccountRegister(asked) => Wanted::AccountRegister(account, asked),
            inquiry => unreachable!("{inquiry:?} asks for no account"),
        }
    }
}

/// How accounts stand, each once.
fn balances_of(accounts: impl Iterator<Item = AccountId>) -> Command {
    let accounts: BTreeSet<AccountId> = accounts.collect();
    Command::Balances(accounts.into_iter().map(AccountRef::Id).collect())
}

/// The frame in which a date began, given the closed ones: the one that closed the date before it.
fn first_frame(from: Date, closed: &[(Date, u64)]) -> u64 {
    closed.iter().rfind(|(date, _)| *date < from).map_or(1, |(_, frame)| *frame)
}

/// The frame in which a date ended, given the closed ones: the one that closed it.
fn last_frame(to: Date, closed: &[(Date, u64)]) -> u64 {
    closed.iter().find(|(date, _)| *date >= to).map_or(u64::MAX, |(_, frame)| *frame)
}

/// The frames in which the dates asked for were current.
fn find_in(asked: FindAsked, entity: Option<EntityId>, closed: &[(Date, u64)]) -> Wanted {
    let FindAsked { sought, from, to, after, limit, .. } = asked;
    let first = RecordPlace { frame: from.map_or(1, |from| first_frame(from, closed)), ordinal: 0 };
    let query = FindQuery {
        sought,
        entity,
        from: from.unwrap_or(Date::FIRST),
        to: to.unwrap_or(Date::LAST),
        begin: after.map_or(first, |after| after.max(first)),
        last: to.map_or(u64::MAX, |to| last_frame(to, closed)),
        limit,
        frames: FOUND_IN,
    };
    Wanted::Found(query, after)
}

/// The frames asked for, or those in which the dates asked for were current.
fn register_of(asked: &RegisterAsked, closed: &[(Date, u64)]) -> Wanted {
    let first = match asked.from {
        Some(RegisterEnd::Frame(frame)) => frame,
        Some(RegisterEnd::Date(from)) => first_frame(from, closed),
        None => 1,
    };
    let last = match asked.to {
        Some(RegisterEnd::Frame(frame)) => frame,
        Some(RegisterEnd::Date(to)) => last_frame(to, closed),
        None => u64::MAX,
    };
    let begin = asked.after.map_or(first, |after| after.frame.max(first));
    Wanted::LedgerRegister { first: begin, last, limit: asked.limit }
}
