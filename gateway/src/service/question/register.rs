//! Registers (登记簿): of an account, or of what has no account.

use longmen_access_log::Subject;
use longmen_engine::ledger::{AccountRef, AccountView, Date, Operation, Position};
use longmen_engine::{History, HistoryError, LedgerRegister, RegisterEntry, RegisterPage, Registered};

use super::context::{Ask, Context};
use super::dates::{first_frame, last_frame};
use crate::service::in_flight::InFlight;
use crate::service::sizes::{ACCOUNT, LINE, one};
use crate::service::unanswered::Unanswered;

/// A page of a register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RegisterAsked {
    /// Of this account; `None`: of what has no account.
    pub(crate) account: Option<AccountRef>,
    /// Whose dates are meant.
    pub(crate) entity: Option<Box<str>>,
    pub(crate) from: Option<RegisterEnd>,
    pub(crate) to: Option<RegisterEnd>,
    /// Where the page begins, as the page before said.
    pub(crate) after: Option<Position>,
    pub(crate) limit: usize,
}

/// An end of a register's range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RegisterEnd {
    Date(Date),
    Frame(u64),
}

/// A page of a register.
#[derive(Debug)]
pub(crate) enum Register {
    Account(Box<AccountRegister>),
    Ledger(LedgerRegister),
}

/// A page of an account's register, what was there before it, and the range to show of it.
#[derive(Debug)]
pub(crate) struct AccountRegister {
    pub(crate) account: Box<AccountView>,
    pub(crate) page: RegisterPage,
    pub(crate) before: Option<RegisterEntry>,
    pub(crate) range: (Option<RegisterEnd>, Option<RegisterEnd>),
}

impl Ask for RegisterAsked {
    const OPERATION: Operation = Operation::Register;

    type Answer = Register;

    fn price(&self) -> InFlight {
        one(LINE * self.limit + ACCOUNT)
    }

    fn subject(&self) -> Subject {
        let end = |end: Option<RegisterEnd>| {
            end.map(|end| match end {
                RegisterEnd::Date(date) => date.to_string(),
                RegisterEnd::Frame(frame) => frame.to_string(),
            })
        };
        Subject::of_accounts(&self.account)
            .with("entity", self.entity.clone())
            .with("from", end(self.from))
            .with("to", end(self.to))
            .with("after", self.after.map(|after| after.to_string()))
            .with("limit", Some(self.limit.to_string()))
    }

    fn told(register: &Register, subject: &mut Subject) -> usize {
        match register {
            Register::Account(register) => {
                subject.found(&register.account);
                register.page.entries.len()
            }
            Register::Ledger(register) => register.commands.len(),
        }
    }

    async fn ask(mut self, context: &Context) -> Result<Register, Unanswered> {
        if let Some(account) = self.account.take() {
            let account = context.account_for(Self::OPERATION, account).await?;
            let page = context.look_up(move |history| account_register(history, account, &self));
            return Ok(Register::Account(Box::new(page.await?)));
        }
        // A register without an account is of the whole ledger.
        context.permit(Self::OPERATION, None)?;
        let closed = match self.entity.take() {
            Some(entity) => context.closings(entity).await?.closed,
            None => Vec::new(),
        };
        let (first, last) = self.frames(&closed);
        let page = context.look_up(move |history| history.ledger_register(first, last, self.limit));
        page.await.map(Register::Ledger)
    }
}

impl RegisterAsked {
    /// The frames asked for, or those in which the dates asked for were current.
    fn frames(&self, closed: &[(Date, u64)]) -> (u64, u64) {
        let first = match self.from {
            Some(RegisterEnd::Frame(frame)) => frame,
            Some(RegisterEnd::Date(from)) => first_frame(from, closed),
            None => 1,
        };
        let last = match self.to {
            Some(RegisterEnd::Frame(frame)) => frame,
            Some(RegisterEnd::Date(to)) => last_frame(to, closed),
            None => u64::MAX,
        };
        (self.after.map_or(first, |after| after.frame.max(first)), last)
    }
}

/// A page of an account's register, and the newest attributes before it: a change is told by the difference.
fn account_register(
    history: &History,
    account: Box<AccountView>,
    asked: &RegisterAsked,
) -> Result<AccountRegister, HistoryError> {
    let mut page = history.account_register(&account, asked.after, asked.limit)?;
    let (mut before, mut next) = (None, page.next);
    let oldest_changes = |entry: &RegisterEntry| !matches!(entry.what, Registered::Held(_));
    while let (None, Some(at)) = (&before, next) {
        if !page.entries.iter().any(oldest_changes) {
            break;
        }
        let older = history.account_register(&account, Some(at), 1)?;
        before = older.entries.into_iter().find(oldest_changes);
        next = older.next;
    }
    let is_before = |entry: &RegisterEntry| match asked.from {
        Some(RegisterEnd::Date(from)) => entry.date.is_none_or(|date| date < from),
        Some(RegisterEnd::Frame(from)) => entry.position.frame < from,
        None => false,
    };
    if page.entries.last().is_some_and(is_before) {
        page.next = None;
    }
    Ok(AccountRegister { account, page, before, range: (asked.from, asked.to) })
}
